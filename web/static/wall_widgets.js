// @ts-check
/*
 * The widgets that a wall shows, and how newer ones come in their place.
 */

/** @param {ParentNode} part @returns {HTMLElement[]} */
export function widgets(part) {
	return [...part.querySelectorAll(".widget")].filter((w) => w instanceof HTMLElement);
}

/** The name of a widget in the board's marks. @param {Element | null} widget */
export function name(widget) {
	return widget?.id.slice(2) ?? "";
}

/** Takes widgets out of what was fetched, with their pictures. @param {Document} found */
export async function adopted(found) {
	const sections = widgets(found).map((w) => document.adoptNode(w));
	await Promise.all(sections.map(pictures));
	return sections;
}

/** Waits until the pictures of a part can be shown, so that none of them is seen coming. @param {Element} part */
export async function pictures(part) {
	await Promise.race([Promise.allSettled([...part.querySelectorAll("img")].map((i) => i.decode())), new Promise((done) => setTimeout(done, 3000))]);
}

/** Puts widgets that look different in the place of those that are shown; one that failed does not replace a picture that is there. @param {HTMLElement[]} sections */
export function exchange(sections) {
	for (const section of sections) {
		const old = document.getElementById(section.id);
		if (old && old.dataset.mark !== section.dataset.mark && !(section.dataset.state === "failed" && old.dataset.mark)) {
			const focused = old.contains(document.activeElement) ? document.activeElement?.getAttribute("href") : null;
			old.replaceWith(section);
			if (focused) {
				/** @type {HTMLElement | null} */ (section.querySelector(`a[href="${CSS.escape(focused)}"]`))?.focus();
			}
		}
	}
}

/**
 * Pictures without values of their own are as old as the latest answer about them, or as the last time that there was one.
 * @param {HTMLElement} wall
 * @param {string | undefined} confirmed when the latest answer about the board came
 * @param {Record<string, string>} older since when a picture stands in for a newer one, by widget
 */
export function stamp(wall, confirmed, older) {
	for (const time of /** @type {NodeListOf<HTMLTimeElement>} */ (wall.querySelectorAll("[data-picture] time"))) {
		const since = older[name(time.closest(".widget"))];
		if (!since) {
			time.dateTime = confirmed ?? time.dateTime;
		} else if (!time.dateTime || Date.parse(since) < Date.parse(time.dateTime)) {
			time.dateTime = since; // it gets no younger
		}
	}
}
