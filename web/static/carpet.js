// @ts-check
/*
 * <dh-carpet> says what is in the cell of a carpet under the mouse, the finger or the keyboard's cursor. The picture is the server's; the values come as columns when somebody first asks, and where a
 * cell stands is arithmetic. Arrow keys go by day and by time of day, Page Up and Down by a week, Home and End to the first and last day.
 */
import { dayName, quantity, sentence } from "./words.js";

const patience = 5000; // ms until values that did not come are asked for again

/**
 * What is in the cells; CarpetDataModel in Go. null is a missing value, false a time that is still to come or that clocks skip.
 * @typedef {object} Values
 * @property {string} unit
 * @property {string[]} days
 * @property {number} step seconds
 * @property {number} rows
 * @property {(number | null | false)[]} a
 * @property {(number | null | false)[]} [b]
 */

class Carpet extends HTMLElement {
	retryAt = 0;

	connectedCallback() {
		this.day = 0;
		this.row = 0;
		this.pointing = false;
		this.field = document.createElement("input");
		Object.assign(this.field, { type: "range", min: "0", max: "1", step: "1", value: "0", className: "carpet-cursor" });
		this.field.setAttribute("aria-label", sentence("carpet.cursor", this.dataset.name ?? ""));
		this.cell = Object.assign(document.createElement("div"), { className: "carpet-cell", hidden: true });
		this.box = Object.assign(document.createElement("div"), { className: "carpet-tip", hidden: true });
		this.box.setAttribute("aria-hidden", "true");
		this.append(this.cell, this.field, this.box);
		this.field.addEventListener("focus", () => void this.ready().then(() => this.go(this.day, this.row)));
		this.field.addEventListener("blur", () => this.hide());
		this.field.addEventListener("input", () => this.pointing || this.go(Number(this.field?.value), this.row)); // a screen reader sets the value
		this.field.addEventListener("keydown", (event) => this.press(event));
		for (const kind of ["pointermove", "pointerdown"]) {
			this.field.addEventListener(kind, (event) => void this.ready().then(() => this.point(/** @type {PointerEvent} */ (event))));
		}
		this.field.addEventListener("pointerdown", () => (this.pointing = true));
		for (const kind of ["pointerup", "pointercancel"]) {
			this.field.addEventListener(kind, () => (this.pointing = false));
		}
		this.field.addEventListener("pointerleave", () => document.activeElement === this.field || this.hide());
	}

	disconnectedCallback() {
		this.field?.remove();
		this.cell?.remove();
		this.box?.remove();
	}

	/** The values, fetched once; a failure leaves the picture as it was, and is tried again, but not with each step of a mouse. */
	async ready() {
		if (!this.fetched && performance.now() < this.retryAt) {
			return;
		}
		this.fetched ??= fetch(this.dataset.values ?? "", { headers: { Accept: "application/json" } }).then((r) => (r.ok ? r.json() : Promise.reject(new Error(r.statusText))));
		try {
			/** @type {Values} */
			this.values = await this.fetched;
			this.field?.setAttribute("max", String(this.values.days.length - 1));
		} catch {
			this.fetched = undefined;
			this.retryAt = performance.now() + patience;
		}
	}

	/** @param {PointerEvent} event */
	point(event) {
		const { left, top, width, height } = this.getBoundingClientRect();
		if (this.values && width > 0 && height > 0) {
			this.second = this.half(event.clientX - left, width);
			this.go(Math.floor(((event.clientX - left) / width) * this.values.days.length), Math.floor(((event.clientY - top) / height) * this.values.rows));
		}
	}

	/** Whether a place lies in the right half of its day, where the second of an hour stands that comes twice. @param {number} x @param {number} width */
	half(x, width) {
		return ((x / width) * (this.values?.days.length ?? 1)) % 1 >= 0.5;
	}

	/** @param {KeyboardEvent} event */
	press(event) {
		const last = (this.values?.days.length ?? 1) - 1;
		/** @type {Record<string, [number, number]>} */
		const moves = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1], PageUp: [-7, 0], PageDown: [7, 0], Home: [-last, 0], End: [last, 0] };
		const move = moves[event.key];
		if (event.key === "Escape") {
			this.hide();
		} else if (move && !event.ctrlKey && !event.altKey && !event.metaKey) {
			event.preventDefault();
			event.stopPropagation();
			this.second = undefined;
			void this.ready().then(() => this.go(this.day + move[0], this.row + move[1]));
		}
	}

	/** Puts the cursor on a cell, the nearest one there is. @param {number} day @param {number} row */
	go(day, row) {
		const { values, field, cell, box } = this;
		if (!values || !field || !cell || !box) {
			return;
		}
		this.day = Math.min(Math.max(day, 0), values.days.length - 1);
		this.row = Math.min(Math.max(row, 0), values.rows - 1);
		field.value = String(this.day);
		const [when, what] = this.text();
		field.setAttribute("aria-valuetext", `${when}, ${what}`);
		box.replaceChildren(Object.assign(document.createElement("strong"), { textContent: when }), Object.assign(document.createElement("span"), { textContent: what }));
		box.toggleAttribute("data-left", this.day >= values.days.length / 2);
		const { width, height } = this.getBoundingClientRect();
		const place = { left: (this.day / values.days.length) * width, top: (this.row / values.rows) * height, width: width / values.days.length, height: height / values.rows };
		for (const [name, size] of Object.entries(place)) {
			cell.style.setProperty(name, `${size}px`);
		}
		box.hidden = cell.hidden = false;
	}

	hide() {
		if (this.box && this.cell) {
			this.box.hidden = this.cell.hidden = true;
		}
	}

	/** When the cell is, and what is in it: both values where clocks show its time twice. @returns {[string, string]} */
	text() {
		const { days, step, rows, unit, a, b } = /** @type {Values} */ (this.values);
		const at = this.day * rows + this.row;
		const minutes = (this.row * step) / 60;
		const two = (/** @type {number} */ n) => String(Math.floor(n)).padStart(2, "0");
		const when = `${dayName(days[this.day])} ${two(minutes / 60)}:${two(minutes % 60)}`;
		const both = b && b[at] !== a[at] ? [a[at], b[at]] : [a[at]];
		const shown = both.length > 1 && this.second !== undefined ? [both[this.second ? 1 : 0]] : both;
		return [when, shown.map((v) => (v === false ? sentence("carpet.no-time") : v === null ? sentence("chart.no-value") : quantity(v, unit))).join(" / ")];
	}
}

customElements.define("dh-carpet", Carpet);
