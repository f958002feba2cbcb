// @ts-check
/*
 * A wall runs for weeks without anybody near it. <dh-wall> puts what has changed in the place of what it shows, and turns to the next part, which it has fetched before; whatever fails,
 * the last picture stays. What it asks, what it says, when it loads itself again and what a hand does to it are modules of their own.
 */
import { now } from "./clock.js";
import "./live.js";
import { hands } from "./wall_hands.js";
import { Questions } from "./wall_questions.js";
import { Reload } from "./wall_reload.js";
import { report } from "./wall_report.js";
import { Troubles } from "./wall_troubles.js";
import { adopted, exchange, name, pictures, stamp, widgets } from "./wall_widgets.js";
import { wallClock } from "./words.js";

const ahead = 6; // seconds before a turn at which the next part is fetched
const whole = 600_000; // ms after which everything is asked for in any case

/** @typedef {{board: string, gone?: boolean, revision?: string, marks?: Record<string, string>, trouble?: string, since?: string, older?: Record<string, string>}} State */

class Wall extends HTMLElement {
	/** What the stream said of each board. @type {Map<string, State>} */
	states = new Map();
	/** The next part. @type {HTMLElement | null} */
	next = null;
	stepping = false;
	/** What is to be asked for: nothing, what has changed, or everything. @type {"" | "changed" | "all"} */
	wish = "";
	/** When the latest answer about a board came. @type {string | undefined} */
	confirmed;
	/** When it turned last, and when all that was asked for came, by the uptime of the page. */
	turned = 0;
	asked = 0;
	/** The next question. @type {ReturnType<typeof setTimeout> | undefined} */
	soon;
	troubles = new Troubles(this, (date) => this.clock?.(date).time ?? "");
	questions = new Questions((since) => this.troubles.say("answers", since), (ended) => this.end(ended));
	reload = new Reload(this.questions);

	connectedCallback() {
		this.gone = new AbortController();
		const { signal } = this.gone;
		/** @param {string} name @param {(detail: any) => void} f */
		const on = (name, f) => document.addEventListener("live-" + name, (event) => f(/** @type {CustomEvent} */ (event).detail), { signal });
		on("board", (state) => this.told(state));
		on("heartbeat", (beat) => this.beat(beat));
		on("resync", () => this.ask("all"));
		on("open", () => this.again());
		on("state", ({ state, since }) => this.troubles.say(state === "offline" ? "offline" : "portal", state === "offline" || state === "paused" ? since : null));
		on("signed-out", () => this.end(true));
		addEventListener("online", () => this.questions.reached(), { signal });
		document.addEventListener("visibilitychange", () => this.awake(), { signal });
		this.querySelector(".wall-ended a")?.setAttribute("href", "/auth/login?return_to=" + encodeURIComponent(location.pathname + location.search));
		this.clock = wallClock(this.dataset.zone ?? "UTC");
		this.turned = this.asked = performance.now();
		this.confirmed = this.stage.dataset.since || new Date(now()).toISOString(); // until the stream tells
		this.stamp();
		this.timer = setInterval(() => this.tick(), 1000);
		this.toggleAttribute("data-runs", true);
		this.sayTrouble();
		this.awake();
		hands(this, signal);
		report(this, signal);
	}

	disconnectedCallback() {
		this.gone?.abort();
		clearInterval(this.timer);
		clearTimeout(this.soon);
		this.soon = undefined;
	}

	/** @returns {HTMLElement} */
	get stage() {
		return /** @type {HTMLElement} */ (this.querySelector(".wall-stage"));
	}

	/** @returns {HTMLElement | null} */
	get live() {
		return this.querySelector("dh-live");
	}

	get paused() {
		return this.hasAttribute("data-paused");
	}

	/** Whoever looks again sees the present. The screen stays on where the browser can see to it; nothing depends on that. */
	awake() {
		if (document.visibilityState === "visible") {
			navigator.wakeLock?.request("screen").catch(() => {});
			this.tick();
		}
	}

	/** Each second: turns, asks again for what failed, and looks whether the page has to be loaded again. */
	tick() {
		if (document.visibilityState !== "visible") {
			return;
		}
		const time = performance.now();
		this.reloadIfDue();
		if (this.wish === "" && time - this.asked > whole) {
			this.wish = "all";
		}
		if (this.wish !== "" && this.questions.free) {
			void this.pull();
		}
		this.turn((time - this.turned) / 1000);
	}

	/** @param {number} elapsed seconds since the latest turn */
	turn(elapsed) {
		const seconds = Number(this.stage.dataset.turn);
		const bar = this.querySelector("progress");
		if (bar) {
			bar.hidden = !(seconds > 0) || this.paused;
			bar.max = seconds || 1;
			bar.value = elapsed;
		}
		if (!(seconds > 0) || this.paused) {
			return;
		}
		if (elapsed >= seconds - ahead && !this.next && this.questions.free) {
			void this.fetchNext();
		}
		if (elapsed >= seconds && this.next) {
			this.show(this.next);
		}
	}

	async fetchNext() {
		const address = this.stage.dataset.next;
		if (!address) {
			return;
		}
		const from = this.stage;
		const next = await this.fetchPart(address);
		if (from === this.stage) { // nobody has turned meanwhile
			this.next = next;
		}
	}

	/** Fetches a part with its pictures; null when it does not come. @param {string} address @returns {Promise<HTMLElement | null>} */
	async fetchPart(address) {
		const found = (await this.questions.fetched(address + (address.includes("?") ? "&" : "?") + "part=wall"))?.querySelector(".wall-stage");
		if (!(found instanceof HTMLElement && this.isConnected)) {
			return null;
		}
		const part = document.adoptNode(found);
		await pictures(part);
		return part;
	}

	/** Puts a part in the place of the one that is shown. @param {HTMLElement} stage */
	show(stage) {
		this.stage.replaceWith(stage);
		this.next = null;
		this.turned = performance.now();
		this.know(this.states.get(stage.dataset.board ?? ""));
		this.stamp();
		this.sayTrouble();
		this.compare();
	}

	/** Turns to the part before or to the next one, also while the wall is paused. @param {Event} event @param {"before" | "next"} way */
	async step(event, way) {
		const address = this.stage.dataset[way];
		if (!address) {
			return;
		}
		event.preventDefault();
		if (way === "next" && this.next) {
			this.show(this.next);
		} else if (!this.stepping) {
			this.stepping = true;
			const stage = await this.fetchPart(address);
			this.stepping = false;
			if (stage) {
				this.show(stage);
			}
		}
	}

	/** Stops or goes on: a wall that is paused neither turns nor changes what it shows. @param {Event} event */
	pause(event) {
		event.preventDefault();
		const paused = this.toggleAttribute("data-paused");
		const link = /** @type {HTMLElement | null} */ (this.querySelector(".wall-pause"));
		if (link) {
			link.textContent = (paused ? link.dataset.goOn : link.dataset.pause) ?? "";
		}
		this.turned = performance.now();
		this.next = null;
		if (!paused) {
			this.ask("all");
		}
	}

	/** @param {State} state */
	told(state) {
		this.states.set(state.board, state);
		const shown = state.board === this.stage.dataset.board;
		if (shown) {
			this.know(state);
			this.stamp();
		}
		this.sayTrouble();
		if (shown) {
			this.compare();
		}
	}

	/** What is in the way of the board that is shown stands in its stage, whoever said it last: the page or the stream. @param {State | undefined} state */
	know(state) {
		if (state) {
			Object.assign(this.stage.dataset, { trouble: state.trouble ?? "", since: state.since ?? "" });
		}
	}

	/** Asks for what looks different from what the server has. */
	compare() {
		const state = this.states.get(this.stage.dataset.board ?? "");
		if (!state) {
			return;
		}
		if (state.gone || (state.revision && state.revision !== this.stage.dataset.revision)) {
			this.ask("all");
		} else if (this.changed(state).length > 0) {
			this.ask("changed");
		}
	}

	/** Which of the widgets that are shown look different. @param {State | undefined} state */
	changed(state) {
		const marks = state?.marks ?? {};
		return widgets(this.stage).filter((w) => marks[name(w)] && marks[name(w)] !== w.dataset.mark);
	}

	/** @param {"changed" | "all"} what */
	wants(what) {
		if (this.wish !== "all") {
			this.wish = what;
		}
	}

	/** Soon, and not with all other screens at once. What comes meanwhile is asked for together. @param {"changed" | "all"} what */
	ask(what) {
		this.wants(what);
		this.soon ??= setTimeout(() => {
			this.soon = undefined;
			if (this.questions.free && this.wish !== "" && document.visibilityState === "visible") {
				void this.pull();
			}
		}, 50 + Math.random() * 350);
	}

	/** The server is there again: one question for everything, and no waiting for it. */
	again() {
		if (this.opened) {
			this.questions.hurry();
			this.ask("all");
		}
		this.opened = true;
	}

	/** One request for what is wished for. */
	async pull() {
		if (this.paused) {
			return;
		}
		const wish = this.wish;
		this.wish = "";
		const { self = "", board = "" } = this.stage.dataset;
		const names = wish === "changed" ? this.changed(this.states.get(board)).map(name) : [];
		if (wish === "" || (wish === "changed" && names.length === 0)) {
			return;
		}
		const address = new URL(self, location.href);
		address.searchParams.set("part", wish === "all" ? "wall" : "widgets");
		if (wish === "changed") {
			address.searchParams.set("only", names.join(","));
		}
		const found = await this.questions.fetched(address.pathname + address.search);
		if (!found) {
			this.wants(wish);
			return;
		}
		this.asked = performance.now();
		if (self === this.stage.dataset.self) {
			await this.replace(found, wish === "all");
		}
	}

	/** Puts what came in the place of what is shown: widget by widget, or all of it where others stand there now. @param {Document} found @param {boolean} all */
	async replace(found, all) {
		const stage = found.querySelector(".wall-stage");
		const sections = await adopted(found);
		let same = true;
		if (all && stage instanceof HTMLElement) {
			same = widgets(this.stage).map(name).join() === sections.map(name).join() && stage.dataset.revision === this.stage.dataset.revision;
			Object.assign(this.stage.dataset, stage.dataset);
			this.sayTrouble();
			if (!same) {
				this.stage.querySelector(".wall-head")?.replaceWith(document.adoptNode(/** @type {Element} */ (stage.querySelector(".wall-head"))));
				this.stage.querySelector(".wall-grid")?.replaceChildren(...sections);
			}
		}
		if (same) {
			exchange(sections);
		}
		this.stamp();
	}

	/** @param {{build: string, contract?: number, confirmed: Record<string, string>}} beat */
	beat(beat) {
		this.reload.compare(beat, this.live?.dataset ?? {});
		this.confirmed = beat.confirmed?.board ?? this.confirmed;
		this.stamp();
	}

	stamp() {
		stamp(this, this.confirmed, this.states.get(this.stage.dataset.board ?? "")?.older ?? {});
	}

	/** Says what is in the way. A sign-in that is away is so for each board that the wall turns through, also for those whose pictures are too young to have noticed. */
	sayTrouble() {
		const { trouble, since } = this.stage.dataset;
		const signIn = trouble === "sign-in" ? since : this.others().find((state) => state.trouble === "sign-in")?.since;
		this.troubles.say("hub", trouble === "hub" && since ? new Date(since) : null);
		this.troubles.say("sign-in", signIn ? new Date(signIn) : null);
	}

	/** What the stream said of the other boards that the wall turns through; it may tell of those of other tabs as well. @returns {State[]} */
	others() {
		const names = new URL(this.live?.dataset.src ?? "", location.href).searchParams.get("boards")?.split(",") ?? [];
		return [...this.states.values()].filter(({ board }) => board !== this.stage.dataset.board && names.includes(board));
	}

	/** The session has ended, or is there again: the last picture stays, dimmed. The code comes with the answer to a report. @param {boolean} ended */
	end(ended) {
		this.toggleAttribute("data-ended", ended);
		/** @type {HTMLElement} */ (this.querySelector(".wall-ended")).hidden = !ended;
		const pair = /** @type {HTMLElement | null} */ (this.querySelector(".wall-pair"));
		if (pair && !ended) {
			pair.hidden = true;
		}
		if (ended && this.wish === "") {
			this.wish = "all"; // goes on asking
			this.questions.rest();
		}
	}

	/** The address of what is shown. */
	page() {
		return (this.stage.dataset.self ?? "").replace(/^\/x/, "");
	}

	/** Which portal made the page. */
	build() {
		return this.live?.dataset.build ?? "";
	}

	reloadIfDue() {
		const { turn } = this.stage.dataset;
		this.reload.check(this.clock?.(new Date(now())).time ?? "0:0", !turn || performance.now() - this.turned >= Number(turn) * 1000);
	}
}

customElements.define("dh-wall", Wall);
