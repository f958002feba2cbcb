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
	other.run(`document.querySelector("dh-live").take({name: "heartbeat", data: {time: new Date().toISOString(), build: "next", confirmed: {}}})`)
	if got := other.value(shown); got != "version" {
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
	heap, nodes, listeners := w.weigh()
	if charts := w.promised(fmt.Sprintf(`updates(%d)`, *liveUpdates)); charts != "1" {
		t.Errorf("%s charts, want one", charts)
	}
	heap2, nodes2, listeners2 := w.weigh()
	t.Logf("%d updates: heap %.2f to %.2f MB, nodes %d to %d, listeners %d to %d", *liveUpdates, heap/1e6, heap2/1e6, nodes, nodes2, listeners, listeners2)
	if heap2 > heap*1.15 {
		t.Errorf("the heap grows from %.0f to %.0f bytes", heap, heap2)
	}
	if float64(nodes2) > float64(nodes)*1.02+5 || listeners2 > listeners+5 {
		t.Errorf("nodes %d to %d, listeners %d to %d", nodes, nodes2, listeners, listeners2)
	}
	w.wantNoComplaints()
}

// weigh collects garbage and returns what is left.
func (w *window) weigh() (heap float64, nodes, listeners int64) {
	w.t.Helper()
	time.Sleep(200 * time.Millisecond)
	for range 2 {
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
	return usage.UsedSize, counters.Nodes, counters.JsEventListeners
}
