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

// spikes marks where a line leaves the picture, with the value that it has there.
func (p *trend) spikes(l Line) {
	if l.Compare {
		return
	}
	s, write := p.scales[side(l.Right)], p.spec.Value
	if l.Right && p.spec.Right != nil {
		write = p.spec.Right
	}
	for _, slot := range series.Spikes(l.Slots) {
		x, y, tip := p.x(slot.Start.Add(slot.End.Sub(slot.Start)/2)), p.y1, 9.0
		if slot.Value < s.low {
			y, tip = p.y0, -9
		} else if slot.Value <= s.high {
			continue // in sight after all
		}
		anchor, label := "start", x+8
		if x > (p.x0+p.x1)/2 {
			anchor, label = "end", x-8
		}
		p.put(`<path class="spike" d="M`, x-5.5, ` `, y+tip, `h11L`, x, ` `, y, `Z"/>`)
		p.text("tick spike-label", label, y+tip, anchor, write(slot.Value))
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

// track is a path that is being written: with absolute coordinates, or, when it is dense, in whole pixels from point to point, which takes a third of the bytes.
type track struct {
	pen
	dense bool
	x, y  int
}

// move begins anew, line goes on.
func (t *track) move(x, y float64) {
	if t.dense {
		x, y = math.Round(x), math.Round(y)
		t.x, t.y = int(x), int(y)
	}
	t.point('M', x, y)
}

func (t *track) line(x, y float64) {
	if !t.dense {
		t.point('L', x, y)
		return
	}
	nx, ny := int(math.Round(x)), int(math.Round(y))
	if nx == t.x && ny == t.y {
		return
	}
	t.put("l", nx-t.x)
	if ny >= t.y {
		t.put(" ")
	}
	t.put(ny - t.y)
	t.x, t.y = nx, ny
}

// path draws a line that ends where values end and begins again where they do; a lone value is a dot. What was estimated is a line of its own, and late values have a ring. A
// line on the left axis has an area below, unless it is dense or there for comparison.
func (p *trend) path(l Line, class string, dense bool) {
	s := p.scales[side(l.Right)]
	lines := [2]track{{dense: dense}, {dense: dense}} // measured and late, estimated
	var rings, area pen
	base, first, x, run := p.base(s), 0.0, 0.0, 0
	var last series.Slot
	finish := func() {
		lines[estimated(last)].dot(run)
		if run > 0 {
			area.to('V', base)
			area.to('H', first)
			area.b = append(area.b, 'Z')
		}
		run = 0
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
		case run == 0:
			line.move(x, y)
			area.point('M', x, y)
			first = x
		case estimated(slot) != estimated(last):
			line.move(before, p.y(s, last.Value))
			line.line(x, y)
			area.point('L', x, y)
		default:
			line.line(x, y)
			area.point('L', x, y)
		}
		if slot.State == series.Late {
			rings.point('M', x, y)
			rings.dot(1)
		}
		last = slot
		run++
	}
	finish()
	if dense || l.Compare || l.Right || s.low > 0 || s.high < 0 { // an area from anywhere but zero shows no amount
		area.b = nil
	}
	p.stroke("area "+class, area)
	p.put(`<path class="line `, class, `" d="`, string(lines[0].b), `"/>`)
	p.stroke("line "+class+" estimated", lines[1].pen)
	p.stroke("ring "+class, rings)
}

// stroke puts a path, unless it is empty.
func (p *trend) stroke(class string, of pen) {
	if len(of.b) > 0 {
		p.put(`<path class="`, class, `" d="`, string(of.b), `"/>`)
	}
}

func estimated(s series.Slot) int { return side(s.State == series.Estimated) }
