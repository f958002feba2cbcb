package main

import (
	"encoding/json"
	"fmt"
	"net/http"
	"regexp"
	"strconv"
	"strings"
	"testing"

	"github.com/chromedp/cdproto/input"
	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"
)

// A carpet says what is in its cells: to a mouse, and to the keyboard's cursor, which is read out.
func TestCarpetInABrowser(t *testing.T) {
	t.Parallel()
	p := demo(t)
	w := openWindow(t, true)
	w.signIn(p)
	w.visit(p, "/explore?s=20101&view=carpet&from=2026-10-01&to=2026-11-01")
	spoken := func(want string) {
		t.Helper()
		eventually(t, "the words "+want, func() bool {
			return w.value(`document.querySelector(".carpet-cursor").getAttribute("aria-valuetext") ?? ""`) == want
		})
	}
	value := func(day, row int) string { // as the picture's values have it, written by the page's own words
		t.Helper()
		return w.promised(`fetch(document.querySelector("dh-carpet").dataset.values).then(r => r.json()).then(d => String(d.a[` + strconv.Itoa(day) + `*d.rows + ` + strconv.Itoa(row) + `]))`)
	}
	w.run(`window.real = window.fetch; window.refused = 0; window.carpet = document.querySelector("dh-carpet");
		window.fetch = (address, how) => address === carpet.dataset.values ? Promise.reject(new TypeError("no network " + ++refused)) : real(address, how)`)
	for _, x := range []float64{0.2, 0.3, 0.4} {
		w.hover("dh-carpet", x, 0.5)
	}
	eventually(t, "a question", func() bool { return w.value(`String(refused)`) != "0" })
	if asked := w.value(`String(refused)`); asked != "1" {
		t.Errorf("values that do not come are asked for %s times within three steps of the mouse", asked)
	}
	w.run(`window.fetch = real; carpet.retryAt = 0`)
	w.do(chromedp.Focus(chromedp.CSS(".carpet-cursor")))
	eventually(t, "the first cell", func() bool {
		return strings.HasPrefix(w.value(`document.querySelector(".carpet-cursor").getAttribute("aria-valuetext") ?? ""`), "Thu\u00a01\u00a0Oct\u00a02026 00:00, ")
	})
	w.keys(kb.ArrowRight, kb.ArrowDown, kb.ArrowDown, kb.PageDown)
	spoken("Fri\u00a09\u00a0Oct\u00a02026 00:30, " + quantityOf(value(8, 2)))
	w.keys(kb.End, kb.ArrowUp)
	spoken("Sat\u00a031\u00a0Oct\u00a02026 00:15, " + quantityOf(value(30, 1)))
	if at := w.value(`location.search`); !strings.Contains(at, "from=2026-10-01") {
		t.Errorf("arrow keys in the carpet moved the page to %s", at)
	}
	w.keys(kb.Home, kb.Escape)
	eventually(t, "no cell", func() bool { return w.value(`String(document.querySelector(".carpet-tip").hidden)`) == "true" })

	w.hover("dh-carpet", (24+0.25)/31, (8+0.5)/96) // the first 2:00 of the day on which clocks go back
	tip := func() string { return w.value(`document.querySelector(".carpet-tip").innerText`) }
	eventually(t, "the value under the mouse", func() bool {
		return strings.Contains(tip(), "Sun\u00a025\u00a0Oct\u00a02026 02:00") && strings.Contains(tip(), "kWh")
	})
	if strings.Contains(tip(), "/") {
		t.Errorf("over the first half of the doubled hour stands %q", tip())
	}
	w.keys(kb.ArrowLeft, kb.ArrowRight)
	eventually(t, "both values of the doubled hour", func() bool { return strings.Contains(tip(), " / ") })
	w.wantNoComplaints()
}

// quantityOf is a value below ten as people read it.
func quantityOf(number string) string {
	v, _ := strconv.ParseFloat(number, 64)
	return strconv.FormatFloat(v, 'f', 2, 64) + "\u00a0kWh"
}

// hover moves the mouse over a place of an element, given as shares of its width and height.
func (w *window) hover(selector string, x, y float64) {
	w.t.Helper()
	w.run(`document.querySelector("` + selector + `").scrollIntoView({block: "center"})`)
	var box struct{ X, Y, W, H float64 }
	if err := json.Unmarshal([]byte(w.value(`(() => { const {x, y, width, height} = document.querySelector("`+selector+`").getBoundingClientRect(); return JSON.stringify({x, y, w: width, h: height}) })()`)), &box); err != nil {
		w.t.Fatal(err)
	}
	if _, err := chromedp.Call(w.ctx, input.DispatchMouseEvent, input.DispatchMouseEventParams{Type: "mouseMoved", X: box.X + x*box.W, Y: box.Y + y*box.H}); err != nil {
		w.t.Fatal(err)
	}
}

// The keys of the explorer do what the list of keys says, each by what the page's links and fields do.
func TestKeysOfTheExplorer(t *testing.T) {
	t.Parallel()
	p := demo(t)
	w := openWindow(t, true)
	w.signIn(p)
	const page = "/explore?s=20101"
	param := func(name string) string {
		return w.value(`document.readyState === "complete" ? new URLSearchParams(location.search).get("` + name + `") ?? "" : "…"`)
	}
	for _, tt := range []struct{ key, from, to string }{{"d", "now/d", "now/d"}, {"w", "now/w", "now/w"}, {"m", "now/M", "now/M"}, {"y", "now/y", "now/y"}} {
		w.visit(p, page)
		w.keys("t", tt.key)
		eventually(t, "the range of t "+tt.key, func() bool { return param("from") == tt.from && param("to") == tt.to })
	}
	days := "&from=2026-11-02&to=2026-11-04"
	for _, tt := range []struct{ what, key, from, to string }{
		{"one step earlier", kb.ArrowLeft, "2026-10-31T00:00:00", "2026-11-02T00:00:00"}, {"one step later", kb.ArrowRight, "2026-11-04T00:00:00", "2026-11-06T00:00:00"},
		{"a longer time", "-", "2026-11-01T00:00:00", "2026-11-05T00:00:00"}, {"a shorter time", "=", "2026-11-02T12:00:00", "2026-11-03T12:00:00"},
	} {
		w.visit(p, page+days)
		w.keys(tt.key)
		eventually(t, tt.what, func() bool { return param("from") == tt.from && param("to") == tt.to })
	}
	w.visit(p, page+days)
	for _, tt := range []struct{ what, key, name, want string }{
		{"the next comparison", "c", "cmp", "prev"}, {"the next unit", "u", "unit", "Wh"}, {"the next view", "v", "view", "table"}, {"the view after it", "v", "view", "carpet"},
	} {
		w.keys(tt.key)
		eventually(t, tt.what, func() bool { return param(tt.name) == tt.want })
		w.settle(w.ctx)
	}
	if at := w.value(`location.search`); !strings.Contains(at, "s=20101~Wh") || !strings.Contains(at, "cmp=prev") || !strings.Contains(at, "from=2026-11-02") {
		t.Errorf("what the keys chose is not kept: %s", at)
	}
	w.run(`window.before = true`)
	w.keys("r")
	eventually(t, "the page loaded again", func() bool { return w.value(`String(window.before ?? "")`) == "" })
	w.settle(w.ctx)
	w.run(`document.documentElement.requestFullscreen = () => { window.filled = true; return Promise.resolve() }`)
	w.keys("f")
	eventually(t, "the whole screen", func() bool { return w.value(`String(window.filled ?? "")`) == "true" })
	w.do(chromedp.Focus(chromedp.CSS("input[name=from]:not([type=hidden])")))
	at := w.value(`location.search`)
	w.keys("c", "v", "t", "d")
	if now := w.value(`location.search`); now != at {
		t.Errorf("letters that are typed lead to %s", now)
	}
	w.wantNoComplaints()
}

// Alarms are chosen, acknowledged and brought back by keys, and so are the places of the menu.
func TestKeysOfListsAndPlaces(t *testing.T) {
	t.Parallel()
	p := demo(t)
	w := openWindow(t, true)
	w.signIn(p)
	w.visit(p, "/alarms?state=all")
	if n := w.value(`(() => {
		const boxes = [...document.querySelectorAll("[data-row] input[type=checkbox]")];
		const press = (box, key) => { box.focus(); box.dispatchEvent(new KeyboardEvent("keydown", {key, shiftKey: key === "X", bubbles: true})) };
		press(boxes[0], "x");
		press(boxes[1], "X");
		return boxes.filter(b => b.checked).length + " of " + Math.min(boxes.length, 2);
	})()`); n != "2 of 2" {
		t.Errorf("x and Shift x choose %s", n)
	}
	w.keys("a")
	eventually(t, "what was acknowledged, with a way back", func() bool {
		return w.value(`String(document.querySelector("[data-key='Ctrl+z']") !== null)`) == "true"
	})
	w.settle(w.ctx)
	w.run(`document.dispatchEvent(new KeyboardEvent("keydown", {key: "z", ctrlKey: true, bubbles: true}))`)
	eventually(t, "nothing to be brought back any more", func() bool {
		return w.value(`String(document.querySelector("[data-key='Ctrl+z']") === null)`) == "true"
	})
	for _, place := range []struct{ key, path string }{{"o", "/overview"}, {"e", "/explore"}, {"a", "/alarms"}, {"d", "/dashboards"}} {
		w.settle(w.ctx)
		w.keys("g", place.key)
		w.arrives(place.path)
	}
	w.wantNoComplaints()
}

// Another view that takes long says so beside a way out: the picture that was there stays, the page goes on living, and asking again works.
func TestALoadCanBeGivenUp(t *testing.T) {
	t.Parallel()
	p := demo(t)
	w := openWindow(t, true)
	w.signIn(p)
	hub := func(faults string) {
		t.Helper()
		resp, err := http.Post(strings.Replace(p.urls["data-hub"], "hub.localhost", "127.0.0.1", 1)+"/faults", "application/json", strings.NewReader(`{"faults":[`+faults+`]}`))
		if err != nil || resp.StatusCode != http.StatusOK {
			t.Fatalf("%v, %v", resp, err)
		}
		_ = resp.Body.Close()
	}
	w.visit(p, "/explore?s=20101&from=now-7d/d&to=now/d")
	eventually(t, "the chart", func() bool {
		return w.value(`String(document.querySelector("dh-chart[data-drawn]") !== null)`) == "true"
	})
	hub(`"delay@path:/data@delay:12s"`)
	want := regexp.MustCompile(`^hidden for more than a second; Still loading after \d+.s\s+Cancel; Cancelled. You still see the last view.; \?s=20101&from=now-7d/d&to=now/d with 1 chart$`)
	for _, way := range []string{`document.querySelector("[data-load-stop]").click()`, `document.dispatchEvent(new KeyboardEvent("keydown", {key: "Escape", bubbles: true}))`} {
		if got := w.promised(fmt.Sprintf(givesUp, way)); !want.MatchString(got) {
			t.Errorf("%s: %s", way, got)
		}
	}
	eventually(t, "the stream", func() bool { return w.value(`String(document.querySelector("dh-live").source?.readyState)`) == "1" })
	hub("")
	w.click(`.presets a[href*="now-30d"]`, `.presets a[href*="now-30d"][aria-current]`)
	w.wantNoComplaints()
}

// givesUp asks for another view and gives it up, all in one: a driver that asks for something while the browser is about to leave waits until it has.
const givesUp = `(async () => {
	const box = document.querySelector("[data-load-box]"), began = performance.now();
	document.querySelector('.presets a[href*="now-30d"]').click();
	while (box.hidden && performance.now() - began < 9000) await new Promise(r => setTimeout(r, 50));
	const took = performance.now() - began, said = box.innerText;
	%s;
	return [took > 1000 ? "hidden for more than a second" : "there after " + took, said, box.innerText, location.search + " with " + document.querySelectorAll("dh-chart[data-drawn]").length + " chart"].join("; ");
})()`

// The first view has nothing behind it: its place can be given up as soon as it is there, and asked for again.
func TestAFirstLoadCanBeGivenUp(t *testing.T) {
	t.Parallel()
	p := demo(t, "--demo-fail=hub=delay@path:/data@delay:5s")
	w := openWindow(t, true)
	w.signIn(p)
	const part = `document.querySelector('dh-part[data-part="content"]')`
	w.run(`location.assign("/explore?s=20101")`)
	eventually(t, "a way out", func() bool {
		return w.value(`String(`+part+`?.querySelector("[data-part-stop]")?.checkVisibility())`) == "true"
	})
	w.run(part + `.querySelector("[data-part-stop]").click()`)
	if text := w.value(part + `.innerText`); !strings.Contains(text, "This part was not loaded. Try again") {
		t.Errorf("after it was given up it says %q", text)
	}
	w.run(part + `.querySelector("[data-part-retry]").click()`)
	eventually(t, "the chart", func() bool { return w.value(`String(document.querySelector("dh-chart") !== null)`) == "true" })
	w.wantNoComplaints()
}

// What comes slowly and says what is wrong with the address is the page all the same.
func TestASlowPageSaysWhatIsWrong(t *testing.T) {
	t.Parallel()
	p := demo(t, "--demo-fail=hub=delay@path:/alarms@delay:3s")
	w := openWindow(t, true)
	w.signIn(p)
	w.run(`location.assign("/alarms?from=whenever")`)
	eventually(t, "the place of the page", func() bool {
		return w.value(`document.querySelector('dh-part[data-part="content"]')?.dataset.state ?? ""`) == "waiting"
	})
	eventually(t, "the page", func() bool {
		return w.value(`document.querySelector('main form [name="from"]')?.value ?? ""`) == "whenever"
	})
}
