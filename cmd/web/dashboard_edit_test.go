package main

import (
	"encoding/json"
	"fmt"
	"testing"

	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/cdproto/input"
	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"
)

// savedBoard is what a dashboard is after it was saved, as it is exported.
type savedBoard struct {
	Title   string
	Widgets []struct {
		Kind, Title string
		X, Y, W, H  int
		Series      []string
	}
}

func (w *window) savedBoard() (b savedBoard) {
	w.t.Helper()
	w.do(chromedp.WaitVisible(chromedp.CSS(".board-view")))
	if err := json.Unmarshal([]byte(w.promised(`fetch(location.pathname + "/board.json").then(r => r.text())`)), &b); err != nil {
		w.t.Fatal(err)
	}
	return b
}

// middle brings an element into sight and returns where its middle is.
func (w *window) middle(selector string) (at struct{ X, Y float64 }) {
	w.t.Helper()
	if err := json.Unmarshal([]byte(w.value(`(() => { const e = document.querySelector("`+selector+`"); e.scrollIntoView({block: "center"}); const r = e.getBoundingClientRect(); return JSON.stringify({x: r.x + r.width / 2, y: r.y + r.height / 2}) })()`)), &at); err != nil {
		w.t.Fatal(err)
	}
	return at
}

// pull presses the mouse on the middle of an element, draws it away by so many pixels, and lets go.
func (w *window) pull(selector string, dx, dy float64) {
	w.t.Helper()
	at := w.middle(selector)
	mouse := func(kind input.DispatchMouseEventType, share float64, buttons int64) {
		if _, err := chromedp.Call(w.ctx, input.DispatchMouseEvent, input.DispatchMouseEventParams{Type: kind, X: at.X + dx*share, Y: at.Y + dy*share, Button: "left", Buttons: buttons, ClickCount: 1}); err != nil {
			w.t.Fatal(err)
		}
	}
	mouse("mouseMoved", 0, 0)
	mouse("mousePressed", 0, 1)
	mouse("mouseMoved", 0.5, 1)
	mouse("mouseMoved", 1, 1)
	mouse("mouseReleased", 1, 0)
}

// swipe puts a finger on the middle of an element, draws it away by so many pixels, and lifts it.
func (w *window) swipe(selector string, dx, dy float64) {
	w.t.Helper()
	at := w.middle(selector)
	touch := func(kind input.DispatchTouchEventType, points ...*input.TouchPoint) {
		if _, err := chromedp.Call(w.ctx, input.DispatchTouchEvent, input.DispatchTouchEventParams{Type: kind, TouchPoints: append([]*input.TouchPoint{}, points...)}); err != nil {
			w.t.Fatal(err)
		}
	}
	touch("touchStart", &input.TouchPoint{X: at.X, Y: at.Y})
	for i := 1.0; i <= 10; i++ {
		touch("touchMove", &input.TouchPoint{X: at.X + dx*i/10, Y: at.Y + dy*i/10})
	}
	touch("touchEnd")
}

// cell is where a widget lies: columns and rows from 1, width and height.
func (w *window) cell(selector string) string {
	w.t.Helper()
	return w.value(`(() => { const d = document.querySelector("` + selector + `")?.dataset; return d ? [d.x, d.y, d.w, d.h].join(" ") : "" })()`)
}

// begin makes a dashboard of a clock and a figure, and returns the width of a column.
func (w *window) begin(p *program, title string) (column float64) {
	w.t.Helper()
	w.visit(p, "/dashboards")
	w.click("#f-title", "#f-title")
	w.keys(title)
	w.click(`form[action="/dashboards"] button[type=submit]`, "board-edit")
	for _, kind := range []string{"clock", "number"} {
		w.run(`document.querySelector("#kind").value = "` + kind + `"; 0`)
		w.click(`button[value=add]`, `.edit-cell [data-kind="`+chromedp.CSS(kind)+`"]`)
	}
	w.click(".pick-chip", ".series-field")
	w.click(`#settings a.button`, "board-edit")
	if clock, number := w.cell(clockCell), w.cell(numberCell); clock != "1 1 2 1" || number != "3 1 3 2" {
		w.t.Fatalf("the clock lies at %q, and the figure at %q", clock, number)
	}
	_, _ = fmt.Sscan(w.value(`String(document.querySelector("board-edit").clientWidth / 12)`), &column)
	w.do(chromedp.WaitVisible(chromedp.CSS(clockCell + " .edit-corner")))
	return column
}

const clockCell, numberCell = `.edit-cell:has([data-kind=clock])`, `.edit-cell:has([data-kind=number])`

// arranged saves what [window.begin] made, after the clock was made wider and the figure was moved.
func (w *window) arranged(title string) {
	w.t.Helper()
	w.click(`button[value=save]`, ".board-view")
	b := w.savedBoard()
	if len(b.Widgets) != 2 || b.Title != title || b.Widgets[0].W != 4 || b.Widgets[1].X != 7 || len(b.Widgets[1].Series) != 1 {
		w.t.Errorf("saved: %+v", b)
	}
	w.wantNoComplaints()
}

// A dashboard is composed from nothing with the mouse: widgets added, a variable chosen, one made larger by its corner and one moved by its head.
func TestComposeByMouse(t *testing.T) {
	t.Parallel()
	p := demo(t)
	w := openWindow(t, true)
	w.signIn(p)
	column := w.begin(p, "By mouse")
	w.pull(clockCell+" .edit-corner", 2*column, 0)
	eventually(t, "a wider clock", func() bool { return w.cell(clockCell) == "1 1 4 1" })
	w.do(chromedp.WaitVisible(chromedp.CSS(numberCell + " .edit-handle")))
	w.pull(numberCell+" .edit-handle", 5*column, 0)
	eventually(t, "the number at the right", func() bool { return w.cell(numberCell) == "8 1 3 2" })
	w.arranged("By mouse")
}

// The same with a finger on a tablet, where the page still goes up and down under it.
func TestComposeByTouch(t *testing.T) {
	t.Parallel()
	p := demo(t)
	w := openWindow(t, true)
	w.signIn(p)
	w.do(chromedp.EmulateViewport(1024, 500))
	if _, err := chromedp.Call(w.ctx, emulation.SetTouchEmulationEnabled, emulation.SetTouchEmulationEnabledParams{Enabled: true}); err != nil {
		t.Fatal(err)
	}
	column := w.begin(p, "By touch")
	w.swipe(clockCell+" .edit-corner", 2*column, 0)
	eventually(t, "a wider clock", func() bool { return w.cell(clockCell) == "1 1 4 1" })
	w.do(chromedp.WaitVisible(chromedp.CSS(numberCell + " .edit-handle")))
	w.swipe(numberCell+" .edit-handle", 5*column, 0)
	eventually(t, "the number at the right", func() bool { return w.cell(numberCell) == "8 1 3 2" })
	w.do(chromedp.WaitVisible(chromedp.CSS(numberCell + " .edit-handle")))
	w.middle(numberCell + " .widget-body")
	w.run(`window.from = scrollY; 0`)
	w.swipe(numberCell+" .widget-body", 0, 120)
	eventually(t, "the page follows the finger", func() bool { return w.value(`String(window.from - scrollY > 40)`) == "true" })
	if got := w.cell(numberCell); got != "8 1 3 2" {
		t.Errorf("after the page was moved the number lies at %q", got)
	}
	w.arranged("By touch")
}

// chord presses a key with Ctrl held.
func (w *window) chord(key string) {
	w.t.Helper()
	w.settle(w.ctx)
	w.run(`document.activeElement.dispatchEvent(new KeyboardEvent("keydown", {key: "` + key + `", ctrlKey: true, bubbles: true, cancelable: true})); 0`)
}

// reach goes on with Tab until something that matches has the focus.
func (w *window) reach(selector string) {
	w.t.Helper()
	w.settle(w.ctx)
	for range 150 {
		if w.value(`String(document.activeElement.matches("`+selector+`"))`) == "true" {
			return
		}
		w.keys(kb.Tab)
	}
	w.t.Fatalf("no way to %s by keyboard", selector)
}

// The same by keyboard alone: from nothing to a dashboard that is saved. After a step the button that made it has the focus again.
func TestComposeByKeyboard(t *testing.T) {
	t.Parallel()
	p := demo(t)
	w := openWindow(t, true)
	w.signIn(p)
	w.visit(p, "/dashboards")
	press := func(selector string, next chromedp.CSS) {
		t.Helper()
		w.reach(selector)
		w.run(`document.body.dataset.before = "1"; 0`)
		w.keys("\r")
		eventually(t, "the page after "+selector, func() bool { return w.value(`document.body ? document.body.dataset.before ?? "" : "loading"`) == "" })
		w.do(chromedp.WaitVisible(next))
	}
	choose := func(value string) {
		t.Helper()
		w.reach("#kind")
		for range 40 {
			if w.value(`document.querySelector("#kind").value`) == value {
				return
			}
			w.keys(kb.ArrowDown)
		}
		t.Fatalf("%s cannot be chosen by keyboard", value)
	}
	w.reach("#f-title")
	w.keys("By keyboard")
	press(`form[action='/dashboards'] button[type=submit]`, "board-edit")
	choose("number")
	press("button[value=add]", "#settings")
	press(".pick-chip", ".series-field")
	w.reach("#settings input[name=title]")
	w.keys("Power")
	press("#settings button[value=set]", "#settings")
	choose("clock")
	press("button[value=add]", "#settings")
	press("#settings a.button", "board-edit")
	for width := 3; width <= 5; width++ {
		press(clockCell+" button[value=wider]", "board-edit")
		if got := w.value(`document.activeElement.value ?? ""`); got != "wider" {
			t.Errorf("after a step %q has the focus", got)
		}
	}
	press(clockCell+" button[value=left]", "board-edit") // to where the figure is, which makes room
	press(clockCell+" button[value=wider]", "board-edit")
	w.chord("z")
	eventually(t, "the step is taken back", func() bool { return w.cell(clockCell) == "3 1 5 1" })
	w.do(chromedp.WaitVisible(chromedp.CSS("board-edit .edit-corner")))
	w.chord("s")
	w.do(chromedp.WaitVisible(chromedp.CSS(".board-view")))
	b := w.savedBoard()
	if len(b.Widgets) != 2 || b.Title != "By keyboard" || b.Widgets[0].Kind != "clock" || b.Widgets[0].W != 5 || b.Widgets[1].Title != "Power" || len(b.Widgets[1].Series) != 1 {
		t.Errorf("saved: %+v", b)
	}
	w.wantNoComplaints()
}
