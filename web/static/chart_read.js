// @ts-check
/* The cursor of a chart for everybody: a range field for keys and screen readers, a finger or a mouse on the plot, and a box that says what stands there. */
import { times } from "./chart_options.js";
import { change, quantity, sentence, wallClock } from "./words.js";

/** @typedef {import("./chart_options.js").ChartData} ChartData */

export class Reader {
	/**
	 * @param {HTMLElement} chart
	 * @param {HTMLElement} frame
	 * @param {ChartData} data
	 */
	constructor(chart, frame, data) {
		this.data = data;
		this.wall = wallClock(data.zone);
		this.at = times(data.series[0]);
		this.values = data.series.map((s) => new Map(times(s).map((t, i) => [t, s.v[i]])));
		this.field = document.createElement("input");
		Object.assign(this.field, { type: "range", min: "0", max: String(Math.max(this.at.length - 1, 0)), step: "1", value: "0", className: "chart-cursor" });
		this.field.setAttribute("aria-label", sentence("chart.cursor", chart.dataset.title ?? ""));
		this.box = document.createElement("div");
		this.box.className = "chart-tip";
		this.box.setAttribute("aria-hidden", "true");
		this.box.hidden = true;
		frame.append(this.field, this.box);
	}

	/** @param {any} plot */
	attach(plot) {
		this.plot = plot;
		this.field.addEventListener("input", () => this.go(Number(this.field.value)));
		this.field.addEventListener("focus", () => this.go(Number(this.field.value)));
		this.field.addEventListener("blur", () => this.hide());
		this.field.addEventListener("keydown", (event) => {
			if (event.key === "Escape") {
				this.hide();
			}
		});
		const over = /** @type {HTMLElement} */ (plot.over);
		const touch = (/** @type {PointerEvent} */ event) => {
			if (event.pointerType !== "mouse") {
				plot.setCursor({ left: event.clientX - over.getBoundingClientRect().left, top: 0 });
			}
		};
		over.addEventListener("pointerdown", touch);
		over.addEventListener("pointermove", touch);
		over.addEventListener("pointerleave", () => document.activeElement === this.field || this.hide());
		this.field.setAttribute("aria-valuetext", this.text(0));
	}

	/** Puts the cursor on a value of the first series. @param {number} index */
	go(index) {
		const at = this.at[index];
		if (at !== undefined) {
			this.field.setAttribute("aria-valuetext", this.text(index));
			this.plot.setCursor({ left: this.plot.valToPos(at, "x"), top: 0 });
		}
	}

	/** Shows what stands under the cursor. @param {number | null} index on the plot's row of times */
	point(index) {
		const at = this.plot?.data[0][index ?? -1];
		if (at === undefined) {
			this.hide();
			return;
		}
		const nearest = this.nearest(at);
		this.box.replaceChildren(...[this.when(this.at[nearest]), ...this.lines(this.at[nearest])].map((text, i) => Object.assign(document.createElement(i === 0 ? "strong" : "span"), { textContent: text })));
		this.box.hidden = false;
		this.box.toggleAttribute("data-left", this.plot.valToPos(at, "x") > this.plot.over.clientWidth / 2);
		if (document.activeElement !== this.field) {
			this.field.value = String(nearest);
		}
	}

	hide() {
		this.box.hidden = true;
	}

	/** The value of the first series that is nearest in time. @param {number} at */
	nearest(at) {
		let low = 0;
		let high = this.at.length - 1;
		while (low < high) {
			const middle = (low + high) >> 1;
			if (this.at[middle] < at) {
				low = middle + 1;
			} else {
				high = middle;
			}
		}
		return low > 0 && at - this.at[low - 1] <= this.at[low] - at ? low - 1 : low;
	}

	/** When the step of a value begins: a line has its values in the middle of their steps. @param {number} at */
	when(at) {
		const { step = 86400, kind } = this.data.series[0];
		const w = this.wall(new Date((kind === "line" && step < 82800 ? at - step / 2 : at) * 1000));
		return step >= 82800 ? `${w.day} ${w.year}` : `${w.day} ${w.time}`;
	}

	/** What each series says at a time, with its unit, and how it compares. @param {number} at @returns {string[]} */
	lines(at) {
		const { series, axes } = this.data;
		const named = series.filter((s) => s.role !== "late").length > 1;
		return series.flatMap((s, i) => {
			const v = this.values[i].get(at);
			if (v === undefined || (v === null && s.role === "late")) {
				return [];
			}
			if (s.role === "late") {
				return [s.name];
			}
			const text = v === null ? sentence("chart.no-value") : quantity(v, axes[s.axis].unit);
			const name = named ? `${s.name}: ` : "";
			const compared = i === 0 ? series.findIndex((other) => other.role === "compare") : -1;
			const delta = compared > 0 ? change(this.values[compared].get(at), v) : "";
			return [name + text + (delta ? ` (${sentence("chart.versus", delta, series[compared].name)})` : "")];
		});
	}

	/** What is read out. @param {number} index */
	text(index) {
		const at = this.at[index];
		return at === undefined ? "" : [this.when(at), ...this.lines(at)].join(", ");
	}
}
