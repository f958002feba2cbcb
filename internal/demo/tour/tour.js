// The demo's clock runs by its own speed, and the arrow keys lead through the tour while its bar has the focus.

const bar = document.querySelector("[data-tour-bar]");

/** @param {string} name */
function follow(name) {
	/** @type {HTMLElement | null} */
	const link = bar?.querySelector(`[data-tour-${name}]`) ?? null;
	link?.click();
}

bar?.addEventListener("keydown", (event) => {
	const key = /** @type {KeyboardEvent} */ (event);
	if (key.altKey || key.ctrlKey || key.metaKey || key.shiftKey) return;
	const way = { ArrowRight: "next", ArrowLeft: "back", Escape: "leave" }[key.key];
	if (way) {
		key.preventDefault();
		follow(way);
	}
});

const began = Date.now();

for (const clock of document.querySelectorAll("time[data-tour-clock]")) {
	const { tourClock, tourZone } = /** @type {HTMLElement} */ (clock).dataset;
	const at = Date.parse(clock.getAttribute("datetime") ?? "");
	const speed = Number(tourClock);
	if (!at || !speed) continue;
	const format = new Intl.DateTimeFormat("en-GB", { hour: "2-digit", minute: "2-digit", second: "2-digit", timeZone: tourZone });
	const zone = (clock.textContent ?? "").slice(8); // what stands behind the time, until the clocks change
	setInterval(() => {
		if (!document.hidden) clock.textContent = format.format(at + (Date.now() - began) * speed) + zone;
	}, 1000);
}
