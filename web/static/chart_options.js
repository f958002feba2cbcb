// @ts-check
/* Turns what the server says of a chart into uPlot's words: scales, axes, lines and bars, and what is drawn behind and above them. */
import { precise, wallClock } from "./words.js";

/**
 * What the server says of a chart; ChartDataModel in Go.
 * @typedef {object} ChartData
 * @property {string} zone
 * @property {number} from Unix seconds
 * @property {number} to
 * @property {{unit: string, min: number, max: number}[]} axes
 * @property {Series[]} series
 * @property {{from: number, to: number, kind: string, text: string}[]} [bands]
 * @property {{at: number, text: string}[]} [flags]
 * @property {{axis: number, value: number, text: string}[]} [rules]
 * @property {{axis: number, at: number, low?: boolean, text: string}[]} [spikes]
 */

/** @typedef {{name: string, axis: number, color: number, dash?: number, kind: string, role?: string, t0: number, step?: number, t?: number[], v: (number | null)[]}} Series */

const dashes = [[], [6, 4], [2, 3], [10, 4, 2, 4], [4, 2, 4, 6]];

/** The times of a series, Unix seconds. @param {Series} s @returns {number[]} */
export function times(s) {
	if (s.step) {
		return s.v.map((_, i) => s.t0 + i * /** @type {number} */ (s.step));
	}
	let at = s.t0;
	return (s.t ?? []).map((d) => (at += d));
}

/** All series on one row of times: null is a gap, undefined is no time of that series. @param {any} uPlot @param {ChartData} data */
export function plotData(uPlot, data) {
	return uPlot.join(data.series.map((s) => [times(s), s.v]));
}

/**
 * @param {any} uPlot
 * @param {ChartData} data
 * @param {HTMLElement} element whose custom properties hold the colours
 * @param {number} width
 * @param {number} height
 * @param {(from: number, to: number) => void} zoom
 * @param {(index: number | null) => void} point
 */
export function options(uPlot, data, element, width, height, zoom, point) {
	const style = getComputedStyle(element);
	const color = (/** @type {string} */ name) => style.getPropertyValue("--" + name).trim();
	const font = `450 11.5px ${color("font")}`;
	const grid = { stroke: color("grid") || color("border"), width: 1 };
	const scales = /** @type {Record<string, any>} */ ({ x: { time: true, auto: false, min: data.from, max: data.to } });
	const axes = /** @type {any[]} */ ([timeAxis(data, { font, stroke: color("text-3"), ticks: { stroke: color("border"), width: 1, size: 5 } })]);
	data.axes.forEach((a, i) => {
		scales["y" + i] = { range: [a.min, a.max] };
		axes.push({ scale: "y" + i, side: i === 0 ? 3 : 1, size: 52, gap: 6, space: 42, font, stroke: color("text-3"), grid: i === 0 ? grid : { show: false }, ticks: { show: false }, values: (/** @type {any} */ _, /** @type {number[]} */ list) => list.map(precise) });
	});
	return {
		width,
		height,
		padding: [10, data.axes.length > 1 ? 0 : 22, 0, 0], // half of the last date has room at the right
		tzDate: (/** @type {number} */ at) => uPlot.tzDate(new Date(at * 1000), data.zone),
		legend: { show: false },
		scales,
		axes,
		series: [{}, ...data.series.map((s) => line(uPlot, s, color))],
		cursor: { bind: { dblclick: unbound }, drag: { x: true, y: false, setScale: false }, sync: { key: "portico", setSeries: false }, points: { size: 7 } },
		hooks: {
			drawClear: [(/** @type {any} */ u) => bands(u, data, color)],
			draw: [(/** @type {any} */ u) => marks(u, data, color, font)],
			setCursor: [(/** @type {any} */ u) => point(u.cursor.idx)],
			setSelect: [
				(/** @type {any} */ u) => {
					if (u.select.width > 8) {
						zoom(u.posToVal(u.select.left, "x"), u.posToVal(u.select.left + u.select.width, "x"));
					}
					u.setSelect({ left: 0, width: 0, top: 0, height: 0 }, false);
				},
			],
		},
	};
}

/** A double click would fit the time axis to the values that there are, and the rest of the page still speaks of the whole range: uPlot leaves out a listener that is null. */
const unbound = () => null;

/** @param {any} uPlot @param {Series} s @param {(name: string) => string} color */
function line(uPlot, s, color) {
	const stroke = color("s" + s.color);
	const compare = s.role === "compare";
	if (s.role === "late") {
		return late(s, color("warn"));
	}
	const common = { label: s.name, scale: "y" + s.axis, stroke, alpha: compare ? 0.6 : 1, spanGaps: false, points: { show: false } };
	const estimated = s.role === "estimated";
	if (s.kind === "bars") {
		return estimated ? { ...common, width: 1, dash: dashes[2], fill: `color-mix(in srgb, ${stroke} 25%, transparent)`, paths: bars(s, true) } : { ...common, width: 0, fill: stroke, paths: bars(s) };
	}
	const alone = { show: (/** @type {any} */ u, /** @type {number} */ i) => lonely(u.data[i]) };
	return { ...common, width: compare ? 1.5 : estimated ? 2.25 : 1.75, dash: compare ? dashes[1] : estimated ? [1, 4] : dashes[(s.dash ?? 0) % dashes.length], points: { ...alone, size: 4, fill: stroke } };
}

/** What came late has a ring, or its bar an outline. @param {Series} s @param {string} stroke */
function late(s, stroke) {
	const common = { label: s.name, scale: "y" + s.axis, stroke, spanGaps: false };
	if (s.kind === "bars") {
		return { ...common, width: 1.5, paths: bars(s, true), points: { show: false } };
	}
	return { ...common, width: 0, paths: () => null, points: { show: true, size: 8, width: 2, stroke, fill: "transparent" } };
}

/** Whether a line has values between gaps only, which would not be seen. @param {(number | null | undefined)[]} values */
function lonely(values) {
	const there = values.filter((v) => v !== undefined);
	return there.some((v, i) => v !== null && (there[i - 1] ?? null) === null && (there[i + 1] ?? null) === null);
}

/** Bars as wide as their step, whatever else stands on the row of times; zero is a stub. @param {Series} s @param {boolean} [outlined] */
function bars(s, outlined) {
	const at = times(s);
	return (/** @type {any} */ u) => {
		const fill = new Path2D();
		const scale = "y" + s.axis;
		const zero = u.valToPos(0, scale, true);
		s.v.forEach((v, i) => {
			if (v === null) {
				return;
			}
			const end = at[i + 1] ?? at[i] + (s.step ?? at[i] - at[i - 1]);
			const left = u.valToPos(at[i], "x", true);
			const width = u.valToPos(end, "x", true) - left;
			const top = u.valToPos(v, scale, true);
			fill.rect(left + width * 0.06, Math.min(top, zero - (v === 0 ? 1.5 * devicePixelRatio : 0)), Math.max(width * 0.88, 1), Math.max(Math.abs(top - zero), v === 0 ? 1.5 * devicePixelRatio : 0));
		});
		return { fill: s.role === "late" ? null : fill, stroke: outlined ? fill : null };
	};
}

/** Ticks at local midnights or hours, with the texts that the server's picture has. @param {ChartData} data @param {object} look */
function timeAxis(data, look) {
	const days = (data.to - data.from) / 86400;
	const months = days > 62.1 && days <= 400.1;
	const room = data.axes.length > 1 ? 52 : 22; // at the right of the last value
	return {
		...look,
		scale: "x",
		side: 2,
		size: 24,
		gap: 3,
		space: months ? 1 : 78,
		incrs: months ? [30 * 86400] : undefined, // each month has its mark
		grid: { show: false },
		values: (/** @type {any} */ u, /** @type {number[]} */ list) => {
			const width = u.bbox.width / devicePixelRatio;
			const every = months ? [1, 2, 3].find((n) => (width * 30 * n) / days >= 44) ?? 6 : 0;
			const words = timeWords(data, days, every);
			return list.map(words).map((text, i) => (u.valToPos(list[i], "x") + text.length * 3.2 > width + room ? "" : text));
		},
	};
}

/** How a time is written at the axis: nothing where it has no words. @param {ChartData} data @param {number} days @param {number} every how many months share one name, where months have one */
function timeWords(data, days, every) {
	const wall = wallClock(data.zone);
	return (/** @type {number} */ at) => {
		const w = wall(new Date(at * 1000));
		if (days <= 2.1) {
			return w.midnight ? w.dayMonth : w.time;
		}
		if (at === data.to) {
			return ""; // a day that is not in the picture, and has no room beside it
		}
		if (!w.midnight) {
			return days <= 8 ? w.time : "";
		}
		const month = Number(w.iso.slice(5, 7)) - 1;
		if (every && month) {
			return month % every ? "" : w.month;
		}
		return days <= 14 ? w.day : days <= 62.1 ? w.dayMonth : `${w.month}\u00a0${w.year}`;
	};
}

/** Times without data are hatched, times of an alarm are shaded. @param {any} u @param {ChartData} data @param {(name: string) => string} color */
function bands(u, data, color) {
	const { ctx, bbox } = u;
	ctx.save();
	for (const b of data.bands ?? []) {
		const left = Math.max(u.valToPos(b.from, "x", true), bbox.left);
		const right = Math.min(u.valToPos(b.to, "x", true), bbox.left + bbox.width);
		if (right <= left) {
			continue;
		}
		if (b.kind === "gap") {
			hatch(ctx, left, bbox.top, right - left, bbox.height, color("control"));
		} else {
			ctx.globalAlpha = 0.14;
			ctx.fillStyle = color("critical");
			ctx.fillRect(left, bbox.top, right - left, bbox.height);
			ctx.globalAlpha = 1;
		}
	}
	ctx.restore();
}

/** @param {CanvasRenderingContext2D} ctx @param {number} x @param {number} y @param {number} w @param {number} h @param {string} stroke */
function hatch(ctx, x, y, w, h, stroke) {
	ctx.save();
	ctx.beginPath();
	ctx.rect(x, y, w, h);
	ctx.clip();
	ctx.beginPath();
	const gap = 7 * devicePixelRatio;
	for (let at = -h; at < w; at += gap) {
		ctx.moveTo(x + at, y + h);
		ctx.lineTo(x + at + h, y);
	}
	ctx.strokeStyle = stroke;
	ctx.globalAlpha = 0.45;
	ctx.lineWidth = devicePixelRatio;
	ctx.stroke();
	ctx.restore();
}

/** Levels across the picture and moments at its foot, each with its word. @param {any} u @param {ChartData} data @param {(name: string) => string} color @param {string} font */
function marks(u, data, color, font) {
	const { ctx, bbox } = u;
	ctx.save();
	ctx.font = font.replace("11.5", String(11.5 * devicePixelRatio));
	ctx.fillStyle = ctx.strokeStyle = color("critical");
	ctx.lineWidth = devicePixelRatio;
	const levels = (data.rules ?? []).map((r) => ({ text: r.text, y: u.valToPos(r.value, "y" + r.axis, true) })).sort((a, b) => a.y - b.y);
	ctx.setLineDash([5 * devicePixelRatio, 3 * devicePixelRatio]);
	for (const { y } of levels) {
		ctx.beginPath();
		ctx.moveTo(bbox.left, y);
		ctx.lineTo(bbox.left + bbox.width, y);
		ctx.stroke();
	}
	ctx.setLineDash([]);
	ctx.textAlign = "right";
	const taken = /** @type {number[]} */ ([]);
	for (const { text, y } of levels) {
		const foot = wordsAt(y, taken, bbox);
		taken.push(foot);
		write(ctx, text, bbox.left + bbox.width - 4 * devicePixelRatio, foot, color);
	}
	ctx.fillStyle = ctx.strokeStyle = color("text-2");
	for (const s of data.spikes ?? []) {
		spike(u, s, color);
	}
	ctx.fillStyle = ctx.strokeStyle = color("text-2");
	for (const f of data.flags ?? []) {
		const x = u.valToPos(f.at, "x", true);
		const foot = bbox.top + bbox.height;
		ctx.beginPath();
		ctx.moveTo(x, foot);
		ctx.lineTo(x - 4 * devicePixelRatio, foot - 9 * devicePixelRatio);
		ctx.lineTo(x + 4 * devicePixelRatio, foot - 9 * devicePixelRatio);
		ctx.fill();
	}
	ctx.restore();
}

/** Where the words of a level stand: above it, below it where others are above already, else above those; never below the picture. @param {number} y @param {number[]} taken @param {{top: number, height: number}} bbox */
function wordsAt(y, taken, bbox) {
	const line = 14 * devicePixelRatio;
	const free = (/** @type {number} */ foot) => foot < bbox.top + bbox.height && taken.every((other) => Math.abs(other - foot) >= line);
	const below = y + 13 * devicePixelRatio;
	let foot = y - 5 * devicePixelRatio;
	if (!free(foot) && free(below)) {
		return below;
	}
	while (!free(foot) && foot > bbox.top) {
		foot -= line;
	}
	return foot;
}

/** Where a line leaves the picture: a marker at its edge, with the value. @param {any} u @param {{axis: number, at: number, low?: boolean, text: string}} s @param {(name: string) => string} color */
function spike(u, s, color) {
	const { ctx, bbox } = u;
	const dpr = devicePixelRatio;
	const x = u.valToPos(s.at, "x", true);
	const y = s.low ? bbox.top + bbox.height : bbox.top;
	const foot = y + (s.low ? -9 : 9) * dpr;
	ctx.fillStyle = color("warn");
	ctx.beginPath();
	ctx.moveTo(x, y);
	ctx.lineTo(x - 5.5 * dpr, foot);
	ctx.lineTo(x + 5.5 * dpr, foot);
	ctx.fill();
	const right = x > bbox.left + bbox.width / 2;
	ctx.fillStyle = color("text");
	ctx.textAlign = right ? "right" : "left";
	write(ctx, s.text, x + (right ? -8 : 8) * dpr, foot, color);
}

/** Writes on what is drawn, with a margin so that no line runs through the words. @param {CanvasRenderingContext2D} ctx @param {string} text @param {number} x @param {number} y @param {(name: string) => string} color */
function write(ctx, text, x, y, color) {
	ctx.save();
	ctx.strokeStyle = color("surface");
	ctx.lineWidth = 3 * devicePixelRatio;
	ctx.lineJoin = "round";
	ctx.strokeText(text, x, y);
	ctx.restore();
	ctx.fillText(text, x, y);
}
