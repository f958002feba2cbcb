// @ts-check
/*
 * A wall runs for weeks without anybody near it. <dh-wall> puts what has changed in the place of what it shows, turns to the next part, which it has fetched before, and says in words
 * what is in the way; whatever fails, the last picture stays. It loads itself again at a quiet hour when there is a newer portal, and when it has grown.
 */
import { now } from "./clock.js";
import "./live.js";
import { report } from "./wall_report.js";
import { sentence, wallClock } from "./words.js";

const ahead = 6; // seconds before a turn at which the next part is fetched
const least = 5000; // ms until a failed request is tried again at first, and at most
const most = 300_000;
const patience = 40_000; // ms without an answer that it gets, until it says so
const whole = 600_000; // ms after which everything is asked for in any case
const oldest = 7 * 86_400_000; // ms that a page runs at most
const largest = 300e6; // bytes of its heap
const quiet = [180, 239]; // minutes of the day, in the zone of the wall

/** @typedef {{board: string, gone?: boolean, revision?: string, marks?: Record<string, string>, trouble?: string, since?: string, older?: Record<string, string>}} State */

export class Wall extends HTMLElement {
	/** What the stream said of each board. @type {Map<string, State>} */
	states = new Map();
	/** The next part. @type {HTMLElement | null} */
	next = null;
	newer = false;
	due = "";
	failures = 0;
	retryAt = 0;
	/** Since when it gets no answer. @type {Date | null} */
	unanswered = null;
	/** The latest request did not get through. */
	unreached = false;
	busy = false;
	stepping = false;
	/** What is to be asked for: nothing, what has changed, or everything. @type {"" | "changed" | "all"} */
	wish = "";
	hour = quiet[0] + Math.random() * (quiet[1] - quiet[0]);
	/** When the latest answer about a board came. @type {string | undefined} */
	confirmed;

	connectedCallback() {
		this.gone = new AbortController();
		const { signal } = this.gone;
		/** @param {string} name @param {(detail: any) => void} f */
		const on = (name, f) => document.addEventListener("live-" + name, (event) => f(/** @type {CustomEvent} */ (event).detail), { signal });
		on("board", (state) => this.told(state));
		on("heartbeat", (beat) => this.beat(beat));
		on("resync", () => this.ask("all"));
		on("open", () => this.again());
		on("state", ({ state, since }) => this.say(state === "offline" ? "offline" : "portal", state === "offline" || state === "paused" ? since : null));
		on("signed-out", () => this.end(true));
		addEventListener("online", () => this.reached(), { signal });
		document.addEventListener("visibilitychange", () => this.awake(), { signal });
		document.addEventListener("keydown", (event) => this.key(event), { signal });
		for (const name of ["pointermove", "pointerdown", "keydown"]) {
			document.addEventListener(name, () => this.touched(), { signal, passive: true });
		}
		this.pauseLink?.addEventListener("click", (event) => this.pause(event), { signal });
		for (const link of /** @type {NodeListOf<HTMLElement>} */ (this.querySelectorAll("[data-step]"))) {
			link.addEventListener("click", (event) => this.step(event, link.dataset.step === "before" ? "before" : "next"), { signal });
		}
		swipes(this, (event, way) => void this.step(event, way), signal);
		this.querySelector(".wall-ended a")?.setAttribute("href", "/auth/login?return_to=" + encodeURIComponent(location.pathname + location.search));
		this.clock = wallClock(this.dataset.zone ?? "UTC");
		this.began = this.turned = this.asked = performance.now();
		this.confirmed = this.stage.dataset.since || new Date(now()).toISOString(); // until the stream tells
		this.stamp();
		this.timer = setInterval(() => this.tick(), 1000);
		this.toggleAttribute("data-runs", true);
		this.sayTrouble();
		this.awake();
		report(this, signal);
	}

	disconnectedCallback() {
		this.gone?.abort();
		clearInterval(this.timer);
		clearTimeout(this.soon);
		this.soon = undefined;
		clearTimeout(this.still);
	}

	/** @returns {HTMLElement} */
	get stage() {
		return /** @type {HTMLElement} */ (this.querySelector(".wall-stage"));
	}

	/** @returns {HTMLAnchorElement | null} */
	get pauseLink() {
		return this.querySelector(".wall-pause");
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

	/** Somebody is near: what can be pressed is shown for a while. */
	touched() {
		this.toggleAttribute("data-near", true);
		clearTimeout(this.still);
		this.still = setTimeout(() => this.toggleAttribute("data-near", false), 5000);
	}

	/** @param {KeyboardEvent} event */
	key(event) {
		if (event.ctrlKey || event.altKey || event.metaKey) {
			return;
		}
		if (event.key.toLowerCase() === "p" && document.documentElement.dataset.keys !== "off") {
			this.pause(event);
		} else if (event.key === "ArrowLeft" || event.key === "ArrowRight") {
			void this.step(event, event.key === "ArrowLeft" ? "before" : "next");
		}
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
			const stage = await this.part(address);
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
		const link = this.pauseLink;
		if (link) {
			link.textContent = (paused ? link.dataset.goOn : link.dataset.pause) ?? "";
		}
		this.turned = performance.now();
		this.next = null;
		if (!paused) {
			this.ask("all");
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
		if (this.wish !== "" && time >= this.retryAt) {
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
		if (elapsed >= seconds - ahead && !this.next && !this.busy && performance.now() >= this.retryAt) {
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
		const next = await this.part(address);
		if (from === this.stage) { // nobody has turned meanwhile
			this.next = next;
		}
	}

	/** Fetches a part with its pictures; null when it does not come. @param {string} address @returns {Promise<HTMLElement | null>} */
	async part(address) {
		const found = (await this.fetched(address + (address.includes("?") ? "&" : "?") + "part=wall"))?.querySelector(".wall-stage");
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
		return this.widgets().filter((w) => marks[w.id.slice(2)] && marks[w.id.slice(2)] !== w.dataset.mark);
	}

	/** @returns {HTMLElement[]} */
	widgets() {
		return [...this.stage.querySelectorAll(".widget")].filter((w) => w instanceof HTMLElement);
	}

	/** Soon, and not with all other screens at once. What comes meanwhile is asked for together. @param {"changed" | "all"} what */
	ask(what) {
		if (this.wish !== "all") {
			this.wish = what;
		}
		this.soon ??= setTimeout(() => {
			this.soon = undefined;
			if (performance.now() >= this.retryAt && this.wish !== "" && document.visibilityState === "visible") {
				void this.pull();
			}
		}, 50 + Math.random() * 350);
	}

	/** One request for what is wished for. */
	async pull() {
		if (this.busy || this.paused) {
			return;
		}
		const wish = this.wish;
		this.wish = "";
		const { self = "", board = "" } = this.stage.dataset;
		const ids = wish === "changed" ? this.changed(this.states.get(board)).map((w) => w.id.slice(2)) : [];
		if (wish === "" || (wish === "changed" && ids.length === 0)) {
			return;
		}
		const address = new URL(self, location.href);
		address.searchParams.set("part", wish === "all" ? "wall" : "widgets");
		if (wish === "changed") {
			address.searchParams.set("only", ids.join(","));
		}
		const found = await this.fetched(address.pathname + address.search);
		if (!found) {
			this.wish = this.wish === "all" ? "all" : wish;
			return;
		}
		this.asked = performance.now();
		if (self === this.stage.dataset.self) {
			await this.replace(found, wish === "all");
		}
	}

	/** Puts what came in the place of what is shown, widget by widget. @param {Document} found @param {boolean} all */
	async replace(found, all) {
		const stage = found.querySelector(".wall-stage");
		const sections = [...found.querySelectorAll(".widget")].map((w) => /** @type {HTMLElement} */ (document.adoptNode(w)));
		await Promise.all(sections.map(pictures));
		if (all && stage instanceof HTMLElement) {
			const same = this.widgets().map((w) => w.id).join() === sections.map((w) => w.id).join() && stage.dataset.revision === this.stage.dataset.revision;
			Object.assign(this.stage.dataset, stage.dataset);
			this.sayTrouble();
			if (!same) {
				this.stage.querySelector(".wall-head")?.replaceWith(document.adoptNode(/** @type {Element} */ (stage.querySelector(".wall-head"))));
				this.stage.querySelector(".wall-grid")?.replaceChildren(...sections);
				this.stamp();
				return;
			}
		}
		for (const section of sections) {
			const old = document.getElementById(section.id);
			if (old && old.dataset.mark !== section.dataset.mark && !(section.dataset.state === "failed" && old.dataset.mark)) {
				const focused = old.contains(document.activeElement) ? document.activeElement?.getAttribute("href") : null;
				old.replaceWith(section);
				if (focused) {
					/** @type {HTMLElement | null} */ (section.querySelector(`a[href="${CSS.escape(focused)}"]`))?.focus();
				}
			}
		}
		this.stamp();
	}

	/**
	 * Fetches a part of the page; null when it does not come, and then the next try waits.
	 * @param {string} address
	 * @returns {Promise<Document | null>}
	 */
	async fetched(address) {
		this.busy = true;
		try {
			const answer = await fetch(address, { headers: { Accept: "text/html" }, cache: "no-store", redirect: "error", signal: AbortSignal.timeout(30_000) });
			if (answer.ok || answer.status === 401) {
				this.end(!answer.ok);
			}
			if (answer.ok) {
				const found = new DOMParser().parseFromString(await answer.text(), "text/html");
				this.failures = this.retryAt = 0;
				this.unanswered = null;
				this.unreached = false;
				this.say("answers", null);
				return found;
			}
		} catch {
			this.lost(); // no network, or no answer in time
		} finally {
			this.busy = false;
		}
		this.waits();
		const wait = Math.min(most, least * 2 ** this.failures++);
		this.retryAt = performance.now() + wait * (1 + Math.random() / 2);
		return null;
	}

	/** The server is there again: one question for everything, and no waiting for it. */
	again() {
		if (this.opened) {
			this.failures = this.retryAt = 0;
			this.ask("all");
		}
		this.opened = true;
	}

	/** Notes since when there is no answer, and says so after a while, or at once where the browser knows that there is no network. The stream may go on where nothing else does. */
	waits() {
		this.unanswered ??= new Date(now());
		if (!navigator.onLine || now() - this.unanswered.getTime() > patience) {
			this.say("answers", this.unanswered);
		}
	}

	/** A request did not get through. */
	lost() {
		this.unreached = true;
		this.waits();
	}

	/** Something got through to the server: what did not is asked for again without waiting. */
	reached() {
		if (this.unreached) {
			this.unreached = false;
			this.failures = this.retryAt = 0;
			this.unanswered = null;
			this.say("answers", null);
		}
	}

	/** @param {{build: string, contract?: number, confirmed: Record<string, string>}} beat */
	beat(beat) {
		const live = /** @type {HTMLElement | null} */ (this.querySelector("dh-live"));
		this.newer = beat.build !== this.build();
		if (beat.contract !== undefined && String(beat.contract) !== live?.dataset.contract && !this.due) {
			this.due = "contract";
			this.urgent = performance.now() + Math.random() * 30_000;
		}
		this.confirmed = beat.confirmed?.board ?? this.confirmed;
		this.stamp();
	}

	/** Pictures without values of their own are as old as the latest answer about them, or as the last time that there was one. */
	stamp() {
		const older = this.states.get(this.stage.dataset.board ?? "")?.older ?? {};
		for (const time of /** @type {NodeListOf<HTMLTimeElement>} */ (this.querySelectorAll("[data-picture] time"))) {
			const since = older[time.closest(".widget")?.id.slice(2) ?? ""];
			if (!since) {
				time.dateTime = this.confirmed ?? time.dateTime;
			} else if (!time.dateTime || Date.parse(since) < Date.parse(time.dateTime)) {
				time.dateTime = since; // a picture that stands in for a newer one gets no younger
			}
		}
	}

	/** Says what is in the way. A sign-in that is away is so for each board that the wall turns through, also for those whose pictures are too young to have noticed. */
	sayTrouble() {
		const { trouble, since } = this.stage.dataset;
		const signIn = trouble === "sign-in" ? since : this.others().find((state) => state.trouble === "sign-in")?.since;
		this.say("hub", trouble === "hub" && since ? new Date(since) : null);
		this.say("sign-in", signIn ? new Date(signIn) : null);
	}

	/** What the stream said of the other boards that the wall turns through; it may tell of those of other tabs as well. @returns {State[]} */
	others() {
		const src = /** @type {HTMLElement | null} */ (this.querySelector("dh-live"))?.dataset.src ?? "";
		const names = new URL(src, location.href).searchParams.get("boards")?.split(",") ?? [];
		return [...this.states.values()].filter(({ board }) => board !== this.stage.dataset.board && names.includes(board));
	}

	/** What is in the way, by kind, the most serious one in words. @type {Map<string, Date>} */
	troubles = new Map();

	/** @param {string} kind @param {Date | null} since null when it is over */
	say(kind, since) {
		if (kind === "portal" || kind === "offline") {
			this.troubles.delete("portal");
			this.troubles.delete("offline");
		}
		if (since) {
			this.troubles.set(kind, since);
		} else {
			this.troubles.delete(kind);
		}
		const line = /** @type {HTMLElement} */ (this.querySelector(".wall-says"));
		const worst = ["offline", "portal", "answers", "sign-in", "hub"].find((k) => this.troubles.has(k));
		const text = worst ? sentence("wall." + worst.replace("answers", navigator.onLine ? "portal" : "offline"), this.clock?.(/** @type {Date} */ (this.troubles.get(worst))).time ?? "") : "";
		if (line.textContent !== text) {
			line.textContent = text;
		}
		line.hidden = !worst;
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
			this.retryAt = Math.max(this.retryAt, performance.now() + least);
		}
	}

	/** How large the page's heap is, in bytes; 0 where the browser does not say. */
	heap() {
		return /** @type {any} */ (performance).memory?.usedJSHeapSize ?? 0;
	}

	/** How long the page has been up, in ms. */
	up() {
		return performance.now() - (this.began ?? 0);
	}

	/** The address of what is shown. */
	page() {
		return (this.stage.dataset.self ?? "").replace(/^\/x/, "");
	}

	/** Which portal made the page. */
	build() {
		return /** @type {HTMLElement | null} */ (this.querySelector("dh-live"))?.dataset.build ?? "";
	}

	/** What is in the way, in words; "" for nothing. */
	problem() {
		return this.querySelector(".wall-says:not([hidden])")?.textContent ?? "";
	}

	/** Somebody asked for the page to be loaded again. */
	hurry() {
		this.due ||= "asked";
		this.urgent ??= performance.now();
	}

	/** Loads the page again: at once when it cannot go on with this server, at its hour when there is a newer one, with the next turn when it has grown or is old. */
	reloadIfDue() {
		const time = performance.now();
		const [hours, minutes] = this.clock?.(new Date(now())).time.split(":").map(Number) ?? [0, 0];
		const minute = hours * 60 + minutes;
		const turning = !this.stage.dataset.turn || time - this.turned >= Number(this.stage.dataset.turn) * 1000;
		if (this.due ? time >= (this.urgent ?? 0) : (this.newer && minute >= this.hour && minute <= quiet[1] + 1) || (turning && (this.heap() > largest || this.up() > oldest))) {
			void this.reload();
		}
	}

	/** Not before it is known that there is a page to load, and not again and again while two versions answer in turns. */
	async reload() {
		const time = performance.now();
		if (this.busy || time < this.retryAt || this.up() < 60_000 * (this.due ? 0.5 : 1)) {
			return;
		}
		if (await this.fetched(location.pathname + location.search)) {
			this.go();
		}
	}

	go() {
		location.reload();
	}
}

const far = 80; // px that a finger goes to the side for a turn

/** Tells of a finger that goes to the side. @param {HTMLElement} wall @param {(event: Event, way: "before" | "next") => void} turn @param {AbortSignal} signal */
function swipes(wall, turn, signal) {
	/** @type {PointerEvent | null} */
	let from = null;
	wall.addEventListener("pointerdown", (event) => (from = event.pointerType === "touch" && event.isPrimary ? event : null), { signal });
	wall.addEventListener("pointercancel", () => (from = null), { signal });
	wall.addEventListener(
		"pointerup",
		(event) => {
			const [x, y] = from ? [event.clientX - from.clientX, event.clientY - from.clientY] : [0, 0];
			from = null;
			if (Math.abs(x) > far && Math.abs(x) > 2 * Math.abs(y)) {
				turn(event, x > 0 ? "before" : "next");
			}
		},
		{ signal },
	);
}

/** Waits until the pictures of a part can be shown, so that none of them is seen coming. @param {Element} part */
async function pictures(part) {
	await Promise.race([Promise.allSettled([...part.querySelectorAll("img")].map((i) => i.decode())), new Promise((done) => setTimeout(done, 3000))]);
}

customElements.define("dh-wall", Wall);
