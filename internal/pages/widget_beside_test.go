package pages

import (
	"net/http"
	"net/http/httptest"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"portico/internal/board"
	"portico/internal/datahub"
)

// gathering lets requests with these words in their addresses go on when so many of them have come, and so finds out whether they are sent side by side.
type gathering struct {
	words string
	many  int32
	here  atomic.Int32
	all   chan struct{}
	alone atomic.Bool // one waited for the others in vain
}

// RoundTrip implements http.RoundTripper.
func (g *gathering) RoundTrip(r *http.Request) (*http.Response, error) {
	if strings.Contains(r.URL.String(), g.words) {
		if g.here.Add(1) == g.many {
			close(g.all)
		}
		select {
		case <-g.all:
		case <-time.After(time.Minute):
			g.alone.Store(true)
		}
	}
	return http.DefaultTransport.RoundTrip(r)
}

// What is usual on a day is read beside the day itself, and the histories of alarms beside the sites that they belong to: a widget does not wait for answers that it needs later.
func TestWidgetsReadSideBySide(t *testing.T) {
	t.Parallel()
	for kind, g := range map[board.Kind]*gathering{
		board.Today:       {words: "/data?", many: usualDays + 1},
		board.AlarmRibbon: {words: "s?displayLevel=Verbose", many: 2}, // sites and alarms
	} {
		p := newBench(t)
		g.all = make(chan struct{})
		var err error
		if p.hub, err = datahub.New(datahub.Config{BaseURL: p.address, Timeout: 2 * time.Minute, Transport: g}); err != nil {
			t.Fatal(err)
		}
		of := board.Board{Widgets: []board.Widget{{ID: string(kind), Kind: kind, W: 12, H: 4}}}
		if kind == board.Today {
			of.Widgets[0].Series = []string{"60101"}
		}
		if m := p.widgets(of, 0)[kind]; m.State == "failed" {
			t.Errorf("%s: %s", kind, m.Reason)
		}
		if g.alone.Load() {
			t.Errorf("%s: %d of %d questions came before the first of them was answered", kind, g.here.Load(), g.many)
		}
	}
}

// BenchmarkDashboard is a dashboard of twelve widgets of which nothing is known yet, with a Data Hub that answers each question after 20 ms.
func BenchmarkDashboard(b *testing.B) {
	p := newBench(b)
	p.now = time.Date(2026, 11, 26, 12, 0, 0, 0, time.UTC)
	quick := httptest.NewServer(remembers(b, p.address, 20*time.Millisecond))
	b.Cleanup(quick.Close)
	var err error
	if p.hub, err = datahub.New(datahub.Config{BaseURL: quick.URL, Timeout: 20 * time.Second}); err != nil {
		b.Fatal(err)
	}
	limit := 300.0
	of := board.Board{Widgets: []board.Widget{
		{Kind: board.BigNumber, Series: []string{"80101"}, Limit: &limit}, {Kind: board.Trend, Series: []string{"60201", "60304!r"}, Range: "now-6h"}, {Kind: board.Today, Series: []string{"60101"}},
		{Kind: board.Peak, Series: []string{"60101"}, Limit: &limit}, {Kind: board.Carpet, Series: []string{"20101"}}, {Kind: board.Breakdown, Series: []string{"10101", "10102", "10103", "10104", "10106"}},
		{Kind: board.AlarmWall}, {Kind: board.AlarmRibbon}, {Kind: board.SiteMap}, {Kind: board.League}, {Kind: board.Completeness}, {Kind: board.Guard, Series: []string{"60301", "60302"}, Limit: &limit},
	}}
	for i := range of.Widgets {
		w := &of.Widgets[i]
		f, _ := board.FormOf(w.Kind)
		w.ID, w.W, w.H = string(w.Kind), f.W, f.H
	}
	p.widgets(of, 0)
	for b.Loop() {
		p.pages = New()
		p.widgets(of, 0)
	}
}
