package chart

import "portico/internal/series"

// HeatRow is what one site was like on each day.
type HeatRow struct {
	Label string
	Href  string        // local path, "" for none
	Days  []series.Slot // as many for each row
}

// HeatSpec describes rows of days.
type HeatSpec struct {
	Frame // Height is not looked at: it follows from the rows
	Rows  []HeatRow
	Ramp  Ramp
	Names int                       // width of the labels
	Day   func(i int) string        // what is written below day i, "" for nothing
	Says  func(row, day int) string // what a cell says, on hover and read out
}

// HeatRowHeight is how high a row is.
const HeatRowHeight = 20

// Heat draws a row of cells for each site over the same days: shaded by their values, hatched where there are none.
func Heat(s HeatSpec) SVG {
	const foot = 20.0
	s.Height = HeatRowHeight*len(s.Rows) + int(foot)
	p := newPlot(s.Frame, right)
	p.x0 = float64(s.Names)
	p.open(s.Frame, "heat"+s.Ramp.sequence(), "group")
	p.hatch(s.ID)
	if len(s.Rows) == 0 || len(s.Rows[0].Days) == 0 {
		return p.close()
	}
	width := (p.x1 - p.x0) / float64(len(s.Rows[0].Days))
	for i, row := range s.Rows {
		y := HeatRowHeight * float64(i)
		if row.Href != "" {
			p.put(`<a href="`, escape(row.Href), `">`)
		}
		p.text("tick row", 0, y+HeatRowHeight/2+4, "start", shortened(row.Label, p.x0, p.letters))
		if row.Href != "" {
			p.put(`</a>`)
		}
		for d, day := range row.Days {
			p.cell(s.ID, day, s.Ramp, [4]float64{p.x0 + width*float64(d), y + 1, width - 1, HeatRowHeight - 2}, func() { p.put(`<title>`, escape(s.Says(i, d)), `</title>`) }, "")
		}
	}
	for d := range s.Rows[0].Days {
		if text := s.Day(d); text != "" {
			p.text("tick", p.x0+width*(float64(d)+0.5), float64(s.Height)-5, "middle", text)
		}
	}
	return p.close()
}
