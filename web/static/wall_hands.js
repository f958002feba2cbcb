// @ts-check
/*
 * Who stands in front of a wall pauses it and turns it by hand: by its buttons, by keys, or by a finger that goes to the side. What can be pressed is shown while somebody is near.
 */

const far = 80; // px that a finger goes to the side for a turn
const near = 5000; // ms that buttons are shown

/** @typedef {"before" | "next"} Way */
/** What it needs of a wall. @typedef {HTMLElement & {pause(event: Event): void, step(event: Event, way: Way): Promise<void>}} Wall */

/** Listens until the wall is gone. @param {Wall} wall @param {AbortSignal} signal */
export function hands(wall, signal) {
	approaches(wall, signal);
	keys(wall, signal);
	swipes(wall, signal);
	wall.querySelector(".wall-pause")?.addEventListener("click", (event) => wall.pause(event), { signal });
	for (const link of /** @type {NodeListOf<HTMLElement>} */ (wall.querySelectorAll("[data-step]"))) {
		link.addEventListener("click", (event) => void wall.step(event, link.dataset.step === "before" ? "before" : "next"), { signal });
	}
}

/** @param {Wall} wall @param {AbortSignal} signal */
function approaches(wall, signal) {
	/** @type {ReturnType<typeof setTimeout> | undefined} */
	let timer;
	const touched = () => {
		wall.toggleAttribute("data-near", true);
		clearTimeout(timer);
		timer = setTimeout(() => wall.toggleAttribute("data-near", false), near);
	};
	for (const name of ["pointermove", "pointerdown", "keydown"]) {
		document.addEventListener(name, touched, { signal, passive: true });
	}
	signal.addEventListener("abort", () => clearTimeout(timer));
}

/** @param {Wall} wall @param {AbortSignal} signal */
function keys(wall, signal) {
	document.addEventListener(
		"keydown",
		(event) => {
			if (event.ctrlKey || event.altKey || event.metaKey) {
				return;
			}
			if (event.key.toLowerCase() === "p" && document.documentElement.dataset.keys !== "off") {
				wall.pause(event);
			} else if (event.key === "ArrowLeft" || event.key === "ArrowRight") {
				void wall.step(event, event.key === "ArrowLeft" ? "before" : "next");
			}
		},
		{ signal },
	);
}

/** @param {Wall} wall @param {AbortSignal} signal */
function swipes(wall, signal) {
	/** @type {PointerEvent | null} */
	let from = null;
	wall.addEventListener("pointerdown", (event) => (from = event.pointerType === "touch" && event.isPrimary ? event : null), { signal });
	wall.addEventListener("pointercancel", () => (from = null), { signal });
	wall.addEventListener(
		"pointerup",
		(event) => {
			const [x, y] = from ? [event.clientX - from.clientX, event.clientY - from.clientY] : [0, 0];
			from = null;
			if (Math.abs(x) > far && Math.abs(x) > 2 * Math.abs(y)) {
				void wall.step(event, x > 0 ? "before" : "next");
			}
		},
		{ signal },
	);
}
