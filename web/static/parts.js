// @ts-check
/*
 * Parts of a page that come after it. A part that was not ready in time stands there in its own shape. Those of a page are asked for together, and each is put in its place as soon
 * as it is there; after three seconds it says how long that takes, after ten it can be given up, and when it fails the rest of the page is none the worse. What a page is about comes after
 * a second at the earliest, so that it can be given up at once. A request of which nobody wants anything any more ends.
 */
import htmx from "./htmx.min.js";
import { duration, sentence } from "./words.js";

const patience = 30_000; // until a part counts as failed

/** @type {Set<Part>} */
const wanted = new Set();

/** What was in the place of parts that are about to come, by name. @type {Map<string, {height: number, focused: boolean}>} */
const before = new Map();

/** <dh-part> is the place of a part. One whose state is waiting is asked for at once. */
class Part extends HTMLElement {
	/** Wants nothing any more of the request that is on its way. @type {(() => void) | undefined} */
	leave;

	connectedCallback() {
		this.addEventListener("click", this);
		const last = before.get(this.dataset.part ?? "");
		if (last) {
			before.delete(this.dataset.part ?? "");
			this.follow(last);
		}
		if (this.dataset.state === "waiting") {
			this.wait();
		}
	}

	disconnectedCallback() {
		clearInterval(this.timer);
	}

	/** @param {Event} event */
	handleEvent(event) {
		const pressed = /** @type {HTMLElement} */ (event.target).closest("[data-part-stop], [data-part-retry]");
		if (!(pressed instanceof HTMLElement) || pressed.dataset.partRetry === "") {
			return;
		}
		event.preventDefault();
		if (pressed.dataset.partRetry === undefined) {
			this.leave?.();
			this.fail("part.stopped");
			return;
		}
		for (const name of pressed.dataset.partRetry.split(" ")) {
			const part = document.querySelector(`dh-part[data-part="${CSS.escape(name)}"]`);
			if (part instanceof Part) {
				part.again();
			}
		}
	}

	/** Counts the time, and asks. */
	wait() {
		const began = performance.now();
		const note = this.querySelector("[data-part-note]");
		const stop = /** @type {HTMLElement | null} */ (this.querySelector("[data-part-stop]"));
		if (stop && this.dataset.part === "content") {
			stop.hidden = false;
		}
		clearInterval(this.timer);
		this.timer = setInterval(() => {
			const waited = performance.now() - began;
			if (note && waited >= 3000) {
				note.textContent = sentence("part.waiting", duration(waited));
			}
			if (stop && waited >= 10_000) {
				stop.hidden = false;
			}
		}, 500);
		ask(this);
	}

	/** Asks once more; what is shown stays until there is something newer. */
	again() {
		const retry = this.querySelector("[data-part-retry]");
		const note = document.createElement("span");
		note.dataset.partNote = "";
		note.setAttribute("role", "status");
		note.textContent = sentence("part.loading");
		retry?.replaceWith(note);
		this.setAttribute("aria-busy", "true");
		this.wait();
	}

	/** Lets htmx put the part in its place. @param {string} html */
	fill(html) {
		const box = /** @type {HTMLElement | null} */ (this.firstElementChild);
		before.set(this.dataset.part ?? "", { height: box?.offsetHeight ?? 0, focused: this.contains(document.activeElement) });
		htmx.swap({ sourceElement: this, target: this, text: html, swap: "outerHTML" });
	}

	/** Stands where another part did, and gets no smaller than that was: what is below does not move. @param {{height: number, focused: boolean}} last */
	follow({ height, focused }) {
		const box = /** @type {HTMLElement | null} */ (this.firstElementChild);
		if (box && box.offsetHeight < height) {
			this.style.setProperty("--least", `${height}px`); // not on the box: what htmx takes for the same as before gets its own attributes a moment later
		}
		if (focused) {
			this.tabIndex = -1;
			this.focus();
		}
	}

	/** Gives up: says so, and offers to ask again. @param {string} why @param {string} [request] */
	fail(why, request) {
		clearInterval(this.timer);
		wanted.delete(this);
		this.dataset.state = "failed";
		this.setAttribute("aria-busy", "false");
		const text = document.createElement("p");
		text.setAttribute("role", "status");
		const retry = document.createElement("a");
		retry.href = location.href;
		retry.dataset.partRetry = this.dataset.part ?? "";
		retry.textContent = sentence("error.retry");
		text.append(sentence(why), " ", retry);
		if (request) {
			text.append(" ", sentence("part.request", request));
		}
		const note = this.querySelector("[data-part-note]")?.closest("p, .widget-foot, .panel-failure") ?? this.firstElementChild;
		text.className = "part-failed";
		note?.replaceWith(text);
	}
}

/** Asks for a part together with all others of this moment. @param {Part} part */
function ask(part) {
	if (wanted.size === 0) {
		queueMicrotask(() => {
			const parts = [...wanted];
			wanted.clear();
			for (const some of Map.groupBy(parts, (p) => (p.dataset.src ?? "").replace(/part=[^&]*$/, "")).values()) {
				load(some);
			}
		});
	}
	wanted.add(part);
}

/** Asks for parts of one page by one request, and puts each in its place as it comes. @param {Part[]} parts */
async function load(parts) {
	const rest = new Map(parts.map((p) => [p.dataset.part ?? "", p]));
	const [first, ...others] = parts;
	const unwanted = new AbortController();
	for (const [name, part] of rest) {
		part.leave = () => rest.delete(name) && rest.size === 0 && unwanted.abort();
	}
	const address = [first.dataset.src, ...others.map((p) => `part=${encodeURIComponent(p.dataset.part ?? "")}`)].join("&");
	let request = "";
	try {
		const answer = await fetch(address, { headers: { "HX-Request": "true" }, signal: AbortSignal.any([AbortSignal.timeout(patience), unwanted.signal]) });
		if (!answer.ok && /json/.test(answer.headers.get("Content-Type") ?? "json")) {
			request = (await answer.json()).request_id ?? "";
		} else if (parts.length === 1) {
			arrived(rest, first.dataset.part ?? "", await answer.text());
		} else {
			await read(answer, (name, html) => arrived(rest, name, html));
		}
	} catch {
		// the network, or an answer that broke off: those that did not come say so
	}
	for (const part of rest.values()) {
		if (part.isConnected && part.getAttribute("aria-busy") === "true") {
			part.fail("part.failed", request);
		}
	}
}

/** @param {Map<string, Part>} rest @param {string} name @param {string} html */
function arrived(rest, name, html) {
	const part = rest.get(name);
	rest.delete(name);
	if (part?.isConnected && part.getAttribute("aria-busy") === "true") {
		part.fill(html);
	}
}

/**
 * Reads parts out of an answer while it comes: each stands in a template that bears its name.
 * @param {Response} answer
 * @param {(name: string, html: string) => void} take
 */
async function read(answer, take) {
	const reader = /** @type {ReadableStream<Uint8Array>} */ (answer.body).getReader();
	const text = new TextDecoder();
	let rest = "";
	for (;;) {
		const { done, value } = await reader.read();
		rest += text.decode(value, { stream: !done });
		rest = rest.replaceAll(/<template data-part="([^"]+)">([^]*?)<\/template>\n/g, (_, name, html) => {
			take(name, html);
			return "";
		});
		if (done) {
			return;
		}
	}
}

customElements.define("dh-part", Part);
