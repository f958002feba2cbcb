package series

import (
	"testing"
	"time"

	"portico/internal/datahub"
)

// zones have their clocks changed at night, at midnight (Cairo forward, Havana both ways), in the other half of the year, or never.
var zones = []string{"Europe/Brussels", "America/New_York", "Australia/Sydney", "Asia/Kolkata", "Africa/Cairo", "America/Havana"}

// TestDaysTileTheYear walks local days, weeks and months of three years: each begins where the one before ends, on a date of its own, and at the first instant of it.
func TestDaysTileTheYear(t *testing.T) {
	t.Parallel()
	for _, name := range zones {
		z := zone(t, name)
		r := Range{DayStart(2024, 1, 1, z), DayStart(2027, 1, 1, z), z}
		for g, want := range map[datahub.Granularity]int{datahub.GranularityDay: 1096, datahub.GranularityWeek: 157, datahub.GranularityMonth: 36, datahub.GranularityYear: 3} {
			slots := Fill(nil, r, g, 0, r.From)
			if len(slots) != want {
				t.Errorf("%s: three years have %d of %v, want %d", name, len(slots), g, want)
			}
			for i, s := range slots {
				if i > 0 && !s.Start.Equal(slots[i-1].End) {
					t.Errorf("%s %v: a hole at %v", name, g, s.Start)
				}
				if before := s.Start.Add(-time.Second).In(z); before.Day() == s.Start.In(z).Day() {
					t.Errorf("%s %v: %v is not the first instant of its day", name, g, s.Start)
				}
			}
		}
	}
}

func TestDaysOfManyLengths(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		zone     string
		y, m, d  int
		quarters int
	}{
		{"Europe/Brussels", 2026, 3, 29, 92}, {"Europe/Brussels", 2026, 10, 25, 100}, {"America/New_York", 2026, 3, 8, 92}, {"America/New_York", 2026, 11, 1, 100},
		{"Australia/Sydney", 2026, 10, 4, 92}, {"Australia/Sydney", 2026, 4, 5, 100}, {"Africa/Cairo", 2026, 4, 24, 92}, {"Africa/Cairo", 2026, 10, 29, 100},
		{"America/Havana", 2026, 3, 8, 92}, {"America/Havana", 2026, 11, 1, 100}, {"Asia/Kolkata", 2026, 3, 29, 96},
	} {
		z := zone(t, c.zone)
		r := Range{DayStart(c.y, time.Month(c.m), c.d, z), DayStart(c.y, time.Month(c.m), c.d+1, z), z}
		if got := len(Fill(nil, r, datahub.GranularityRaw, 15*time.Minute, r.From)); got != c.quarters {
			t.Errorf("%s %d-%d has %d quarter hours, want %d", c.zone, c.m, c.d, got, c.quarters)
		}
	}
}

func TestMonthsHaveAnEnd(t *testing.T) {
	t.Parallel()
	z := zone(t, "Europe/Brussels")
	now := time.Date(2026, 3, 31, 14, 0, 0, 0, z)
	for from, want := range map[string]string{"now-1M/M": "2026-02-01T00:00:00", "now-1M": "2026-02-28T14:00:00", "now-25M": "2024-02-29T14:00:00", "now-1y": "2025-03-31T14:00:00", "now-3w/w": "2026-03-09T00:00:00"} {
		r, err := ParseRange(from, "now", now, z)
		if err != nil || Local(r.From, z) != want {
			t.Errorf("%s on 31 March = %s, %v, want %s", from, Local(r.From, z), err, want)
		}
	}
}

func TestSkippedAndDoubledTimes(t *testing.T) {
	t.Parallel()
	z := zone(t, "Europe/Brussels")
	at := time.Date(0, 1, 1, 2, 30, 0, 0, time.UTC)
	if got, ok := clock(2026, 3, 29, at, z); ok || !got.Equal(time.Date(2026, 3, 29, 1, 0, 0, 0, time.UTC)) {
		t.Errorf("2:30 of 29 March = %v, %v, want the moment of the change, and false", got, ok)
	}
	if got, ok := clock(2026, 10, 25, at, z); !ok || !got.Equal(time.Date(2026, 10, 25, 0, 30, 0, 0, time.UTC)) {
		t.Errorf("2:30 of 25 October = %v, %v, want the first one", got, ok)
	}
}
