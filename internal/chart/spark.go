package chart

import "portico/internal/series"

// Sparkline draws the course of a value without axes; it says nothing that the text beside it does not say.
func Sparkline(slots []series.Slot, color, width, height int) SVG {
	p := pen{make([]byte, 0, 160+9*min(len(slots), 4*width))}
	p.put(`<svg class="spark" viewBox="0 0 `, width, ` `, height, `" aria-hidden="true" xmlns="http://www.w3.org/2000/svg">`)
	s := series.Summarize(slots)
	if s.Count < 2 {
		return p.close()
	}
	low, high := min(s.Min, 0), s.Max
	if s.Min > high*0.6 {
		low = s.Min - (high-s.Min)*0.2
	}
	if high-low < 1e-9 {
		high = low + 1
	}
	p.put(`<path class="line `, seriesClass(color), `" d="`)
	run := 0 // values since the last gap
	for i, slot := range slots {
		if slot.Missing {
			p.dot(run)
			run = 0
			continue
		}
		x := 1 + float64(width-2)*float64(i)/float64(len(slots)-1)
		y := 2 + float64(height-4)*(1-(slot.Value-low)/(high-low))
		command := byte('L')
		if run == 0 {
			command = 'M'
		}
		p.point(command, x, y)
		run++
	}
	p.dot(run)
	p.put(`"/>`)
	return p.close()
}

// dot makes a value seen that has no neighbours.
func (p *pen) dot(run int) {
	if run == 1 {
		p.b = append(p.b, "h.01"...)
	}
}

// Strip draws completeness as a row of cells: full, partly, missing, or still to come.
func Strip(parts []float64, width, height int) SVG {
	var p pen
	p.put(`<svg class="strip" viewBox="0 0 `, width, ` `, height, `" preserveAspectRatio="none" aria-hidden="true" xmlns="http://www.w3.org/2000/svg">`)
	cell := float64(width) / float64(max(len(parts), 1))
	for i, f := range parts {
		class := "full"
		switch {
		case f < 0:
			class = "future"
		case f == 0:
			class = "none"
		case f < 0.995:
			class = "part"
		}
		p.put(`<rect class="`, class, `" x="`, float64(i)*cell, `" y="0" width="`, cell-0.5, `" height="`, height, `"/>`)
	}
	return p.close()
}
