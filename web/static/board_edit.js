// @ts-check
/*
 * Lets people drag the widgets of a dashboard, and the corners that make them larger, with a mouse or a finger. What a drag ends with goes to the server as the same form that the buttons beside each widget send, so
 * that there is one way in which widgets make room.
 */

const columns = 12;
const mostRows = 12;
const edge = 40; // px from the top and the bottom of the window, in which a drag has the page go on
const narrow = matchMedia("(max-width: 959px)"); // widgets stand one after another there: buttons move them, and fingers the page

/** @typedef {{x: number, y: number, w: number, h: number}} Box */

/** @param {HTMLElement} cell */
function box(cell) {
	const { x = "1", y = "1", w = "1", h = "1" } = cell.dataset;
	return { x: Number(x), y: Number(y), w: Number(w), h: Number(h) };
}

/**
 * A box elsewhere.
 * @type {(from: Box, dx: number, dy: number) => Box}
 */
const moved = (from, dx, dy) => ({ ...from, x: between(from.x + dx, 1, columns + 1 - from.w), y: Math.max(from.y + dy, 1) });

/**
 * A box of another size.
 * @type {(from: Box, dx: number, dy: number) => Box}
 */
const resized = (from, dx, dy) => ({ ...from, w: between(from.w + dx, 1, columns + 1 - from.x), h: between(from.h + dy, 1, mostRows) });

/** @type {(value: number, least: number, most: number) => number} */
const between = (value, least, most) => Math.min(Math.max(value, least), most);

class BoardEdit extends HTMLElement {
	connectedCallback() {
		this.leave = new AbortController();
		for (const cell of /** @type {NodeListOf<HTMLElement>} */ (this.querySelectorAll(".edit-cell"))) {
			const head = /** @type {HTMLElement | null} */ (cell.querySelector(".widget-head"));
			if (head) {
				head.classList.add("edit-handle");
				this.handle(head, cell, moved);
			}
			const corner = document.createElement("span"); // the buttons above are its twin
			corner.className = "edit-corner";
			corner.setAttribute("aria-hidden", "true");
			cell.append(corner);
			this.handle(corner, cell, resized);
		}
	}

	disconnectedCallback() {
		this.leave?.abort();
		this.querySelectorAll(".edit-corner").forEach((corner) => corner.remove());
	}

	/**
	 * Lets a part of a cell be dragged.
	 * @param {HTMLElement} part
	 * @param {HTMLElement} cell
	 * @param {(from: Box, columns: number, rows: number) => Box} change
	 */
	handle(part, cell, change) {
		part.addEventListener("pointerdown", (event) => this.begin(cell, event, change), { signal: this.leave?.signal });
	}

	/**
	 * @param {HTMLElement} cell
	 * @param {PointerEvent} event
	 * @param {(from: Box, columns: number, rows: number) => Box} change
	 */
	begin(cell, event, change) {
		if (event.button !== 0 || narrow.matches || /** @type {Element} */ (event.target).closest("details, a, button")) {
			return;
		}
		event.preventDefault();
		const head = /** @type {HTMLElement} */ (event.currentTarget);
		head.setPointerCapture(event.pointerId);
		const start = { left: event.clientX, top: event.clientY + scrollY };
		const from = box(cell);
		const width = this.clientWidth / columns;
		const height = cell.offsetHeight / from.h;
		const target = document.createElement("div");
		target.className = "edit-target";
		let to = { ...from };
		const done = new AbortController();
		this.leave?.signal.addEventListener("abort", () => end(false), { signal: done.signal });
		cell.dataset.dragging = "";
		this.append(target);

		let last = event;
		const place = () => {
			to = change(from, Math.round((last.clientX - start.left) / width), Math.round((last.clientY + scrollY - start.top) / height));
			for (const [name, value] of Object.entries(to)) {
				target.dataset[name] = String(value);
			}
		};
		/** @param {PointerEvent} at */
		const move = (at) => {
			last = at;
			place();
		};
		const scroll = setInterval(() => {
			const by = last === event ? 0 : last.clientY < edge ? -12 : last.clientY > innerHeight - edge ? 12 : 0;
			if (by !== 0) {
				scrollBy(0, by);
				place();
			}
		}, 16);
		/** @param {boolean} keep */
		const end = (keep) => {
			done.abort();
			clearInterval(scroll);
			target.remove();
			delete cell.dataset.dragging;
			if (keep && JSON.stringify(to) !== JSON.stringify(from)) {
				this.send(cell.dataset.id ?? "", to);
			}
		};
		head.addEventListener("pointermove", move, { signal: done.signal });
		head.addEventListener("pointerup", () => end(true), { signal: done.signal });
		head.addEventListener("pointercancel", () => end(false), { signal: done.signal });
		addEventListener("keydown", (key) => key.key === "Escape" && end(false), { signal: done.signal });
	}

	/**
	 * @param {string} widget
	 * @param {{x: number, y: number, w: number, h: number}} to
	 */
	send(widget, to) {
		const form = document.createElement("form");
		form.method = "post";
		form.action = this.dataset.action ?? "";
		form.hidden = true;
		const fields = { do: "place", widget, x: to.x - 1, y: to.y - 1, w: to.w, h: to.h };
		for (const [name, value] of Object.entries(fields)) {
			const input = document.createElement("input");
			input.name = name;
			input.value = String(value);
			form.append(input);
		}
		document.body.append(form);
		form.submit();
	}
}

customElements.define("board-edit", BoardEdit);
