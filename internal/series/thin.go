package series

import "time"

// Thin leaves out what a picture cannot show: of each of columns stretches of r, equally long, it keeps the first, the lowest, the highest and the last value (M4), so that a
// line through them has the same pixels. Between two kept values stands one missing slot if any was missing: a gap stays open.
func Thin(slots []Slot, r Range, columns int) []Slot {
	if len(slots) <= perPixel*columns || columns < 1 {
		return slots
	}
	out := make([]Slot, 0, perPixel*columns)
	width := r.To.Sub(r.From) / time.Duration(columns)
	for i := 0; i < len(slots); {
		n := max(slots[i].Start.Sub(r.From)/width, 0)
		end := r.From.Add((n + 1) * width)
		j := i + 1
		for j < len(slots) && slots[j].Start.Before(end) {
			j++
		}
		out = column(out, slots[i:j])
		i = j
	}
	return out
}

// column appends what is kept of one stretch.
func column(out, slots []Slot) []Slot {
	first, low, high, last := -1, -1, -1, -1
	for i, s := range slots {
		if s.Missing {
			continue
		}
		if first < 0 {
			first, low, high = i, i, i
		}
		if s.Value < slots[low].Value {
			low = i
		}
		if s.Value > slots[high].Value {
			high = i
		}
		last = i
	}
	var gap Slot
	for i, s := range slots {
		switch {
		case s.Missing && gap.Missing:
			gap.End, gap.Future = s.End, gap.Future && s.Future
		case s.Missing:
			gap = s
		case i == first || i == low || i == high || i == last:
			out, gap = appendGap(out, gap), Slot{}
			out = append(out, s)
		}
	}
	return appendGap(out, gap)
}

// appendGap appends a missing slot, or lengthens the one at the end.
func appendGap(out []Slot, gap Slot) []Slot {
	if !gap.Missing {
		return out
	}
	if n := len(out); n > 0 && out[n-1].Missing {
		out[n-1].End, out[n-1].Future = gap.End, out[n-1].Future && gap.Future
		return out
	}
	return append(out, gap)
}
