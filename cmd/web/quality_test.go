package main

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/cdproto/input"
	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"
)

// choose sends the form of the settings.
func (w *window) choose(pairs ...string) {
	w.t.Helper()
	list := ""
	for i := 0; i+1 < len(pairs); i += 2 {
		list += fmt.Sprintf("[%q, %q],", pairs[i], pairs[i+1])
	}
	w.promised(`fetch("/settings", {method: "POST", body: new URLSearchParams([` + list + `])}).then(r => String(r.status))`)
}

// visit opens a page by its address.
func (w *window) visit(p *program, path string) {
	w.t.Helper()
	w.do(chromedp.Navigate(p.urls["portal"]+path), chromedp.WaitVisible(chromedp.CSS("main h1")))
	w.settle(w.ctx)
}

// promised evaluates a promise of a text.
func (w *window) promised(script string) string {
	w.t.Helper()
	text, err := chromedp.Run(w.ctx, chromedp.Evaluate[string](script, chromedp.EvalAwaitPromise))
	if err != nil {
		w.t.Fatalf("%.200s: %v", script, err)
	}
	return text
}

// wantNoComplaints fails for whatever the browser reported, violations of the content security policy among it, but for what is expected.
func (w *window) wantNoComplaints(expected ...string) {
	w.t.Helper()
	w.mu.Lock()
	defer w.mu.Unlock()
	for _, c := range w.complaints {
		known := false
		for _, e := range expected {
			known = known || strings.Contains(c, e)
		}
		if !known {
			w.t.Errorf("the browser complains: %s", c)
		}
	}
}

// keys presses keys as a keyboard does: what a page makes of a letter itself is not typed as well.
func (w *window) keys(keys ...string) {
	w.t.Helper()
	for _, k := range keys {
		if len(k) > 1 || k < " " {
			w.do(chromedp.KeyEvent(k))
			continue
		}
		for _, p := range []input.DispatchKeyEventParams{{Type: "keyDown", Key: k, Text: k}, {Type: "keyUp", Key: k}} {
			if _, err := chromedp.Call(w.ctx, input.DispatchKeyEvent, p); err != nil {
				w.t.Fatal(err)
			}
		}
	}
}

// types writes into the palette and waits until the answer to all of it is there: those to its beginning come before.
func (w *window) types(words string) {
	w.t.Helper()
	w.keys(words)
	eventually(w.t, "the answer to "+words, func() bool {
		return w.value(`String(performance.getEntriesByType("resource").some(e => new URL(e.name).searchParams.get("q") === "`+words+`"))`) == "true"
	})
}

// arrives waits until the address ends so.
func (w *window) arrives(path string) {
	w.t.Helper()
	eventually(w.t, "the page "+path+", not "+w.value(`location.pathname + location.search`), func() bool {
		return w.value(`document.readyState === "complete" ? location.pathname + location.search : ""`) == path
	})
}

// The main tasks by keyboard alone: find a site, go from place to place, read values of a chart, ask which keys there are, and switch the letters off.
func TestKeyboard(t *testing.T) {
	t.Parallel()
	axe := axeSource(t)
	p := demo(t)
	w := openWindow(t, true)
	w.signIn(p)
	w.visit(p, "/overview")
	w.keys("/")
	eventually(t, "the palette", func() bool { return w.value(`document.activeElement.closest("dialog[open]") ? "open" : ""`) == "open" })
	w.types("cold st")
	eventually(t, "a result", func() bool {
		return strings.Contains(w.value(`document.querySelector("#palette-found").innerText`), "Cold store Meuse")
	})
	w.run(axe + "; 0")
	if found := w.promised(barriers); found != "[]" {
		t.Errorf("barriers in the palette: %s", found)
	}
	w.keys(kb.ArrowDown)
	w.run(`(found => found.innerHTML = found.innerHTML)(document.querySelector("#palette-found"))`) // as when a later answer comes
	eventually(t, "who was at a result is back in the box", func() bool { return w.value(`document.activeElement.name ?? ""`) == "q" })
	w.keys(kb.ArrowDown, "\r")
	w.arrives("/sites/204486")

	w.keys("g", "s")
	w.arrives("/sites")
	w.keys("?")
	eventually(t, "the list of keys", func() bool { return w.value(`String(document.querySelector("dialog[data-keys-help]").open)`) == "true" })
	w.keys("g", "o") // a dialog is open: no place to go to
	w.keys(kb.Escape)
	eventually(t, "no list of keys", func() bool {
		return w.value(`String(document.querySelector("dialog[data-keys-help]").open)`) == "false"
	})
	w.arrives("/sites")
	w.do(chromedp.Focus(chromedp.CSS("main input[type=search]")))
	w.keys("g", "o", "/", "?")
	if typed := w.value(`document.querySelector("main input[type=search]").value`); typed != "go/?" {
		t.Errorf("letters that were typed became %q", typed)
	}

	w.choose("keys", "off")
	w.visit(p, "/sites")
	w.keys("g", "o", "?")
	time.Sleep(200 * time.Millisecond)
	w.arrives("/sites")
	if open := w.value(`String(document.querySelector("dialog[open]") !== null)`); open != "false" {
		t.Error("a letter does something though letters are switched off")
	}
	w.visit(p, "/alarms?state=all")
	chosen := w.value(`(() => {
		const box = document.querySelector("[data-row] input[type=checkbox]");
		box.focus();
		for (const key of ["x", "X"]) box.dispatchEvent(new KeyboardEvent("keydown", {key, shiftKey: key === "X", bubbles: true}));
		return String(box.checked);
	})()`)
	if chosen != "false" {
		t.Error("x or Shift+X chooses a row though letters are switched off")
	}
	w.choose("keys", "on")
	w.wantNoComplaints()
}

// A chart is drawn over the server's picture without moving anything, is read out value by value, and narrows the page's range.
func TestChartInABrowser(t *testing.T) {
	t.Parallel()
	p := demo(t)
	w := openWindow(t, true)
	w.signIn(p)
	w.run(`new PerformanceObserver(l => { for (const e of l.getEntries()) window.moved = (window.moved ?? 0) + e.value }).observe({type: "layout-shift", buffered: true})`)
	w.visit(p, "/explore?s=80101")
	w.do(chromedp.WaitVisible(chromedp.CSS("dh-chart[data-drawn] canvas")))
	if moved := w.promised(`new Promise(done => new PerformanceObserver(l => done(String(l.getEntries().reduce((sum, e) => sum + e.value, 0) < 0.05))).observe({type: "layout-shift", buffered: true}) ?? setTimeout(() => done("true"), 300))`); moved != "true" {
		t.Error("the page moved when the chart came")
	}
	w.do(chromedp.Focus(chromedp.CSS(".chart-cursor")))
	w.keys(kb.Home)
	said := map[string]bool{}
	for range 5 {
		w.keys(kb.ArrowRight)
		text := w.value(`document.activeElement.getAttribute("aria-valuetext")`)
		if said[text] || !strings.Contains(text, "kWh") && !strings.Contains(text, "no data") {
			t.Errorf("the cursor says %q after %v", text, said)
		}
		said[text] = true
		if shown := w.value(`document.querySelector(".chart-tip").checkVisibility() ? document.querySelector(".chart-tip").innerText : ""`); !strings.Contains(shown, "kWh") {
			t.Errorf("at the cursor stands %q", shown)
		}
	}
	if label := w.value(`document.querySelector(".chart-cursor").getAttribute("aria-label")`); !strings.Contains(label, "Values of") {
		t.Errorf("the cursor is called %q", label)
	}
	w.sees(".chart-panel .summary", `Total`)
	axis := func() string {
		return w.value(`(({min, max}) => min + " to " + max)(document.querySelector("dh-chart").plot.scales.x)`)
	}
	whole := axis()
	w.do(chromedp.DoubleClick(chromedp.CSS(".u-over")))
	if now := axis(); now != whole {
		t.Errorf("after a double click the chart shows %s, of %s", now, whole)
	}
	before := w.value(`location.href`)
	w.drag(".u-over", 100, 300)
	eventually(t, "a narrower range in the address", func() bool {
		at := w.value(`location.search`)
		return strings.Contains(at, "from=20") && strings.Contains(at, "to=20")
	})
	w.do(chromedp.WaitVisible(chromedp.CSS("dh-chart[data-drawn] canvas")))
	w.keys("z")
	eventually(t, "the range from before", func() bool { return w.value(`location.href`) == before })
	w.do(chromedp.WaitVisible(chromedp.CSS("dh-chart[data-drawn] canvas")))
	w.pan(".u-over", 300, 100)
	eventually(t, "a later range of the same length", func() bool {
		return w.value(`(() => { const q = new URLSearchParams(location.search), days = (Date.parse(q.get("to")) - Date.parse(q.get("from"))) / 864e5; return String(Math.abs(days - 7) < 0.05 && Date.parse(q.get("to")) > Date.now()) })()`) == "true"
	})
	w.do(chromedp.WaitVisible(chromedp.CSS("dh-chart[data-drawn] canvas")))
	w.keys("z")
	eventually(t, "the range from before that", func() bool { return w.value(`location.href`) == before })
	w.print()
	w.wantNoComplaints()
}

// drag draws the mouse with its button down over an element, between two distances from its left edge.
func (w *window) drag(selector string, from, to float64) { w.draw(selector, from, to, 0) }

// pan is drag with Shift held, which the protocol numbers.
func (w *window) pan(selector string, from, to float64) { w.draw(selector, from, to, 8) }

func (w *window) draw(selector string, from, to float64, held int64) {
	w.t.Helper()
	var box struct{ X, Y float64 }
	if err := json.Unmarshal([]byte(w.value(`(() => { const e = document.querySelector("`+selector+`"); e.scrollIntoView({block: "center"}); const {x, y} = e.getBoundingClientRect(); return JSON.stringify({x, y}) })()`)), &box); err != nil {
		w.t.Fatal(err)
	}
	at := func(kind input.DispatchMouseEventType, x float64, buttons int64) {
		if _, err := chromedp.Call(w.ctx, input.DispatchMouseEvent, input.DispatchMouseEventParams{Type: kind, X: box.X + x, Y: box.Y + 60, Button: "left", Buttons: buttons, ClickCount: 1, Modifiers: held}); err != nil {
			w.t.Fatal(err)
		}
	}
	at("mouseMoved", from, 0)
	at("mousePressed", from, 1)
	for i := range 4 {
		at("mouseMoved", from+(to-from)*float64(i+1)/4, 1)
	}
	at("mouseReleased", to, 0)
}

// print looks at the page as paper gets it: the server's picture, without what is for the screen.
func (w *window) print() {
	w.t.Helper()
	w.do(chromedp.WaitVisible(chromedp.CSS("dh-chart[data-drawn] canvas")))
	w.emulate(emulation.SetEmulatedMediaParams{Media: "print"})
	if got := w.value(`[".side", ".chart-plot", ".account"].filter(s => document.querySelector(s)?.checkVisibility()).join(" ") + "|" + [...document.querySelectorAll("dh-chart svg.chart")].filter(s => s.checkVisibility({visibilityProperty: true})).length`); got != "|1" {
		w.t.Errorf("paper shows %q, want nothing for the screen and one picture", got)
	}
	w.emulate(emulation.SetEmulatedMediaParams{Features: []*emulation.MediaFeature{{Name: "forced-colors", Value: "active"}, {Name: "prefers-reduced-motion", Value: "reduce"}}})
	if got := w.value(`getComputedStyle(document.querySelector(".places [aria-current]")).outlineStyle + " " + document.getAnimations().filter(a => a.effect.getTiming().duration > 0).length`); got != "solid 0" {
		w.t.Errorf("with forced colours and without motion: %q", got)
	}
	series := `["--s1", "--s2", "--s3", "--s4"].map(n => getComputedStyle(document.documentElement).getPropertyValue(n)).filter(c => !c.includes("#"))`
	if got := w.value(`new Set(` + series + `).size + ""`); got != "4" {
		w.t.Errorf("with forced colours the first four series have %s of the system's colours", got)
	}
	w.emulate(emulation.SetEmulatedMediaParams{})
}

func (w *window) emulate(p emulation.SetEmulatedMediaParams) {
	w.t.Helper()
	if _, err := chromedp.Call(w.ctx, emulation.SetEmulatedMedia, p); err != nil {
		w.t.Fatal(err)
	}
}
