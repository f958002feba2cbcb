package series

import (
	"math"
	"time"
)

// Pair is what two variables were at the same time.
type Pair struct {
	At   time.Time
	X, Y float64
}

// Pairs puts the slots of two variables together by their start. Times at which either is missing make no pair.
func Pairs(x, y []Slot) []Pair {
	at := make(map[int64]float64, len(x))
	for _, s := range x {
		if !s.Missing {
			at[s.Start.Unix()] = s.Value
		}
	}
	var out []Pair
	for _, s := range y {
		if v, ok := at[s.Start.Unix()]; ok && !s.Missing {
			out = append(out, Pair{s.Start, v, s.Value})
		}
	}
	return out
}

// Fitted is the straight line through pairs that leaves the least squares: y = A + B·x. R2 is the share of y's variance that it explains, 0 to 1.
type Fitted struct{ A, B, R2 float64 }

// FitLine fits a line; false when there are fewer than three pairs, or all have the same x.
func FitLine(pairs []Pair) (Fitted, bool) {
	n, mx, my := float64(len(pairs)), 0.0, 0.0
	for _, p := range pairs {
		mx, my = mx+p.X/n, my+p.Y/n
	}
	var xx, xy, yy float64
	for _, p := range pairs {
		dx, dy := p.X-mx, p.Y-my
		xx, xy, yy = xx+dx*dx, xy+dx*dy, yy+dy*dy
	}
	if len(pairs) < 3 || xx <= 1e-12*math.Max(1, mx*mx) {
		return Fitted{}, false
	}
	f := Fitted{B: xy / xx, R2: 1}
	f.A = my - f.B*mx
	if yy > 0 {
		f.R2 = xy * xy / xx / yy
	}
	return f, true
}
