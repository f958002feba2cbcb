// @ts-check
/*
 * Tells the server how a wall is, and does what people at their desks ask of it: loads itself again, shows something else, or shows the code with which it can be paired again, over the
 * last picture, when nobody's rights let it go on.
 */

const every = 20_000;
const often = 5000; // while it shows a code: whoever types it looks at the screen

/**
 * What it needs of a wall.
 * @typedef {HTMLElement & {page(): string, build(): string, end(ended: boolean): void, troubles: {text(): string}, reload: {heap(): number, up(): number, hurry(): void}, questions: {reached(): void, lost(): void}}} Wall
 */
/** @typedef {{do: string, to?: string, pair?: {code: string, spoken: string, address: string, about: string, picture: {size: string, path: string}}}} Answer */

/** Reports until the wall is gone. @param {Wall} wall @param {AbortSignal} signal */
export function report(wall, signal) {
	const { screen = "", loaded = "" } = document.body.dataset;
	const tell = async () => {
		const form = new URLSearchParams({ screen, loaded, page: wall.page(), build: wall.build(), now: String(Date.now()), heap: String(Math.round(wall.reload.heap())), up: String(Math.round(wall.reload.up() / 1000)), problem: wall.troubles.text() });
		try {
			const answer = await fetch("/tv/report", { method: "POST", body: form, redirect: "error", signal: AbortSignal.timeout(15_000) });
			wall.questions.reached();
			if (answer.ok) {
				follow(wall, await answer.json());
			} else if (answer.status === 401) {
				wall.end(true);
			}
		} catch {
			wall.questions.lost();
		}
	};
	let since = 0; // ms since the latest report
	const timer = setInterval(() => {
		since += often;
		if (document.visibilityState === "visible" && (since >= every || wall.hasAttribute("data-ended"))) {
			since = 0;
			void tell();
		}
	}, often);
	const first = setTimeout(() => void tell(), 2000);
	addEventListener("offline", () => void tell(), { signal }); // the browser may be wrong
	document.addEventListener("live-signed-out", () => void tell(), { signal }); // the answer has the code
	signal.addEventListener("abort", () => {
		clearInterval(timer);
		clearTimeout(first);
	});
}

/** @param {Wall} wall @param {Answer} answer */
function follow(wall, answer) {
	if (answer.do === "reload") {
		wall.reload.hurry();
	} else if (answer.do === "go" && answer.to?.startsWith("/") && !answer.to.startsWith("//")) {
		location.assign(answer.to);
	} else if (answer.do === "ended") {
		wall.end(true);
		showCode(wall, answer.pair);
	} else if (answer.do === "") {
		wall.end(false);
	}
}

/** @param {Wall} wall @param {Answer["pair"]} pair */
function showCode(wall, pair) {
	const box = /** @type {HTMLElement | null} */ (wall.querySelector(".wall-pair"));
	if (!box || !pair) {
		return;
	}
	for (const place of /** @type {NodeListOf<HTMLElement>} */ (box.querySelectorAll("[data-pair]"))) {
		const text = /** @type {any} */ (pair)[place.dataset.pair ?? ""];
		if (place.textContent !== text) {
			place.textContent = text;
		}
	}
	const svg = box.querySelector("svg");
	svg?.setAttribute("viewBox", `0 0 ${pair.picture.size} ${pair.picture.size}`);
	svg?.querySelector("rect")?.setAttribute("width", pair.picture.size);
	svg?.querySelector("rect")?.setAttribute("height", pair.picture.size);
	svg?.querySelector("path")?.setAttribute("d", pair.picture.path);
	box.hidden = false;
}
