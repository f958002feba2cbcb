// @ts-check
/*
 * One event stream for all tabs of a browser: the tab that holds a lock listens to the server for what any of them wants, and tells the others. Where tabs cannot talk to each other each
 * has its own. What arrives becomes an event of the document, "live-" and the topic; "live-resync" means that whatever is shown may be old, "live-open" that the server is there again,
 * "live-state" how the connection is.
 */
import { now, setClock } from "./clock.js";

const silence = 42_000; // two heartbeats, and a little for their way
const tellings = ["heartbeat", "resync", "signed-out", "reconnect"];

/** @typedef {{name: string, data: any, id?: string}} Message */

/** <dh-live> listens as long as it is on the page, and shows one of its lines when something is wrong. */
class Live extends HTMLElement {
	/** @type {EventSource | null} */
	source = null;
	/** @type {Map<string, Message>} */
	latest = new Map();
	leads = false;
	ended = false;
	failures = 0;
	lastID = "";
	state = "";
	/** When something was heard, by the device's clock, which may be set, and by its uptime, which may stand still while it sleeps. */
	heard = [Date.now(), performance.now()];
	/** What is wanted, by parameter. @type {Record<string, Set<string>>} */
	wanted = { topics: new Set(), boards: new Set() };

	connectedCallback() {
		this.gone = new AbortController();
		const { signal } = this.gone;
		addEventListener("online", () => this.wake(), { signal });
		addEventListener("offline", () => this.show("offline"), { signal });
		addEventListener("pageshow", () => this.wake(), { signal });
		document.addEventListener("visibilitychange", () => this.wake(), { signal });
		document.addEventListener("resume", () => this.restart(), { signal }); // the browser had frozen the page
		document.addEventListener("session-back", () => this.back(), { signal });
		document.addEventListener("load-stopped", () => this.source && this.open(), { signal }); // the browser had stopped this stream too
		this.querySelector("[data-live-reload]")?.addEventListener("click", () => location.reload(), { signal });
		this.watchdog = setInterval(() => this.check(), 2000);
		this.want(this.dataset.src ?? "");
		const name = `portico-live-${this.dataset.who}`;
		if ("BroadcastChannel" in window && navigator.locks) {
			this.channel = new BroadcastChannel(name);
			this.channel.onmessage = (event) => this.fromTab(event.data);
			this.channel.postMessage({ ask: this.dataset.src });
			this.queue(name, {});
		} else {
			this.open();
		}
	}

	disconnectedCallback() {
		this.gone?.abort();
		clearInterval(this.watchdog);
		clearTimeout(this.timer);
		this.release?.();
		this.source?.close();
		this.channel?.close();
	}

	/**
	 * Waits for its turn to listen for all tabs.
	 * @param {string} name
	 * @param {LockOptions} options
	 */
	queue(name, options) {
		const signal = options.steal ? undefined : this.gone?.signal;
		navigator.locks
			.request(name, { ...options, ...(signal && { signal }) }, () => {
				this.leads = true;
				this.channel?.postMessage({ lead: true });
				this.open();
				return new Promise((resolve) => {
					this.release = () => resolve(undefined);
				});
			})
			.catch(() => {
				this.leads = false; // another tab took over, or the page is left
				this.source?.close();
				if (!options.steal && !this.gone?.signal.aborted) {
					this.queue(name, {}); // a tab that had stolen it still stands in the queue
				}
			});
	}

	/** Adds what an address names to what is wanted; true if there is more than before. @param {string} src */
	want(src) {
		const before = this.wanted.topics.size + this.wanted.boards.size;
		for (const [name, value] of new URL(src, location.href).searchParams) {
			value.split(",").forEach((one) => this.wanted[name]?.add(one));
		}
		return this.wanted.topics.size + this.wanted.boards.size > before;
	}

	open() {
		clearTimeout(this.timer);
		this.source?.close();
		if (this.ended || !this.dataset.src) {
			return;
		}
		const address = new URL(this.dataset.src, location.href);
		for (const [name, values] of Object.entries(this.wanted)) {
			if (values.size > 0) {
				address.searchParams.set(name, [...values].join(","));
			}
		}
		if (this.lastID) {
			address.searchParams.set("last", this.lastID);
		}
		const source = new EventSource(address);
		this.source = source;
		for (const name of [...tellings, ...this.wanted.topics, "board"]) {
			source.addEventListener(name, (event) => this.fromServer(name, event));
		}
		source.onopen = () => document.dispatchEvent(new Event("live-open"));
		source.onerror = () => this.failed(source);
	}

	/** The browser comes back by itself, unless the server answered with an error. @param {EventSource} source */
	failed(source) {
		if (source !== this.source) {
			return;
		}
		this.failures++;
		if (this.failures >= 3) {
			this.show("paused");
		}
		if (source.readyState === EventSource.CLOSED) {
			const wait = Math.min(60_000, 1000 * 2 ** this.failures);
			this.timer = setTimeout(() => this.open(), wait * (0.5 + Math.random()));
		}
	}

	/** @param {string} name @param {MessageEvent} event */
	fromServer(name, event) {
		this.failures = 0;
		if (event.lastEventId) {
			this.lastID = event.lastEventId;
		}
		const message = { name, data: JSON.parse(event.data), id: this.lastID };
		this.channel?.postMessage(message);
		this.take(message);
	}

	/** @param {Message & {ask?: string, lead?: boolean}} message */
	fromTab(message) {
		if (message.lead) {
			this.channel?.postMessage({ ask: this.dataset.src });
		} else if (message.ask === undefined) {
			this.take(message);
		} else if (this.leads) {
			if (this.want(message.ask)) {
				this.open();
			}
			const time = new Date(now()).toISOString(); // heartbeats that were kept tell of a time that has passed
			this.latest.forEach((m) => this.channel?.postMessage(m.name === "heartbeat" ? { ...m, data: { ...m.data, time } } : m));
		}
	}

	/** @param {Message} message */
	take(message) {
		const { name, data } = message;
		this.heard = [Date.now(), performance.now()];
		this.lastID = message.id ?? this.lastID;
		if (name === "heartbeat") {
			setClock(data.time);
			this.show(data.build === this.dataset.build ? "" : "version");
		}
		if (name === "signed-out") {
			this.ended = true;
			this.source?.close();
		}
		if (!tellings.includes(name) || name === "heartbeat") {
			this.latest.set(name + (data.board ?? ""), message);
		}
		document.dispatchEvent(new CustomEvent("live-" + name, { detail: data }));
	}

	/** The person has signed in again: listening goes on where it ended. */
	back() {
		this.ended = false;
		this.restart();
	}

	/** For how long nothing was heard, in ms. A device's clock that was set back says nothing. */
	silent() {
		return Math.max(Date.now() - this.heard[0], performance.now() - this.heard[1]);
	}

	/** After a sleep, or when the network is back: asks anew unless signs of life are fresh. */
	wake() {
		if (document.visibilityState === "visible" && navigator.onLine && (this.state !== "" || this.silent() > 25_000)) {
			this.restart();
		}
	}

	check() {
		if (this.silent() > silence && !this.ended) {
			this.show(navigator.onLine ? "paused" : "offline");
			this.restart();
		}
	}

	restart() {
		this.heard = [Date.now(), performance.now()];
		if (this.leads || !this.channel) {
			this.open();
		} else {
			this.queue(`portico-live-${this.dataset.who}`, { steal: true }); // the tab that listened has been put to sleep
		}
	}

	/** @param {string} state "" when all is well */
	show(state) {
		if (state !== this.state) {
			document.dispatchEvent(new CustomEvent("live-state", { detail: { state, since: new Date(now() - this.silent()) } }));
		}
		this.state = state;
		document.documentElement.toggleAttribute("data-offline", state === "offline" || state === "paused");
		for (const line of /** @type {NodeListOf<HTMLElement>} */ (this.querySelectorAll("[data-live-state]"))) {
			line.hidden = line.dataset.liveState !== state;
		}
	}
}

customElements.define("dh-live", Live);

// How many alarms are open stands in the menu.
document.addEventListener("live-alarms", (event) => {
	const open = String(/** @type {CustomEvent} */ (event).detail?.open ?? "");
	for (const place of /** @type {NodeListOf<HTMLElement>} */ (document.querySelectorAll("[data-alarms-open]"))) {
		place.textContent = open;
		place.hidden = open === "" || open === "0";
	}
});
