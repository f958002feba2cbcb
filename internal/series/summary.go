package series

import (
	"math"
	"time"

	"portico/internal/datahub"
)

// Summary says what a range holds.
type Summary struct {
	Count    int // slots with a value
	Expected int // slots that should have one by now
	Sum      float64
	Min, Max float64
	Mean     float64
	StdDev   float64 // of the whole range, not of a sample
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
	spread := 0.0 // sum of squared distances from the mean so far (Welford)
	for _, slot := range slots {
		if !slot.Future {
			s.Expected++
		}
		if slot.Missing {
			continue
		}
		s.Count++
		s.Sum += slot.Value
		d := slot.Value - s.Mean
		s.Mean += d / float64(s.Count)
		spread += d * (slot.Value - s.Mean)
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
	s.Mean, s.StdDev = s.Sum/float64(s.Count), math.Sqrt(spread/float64(s.Count))
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
