// @ts-check
/*
 * One event stream for all tabs of a browser: the tab that holds a lock listens to the server and tells the others. Where tabs cannot talk to each other each has its own.
 * What arrives becomes an event of the document, "live-" and the topic; "live-resync" means that whatever is shown may be old.
 */
import { now, setClock } from "./clock.js";

const silence = 45_000; // two heartbeats and some
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
	heard = Date.now();
	lastID = "";

	connectedCallback() {
		this.gone = new AbortController();
		const { signal } = this.gone;
		addEventListener("online", () => this.wake(), { signal });
		addEventListener("offline", () => this.show("offline"), { signal });
		addEventListener("pageshow", () => this.wake(), { signal });
		document.addEventListener("visibilitychange", () => this.wake(), { signal });
		document.addEventListener("session-back", () => this.back(), { signal });
		this.querySelector("[data-live-reload]")?.addEventListener("click", () => location.reload(), { signal });
		this.watchdog = setInterval(() => this.check(), 5000);
		const name = `portico-live-${this.dataset.who}`;
		if ("BroadcastChannel" in window && navigator.locks) {
			this.channel = new BroadcastChannel(name);
			this.channel.onmessage = (event) => this.fromTab(event.data);
			this.channel.postMessage({ ask: true });
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

	open() {
		clearTimeout(this.timer);
		this.source?.close();
		if (this.ended || !this.dataset.src) {
			return;
		}
		const address = new URL(this.dataset.src, location.href);
		if (this.lastID) {
			address.searchParams.set("last", this.lastID);
		}
		const source = new EventSource(address);
		this.source = source;
		for (const name of [...tellings, ...(address.searchParams.get("topics") ?? "").split(",")]) {
			source.addEventListener(name, (event) => this.fromServer(name, event));
		}
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

	/** @param {Message & {ask?: boolean}} message */
	fromTab(message) {
		if (!message.ask) {
			this.take(message);
		} else if (this.leads) {
			const time = new Date(now()).toISOString(); // heartbeats that were kept tell of a time that has passed
			this.latest.forEach((m) => this.channel?.postMessage(m.name === "heartbeat" ? { ...m, data: { ...m.data, time } } : m));
		}
	}

	/** @param {Message} message */
	take(message) {
		const { name, data } = message;
		this.heard = Date.now();
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
			this.latest.set(name, message);
		}
		document.dispatchEvent(new CustomEvent("live-" + name, { detail: data }));
	}

	/** The person has signed in again: listening goes on where it ended. */
	back() {
		this.ended = false;
		this.restart();
	}

	/** After a sleep, or when the network is back: asks anew unless signs of life are fresh. */
	wake() {
		if (document.visibilityState === "visible" && navigator.onLine && Date.now() - this.heard > 25_000) {
			this.restart();
		}
	}

	check() {
		if (Date.now() - this.heard > silence && !this.ended) {
			this.show(navigator.onLine ? "paused" : "offline");
			this.restart();
		}
	}

	restart() {
		this.heard = Date.now();
		if (this.leads || !this.channel) {
			this.open();
		} else {
			this.queue(`portico-live-${this.dataset.who}`, { steal: true }); // the tab that listened has been put to sleep
		}
	}

	/** @param {string} state "" when all is well */
	show(state) {
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
