// @ts-check
/*
 * Keys. What a key does stands in the page: data-key on a link, button or field says which key (or two, one after the other: "g o") presses, follows or enters it; data-key-next on
 * a list of choices says which key takes the next one. Single letters can be switched off (WCAG 2.2, 2.1.4), and none of them counts while somebody types.
 */

const patience = 1200; // ms between the two of "g o"
let first = "";
let since = 0;

/** @param {EventTarget | null} target */
function typing(target) {
	return target instanceof HTMLElement && (target.isContentEditable || target.matches("textarea, select, input:not([type=checkbox], [type=radio], [type=button], [type=submit])"));
}

/** The key's name as pages write it, "" for those that are none. @param {KeyboardEvent} event */
function nameOf(event) {
	if (event.altKey || event.metaKey) {
		return "";
	}
	const key = event.key === " " ? "Space" : event.key;
	if (event.ctrlKey) {
		return "Ctrl " + key.toLowerCase();
	}
	return event.shiftKey && /^[a-z]$/i.test(key) ? "Shift " + key.toLowerCase() : key;
}

/** @param {string} name @returns {HTMLElement | undefined} */
function named(name) {
	const found = /** @type {NodeListOf<HTMLElement>} */ (document.querySelectorAll(`[data-key~="${CSS.escape(name.replace(" ", "+"))}"]`));
	return [...found].find((e) => !e.closest("[inert]") && (e.checkVisibility() || e.dataset.keyHidden !== undefined));
}

/** @param {HTMLElement} element */
function use(element) {
	if (element.matches("input:not([type=checkbox]), textarea")) {
		element.focus();
	} else {
		element.click();
	}
}

/** Takes the next of a list's choices: an option of a form's field, or a link after the current one. @param {string} name */
function next(name) {
	const list = /** @type {HTMLElement | null} */ (document.querySelector(`[data-key-next="${CSS.escape(name)}"]`));
	if (list instanceof HTMLSelectElement) {
		list.selectedIndex = (list.selectedIndex + 1) % list.options.length;
		list.form?.requestSubmit();
	} else if (list) {
		const links = [...list.querySelectorAll("a[href]")];
		const at = links.findIndex((a) => a.hasAttribute("aria-current"));
		/** @type {HTMLElement | undefined} */ (links[(at + 1) % links.length])?.click();
	}
	return list !== null;
}

/** What scripts do themselves, by key. @type {Record<string, () => void>} */
const own = {
	r: () => location.reload(),
	f: () => void (document.fullscreenElement ? document.exitFullscreen() : document.documentElement.requestFullscreen()).catch(() => {}),
	"?": () => openHelp(),
	z: () => undoZoom(),
};

function openHelp() {
	const dialog = document.querySelector("dialog[data-keys-help]");
	if (dialog instanceof HTMLDialogElement && !dialog.open) {
		dialog.showModal();
	}
}

/** Goes back to the range from before the latest zoom. */
function undoZoom() {
	const stack = JSON.parse(sessionStorage.getItem("portico-zoom") ?? "[]");
	const back = stack.pop();
	if (back) {
		sessionStorage.setItem("portico-zoom", JSON.stringify(stack));
		location.assign(back);
	}
}

/** @param {string} name @returns {boolean} whether something came of it */
function press(name) {
	const element = named(name);
	if (element) {
		use(element);
		return true;
	}
	if (next(name)) {
		return true;
	}
	if (own[name]) {
		own[name]();
		return true;
	}
	return false;
}

document.addEventListener("keydown", (event) => {
	const name = nameOf(event);
	const letters = document.documentElement.dataset.keys !== "off";
	if (name === "" || event.defaultPrevented || event.isComposing || (typing(event.target) && name !== "Ctrl k") || (!letters && /^(Shift )?.$/.test(name))) {
		return;
	}
	if (document.querySelector("dialog[open]") || (name.startsWith("Arrow") && event.target instanceof HTMLElement && event.target.closest("[role=listbox], [role=grid], input, .table-scroll"))) {
		return;
	}
	const pair = letters && first && event.timeStamp - since < patience ? `${first} ${name}` : "";
	first = "";
	if ((pair && press(pair)) || press(name)) {
		event.preventDefault();
		return;
	}
	if (/^[gt]$/.test(name)) {
		first = name;
		since = event.timeStamp;
	}
});

// Rows of a list that can be chosen: x takes the one with the focus, Shift x all from the one before.
/** @type {HTMLInputElement | null} */
let latest = null;

/** @param {boolean} range */
function choose(range) {
	const row = document.activeElement?.closest("[data-row]");
	const box = /** @type {HTMLInputElement | null} */ (row?.querySelector("input[type=checkbox]"));
	if (!box) {
		return;
	}
	const boxes = /** @type {HTMLInputElement[]} */ ([...document.querySelectorAll("[data-row] input[type=checkbox]")]);
	const from = range && latest?.isConnected ? boxes.indexOf(latest) : boxes.indexOf(box);
	const to = boxes.indexOf(box);
	const on = range || !box.checked;
	for (const b of boxes.slice(Math.min(from, to), Math.max(from, to) + 1)) {
		if (b.checked !== on) {
			b.checked = on;
			b.dispatchEvent(new Event("change", { bubbles: true }));
		}
	}
	latest = box;
}
own.x = () => choose(false);
own["Shift x"] = () => choose(true);

document.addEventListener("click", (event) => {
	const target = event.target instanceof Element ? event.target : null;
	if (target?.closest("[data-open-help]")) {
		event.preventDefault();
		openHelp();
	}
});
