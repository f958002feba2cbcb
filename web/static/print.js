// @ts-check
/* Buttons that print the page. They are hidden without a script, which the browser's own menu needs not. */
for (const button of /** @type {NodeListOf<HTMLElement>} */ (document.querySelectorAll("[data-print]"))) {
	button.hidden = false;
	button.addEventListener("click", () => window.print());
}
