package pages

import (
	"encoding/json"
	"image/png"
	"net/http"
	"strings"
	"testing"
	"time"
)

func TestCarpetPicture(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	target := "/explore/carpet.png?s=" + school + "&from=2026-10-01&to=2026-11-01&theme="
	pictures := map[string]string{}
	for _, theme := range []string{"light", "dark"} {
		a := b.get(target + theme)
		img, err := png.Decode(strings.NewReader(a.body))
		if a.status != http.StatusOK || a.header.Get("Content-Type") != "image/png" || err != nil {
			t.Fatalf("%s: %d %v %v", theme, a.status, a.header, err)
		}
		if got := img.Bounds(); got.Dx() != 62 || got.Dy() != 96 {
			t.Errorf("%s: %v, want 31 days of two pixels for the doubled hour, 96 quarter hours", theme, got)
		}
		pictures[theme] = a.body
	}
	if pictures["light"] == pictures["dark"] {
		t.Error("both themes have the same colours")
	}
	for _, bad := range []string{"from=now", "s=1&s=2", "s=abc", "s=" + school + "&from=x", "s=" + school + "&view=chart&g=evil"} {
		if a := b.get("/explore/carpet.png?" + bad); a.status == http.StatusOK {
			t.Errorf("%s: %d", bad, a.status)
		}
	}
}

// The cells of a carpet come as columns too, for whoever points at one: the same days, the hour that comes twice with both values, and what is to come apart from what is missing.
func TestCarpetValues(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	b.now = time.Date(2026, 11, 26, 9, 0, 0, 0, time.UTC)
	read := func(query string) (d struct {
		Unit string
		Days []string
		Step int
		Rows int
		A, B []any
	}) {
		a := b.get("/explore/carpet.json?" + query)
		if err := json.Unmarshal([]byte(a.body), &d); err != nil || a.status != http.StatusOK || a.header.Get("Content-Type") != "application/json" {
			t.Fatalf("%s: %d %v %v", query, a.status, a.header, err)
		}
		return d
	}
	d := read("s=" + school + "&from=2026-10-24&to=2026-10-27")
	if len(d.Days) != 3 || d.Days[1] != "2026-10-25" || d.Step != 900 || d.Rows != 96 || len(d.A) != 3*96 || len(d.B) != 3*96 || d.Unit != "kWh" {
		t.Fatalf("days %v, step %d, rows %d, %d and %d values in %s", d.Days, d.Step, d.Rows, len(d.A), len(d.B), d.Unit)
	}
	values := b.values("/explore?s=" + school + "&from=2026-10-25&to=2026-10-26&g=raw")
	if d.A[96+8] != values[8] || d.B[96+8] != values[12] || d.A[96+12] != values[16] {
		t.Errorf("at 2:00 stand %v and %v, then %v; the day has %v", d.A[96+8], d.B[96+8], d.A[96+12], values[8:17])
	}
	d = read("s=" + leaking + "&from=2026-11-16&to=2026-11-17")
	if d.A[13] != nil || d.A[2] == nil || d.B != nil {
		t.Errorf("in the silence stands %v, at night %v", d.A[13], d.A[2])
	}
	if d = read("s=" + school + "&from=2026-11-26&to=2026-11-27&g=hour"); d.A[20] != false || d.Rows != 24 {
		t.Errorf("this evening stands %v", d.A[20])
	}
	if a := b.get("/explore?s=" + school + "&view=carpet&from=2026-10-24&to=2026-10-27&tz=America/New_York"); !strings.Contains(a.body, `data-values="/explore/carpet.json?s=`+school+`&amp;view=carpet&amp;from=2026-10-24&amp;to=2026-10-27&amp;tz=America/New_York"`) {
		t.Error("the page does not say where the values are, in its own zone")
	}
}
