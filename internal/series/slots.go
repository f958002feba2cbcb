package series

import (
	"time"

	"portico/internal/datahub"
)

// Slot is one step or bucket of a range. It is Missing when no value came; zero is a value.
type Slot struct {
	Start, End time.Time
	Value      float64
	Missing    bool
	Future     bool // not over yet when the data were read, or for the most part before the range, so that nothing is expected
	Spike      bool // stands so far out that it is hardly true; see MarkSpikes
	State      State
}

// State says where a slot's value comes from. Together with zero, which is a value, and with a missing one that makes five states, and pictures draw each its own way.
type State byte

// The states of a value.
const (
	Measured  State = iota
	Late            // came long after its time, so that figures shown before did not have it
	Estimated       // calculated or estimated
)

// Fill lays points onto the slots of a range. A slot without a point is Missing; a point between two slots belongs to the one it lies in, and the last of several
// counts. Slots that end after now are Future while they have no value, and so is one of which the range has the smaller part; a step of the variable's own that began before the range is left out while it has
// none, because its value was not asked for. A variable without a fixed step gets one slot a point.
func Fill(points []datahub.DataPoint, r Range, g datahub.Granularity, step time.Duration, now time.Time) []Slot {
	if g == datahub.GranularityRaw && step <= 0 {
		return irregular(points, r)
	}
	slots := make([]Slot, 0, min(Count(r, g, step)+2, Longest))
	i := 0
	for t := begin(r.From, g, step, r.Zone); t.Before(r.To); {
		end := next(t, g, step, r.Zone)
		s := Slot{Start: t, End: end, Missing: true, Future: end.After(now) || end.Sub(r.From) < r.From.Sub(t)}
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
