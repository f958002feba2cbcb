package pages

import (
	"math"
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
	bars    bool
	zero    bool // the axis shows zero
	compare bool
	label   string
}

// trendData is a trend before it is drawn: for desks, for phones and as a table.
type trendData struct {
	id    string
	r     series.Range
	now   time.Time
	unit  string // of the values
	lines []trendLine
	full  bool // drawn for the whole width of a large screen too
	rules []chart.Rule
	bands []chart.Band
	flags []chart.Flag
}

// Sizes of the drawings. Text is not scaled by more than a tenth at the widths at which each is shown.
const (
	fullWidth, fullHeight     = 1140, 340
	wideWidth, wideHeight     = 800, 290
	narrowWidth, narrowHeight = 350, 240
)

// tableRows bounds the table twin, so that a page stays small.
const tableRows = 750

// fill draws t into m: the pictures, the legend and the table. Values too large for the axis are shown in the next larger unit.
func (t trendData) fill(m *templates.ChartModel, l locale.Locale) {
	unit, factor := t.larger()
	spec := chart.Spec{Frame: chart.Frame{ID: t.id, Width: wideWidth, Height: wideHeight, Title: m.Title, Desc: m.Summary, Value: func(v float64) string { return l.Precise(rounded(v)) }}, Range: t.r, Time: t.axis(l)}
	for _, line := range t.lines {
		slots := line.slots
		if factor != 1 {
			slots = scaled(slots, func(s series.Slot) float64 { return s.Value * factor })
		}
		spec.Lines = append(spec.Lines, chart.Line{Slots: slots, Color: line.color, Bars: line.bars, Zero: line.zero, Compare: line.compare})
		m.Legend = append(m.Legend, templates.LegendModel{Color: line.color, Dashed: line.compare, Text: line.label})
	}
	if len(m.Legend) == 1 {
		m.Legend = nil // the title says it
	}
	m.About = l.T("chart.about", unit, t.r.Zone.String())
	if unit == "" {
		m.About = t.r.Zone.String()
	}
	spec.Bands, spec.Flags = t.bands, t.flags
	for _, rule := range t.rules {
		rule.Value *= factor
		spec.Rules = append(spec.Rules, rule)
	}
	m.Wide = chart.Trend(spec)
	if t.full {
		spec.ID, spec.Width, spec.Height = t.id+"-f", fullWidth, fullHeight
		m.Full = chart.Trend(spec)
	}
	spec.ID, spec.Width, spec.Height = t.id+"-n", narrowWidth, narrowHeight
	m.Narrow = chart.Trend(spec)
	m.Table = t.table(m.Title, l)
}

// larger finds the unit in which the highest value is read best, and the factor to it.
func (t trendData) larger() (string, float64) {
	high := 0.0
	for _, line := range t.lines {
		for _, s := range line.slots {
			if !s.Missing {
				high = max(high, math.Abs(s.Value))
			}
		}
	}
	if high == 0 {
		return t.unit, 1
	}
	v, unit := locale.Scale(high, t.unit)
	return unit, v / high
}

// axis writes times below the picture: times of day, days, or months, by the length of the range.
func (t trendData) axis(l locale.Locale) func(time.Time, bool) string {
	days := t.r.Days()
	return func(at time.Time, whole bool) string {
		at = at.In(t.r.Zone)
		switch {
		case !whole && at.Hour() == 0:
			return l.DayMonth(at)
		case !whole:
			return l.Time(at)
		case days <= 14:
			return l.Day(at)
		case days <= 400:
			return l.DayMonth(at)
		}
		return l.ShortMonth(at) + "\u00a0" + at.Format("2006")
	}
}

// table writes the slots of all lines in rows, gaps included: a gap is a dash, never a zero.
func (t trendData) table(title string, l locale.Locale) templates.TableModel {
	m := templates.TableModel{Title: l.T("chart.table"), Caption: title, Columns: []string{l.T("column.time")}}
	if len(t.lines) == 0 {
		return m
	}
	for _, line := range t.lines {
		m.Columns = append(m.Columns, locale.Join(line.label, locale.Bracket(t.unit)))
	}
	others := make([]map[int64]float64, len(t.lines))
	for i, line := range t.lines[1:] {
		others[i+1] = map[int64]float64{}
		for _, s := range line.slots {
			if !s.Missing {
				others[i+1][s.Start.Unix()] = s.Value
			}
		}
	}
	for _, s := range t.lines[0].slots {
		if s.Future {
			continue
		}
		if len(m.Rows) == tableRows {
			m.More = l.T("chart.table-more", len(t.lines[0].slots)-tableRows)
			break
		}
		row := []string{t.when(s, l), locale.None}
		if !s.Missing {
			row[1] = l.Precise(rounded(s.Value))
		}
		for i := range t.lines[1:] {
			cell := locale.None
			if v, ok := others[i+1][s.Start.Unix()]; ok {
				cell = l.Precise(rounded(v))
			}
			row = append(row, cell)
		}
		m.Rows = append(m.Rows, row)
	}
	return m
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

// when writes a slot's start as exactly as its length asks for. An hour that a night shows twice carries its zone.
func (t trendData) when(s series.Slot, l locale.Locale) string {
	at := s.Start.In(t.r.Zone)
	switch d := s.End.Sub(s.Start); {
	case d >= 200*24*time.Hour:
		return at.Format("2006")
	case d >= 28*24*time.Hour:
		return l.Month(at)
	case d >= 23*time.Hour:
		return l.Date(at)
	}
	text := l.DateTime(at, t.now)
	if twice(at) {
		text += " " + at.Format("MST")
	}
	return text
}

// twice reports whether a wall clock shows t's time twice that day.
func twice(t time.Time) bool {
	for _, d := range []time.Duration{-time.Hour, time.Hour} {
		if o := t.Add(d); o.Hour() == t.Hour() && o.Minute() == t.Minute() {
			return true
		}
	}
	return false
}
