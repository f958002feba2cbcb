package series

import (
	"cmp"
	"math"
	"slices"
	"time"
)

// Held is a value and for how long the values were at least as high.
type Held struct {
	Value float64
	For   time.Duration
}

// Duration orders the values of slots from the highest down, which makes the load-duration curve: each is held or exceeded For so long. Missing slots take no part.
func Duration(slots []Slot) []Held {
	out := make([]Held, 0, len(slots))
	for _, s := range slots {
		if !s.Missing {
			out = append(out, Held{s.Value, s.End.Sub(s.Start)})
		}
	}
	slices.SortFunc(out, func(a, b Held) int { return cmp.Compare(b.Value, a.Value) })
	for i := 1; i < len(out); i++ {
		out[i].For += out[i-1].For
	}
	return out
}

// Threshold says what slots did about a level. Above includes the level itself.
type Threshold struct {
	Above, Below    time.Duration
	Rising, Falling int // passages from one slot to the next, none over a gap
}

// About compares slots with a level.
func About(slots []Slot, level float64) Threshold {
	var t Threshold
	for i, s := range slots {
		if s.Missing {
			continue
		}
		above := s.Value >= level
		if above {
			t.Above += s.End.Sub(s.Start)
		} else {
			t.Below += s.End.Sub(s.Start)
		}
		if i == 0 || slots[i-1].Missing {
			continue
		}
		switch before := slots[i-1].Value >= level; {
		case above && !before:
			t.Rising++
		case before && !above:
			t.Falling++
		}
	}
	return t
}

// Histogram counts values by size: the first class begins at Low, each is Width wide and holds its lower end; the last one holds its upper end too.
type Histogram struct {
	Low, Width float64
	Counts     []int
}

// Classes sorts the values of slots into at most that many classes whose ends are round numbers. Without values there are none.
func Classes(slots []Slot, most int) Histogram {
	sum := Summarize(slots)
	if sum.Count == 0 || most < 1 {
		return Histogram{}
	}
	width := RoundStep(max(sum.Max-sum.Min, math.Abs(sum.Max)*1e-9, 1e-9) / float64(most))
	for {
		low := math.Floor(sum.Min/width) * width
		n := max(int(math.Ceil((sum.Max-low)/width-1e-9)), 1)
		if n > most {
			width = RoundStep(width * 1.01)
			continue
		}
		h := Histogram{low, width, make([]int, n)}
		for _, s := range slots {
			if !s.Missing {
				h.Counts[min(max(int((s.Value-low)/width+1e-9), 0), n-1)]++
			}
		}
		return h
	}
}

// RoundStep is 1, 2, 2.5 or 5 times a power of ten, at least x, which must be above zero.
func RoundStep(x float64) float64 {
	base := math.Pow(10, math.Floor(math.Log10(x)))
	for _, m := range []float64{1, 2, 2.5, 5} {
		if m*base >= x*0.999 {
			return m * base
		}
	}
	return 10 * base
}
