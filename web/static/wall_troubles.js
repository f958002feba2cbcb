// @ts-check
/*
 * What is in the way of a wall, by kind, with the time since when: its line says the most serious one.
 */
import { sentence } from "./words.js";

const kinds = ["offline", "portal", "answers", "sign-in", "hub"]; // the most serious one first

export class Troubles {
	/** @type {Map<string, Date>} */
	since = new Map();

	/** @param {HTMLElement} wall @param {(date: Date) => string} clock the time of the day at the wall */
	constructor(wall, clock) {
		this.wall = wall;
		this.clock = clock;
	}

	/** @param {string} kind @param {Date | null} since null when it is over */
	say(kind, since) {
		if (kind === "portal" || kind === "offline") {
			this.since.delete("portal");
			this.since.delete("offline");
		}
		if (since) {
			this.since.set(kind, since);
		} else {
			this.since.delete(kind);
		}
		const line = /** @type {HTMLElement} */ (this.wall.querySelector(".wall-says"));
		const text = this.text();
		if (line.textContent !== text) {
			line.textContent = text;
		}
		line.hidden = !text;
	}

	/** The most serious one in words, "" for none. */
	text() {
		const worst = kinds.find((kind) => this.since.has(kind));
		return worst ? sentence("wall." + worst.replace("answers", navigator.onLine ? "portal" : "offline"), this.clock(/** @type {Date} */ (this.since.get(worst)))) : "";
	}
}
