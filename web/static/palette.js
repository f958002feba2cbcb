// @ts-check
/*
 * The palette: a box over the page in which a few letters find a site, a meter or a variable. It is the page /search in a dialog; without a script its button is a link there.
 */

/** <dh-palette> holds the dialog. Results are links that the server makes. */
class Palette extends HTMLElement {
	connectedCallback() {
		const dialog = this.querySelector("dialog");
		const box = this.querySelector("input");
		const list = this.querySelector("[data-palette-results]");
		if (!dialog || !box || !list) {
			return;
		}
		this.gone = new AbortController();
		const { signal } = this.gone;
		document.addEventListener("click", (event) => this.open(event, dialog, box), { signal });
		this.addEventListener("keydown", (event) => this.move(event, box), { signal });
		dialog.addEventListener("click", (event) => event.target === dialog && dialog.close(), { signal });
		this.stays = new MutationObserver(() => this.stay(dialog, box));
		this.stays.observe(list, { childList: true, subtree: true });
	}

	disconnectedCallback() {
		this.gone?.abort();
		this.stays?.disconnect();
	}

	/** Whoever is at a result when newer ones take its place is back in the box: nobody's keys lead nowhere. @param {HTMLDialogElement} dialog @param {HTMLInputElement} box */
	stay(dialog, box) {
		if (dialog.open && !dialog.contains(document.activeElement)) {
			box.focus();
		}
	}

	/** @param {MouseEvent} event @param {HTMLDialogElement} dialog @param {HTMLInputElement} box */
	open(event, dialog, box) {
		const opener = event.target instanceof Element && event.target.closest("[data-palette-open]");
		if (!opener || event.ctrlKey || event.metaKey || this.inert) {
			return;
		}
		event.preventDefault();
		dialog.showModal();
		box.select();
	}

	/** Arrows go through the results, and back into the box. @param {KeyboardEvent} event @param {HTMLInputElement} box */
	move(event, box) {
		const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
		if (!step) {
			return;
		}
		const stops = /** @type {HTMLElement[]} */ ([box, ...this.querySelectorAll("[data-palette-results] a")]);
		const at = stops.indexOf(/** @type {HTMLElement} */ (document.activeElement));
		stops[(at + step + stops.length) % stops.length].focus();
		event.preventDefault();
	}
}

customElements.define("dh-palette", Palette);
