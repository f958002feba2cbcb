package pages

import (
	"context"
	"encoding/json"
	"html"
	"image/png"
	"net/http"
	"net/http/httptest"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"portico/internal/board"
	"portico/internal/chart"
	"portico/internal/datahub"
	"portico/internal/demo/fault"
	"portico/internal/series"
	"portico/web/templates"
)

// allKinds is a board with a widget of each kind, about variables of the demo.
func allKinds() board.Board {
	b := board.Board{Title: "All"}
	limit := 300.0
	for _, f := range board.Forms {
		id := b.Add(f.Kind)
		w := &b.Widgets[b.Find(id)]
		w.ID = string(f.Kind)
		if f.Series != board.No {
			w.Series = []string{"80101"}
		}
		if f.Limit {
			w.Limit = &limit
		}
		if f.Text != board.No {
			w.Text = "Call the plant.\n\nThen write."
		}
		if f.Board != board.No {
			w.Board = "another"
		}
		if f.File != board.No {
			w.File = "7005"
		}
	}
	return b
}

// widgets reads a board for the person of the bench.
func (b *bench) widgets(of board.Board, site datahub.SiteID) map[board.Kind]templates.WidgetModel {
	b.Helper()
	r := b.request(nil, httptest.NewRequest(http.MethodGet, "/dashboards/x", nil))
	list, err := b.pages.Widgets(r, of, site)
	if err != nil {
		b.Fatal(err)
	}
	byID := map[board.Kind]templates.WidgetModel{}
	for _, m := range list {
		byID[board.Kind(m.ID)] = m
	}
	return byID
}

// Every kind of widget has a reader, and shows something of the demo's world.
func TestWidgetsOfAllKinds(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	for kind, m := range b.widgets(allKinds(), 0) {
		if m.State == "failed" || m.State == "empty" && kind != board.Freshness && kind != board.AlarmRibbon {
			t.Errorf("%s: %s, %s", kind, m.State, m.Reason)
		}
		if m.Title == "" || m.Figure == nil && m.Picture == nil && m.Carpet == nil && m.Image == nil && m.Text == nil && m.Clock == nil && m.Link == nil && m.Items == nil && m.State == "" {
			t.Errorf("%s shows nothing", kind)
		}
		for _, link := range m.Menu {
			if !strings.HasPrefix(link.Href, "/") || strings.HasPrefix(link.Href, "/explore") && !strings.HasPrefix(link.Href, "/explore?s=") {
				t.Errorf("%s leads to %q, which shows nothing", kind, link.Href)
			}
		}
	}
}

func TestWidgetsSayWhatTheyLack(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	of := board.Board{Title: "x"}
	for _, k := range []board.Kind{board.Trend, board.Text, board.Link, board.BigNumber} {
		id := of.Add(k)
		of.Widgets[of.Find(id)].ID = string(k)
	}
	of.Widgets[of.Find(string(board.BigNumber))].Series = []string{"99999999"}
	all := b.widgets(of, 0)
	for kind, want := range map[board.Kind]string{board.Trend: "Choose a variable", board.Text: "Write something", board.Link: "Choose where", board.BigNumber: "or you may not see it"} {
		if m := all[kind]; m.State != "empty" || !strings.Contains(m.Reason, want) {
			t.Errorf("%s: %s, %q, want %q", kind, m.State, m.Reason, want)
		}
	}
}

// A list of variables of which one is gone says so, instead of calling all of them silent.
func TestWidgetSaysThatAVariableIsGone(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	of := board.Board{Title: "x"}
	of.Add(board.Guard)
	of.Widgets[0].ID, of.Widgets[0].Series = string(board.Guard), []string{freezer, "99999999"}
	if m := b.widgets(of, 0)[board.Guard]; m.State != "empty" || !strings.Contains(m.Reason, "or you may not see it") || len(m.Items) > 0 || len(m.Menu) == 0 {
		t.Errorf("%s, %q, %d items, menu %v", m.State, m.Reason, len(m.Items), m.Menu)
	}
}

// While the Data Hub is away the last good figures stay; a widget that never had any says so, and takes no other with it.
func TestWidgetsOutliveTheDataHub(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	of := board.Board{Title: "x"}
	id := of.Add(board.BigNumber)
	of.Widgets[0].ID, of.Widgets[0].Series = string(board.BigNumber), []string{"80101"}
	before := b.widgets(of, 0)[board.BigNumber]
	b.faults.Set(fault.Rule{Fault: fault.Fault{Status: http.StatusServiceUnavailable}})
	second := of.Add(board.Trend)
	of.Widgets[of.Find(second)].ID, of.Widgets[of.Find(second)].Series = string(board.Trend), []string{"10101"}
	all := b.widgets(of, 0)
	if after := all[board.BigNumber]; after.Figure == nil || after.Figure.Value != before.Figure.Value {
		t.Errorf("%s: the figure is gone: %s", id, after.Reason)
	}
	if m := all[board.Trend]; m.State != "failed" || m.Reason == "" {
		t.Errorf("what was never read: %s, %q", m.State, m.Reason)
	}
}

// From a widget people get to the same as the explorer shows it, as a table, as files, and to where it comes from; each of them is there.
func TestWidgetMenu(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	for _, k := range []board.Kind{board.Trend, board.Breakdown, board.Carpet} {
		var names []string
		for _, item := range b.one(k, func(w *board.Widget) { w.Series = []string{"80101"} }).Menu {
			names = append(names, item.Text)
			target, _, _ := strings.Cut(item.Href, "#")
			if a := b.get(target); a.status != http.StatusOK || item.Text == "Explain" && !regexp.MustCompile(`<details class="card explain" id="explain"[^>]* open`).MatchString(a.body) {
				t.Errorf("%s, %s: %d at %s", k, item.Text, a.status, item.Href)
			}
		}
		if got := strings.Join(names, " "); got != "Explore Table CSV XLSX Explain" {
			t.Errorf("the menu of %s has %s", k, got)
		}
	}
}

// A carpet's picture is one for whoever may open the board, also one who may not open the explorer.
func TestCarpetOfAWidget(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	w := httptest.NewRecorder()
	widget := board.Widget{Kind: board.Carpet, Series: []string{"80101"}}
	if err := b.pages.Picture(w, b.request(w, httptest.NewRequest(http.MethodGet, "/tv/x/pictures/y?theme=dark", nil)), board.Board{Range: "now-24h"}, widget); err != nil || w.Header().Get("Content-Type") != "image/png" {
		t.Fatal(err, w.Header())
	}
	if c, err := png.DecodeConfig(w.Body); err != nil || c.Width < 30 {
		t.Errorf("%d days wide, want a month: %v", c.Width, err)
	}
}

// Ages are judged by the variable's own step: from twice it a badge, from four times it a hatch.
func TestWidgetAge(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	w := &widgetReader{reader: &reader{terms: terms{now: time.Date(2026, 11, 26, 12, 0, 0, 0, time.UTC)}}, r: b.request(nil, httptest.NewRequestWithContext(context.Background(), http.MethodGet, "/", nil))}
	for age, want := range map[time.Duration]string{20 * time.Minute: "", 34 * time.Minute: "", 36 * time.Minute: "late", 64 * time.Minute: "late", 66 * time.Minute: "silent"} {
		var m templates.WidgetModel
		w.age(&m, w.now.Add(-age), 15*time.Minute)
		if m.State != want || m.Age == "" {
			t.Errorf("%v old: %q, %q, want %q", age, m.State, m.Age, want)
		}
	}
}

// What is usual is compared by the clock, also with a day that had no hour from two to three.
func TestBandKnowsShortDays(t *testing.T) {
	t.Parallel()
	start := time.Date(2026, 4, 5, 0, 0, 0, 0, time.UTC)
	day := func(without int) (slots []series.Slot) {
		for h := range 5 {
			if h != without {
				slots = append(slots, series.Slot{Start: start.Add(time.Duration(h) * time.Hour), End: start.Add(time.Duration(h+1) * time.Hour), Value: 1})
			}
		}
		return slots
	}
	low, high := band([][]series.Slot{day(-1), day(2), day(-1)}, day(-1))
	if len(low) != 4 || len(high) != 4 || low[2].Start.Hour() != 3 || low[2].Value != 4 || high[2].Value != 4 {
		t.Errorf("the band is %v to %v, want 4 at three o'clock in the middle of 3, 4 and 4, and none at two", low, high)
	}
}

// A picture says to those who do not see it what it says in words below.
func TestWidgetPicturesAreDescribed(t *testing.T) {
	t.Parallel()
	all := newBench(t).widgets(allKinds(), 0)
	for _, kind := range []board.Kind{board.Trend, board.Price, board.Duration} {
		var picture strings.Builder
		if err := all[kind].Picture.Render(t.Context(), &picture); err != nil || all[kind].Summary == "" || !strings.Contains(picture.String(), html.EscapeString(all[kind].Summary)+"</desc>") {
			t.Errorf("%s: %q describes %.300s, %v", kind, all[kind].Summary, picture.String(), err)
		}
	}
}

// Alarms stand by severity and then by age; that one was acknowledged does not move it.
func TestAlarmWallOrder(t *testing.T) {
	t.Parallel()
	at := time.Date(2026, 11, 26, 12, 0, 0, 0, time.UTC)
	alarm := func(id, priority string, age time.Duration, acknowledged bool) datahub.Alarm {
		return datahub.Alarm{ID: datahub.AlarmID(id), Priority: json.RawMessage(priority), Latest: &datahub.StateChange{Time: at.Add(-age), State: datahub.AlarmState{Present: true, Acknowledged: acknowledged}}}
	}
	list := []datahub.Alarm{alarm("young", "2", time.Minute, false), alarm("notice", "3", 9*time.Hour, false), alarm("seen", "1", time.Hour, true), alarm("old", "2", time.Hour, false), alarm("unknown", `"x"`, 99*time.Hour, false)}
	slices.SortStableFunc(list, bySeverity)
	var got []string
	for _, a := range list {
		got = append(got, string(a.ID))
	}
	if want := "seen old young notice unknown"; strings.Join(got, " ") != want {
		t.Errorf("the wall has %v, want %s", got, want)
	}
}

// The strip has a row for each site and a cell for each day; a day without values is hatched.
func TestCompletenessIsAStrip(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	m := b.one(board.Completeness, func(w *board.Widget) { w.Site = 204486 })
	picture := textOf(t, m.Picture.(chart.SVG))
	if rows, cells := strings.Count(picture, "/sites/204486/quality"), strings.Count(picture, "<title>"); rows != 1 || cells != qualityDays {
		t.Errorf("%d rows, %d cells of days", rows, cells)
	}
	w := &widgetReader{reader: &reader{}, r: b.request(nil, httptest.NewRequest(http.MethodGet, "/", nil))}
	s := &completeSite{meterQuality: meterQuality{zone: time.UTC}}
	for i := range qualityDays {
		s.days = append(s.days, dayQuality{from: time.Date(2026, 11, 1+i, 0, 0, 0, 0, time.UTC), expected: 96, came: 96 * min(i, 1)})
	}
	w.strip([]*completeSite{s}, board.Widget{ID: "c", W: 8, H: 3}, &m)
	if picture = textOf(t, m.Picture.(chart.SVG)); strings.Count(picture, `class="gap"`) != 1 || strings.Count(picture, `class="cell q8"`) != qualityDays-1 || !strings.Contains(picture, "Sun\u00a01\u00a0Nov: 0\u00a0%") {
		t.Errorf("one day of thirty is missing, in %.600s", picture)
	}
}

// A figure says both how it changed and how it stands to its target.
func TestNumberHasATarget(t *testing.T) {
	t.Parallel()
	b, limit := newBench(t), 500.0
	f := b.one(board.BigNumber, func(w *board.Widget) { w.Series, w.Limit, w.Range = []string{"80101"}, &limit, "now-24h" }).Figure
	if f == nil || f.Change == "" || f.Note != "vs a week before" || !strings.HasSuffix(f.Target, "of the target of 500\u00a0kWh") {
		t.Errorf("%+v", f)
	}
}
