package series

import (
	"math"
	"slices"
	"time"
)

// Differences turns the readings of a counter into the amounts between them. A slot after a gap has no amount of its own, so that what was counted meanwhile never becomes
// one giant bar. Where the readings fall, the meter rolled over if that makes an amount like its others, which is then the slot's; else it was exchanged, and the
// slot has no amount.
func Differences(slots []Slot) []Slot {
	out := slices.Clone(slots)
	usual := usualAmount(slots)
	for i := range out {
		if i == 0 || slots[i].Missing || slots[i-1].Missing {
			out[i].Missing, out[i].Value = true, 0
			continue
		}
		d, ok := rise(slots[i-1].Value, slots[i].Value, usual)
		out[i].Value, out[i].Missing = d, !ok
	}
	return out
}

// rise returns what a counter counted from one reading to the next, false when it cannot be told.
func rise(from, to, usual float64) (float64, bool) {
	if to >= from {
		return to - from, true
	}
	turn := math.Pow(10, math.Ceil(math.Log10(from))) // where a counter with as many digits begins again
	if d := turn - from + to; to >= 0 && usual > 0 && d <= 3*usual && from >= 0.9*turn {
		return d, true
	}
	return 0, false
}

// usualAmount is the largest amount between two neighbours while the readings rise, those left out that are far beyond nine tenths of them.
func usualAmount(slots []Slot) float64 {
	var rises []float64
	for i := 1; i < len(slots); i++ {
		if a, b := slots[i-1], slots[i]; !a.Missing && !b.Missing && b.Value >= a.Value {
			rises = append(rises, b.Value-a.Value)
		}
	}
	if len(rises) == 0 {
		return 0
	}
	slices.Sort(rises)
	most := 10 * rises[(len(rises)-1)*9/10]
	for _, d := range slices.Backward(rises) {
		if d <= most {
			return d
		}
	}
	return 0
}

// Unplaced is the amount that a counter counted while no readings came: it belongs to the total of a range, and to none of its slots.
func Unplaced(slots []Slot) float64 {
	total, last := 0.0, -1
	for i, s := range slots {
		if s.Missing {
			continue
		}
		if last >= 0 && last < i-1 && s.Value > slots[last].Value {
			total += s.Value - slots[last].Value
		}
		last = i
	}
	return total
}

// Reset is a moment at which the readings of a counter fell.
type Reset struct {
	At         time.Time
	RolledOver bool // it began again at zero after its last digit; else it was exchanged
}

// Resets returns where the readings of a counter fall, also over gaps.
func Resets(slots []Slot) []Reset {
	var found []Reset
	usual, last := usualAmount(slots), -1
	for i, s := range slots {
		if s.Missing {
			continue
		}
		if last >= 0 && s.Value < slots[last].Value {
			_, rolled := rise(slots[last].Value, s.Value, usual*float64(i-last))
			found = append(found, Reset{s.Start, rolled})
		}
		last = i
	}
	return found
}
