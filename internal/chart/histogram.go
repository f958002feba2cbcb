package chart

import "portico/internal/series"

// HistogramSpec describes how often values of a size came.
type HistogramSpec struct {
	Frame   // Value writes a value at the lower axis
	Classes series.Histogram
	Color   int
	Count   func(float64) string // writes a number of values at the left axis
	Label   func(i int) string   // what the class says, on hover and read out; nil for none
}

// Histogram draws a bar for each class, from its lower to its upper end. Classes without values have none.
func Histogram(s HistogramSpec) SVG {
	p := newPlot(s.Frame, right)
	most, n := 0, len(s.Classes.Counts)
	for _, c := range s.Classes.Counts {
		most = max(most, c)
	}
	axis := newScale(0, float64(max(most, 1)), true)
	p.open(s.Frame, "histogram", "img")
	p.values(axis, s.Count)
	x := func(i int) float64 { return p.x0 + (p.x1-p.x0)*float64(i)/float64(max(n, 1)) }
	every := enough([]int{1, 2, 5, 10, 20}, n, max(2, int(p.x1-p.x0)/70))
	for i := 0; i <= n && n > 0; i += every {
		p.tick(x(i), s.Value(s.Classes.Low+float64(i)*s.Classes.Width))
	}
	for i, c := range s.Classes.Counts {
		if c == 0 {
			continue
		}
		y := min(p.y(axis, float64(c)), p.y0-0.5)
		p.put(`<rect class="bar `, seriesClass(s.Color), `" x="`, x(i)+0.5, `" y="`, y, `" width="`, x(i+1)-x(i)-1, `" height="`, p.y0-y, `">`)
		p.title(s.Label, i)
		p.put(`</rect>`)
	}
	return p.close()
}
