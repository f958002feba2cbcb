package chart

import (
	"time"

	"portico/internal/series"
)

// StackPart is one part of what is added up.
type StackPart struct {
	Slots []series.Slot // one for each bar: the same bars for all parts
	Color int           // 1 to 8, the palette's slot; 0 for the rest that nobody measures
}

// StackSpec describes bars that are made of parts.
type StackSpec struct {
	Frame
	Range series.Range
	Parts []StackPart // the lowest first
	Time  func(t time.Time, days bool) string
}

// stack is a picture of stacked bars that is being drawn.
type stack struct {
	plot
	spec StackSpec
	axis scale
}

// Stack draws one bar for each slot, made of the values of all parts: what is used up from zero, what is given away below it. A slot of which no part is known is hatched.
func Stack(s StackSpec) SVG {
	p := &stack{plot: newPlot(s.Frame, right), spec: s}
	p.fit()
	p.open(s.Frame, "stack", "img")
	p.hatch(s.ID)
	p.values(p.axis, s.Value)
	p.times(s.Range, func(t time.Time) float64 { return p.x(seconds(t)) }, s.Time)
	p.gaps()
	for i := range s.Parts {
		p.part(i)
	}
	return p.close()
}

// fit makes an axis on which the highest and the lowest bar have room.
func (p *stack) fit() {
	low, high := 0.0, 0.0
	for bar := range p.bars() {
		below, above := p.below(len(p.spec.Parts), bar)
		low, high = min(low, below), max(high, above)
	}
	p.axis = newScale(low, high, true)
}

// bars is how many bars there are.
func (p *stack) bars() int {
	if len(p.spec.Parts) == 0 {
		return 0
	}
	return len(p.spec.Parts[0].Slots)
}

// below adds up the first n parts of a bar: what is negative, and what is positive.
func (p *stack) below(n, bar int) (negative, positive float64) {
	for _, part := range p.spec.Parts[:n] {
		if s := part.Slots[bar]; !s.Missing {
			negative, positive = negative+min(s.Value, 0), positive+max(s.Value, 0)
		}
	}
	return negative, positive
}

func (p *stack) x(at float64) float64 {
	start, end := seconds(p.spec.Range.From), seconds(p.spec.Range.To)
	return p.x0 + (p.x1-p.x0)*min(max((at-start)/(end-start), 0), 1)
}

// edges are the sides of a bar. The last one may end after the range, as a day does that is not over.
func (p *stack) edges(bar int) (from, to float64) {
	s := p.spec.Parts[0].Slots[bar]
	from, to = p.x(seconds(s.Start)), p.x(seconds(s.End))
	room := min(6, (to-from)*0.15)
	return from + room, to - room
}

// gaps hatches the bars of which nothing is known.
func (p *stack) gaps() {
	for bar := range p.bars() {
		known := false
		for _, part := range p.spec.Parts {
			known = known || !part.Slots[bar].Missing || part.Slots[bar].Future
		}
		if known {
			continue
		}
		from, to := p.edges(bar)
		p.put(`<rect class="gap" x="`, from, `" y="`, p.y1, `" width="`, max(to-from, 1), `" height="`, p.y0-p.y1, `" fill="url(#`, escape(p.spec.ID), `-gap)"/>`)
	}
}

// part draws one part of all bars.
func (p *stack) part(i int) {
	var path pen
	for bar, s := range p.spec.Parts[i].Slots {
		if s.Missing || s.Value == 0 {
			continue
		}
		from, to := p.edges(bar)
		negative, positive := p.below(i, bar)
		start := positive
		if s.Value < 0 {
			start = negative
		}
		path.point('M', from, p.y(p.axis, start))
		path.to('V', p.y(p.axis, start+s.Value))
		path.to('H', to)
		path.to('V', p.y(p.axis, start))
		path.b = append(path.b, 'Z')
	}
	p.put(`<path class="bar `, partClass(p.spec.Parts[i].Color), `" d="`, string(path.b), `"/>`)
}

// partClass is the class of a slot of the palette, or that of the rest.
func partClass(color int) string {
	if color == 0 {
		return "rest"
	}
	return seriesClass(color)
}
