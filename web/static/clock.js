// @ts-check
/*
 * The server's clock, which decides what "now" means: the clock above each page runs on by it, and ages are measured against it. The device's own clock counts for nothing.
 */
import { duration, sentence, wallClock } from "./words.js";

/** What the server's clock showed when the device had been on for 0 ms. */
let epoch = 0;

/** The server's now, in ms. */
export function now() {
	return epoch + performance.now();
}

/** @param {string} stamp the server's now, RFC 3339 */
export function setClock(stamp) {
	const at = Date.parse(stamp);
	if (!Number.isNaN(at)) {
		epoch = at - performance.now();
	}
}

/** <dh-clock> runs on; it names the difference when the device's clock is more than five seconds off. */
class Clock extends HTMLElement {
	connectedCallback() {
		const time = this.querySelector("time");
		if (!time) {
			return;
		}
		if (epoch === 0) {
			setClock(time.dateTime);
		}
		const zone = time.textContent?.split("\u00a0")[1] ?? "";
		const wall = wallClock(this.dataset.zone ?? "UTC");
		const tick = () => {
			const at = new Date(now());
			time.dateTime = at.toISOString();
			time.textContent = wall(at).seconds + "\u00a0" + zone;
			const skew = Date.now() - now();
			this.title = Math.abs(skew) > 5000 ? sentence("clock.skew", duration(skew)) : (this.dataset.title ?? "");
			this.toggleAttribute("data-skewed", Math.abs(skew) > 5000);
		};
		tick(); // a picture that was kept shows the time at which it was made
		this.timer = setInterval(tick, 1000);
	}

	disconnectedCallback() {
		clearInterval(this.timer);
	}
}

/**
 * <dh-age> says how old the newest value is, in <time>. data-late and data-silent are the ages in seconds up to which it is on time and late, data-gone the one from which it is too old
 * to be read; it never freezes silently. data-say is the sentence around the age.
 */
class Age extends HTMLElement {
	static all = /** @type {Set<Age>} */ (new Set());

	connectedCallback() {
		Age.all.add(this);
		if (this.dataset.say) {
			this.tick();
		}
	}

	disconnectedCallback() {
		Age.all.delete(this);
	}

	tick() {
		const time = this.querySelector("time");
		if (!time?.dateTime) {
			return;
		}
		const age = Math.max(0, now() - Date.parse(time.dateTime));
		const text = this.dataset.say ? sentence(this.dataset.say, duration(age)) : duration(age);
		if (time.textContent !== text) {
			time.textContent = text;
		}
		const [late, silent, gone] = [this.dataset.late, this.dataset.silent, this.dataset.gone || "Infinity"].map((s) => Number(s) * 1000);
		if (late > 0) {
			const state = age > gone ? "gone" : age > silent ? "silent" : age > late ? "late" : "ok";
			if (this.dataset.state !== state) {
				this.dataset.state = state;
			}
		}
	}
}

customElements.define("dh-clock", Clock);
customElements.define("dh-age", Age);

setInterval(() => {
	if (document.visibilityState === "visible") {
		Age.all.forEach((age) => age.tick());
	}
}, 5000);

// What a site's meter sent last, as the stream tells it: the badges of that site follow.
document.addEventListener("live-freshness", (event) => {
	const sites = /** @type {CustomEvent} */ (event).detail?.sites ?? {};
	for (const age of Age.all) {
		const time = age.querySelector("time");
		const last = sites[age.dataset.site ?? ""];
		if (time && last && Date.parse(last) > Date.parse(time.dateTime || "1970-01-01")) {
			time.dateTime = last;
			age.tick();
		}
	}
});
