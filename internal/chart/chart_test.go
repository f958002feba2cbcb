package chart

import (
	"encoding/xml"
	"flag"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"portico/internal/series"
)

var update = flag.Bool("update", false, "write the golden pictures")

func hours(n int, missing ...int) []series.Slot {
	start := time.Date(2026, 6, 1, 0, 0, 0, 0, time.UTC)
	slots := make([]series.Slot, n)
	for i := range slots {
		slots[i] = series.Slot{Start: start.Add(time.Duration(i) * time.Hour), End: start.Add(time.Duration(i+1) * time.Hour), Value: float64(i*7%11) + 1}
	}
	for _, i := range missing {
		slots[i].Missing, slots[i].Value = true, 0
	}
	return slots
}

func spec(bars bool, slots []series.Slot) Spec {
	return Spec{Frame: framed("c"), Range: series.Range{From: slots[0].Start, To: slots[len(slots)-1].End, Zone: time.UTC},
		Lines: []Line{{Slots: slots, Color: 1, Bars: bars}},
		Time:  clockOrDay}
}

func framed(id string) Frame {
	return Frame{ID: id, Width: 640, Height: 220, Title: `Power <kW> & "more"`, Desc: "d", Value: num}
}

func clockOrDay(t time.Time, days bool) string {
	if days {
		return t.Format("2 Jan")
	}
	return t.Format("15:04")
}

func TestGolden(t *testing.T) {
	compare := spec(false, hours(24, 5, 6, 7))
	compare.Lines = append(compare.Lines, Line{Slots: hours(24), Color: 1, Compare: true})
	for name, picture := range pictures(t) {
		checkGolden(t, name, picture)
	}
	for name, picture := range map[string]SVG{
		"dense": Trend(spec(false, hours(3000, 7, 8, 9, 1500))), "bars": Trend(spec(true, hours(24, 3))), "line-with-gap": Trend(compare), "empty": Trend(spec(false, hours(4, 0, 1, 2, 3))),
		"spark": Sparkline(hours(24, 10), 2, 120, 28), "strip": Strip([]float64{1, 0.5, 0, -1}, 80, 6),
		"map": mapOf(MapSpec{Title: "Sites", Width: 400, Height: 300, Markers: []Marker{{51.05, 3.72, "Gent <b>", "/sites/1", "ok"}, {50.64, 5.57, "Liège", "/sites/2", "alarm"}, {50.46, 4.87, "Namur", "/sites/3", "silent"}}}),
	} {
		checkGolden(t, name, picture)
	}
}

// checkGolden compares a picture with the one that somebody looked at, and reads it as XML.
func checkGolden(t *testing.T, name string, picture SVG) {
	t.Helper()
	path := filepath.Join("testdata", name+".svg")
	if *update {
		if err := os.MkdirAll("testdata", 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(picture), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(path)
	if err != nil || string(want) != string(picture) {
		t.Errorf("%s differs from its golden picture (%v); look at it and run with -update", name, err)
	}
	d := xml.NewDecoder(strings.NewReader(string(picture)))
	for {
		if _, err := d.Token(); err == io.EOF {
			break
		} else if err != nil {
			t.Fatalf("%s is no XML: %v", name, err)
		}
	}
	if strings.Contains(string(picture), "style=") || strings.Contains(string(picture), "<b>") || strings.Contains(string(picture), "NaN") {
		t.Errorf("%s holds a style attribute, raw text or NaN", name)
	}
}

func TestOneBarForEachValue(t *testing.T) {
	for _, missing := range [][]int{nil, {0}, {3, 4, 5}, {23}} {
		slots := hours(24, missing...)
		got := string(Trend(spec(true, slots)))
		bars := got[strings.Index(got, `class="bar`):]
		if n := strings.Count(bars[:strings.Index(bars, "/>")], "M"); n != 24-len(missing) {
			t.Errorf("%d missing: %d bars, want %d", len(missing), n, 24-len(missing))
		}
	}
}

func TestGapsAreNeverJoined(t *testing.T) {
	got := string(Trend(spec(false, hours(24, 8, 9))))
	line := got[strings.LastIndex(got, `class="line`):]
	line = line[:strings.Index(line, "/>")]
	if n := strings.Count(line, "M"); n != 2 {
		t.Errorf("the line has %d parts, want 2: %s", n, line)
	}
	if n := strings.Count(got, `class="gap"`); n != 1 {
		t.Errorf("%d gaps are hatched, want 1", n)
	}
}

func BenchmarkTrend(b *testing.B) {
	s := spec(false, hours(1500))
	for b.Loop() {
		_ = Trend(s)
	}
}

func mapOf(spec MapSpec) SVG {
	svg, _ := Map(spec)
	return svg
}
