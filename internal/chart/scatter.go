package chart

import (
	"math"

	"portico/internal/series"
)

// ScatterSpec describes two variables against each other.
type ScatterSpec struct {
	Frame
	Pairs []series.Pair
	Color int
	X     func(float64) string // writes a value at the lower axis
	XName string               // stands below it
	YName string               // stands above the left one
	Line  *series.Fitted       // drawn over the pairs, nil for none
}

// maxDots bounds what is drawn; of more, each so many is.
const maxDots = 4000

// Scatter draws a dot for each pair.
func Scatter(s ScatterSpec) SVG {
	p := newPlot(s.Frame, right)
	p.y0, p.y1 = p.y0-16, p.y1+14
	xlow, xhigh, ylow, yhigh := math.Inf(1), math.Inf(-1), math.Inf(1), math.Inf(-1)
	for _, pair := range s.Pairs {
		xlow, xhigh, ylow, yhigh = min(xlow, pair.X), max(xhigh, pair.X), min(ylow, pair.Y), max(yhigh, pair.Y)
	}
	across, up := newScale(xlow, xhigh, false), newScale(ylow, yhigh, false)
	x := func(v float64) float64 { return p.x0 + (p.x1-p.x0)*(v-across.low)/(across.high-across.low) }
	p.open(s.Frame, "scatter", "img")
	p.values(up, s.Value)
	p.text("unit", 0, 12, "start", s.YName)
	for i := range across.parts() + 1 {
		p.tick(x(across.at(i)), s.X(across.at(i)))
	}
	p.text("unit", p.x1, float64(s.Height)-4, "end", s.XName)
	var dots pen
	for i := 0; i < len(s.Pairs); i += len(s.Pairs)/maxDots + 1 {
		dots.point('M', x(s.Pairs[i].X), p.y(up, s.Pairs[i].Y))
		dots.b = append(dots.b, "h.01"...)
	}
	p.put(`<path class="dots `, seriesClass(s.Color), `" d="`, string(dots.b), `"/>`)
	if s.Line != nil && len(s.Pairs) > 0 {
		a, b := s.clipped(xlow, xhigh, up)
		p.put(`<path class="fit" d="M`, x(a), ` `, p.y(up, s.Line.A+s.Line.B*a), `L`, x(b), ` `, p.y(up, s.Line.A+s.Line.B*b), `"/>`)
	}
	return p.close()
}

// clipped are the ends of the line inside the picture.
func (s ScatterSpec) clipped(low, high float64, up scale) (a, b float64) {
	a, b = low, high
	if s.Line.B != 0 {
		one, other := (up.low-s.Line.A)/s.Line.B, (up.high-s.Line.A)/s.Line.B
		a, b = max(a, min(one, other)), min(b, max(one, other))
	}
	return a, max(a, b)
}
