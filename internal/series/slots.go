package series

import (
	"math"
	"time"

	"portico/internal/datahub"
)

// Slot is one step or bucket of a range. It is Missing when no value came; zero is a value.
type Slot struct {
	Start, End time.Time
	Value      float64
	Missing    bool
	Future     bool // not over yet when the data were read, so that nothing is expected
}

// maxSlots bounds what one picture shows: about four to a pixel at most.
const maxSlots = 1500

// Choose returns the granularity for a range: the variable's own steps if they are not too many, else the finest buckets that are not. step is the variable's own, 0
// when it has none of fixed length.
func Choose(r Range, step time.Duration) datahub.Granularity {
	span := r.To.Sub(r.From)
	switch {
	case step > 0 && span/step <= maxSlots:
		return datahub.GranularityRaw
	case step < time.Hour && span/time.Hour <= maxSlots:
		return datahub.GranularityHour
	case span/(24*time.Hour) <= maxSlots:
		return datahub.GranularityDay
	}
	return datahub.GranularityMonth
}

// Allowed reports whether a granularity makes a bearable number of slots of a range.
func Allowed(r Range, g datahub.Granularity, step time.Duration) bool {
	unit := map[datahub.Granularity]time.Duration{datahub.GranularityRaw: step, datahub.GranularityMinute: time.Minute, datahub.GranularityHour: time.Hour}[g]
	if g == datahub.GranularityRaw && step == 0 {
		return true
	}
	return unit == 0 || r.To.Sub(r.From)/unit <= 4*maxSlots
}

// next returns the end of the bucket that begins at t, by the calendar for days and longer.
func next(t time.Time, g datahub.Granularity, step time.Duration, zone *time.Location) time.Time {
	l := t.In(zone)
	switch g {
	case datahub.GranularityMinute:
		return t.Add(time.Minute)
	case datahub.GranularityHour:
		return t.Add(time.Hour)
	case datahub.GranularityDay:
		return floor(l, "d").AddDate(0, 0, 1)
	case datahub.GranularityWeek:
		return floor(l, "w").AddDate(0, 0, 7)
	case datahub.GranularityMonth:
		return floor(l, "M").AddDate(0, 1, 0)
	case datahub.GranularityYear:
		return floor(l, "y").AddDate(1, 0, 0)
	}
	if step >= 24*time.Hour { // daily values stand at local midnights
		return floor(l, "d").AddDate(0, 0, int(step/(24*time.Hour)))
	}
	return t.Add(step)
}

// begin returns the start of the bucket that t lies in.
func begin(t time.Time, g datahub.Granularity, step time.Duration, zone *time.Location) time.Time {
	l := t.In(zone)
	switch g {
	case datahub.GranularityMinute:
		return t.Truncate(time.Minute)
	case datahub.GranularityHour:
		return t.Truncate(time.Hour)
	case datahub.GranularityDay:
		return floor(l, "d")
	case datahub.GranularityWeek:
		return floor(l, "w")
	case datahub.GranularityMonth:
		return floor(l, "M")
	case datahub.GranularityYear:
		return floor(l, "y")
	}
	if step >= 24*time.Hour {
		return floor(l, "d")
	}
	return t.Truncate(step)
}

// Fill lays points onto the slots of a range. A slot without a point is Missing; a point between two slots belongs to the one it lies in, and the last of several
// counts. Slots that end after now are Future while they have no value; a step of the variable's own that began before the range is left out while it has
// none, because its value was not asked for. A variable without a fixed step gets one slot a point.
func Fill(points []datahub.DataPoint, r Range, g datahub.Granularity, step time.Duration, now time.Time) []Slot {
	if g == datahub.GranularityRaw && step <= 0 {
		return irregular(points, r)
	}
	slots := make([]Slot, 0, min(int(r.To.Sub(r.From)/time.Minute)+2, 4*maxSlots+2))
	i := 0
	for t := begin(r.From, g, step, r.Zone); t.Before(r.To); {
		end := next(t, g, step, r.Zone)
		s := Slot{Start: t, End: end, Missing: true, Future: end.After(now)}
		for i < len(points) && points[i].Time.Before(end) {
			if !points[i].Time.Before(t) {
				s.Value, s.Missing, s.Future = points[i].Value, false, false
			}
			i++
		}
		if g != datahub.GranularityRaw || !s.Missing || !t.Before(r.From) {
			slots = append(slots, s)
		}
		t = end
	}
	return slots
}

func irregular(points []datahub.DataPoint, r Range) []Slot {
	slots := make([]Slot, len(points))
	for i, p := range points {
		end := r.To
		if i+1 < len(points) {
			end = points[i+1].Time
		}
		slots[i] = Slot{Start: p.Time, End: end, Value: p.Value}
	}
	return slots
}

// Differences turns the readings of a counter into the amounts between them. A slot after a gap has no amount of its own, so that it never becomes one giant bar; a
// counter that falls was exchanged or rolled over, which is no amount either.
func Differences(slots []Slot) []Slot {
	out := make([]Slot, len(slots))
	for i, s := range slots {
		out[i] = s
		if i == 0 || s.Missing || slots[i-1].Missing || s.Value < slots[i-1].Value {
			out[i].Missing, out[i].Value = true, 0
			continue
		}
		out[i].Value = s.Value - slots[i-1].Value
	}
	return out
}

// Gap is a stretch of missing slots.
type Gap struct{ From, To time.Time }

// Gaps returns the stretches without values, what is still to come left out.
func Gaps(slots []Slot) []Gap {
	var gaps []Gap
	for _, s := range slots {
		if !s.Missing || s.Future {
			continue
		}
		if n := len(gaps); n > 0 && gaps[n-1].To.Equal(s.Start) {
			gaps[n-1].To = s.End
			continue
		}
		gaps = append(gaps, Gap{s.Start, s.End})
	}
	return gaps
}

// Summary says what a range holds.
type Summary struct {
	Count    int // slots with a value
	Expected int // slots that should have one by now
	Sum      float64
	Min, Max float64
	Mean     float64
	MinAt    time.Time
	MaxAt    time.Time
	Last     float64
	LastAt   time.Time
}

// Completeness is the share of expected slots that have a value, 0 to 1; 1 when none is expected.
func (s Summary) Completeness() float64 {
	if s.Expected == 0 {
		return 1
	}
	return float64(s.Count) / float64(s.Expected)
}

// Summarize adds up the slots. Without any value, Count is 0 and the figures are 0.
func Summarize(slots []Slot) Summary {
	s := Summary{Min: math.Inf(1), Max: math.Inf(-1)}
	for _, slot := range slots {
		if !slot.Future {
			s.Expected++
		}
		if slot.Missing {
			continue
		}
		s.Count++
		s.Sum += slot.Value
		s.Last, s.LastAt = slot.Value, slot.Start
		if slot.Value < s.Min {
			s.Min, s.MinAt = slot.Value, slot.Start
		}
		if slot.Value > s.Max {
			s.Max, s.MaxAt = slot.Value, slot.Start
		}
	}
	if s.Count == 0 {
		s.Min, s.Max = 0, 0
		return s
	}
	s.Mean = s.Sum / float64(s.Count)
	return s
}

// DefaultAggregate is how values of a kind are put together when nobody says: amounts are added, readings of a counter end at their highest, everything else is averaged.
func DefaultAggregate(q datahub.QuantityType) datahub.Aggregate {
	switch q {
	case datahub.Integrated:
		return datahub.Sum
	case datahub.Cumulative, datahub.Maximum:
		return datahub.Max
	case datahub.Minimum:
		return datahub.Min
	}
	return datahub.Avg
}

// Bars reports whether values of a kind are amounts, which are drawn as bars; states are drawn as lines.
func Bars(q datahub.QuantityType) bool {
	return q == datahub.Integrated || q == datahub.Cumulative
}
