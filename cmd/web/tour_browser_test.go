package main

import (
	"fmt"
	"strings"
	"testing"

	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"
)

// A guest goes through the tour's eight stops by keyboard, is signed in on the way, goes back one, and leaves.
func TestTourByKeyboard(t *testing.T) {
	t.Parallel()
	p := demo(t)
	w := openWindow(t, true)
	w.do(chromedp.Navigate(p.urls["portal"]+"/demo?tour=1"), chromedp.WaitVisible(chromedp.CSS("[data-tour-bar]")))
	seen := map[string]bool{}
	for stop := 1; stop <= 8; stop++ {
		w.stopsAt(stop)
		seen[w.value(`document.querySelector("[data-tour-bar] .tour-text").innerText`)] = true
		if stop < 8 {
			w.until(kb.Tab, `closest("[data-tour-bar]")`)
			w.keys(kb.ArrowRight)
		}
	}
	if len(seen) != 8 {
		t.Errorf("%d stops say something of their own", len(seen))
	}
	w.until(kb.Tab, `closest("[data-tour-bar]")`)
	w.keys(kb.ArrowLeft)
	w.stopsAt(7)
	w.until(kb.Tab, `closest("[data-tour-bar]")`)
	w.keys(kb.Escape)
	eventually(t, "no tour", func() bool {
		return w.value(`document.readyState === "complete" && !document.querySelector("[data-tour-bar]") ? "gone" : ""`) == "gone"
	})
	w.wantNoComplaints()
}

// stopsAt waits for a stop of the tour.
func (w *window) stopsAt(n int) {
	w.t.Helper()
	eventually(w.t, fmt.Sprint("stop ", n), func() bool {
		return strings.Contains(w.value(`document.readyState === "complete" ? document.querySelector("[data-tour-bar] .tour-where")?.innerText ?? "" : ""`), fmt.Sprintf("%d of 8", n))
	})
}
