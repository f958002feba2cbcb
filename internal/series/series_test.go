package series

import (
	"errors"
	"math"
	"testing"
	"time"

	"portico/internal/datahub"
)

func zone(t *testing.T, name string) *time.Location {
	t.Helper()
	z, err := time.LoadLocation(name)
	if err != nil {
		t.Fatal(err)
	}
	return z
}

func TestParseRange(t *testing.T) {
	brussels := zone(t, "Europe/Brussels")
	now := time.Date(2026, 11, 24, 14, 21, 8, 0, brussels) // a Tuesday
	for _, c := range []struct{ from, to, wantFrom, wantTo string }{
		{"now/d", "now/d", "2026-11-24T00:00:00", "2026-11-25T00:00:00"},
		{"now-1d/d", "now-1d/d", "2026-11-23T00:00:00", "2026-11-24T00:00:00"},
		{"now/w", "now/w", "2026-11-23T00:00:00", "2026-11-30T00:00:00"},
		{"now-1M/M", "now-1M/M", "2026-10-01T00:00:00", "2026-11-01T00:00:00"},
		{"now/y", "now/y", "2026-01-01T00:00:00", "2027-01-01T00:00:00"},
		{"now-7d", "now", "2026-11-17T14:21:08", "2026-11-24T14:21:08"},
		{"now-7d/d", "now/d", "2026-11-17T00:00:00", "2026-11-25T00:00:00"},
		{"now-1M/M", "now", "2026-10-01T00:00:00", "2026-11-24T14:21:08"},
		{"2026-03-01", "2026-03-02T12:30", "2026-03-01T00:00:00", "2026-03-02T12:30:00"},
	} {
		r, err := ParseRange(c.from, c.to, now, brussels)
		if err != nil || Local(r.From, brussels) != c.wantFrom || Local(r.To, brussels) != c.wantTo {
			t.Errorf("ParseRange(%s, %s) = %s to %s, %v, want %s to %s", c.from, c.to, Local(r.From, brussels), Local(r.To, brussels), err, c.wantFrom, c.wantTo)
		}
	}
}

func TestParseRangeRefuses(t *testing.T) {
	now := time.Date(2026, 11, 24, 14, 0, 0, 0, time.UTC)
	for _, c := range []struct{ from, to, name string }{
		{"yesterday", "now", "from"}, {"now-7d", "NaN", "to"}, {"now", "now-1d", "to"}, {"now-12y", "now", "from"}, {"1999-01-01", "now", "from"}, {"now", "2101-01-01", "to"},
		{"2026-02-30", "now", "from"}, {"now-99999d", "now", "from"}, {"", "now", "from"}, {"now/d", "now/x", "to"}, {"2026-03-01T00:00:00Z", "now", "from"}, {"now", "now", "to"},
	} {
		_, err := ParseRange(c.from, c.to, now, time.UTC)
		if e, ok := errors.AsType[*ParamError](err); !ok || e.Name != c.name {
			t.Errorf("ParseRange(%q, %q) = %v, want a *ParamError about %s", c.from, c.to, err, c.name)
		}
	}
}

func FuzzParseRange(f *testing.F) {
	f.Add("now-7d/d", "now/d")
	f.Add("2026-03-29T02:30", "now+1y")
	brussels, _ := time.LoadLocation("Europe/Brussels")
	now := time.Date(2026, 3, 29, 2, 30, 0, 0, time.UTC)
	f.Fuzz(func(t *testing.T, from, to string) {
		r, err := ParseRange(from, to, now, brussels)
		if err != nil {
			return
		}
		if !r.From.Before(r.To) || r.From.Before(earliest) || r.To.After(latest) {
			t.Fatalf("ParseRange(%q, %q) = %v", from, to, r)
		}
	})
}

// TestDaysAreLocalDays walks whole years in four zones: quarter hours, hours and days cover the same time without a hole or an overlap, and sums survive every roll-up.
func TestDaysAreLocalDays(t *testing.T) {
	for _, name := range []string{"Europe/Brussels", "America/New_York", "Australia/Sydney", "Asia/Kolkata"} {
		z := zone(t, name)
		for _, month := range []time.Month{3, 4, 10, 11} {
			r := Range{time.Date(2026, month, 1, 0, 0, 0, 0, z), time.Date(2026, month+1, 1, 0, 0, 0, 0, z), z}
			var points []datahub.DataPoint
			for at := r.From; at.Before(r.To); at = at.Add(15 * time.Minute) {
				points = append(points, datahub.DataPoint{Time: at.UTC(), Value: 1 + math.Mod(float64(at.Unix()/900), 7)})
			}
			raw := Fill(points, r, datahub.GranularityRaw, 15*time.Minute, r.To)
			want := Summarize(raw).Sum
			for _, g := range []datahub.Granularity{datahub.GranularityDay, datahub.GranularityWeek, datahub.GranularityMonth} {
				slots := Fill(nil, r, g, 0, r.To)
				total := 0.0
				for i, s := range slots {
					if i > 0 && !s.Start.Equal(slots[i-1].End) {
						t.Fatalf("%s %v: a hole between %v and %v", name, g, slots[i-1].End, s.Start)
					}
					for _, p := range raw {
						if !p.Start.Before(s.Start) && p.Start.Before(s.End) {
							total += p.Value
						}
					}
				}
				if math.Abs(total-want) > 1e-9 {
					t.Errorf("%s %v, month %d: sum %v, want %v", name, g, month, total, want)
				}
			}
		}
	}
}

func TestSpringAndAutumnDays(t *testing.T) {
	z := zone(t, "Europe/Brussels")
	for day, want := range map[int]int{29: 92, 28: 96} {
		r := Range{time.Date(2026, 3, day, 0, 0, 0, 0, z), time.Date(2026, 3, day+1, 0, 0, 0, 0, z), z}
		if got := len(Fill(nil, r, datahub.GranularityRaw, 15*time.Minute, r.To)); got != want {
			t.Errorf("%d March has %d quarter hours, want %d", day, got, want)
		}
	}
	r := Range{time.Date(2026, 10, 25, 0, 0, 0, 0, z), time.Date(2026, 10, 26, 0, 0, 0, 0, z), z}
	if got := len(Fill(nil, r, datahub.GranularityRaw, 15*time.Minute, r.To)); got != 100 {
		t.Errorf("25 October has %d quarter hours, want 100", got)
	}
	if got := r.Step(-1); Local(got.From, z) != "2026-10-24T00:00:00" || got.To.Sub(got.From) != 24*time.Hour {
		t.Errorf("the day before the long day = %v", got)
	}
}

// Of an hour whose last minutes alone are in the range no value is expected, and it is no gap; of one whose first minutes alone lie before it, one is.
func TestTheEndOfAnHourIsNoGap(t *testing.T) {
	t.Parallel()
	noon := time.Date(2026, 11, 26, 12, 0, 0, 0, time.UTC)
	for minute, want := range map[int]int{0: 2, 3: 2, 57: 1} {
		r := Range{noon.Add(time.Duration(minute) * time.Minute), noon.Add(3 * time.Hour), time.UTC}
		slots := Fill([]datahub.DataPoint{{Time: noon.Add(2 * time.Hour), Value: 7}}, r, datahub.GranularityHour, 0, r.To)
		if sum := Summarize(slots); len(slots) != 3 || sum.Expected-sum.Count != want {
			t.Errorf("from 12:%02d: %d of %d values are missing, want %d", minute, sum.Expected-sum.Count, sum.Expected, want)
		}
	}
}

func TestGapsAreNotZeros(t *testing.T) {
	r := Range{time.Date(2026, 6, 1, 0, 0, 0, 0, time.UTC), time.Date(2026, 6, 1, 2, 0, 0, 0, time.UTC), time.UTC}
	at := func(m int) time.Time { return r.From.Add(time.Duration(m) * time.Minute) }
	slots := Fill([]datahub.DataPoint{{Time: at(0), Value: 0}, {Time: at(15), Value: 4}, {Time: at(75), Value: 8}}, r, datahub.GranularityRaw, 15*time.Minute, at(105))
	s := Summarize(slots)
	if s.Count != 3 || s.Expected != 7 || s.Min != 0 || s.Mean != 4 {
		t.Errorf("Summarize = %+v, want 3 of 7, minimum 0, mean 4", s)
	}
	gaps := Gaps(slots)
	if len(gaps) != 2 || !gaps[0].From.Equal(at(30)) || !gaps[0].To.Equal(at(75)) || !gaps[1].To.Equal(at(105)) {
		t.Errorf("Gaps = %v, want 0:30 to 1:15 and 1:30 to 1:45 (what is to come is no gap)", gaps)
	}
}

func TestComparisonKeepsTheWallClock(t *testing.T) {
	z := zone(t, "Europe/Brussels")
	r := Range{time.Date(2026, 3, 31, 8, 0, 0, 0, z), time.Date(2026, 3, 31, 9, 0, 0, 0, z), z} // two days after the clocks changed
	for c, want := range map[Comparison]string{WeekBefore: "2026-03-24T08:00:00", YearBefore: "2025-04-01T08:00:00"} {
		if got, ok := r.Shift(c); !ok || Local(got.From, z) != want || got.From.Weekday() != r.From.Weekday() {
			t.Errorf("Shift(%s) begins %s, want %s on the same weekday", c, Local(got.From, z), want)
		}
	}
	if got := r.Step(-1); Local(got.From, z) != "2026-03-31T07:00:00" {
		t.Errorf("Step(-1) begins %s", Local(got.From, z))
	}
}

func TestStepBeforeTheRangeIsNotExpected(t *testing.T) {
	z := zone(t, "Europe/Brussels")
	from := time.Date(2026, 11, 17, 16, 21, 0, 0, z)
	r := Range{from, from.Add(time.Hour), z}
	var points []datahub.DataPoint
	for at := from.Truncate(15 * time.Minute).Add(15 * time.Minute); at.Before(r.To); at = at.Add(15 * time.Minute) {
		points = append(points, datahub.DataPoint{Time: at, Value: 1})
	}
	slots := Fill(points, r, datahub.GranularityRaw, 15*time.Minute, r.To.Add(time.Hour))
	if s := Summarize(slots); s.Count != 4 || s.Completeness() != 1 || len(Gaps(slots)) != 0 {
		t.Errorf("%d of %d, gaps %v: the step that began at 16:15 was not asked for", s.Count, s.Expected, Gaps(slots))
	}
	points = append([]datahub.DataPoint{{Time: from, Value: 1}}, points...) // a meter that does not keep to the quarters
	if s := Summarize(Fill(points, r, datahub.GranularityRaw, 15*time.Minute, r.To.Add(time.Hour))); s.Count != 5 {
		t.Errorf("%d values, want 5", s.Count)
	}
}
