package pages

import (
	"math"
	"slices"
	"time"

	"portico/internal/chart"
	"portico/internal/locale"
	"portico/internal/series"
	"portico/web/templates"
)

// trendLine is one series of a trend.
type trendLine struct {
	slots   []series.Slot
	color   int
	dash    int // 0 solid
	bars    bool
	zero    bool // the axis shows zero
	compare bool
	right   bool // on the right axis
	label   string
}

// trendData is a trend before it is drawn: for desks, for phones, for the browser's own chart and as a table.
type trendData struct {
	id        string
	r         series.Range
	now       time.Time
	unit      string // of the values, those at the right axis apart
	rightUnit string
	chosen    [2]bool // somebody chose the unit of an axis, so that it stays
	lines     []trendLine
	bands     []chart.Band
	flags     []chart.Flag
	rules     []chart.Rule // in the unit of their axis
	full      bool         // drawn for the whole width of a large screen too
	live      bool         // the browser draws it again
	late      string       // what values that came late are called
}

// Sizes of the drawings. Text is not scaled by more than a tenth at the widths at which each is mostly shown: the narrow one on phones of 360 to 390 pixels.
const (
	fullWidth, fullHeight     = 1140, 340
	wideWidth, wideHeight     = 800, 290
	narrowWidth, narrowHeight = 310, 216
)

// tableRows bounds the table twin, so that a page stays small.
const tableRows = 750

// fill draws t into m: the pictures, the legend and the table. Values too large for an axis are shown in the next larger unit.
func (t trendData) fill(m *templates.ChartModel, l locale.Locale) {
	spec, units := t.spec(l)
	spec.ID, spec.Title, spec.Desc, spec.Width, spec.Height = t.id, m.Title, m.Summary, wideWidth, wideHeight
	for _, line := range t.lines {
		m.Legend = append(m.Legend, templates.LegendModel{Color: line.color, Dashed: line.compare, Text: line.label})
	}
	if len(m.Legend) == 1 {
		m.Legend = nil // the title says it
	}
	if t.anyLate() {
		m.Legend = append(m.Legend, templates.LegendModel{Late: true, Text: t.late})
	}
	m.About = t.about(units, l)
	m.Wide = chart.Trend(spec)
	if t.full {
		spec.ID, spec.Width, spec.Height = t.id+"-f", fullWidth, fullHeight
		m.Full = chart.Trend(spec)
	}
	if t.live {
		m.Data = t.data(spec, units)
	}
	spec.ID, spec.Width, spec.Height = t.id+"-n", narrowWidth, narrowHeight
	m.Narrow = chart.Trend(spec)
	m.Table = t.table(m.Title, l)
}

// spec is what all drawings share, with the units of both axes.
func (t trendData) spec(l locale.Locale) (chart.Spec, [2]string) {
	write := func(v float64) string { return l.Precise(rounded(v)) }
	spec := chart.Spec{Frame: chart.Frame{Value: write}, Range: t.r, Time: timeAxis(t.r, l), Bands: t.bands, Flags: t.flags}
	var units [2]string
	var factors [2]float64
	for i, unit := range []string{t.unit, t.rightUnit} {
		units[i], factors[i] = t.larger(unit, i == 1, l)
	}
	for _, line := range t.lines {
		slots := line.slots
		if f := factors[sideOf(line.right)]; f != 1 {
			slots = scaled(slots, func(s series.Slot) float64 { return s.Value * f })
		}
		if line.right {
			spec.Right = write
		}
		spec.Lines = append(spec.Lines, chart.Line{Slots: slots, Color: line.color, Dash: line.dash, Bars: line.bars, Zero: line.zero, Compare: line.compare, Right: line.right})
	}
	for _, rule := range t.rules {
		rule.Value *= factors[sideOf(rule.Right)]
		spec.Rules = append(spec.Rules, rule)
	}
	return spec, units
}

func sideOf(right bool) int {
	if right {
		return 1
	}
	return 0
}

// hasRight reports whether anything stands on the right axis.
func (t trendData) hasRight() bool {
	for _, line := range t.lines {
		if line.right {
			return true
		}
	}
	return false
}

// anyLate reports whether any value is drawn as one that came late.
func (t trendData) anyLate() bool {
	return t.late != "" && slices.ContainsFunc(t.lines, func(line trendLine) bool {
		return slices.ContainsFunc(line.slots, func(s series.Slot) bool { return s.State == series.Late && !s.Missing })
	})
}

// about says which units the axes have, and the zone.
func (t trendData) about(units [2]string, l locale.Locale) string {
	text := t.r.Zone.String()
	if t.hasRight() && units[1] != "" {
		text = l.T("chart.about", l.T("chart.right", units[1]), text)
	}
	if units[0] != "" {
		text = l.T("chart.about", units[0], text)
	}
	return text
}

// larger finds the unit in which the highest value of an axis is read best, and the factor to it.
func (t trendData) larger(unit string, right bool, l locale.Locale) (string, float64) {
	high := 0.0
	for _, line := range t.lines {
		if line.right != right {
			continue
		}
		for _, s := range line.slots {
			if !s.Missing {
				high = max(high, math.Abs(s.Value))
			}
		}
	}
	if high == 0 || t.chosen[sideOf(right)] {
		return unit, 1
	}
	v, next := l.Scale(high, unit)
	return next, v / high
}

// timeAxis writes times below a picture: times of day, days, or months, by the length of the range.
func timeAxis(r series.Range, l locale.Locale) func(time.Time, bool) string {
	days := r.Days()
	return func(at time.Time, whole bool) string {
		at = at.In(r.Zone)
		switch {
		case !whole && at.Hour() == 0:
			return l.DayMonth(at)
		case !whole:
			return l.Time(at)
		case days <= 14:
			return l.Day(at)
		case days <= 62:
			return l.DayMonth(at)
		case days <= 400 && at.Month() != time.January:
			return l.ShortMonth(at)
		}
		return l.ShortMonth(at) + "\u00a0" + at.Format("2006")
	}
}

// rounded drops the noise of adding binary fractions.
func rounded(v float64) float64 {
	if v == 0 {
		return 0
	}
	p := math.Pow(10, 7-math.Ceil(math.Log10(math.Abs(v))))
	if math.IsInf(p, 0) {
		return v
	}
	return math.Round(v*p) / p
}
