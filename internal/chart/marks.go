package chart

import (
	"math"

	"portico/internal/series"
)

// bars draws one bar for each slot with a value, from the base line: a path for each state that a value can have. Zero is a stub.
func (p *trend) bars(l Line, class string) {
	s := p.scales[side(l.Right)]
	zero := p.base(s)
	var paths [3]pen
	for _, slot := range l.Slots {
		if slot.Missing {
			continue
		}
		a, b, y := p.x(slot.Start), p.x(slot.End), p.y(s, slot.Value)
		if math.Abs(zero-y) < 1.5 && slot.Value == 0 {
			y = zero - 1.5
		}
		gap := min(1.5, (b-a)*0.15)
		path := &paths[min(slot.State, series.Estimated)]
		path.point('M', a+gap, zero)
		path.to('V', y)
		path.to('H', b-gap)
		path.to('V', zero)
		path.b = append(path.b, 'Z')
	}
	for state, path := range paths {
		if len(path.b) > 0 || state == 0 {
			p.put(`<path class="bar `, class, stateClass(series.State(state)), `" d="`, string(path.b), `"/>`)
		}
	}
}

func stateClass(s series.State) string {
	switch s {
	case series.Late:
		return " late"
	case series.Estimated:
		return " estimated"
	}
	return ""
}

// path draws a line that ends where values end and begins again where they do; a lone value is a dot. What was estimated is a line of its own, and late values have a ring.
func (p *trend) path(l Line, class string) {
	s := p.scales[side(l.Right)]
	var lines [2]pen // measured and late, estimated
	var rings pen
	base := p.base(s)
	var area pen
	var last series.Slot
	open, lone, first, x := false, false, 0.0, 0.0
	estimated := func(s series.Slot) int { return side(s.State == series.Estimated) }
	finish := func() {
		if !open {
			return
		}
		if lone {
			lines[estimated(last)].b = append(lines[estimated(last)].b, "h.01"...)
		}
		area.to('V', base)
		area.to('H', first)
		area.b = append(area.b, 'Z')
		open = false
	}
	for _, slot := range l.Slots {
		if slot.Missing {
			finish()
			continue
		}
		before, y := x, p.y(s, slot.Value)
		x = p.x(slot.Start.Add(slot.End.Sub(slot.Start) / 2))
		line := &lines[estimated(slot)]
		switch {
		case !open:
			line.point('M', x, y)
			area.point('M', x, y)
			open, lone, first = true, true, x
		case estimated(slot) != estimated(last):
			line.point('M', before, p.y(s, last.Value))
			line.point('L', x, y)
			area.point('L', x, y)
			lone = false
		default:
			line.point('L', x, y)
			area.point('L', x, y)
			lone = false
		}
		if slot.State == series.Late {
			rings.point('M', x, y)
			rings.b = append(rings.b, "h.01"...)
		}
		last = slot
	}
	finish()
	if !l.Compare && !l.Right && s.low <= 0 && s.high >= 0 { // an area from anywhere but zero shows no amount
		p.put(`<path class="area `, class, `" d="`, string(area.b), `"/>`)
	}
	p.put(`<path class="line `, class, `" d="`, string(lines[0].b), `"/>`)
	if len(lines[1].b) > 0 {
		p.put(`<path class="line `, class, ` estimated" d="`, string(lines[1].b), `"/>`)
	}
	if len(rings.b) > 0 {
		p.put(`<path class="ring `, class, `" d="`, string(rings.b), `"/>`)
	}
}
