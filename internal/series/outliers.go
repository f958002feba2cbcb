package series

import (
	"math"
	"slices"
	"time"
)

// Bounds on what counts as a spike: so few of all values, so far out.
const (
	fewSpikes  = 200 // one value of so many, two at least
	leastForIt = 24  // values before anything can be called unusual
	farOut     = 5   // times as far from the middle as the furthest of all others
)

// MarkSpikes marks the slots that stand so far out that an axis which shows them shows nothing else: a few values, each many times as far from the middle as all others. What is often so is no spike.
func MarkSpikes(slots []Slot) {
	values := make([]float64, 0, len(slots))
	for _, s := range slots {
		if !s.Missing {
			values = append(values, s.Value)
		}
	}
	n := len(values)
	if n < leastForIt {
		return
	}
	slices.Sort(values)
	few, middle := max(2, n/fewSpikes), values[n/2]
	low, high := fence(middle, values[few]), fence(middle, values[n-1-few])
	for i, s := range slots {
		slots[i].Spike = !s.Missing && (high > middle && s.Value > high || low < middle && s.Value < low)
	}
}

// fence is how far values may lie from the middle, on the side on which the furthest of the others is.
func fence(middle, furthest float64) float64 { return middle + farOut*(furthest-middle) }

// Spikes returns the slots that [MarkSpikes] marked.
func Spikes(slots []Slot) []Slot {
	var found []Slot
	for _, s := range slots {
		if s.Spike {
			found = append(found, s)
		}
	}
	return found
}

// Run is a stretch in which all values are the same.
type Run struct {
	From, To time.Time
	Value    float64
}

// Still returns the stretches of at least so long in which every value came and all are the same, and not zero: a meter that stands still sends its last value for ever, one that measures nothing sends zeros. One value alone, of a week for
// example, is like no other.
func Still(slots []Slot, least time.Duration) []Run {
	var runs []Run
	var run Run
	values := 0
	finish := func() {
		if values > 1 && run.To.Sub(run.From) >= least {
			runs = append(runs, run)
		}
		run, values = Run{}, 0
	}
	for _, s := range slots {
		same := !s.Missing && s.Value != 0 && s.Value == run.Value && s.Start.Equal(run.To)
		if !same {
			finish()
		}
		switch {
		case same:
			run.To = s.End
			values++
		case !s.Missing && s.Value != 0 && !math.IsNaN(s.Value):
			run, values = Run{s.Start, s.End, s.Value}, 1
		}
	}
	finish()
	return runs
}

// MarkLate marks the slots that lie in spans for which values came late. What was estimated stays estimated.
func MarkLate(slots []Slot, spans []Gap) {
	for i, s := range slots {
		late := slices.ContainsFunc(spans, func(g Gap) bool { return s.Start.Before(g.To) && g.From.Before(s.End) })
		if late && !s.Missing && s.State == Measured {
			slots[i].State = Late
		}
	}
}

// Without returns the slots but those in which one of the times lies: what is left out is neither expected nor a gap.
func Without(slots []Slot, times []time.Time) []Slot {
	if len(times) == 0 {
		return slots
	}
	return slices.DeleteFunc(slices.Clone(slots), func(s Slot) bool {
		return slices.ContainsFunc(times, func(t time.Time) bool { return !t.Before(s.Start) && t.Before(s.End) })
	})
}
