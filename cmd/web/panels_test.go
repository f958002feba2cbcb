package main

import (
	"strconv"
	"testing"
	"time"

	"github.com/chromedp/cdproto/page"
	"github.com/chromedp/chromedp"
)

// shifts adds up how far what is on the screen moved by itself since the page began (Layout Instability, of the Web Incubator Community Group).
const shifts = `(() => new Promise(done => new PerformanceObserver(list => done(String(list.getEntries().reduce((sum, e) => sum + (e.hadRecentInput ? 0 : e.value), 0)))).observe({type: "layout-shift", buffered: true}) || setTimeout(() => done("0"), 300)))()`

// A page is there before its data are: each panel stands there in its own shape, says how long it takes, and comes into its place without moving anything.
func TestPanelsComeIntoTheirPlaces(t *testing.T) {
	t.Parallel()
	p := demo(t, "--demo-latency=500ms")
	w := openWindow(t, true)
	w.signIn(p)
	const awaited = `document.addEventListener("readystatechange", () => { window.awaited ??= document.querySelectorAll('dh-part[data-state="waiting"]').length })` // before anything can have come into its place
	if _, err := chromedp.Call(w.ctx, page.AddScriptToEvaluateOnNewDocument, page.AddScriptToEvaluateOnNewDocumentParams{Source: awaited}); err != nil {
		t.Fatal(err)
	}
	for _, size := range []struct{ width, height int64 }{{1440, 900}, {800, 1100}, {360, 740}} {
		w.do(chromedp.EmulateViewport(size.width, size.height))
		for _, path := range []string{"/overview", "/sites", "/sites/204481", "/dashboards/energybalance"} {
			w.do(chromedp.Navigate(p.urls["portal"]+path), chromedp.WaitVisible(chromedp.CSS("h1")))
			if w.value(`String(window.awaited)`) == "0" {
				t.Errorf("%s came with all of its panels from a Data Hub that takes its time", path)
			}
			eventually(t, path+": all panels", func() bool {
				return w.value(`String(document.querySelectorAll('dh-part:not([data-state=""])').length)`) == "0"
			})
			if moved, err := strconv.ParseFloat(w.promised(shifts), 64); err != nil || moved > 0.01 {
				t.Errorf("%s, %d wide: what is on the screen moved by %v (%v)", path, size.width, moved, err)
			}
		}
	}
	w.wantNoComplaints()
}

// A panel that takes long says so, and can be given up; one that failed says why, under which request, and is tried again alone. The rest of the page is there all the while.
func TestPanelsThatTakeLong(t *testing.T) {
	t.Parallel()
	p := demo(t, "--demo-fail=hub=delay@path:/alarms@delay:18s")
	w := openWindow(t, true)
	w.signIn(p)
	const alarms = `document.querySelector('dh-part[data-part="alarms"]')`
	began := time.Now()
	w.do(chromedp.Navigate(p.urls["portal"]+"/overview"), chromedp.WaitVisible(chromedp.CSS(`dh-part[data-part="trend"] .chart`)))
	eventually(t, "how long it takes", func() bool { return w.value(alarms+`.querySelector("[data-part-note]")?.textContent ?? ""`) != "" })
	if waited := time.Since(began); waited < 3*time.Second {
		t.Errorf("after %v it says that it takes long", waited)
	}
	if w.value(alarms+`.querySelector("[data-part-stop]").hidden ? "yes" : ""`) == "" {
		t.Error("it can be given up before anybody could be tired of it")
	}
	w.do(chromedp.Click(`dh-part[data-part="alarms"] [data-part-stop]`, chromedp.NodeVisible))
	w.sees(`dh-part[data-part="alarms"]`, "This part was not loaded", "Try again")
	if left := w.value(`String(document.querySelectorAll('dh-part[data-part="kpis"][data-state="waiting"]').length)`); left != "1" {
		t.Error("another panel was given up with it")
	}
	w.do(chromedp.Click(`dh-part[data-part="alarms"] [data-part-retry]`, chromedp.NodeVisible))
	w.sees(`dh-part[data-part="alarms"][aria-busy="true"]`, "Loading")
	eventually(t, "the alarms", func() bool { return w.value(alarms+`.querySelector("table, .empty") ? "yes" : ""`) != "" })
}

// Without scripts the whole page comes by itself.
func TestPanelsWithoutScripts(t *testing.T) {
	t.Parallel()
	p := demo(t, "--demo-latency=300ms")
	w := openWindow(t, false)
	w.signIn(p)
	w.do(chromedp.Navigate(p.urls["portal"]+"/overview"), chromedp.WaitVisible(chromedp.CSS(`dh-part[data-part="list"] .site-table`)), chromedp.WaitVisible(chromedp.CSS(`dh-part[data-part="trend"] .chart`)))
}
