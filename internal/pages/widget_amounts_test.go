package pages

import (
	"bytes"
	"encoding/binary"
	"errors"
	"hash/crc32"
	"image"
	"image/color"
	"image/png"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"portico/internal/board"
	"portico/internal/chart"
	"portico/internal/datahub"
	"portico/internal/series"
	"portico/web/templates"
)

func amountsOf(values ...float64) (slots []series.Slot) {
	start := time.Date(2026, 11, 20, 0, 0, 0, 0, time.UTC)
	for i, v := range values {
		slots = append(slots, series.Slot{Start: start.AddDate(0, 0, i), End: start.AddDate(0, 0, i+1), Value: v, Missing: v < 0})
	}
	return slots
}

// The rest is what the parts leave; where the whole is not known, or is less than its parts, there is none.
func TestUnmeteredRest(t *testing.T) {
	t.Parallel()
	rest := restOf(amountsOf(10, -1, 5, 8), []lineAmounts{{1, amountsOf(4, 4, 4, -1)}, {2, amountsOf(1, 1, 4, 3)}})
	for i, want := range []float64{5, 0, 0, 5} {
		if rest[i].Value != want || rest[i].Missing != (i == 1) {
			t.Errorf("day %d: %v, missing %v, want %v", i, rest[i].Value, rest[i].Missing, want)
		}
	}
}

// one is a widget of the demo's world, about these series.
func (b *bench) one(k board.Kind, change func(*board.Widget)) templates.WidgetModel {
	b.Helper()
	of := board.Board{Title: "x"}
	of.Add(k)
	of.Widgets[0].ID = string(k)
	change(&of.Widgets[0])
	return b.widgets(of, 0)[k]
}

func TestBreakdown(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	m := b.one(board.Breakdown, func(w *board.Widget) { w.Series = []string{"10101", "10102", "10103", "10104"} })
	picture := textOf(t, m.Picture.(chart.SVG))
	if len(m.Legend) != 4 || !m.Legend[3].Rest || m.Legend[3].Text != "Unmetered rest" || !strings.Contains(picture, `class="bar rest"`) || !strings.Contains(m.Summary, "Unmetered rest") {
		t.Errorf("legend %+v, %q", m.Legend, m.Summary)
	}
	if m := b.one(board.Breakdown, func(w *board.Widget) { w.Series = []string{"10101"} }); len(m.Legend) != 1 || strings.Contains(textOf(t, m.Picture.(chart.SVG)), "rest") {
		t.Errorf("a whole without parts has the legend %+v", m.Legend)
	}
	if m := b.one(board.Breakdown, func(w *board.Widget) { w.Series = []string{"10403"} }); m.State != "empty" || !strings.Contains(m.Reason, "no amounts") {
		t.Errorf("a temperature: %s, %q", m.State, m.Reason)
	}
}

func textOf(t *testing.T, c chart.SVG) string {
	t.Helper()
	var b strings.Builder
	if err := c.Render(t.Context(), &b); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

// What is negative at a battery or at the grid goes the other way, and each series is on the side that was chosen for it.
func TestFlowsHaveSides(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	w := &widgetReader{r: b.request(nil, httptest.NewRequest(http.MethodGet, "/", nil))}
	d := &exploreData{}
	widget := board.Widget{Roles: []board.Role{board.Grid, board.Discharge, board.Load}}
	var all []lineAmounts
	for i, slots := range [][]float64{{10, -4}, {-3, 5}, {2, 2}, {1, 1}} {
		line := exploreLine{ref: series.Ref{Variable: datahub.VariableID(i + 1)}, variable: datahub.Variable{Name: string(rune('a' + i))}}
		line.source.EnergyTypeID = energySolar
		d.lines, widget.Series = append(d.lines, line), append(widget.Series, line.ref.String())
		all = append(all, lineAmounts{i, []series.Slot{{Value: slots[0]}, {Value: slots[1]}}})
	}
	in, out := w.flows(d, all, widget)
	for _, side := range []struct {
		got  []chart.Flow
		want map[string]float64
	}{{in, map[string]float64{"a": 10, "b": 5, "d": 2}}, {out, map[string]float64{"To the grid": 4, "Into the battery": 3, "c": 4}}} {
		if len(side.got) != len(side.want) {
			t.Errorf("%v, want %v", side.got, side.want)
		}
		for _, f := range side.got {
			if side.want[f.Label] != f.Value {
				t.Errorf("%s: %v, want %v", f.Label, f.Value, side.want[f.Label])
			}
		}
	}
}

// Only a picture that a browser can bear is sent as one, whatever its name and its type say, and only to somebody who may see the file.
func TestPicture(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	ask := func(file string) (*httptest.ResponseRecorder, error) {
		w := httptest.NewRecorder()
		return w, b.pages.Picture(w, b.request(w, httptest.NewRequest(http.MethodGet, "/dashboards/x/pictures/y", nil)), board.Board{}, board.Widget{Kind: board.Image, File: file})
	}
	w, err := ask("7005")
	if _, format, derr := image.Decode(w.Body); err != nil || derr != nil || format != "png" || w.Header().Get("Content-Type") != "image/png" || w.Header().Get("Content-Disposition") != "inline" {
		t.Errorf("the plan: %v, %v, %v", err, derr, w.Header())
	}
	for file, what := range map[string]string{"7002": "a text", "7004": "somebody else's file", "1": "no file", "": "no id", "../7005": "a path"} {
		if w, err := ask(file); !errors.Is(err, ErrNotFound) || w.Body.Len() > 0 {
			t.Errorf("%s: %v, %d bytes", what, err, w.Body.Len())
		}
	}
}

func TestPictureType(t *testing.T) {
	t.Parallel()
	var small bytes.Buffer
	if err := png.Encode(&small, image.NewPaletted(image.Rect(0, 0, 8, 8), color.Palette{color.Black})); err != nil {
		t.Fatal(err)
	}
	huge := bytes.Clone(small.Bytes())
	copy(huge[16:], []byte{0, 0, 0x7f, 0, 0, 0, 0x7f, 0}) // 32512 × 32512
	binary.BigEndian.PutUint32(huge[29:], crc32.ChecksumIEEE(huge[12:29]))
	for what, content := range map[string][]byte{
		"too large": huge, "markup": []byte("<svg xmlns='http://www.w3.org/2000/svg'><script/></svg>"), "a page": []byte("<!doctype html>"), "nothing": nil, "the beginning of a picture": small.Bytes()[:12],
	} {
		if media, err := pictureType(content); err == nil {
			t.Errorf("%s is shown as %s", what, media)
		}
	}
	if media, err := pictureType(small.Bytes()); err != nil || media != "image/png" {
		t.Errorf("a picture: %q, %v", media, err)
	}
	var b bounded
	if _, err := b.Write(make([]byte, mostImageBytes)); err != nil {
		t.Error(err)
	}
	if _, err := b.Write([]byte{1}); err == nil || !b.full {
		t.Error("more than there may be was taken")
	}
}

// A flow counts from the newest value, not from the hour that it is in; and what has no value in its time says where the last one is.
func TestWidgetsKnowTheNewestValue(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	b.now = time.Date(2026, 11, 26, 11, 50, 0, 0, time.UTC)
	at := func(k board.Kind) time.Time {
		t.Helper()
		m := b.one(k, func(w *board.Widget) { w.Series = []string{"80101"} })
		last, err := time.Parse(time.RFC3339, m.Last.ISO)
		if err != nil {
			t.Fatalf("%s: %v", k, err)
		}
		return last
	}
	number := at(board.BigNumber)
	for _, k := range []board.Kind{board.Flow, board.Breakdown, board.Weather} {
		if got := at(k); !got.Equal(number) {
			t.Errorf("the newest value of a %s is of %v, want %v", k, got, number)
		}
	}
}

func TestEmptyWidgetLeadsToTheLastData(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	w := &widgetReader{r: b.request(nil, httptest.NewRequest(http.MethodGet, "/", nil))}
	d := &exploreData{zone: time.UTC, now: time.Date(2026, 11, 26, 12, 0, 0, 0, time.UTC), lines: []exploreLine{{newest: time.Date(2026, 11, 12, 0, 0, 0, 0, time.UTC)}, {}}}
	var m templates.WidgetModel
	d.missed(&m, w.r.Locale)
	if m.State != "empty" || m.Reason != "No data in this period. Last data: Thu\u00a012\u00a0Nov." || !strings.Contains(m.Next.Href, "from=2026-11-12") || !strings.Contains(m.Next.Href, "to=2026-11-13") {
		t.Errorf("%q, %+v", m.Reason, m.Next)
	}
	d.lines = d.lines[1:]
	m = templates.WidgetModel{}
	if d.missed(&m, w.r.Locale); m.Next.Href != "" {
		t.Errorf("without any data it leads to %q", m.Next.Href)
	}
}

// A counter has no amount of the piece of a day with which a range begins, other meters have: bars are added up by their time.
func TestBreakdownOfACounterInPartOfADay(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	for _, list := range [][]string{{"80101", flats}, {flats, "80101"}} {
		if m := b.one(board.Breakdown, func(w *board.Widget) { w.Series, w.Range = list, "now-30h" }); m.Picture == nil || len(m.Legend) != 2 {
			t.Errorf("%v: %s, %q", list, m.State, m.Reason)
		}
	}
}
