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
			r := Range{DayStart(2025, 1, 6+7*week, z), DayStart(2025, 1, 13+7*week, z), z}
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
	year := Range{DayStart(2025, 1, 1, z), DayStart(2026, 1, 1, z), z}
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

// Holidays are compared with themselves, however they move; no other day with one; and each country has its own.
func TestHolidaysAreComparedWithThemselves(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct{ zone, day, want string }{
		{"Europe/Brussels", "2026-11-12", "2025-11-13"}, // a Thursday
		{"Europe/Brussels", "2026-11-11", "2025-11-11"}, // armistice, a Wednesday and a Tuesday
		{"Europe/Brussels", "2026-04-06", "2025-04-21"}, // Easter Monday
		{"Europe/Brussels", "2026-04-20", "2025-04-14"}, // 52 weeks before it was Easter Monday
		{"Europe/Brussels", "2026-05-14", "2025-05-29"}, // Ascension
		{"Europe/Brussels", "2026-05-28", "2025-05-22"},
		{"Europe/Brussels", "2026-05-01", "2025-05-01"},
		{"Europe/Brussels", "2026-01-01", "2025-01-01"},
		{"Europe/Brussels", "2026-07-20", "2025-07-14"}, // a Monday like the national day of 2025
		{"Europe/Amsterdam", "2026-07-20", "2025-07-21"},
		{"Europe/Amsterdam", "2026-04-27", "2025-04-26"}, // the king's day, which was moved
		{"Europe/Paris", "2026-07-14", "2025-07-14"},
		{"Europe/Berlin", "2026-10-03", "2025-10-03"},
		{"Asia/Tokyo", "2026-07-21", "2025-07-21"},
	} {
		z := zone(t, tt.zone)
		at, err := time.ParseInLocation(time.DateOnly, tt.day, z)
		if err != nil {
			t.Fatal(err)
		}
		r := Range{at, at.AddDate(0, 0, 1), z}
		before, ok := r.Shift(HolidaysBefore)
		if got := before.From.In(z).Format(time.DateOnly); !ok || got != tt.want || !before.To.Equal(before.From.AddDate(0, 0, 1)) {
			t.Errorf("%s %s: compared with %v to %v, want %s", tt.zone, tt.day, before.From, before.To, tt.want)
		}
	}
}

// Each day of a range has the values of its counterpart at the same times of day, also where the range begins and ends within one; weeks and months stand as a year before.
func TestDaysStandBesideTheirCounterparts(t *testing.T) {
	t.Parallel()
	z := zone(t, "Europe/Brussels")
	r := Range{time.Date(2026, 3, 27, 6, 0, 0, 0, z), time.Date(2026, 4, 8, 18, 0, 0, 0, z), z} // with a day of 23 hours, and Easter
	before, _ := r.Shift(HolidaysBefore)
	slots := Fill(nil, before, datahub.GranularityHour, 0, before.From)
	for i := range slots {
		slots[i].Value, slots[i].Missing, slots[i].Future = float64(slots[i].Start.Unix()), false, false
	}
	got := r.Compared(HolidaysBefore, datahub.GranularityHour, slots)
	if want := Count(r, datahub.GranularityHour, 0) - 1; len(got) != want {
		t.Errorf("%d hours, want %d", len(got), want)
	}
	h := holidaysOf(z)
	for i, s := range got {
		was := time.Unix(int64(s.Value), 0).In(z)
		if of := dateOf(h.counterpart(day(s.Start, z))).Format(time.DateOnly); was.Format(time.DateOnly) != of || was.Hour() != s.Start.In(z).Hour() || s.End.Sub(s.Start) != time.Hour {
			t.Errorf("%v shows what was at %v, want a time of %s", s.Start.In(z), was, of)
		}
		if i > 0 && !s.Start.Equal(got[i-1].End) {
			t.Errorf("%v follows %v", s.Start, got[i-1].End)
		}
	}
	year := Range{DayStart(2026, 1, 1, z), DayStart(2027, 1, 1, z), z}
	before, _ = year.Before(HolidaysBefore, datahub.GranularityMonth)
	if got := year.Compared(HolidaysBefore, datahub.GranularityMonth, Fill(nil, before, datahub.GranularityMonth, 0, before.From)); len(got) != 12 || !got[3].Start.Equal(DayStart(2026, 4, 1, z)) {
		t.Errorf("%d months: %v", len(got), got)
	}
}

// Values of weeks and longer are asked for as whole ones: no day of theirs is left out, and each stands beside the same one of the year before.
func TestWholeValuesAreCompared(t *testing.T) {
	t.Parallel()
	z := zone(t, "Europe/Brussels")
	for _, tt := range []struct {
		c              Comparison
		g              datahub.Granularity
		from, to       string
		before, until  string
		first, beside  string // the first value that there was, and where it stands
		hours, aligned int    // of the first one, and how many there are
	}{
		{HolidaysBefore, datahub.GranularityWeek, "2026-04-06", "2026-04-20", "2025-04-07", "2025-04-21", "2025-04-07", "2026-04-06", 168, 2}, // Easter Monday
		{YearBefore, datahub.GranularityWeek, "2026-04-06", "2026-04-20", "2025-04-07", "2025-04-21", "2025-04-07", "2026-04-06", 168, 2},
		{YearBefore, datahub.GranularityMonth, "2026-08-31", "2026-11-01", "2025-08-31", "2025-11-01", "2025-08-01", "2026-08-01", 744, 3},
		{YearBefore, datahub.GranularityMonth, "2026-01-01", "2026-03-01", "2025-01-01", "2025-03-01", "2025-01-01", "2026-01-01", 744, 2},
		{HolidaysBefore, datahub.GranularityMonth, "2026-01-01", "2026-03-01", "2025-01-01", "2025-03-01", "2025-01-01", "2026-01-01", 744, 2},
		{YearBefore, datahub.GranularityMonth, "2024-02-29", "2024-04-01", "2023-02-28", "2023-04-01", "2023-02-01", "2024-02-01", 672, 2},
		{HolidaysBefore, datahub.GranularityYear, "2026-01-01", "2027-01-01", "2025-01-01", "2026-01-01", "2025-01-01", "2026-01-01", 8760, 1},
		{YearBefore, datahub.GranularityDay, "2026-01-01", "2026-01-03", "2025-01-02", "2025-01-04", "2025-01-02", "2026-01-01", 24, 2},
		{HolidaysBefore, datahub.GranularityDay, "2026-04-06", "2026-04-07", "2025-04-21", "2025-04-22", "2025-04-21", "2026-04-06", 24, 1},
	} {
		at := func(day string) time.Time {
			d, err := time.ParseInLocation(time.DateOnly, day, z)
			if err != nil {
				t.Fatal(err)
			}
			return d
		}
		r := Range{at(tt.from), at(tt.to), z}
		before, ok := r.Before(tt.c, tt.g)
		if !ok || !before.From.Equal(at(tt.before)) || !before.To.Equal(at(tt.until)) {
			t.Errorf("%s %v from %s is compared with %v to %v, want %s to %s", tt.c, tt.g, tt.from, before.From, before.To, tt.before, tt.until)
			continue
		}
		slots := Fill(nil, before, tt.g, 0, before.From)
		got := r.Compared(tt.c, tt.g, slots)
		if first := slots[0]; !first.Start.Equal(at(tt.first)) || first.End.Sub(first.Start).Hours() != float64(tt.hours) {
			t.Errorf("%s %v from %s: the first one is %v to %v, want %s with %d hours", tt.c, tt.g, tt.from, first.Start, first.End, tt.first, tt.hours)
		}
		if len(got) != tt.aligned || !got[0].Start.Equal(at(tt.beside)) {
			t.Errorf("%s %v from %s: %d stand beside it, %v, want %d from %s", tt.c, tt.g, tt.from, len(got), got, tt.aligned, tt.beside)
		}
	}
	if _, ok := (Range{Zone: z}).Before(NoComparison, datahub.GranularityMonth); ok {
		t.Error("nothing is compared, and there is a range to compare with")
	}
}
