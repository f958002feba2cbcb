package pages

import (
	"fmt"
	"testing"
	"time"

	"portico/internal/datahub"
	"portico/internal/series"
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

// A day without any value lacks all of them, today has what is due by now, a day to come lacks nothing, and more than all is all. A meter stands still that sends one value for whole days, unless that is nothing.
func TestDaysOfAMeter(t *testing.T) {
	t.Parallel()
	zone := datahub.HomeZone()
	now := time.Date(2026, 11, 26, 12, 0, 0, 0, zone)
	m := meterQuality{variable: datahub.Variable{ID: 1, Step: datahub.Step{Count: 15, Period: datahub.Minute}}, zone: zone, from: midnight(now, zone, -27)}
	day := func(to *[2]question, i int, value float64) {
		part := &to[0]
		if i >= 26 {
			part = &to[1]
		}
		part.points = append(part.points, datahub.DataPoint{Time: midnight(m.from, zone, i), Value: value})
	}
	for i := range 28 {
		switch i {
		case 1:
			day(&m.counts, i, 90)
		case 2: // a gap
		case 3:
			day(&m.counts, i, 100)
		case 10:
			day(&m.counts, i, 1)
		case 27:
			day(&m.counts, i, 40)
		default:
			day(&m.counts, i, 96)
		}
		low, high := 1.0, 2.0
		switch {
		case i >= 4 && i <= 7, i == 10, i >= 26:
			low, high = 5, 5
		case i == 8 || i == 9:
			low, high = 0, 0
		case i == 12 || i == 13:
			low, high = float64(i), float64(i)
		}
		day(&m.lows, i, low)
		day(&m.highs, i, high)
	}
	m.fill(now)
	for i, want := range map[int]struct {
		came, expected int
		share          float64
	}{0: {96, 96, 1}, 1: {90, 96, 0.9375}, 2: {0, 96, 0}, 3: {100, 96, 1}, 10: {1, 96, 1.0 / 96}, 26: {96, 96, 1}, 27: {40, 47, 40.0 / 47}, 28: {0, 0, -1}, 29: {0, 0, -1}} {
		if d := m.days[i]; d.came != want.came || d.expected != want.expected || d.share() != want.share {
			t.Errorf("day %d: %d of %d, %v, want %+v", i, d.came, d.expected, d.share(), want)
		}
	}
	if came, expected := m.complete(); came != 96*24+90+1+40 || expected != 27*96+47 {
		t.Errorf("complete: %d of %d", came, expected)
	}
	var still []int
	for i, d := range m.days {
		if d.unchanging {
			still = append(still, i)
		}
	}
	if got := fmt.Sprint(still); got != "[4 5 6 7 12 13 26]" {
		t.Errorf("days on which nothing changed: %s", got)
	}
	if first, last := m.unchangingDays(); first != 4 || last != 7 {
		t.Errorf("the most of them in a row are %d to %d", first, last)
	}
	m.still = &series.Run{From: midnight(m.from, zone, 5).Add(time.Hour), To: midnight(m.from, zone, 7)}
	still = nil
	for i, d := range m.marked() {
		if d.unchanging {
			still = append(still, i)
		}
	}
	if got := fmt.Sprint(still); got != "[5 6]" {
		t.Errorf("days that are worth a look: %s", got)
	}
}
