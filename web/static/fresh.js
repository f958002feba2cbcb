// @ts-check
/*
 * Pages that follow what they show: <dh-fresh data-topic="alarms"> fetches its page again when the stream tells of a change, and htmx changes what differs, so that what is chosen, typed,
 * opened, focused and scrolled stays as it is. It says politely what there is now, waits while nobody looks, and can be paused. What is only looked at again because its time has come is worth a
 * word when something else came of it than a chart that goes on.
 */
import htmx from "./htmx.min.js";
import { now } from "./clock.js";
import { sentence, wallClock } from "./words.js";

const pausedKey = "portico-paused";
const least = 3000; // ms until a page that did not come is asked for again, at first and at most
const most = 60_000;

/** What htmx says of a request. @typedef {{response?: {status: number}}} Request */

class Fresh extends HTMLElement {
	latest = "";
	stale = false;
	quiet = false;
	sum = "";
	failures = 0;

	connectedCallback() {
		this.gone = new AbortController();
		const { signal } = this.gone;
		document.addEventListener("live-" + this.dataset.topic, (event) => this.told(/** @type {CustomEvent} */ (event).detail), { signal });
		document.addEventListener("live-resync", () => this.changed(), { signal });
		document.addEventListener("visibilitychange", () => this.catchUp(), { signal });
		this.addEventListener("htmx:finally:request", (event) => event.target === this ? this.answered(/** @type {CustomEvent} */ (event).detail.ctx) : this.moved(), { signal });
		this.addEventListener("click", (event) => event.target instanceof Element && event.target.closest("[data-fresh-pause]") && this.pause(), { signal });
		const bar = /** @type {HTMLElement | null} */ (this.querySelector("[data-fresh-bar]"));
		if (bar) {
			bar.hidden = false;
		}
		this.sum = this.summed();
		this.show();
		this.await();
	}

	disconnectedCallback() {
		this.gone?.abort();
		clearTimeout(this.timer);
		clearTimeout(this.due);
	}

	get paused() {
		return sessionStorage.getItem(pausedKey) === "yes";
	}

	/** The first that is told is the state that the page was made from, unless it changed since. @param {{changed?: string}} state */
	told(state) {
		const text = JSON.stringify(state);
		const first = this.latest === "";
		const known = first ? Date.parse(state.changed ?? "") <= Date.parse(this.dataset.at ?? "") : text === this.latest;
		this.latest = text;
		if (!known) {
			this.changed();
		}
	}

	/** Notes that there is something new; all who hear of it at once do not ask at once. @param {boolean} [quiet] */
	changed(quiet = false) {
		this.quiet = quiet && (this.quiet || !this.stale);
		this.stale = true;
		clearTimeout(this.timer);
		this.timer = setTimeout(() => this.catchUp(), 200 + Math.random() * 800);
	}

	catchUp() {
		this.show();
		if (this.stale && !this.paused && document.visibilityState === "visible") {
			this.stale = false;
			htmx.trigger(this, "fresh");
		}
	}

	/** Says so when the page has come. Otherwise what is shown is as old as before, and is asked for again, unless the answer would be the same. @param {Request} request */
	answered({ response }) {
		if (response && response.status < 400) {
			this.failures = 0;
			this.say();
			return;
		}
		this.stale = true;
		if (!response || response.status === 429 || response.status >= 500) {
			clearTimeout(this.timer);
			this.timer = setTimeout(() => this.catchUp(), Math.min(most, least * 2 ** this.failures++) * (1 + Math.random() / 2));
		}
	}

	/** What was opened or closed in its place has an address: the one at which the page is looked at again from now on. */
	moved() {
		const at = new URL(this.dataset.hxGet ?? "", location.href);
		at.searchParams.delete("part");
		history.replaceState(history.state, "", at.pathname.replace(/^\/x/, "") + at.search);
	}

	pause() {
		sessionStorage.setItem(pausedKey, this.paused ? "no" : "yes");
		this.catchUp();
	}

	/** The button says whether it is paused, and the line that something waits. */
	show() {
		this.querySelector("[data-fresh-pause]")?.setAttribute("aria-pressed", String(this.paused));
		this.toggleAttribute("data-paused", this.paused);
		if (this.paused && this.stale) {
			this.tell(sentence("live.waits"));
		}
	}

	/** What there is, in words. */
	summed() {
		return /** @type {HTMLElement | null} */ (this.querySelector("[data-fresh-sum]"))?.dataset.freshSum ?? "";
	}

	say() {
		const sum = this.summed();
		if (!this.quiet || sum !== this.sum) {
			this.tell(sentence("live.renewed", wallClock(this.dataset.zone ?? "UTC")(new Date(now())).seconds, sum));
		}
		this.sum = sum;
		this.show();
		this.await();
	}

	/** @param {string} text */
	tell(text) {
		const line = this.querySelector("[data-fresh-said]");
		if (line && line.textContent !== text) {
			line.textContent = text;
		}
	}

	/** What waits for its time, such as an acknowledgement, is looked at again when it has come. */
	await() {
		clearTimeout(this.due);
		const waits = [.../** @type {NodeListOf<HTMLElement>} */ (this.querySelectorAll("[data-fresh-in]"))].filter((e) => e.dataset.freshIn);
		const [first] = waits.sort((a, b) => Number(a.dataset.freshIn) - Number(b.dataset.freshIn));
		if (first) {
			this.due = setTimeout(() => this.changed(first.dataset.freshQuiet !== undefined), Number(first.dataset.freshIn) * 1000);
		}
	}
}

customElements.define("dh-fresh", Fresh);
