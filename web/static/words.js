// @ts-check
/*
 * Writes numbers, times and sentences as the server does: the page brings along how its language writes, and the portal's sentences that scripts need.
 */

/**
 * @typedef {object} Writing
 * @property {string} decimal
 * @property {string} group between thousands
 * @property {string} day short forms of units of time
 * @property {string} hour
 * @property {string} min
 * @property {string} sec
 * @property {string} dot after the day of the month
 * @property {string[]} weekdays short, Sunday first
 * @property {string[]} months short
 * @property {Record<string, string>} words sentences by key, with places $0, $1 …
 */

const nbsp = "\u00a0";
const none = "\u2013";

/** @type {Writing} */
const writing = JSON.parse(document.getElementById("writing")?.textContent || '{"words":{},"weekdays":[],"months":[]}');

/**
 * A sentence of the portal.
 * @param {string} key
 * @param {...string} args
 */
export function sentence(key, ...args) {
	return (writing.words[key] ?? key).replace(/\$(\d)/g, (_, i) => args[i] ?? "");
}

/**
 * Writes v with that many decimals.
 * @param {number} v
 * @param {number} decimals
 */
function fixed(v, decimals) {
	if (!Number.isFinite(v)) {
		return none;
	}
	const [whole, fraction] = rounded(Math.abs(v), decimals).split(".");
	const grouped = whole.replace(/\B(?=(\d{3})+$)/g, writing.group);
	const sign = v < 0 && /[1-9]/.test(whole + (fraction ?? "")) ? "\u2212" : "";
	return sign + grouped + (fraction ? writing.decimal + fraction : "");
}

/** What lies exactly between two goes to the even one, as on the server; toFixed takes the greater one. @param {number} a @param {number} decimals */
function rounded(a, decimals) {
	const exact = a.toFixed(decimals + 30);
	const kept = exact.slice(0, -30).replace(/\.$/, "");
	return exact.endsWith("5" + "0".repeat(29)) && /[02468]$/.test(kept) ? kept : a.toFixed(decimals);
}

/** Writes v for reading: three or four significant digits. @param {number} v */
export function value(v) {
	const a = Math.abs(v);
	if (a >= 99.95) {
		return fixed(v, 0);
	}
	if (a >= 9.995) {
		return fixed(v, 1);
	}
	const decimals = a >= 0.9995 || a === 0 ? 2 : Math.min(2 - Math.floor(Math.log10(a)), 8);
	const text = fixed(v, decimals);
	const [whole, fraction] = text.split(writing.decimal);
	return /^0*$/.test(fraction ?? "") ? whole : text;
}

/** Writes v with all its digits, at most six decimals, as axes do. @param {number} v */
export function precise(v) {
	const [whole, fraction] = fixed(v, 6).split(writing.decimal);
	const kept = (fraction ?? "").replace(/0+$/, "");
	return kept ? whole + writing.decimal + kept : whole;
}

/**
 * Writes a value with its unit.
 * @param {number | null | undefined} v
 * @param {string} unit
 */
export function quantity(v, unit) {
	return v == null ? none : join(value(v), unit);
}

/** @param {string} text @param {string} unit */
function join(text, unit) {
	return unit && text !== none ? text + nbsp + unit : text;
}

/**
 * Writes a relative change with its sign; "" when there is nothing to compare with.
 * @param {number | null | undefined} from
 * @param {number | null | undefined} to
 */
export function change(from, to) {
	if (!from || to == null) {
		return "";
	}
	const p = ((to - from) / Math.abs(from)) * 100;
	if (Math.abs(p) > 9999) {
		return "";
	}
	const text = fixed(p, Math.abs(p) >= 9.95 ? 0 : 1);
	if (!/[1-9]/.test(text)) {
		return "±0" + nbsp + "%";
	}
	return (p > 0 ? "+" : "") + text + nbsp + "%";
}

/** Writes a length in its two largest parts. @param {number} ms */
export function duration(ms) {
	const s = Math.floor(Math.abs(ms) / 1000);
	const part = (/** @type {number} */ n, /** @type {string} */ unit) => Math.floor(n) + nbsp + unit;
	const two = (/** @type {string} */ big, /** @type {number} */ small, /** @type {string} */ unit) => (Math.floor(small) === 0 ? big : big + nbsp + part(small, unit));
	if (s < 60) {
		return part(s, writing.sec);
	}
	if (s < 3600) {
		return part(s / 60, writing.min);
	}
	if (s < 86400) {
		return two(part(s / 3600, writing.hour), (s % 3600) / 60, writing.min);
	}
	if (s < 14 * 86400) {
		return two(part(s / 86400, writing.day), (s % 86400) / 3600, writing.hour);
	}
	return part(s / 86400, writing.day);
}

/**
 * The wall clock of a zone at an instant.
 * @param {string} zone IANA name
 */
export function wallClock(zone) {
	const format = new Intl.DateTimeFormat("en-GB", { timeZone: zone, hourCycle: "h23", weekday: "short", year: "numeric", month: "2-digit", day: "2-digit", hour: "2-digit", minute: "2-digit", second: "2-digit" });
	const days = ["Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"];
	/** @param {Date} at */
	return (at) => {
		/** @type {Record<string, string>} */
		const p = {};
		for (const { type, value } of format.formatToParts(at)) {
			p[type] = value;
		}
		return {
			iso: `${p.year}-${p.month}-${p.day}T${p.hour}:${p.minute}`,
			time: `${p.hour}:${p.minute}`,
			seconds: `${p.hour}:${p.minute}:${p.second}`,
			dayMonth: `${Number(p.day)}${writing.dot}${nbsp}${writing.months[Number(p.month) - 1]}`,
			day: `${writing.weekdays[days.indexOf(p.weekday)]}${nbsp}${Number(p.day)}${writing.dot}${nbsp}${writing.months[Number(p.month) - 1]}`,
			month: writing.months[Number(p.month) - 1],
			year: p.year,
			midnight: p.hour === "00" && p.minute === "00",
		};
	};
}

/** Writes a day of the calendar, such as 2026-11-16, with its weekday. @param {string} iso */
export function dayName(iso) {
	const day = new Date(iso + "T12:00:00Z");
	return `${writing.weekdays[day.getUTCDay()]}${nbsp}${day.getUTCDate()}${writing.dot}${nbsp}${writing.months[day.getUTCMonth()]}${nbsp}${day.getUTCFullYear()}`;
}
