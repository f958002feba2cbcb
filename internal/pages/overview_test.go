package pages

import (
	"math"
	"net/http"
	"strings"
	"testing"
	"time"

	"portico/internal/datahub"
	"portico/internal/locale"
	"portico/internal/series"
)

func TestOverview(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	b.now = time.Date(2026, 11, 26, 13, 10, 0, 0, time.UTC)
	a := b.get("/overview")
	a.want(t, "overview", http.StatusOK, "What changed overnight", "Open alarms", `href="/quality"`, `href="/alarms"`, `<svg class="map"`, "Electricity today", "vs ", "Data")
	if n := strings.Count(a.body, `class="marker state-`); n == 0 || n > 12 {
		t.Errorf("%d markers", n)
	}
}

// night makes a site whose base load was so much last night and a week before, in kW; missing values are NaN.
func night(now time.Time, last, before float64) siteProfile {
	s := siteProfile{site: datahub.Site{ID: 1, Name: "Hasselt", TimeZoneID: "Europe/Brussels"}}
	zone := s.site.Zone()
	fill := func(day time.Time, kw float64) (slots []series.Slot) {
		for t := day; t.Before(day.AddDate(0, 0, 1)); t = t.Add(15 * time.Minute) {
			slots = append(slots, series.Slot{Start: t, End: t.Add(15 * time.Minute), Value: kw / 4, Missing: math.IsNaN(kw) && t.Hour() == 3})
		}
		return slots
	}
	day := midnight(now, zone, 0)
	s.electricity = profile{found: true, unit: "kWh", step: 15 * time.Minute, own: 15 * time.Minute, last: now, slots: fill(day, last), before: fill(day.AddDate(0, 0, -7), before), apart: true}
	return s
}

func TestOvernight(t *testing.T) {
	now := time.Date(2026, 11, 26, 9, 0, 0, 0, time.UTC)
	for name, tt := range map[string]struct {
		last, before float64
		text         string // "" when the night was as usual
	}{
		"more": {163, 100, "+63"}, "less": {50, 100, "−50"}, "as usual": {104, 100, ""}, "an hour of silence": {math.NaN(), 100, "no data for"}, "nothing to compare with": {100, 0, ""},
	} {
		m := presentOvernight([]siteProfile{night(now, tt.last, tt.before)}, now, locale.For(locale.English))
		if tt.text == "" {
			if m.Empty == nil {
				t.Errorf("%s: %v", name, m.Rows)
			}
			continue
		}
		text := ""
		for _, row := range m.Rows {
			for _, c := range row {
				text += c.Text + " "
			}
		}
		if !strings.Contains(text, tt.text) {
			t.Errorf("%s: %q, want %s", name, text, tt.text)
		}
	}
}
