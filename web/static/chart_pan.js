// @ts-check
/* A chart that is drawn aside with Shift held shows an earlier or later range of the same length. Its twins are the arrows of the time bar. */

const least = 8; // pixels; less is a click

/**
 * @param {any} plot
 * @param {{from: number, to: number}} range Unix seconds
 * @param {(from: number, to: number) => void} show what is known of another range
 * @param {(from: number, to: number) => void} open the page of another range
 */
export function pan(plot, { from, to }, show, open) {
	const over = /** @type {HTMLElement} */ (plot.over);
	const begin = (/** @type {MouseEvent} */ event) => {
		if (event.button !== 0 || !event.shiftKey) {
			return;
		}
		event.preventDefault();
		event.stopImmediatePropagation(); // else the plot begins to zoom
		const seconds = (to - from) / over.clientWidth;
		const end = new AbortController();
		const distance = (/** @type {MouseEvent} */ at) => event.clientX - at.clientX;
		addEventListener("mousemove", (at) => show(from + distance(at) * seconds, to + distance(at) * seconds), { signal: end.signal });
		addEventListener(
			"mouseup",
			(at) => {
				end.abort();
				if (Math.abs(distance(at)) > least) {
					open(from + distance(at) * seconds, to + distance(at) * seconds);
				} else {
					show(from, to);
				}
			},
			{ signal: end.signal },
		);
		addEventListener(
			"keydown",
			(key) => {
				if (key.key === "Escape") {
					end.abort();
					show(from, to);
				}
			},
			{ signal: end.signal },
		);
	};
	over.addEventListener("mousedown", begin, { capture: true });
}
