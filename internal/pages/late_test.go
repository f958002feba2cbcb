package pages

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"portico/internal/series"
)

// What a session remembers of missing values changes with each look: by the quarter or by the hour, at all of it or at a part.
func TestAbsencesAreRemembered(t *testing.T) {
	t.Parallel()
	day := time.Date(2026, 11, 12, 0, 0, 0, 0, time.UTC)
	at := func(clock string) time.Time {
		c, err := time.Parse("15:04", clock)
		if err != nil {
			t.Fatal(err)
		}
		return day.Add(c.Sub(c.Truncate(24 * time.Hour)))
	}
	// look is at 0:00 to 6:00 unless it says otherwise, with the stretches that are missing.
	look := func(step time.Duration, from, to string, missing ...string) []series.Slot {
		var slots []series.Slot
		for start := at(from); start.Before(at(to)); start = start.Add(step) {
			s := series.Slot{Start: start, End: start.Add(step), Value: 1}
			for _, m := range missing {
				a, b, _ := strings.Cut(m, "-")
				s.Missing = s.Missing || !start.Before(at(a)) && !s.End.After(at(b))
			}
			slots = append(slots, s)
		}
		return slots
	}
	quarters := func(missing ...string) []series.Slot { return look(15*time.Minute, "00:00", "06:00", missing...) }
	hours := func(missing ...string) []series.Slot { return look(time.Hour, "00:00", "06:00", missing...) }
	for name, tt := range map[string]struct {
		looks      [][]series.Slot
		open, came string
	}{
		"nothing is missing":           {[][]series.Slot{quarters(), quarters()}, "", ""},
		"it is missing still":          {[][]series.Slot{quarters("03:00-04:00"), quarters("03:00-04:00")}, "03:00-04:00 after 1", ""},
		"it came":                      {[][]series.Slot{quarters("03:00-04:00"), quarters()}, "", "03:00-04:00 after 0"},
		"a part came":                  {[][]series.Slot{quarters("03:00-04:00"), quarters("03:30-03:45")}, "03:30-03:45 after 1", "03:00-03:30 after 0, 03:45-04:00 after 0"},
		"and then the rest":            {[][]series.Slot{quarters("03:00-04:00"), quarters("03:30-03:45"), quarters()}, "", "03:00-03:30 after 0, 03:45-04:00 after 0, 03:30-03:45 after 1"},
		"it grew":                      {[][]series.Slot{quarters("03:00-04:00"), quarters("02:45-04:30")}, "02:45-04:30 after 1", ""},
		"another one":                  {[][]series.Slot{quarters("01:00-02:00"), quarters("01:00-02:00", "03:00-03:15")}, "01:00-02:00 after 1, 03:00-03:15 after 1", ""},
		"not all is looked at":         {[][]series.Slot{quarters("03:00-04:00"), look(15*time.Minute, "03:15", "06:00")}, "03:00-04:00 after 0", ""},
		"nor the end of it":            {[][]series.Slot{quarters("03:00-04:00"), look(15*time.Minute, "00:00", "03:45")}, "03:00-04:00 after 0", ""},
		"whole hours came":             {[][]series.Slot{quarters("03:00-05:00"), hours()}, "", "03:00-05:00 after 0"},
		"an hour has what was there":   {[][]series.Slot{quarters("03:00-03:15"), hours()}, "03:00-03:15 after 0", ""},
		"an hour has both":             {[][]series.Slot{quarters("01:00-03:15"), hours(), quarters()}, "", "01:00-03:15 after 0"},
		"an hour that is missing":      {[][]series.Slot{quarters("03:00-03:15"), hours("03:00-04:00")}, "03:00-04:00 after 1", ""},
		"what came is not forgotten":   {[][]series.Slot{quarters("03:00-04:00"), quarters(), quarters("01:00-01:15")}, "01:00-01:15 after 2", "03:00-04:00 after 0"},
		"one for each of several gaps": {[][]series.Slot{hours("02:00-04:00"), quarters("02:15-02:30", "03:15-03:30")}, "02:15-02:30 after 1, 03:15-03:30 after 1", "02:00-02:15 after 0, 02:30-03:15 after 0, 03:30-04:00 after 0"},
	} {
		var known absences
		for n, slots := range tt.looks {
			known = known.after(slots, series.Gaps(slots), day.Add(time.Duration(n)*time.Second))
		}
		text := func(list []absence) string {
			var texts []string
			for _, a := range list {
				texts = append(texts, fmt.Sprintf("%s-%s after %.0f", a.From.Format("15:04"), a.To.Format("15:04"), a.seen.Sub(day).Seconds()))
			}
			return strings.Join(texts, ", ")
		}
		if open, came := text(known.open), text(known.came); open != tt.open || came != tt.came {
			t.Errorf("%s:\nopen %q, want %q\ncame %q, want %q", name, open, tt.open, came, tt.came)
		}
	}
}

// What is not due yet is not missing: by the variable's own step, and some minutes for the way.
func TestWhatIsDue(t *testing.T) {
	t.Parallel()
	start := time.Date(2026, 11, 12, 0, 0, 0, 0, time.UTC)
	slots := make([]series.Slot, 8)
	for i := range slots {
		slots[i] = series.Slot{Start: start.Add(time.Duration(i) * 15 * time.Minute), End: start.Add(time.Duration(i+1) * 15 * time.Minute), Missing: i >= 4}
	}
	for minutes, want := range map[int]string{75: "[]", 109: "[]", 110: "[01:00-01:15]", 124: "[01:00-01:15]", 125: "[01:00-01:30]", 300: "[01:00-02:00]"} {
		var got []string
		for _, g := range due(slots, 15*time.Minute, start.Add(time.Duration(minutes)*time.Minute)) {
			got = append(got, g.From.Format("15:04")+"-"+g.To.Format("15:04"))
		}
		if fmt.Sprint(got) != want {
			t.Errorf("after %d minutes %v is due, want %s", minutes, got, want)
		}
	}
}
