package chart

import (
	"math"
	"time"

	"portico/internal/series"
)

// scale is an axis of values with its ticks.
type scale struct{ low, high, step float64 }

// farthest is where axes end: what lies beyond has no distance to the other end that is a number.
const farthest = 1e300

// newScale fits low to high into about four steps with round ends; zero comes into sight when it must, or is near.
func newScale(low, high float64, zero bool) scale {
	low, high = max(low, -farthest), min(high, farthest)
	switch {
	case !(low <= high): // no values, or one that is no number
		low, high = 0, 1
	case zero || low > 0 && low < high*0.5 || low == 0:
		low, high = min(low, 0), max(high, 0)
	}
	if high-low < max(math.Abs(high)*1e-9, 1e-9) {
		low, high = low-max(math.Abs(low)*0.01, 0.5), high+max(math.Abs(high)*0.01, 0.5)
	}
	step := series.RoundStep((high - low) / 4)
	return scale{math.Floor(low/step) * step, math.Ceil(high/step) * step, step}
}

// parts is the number of steps.
func (s scale) parts() int { return int(math.Round((s.high - s.low) / s.step)) }

// over returns the scale with n steps, so that it shares its lines with another one.
func (s scale) over(n int) scale {
	for step := s.step; ; step = series.RoundStep(step * 1.01) {
		low := math.Floor(s.low/step+1e-9) * step
		if low+float64(n)*step >= s.high-step*1e-9 {
			return scale{low, low + float64(n)*step, step}
		}
	}
}

// plot is the area between the axes.
type plot struct {
	pen
	x0, x1 float64 // left and right
	y0, y1 float64 // bottom and top

	letters float64 // how large writing is
}

func newPlot(f Frame, right float64) plot {
	return plot{x0: left, x1: float64(f.Width) - right, y0: float64(f.Height - bottom), y1: top, letters: f.letters()}
}

// y is where a value stands, the nearest end of the axis for what lies outside.
func (p *plot) y(s scale, v float64) float64 {
	return p.y0 + (p.y1-p.y0)*min(max((v-s.low)/(s.high-s.low), 0), 1)
}

// base is where bars and areas begin.
func (p *plot) base(s scale) float64 { return p.y(s, min(max(0, s.low), s.high)) }

// values draws hairlines with their values at the left, as many of them as have room over one another.
func (p *plot) values(s scale, write func(float64) string) {
	every := p.every(s)
	for i := range s.parts() + 1 {
		v := s.at(i)
		class := "grid"
		if v == 0 {
			class = "grid zero"
		}
		p.put(`<path class="`, class, `" d="M`, p.x0, ` `, p.y(s, v), `H`, p.x1, `"/>`)
		if i%every == 0 {
			p.text("tick", p.x0-6, p.y(s, v)+4, "end", write(v))
		}
	}
}

// every is how many steps of an axis share one value in writing.
func (p *plot) every(s scale) int {
	step := (p.y0 - p.y1) / float64(max(s.parts(), 1))
	return max(int(math.Ceil(p.letters*1.05/max(step, 0.1))), 1)
}

// at is the value of a tick.
func (s scale) at(i int) float64 {
	v := s.low + float64(i)*s.step
	if math.Abs(v) < s.step/1e6 {
		return 0
	}
	return v
}

// tick marks a place at the lower axis; words it has where there is room.
func (p *plot) tick(x float64, label string) {
	p.put(`<path class="axis" d="M`, x, ` `, p.y0, `v5"/>`)
	if label != "" {
		p.text("tick", x, p.y0+max(18, p.letters+3), p.anchor(x), label)
	}
}

// anchor is where a tick's words stand: below it, and before it at the right edge.
func (p *plot) anchor(x float64) string {
	if x > p.x1-24 {
		return "end"
	}
	return "middle"
}

// times marks local days or hours at the lower axis, as many as have room for their words beside one another.
func (p *plot) times(r series.Range, x func(time.Time) float64, write func(t time.Time, days bool) string) {
	marks := func(room int) ([]tick, bool) {
		ticks, whole := ticksOf(r, room)
		return p.written(ticks, x, func(t time.Time) string { return write(t, whole) })
	}
	words := 78
	if d := r.Days(); d > 62 && d <= 400 {
		words = 44 // the name of a month
	}
	room := max(2, int(p.x1-p.x0)/words)
	list, fit := marks(room)
	for ; !fit && room > 2; room-- { // two are the fewest that are looked for, and may be too many
		list, fit = marks(room - 1)
	}
	for _, m := range list {
		p.tick(m.x, m.words)
	}
}

// tick is a place at the lower axis with its words.
type tick struct {
	x     float64
	words string
}

// written gives instants their words, but for those that would run into the words before them: then they do not fit.
func (p *plot) written(instants []time.Time, x func(time.Time) float64, write func(time.Time) string) (list []tick, fit bool) {
	fit = true
	end := math.Inf(-1)
	for _, t := range instants {
		m := tick{x(t), write(t)}
		width := wide(m.words, p.letters)
		from := m.x - width/2
		if p.anchor(m.x) == "end" {
			from = m.x - width
		}
		if from < end {
			m.words, fit = "", false
		} else {
			end = from + width + p.letters/2
		}
		list = append(list, m)
	}
	return list, fit
}

// ticksOf returns instants that stand at the lower axis, at most room of them: months, Mondays, days, or hours of the local clock. whole is false for hours.
func ticksOf(r series.Range, room int) (ticks []time.Time, whole bool) {
	l, days := r.From.In(r.Zone), r.Days()
	day := func(months, d int) time.Time {
		return series.DayStart(l.Year(), l.Month()+time.Month(months), d, r.Zone)
	}
	add := func(t time.Time) {
		if !t.Before(r.From) && t.Before(r.To) && (len(ticks) == 0 || t.After(ticks[len(ticks)-1])) {
			ticks = append(ticks, t)
		}
	}
	switch {
	case days > 62:
		every := enough([]int{1, 2, 3, 6, 12, 24, 60}, days/30, room)
		for m := -((int(l.Month()) - 1) % every); day(m, 1).Before(r.To); m += every {
			add(day(m, 1))
		}
		return ticks, true
	case days > 2:
		every, first := enough([]int{1, 2, 3, 7, 14, 28}, days, room), l.Day()
		if every >= 7 {
			first -= weekday(l)
		}
		for d := first; day(0, d).Before(r.To); d += every {
			add(day(0, d))
		}
		return ticks, true
	}
	every := enough([]int{1, 2, 3, 4, 6, 12}, int(r.To.Sub(r.From).Hours())+1, room)
	for h := 0; ; h += every {
		t := time.Date(l.Year(), l.Month(), l.Day(), h, 0, 0, 0, r.Zone)
		if !t.Before(r.To) {
			return ticks, false
		}
		add(t)
	}
}

// enough returns the first distance at which n things take no more than room.
func enough(distances []int, n, room int) int {
	for _, d := range distances {
		if (n+d-1)/d <= room {
			return d
		}
	}
	return distances[len(distances)-1]
}
