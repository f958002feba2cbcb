package chart

import (
	"time"

	"portico/internal/series"
)

// BrushSpec describes the overview below a chart: a longer time, in which the chart's range is marked.
type BrushSpec struct {
	Frame
	Range    series.Range // of the overview
	Slots    []series.Slot
	Color    int
	From, To time.Time // what the chart shows
	Parts    []BrushPart
	Time     func(t time.Time, days bool) string
}

// BrushPart is a stretch of the overview that can be chosen.
type BrushPart struct {
	From, To time.Time
	Label    string
	Href     string
}

// Brush draws the course of the longer time with its parts as links, so that a range can be chosen without dragging.
func Brush(s BrushSpec) SVG {
	p := &trend{plot: newPlot(s.Frame, right), spec: Spec{Frame: s.Frame, Range: s.Range, Lines: []Line{{Slots: s.Slots, Color: s.Color}}, Time: s.Time}, start: seconds(s.Range.From), end: seconds(s.Range.To)}
	p.y1 = 4
	p.fit()
	p.open(s.Frame, "brush", "group")
	p.hatch(s.ID)
	p.times(s.Range, p.x, s.Time)
	p.gaps(s.Slots)
	p.line(p.spec.Lines[0])
	a, b := p.x(s.From), p.x(s.To)
	p.put(`<rect class="window" x="`, a, `" y="`, p.y1-2, `" width="`, max(b-a, 3), `" height="`, p.y0-p.y1+4, `"/>`)
	for _, part := range s.Parts {
		a, b := p.x(part.From), p.x(part.To)
		p.put(`<a href="`, escape(part.Href), `" aria-label="`, escape(part.Label), `"><title>`, escape(part.Label), `</title><rect class="hit" x="`, a, `" y="`, p.y1-2, `" width="`, b-a, `" height="`, p.y0-p.y1+4, `"/></a>`)
	}
	return p.close()
}
