// @ts-check
/*
 * When a wall loads its page again: at once when it cannot go on with this server, at its hour when there is a newer one, with the next turn when it has grown or is old.
 */

const oldest = 7 * 86_400_000; // ms that a page runs at most
const largest = 300e6; // bytes of its heap
const quiet = [180, 239]; // minutes of the day, in the zone of the wall

export class Reload {
	began = performance.now();
	/** There is a newer portal. */
	newer = false;
	/** Why it cannot wait for the hour, "" for nothing. */
	due = "";
	/** When it is due, by the uptime of the page. @type {number | undefined} */
	urgent;
	hour = quiet[0] + Math.random() * (quiet[1] - quiet[0]);

	/** @param {{free: boolean, fetched(address: string): Promise<Document | null>}} questions */
	constructor(questions) {
		this.questions = questions;
	}

	/** How large the page's heap is, in bytes; 0 where the browser does not say. */
	heap() {
		return /** @type {any} */ (performance).memory?.usedJSHeapSize ?? 0;
	}

	/** How long the page has been up, in ms. */
	up() {
		return performance.now() - this.began;
	}

	/** Compares the page with the server of a heartbeat. @param {{build: string, contract?: number}} beat @param {DOMStringMap} page */
	compare(beat, page) {
		this.newer = beat.build !== page.build;
		if (beat.contract !== undefined && String(beat.contract) !== page.contract && !this.due) {
			this.due = "contract";
			this.urgent = performance.now() + Math.random() * 30_000; // not with all other walls at once
		}
	}

	/** Somebody asked for it. */
	hurry() {
		this.due ||= "asked";
		this.urgent ??= performance.now();
	}

	/** Loads the page if it is time to. @param {string} clock the time of the day at the wall @param {boolean} turning the time of what is shown is over */
	check(clock, turning) {
		const [hours, minutes] = clock.split(":").map(Number);
		const minute = hours * 60 + minutes;
		if (this.due ? performance.now() >= (this.urgent ?? 0) : (this.newer && minute >= this.hour && minute <= quiet[1] + 1) || (turning && (this.heap() > largest || this.up() > oldest))) {
			void this.load();
		}
	}

	/** Not before it is known that there is a page to load, and not again and again while two versions answer in turns. */
	async load() {
		if (!this.questions.free || this.up() < 60_000 * (this.due ? 0.5 : 1)) {
			return;
		}
		if (await this.questions.fetched(location.pathname + location.search)) {
			this.go();
		}
	}

	go() {
		location.reload();
	}
}
