// @ts-check
/*
 * The page of a browser that wants to be a screen: asks every few seconds whether somebody has approved it, and goes on when they have. A new code is another page. Without this the page loads
 * itself.
 */

const every = 5000;

const place = (/** @type {string} */ name) => document.querySelector(`[data-pair="${name}"]`);

async function look() {
	try {
		const answer = await fetch(location.pathname, { method: "POST", redirect: "error", signal: AbortSignal.timeout(15_000) });
		const { to, pair } = answer.ok ? await answer.json() : {};
		if (pair && pair.code !== place("code")?.textContent) {
			location.reload();
		} else if (pair) {
			/** @type {Element} */ (place("about")).textContent = pair.about;
		} else if (to?.startsWith("/") && !to.startsWith("//")) {
			location.replace(to);
			return;
		}
	} catch {
		// the portal is away: the code stays, and it is asked again
	}
	setTimeout(look, every);
}

setTimeout(look, every);
