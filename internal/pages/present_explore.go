package pages

import (
	"cmp"
	"slices"
	"strconv"
	"strings"
	"time"

	"portico/internal/board"
	"portico/internal/datahub"
	"portico/internal/locale"
	"portico/internal/query"
	"portico/internal/series"
	"portico/web/templates"
)

func presentExplore(d *exploreData, r *Request, layout templates.LayoutModel) templates.ExploreModel {
	l := r.Locale
	m := templates.ExploreModel{Layout: layout, Head: templates.PageHeadModel{Title: l.T("place.explore"), Facts: texts(d.zone.String())}}
	m.Chips, m.Add, m.Hidden = d.chips(l), d.choices(), d.query.hidden()
	m.Other = templates.Link{Text: l.T("explore.other"), Href: d.query.href(nil) + "&add=1&site=" + strconv.FormatInt(int64(d.lines[0].source.SiteID), 10)}
	if len(d.lines) == maxSeries {
		m.Add, m.Other = nil, templates.Link{}
	}
	m.Time = d.timeBar(l)
	if m.Problems = d.problems(l); len(m.Problems) > 0 {
		m.Back = d.wayBack(l)
		return m
	}
	m.Views, m.Notes, m.Outliers = d.views(l), d.notes(l), d.outliers(l)
	d.picture(&m, l)
	m.Figures, m.Explain = d.figures(l), d.explain(r.Hub, l)
	m.Links = d.links(l)
	return m
}

// wayBack leads from what cannot be shown to what can: to another range or zone, or to the same view without what is in its way.
func (d *exploreData) wayBack(l locale.Locale) templates.Link {
	switch {
	case d.query.problems["from"], d.query.problems["to"]:
		return templates.Link{Text: l.T("time.last30"), Href: d.query.over("now-30d", "now")}
	case d.query.problems["tz"]:
		return templates.Link{Text: l.T("explore.in-zone", d.zone.String()), Href: d.query.href(func(q *exploreQuery) { q.zone = "" })}
	}
	return templates.Link{Text: l.T("explore.without"), Href: d.query.href(func(q *exploreQuery) {
		for name, value := range map[string]*string{"view": &q.view, "g": &q.g, "agg": &q.agg, "cmp": &q.cmp, "unit": &q.unit, "at": &q.level} {
			if q.problems[name] {
				*value = ""
			}
		}
	})}
}

// problems say which parameters cannot be used.
func (d *exploreData) problems(l locale.Locale) []string {
	var list []string
	for _, p := range []struct {
		name  string
		label locale.Key
	}{{"s", "column.variable"}, {"view", "explore.views"}, {"from", "time.from"}, {"to", "time.to"}, {"g", "series.granularity"}, {"agg", "series.aggregate"}, {"cmp", "series.compare"},
		{"unit", "fact.unit"}, {"tz", "fact.zone"}, {"at", "explore.level"}} {
		if d.query.problems[p.name] {
			list = append(list, l.T("problem.named", l.T(p.label), d.problem(p.name, l)))
		}
	}
	return list
}

// problem says what is wrong with a parameter.
func (d *exploreData) problem(name string, l locale.Locale) string {
	if name == "tz" {
		return zoneProblem(d.query.zone, l)
	}
	return l.T(locale.Key("problem." + name))
}

// chips are the variables with what can be done about each.
func (d *exploreData) chips(l locale.Locale) []templates.ChipModel {
	var list []templates.ChipModel
	for i, line := range d.lines {
		c := templates.ChipModel{Name: locale.Name(line.variable.Name), Href: variableHref(line.variable.ID), Color: line.color, Dash: line.dash, About: line.about(l)}
		if len(d.lines) > 1 {
			c.Remove = d.query.without(i)
		}
		switch {
		case line.err != nil:
			c.Error = l.T("panel.failed")
		case d.query.view == "chart" && !d.fits(line):
			c.Error = l.T("explore.third-unit")
		}
		c.Menu = d.menu(i, l)
		list = append(list, c)
	}
	return list
}

func (l exploreLine) about(t locale.Locale) string {
	unit := l.unit
	if l.ref.Negative {
		unit = "−" + unit
	}
	if l.right {
		unit += " →"
	}
	text := ""
	for _, part := range texts(unit, locale.Plain(l.source.Name), locale.Plain(l.siteName)) {
		if text != "" {
			text = t.T("chart.about", text, part)
		} else {
			text = part
		}
	}
	return text
}

// menu are the choices for one series: axis, unit, aggregation, sign. Each is a link.
func (d *exploreData) menu(i int, l locale.Locale) []templates.ChipGroup {
	line := d.lines[i]
	choice := func(text string, current bool, change func(*series.Ref)) templates.TabModel {
		return templates.TabModel{Link: templates.Link{Text: text, Href: d.query.with(i, change)}, Current: current}
	}
	axis := templates.ChipGroup{Label: l.T("explore.axis"), Choices: []templates.TabModel{
		choice(l.T("explore.left"), !line.right, func(r *series.Ref) { r.Right = false }), choice(l.T("explore.right"), line.right, func(r *series.Ref) { r.Right = true })}}
	groups := []templates.ChipGroup{axis}
	if units := locale.Convertible(line.own); len(units) > 0 {
		g := templates.ChipGroup{Label: l.T("fact.unit"), Choices: []templates.TabModel{choice(l.T("granularity.auto"), line.ref.Unit == "", func(r *series.Ref) { r.Unit = "" })}}
		for _, unit := range units {
			g.Choices = append(g.Choices, choice(unit, unit == line.ref.Unit, func(r *series.Ref) { r.Unit = unit }))
		}
		groups = append(groups, g)
	}
	how := templates.ChipGroup{Label: l.T("series.aggregate"), Choices: []templates.TabModel{choice(l.T("granularity.auto"), line.ref.Aggregate == 0, func(r *series.Ref) { r.Aggregate = 0 })}}
	for _, a := range series.Aggregates {
		how.Choices = append(how.Choices, choice(l.T(locale.Key("aggregate."+a.Word)), a.Aggregate == line.ref.Aggregate, func(r *series.Ref) { r.Aggregate = a.Aggregate }))
	}
	sign := templates.ChipGroup{Label: l.T("explore.sign"), Choices: []templates.TabModel{
		choice(l.T("explore.as-is"), !line.ref.Negative, func(r *series.Ref) { r.Negative = false }), choice(l.T("explore.turned"), line.ref.Negative, func(r *series.Ref) { r.Negative = true })}}
	return append(groups, how, sign)
}

// choices are the variables of the same site, by meter.
func (d *exploreData) choices() []templates.OptionGroup {
	var groups []templates.OptionGroup
	for _, src := range d.siblings {
		g := templates.OptionGroup{Text: locale.Name(src.Name)}
		for _, v := range d.variables[src.ID] {
			if !slices.ContainsFunc(d.lines, func(l exploreLine) bool { return l.variable.ID == v.ID }) {
				g.Options = append(g.Options, templates.OptionModel{Value: strconv.FormatInt(int64(v.ID), 10), Text: locale.Join(locale.Name(v.Name), locale.Bracket(d.refs.symbol(v.UnitID)))})
			}
		}
		if len(g.Options) > 0 {
			groups = append(groups, g)
		}
	}
	return groups
}

func (d *exploreData) views(l locale.Locale) []templates.TabModel {
	var list []templates.TabModel
	for _, view := range exploreViews {
		list = append(list, templates.TabModel{Link: templates.Link{Text: l.T(locale.Key("view." + view)), Href: d.query.href(func(q *exploreQuery) { q.view = view })}, Current: view == d.query.view})
	}
	return list
}

// presetKeys are the keys of ranges, pressed one after the other.
var presetKeys = map[string]string{"today": "t+d", "week": "t+w", "month": "t+m", "year": "t+y"}

// timeBar presents the range and all choices, with what was typed.
func (d *exploreData) timeBar(l locale.Locale) templates.TimeBarModel {
	q := d.query
	bar := templates.TimeBarModel{Action: q.path, Errors: map[string]string{}, Hidden: q.hidden("from", "to", "g", "agg", "cmp", "unit", "tz", "at")}
	for name := range q.problems {
		bar.Errors[name] = d.problem(name, l)
	}
	if !d.r.From.IsZero() {
		bar.Range = l.Range(d.r.From.In(d.zone), d.r.To.In(d.zone))
		bar.Prev = q.span(d.r.Step(-1))
		if after := d.r.Step(1); after.From.Before(d.now) {
			bar.Next = q.span(after)
		}
		bar.Zoom = []templates.ZoomModel{{Link: templates.Link{Text: l.T("time.closer"), Href: q.span(d.r.Zoom(0.5))}, Icon: "zoom-in", Key: "="}, {Link: templates.Link{Text: l.T("time.wider"), Href: q.span(d.r.Zoom(2))}, Icon: "zoom-out", Key: "-"}}
	}
	for _, p := range series.Presets {
		bar.Presets = append(bar.Presets, templates.TabModel{Link: templates.Link{Text: l.T(locale.Key("preset." + p.ID)), Href: q.over(p.From, p.To)}, Key: presetKeys[p.ID], Current: q.from == p.From && q.to == p.To})
	}
	field := func(name, label, value, hint string) templates.FieldModel {
		return templates.FieldModel{Name: name, Label: label, Value: value, Hint: hint, Error: bar.Errors[name]}
	}
	bar.From, bar.To = field("from", l.T("time.from"), q.from, l.T("time.from-hint")), field("to", l.T("time.to"), q.to, l.T("time.to-hint"))
	bar.Zone = field("tz", l.T("fact.zone"), q.zone, d.zone.String())
	bar.Zone.Offer = d.zones()
	if q.view == "duration" || q.path != explorePath {
		bar.Level = field("at", l.T("explore.level"), q.level, l.T("explore.level-hint"))
	}
	bar.Granularity, bar.Aggregates, bar.Comparisons, bar.Units = d.granularityOptions(l), d.aggregateOptions(l), d.comparisonOptions(l), d.unitOptions(l)
	return bar
}

// granularityOptions offers what suits the view and makes a bearable number of values, and what was asked for even if it does not.
func (d *exploreData) granularityOptions(l locale.Locale) []templates.OptionModel {
	known := !d.r.From.IsZero() && len(d.query.problems) == 0 && len(d.lines) > 0
	automatic := d.query.g == "" || d.query.g == "auto"
	auto := l.T("granularity.auto")
	if known && automatic {
		auto = l.T("granularity.auto-is", d.stepName(d.granularity, l))
	}
	list := []templates.OptionModel{{Value: "auto", Text: auto, Selected: automatic}}
	for _, g := range granularities {
		asked := d.query.g == g.word
		if asked || known && suits(d.query.view, g.g) && d.bearable(g.g) && !d.finer(g.g) {
			list = append(list, templates.OptionModel{Value: g.word, Text: d.stepName(g.g, l), Selected: asked})
		}
	}
	return list
}

// finer reports whether buckets are shorter than every variable's own step.
func (d *exploreData) finer(g datahub.Granularity) bool {
	lengths := map[datahub.Granularity]time.Duration{datahub.GranularityMinute: time.Minute, datahub.GranularityHour: time.Hour, datahub.GranularityDay: 24 * time.Hour}
	length, ok := lengths[g]
	return ok && !slices.ContainsFunc(d.lines, func(l exploreLine) bool { return l.variable.Step.Duration() < length })
}

// stepName says how long a shown value is: the variables' own step, if they have one, or the bucket.
func (d *exploreData) stepName(g datahub.Granularity, l locale.Locale) string {
	if len(d.lines) == 0 {
		return l.T(locale.Key("granularity." + wordOf(g)))
	}
	step := d.lines[0].variable.Step.Duration()
	same := !slices.ContainsFunc(d.lines, func(l exploreLine) bool { return l.variable.Step.Duration() != step })
	if g == datahub.GranularityRaw && step > 0 && same {
		return l.Duration(step)
	}
	return l.T(locale.Key("granularity." + wordOf(g)))
}

func (d *exploreData) aggregateOptions(l locale.Locale) []templates.OptionModel {
	list := []templates.OptionModel{{Value: "auto", Text: l.T("granularity.auto"), Selected: d.query.agg == "" || d.query.agg == "auto"}}
	for _, a := range series.Aggregates {
		list = append(list, templates.OptionModel{Value: a.Word, Text: l.T(locale.Key("aggregate." + a.Word)), Selected: d.query.agg == a.Word})
	}
	return list
}

func (d *exploreData) comparisonOptions(l locale.Locale) []templates.OptionModel {
	var list []templates.OptionModel
	for _, c := range comparisons {
		list = append(list, templates.OptionModel{Value: string(c), Text: l.T(locale.Key("compare." + string(c))), Selected: c == d.compare || c == series.NoComparison && d.query.cmp == ""})
	}
	return list
}

// unitOptions offers the units that values of the first variable with a choice can have. Variables for which different ones were chosen keep them as long as nobody chooses here.
func (d *exploreData) unitOptions(l locale.Locale) []templates.OptionModel {
	i := slices.IndexFunc(d.lines, func(l exploreLine) bool { return len(locale.Convertible(l.own)) > 0 })
	if i < 0 {
		return nil
	}
	first := d.lines[i]
	mixed := slices.ContainsFunc(d.lines, func(o exploreLine) bool {
		_, related := locale.Convert(first.own, o.own)
		return related && o.ref.Unit != first.ref.Unit
	})
	list := []templates.OptionModel{{Value: autoUnit, Text: l.T("granularity.auto-is", first.own), Selected: !mixed && first.ref.Unit == ""}}
	if mixed {
		list = append([]templates.OptionModel{{Text: l.T("explore.units-differ"), Selected: true}}, list...)
	}
	for _, unit := range locale.Convertible(first.own) {
		list = append(list, templates.OptionModel{Value: unit, Text: unit, Selected: !mixed && unit == first.ref.Unit})
	}
	return list
}

// notes say what was decided otherwise than asked, and what is missing.
func (d *exploreData) notes(l locale.Locale) []string {
	var notes []string
	if d.compare != "" && d.compare != series.NoComparison && !compares(d.query.view) {
		notes = append(notes, l.T("explore.no-compare"))
	}
	if slices.ContainsFunc(d.lines, func(l exploreLine) bool { return l.compared.err != nil }) {
		notes = append(notes, l.T("series.compare-failed"))
	}
	if d.marks.alarmsErr != nil || d.marks.eventsErr != nil {
		notes = append(notes, l.T("explore.no-marks"))
	}
	if d.marks.crowded && d.query.path == explorePath {
		notes = append(notes, l.T("explore.crowded", flagDays))
	}
	if slices.ContainsFunc(d.lines, func(l exploreLine) bool { return l.zone.String() != d.lines[0].zone.String() }) {
		notes = append(notes, l.T("explore.zones", d.zone.String()))
	}
	return notes
}

// links are this view with everything that it was decided by, so that it is the same for everybody and for ever.
func (d *exploreData) links(l locale.Locale) []templates.Link {
	fixed := d.query.href(func(q *exploreQuery) {
		q.from, q.to, q.zone = series.Local(d.r.From, d.zone), series.Local(d.r.To, d.zone), d.zone.String()
		q.g, q.explain = wordOf(d.granularity), false
	})
	explain := d.query.href(func(q *exploreQuery) { q.explain = true }) + "#explain"
	return append(append([]templates.Link{{Text: l.T("explore.permalink"), Href: fixed}}, d.files(l)...), templates.Link{Text: l.T("widget.explain"), Href: explain}, d.toBoard(l))
}

// boardKinds are the widgets that show what a view does; any other view becomes a trend.
var boardKinds = map[string]board.Kind{"carpet": board.Carpet, "calendar": board.Carpet, "profile": board.Carpet, "duration": board.Duration, "histogram": board.Duration}

// toBoard leads to where this view becomes a widget of a dashboard. A range that goes on with the time goes along; with any other the widget has the dashboard's.
func (d *exploreData) toBoard(l locale.Locale) templates.Link {
	kind := cmp.Or(boardKinds[d.query.view], board.Trend)
	form, _ := board.FormOf(kind)
	var refs []string
	for _, ref := range d.query.refs[:min(len(d.query.refs), form.MostSeries)] {
		refs = append(refs, ref.String())
	}
	from := ""
	if strings.HasPrefix(d.query.from, "now") && !d.r.To.Before(d.now) {
		from = d.query.from
	}
	return templates.Link{Text: l.T("board.add-to"), Href: query.WithSeveral(query.With("/dashboards/add", "kind", string(kind), "range", from), "series", refs)}
}
