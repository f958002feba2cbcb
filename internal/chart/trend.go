package chart

import (
	"cmp"
	"math"
	"slices"
	"strconv"
	"time"

	"portico/internal/series"
)

// Line is one series of a trend.
type Line struct {
	Slots   []series.Slot
	Color   int  // 1 to 8, the palette's slot
	Dash    int  // 0 solid, 1 to 3 patterns, for more than the palette's first
	Bars    bool // amounts are bars, states are lines
	Zero    bool // the axis shows zero, as for all that is used up: its size is compared, not its course alone
	Compare bool // dashed and paler: what the others are compared with; drawn at the time it is compared with
	Right   bool // stands on the right axis
}

// Band is a time that is set apart behind the lines. Its State is its class, for example alarm.
type Band struct {
	From, To time.Time
	State    string
	Label    string // shown on hover, and read out
}

// Flag is a moment that is marked at the time axis.
type Flag struct {
	At    time.Time
	Label string
	Href  string // local path, "" for none
}

// Rule is a level across the picture, such as the value at which an alarm sets.
type Rule struct {
	Value float64
	Label string
	Right bool // on the right axis
	Faint bool // less important than the others
}

// Spec describes a trend.
type Spec struct {
	Frame
	Range series.Range
	Lines []Line
	Time  func(t time.Time, days bool) string // writes an instant at the axis: a day, or a time of day
	Right func(float64) string                // writes a value at the right axis; nil without one
	Bands []Band
	Flags []Flag
	Rules []Rule
}

// trend is a trend that is being drawn.
type trend struct {
	plot
	spec       Spec
	scales     [2]scale // left and right
	start, end float64
}

// Trend draws lines and bars over time, with horizontal hairlines, ticks at local days or hours, and hatched gaps of the first line. More than four values to
// a pixel are thinned. Spikes do not stretch the axis: they end at its edge, with a marker that says how far they go.
func Trend(s Spec) SVG {
	room := float64(right)
	if s.Right != nil {
		room = left
	}
	p := &trend{plot: newPlot(s.Frame, room), spec: s, start: seconds(s.Range.From), end: seconds(s.Range.To)}
	p.fit()
	p.open(s.Frame, "trend", s.role())
	p.hatch(s.ID)
	p.bands()
	p.values(p.scales[0], s.Value)
	p.rightTicks()
	p.times(s.Range, p.x, s.Time)
	if len(s.Lines) > 0 {
		p.gaps(s.Lines[0].Slots)
	}
	for _, l := range s.inOrder() {
		p.line(l)
	}
	for _, l := range s.Lines {
		p.spikes(l)
	}
	p.rules()
	p.flags()
	return p.close()
}

// role is group when a flag leads somewhere.
func (s Spec) role() string {
	if slices.ContainsFunc(s.Flags, func(f Flag) bool { return f.Href != "" }) {
		return "group"
	}
	return "img"
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

func (p *trend) x(t time.Time) float64 {
	f := (seconds(t) - p.start) / (p.end - p.start)
	return p.x0 + (p.x1-p.x0)*min(max(f, 0), 1)
}

func side(right bool) int {
	if right {
		return 1
	}
	return 0
}

// Scales returns the ends of the two axes of a trend.
func (s Spec) Scales() (left, right [2]float64) {
	p := &trend{spec: s}
	p.fit()
	return [2]float64{p.scales[0].low, p.scales[0].high}, [2]float64{p.scales[1].low, p.scales[1].high}
}

// fit makes both axes, the right one with as many steps as the left one.
func (p *trend) fit() {
	low, high, zero := [2]float64{math.Inf(1), math.Inf(1)}, [2]float64{math.Inf(-1), math.Inf(-1)}, [2]bool{}
	grow := func(i int, v float64) { low[i], high[i] = min(low[i], v), max(high[i], v) }
	for _, l := range p.spec.Lines {
		i := side(l.Right)
		zero[i] = zero[i] || l.Bars || l.Zero
		for _, s := range l.Slots {
			if !s.Missing && !s.Spike {
				grow(i, s.Value)
			}
		}
	}
	for _, r := range p.spec.Rules {
		grow(side(r.Right), r.Value)
	}
	p.scales[0] = newScale(low[0], high[0], zero[0])
	p.scales[1] = newScale(low[1], high[1], zero[1]).over(p.scales[0].parts())
}

func (p *trend) rightTicks() {
	if p.spec.Right == nil {
		return
	}
	s := p.scales[1]
	for i := 0; i <= s.parts(); i += p.every(s) {
		p.text("tick", p.x1+6, p.y(s, s.at(i))+4, "start", p.spec.Right(s.at(i)))
	}
}

func (p *trend) bands() {
	for _, b := range p.spec.Bands {
		x, end := p.x(b.From), p.x(b.To)
		p.put(`<rect class="band state-`, escape(b.State), `" x="`, x, `" y="`, p.y1, `" width="`, max(end-x, 2), `" height="`, p.y0-p.y1, `"><title>`, escape(b.Label), `</title></rect>`)
	}
}

func (p *trend) gaps(slots []series.Slot) {
	for _, g := range series.Gaps(slots) {
		a, b := p.x(g.From), p.x(g.To)
		p.put(`<rect class="gap" x="`, a, `" y="`, p.y1, `" width="`, max(b-a, 1), `" height="`, p.y0-p.y1, `" fill="url(#`, escape(p.spec.ID), `-gap)"/>`)
	}
}

// rules draws the levels, then their words.
func (p *trend) rules() {
	at := func(r Rule) float64 { return p.y(p.scales[side(r.Right)], r.Value) }
	for _, r := range p.spec.Rules {
		class := "rule"
		if r.Faint {
			class = "rule faint"
		}
		p.put(`<path class="`, class, `" d="M`, p.x0, ` `, at(r), `H`, p.x1, `"/>`)
	}
	order := slices.SortedFunc(slices.Values(p.spec.Rules), func(a, b Rule) int { return cmp.Or(cmp.Compare(at(a), at(b)), cmp.Compare(a.Label, b.Label)) })
	same := func(a, b Rule) bool { return a.Label == b.Label && at(a) == at(b) } // several alarms may have one level
	var levels []level
	for _, r := range slices.CompactFunc(order, same) {
		levels = append(levels, level{at(r), r.Label})
	}
	p.words(levels, p.drawnIn)
}

// drawnIn reports whether a line or a bar's end lies in a part of the picture.
func (p *trend) drawnIn(area box) bool {
	return slices.ContainsFunc(p.spec.Lines, func(l Line) bool {
		return slices.ContainsFunc(l.Slots, func(s series.Slot) bool {
			from, to, y := p.x(s.Start), p.x(s.End), p.y(p.scales[side(l.Right)], s.Value)
			return !s.Missing && to > area.left && from < area.right && y > area.top && y < area.bottom
		})
	})
}

// flags are drawn as pennants on the time axis, those that would stand on each other as one, with the words of all.
func (p *trend) flags() {
	const room = 10
	pennant := "v-15l9 4l-9 4"
	if p.low() {
		pennant = "v-7l5 2l-5 2"
	}
	for i := 0; i < len(p.spec.Flags); {
		first := p.spec.Flags[i]
		x, words := p.x(first.At), escape(first.Label)
		for i++; i < len(p.spec.Flags) && p.x(p.spec.Flags[i].At)-x < room; i++ {
			words += "\n" + escape(p.spec.Flags[i].Label)
		}
		open, end := `<g>`, `</g>`
		if first.Href != "" {
			open, end = `<a class="flag-link" href="`+escape(first.Href)+`">`, `</a>`
		}
		p.put(open, `<title>`, words, `</title><path class="flag" d="M`, x, ` `, p.y0, pennant, `"/>`, end)
	}
}

// line draws one series. Of more values than there are pixels it keeps those that make the same picture, in whole pixels: a browser that draws it again gets more.
func (p *trend) line(l Line) {
	dense := len(l.Slots) > int(p.x1-p.x0)
	if dense {
		l.Slots = series.Thin(l.Slots, p.spec.Range, int(p.x1-p.x0)/3)
	}
	class := seriesClass(l.Color)
	if l.Dash > 0 {
		class += " d" + strconv.Itoa(min(l.Dash, 3))
	}
	if l.Compare {
		class += " compare"
	}
	if l.Bars && !l.Compare {
		p.bars(l, class)
		return
	}
	p.path(l, class, dense)
}
