package pages

import (
	"fmt"
	"math"
	"slices"
	"strconv"
	"time"

	"portico/internal/chart"
	"portico/internal/datahub"
	"portico/internal/locale"
	"portico/internal/series"
	"portico/web/templates"
)

// sized draws a picture for desks, in the width that the page has, and for phones.
func (d *exploreData) sized(m *templates.PictureModel, f chart.Frame, draw func(chart.Frame) chart.SVG) {
	f.ID, f.Title, f.Desc, f.Width, f.Height = m.ID, m.Title, m.Summary, d.width(), 320
	m.Wide = draw(f)
	f.ID, f.Width, f.Height = m.ID+"-n", narrowWidth, narrowHeight
	m.Narrow = draw(f)
}

// width is that of the page's pictures: a variable's page has something beside them.
func (d *exploreData) width() int {
	if d.query.path == explorePath {
		return fullWidth
	}
	return wideWidth
}

func (d *exploreData) frame(l locale.Locale) chart.Frame {
	return chart.Frame{Value: func(v float64) string { return l.Precise(rounded(v)) }}
}

// newPicture is a picture of all lines, or of one, with what stands in its place.
func (d *exploreData) newPicture(id, title, about string, l locale.Locale) (templates.PictureModel, bool) {
	m := templates.PictureModel{ID: id, Title: title, About: about}
	m.Failure, m.Empty = d.failure(d.lines, l)
	return m, m.Failure == nil && m.Empty == nil
}

// table is the values of all lines, a row for each time.
func (d *exploreData) table(l locale.Locale) templates.PictureModel {
	m, ok := d.newPicture("values", d.title(l), l.Range(d.r.From.In(d.zone), d.r.To.In(d.zone)), l)
	if !ok {
		return m
	}
	t := d.trend(l)
	m.Open = t.table(m.Title, l)
	return m
}

// duration orders the values of each line from the highest down. Only lines in the first one's unit share its axis.
func (d *exploreData) duration(l locale.Locale) templates.PictureModel {
	m, ok := d.newPicture("duration", l.T("explore.duration", d.title(l)), l.T("chart.about", d.lines[0].unit, d.zone.String()), l)
	if !ok {
		return m
	}
	spec := chart.DurationSpec{Zero: true, For: func(t time.Duration) string { return l.T("explore.hours", l.Int(int(t.Hours()))) }}
	for i, line := range d.lines {
		if line.unit != d.lines[0].unit {
			m.Notes = append(m.Notes, l.T("problem.named", d.name(i), l.T("explore.other-unit")))
			continue
		}
		spec.Curves = append(spec.Curves, chart.Curve{Held: series.Duration(line.slots), Color: line.color})
		if text := d.peaks(i, l); text != "" {
			m.Notes = append(m.Notes, text)
		}
	}
	if d.level != nil {
		spec.Rules = []chart.Rule{{Value: *d.level, Label: d.lines[0].quantity(*d.level, l)}}
	}
	m.Summary = d.summary(0, l)
	d.sized(&m, d.frame(l), func(f chart.Frame) chart.SVG { spec.Frame = f; return chart.Duration(spec) })
	m.Table = d.durationTable(l)
	return m
}

// peaks says for how long a line was above the level, or above nine tenths of its peak.
func (d *exploreData) peaks(i int, l locale.Locale) string {
	line := d.lines[i]
	sum := series.Summarize(line.slots)
	if sum.Count == 0 {
		return ""
	}
	level := sum.Max * 0.9
	if d.level != nil {
		level = *d.level
	}
	t := series.About(line.slots, level)
	return l.T("explore.above", d.name(i), line.quantity(level, l), l.Duration(t.Above), l.Int(t.Rising), line.quantity(sum.Max, l), d.when(sum.MaxAt, l))
}

// durationTable has what each line reaches or exceeds for shares of its time.
func (d *exploreData) durationTable(l locale.Locale) templates.TableModel {
	m := templates.TableModel{Title: l.T("chart.table"), Caption: l.T("view.duration"), Columns: []string{l.T("explore.share")}}
	var curves [][]series.Held
	for i, line := range d.lines {
		m.Columns = append(m.Columns, locale.Join(d.name(i), locale.Bracket(line.unit)))
		curves = append(curves, series.Duration(line.slots))
	}
	for _, share := range []float64{0, 0.01, 0.05, 0.1, 0.25, 0.5, 0.75, 0.9, 0.95, 0.99, 1} {
		row := []string{l.Percent(share)}
		for _, c := range curves {
			cell := locale.None
			if n := len(c); n > 0 {
				at := slices.IndexFunc(c, func(h series.Held) bool { return float64(h.For) >= share*float64(c[n-1].For) })
				cell = l.Precise(rounded(c[max(at, 0)].Value))
			}
			row = append(row, cell)
		}
		m.Rows = append(m.Rows, row)
	}
	return m
}

// scatter draws the second line over the first one.
func (d *exploreData) scatter(l locale.Locale) templates.PictureModel {
	m, ok := d.newPicture("scatter", l.T("explore.scatter", d.title(l)), d.zone.String(), l)
	if len(d.lines) < 2 {
		m.Failure, m.Empty, ok = nil, &templates.EmptyModel{Text: l.T("explore.two")}, false
	}
	if !ok {
		return m
	}
	x, y := d.lines[0], d.lines[1]
	spec := chart.ScatterSpec{Pairs: series.Pairs(x.entire(d.granularity, d.r, d.now), y.entire(d.granularity, d.r, d.now)), Color: y.color, X: d.frame(l).Value, XName: locale.Join(d.name(0), locale.Bracket(x.unit)), YName: locale.Join(d.name(1), locale.Bracket(y.unit))}
	if len(spec.Pairs) == 0 {
		m.Empty = &templates.EmptyModel{Text: l.T("explore.no-pairs")}
		return m
	}
	m.Summary = l.T("explore.pairs", l.Int(len(spec.Pairs)))
	if f, ok := series.FitLine(spec.Pairs); ok {
		spec.Line = &f
		fit := locale.Key("explore.fit")
		if f.B < 0 {
			fit = "explore.fit-falls"
		}
		m.Summary += " " + l.T(fit, d.name(1), l.Value(f.A), l.Value(math.Abs(f.B)), d.name(0), l.Percent(f.R2))
	}
	d.sized(&m, d.frame(l), func(f chart.Frame) chart.SVG { spec.Frame = f; return chart.Scatter(spec) })
	return m
}

// single is a picture of one line: carpet, calendar, profile or histogram.
func (d *exploreData) single(i int, l locale.Locale) templates.PictureModel {
	line := d.lines[i]
	m := templates.PictureModel{ID: d.query.view + "-" + strconv.Itoa(i), Title: l.T("series.title", d.name(i), l.T(locale.Key("view."+d.query.view))), About: d.zone.String()}
	if line.unit != "" {
		m.About = l.T("chart.about", line.unit, m.About)
	}
	switch m.Failure, m.Empty = d.failure(d.lines[i:i+1], l); {
	case m.Failure != nil || m.Empty != nil:
		return m
	case line.variable.Step.Duration() > time.Hour && (d.query.view == "carpet" || d.query.view == "profile"):
		m.Empty = &templates.EmptyModel{Text: l.T("explore.too-coarse")}
		return m
	}
	m.Summary, m.Notes = d.summary(i, l), append(gapNotes(line.slots, d.zone, d.now, l), d.stateNotes(&d.lines[i], l)...)
	switch d.query.view {
	case "carpet":
		d.carpet(&m, i, l)
	case "calendar":
		d.calendar(&m, i, l)
	case "profile":
		d.profile(&m, i, l)
	case "histogram":
		d.histogram(&m, i, l)
	}
	return m
}

// ramp is the sequence for a line between two values; water and cold have the blue one.
func (l exploreLine) ramp(low, high float64) chart.Ramp {
	return chart.Ramp{Low: low, High: high, Cool: l.source.EnergyTypeID == energyWater || l.source.EnergyTypeID == energyCold}
}

// carpet refers to the picture, which is an answer of its own.
func (d *exploreData) carpet(m *templates.PictureModel, i int, l locale.Locale) {
	src := func(file, theme string) string {
		q := d.query
		q.path, q.refs, q.explain = explorePath, q.refs[i:i+1], false
		return q.path + "/carpet" + file + q.encode() + theme
	}
	axis := chart.Spec{Range: d.r, Time: timeAxis(d.r, l)}
	m.Carpet = &templates.CarpetModel{Light: src(".png", "&theme=light"), Dark: src(".png", "&theme=dark"), Values: src(".json", ""), Name: d.name(i), Alt: m.Summary, Days: chart.CarpetDays(axis, 7)}
	for h := 0; h <= 24; h += 6 {
		m.Carpet.Hours = append(m.Carpet.Hours, fmt.Sprintf("%02d:00", h))
	}
	m.Key = chart.Key(d.carpetRamp(i), l.Value)
	m.Table = d.twin(i, m.Title, l)
}

// twin is one line as a table.
func (d *exploreData) twin(i int, title string, l locale.Locale) templates.TableModel {
	line := d.lines[i]
	return trendData{r: d.r, now: d.now, unit: line.unit, late: l.T("states.late-name"), lines: []trendLine{{slots: line.slots, label: d.name(i)}}}.table(title, l)
}

// grid lays a line's values onto days and steps of the clock.
func (d *exploreData) grid(i int) series.Grid {
	step := time.Hour
	if d.granularity == datahub.GranularityRaw {
		step = d.carpetStep()
	}
	return series.ByDay(d.lines[i].slots, d.r, step)
}

func (d *exploreData) calendar(m *templates.PictureModel, i int, l locale.Locale) {
	line := d.lines[i]
	sum := series.Summarize(line.slots)
	low := sum.Min
	if line.isAmount(d.granularity) {
		low = min(low, 0)
	}
	spec := chart.CalendarSpec{Range: d.r, Days: line.slots, Ramp: line.ramp(low, sum.Max), Weekdays: weekdays(l), Month: l.ShortMonth,
		Label: func(n int) string {
			return l.T("problem.named", l.Date(line.slots[n].Start.In(d.zone)), line.valueText(line.slots[n], l))
		},
		Href: func(n int) string {
			s := line.slots[n]
			return d.query.href(func(q *exploreQuery) {
				q.path, q.view, q.g = explorePath, exploreViews[0], ""
				q.from, q.to = series.Local(s.Start, d.zone), series.Local(s.End, d.zone)
			})
		}}
	d.sized(m, chart.Frame{Value: l.Value}, func(f chart.Frame) chart.SVG { spec.Frame = f; return chart.Calendar(spec) })
	m.Table = d.twin(i, m.Title, l)
}

func (l exploreLine) valueText(s series.Slot, t locale.Locale) string {
	if s.Missing {
		return t.T("state.no-data")
	}
	return l.quantity(s.Value, t)
}

// weekdays are the short names from Monday.
func weekdays(l locale.Locale) (names [7]string) {
	for i := range names {
		names[i] = l.Weekday(time.Weekday((i + 1) % 7))
	}
	return names
}

func (d *exploreData) profile(m *templates.PictureModel, i int, l locale.Locale) {
	line, days := d.lines[i], weekdays(l)
	p := series.ByWeekday(line.slots, d.zone)
	low, high := math.Inf(1), math.Inf(-1)
	m.Table = templates.TableModel{Title: l.T("chart.table"), Caption: m.Title, Columns: append([]string{l.T("column.time")}, days[:]...)}
	hour := func(h int) string { return fmt.Sprintf("%02d:00", h) }
	for h := range 24 {
		row := []string{hour(h)}
		for day := range 7 {
			c, cell := p[day][h], locale.None
			if c.Count > 0 {
				low, high, cell = min(low, c.Mean), max(high, c.Mean), l.Value(c.Mean)
			}
			row = append(row, cell)
		}
		m.Table.Rows = append(m.Table.Rows, row)
	}
	spec := chart.ProfileSpec{Profile: p, Ramp: line.ramp(low, high), Weekdays: days, Hour: hour, Label: func(day, h int) string {
		return l.T("problem.named", days[day]+" "+hour(h), line.valueText(series.Slot{Value: p[day][h].Mean, Missing: p[day][h].Count == 0}, l))
	}}
	m.Notes = append([]string{l.T("explore.profile")}, m.Notes...)
	d.sized(m, chart.Frame{Value: l.Value}, func(f chart.Frame) chart.SVG { spec.Frame = f; return chart.Profile(spec) })
}

func (d *exploreData) histogram(m *templates.PictureModel, i int, l locale.Locale) {
	line := d.lines[i]
	classes := series.Classes(line.slots, 40)
	from := func(n int) string { return l.Precise(rounded(classes.Low + float64(n)*classes.Width)) }
	m.Table = templates.TableModel{Title: l.T("chart.table"), Caption: m.Title, Columns: []string{locale.Join(d.name(i), locale.Bracket(line.unit)), l.T("stat.values")}}
	for n, count := range classes.Counts {
		m.Table.Rows = append(m.Table.Rows, []string{l.T("explore.class", from(n), from(n+1)), l.Int(count)})
	}
	spec := chart.HistogramSpec{Classes: classes, Color: line.color, Count: func(v float64) string { return l.Precise(v) }, Label: func(n int) string {
		return l.T("problem.named", l.T("explore.class", from(n), from(n+1)), l.Int(classes.Counts[n]))
	}}
	d.sized(m, d.frame(l), func(f chart.Frame) chart.SVG { spec.Frame = f; return chart.Histogram(spec) })
}
