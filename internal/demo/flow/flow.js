// @ts-check
/*
 * Keeps the page about the token flow fresh while things happen: an event says that there is something new, the page is fetched again, and what differs is put in its place, so that
 * focus and scroll position stay. Without it everything is there after a reload.
 */

const breath = 250; // ms between two fetches

/**
 * Makes one element like another, child by child, and leaves alone what is the same already.
 * @param {Element} old
 * @param {Element} fresh
 */
function morph(old, fresh) {
	for (const { name } of [...old.attributes]) {
		if (!fresh.hasAttribute(name)) {
			old.removeAttribute(name);
		}
	}
	for (const { name, value } of fresh.attributes) {
		if (old.getAttribute(name) !== value) {
			old.setAttribute(name, value);
		}
	}
	const byID = new Map([...old.children].filter((child) => child.id).map((child) => [child.id, child]));
	let at = old.firstChild;
	for (const next of [...fresh.childNodes]) {
		const known = next instanceof Element && next.id ? byID.get(next.id) : undefined;
		if (known && known !== at) {
			old.insertBefore(known, at);
			at = known;
		}
		if (!at) {
			old.append(document.importNode(next, true));
		} else if (known === undefined && next instanceof Element && next.id) {
			old.insertBefore(document.importNode(next, true), at);
		} else if (at instanceof Element && next instanceof Element && at.nodeName === next.nodeName) {
			morph(at, next);
			at = at.nextSibling;
		} else if (at.nodeType === Node.TEXT_NODE && next.nodeType === Node.TEXT_NODE) {
			if (at.nodeValue !== next.nodeValue) {
				at.nodeValue = next.nodeValue;
			}
			at = at.nextSibling;
		} else {
			const here = at;
			at = at.nextSibling;
			here.replaceWith(document.importNode(next, true));
		}
	}
	while (at) {
		const gone = at;
		at = at.nextSibling;
		gone.remove();
	}
}

/** @param {HTMLElement} root */
function follow(root) {
	const parts = ["flow-notes", "flow-steps", "request", "flow-lines"];
	const status = /** @type {HTMLElement} */ (root.querySelector("[data-flow-status]"));
	const pause = /** @type {HTMLButtonElement} */ (root.querySelector("[data-flow-pause]"));
	let paused = false;
	let asked = 0;
	let acting = 0; // buttons that were pressed and not answered yet
	/** @type {ReturnType<typeof setTimeout> | undefined} */
	let waiting;
	let until = 0; // end of the access token, by performance.now()

	/** Notes how much of the access token's life is left, as the page has it. */
	function wind() {
		const clock = root.querySelector("[data-left]");
		if (clock instanceof HTMLElement) {
			until = performance.now() + Number(clock.dataset.left) * 1000;
		}
	}

	function tick() {
		const clock = root.querySelector("[data-left]");
		if (!(clock instanceof HTMLElement) || paused) {
			return;
		}
		const life = Number(clock.dataset.life);
		const left = Math.max(0, Math.round((until - performance.now()) / 1000));
		const text = left === 0 ? clock.dataset.over : clock.dataset.text?.replace("{left}", String(left)).replace("{life}", String(life));
		const line = /** @type {HTMLElement} */ (clock.querySelector("[data-flow-left]"));
		line.textContent = text ?? "";
		clock.querySelector(".flow-ring-left")?.setAttribute("stroke-dasharray", `${life > 0 ? Math.min(100, (100 * left) / life) : 0} 100`);
	}

	/** @param {string} text a whole page */
	function show(text) {
		const fresh = new DOMParser().parseFromString(text, "text/html").querySelector("[data-flow]");
		if (!(fresh instanceof HTMLElement)) {
			return;
		}
		for (const id of parts) {
			const now = document.getElementById(id);
			const next = fresh.querySelector("#" + id);
			if (now && next) {
				morph(now, next);
			}
		}
		for (const part of [".flow-token", ".flow-claims"]) {
			const now = root.querySelector(part);
			const next = fresh.querySelector(part);
			if (now && next) {
				morph(now, next);
			}
		}
		if (fresh.dataset.flowSaid !== root.dataset.flowSaid) {
			root.dataset.flowSaid = fresh.dataset.flowSaid;
			status.textContent = fresh.dataset.flowSaid ?? "";
		}
		wind();
		tick();
	}

	/**
	 * Asks for a page and shows it, unless a later question was asked meanwhile.
	 * @param {string} address
	 * @param {RequestInit} [how]
	 */
	async function fetchPage(address, how) {
		const question = ++asked;
		const answer = await fetch(address, { ...how, headers: { Accept: "text/html" }, cache: "no-store" });
		if (answer.status === 401) {
			location.assign(root.dataset.flowSignIn ?? "/");
			return;
		}
		const text = await answer.text();
		if (answer.ok && question === asked) {
			history.replaceState(null, "", answer.url); // what is said of a button stands in the address, and stays when the page is fetched again
			show(text);
		}
	}

	/** Fetches the page soon: what happens together is shown together, and a button's answer is not overtaken. */
	function refresh() {
		if (paused || waiting !== undefined) {
			return;
		}
		waiting = setTimeout(() => {
			waiting = undefined;
			if (acting > 0) {
				refresh();
				return;
			}
			fetchPage(location.pathname + location.search).catch(() => {}); // the next event brings it
		}, breath);
	}

	root.addEventListener("submit", (event) => {
		const form = event.target;
		if (!(form instanceof HTMLFormElement) || !("flowForm" in form.dataset) || paused) {
			return;
		}
		event.preventDefault();
		const body = new URLSearchParams();
		for (const [name, value] of new FormData(form, event.submitter)) {
			body.append(name, String(value));
		}
		acting++;
		fetchPage(form.action, { method: "POST", body })
			.catch(() => form.submit())
			.finally(() => acting--);
	});

	root.addEventListener("click", (event) => {
		const link = event.target instanceof Element ? event.target.closest("a[data-flow-pick]") : null;
		if (!(link instanceof HTMLAnchorElement) || event.ctrlKey || event.metaKey || event.shiftKey || paused) {
			return;
		}
		event.preventDefault();
		fetchPage(link.href)
			.then(() => document.getElementById("request")?.scrollIntoView({ block: "nearest" }))
			.catch(() => location.assign(link.href));
	});

	pause.hidden = false;
	pause.addEventListener("click", () => {
		paused = !paused;
		pause.setAttribute("aria-pressed", String(paused));
		refresh();
	});

	const source = new EventSource(root.dataset.flowEvents ?? "");
	source.addEventListener("message", refresh);
	setInterval(tick, 1000);
	wind();
}

for (const root of /** @type {NodeListOf<HTMLElement>} */ (document.querySelectorAll("[data-flow]"))) {
	follow(root);
}
