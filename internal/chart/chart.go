// Package chart draws pictures of a period as SVG, on the server, so that pages show them without any script, print them and mail them.
//
// Pictures carry no style attributes; these classes give them their colours: chart, grid, axis, tick, s1 to s8 (series), line, area, bar, compare, gap, label,
// map, land, border, marker and state-ok, state-alarm, state-silent. A gap is never joined and never drawn as zero: it is hatched.
package chart

import (
	"context"
	"fmt"
	"html"
	"io"
	"math"
	"slices"
	"strconv"
	"strings"
	"time"

	"portico/internal/series"
)

// SVG is a finished picture. It satisfies templ.Component.
type SVG string

// Render writes the picture.
func (s SVG) Render(_ context.Context, w io.Writer) error {
	_, err := io.WriteString(w, string(s))
	return err
}

// Line is one series of a trend.
type Line struct {
	Slots   []series.Slot
	Color   int  // 1 to 8, the palette's slot
	Bars    bool // amounts are bars, states are lines
	Zero    bool // the axis shows zero, as for all that is used up: its size is compared, not its course alone
	Compare bool // dashed and paler: what the others are compared with; drawn at the time it is compared with
}

// Spec describes a trend.
type Spec struct {
	ID     string // unique on the page; prefixes ids inside the picture
	Width  int
	Height int
	Title  string // what is shown, for people who cannot see it
	Desc   string // what it says, in a sentence
	Range  series.Range
	Lines  []Line
	Value  func(float64) string                // writes a value at the axis
	Time   func(t time.Time, days bool) string // writes an instant at the axis: a day, or a time of day
}

const (
	left, right, top, bottom = 52, 12, 10, 24
)

type plot struct {
	strings.Builder
	spec       Spec
	x0, x1     float64
	y0, y1     float64
	low, high  float64
	start, end float64
}

// Trend draws lines and bars over time, with horizontal hairlines, ticks at local days or hours, and hatched gaps of the first line.
func Trend(s Spec) SVG {
	p := &plot{spec: s, x0: left, x1: float64(s.Width - right), y0: float64(s.Height - bottom), y1: top, start: seconds(s.Range.From), end: seconds(s.Range.To)}
	p.scale()
	fmt.Fprintf(p, `<svg class="chart" viewBox="0 0 %d %d" role="img" aria-labelledby="%s-t %s-d" xmlns="http://www.w3.org/2000/svg"><title id="%s-t">%s</title><desc id="%s-d">%s</desc>`,
		s.Width, s.Height, s.ID, s.ID, s.ID, html.EscapeString(s.Title), s.ID, html.EscapeString(s.Desc))
	fmt.Fprintf(p, `<defs><pattern id="%s-gap" width="6" height="6" patternUnits="userSpaceOnUse" patternTransform="rotate(45)"><path class="hatch" d="M0 0V6" stroke-width="2"/></pattern></defs>`, s.ID)
	p.grid()
	p.times()
	if len(s.Lines) > 0 {
		p.gaps(s.Lines[0].Slots)
	}
	for _, l := range s.inOrder() {
		p.line(l)
	}
	p.WriteString(`</svg>`)
	return SVG(p.String())
}

// inOrder returns the lines from the bottom up: bars below all lines, else the first one on top.
func (s Spec) inOrder() []Line {
	var bars, lines []Line
	for _, l := range slices.Backward(s.Lines) {
		if l.Bars && !l.Compare {
			bars = append(bars, l)
		} else {
			lines = append(lines, l)
		}
	}
	return append(bars, lines...)
}

func seconds(t time.Time) float64 { return float64(t.UnixMilli()) / 1000 }

func (p *plot) x(t time.Time) float64 {
	f := (seconds(t) - p.start) / (p.end - p.start)
	return p.x0 + (p.x1-p.x0)*min(max(f, 0), 1)
}

func (p *plot) y(v float64) float64 { return p.y0 + (p.y1-p.y0)*(v-p.low)/(p.high-p.low) }

// scale fits the values, with zero in sight for bars and for what is near to it.
func (p *plot) scale() {
	low, high, zero := math.Inf(1), math.Inf(-1), false
	for _, l := range p.spec.Lines {
		zero = zero || l.Bars || l.Zero
		for _, s := range l.Slots {
			if !s.Missing {
				low, high = min(low, s.Value), max(high, s.Value)
			}
		}
	}
	switch {
	case low > high:
		low, high = 0, 1
	case zero || low > 0 && low < high*0.5 || low == 0:
		low, high = min(low, 0), max(high, 0)
	}
	if high-low < 1e-9 {
		low, high = low-0.5, high+0.5
	}
	step := niceStep((high - low) / 4)
	p.low, p.high = math.Floor(low/step)*step, math.Ceil(high/step)*step
}

// niceStep is 1, 2, 2.5 or 5 times a power of ten, at least x.
func niceStep(x float64) float64 {
	base := math.Pow(10, math.Floor(math.Log10(x)))
	for _, m := range []float64{1, 2, 2.5, 5, 10} {
		if m*base >= x*0.999 {
			return m * base
		}
	}
	return 10 * base
}

func (p *plot) grid() {
	step := niceStep((p.high - p.low) / 4)
	for v := p.low; v <= p.high+step/1e3; v += step {
		if math.Abs(v) < step/1e6 {
			v = 0
		}
		y := p.y(v)
		class := "grid"
		if v == 0 {
			class = "grid zero"
		}
		fmt.Fprintf(p, `<path class="%s" d="M%s %sH%s"/><text class="tick" x="%s" y="%s" text-anchor="end">%s</text>`,
			class, num(p.x0), num(y), num(p.x1), num(p.x0-6), num(y+4), html.EscapeString(p.spec.Value(v)))
	}
}

// times puts ticks at local midnights, or at hours when the range is short.
func (p *plot) times() {
	r := p.spec.Range
	room := max(2, int(p.x1-p.x0)/78)
	days := r.Days()
	if days > 2 {
		every := max(1, (days+room-1)/room)
		l := r.From.In(r.Zone)
		for t := time.Date(l.Year(), l.Month(), l.Day(), 0, 0, 0, 0, r.Zone); t.Before(r.To); t = t.AddDate(0, 0, every) {
			p.tick(t, p.spec.Time(t, true))
		}
		return
	}
	hours := int(r.To.Sub(r.From).Hours()) + 1
	every := 1
	for _, h := range []int{1, 2, 3, 4, 6, 12} {
		if every = h; hours/h <= room {
			break
		}
	}
	l := r.From.In(r.Zone)
	for h := 0; ; h += every {
		t := time.Date(l.Year(), l.Month(), l.Day(), h, 0, 0, 0, r.Zone)
		if !t.Before(r.To) {
			return
		}
		p.tick(t, p.spec.Time(t, false))
	}
}

func (p *plot) tick(t time.Time, text string) {
	if t.Before(p.spec.Range.From) {
		return
	}
	x := p.x(t)
	anchor := "middle"
	if x > p.x1-24 {
		anchor = "end"
	}
	fmt.Fprintf(p, `<path class="axis" d="M%s %sv5"/><text class="tick" x="%s" y="%s" text-anchor="%s">%s</text>`, num(x), num(p.y0), num(x), num(p.y0+18), anchor, html.EscapeString(text))
}

func (p *plot) gaps(slots []series.Slot) {
	for _, g := range series.Gaps(slots) {
		a, b := p.x(g.From), p.x(g.To)
		fmt.Fprintf(p, `<rect class="gap" x="%s" y="%s" width="%s" height="%s" fill="url(#%s-gap)"/>`, num(a), num(p.y1), num(max(b-a, 1)), num(p.y0-p.y1), p.spec.ID)
	}
}

func (p *plot) line(l Line) {
	class := fmt.Sprintf("s%d", min(max(l.Color, 1), 8))
	if l.Compare {
		class += " compare"
	}
	if l.Bars && !l.Compare {
		p.bars(l, class)
		return
	}
	p.path(l, class)
}

// bars draws one bar for each slot with a value, from zero.
func (p *plot) bars(l Line, class string) {
	var d strings.Builder
	zero := p.y(min(max(0, p.low), p.high))
	for _, s := range l.Slots {
		if s.Missing {
			continue
		}
		a, b := p.x(s.Start), p.x(s.End)
		gap := min(1.5, (b-a)*0.15)
		fmt.Fprintf(&d, "M%s %sV%sH%sV%sZ", num(a+gap), num(zero), num(p.y(s.Value)), num(b-gap), num(zero))
	}
	fmt.Fprintf(p, `<path class="bar %s" d="%s"/>`, class, d.String())
}

// path draws a line that ends where values end and begins again where they do; a lone value is a dot.
func (p *plot) path(l Line, class string) {
	var d, area strings.Builder
	base := p.y(min(max(0, p.low), p.high))
	open, lone := false, false
	var firstX float64
	finish := func() {
		if !open {
			return
		}
		if lone {
			d.WriteString("h.01")
		}
		fmt.Fprintf(&area, "V%sH%sZ", num(base), num(firstX))
		open = false
	}
	for _, s := range l.Slots {
		if s.Missing {
			finish()
			continue
		}
		x, y := p.x(s.Start.Add(s.End.Sub(s.Start)/2)), p.y(s.Value)
		if !open {
			fmt.Fprintf(&d, "M%s %s", num(x), num(y))
			fmt.Fprintf(&area, "M%s %s", num(x), num(y))
			open, lone, firstX = true, true, x
		} else {
			fmt.Fprintf(&d, "L%s %s", num(x), num(y))
			fmt.Fprintf(&area, "L%s %s", num(x), num(y))
			lone = false
		}
	}
	finish()
	if !l.Compare && p.low <= 0 && p.high >= 0 { // an area from anywhere but zero shows no amount
		fmt.Fprintf(p, `<path class="area %s" d="%s"/>`, class, area.String())
	}
	fmt.Fprintf(p, `<path class="line %s" d="%s"/>`, class, d.String())
}

// num writes a coordinate with one decimal at most.
func num(x float64) string {
	return strings.TrimSuffix(strconv.FormatFloat(x, 'f', 1, 64), ".0")
}

// Sparkline draws the course of a value without axes; it says nothing that the text beside it does not say.
func Sparkline(slots []series.Slot, color, width, height int) SVG {
	s := series.Summarize(slots)
	if s.Count < 2 {
		return SVG(fmt.Sprintf(`<svg class="spark" viewBox="0 0 %d %d" aria-hidden="true" xmlns="http://www.w3.org/2000/svg"></svg>`, width, height))
	}
	low, high := min(s.Min, 0), s.Max
	if s.Min > high*0.6 {
		low = s.Min - (high-s.Min)*0.2
	}
	if high-low < 1e-9 {
		high = low + 1
	}
	var d strings.Builder
	open := false
	for i, slot := range slots {
		if slot.Missing {
			open = false
			continue
		}
		x := 1 + float64(width-2)*float64(i)/float64(max(len(slots)-1, 1))
		y := 2 + float64(height-4)*(1-(slot.Value-low)/(high-low))
		letter := "L"
		if !open {
			letter, open = "M", true
		}
		d.WriteString(letter + num(x) + " " + num(y))
	}
	return SVG(fmt.Sprintf(`<svg class="spark" viewBox="0 0 %d %d" aria-hidden="true" xmlns="http://www.w3.org/2000/svg"><path class="line s%d" d="%s"/></svg>`, width, height, color, d.String()))
}

// Strip draws completeness as a row of cells: full, partly, missing, or still to come.
func Strip(parts []float64, width, height int) SVG {
	var b strings.Builder
	fmt.Fprintf(&b, `<svg class="strip" viewBox="0 0 %d %d" preserveAspectRatio="none" aria-hidden="true" xmlns="http://www.w3.org/2000/svg">`, width, height)
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
		fmt.Fprintf(&b, `<rect class="%s" x="%s" y="0" width="%s" height="%d"/>`, class, num(float64(i)*cell), num(cell-0.5), height)
	}
	b.WriteString(`</svg>`)
	return SVG(b.String())
}
