// @ts-check
/*
 * Parts of a page that come after it. A part that was not ready in time stands there in its own shape and is fetched at once, by its own address; after three seconds it says how
 * long that takes, after ten it can be given up, and when it fails the rest of the page is none the worse.
 */
import htmx from "./htmx.min.js";
import { duration, sentence } from "./words.js";

/** <dh-part> is the place of a part that is on its way. htmx puts what it is told by data-hx-get in its place. */
class Part extends HTMLElement {
	connectedCallback() {
		const began = performance.now();
		const note = this.querySelector("[data-part-note]");
		const stop = /** @type {HTMLElement | null} */ (this.querySelector("[data-part-stop]"));
		stop?.addEventListener("click", () => this.fail("part.stopped"));
		this.timer = setInterval(() => {
			const waited = performance.now() - began;
			if (note && waited >= 3000) {
				note.textContent = sentence("part.waiting", duration(waited));
			}
			if (stop && waited >= 10_000) {
				stop.hidden = false;
			}
		}, 500);
		this.addEventListener("htmx:error", () => this.fail("part.failed"));
		this.addEventListener("htmx:response:error", () => this.fail("part.failed"));
	}

	disconnectedCallback() {
		clearInterval(this.timer);
	}

	/** Gives up: says so, and offers the page itself, which shows the part or says why not. @param {string} why */
	fail(why) {
		clearInterval(this.timer);
		if (why === "part.stopped") {
			htmx.trigger(this, "htmx:abort");
		}
		this.dataset.state = "failed";
		this.setAttribute("aria-busy", "false");
		const again = document.createElement("a");
		again.href = this.dataset.whole ?? location.href;
		again.textContent = sentence("part.again");
		const text = document.createElement("p");
		text.append(sentence(why), " ", again);
		this.replaceChildren(text);
	}
}

customElements.define("dh-part", Part);
