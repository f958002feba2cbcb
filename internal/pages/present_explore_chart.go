package pages

import (
	"math"
	"slices"
	"strings"

	"portico/internal/chart"
	"portico/internal/datahub"
	"portico/internal/locale"
	"portico/internal/series"
	"portico/web/templates"
)

// barsAtMost is up to how many amounts bars can be told apart; more are drawn as a line.
const barsAtMost = 200

// picture fills in what the view shows.
func (d *exploreData) picture(m *templates.ExploreModel, l locale.Locale) {
	switch d.query.view {
	case "chart":
		c := d.chart(l)
		m.Chart, m.Brush = &c, d.brush(l)
	case "table":
		m.Pictures = []templates.PictureModel{d.table(l)}
	case "duration":
		m.Pictures = []templates.PictureModel{d.duration(l)}
	case "scatter":
		m.Pictures = []templates.PictureModel{d.scatter(l)}
	default:
		for i := range d.lines {
			m.Pictures = append(m.Pictures, d.single(i, l))
		}
	}
}

// title names all lines and how long a value is.
func (d *exploreData) title(l locale.Locale) string {
	names := ""
	for i := range d.lines {
		if i > 0 {
			names += ", "
		}
		names += d.name(i)
	}
	return l.T("series.title", names, d.stepName(d.granularity, l))
}

// failure is what stands in the place of a picture of lines when nothing could be read, or nothing came; both are nil when there is something.
func (d *exploreData) failure(lines []exploreLine, l locale.Locale) (*templates.FailureModel, *templates.EmptyModel) {
	if slices.ContainsFunc(lines, func(l exploreLine) bool { return series.Summarize(l.slots).Count > 0 }) {
		return nil, nil
	}
	for _, line := range lines {
		if line.err != nil {
			return &templates.FailureModel{Text: Trouble(line.err, l), RetryTo: d.query.href(nil)}, nil
		}
	}
	return nil, &templates.EmptyModel{Text: l.T("chart.empty"), Next: templates.Link{Text: l.T("time.last30"), Href: d.query.over("now-30d", "now")}}
}

func (d *exploreData) chart(l locale.Locale) templates.ChartModel {
	m := templates.ChartModel{ID: "series", Title: d.title(l), Zoom: d.query.href(nil)}
	if m.Failure, m.Empty = d.failure(d.lines, l); m.Failure != nil || m.Empty != nil {
		return m
	}
	for i := range d.lines {
		if text := d.summary(i, l); text != "" {
			if m.Summary != "" {
				m.Summary += " "
			}
			m.Summary += text
		}
	}
	d.trend(l).fill(&m, l)
	m.Notes = d.chartNotes(l)
	return m
}

// trend is the lines of a chart with what happened meanwhile. A line whose axis has another unit is not drawn.
func (d *exploreData) trend(l locale.Locale) trendData {
	t := trendData{id: "series", r: d.r, now: d.now, full: d.query.path == explorePath, live: true, late: l.T("states.late-name"), bands: d.bands(l), flags: d.flags(l), rules: d.rules(l, true)}
	t.unit = d.axisUnit(false)
	t.rightUnit = d.axisUnit(true)
	for i, line := range d.lines {
		if line.err != nil || d.query.view == "chart" && !d.fits(line) {
			continue
		}
		t.chosen[sideOf(line.right)] = t.chosen[sideOf(line.right)] || line.ref.Unit != ""
		amount := line.isAmount(d.granularity)
		bars := amount && len(line.slots) <= barsAtMost && len(d.lines) == 1
		slots := line.slots
		if !bars {
			slots = line.entire(d.granularity, d.r, d.now)
		}
		t.lines = append(t.lines, trendLine{slots: slots, color: line.color, dash: line.dash, bars: bars, zero: amount, right: line.right, label: d.name(i)})
		if len(line.compared.slots) > 0 {
			t.lines = append(t.lines, trendLine{slots: line.compared.slots, color: line.color, compare: true, right: line.right, label: l.T("explore.compared", d.name(i), l.T(locale.Key("compare."+string(d.compare))))})
		}
	}
	return t
}

func (d *exploreData) chartNotes(l locale.Locale) []string {
	var notes, far []string
	for _, r := range d.rules(l, false) {
		if !slices.Contains(far, r.Label) {
			far = append(far, r.Label)
		}
	}
	if len(far) > 0 {
		notes = append(notes, l.T("explore.far", strings.Join(far, ", ")))
	}
	for i, line := range d.lines {
		if line.differences {
			notes = append(notes, l.T("problem.named", d.name(i), l.T("series.differences")))
		}
		notes = append(notes, d.resetNotes(&d.lines[i], l)...)
		for _, text := range append(gapNotes(line.slots, d.zone, d.now, l), d.stateNotes(&d.lines[i], l)...) {
			if len(d.lines) > 1 {
				text = l.T("problem.named", d.name(i), text)
			}
			notes = append(notes, text)
		}
	}
	return notes
}

func (d *exploreData) bands(l locale.Locale) []chart.Band {
	var bands []chart.Band
	for _, a := range d.marks.alarms {
		bands = append(bands, chart.Band{From: a.from, To: a.to, State: "alarm", Label: l.T("explore.alarm", locale.Name(a.alarm.Name), l.DateTime(a.from.In(d.zone), d.now), l.Duration(a.to.Sub(a.from)))})
	}
	return bands
}

// flags are the events, those that would stand on each other as one.
func (d *exploreData) flags(l locale.Locale) []chart.Flag {
	var flags []chart.Flag
	apart, count := d.r.To.Sub(d.r.From)/mostFlags, 0
	for _, e := range d.marks.events {
		if n := len(flags); n > 0 && e.From.Sub(flags[n-1].At) < apart {
			count++
			flags[n-1].Label = l.T("explore.events", count, l.DateTime(flags[n-1].At.In(d.zone), d.now))
			continue
		}
		flags, count = append(flags, chart.Flag{At: e.From, Label: l.T("problem.named", l.DateTime(e.From.In(d.zone), d.now), locale.Name(e.Title))}), 1
	}
	return flags
}

// rules are the values at which alarms set and reset that lie near the line's, or those that do not: a picture with room for them would show the values as a line at its foot.
func (d *exploreData) rules(l locale.Locale, near bool) []chart.Rule {
	var rules []chart.Rule
	for _, a := range d.marks.levels {
		if alarmKind(a) == "binary" {
			continue
		}
		for _, line := range d.lines {
			if line.variable.ID != a.Variable || line.differences || !d.fits(line) || d.granularity != datahub.GranularityRaw && line.isAmount(d.granularity) {
				continue
			}
			for _, level := range []struct {
				value *float64
				key   locale.Key
			}{{a.Set, "explore.set"}, {a.Reset, "explore.reset"}} {
				if level.value == nil {
					continue
				}
				if v := *level.value * line.factor; d.near(line, v) == near {
					rules = append(rules, chart.Rule{Value: v, Right: line.right, Faint: level.key == "explore.reset", Label: l.T(level.key, line.quantity(v, l))})
				}
			}
			break
		}
	}
	return rules
}

// near reports whether a picture of the line that is at most three times as high as its values need shows v, too.
func (d *exploreData) near(line exploreLine, v float64) bool {
	sum := series.Summarize(line.slots)
	low, high := sum.Min, sum.Max
	if line.isAmount(d.granularity) {
		low, high = min(low, 0), max(high, 0)
	}
	room := max(high-low, max(math.Abs(low), math.Abs(high))/4)
	return v >= low-room && v <= high+room
}

// brush is the longer time around the range, each part of it a link.
func (d *exploreData) brush(l locale.Locale) *templates.PictureModel {
	o := d.overview
	if o.err != nil || len(o.slots) == 0 {
		return nil
	}
	whole := l.Range(o.r.From.In(d.zone), o.r.To.In(d.zone))
	m := &templates.PictureModel{ID: "brush", Title: l.T("explore.brush"), About: l.T("chart.about", d.name(0), whole)}
	spec := chart.BrushSpec{Frame: chart.Frame{ID: "brush", Width: d.width(), Height: 92, Title: m.Title, Desc: whole, Value: l.Precise}, Range: o.r, Slots: o.slots, Color: d.lines[0].color, From: d.r.From, To: d.r.To, Time: timeAxis(o.r, l)}
	for _, part := range o.r.Parts(o.unit) {
		spec.Parts = append(spec.Parts, chart.BrushPart{From: part.From, To: part.To, Label: l.Range(part.From, part.To), Href: d.query.span(part)})
	}
	m.Wide = chart.Brush(spec)
	spec.ID, spec.Width, spec.Height = "brush-n", narrowWidth, 84
	m.Narrow = chart.Brush(spec)
	return m
}
