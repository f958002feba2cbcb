// @ts-check
/*
 * What a wall asks of the server: one question at a time, and after one that got no answer the next one waits, longer each time. Since when there is no answer it says after a while.
 */
import { now } from "./clock.js";

const least = 5000; // ms until a failed request is tried again at first, and at most
const most = 300_000;
const patience = 40_000; // ms without an answer that it gets, until it says so

export class Questions {
	busy = false;
	failures = 0;
	/** Nothing is asked earlier, by the uptime of the page. */
	retryAt = 0;
	/** Since when it gets no answer. @type {Date | null} */
	unanswered = null;
	/** The latest request did not get through. */
	unreached = false;

	/**
	 * @param {(since: Date | null) => void} say is told since when there is no answer, null when there is one
	 * @param {(ended: boolean) => void} end is told whether the session has ended
	 */
	constructor(say, end) {
		this.say = say;
		this.end = end;
	}

	/** Another question may be asked now. */
	get free() {
		return !this.busy && performance.now() >= this.retryAt;
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
				this.answered();
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

	answered() {
		this.hurry();
		this.unanswered = null;
		this.unreached = false;
		this.say(null);
	}

	/** The next question need not wait. */
	hurry() {
		this.failures = this.retryAt = 0;
	}

	/** The next question comes no sooner than one after a failure. */
	rest() {
		this.retryAt = Math.max(this.retryAt, performance.now() + least);
	}

	/** Notes since when there is no answer, and says so after a while, or at once where the browser knows that there is no network. The stream may go on where nothing else does. */
	waits() {
		this.unanswered ??= new Date(now());
		if (!navigator.onLine || now() - this.unanswered.getTime() > patience) {
			this.say(this.unanswered);
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
			this.answered();
		}
	}
}
