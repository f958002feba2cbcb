package series

import (
	"time"

	"portico/internal/datahub"
)

// Comparison is what a range is compared with.
type Comparison string

// The comparisons. Weeks and years move by the calendar, so that a Tuesday morning is compared with a Tuesday morning, also across a change of clocks.
const (
	NoComparison   Comparison = "none"
	PreviousPeriod Comparison = "prev"
	WeekBefore     Comparison = "wk"
	YearBefore     Comparison = "ly"  // 52 weeks: the same weekdays
	HolidaysBefore Comparison = "hol" // the same, but public holidays stand by each other, and nothing else by one
)

// Shift returns the range to compare with, and whether there is one.
func (r Range) Shift(c Comparison) (Range, bool) {
	days := 0
	switch c {
	case PreviousPeriod:
		return r.Step(-1), true
	case WeekBefore:
		days = -7
	case YearBefore:
		days = -364
	case HolidaysBefore:
		return r.counterparts(), true
	default:
		return Range{}, false
	}
	return Range{shift(r.From.In(r.Zone), days, "d"), shift(r.To.In(r.Zone), days, "d"), r.Zone}, true
}

// Before is Shift for values of a granularity: those of weeks and longer are asked for as whole ones. Months go back by the calendar: 52 weeks before the first of one is the second.
func (r Range) Before(c Comparison, g datahub.Granularity) (Range, bool) {
	whole := g == datahub.GranularityMonth || g == datahub.GranularityYear
	switch {
	case whole && (c == YearBefore || c == HolidaysBefore):
		return Range{shift(r.From.In(r.Zone), -12, "M"), shift(r.To.In(r.Zone), -12, "M"), r.Zone}, true
	case g == datahub.GranularityWeek && c == HolidaysBefore:
		c = YearBefore
	}
	return r.Shift(c)
}

// Align shows the slots of an earlier range where they are compared: as many days later by the wall clock of r's zone, or as many months for slots of a month. What
// falls into an hour that clocks skip is left out, and of an hour that the earlier range had twice the first one is shown: each time has at most one value to compare with.
func Align(slots []Slot, before, r Range) []Slot {
	days := day(r.From, r.Zone) - day(before.From, r.Zone)
	rest := wall(r.From.In(r.Zone)).Sub(wall(before.From.In(r.Zone))) - time.Duration(days)*24*time.Hour // of a range that is no number of days long
	a, b := before.From.In(r.Zone), r.From.In(r.Zone)
	months := (b.Year()-a.Year())*12 + int(b.Month()-a.Month())
	return r.moved(slots, days, months, rest)
}

// Compared is [Align] for slots of the range that Before returned. With HolidaysBefore each day has its own place; what is longer than a day stands where YearBefore has it.
func (r Range) Compared(c Comparison, g datahub.Granularity, slots []Slot) []Slot {
	if c == HolidaysBefore && len(slots) > 0 && slots[0].End.Sub(slots[0].Start) <= 25*time.Hour {
		return r.alignDays(slots)
	}
	if c == HolidaysBefore {
		c = YearBefore
	}
	before, _ := r.Before(c, g)
	return Align(slots, before, r)
}

// moved are the slots that come into r when all are moved.
func (r Range) moved(slots []Slot, days, months int, rest time.Duration) []Slot {
	out := make([]Slot, 0, len(slots))
	for _, s := range slots {
		start, end, ok := s.moved(days, months, rest, r.Zone)
		twice := len(out) > 0 && start.Before(out[len(out)-1].End)
		if !ok || twice || !end.After(r.From) || !start.Before(r.To) {
			continue
		}
		s.Start, s.End = start, end
		out = append(out, s)
	}
	return out
}

// moved is where a slot comes to by the wall clock of zone.
func (s Slot) moved(days, months int, rest time.Duration, zone *time.Location) (start, end time.Time, ok bool) {
	later := func(t time.Time) (time.Time, bool) {
		l := wall(t.In(zone)).Add(rest)
		y, m, d := l.Date()
		return clock(y, m, d+days, l, zone)
	}
	length := s.End.Sub(s.Start)
	if length >= 27*24*time.Hour {
		return shift(s.Start.In(zone), months, "M"), shift(s.End.In(zone), months, "M"), true
	}
	start, ok = later(s.Start)
	if length < 23*time.Hour {
		return start, start.Add(length), ok
	}
	end, _ = later(s.End)
	return start, end, true
}
