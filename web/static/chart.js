// @ts-check
/*
 * <dh-chart> lays a chart that can be pointed at over the server's picture, which keeps its place: nothing moves when the script comes, and paper gets the picture.
 * The cursor is a range field, so that arrows, Page Up and Home do what they do everywhere, and what stands under it is read out.
 */
import { options, plotData } from "./chart_options.js";
import { pan } from "./chart_pan.js";
import { Reader } from "./chart_read.js";
import { wallClock } from "./words.js";

/** @type {Promise<any> | undefined} */
let library;

/** Fetches uPlot once, when the first chart is there; a failure is not kept for the charts that come later. @param {string} address */
function uPlot(address) {
	library ??= new Promise((resolve, reject) => {
		const script = document.createElement("script");
		script.src = address;
		script.onload = () => resolve(/** @type {any} */ (window).uPlot);
		script.onerror = (error) => {
			library = undefined;
			script.remove();
			reject(error);
		};
		document.head.append(script);
	});
	return library;
}

class Chart extends HTMLElement {
	connectedCallback() {
		this.gone = new AbortController();
		const block = this.querySelector("script[type='application/json']");
		if (block?.textContent) {
			void this.begin(JSON.parse(block.textContent), this.gone.signal);
		}
	}

	disconnectedCallback() {
		this.gone?.abort();
		this.resized?.disconnect();
		this.end();
		this.frame?.remove();
	}

	/**
	 * @param {import("./chart_options.js").ChartData} data
	 * @param {AbortSignal} signal
	 */
	async begin(data, signal) {
		const library = await uPlot(this.dataset.uplot ?? "").catch(() => null);
		if (!library || signal.aborted) {
			return; // the server's picture stays
		}
		this.data = data;
		this.frame = document.createElement("div");
		this.frame.className = "chart-plot";
		this.append(this.frame);
		this.draw(library);
		this.resized = new ResizeObserver(() => this.fit());
		this.resized.observe(this);
		const again = () => this.draw(library);
		for (const query of ["(prefers-color-scheme: dark)", "(prefers-contrast: more)", "(forced-colors: active)"]) {
			matchMedia(query).addEventListener("change", again, { signal });
		}
	}

	/** @param {any} library */
	draw(library) {
		const { data, frame } = this;
		if (!data || !frame) {
			return;
		}
		this.end();
		const { width, height } = this.getBoundingClientRect();
		const reader = new Reader(this, frame, data);
		this.plot = new library(options(library, data, this, width, height, (from, to) => this.zoom(from, to), (index) => reader.point(index)), plotData(library, data), frame);
		reader.attach(this.plot);
		if (this.dataset.zoom) {
			pan(this.plot, data, (min, max) => this.plot?.setScale("x", { min, max }), (from, to) => this.zoom(from, to));
		}
		this.setAttribute("data-drawn", "");
	}

	fit() {
		const { width, height } = this.getBoundingClientRect();
		if (width > 0 && this.plot && (Math.abs(width - this.plot.width) > 1 || Math.abs(height - this.plot.height) > 1)) {
			this.plot.setSize({ width, height });
		}
	}

	end() {
		this.plot?.destroy();
		this.plot = null;
		this.frame?.replaceChildren();
		this.removeAttribute("data-drawn");
	}

	/** Opens the page's address with another range, and remembers this one. @param {number} from Unix seconds @param {number} to */
	zoom(from, to) {
		const zone = this.data?.zone ?? "UTC";
		const wall = wallClock(zone);
		const address = new URL(this.dataset.zoom ?? "", location.href);
		if (!this.dataset.zoom || to - from < 60) {
			return;
		}
		address.searchParams.set("from", wall(new Date(from * 1000)).iso);
		address.searchParams.set("to", wall(new Date(to * 1000)).iso);
		const stack = JSON.parse(sessionStorage.getItem("portico-zoom") ?? "[]");
		sessionStorage.setItem("portico-zoom", JSON.stringify([...stack, location.href].slice(-20)));
		location.assign(address);
	}
}

customElements.define("dh-chart", Chart);
