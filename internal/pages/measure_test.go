package pages

import (
	"testing"
	"time"

	"portico/internal/datahub"
)

// Days follow one another without a hole and without an overlap also where clocks change at midnight: on the Azores and in Havana there is no such time on one day of the year, and two on another.
func TestMidnightsTileTheYear(t *testing.T) {
	t.Parallel()
	for name, hours := range map[string]map[string]int{
		"Europe/Brussels": {"2026-03-29": 23, "2026-10-25": 25}, "Atlantic/Azores": {"2026-03-29": 23, "2026-10-25": 25}, "America/Havana": {"2026-03-08": 23, "2026-11-01": 25}, "Africa/Cairo": {"2026-04-24": 23, "2026-10-29": 25},
		"America/Santiago": {"2026-04-04": 25, "2026-09-06": 23},
	} {
		zone, err := time.LoadLocation(name)
		if err != nil {
			t.Fatal(err)
		}
		noon := time.Date(2026, 1, 1, 12, 0, 0, 0, zone)
		for i := range 365 {
			from, to := midnight(noon, zone, i), midnight(noon, zone, i+1)
			date := noon.AddDate(0, 0, i).Format(time.DateOnly)
			want := hours[date]
			if want == 0 {
				want = 24
			}
			if from.Format(time.DateOnly) != date || from.Add(-time.Second).Format(time.DateOnly) == date || to.Sub(from) != time.Duration(want)*time.Hour {
				t.Errorf("%s in %s: from %v to %v, want %d hours", date, name, from, to, want)
			}
			if day, _ := time.Parse(time.DateOnly, date); !localDay(day, zone).Equal(from) || !midnight(from, zone, 0).Equal(from) {
				t.Errorf("%s in %s begins at %v, at %v, or at %v", date, name, from, localDay(day, zone), midnight(from, zone, 0))
			}
		}
	}
}

// The days of a meter are whole ones also when the first begins at one o'clock, so that what the Data Hub counted from midnight is found.
func TestQualityOfDaysThatChangeAtMidnight(t *testing.T) {
	t.Parallel()
	zone, err := time.LoadLocation("America/Havana")
	if err != nil {
		t.Fatal(err)
	}
	now := time.Date(2026, 11, 26, 12, 0, 0, 0, zone)
	quarter := datahub.Step{Count: 15, Period: datahub.Minute}
	m := meterQuality{variable: datahub.Variable{ID: 1, Step: quarter}, zone: zone, from: localDay(time.Date(2026, 3, 8, 0, 0, 0, 0, time.UTC), zone)}
	m.counts[0].points = []datahub.DataPoint{{Time: midnight(m.from, zone, 0), Value: 92}, {Time: midnight(m.from, zone, 1), Value: 96}}
	m.fill(now)
	if a, b := m.days[0], m.days[1]; a.expected != 92 || a.came != 92 || b.expected != 96 || b.came != 96 {
		t.Errorf("%d of %d, then %d of %d", a.came, a.expected, b.came, b.expected)
	}
}
