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

// Classes sorts the values of slots into at most that many classes whose ends are round numbers. Values that have a step of their own, as those with one decimal, are as many in each class if that can be had with classes
// not much wider, and the largest begins a class: otherwise some classes would be empty, or count twice what others do, for that reason alone. Without values there are none.
func Classes(slots []Slot, most int) Histogram {
	sum := Summarize(slots)
	if sum.Count == 0 || most < 1 {
		return Histogram{}
	}
	width := RoundStep(max(sum.Max-sum.Min, math.Abs(sum.Max)*1e-9, 1e-9) / float64(most))
	step, widest := stepOf(slots, (sum.Max-sum.Min)/float64(20*most)), 4.01*width
	for {
		low := math.Floor(sum.Min/width+1e-9) * width
		n := max(int(math.Ceil((sum.Max-low)/width-1e-9)), 1)
		if step > 0 {
			n = int((sum.Max-low)/width+1e-9) + 1
		}
		if n > most || width < 0.999*step || step > 0 && width < widest && !multiple(width, step) {
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

// stepOf is the smallest difference between values when all differences are multiples of it, and it is at least least; 0 otherwise.
func stepOf(slots []Slot, least float64) float64 {
	var values, gaps []float64
	for _, s := range slots {
		if !s.Missing {
			values = append(values, s.Value)
		}
	}
	slices.Sort(values)
	for i := 1; i < len(values); i++ {
		if gap := values[i] - values[i-1]; gap > math.Abs(values[i])*1e-12 { // not only the last bits
			gaps = append(gaps, gap)
		}
	}
	if len(gaps) == 0 {
		return 0
	}
	step := slices.Min(gaps)
	if step < least || slices.ContainsFunc(gaps, func(gap float64) bool { return !multiple(gap, step) }) {
		return 0
	}
	return step
}

func multiple(of, step float64) bool {
	times := of / step
	return times > 0.999 && math.Abs(times-math.Round(times)) < 1e-3
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
