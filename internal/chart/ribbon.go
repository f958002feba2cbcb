package chart

import (
	"time"

	"portico/internal/series"
)

// RibbonRow is what one site or alarm did over time.
type RibbonRow struct {
	Label string
	Href  string // local path, "" for none
	Spans []Band
}

// RibbonSpec describes rows of times that are set apart, such as the alarms of each site.
type RibbonSpec struct {
	Frame // Height follows from the rows; on a wall they get lower where it is too low for one
	Range series.Range
	Rows  []RibbonRow
	Names int // width of the labels
	Time  func(t time.Time, days bool) string
}

// Ribbon draws one row for each site with its spans over the same time axis. A span has a shape besides its colour: what is acknowledged is lower than what is not.
func Ribbon(s RibbonSpec) SVG {
	row, head, foot := 24.0, float64(top), float64(bottom)
	if s.Letters > 0 { // on a wall there is no room to give away
		head, foot = 2, s.Letters+5
	}
	if s.Letters > 0 && s.Height > 0 { // as low as it has to be, and as its writing lets it
		row = min(row, max((float64(s.Height)-head-foot)/float64(max(len(s.Rows), 1)), s.Letters*0.8))
	}
	s.Height = int(row*float64(len(s.Rows)) + head + foot)
	p := newPlot(s.Frame, right)
	p.y0, p.y1 = float64(s.Height)-foot, head
	p.x0 = float64(s.Names)
	p.open(s.Frame, "ribbon", "group")
	start, length := seconds(s.Range.From), seconds(s.Range.To)-seconds(s.Range.From)
	x := func(t time.Time) float64 { return p.x0 + (p.x1-p.x0)*min(max((seconds(t)-start)/length, 0), 1) }
	p.times(s.Range, x, s.Time)
	for i, r := range s.Rows {
		y := head + row*float64(i)
		p.put(`<path class="grid" d="M`, p.x0, ` `, y+row, `H`, p.x1, `"/>`)
		if r.Href != "" {
			p.put(`<a href="`, escape(r.Href), `">`)
		}
		p.text("tick row", 0, y+row/2+max(4, p.letters*0.32), "start", shortened(r.Label, p.x0, p.letters))
		if r.Href != "" {
			p.put(`</a>`)
		}
		for _, b := range r.Spans {
			inset := row / 6
			if b.State == "acknowledged" || b.State == "cleared" {
				inset = row / 3
			}
			p.put(`<rect class="span state-`, escape(b.State), `" x="`, x(b.From), `" y="`, y+inset, `" width="`, max(x(b.To)-x(b.From), 2), `" height="`, row-2*inset, `"><title>`, escape(b.Label), `</title></rect>`)
		}
	}
	return p.close()
}
