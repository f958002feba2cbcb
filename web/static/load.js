// @ts-check
/*
 * Another view of a page: the browser shows the last one until the next is there. When that takes longer than a second, <dh-load> says how long, and the load can be given up: the request ends, with all that the
 * server does for it, and what is in sight stays. Browsers that do not tell of a navigation have a button of their own for that.
 */
import { duration, sentence } from "./words.js";

const patience = 1000;
const readable = 6000; // for as long as it says that what is shown is the last view

class Load extends HTMLElement {
	/** What is waited for. @type {object | undefined} */
	load;

	connectedCallback() {
		this.gone = new AbortController();
		const { signal } = this.gone;
		/** @type {EventTarget | undefined} */ (/** @type {any} */ (window).navigation)?.addEventListener("navigate", (event) => this.leaves(event), { signal });
		addEventListener("pageshow", () => this.end(), { signal }); // the browser had kept the page
		this.part("stop").addEventListener("click", () => this.stop(), { signal });
	}

	disconnectedCallback() {
		this.gone?.abort();
		this.end();
	}

	/** @param {string} name @returns {HTMLElement} */
	part(name) {
		return /** @type {HTMLElement} */ (this.querySelector(`[data-load-${name}]`));
	}

	/** The browser asks for a page. Only another view of this one is waited for here, and no write is given up. @param {any} event NavigateEvent */
	leaves({ destination, downloadRequest, formData, hashChange, signal }) {
		if (destination.sameDocument || hashChange || downloadRequest != null || formData || new URL(destination.url).pathname !== location.pathname) {
			return;
		}
		this.end();
		const load = (this.load = {});
		const began = performance.now();
		this.timer = setInterval(() => this.show(performance.now() - began), 250);
		signal.addEventListener("abort", () => this.load === load && this.end());
	}

	/** @param {number} waited ms */
	show(waited) {
		if (waited >= patience) {
			this.part("stop").hidden = false;
			this.tell(sentence("part.loading"), sentence("part.waiting", duration(waited)));
		}
	}

	stop() {
		this.end();
		window.stop();
		document.dispatchEvent(new Event("load-stopped"));
		this.part("stop").hidden = true;
		this.tell(sentence("load.kept"), sentence("load.kept"));
		this.timer = setTimeout(() => this.end(), readable);
	}

	end() {
		this.load = undefined;
		clearInterval(this.timer);
		this.part("box").hidden = true;
		this.part("spoken").textContent = "";
	}

	/** @param {string} spoken is read out once @param {string} seen */
	tell(spoken, seen) {
		this.part("box").hidden = false;
		this.part("seen").textContent = seen;
		if (this.part("spoken").textContent !== spoken) {
			this.part("spoken").textContent = spoken;
		}
	}
}

customElements.define("dh-load", Load);
