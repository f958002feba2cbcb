package main

import (
	"strings"
	"testing"

	"github.com/chromedp/cdproto/input"
	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"
)

// The main tasks from beginning to end without a mouse: find a meter, read it, compare it, take it home, and acknowledge an alarm, with second thoughts.
func TestMainTasksByKeyboard(t *testing.T) {
	t.Parallel()
	p := demo(t)
	w := openWindow(t, true)
	w.signIn(p)
	w.visit(p, "/overview")

	w.keys("/")
	eventually(t, "the palette", func() bool { return w.value(`document.activeElement.closest("dialog[open]") ? "open" : ""`) == "open" })
	w.types("compressor")
	eventually(t, "a meter that was found", func() bool {
		return w.value(`String(document.querySelectorAll('#palette-found a[href^="/sources/"]').length > 0)`) == "true"
	})
	w.until(kb.ArrowDown, `pathname?.startsWith("/sources/")`)
	w.keys("\r")
	w.reaches("/sources/")
	w.until(kb.Tab, `pathname?.startsWith("/variables/")`)
	w.keys("\r")
	w.reaches("/variables/")

	w.draws()
	w.until(kb.Tab, `matches(".chart-cursor")`)
	w.keys(kb.Home)
	for range 3 {
		w.keys(kb.ArrowRight)
	}
	if text := w.value(`document.activeElement.getAttribute("aria-valuetext")`); !strings.ContainsAny(text, "0123456789") {
		t.Errorf("the cursor reads %q", text)
	}

	w.until(kb.Tab, `search?.startsWith("?s=")`)
	w.keys("\r")
	w.reaches("/explore")
	w.keys("c")
	eventually(t, "a comparison in the address", func() bool { return strings.Contains(w.value(`location.search`), "cmp=") })
	w.draws()
	w.until(kb.Tab, `pathname?.startsWith("/export")`)
	if file := w.promised(`fetch(document.activeElement.href).then(r => r.status + " " + r.headers.get("Content-Type") + " " + r.headers.get("Content-Disposition"))`); !strings.HasPrefix(file, "200 text/csv") || !strings.Contains(file, "attachment") {
		t.Errorf("the export is %s", file)
	}

	w.keys("g", "a")
	w.arrives("/alarms")
	w.visit(p, "/alarms?state=all")
	w.until(kb.Tab, `matches("[data-row] input[type=checkbox]")`)
	w.keys("x", "a")
	eventually(t, "a way back", func() bool {
		return w.value(`document.readyState === "complete" ? document.querySelector(".alarm-notice button")?.innerText.trim() ?? "" : ""`) == "Undo"
	})
	for _, kind := range []input.DispatchKeyEventType{"keyDown", "keyUp"} {
		if _, err := chromedp.Call(w.ctx, input.DispatchKeyEvent, input.DispatchKeyEventParams{Type: kind, Key: "z", Modifiers: 2}); err != nil {
			t.Fatal(err)
		}
	}
	eventually(t, "that it was undone", func() bool { return strings.Contains(w.value(`location.search`), "done=undone") })
	w.wantNoComplaints()
}

// draws waits until a chart can be pointed at.
func (w *window) draws() {
	w.t.Helper()
	eventually(w.t, "a chart", func() bool {
		return w.value(`String(document.querySelector("dh-chart[data-drawn] .chart-cursor") !== null)`) == "true"
	})
}

// until presses a key again and again until what has the focus is such.
func (w *window) until(key, such string) {
	w.t.Helper()
	for range 200 {
		w.keys(key)
		if w.value(`String(Boolean(document.activeElement?.`+such+`))`) == "true" {
			return
		}
	}
	w.t.Fatalf("nothing after 200 keys is such: %s", such)
}

// reaches waits until the path begins so.
func (w *window) reaches(path string) {
	w.t.Helper()
	eventually(w.t, "a page below "+path, func() bool {
		return strings.HasPrefix(w.value(`document.readyState === "complete" ? location.pathname : ""`), path)
	})
}
