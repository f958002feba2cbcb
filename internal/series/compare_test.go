package series

import (
	"math/rand/v2"
	"testing"
	"time"

	"portico/internal/datahub"
)

// TestComparedValuesStandAtTheSameWallClock compares each week of two years with the one before, and with the same weekdays a year before.
func TestComparedValuesStandAtTheSameWallClock(t *testing.T) {
	t.Parallel()
	rnd := rand.New(rand.NewPCG(7, 8))
	for _, name := range zones {
		z := zone(t, name)
		for week := range 104 {
			r := Range{dayStart(2025, 1, 6+7*week, z), dayStart(2025, 1, 13+7*week, z), z}
			for _, c := range []Comparison{PreviousPeriod, WeekBefore, YearBefore} {
				before, _ := r.Shift(c)
				slots := course(before, 30*time.Minute, rnd)
				byClock := map[string]Slot{}
				for _, s := range slots {
					key := s.Start.In(z).Format("Mon 15:04")
					if _, twice := byClock[key]; !twice {
						byClock[key] = s
					}
				}
				aligned := Align(slots, before, r)
				if len(aligned) < 334 || len(aligned) > 336 {
					t.Fatalf("%s %s %v: %d half hours", name, c, r.From, len(aligned))
				}
				for i, s := range aligned {
					was := byClock[s.Start.In(z).Format("Mon 15:04")]
					if was.Value != s.Value || was.Missing != s.Missing {
						t.Fatalf("%s %s: %v shows %v, and %v was %v", name, c, s.Start, s.Value, was.Start, was.Value)
					}
					if i > 0 && s.Start.Before(aligned[i-1].End) {
						t.Fatalf("%s %s: %v overlaps the one before", name, c, s.Start)
					}
				}
			}
		}
	}
}

func TestAlignMonthsAndDays(t *testing.T) {
	t.Parallel()
	z := zone(t, "Europe/Brussels")
	year := Range{dayStart(2025, 1, 1, z), dayStart(2026, 1, 1, z), z}
	before, _ := year.Shift(PreviousPeriod) // a leap year
	for g, want := range map[datahub.Granularity]int{datahub.GranularityMonth: 12, datahub.GranularityDay: 365} {
		got := Align(Fill(nil, before, g, 0, before.From), before, year)
		slots := Fill(nil, year, g, 0, year.From)
		if len(got) != want {
			t.Errorf("%v: %d aligned, want %d", g, len(got), want)
		}
		for i := range got {
			if !got[i].Start.Equal(slots[i].Start) || !got[i].End.Equal(slots[i].End) {
				t.Errorf("%v %d: %v to %v, want %v to %v", g, i, got[i].Start, got[i].End, slots[i].Start, slots[i].End)
			}
		}
	}
	r := Range{time.Date(2026, 3, 31, 8, 20, 0, 0, z), time.Date(2026, 3, 31, 9, 50, 0, 0, z), z}
	before = r.Step(-1)
	got := Align([]Slot{{Start: before.From, End: before.From.Add(time.Minute), Value: 7}}, before, r)
	if len(got) != 1 || !got[0].Start.Equal(r.From) {
		t.Errorf("ninety minutes before = %v, want at %v", got, r.From)
	}
}
