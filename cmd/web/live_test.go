package main

import (
	"flag"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/heapprofiler"
	"github.com/chromedp/cdproto/memory"
	"github.com/chromedp/cdproto/network"
	cdpruntime "github.com/chromedp/cdproto/runtime"
	"github.com/chromedp/chromedp"
)

var liveUpdates = flag.Int("live-updates", 3000, "updates that an open page takes in the test of its memory")

// openStreams is 1 if the tab has the event stream itself.
const openStreams = `String(document.querySelector("dh-live").source?.readyState === 1 ? 1 : 0)`

// lastBeat is the time that the tab heard of last.
const lastBeat = `document.querySelector("dh-live").latest.get("heartbeat")?.data.time ?? ""`

// One tab of a browser listens for all, the next one takes over when it goes, and each says what is wrong when something is.
func TestTabsShareAStream(t *testing.T) {
	t.Parallel()
	p := demo(t)
	w := openWindow(t, true)
	w.signIn(p)
	w.visit(p, "/overview")
	eventually(t, "a heartbeat", func() bool { return w.value(lastBeat) != "" })
	eventually(t, "alarms in the menu", func() bool { return w.value(`document.querySelector("[data-alarms-open]").textContent`) != "" })
	w.run(`document.querySelector("dh-live").latest.get("heartbeat").data.time = "2020-01-01T00:00:00Z"`) // as if it were long ago
	other := w.secondTab()
	other.visit(p, "/sites")
	eventually(t, "a heartbeat in the other tab", func() bool { return other.value(lastBeat) != "" })
	if at := other.value(lastBeat); strings.HasPrefix(at, "2020-") {
		t.Errorf("the other tab takes %s, when the first one heard of the server, for now", at)
	}
	if a, b := w.value(openStreams), other.value(openStreams); a+b != "10" {
		t.Errorf("streams: %s in the first tab, %s in the second", a, b)
	}
	w.do(chromedp.Navigate("about:blank"))
	eventually(t, "the other tab's own stream", func() bool { return other.value(openStreams) == "1" })

	shown := `[...document.querySelectorAll("[data-live-state]")].filter(e => e.checkVisibility()).map(e => e.dataset.liveState).join(" ")`
	offline := func(off bool) {
		if _, err := chromedp.Call(other.ctx, network.OverrideNetworkState, network.OverrideNetworkStateParams{Offline: off}); err != nil {
			t.Fatal(err)
		}
	}
	offline(true)
	eventually(t, "that it is offline", func() bool { return other.value(shown) == "offline" })
	offline(false)
	other.run(`document.querySelector("dh-live").restart()`) // as after 25 s of silence
	eventually(t, "that all is well", func() bool { return other.value(shown) == "" })
	newer := `document.querySelector("dh-live").take({name: "heartbeat", data: {time: new Date().toISOString(), build: "next", confirmed: {}}})`
	if got := other.value(`(` + newer + `, ` + shown + `)`); got != "version" { // at once: a true heartbeat takes it back
		t.Errorf("of a newer version it says %q", got)
	}
	other.run(`document.querySelector("dh-live").source.close()`) // a true heartbeat would set the clock right before it is looked at
	other.run(`document.querySelector("dh-live").take({name: "heartbeat", data: {time: "2020-01-01T00:00:00Z", build: document.querySelector("dh-live").dataset.build, confirmed: {}}})`)
	eventually(t, "the server's clock, with the difference", func() bool {
		return other.value(`document.querySelector("dh-clock").hasAttribute("data-skewed") ? document.querySelector("dh-clock").title : ""`) != ""
	})
}

// An open page takes thousands of updates, and charts that come and go, without growing.
func TestOpenPageDoesNotGrow(t *testing.T) {
	t.Parallel()
	p := demo(t)
	w := openWindow(t, true)
	w.signIn(p)
	w.visit(p, "/explore?s=80101")
	w.do(chromedp.WaitVisible(chromedp.CSS("dh-chart[data-drawn] canvas")))
	w.run(`window.updates = async n => {
		const live = document.querySelector("dh-live"), box = document.querySelector("dh-chart"), place = box.parentNode, after = box.nextSibling;
		for (let i = 0; i < n; i++) {
			live.take({name: "alarms", data: {open: i % 7, acknowledged: 1, changed: new Date().toISOString()}});
			live.take({name: "freshness", data: {sites: {204486: new Date().toISOString()}}});
			live.take({name: "heartbeat", data: {time: new Date().toISOString(), build: live.dataset.build, confirmed: {}}});
			if (i % 100 === 0) {
				box.remove();
				place.insertBefore(box, after);
			}
			if (i % 25 === 0) await new Promise(done => setTimeout(done));
		}
		return String(document.querySelectorAll("dh-chart[data-drawn] canvas").length);
	}`)
	w.promised(`updates(1500)`) // what is made once, a chart that the browser keeps among it
	w.wantNoGrowth(fmt.Sprintf("%d updates", *liveUpdates), func() {
		if charts := w.promised(fmt.Sprintf(`updates(%d)`, *liveUpdates)); charts != "1" {
			t.Errorf("%s charts, want one", charts)
		}
	})
	w.wantNoComplaints()
}

// weight is what a page holds after its garbage was collected.
type weight struct {
	heap             float64 // bytes
	nodes, listeners int64
}

// grewTo tells whether there is more than what one collection and another may differ by.
func (a weight) grewTo(b weight) bool {
	return b.heap > a.heap*1.15 || float64(b.nodes) > float64(a.nodes)*1.02+5 || b.listeners > a.listeners+5
}

func (a weight) String() string {
	return fmt.Sprintf("heap %.2f MB, %d nodes, %d listeners", a.heap/1e6, a.nodes, a.listeners)
}

// wantNoGrowth weighs the page before and after work. A heap of a megabyte changes by a tenth and more when the browser compiles something or throws code away, so what grew once works again from there:
// what is left behind each time grows each time.
func (w *window) wantNoGrowth(what string, work func()) {
	w.t.Helper()
	before := w.weigh()
	for range 3 {
		work()
		after := w.weigh()
		w.t.Logf("%s: %v to %v", what, before, after)
		if !before.grewTo(after) {
			return
		}
		before = after
	}
	w.t.Errorf("%s make the page grow, three times in a row", what)
}

func (w *window) weigh() weight {
	w.t.Helper()
	time.Sleep(200 * time.Millisecond)
	for range 3 { // what is parsed goes in steps
		if _, err := chromedp.Call(w.ctx, heapprofiler.CollectGarbage, cdp.Empty{}); err != nil {
			w.t.Fatal(err)
		}
	}
	usage, err := chromedp.Call(w.ctx, cdpruntime.GetHeapUsage, cdp.Empty{})
	if err != nil {
		w.t.Fatal(err)
	}
	counters, err := chromedp.Call(w.ctx, memory.GetDOMCounters, cdp.Empty{})
	if err != nil {
		w.t.Fatal(err)
	}
	return weight{usage.UsedSize, counters.Nodes, counters.JsEventListeners}
}
