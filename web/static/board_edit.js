// @ts-check
/*
 * Lets people drag the widgets of a dashboard, with a mouse or a finger. What a drag ends with goes to the server as the same form that the buttons beside each widget send, so
 * that there is one way in which widgets make room.
 */

const columns = 12;

/** @param {HTMLElement} cell */
function box(cell) {
	const { x = "1", y = "1", w = "1", h = "1" } = cell.dataset;
	return { x: Number(x), y: Number(y), w: Number(w), h: Number(h) };
}

class BoardEdit extends HTMLElement {
	connectedCallback() {
		this.leave = new AbortController();
		for (const cell of /** @type {NodeListOf<HTMLElement>} */ (this.querySelectorAll(".edit-cell"))) {
			const head = /** @type {HTMLElement | null} */ (cell.querySelector(".widget-head"));
			if (head) {
				head.classList.add("edit-handle");
				head.addEventListener("pointerdown", (event) => this.begin(cell, event), { signal: this.leave.signal });
			}
		}
	}

	disconnectedCallback() {
		this.leave?.abort();
	}

	/**
	 * @param {HTMLElement} cell
	 * @param {PointerEvent} event
	 */
	begin(cell, event) {
		if (event.button !== 0 || /** @type {Element} */ (event.target).closest("details, a, button")) {
			return;
		}
		event.preventDefault();
		const head = /** @type {HTMLElement} */ (event.currentTarget);
		head.setPointerCapture(event.pointerId);
		const start = { left: event.clientX, top: event.clientY };
		const from = box(cell);
		const width = this.clientWidth / columns;
		const height = cell.offsetHeight / from.h;
		const target = document.createElement("div");
		target.className = "edit-target";
		let to = { ...from };
		const done = new AbortController();
		cell.dataset.dragging = "";
		this.append(target);

		/** @param {PointerEvent} moved */
		const move = (moved) => {
			to = {
				...from,
				x: Math.min(Math.max(from.x + Math.round((moved.clientX - start.left) / width), 1), columns + 1 - from.w),
				y: Math.max(from.y + Math.round((moved.clientY - start.top) / height), 1),
			};
			for (const [name, value] of Object.entries(to)) {
				target.dataset[name] = String(value);
			}
		};
		/** @param {boolean} keep */
		const end = (keep) => {
			done.abort();
			target.remove();
			delete cell.dataset.dragging;
			if (keep && (to.x !== from.x || to.y !== from.y)) {
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
