// @ts-check
/*
 * Watches the session from an open page: says when it is about to end, when it has ended, and when somebody else has signed in with the same browser meanwhile.
 * Nothing on the page is thrown away: what was typed is there again when the same person is.
 */

/**
 * What GET /auth/session says, as far as it counts here.
 * @typedef {object} Session
 * @property {boolean} active somebody is signed in
 * @property {string} [who] reference of the person and the account
 * @property {string} [expires] latest end, RFC 3339
 * @property {string} [idle_expires] end without use, RFC 3339
 * @property {string} server_time the server's now, RFC 3339
 */

/** @typedef {"" | "ending" | "last" | "ended" | "other"} State "last": it ends whatever is done */

/**
 * Judges a session from the page of somebody.
 * @param {Session} session
 * @param {string} who whose page it is
 * @param {number} warn how long before the end it is announced, in ms
 * @returns {{state: State, left: number, end: Date}} left: time to the end, in ms
 */
function judge(session, who, warn) {
	const idle = Date.parse(session.idle_expires ?? "");
	const latest = Date.parse(session.expires ?? "");
	const end = new Date(Math.min(idle, latest));
	const left = end.getTime() - Date.parse(session.server_time);
	/** @type {State} */
	let state = "";
	if (!session.active) {
		state = "ended";
	} else if (session.who !== who) {
		state = "other";
	} else if (left <= warn) {
		state = idle < latest ? "ending" : "last";
	}
	return { state, left, end };
}

/** @param {HTMLElement} root the lines of which one is shown */
function watch(root) {
	const { watch: address = "", extend = "", who = "", zone } = root.dataset;
	const content = /** @type {HTMLElement} */ (document.querySelector("main"));
	const palette = document.querySelector("dh-palette");
	const clock = new Intl.DateTimeFormat(document.documentElement.lang, { hour: "2-digit", minute: "2-digit", hour12: false, timeZone: zone });
	/** @type {ReturnType<typeof setTimeout>} */
	let timer;
	/** @type {Element | null} */
	let focused = null;
	let asking = 0; // number of the latest question: older answers do not count

	/**
	 * Reads a time that the server set, in ms.
	 * @param {"every" | "warn"} name
	 */
	function set(name) {
		return Number(root.dataset[name]) * 1000;
	}

	/** @param {State} state */
	function show(state) {
		for (const line of /** @type {NodeListOf<HTMLElement>} */ (root.querySelectorAll("[data-watch-state]"))) {
			line.hidden = line.dataset.watchState !== state;
		}
	}

	/**
	 * Takes the content and what the palette found out of sight and reach, or gives the content back with the focus where it was.
	 * @param {boolean} away
	 */
	function conceal(away) {
		if (away === content.inert) {
			return;
		}
		if (away) {
			palette?.querySelector("dialog")?.close();
			focused = content.contains(document.activeElement) ? document.activeElement : null;
		}
		content.inert = away;
		palette?.toggleAttribute("inert", away);
		if (!away && focused instanceof HTMLElement) {
			focused.focus({ preventScroll: true });
		}
	}

	/** @param {RequestInit} [how] */
	async function ask(how) {
		const question = ++asking;
		clearTimeout(timer);
		let next = set("every");
		try {
			const answer = await fetch(how ? extend : address, { ...how, headers: { Accept: "application/json" }, cache: "no-store" });
			if (question !== asking) {
				return;
			}
			if (answer.ok) {
				next = apply(await answer.json());
			}
		} catch {
			// no network, or no answer: what is shown stays
		}
		if (question === asking) {
			timer = setTimeout(look, next);
		}
	}

	/**
	 * Shows what a session is, and returns when to look again, in ms.
	 * @param {Session} session
	 */
	function apply(session) {
		const every = set("every");
		const warn = set("warn");
		const { state, left, end } = judge(session, who, warn);
		if (state === "ending" || state === "last") {
			for (const time of root.querySelectorAll("time")) {
				time.dateTime = end.toISOString();
				time.textContent = clock.format(end);
			}
		}
		show(state);
		if (content.inert && state === "") {
			document.dispatchEvent(new Event("session-back"));
		}
		conceal(state === "ended" || state === "other");
		if (state === "ended" || state === "other") {
			return every;
		}
		return Math.min(every, Math.max(left > warn ? left - warn : left, 0) + 1000);
	}

	function look() {
		if (document.visibilityState === "visible") {
			void ask();
		}
	}

	for (const link of /** @type {NodeListOf<HTMLAnchorElement>} */ (root.querySelectorAll("[data-watch-link]"))) {
		link.href = root.dataset[link.dataset.watchLink ?? ""] ?? "/";
	}
	root.querySelector("[data-watch-extend]")?.addEventListener("click", () => void ask({ method: "POST" }));
	document.addEventListener("visibilitychange", look);
	document.addEventListener("live-signed-out", look); // the stream knows it first
	addEventListener("pageshow", (event) => {
		if (event.persisted) {
			conceal(true); // the browser kept the page as it was, perhaps from before a sign-out
			look();
		}
	});
	timer = setTimeout(look, set("every"));
}

for (const root of /** @type {NodeListOf<HTMLElement>} */ (document.querySelectorAll("[data-watch]"))) {
	watch(root);
}
