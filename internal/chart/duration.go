package chart

import (
	"math"
	"slices"
	"time"

	"portico/internal/series"
)

// Curve is one variable's values from the highest down.
type Curve struct {
	Held  []series.Held
	Color int
}

// DurationSpec describes a load-duration curve.
type DurationSpec struct {
	Frame
	Curves []Curve
	Zero   bool                       // the axis shows zero
	For    func(time.Duration) string // writes a length of time at the lower axis
	Rules  []Rule
}

// Duration draws for how long the values were at least as high: the highest at the left, the lowest where the curve's time ends.
func Duration(s DurationSpec) SVG {
	p := newPlot(s.Frame, right)
	low, high, longest := math.Inf(1), math.Inf(-1), time.Duration(0)
	for _, c := range s.Curves {
		if n := len(c.Held); n > 0 {
			low, high, longest = min(low, c.Held[n-1].Value), max(high, c.Held[0].Value), max(longest, c.Held[n-1].For)
		}
	}
	for _, r := range s.Rules {
		low, high = min(low, r.Value), max(high, r.Value)
	}
	axis := newScale(low, high, s.Zero)
	p.open(s.Frame, "duration", "img")
	p.values(axis, s.Value)
	x := func(d time.Duration) float64 { return p.x0 + (p.x1-p.x0)*float64(d)/float64(max(longest, 1)) }
	step := hoursStep(longest, max(2, int(p.x1-p.x0)/90))
	for d := time.Duration(0); d <= longest; d += step {
		p.tick(x(d), s.For(d))
	}
	for _, c := range s.Curves {
		p.curve(c, axis, x)
	}
	drawn := func(area box) bool {
		return slices.ContainsFunc(s.Curves, func(c Curve) bool {
			return slices.ContainsFunc(c.Held, func(h series.Held) bool {
				return area.meets(box{x(h.For) - 1, x(h.For), p.y(axis, h.Value), p.y(axis, h.Value) + 1})
			})
		})
	}
	var levels []level
	for _, r := range s.Rules {
		y := p.y(axis, r.Value)
		p.put(`<path class="rule" d="M`, p.x0, ` `, y, `H`, p.x1, `"/>`)
		levels = append(levels, level{y, r.Label})
	}
	p.words(levels, drawn)
	return p.close()
}

// hoursStep is a round length of which longest holds no more than room.
func hoursStep(longest time.Duration, room int) time.Duration {
	for _, h := range []int{1, 2, 3, 6, 12, 24, 48, 96, 168, 336, 720, 1000, 2000, 5000, 10_000, 20_000, 50_000} {
		if step := time.Duration(h) * time.Hour; longest/step < time.Duration(room) {
			return step
		}
	}
	return max(longest, time.Hour)
}

// curve draws steps; those that no pixel shows are left out.
func (p *plot) curve(c Curve, axis scale, x func(time.Duration) float64) {
	var line pen
	before, lastX := time.Duration(0), math.Inf(-1)
	for i, h := range c.Held {
		if a := x(before); i == 0 {
			line.point('M', a, p.y(axis, h.Value))
			lastX = a
		} else if a-lastX >= 0.5 || i == len(c.Held)-1 {
			line.point('L', a, p.y(axis, h.Value))
			lastX = a
		}
		before = h.For
	}
	if n := len(c.Held); n > 0 {
		line.to('H', x(c.Held[n-1].For))
	}
	p.put(`<path class="line `, seriesClass(c.Color), `" d="`, string(line.b), `"/>`)
}
