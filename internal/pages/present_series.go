package pages

import (
	"strconv"
	"time"

	"portico/internal/datahub"
	"portico/internal/locale"
	"portico/internal/query"
	"portico/internal/series"
	"portico/web/templates"
)

// barsAtMost is up to how many amounts bars can be told apart; more are drawn as a line.
const barsAtMost = 200

func presentSeries(d seriesData, l locale.Locale, layout templates.LayoutModel) templates.SeriesModel {
	m := templates.SeriesModel{Layout: layout}
	unit := d.unit()
	m.Head = templates.PageHeadModel{
		Crumbs: []templates.Link{{Text: locale.Name(d.siteName), Href: siteHref(d.source.SiteID)}, {Text: locale.Name(d.source.Name), Href: sourceHref(d.source.ID)}},
		Title:  locale.Name(d.variable.Name), Facts: texts(about(d.variable, l), unit, d.zone.String()),
	}
	m.Head.Actions = []templates.Link{{Text: l.T("chart.open"), Href: query.With("/explore", "s", strconv.FormatInt(int64(d.variable.ID), 10), "from", d.query.from, "to", d.query.to, "g", d.query.g, "agg", d.query.agg, "cmp", d.query.cmp)}}
	m.Time = d.timeBar(l)
	if len(d.query.problems) > 0 {
		for _, name := range []string{"from", "to", "g", "agg", "cmp", "tz"} {
			if d.query.problems[name] {
				m.Problems = append(m.Problems, l.T("problem.named", name, l.T(locale.Key("problem."+name))))
			}
		}
		return m
	}
	m.Chart = d.chart(l)
	if d.err == nil {
		m.Stats = d.stats(l)
	}
	m.Facts = d.facts(l)
	return m
}

func texts(list ...string) []string {
	var kept []string
	for _, s := range list {
		if s != "" {
			kept = append(kept, s)
		}
	}
	return kept
}

// unit is the unit of what is shown; counts have none.
func (d seriesData) unit() string {
	if d.aggregate == datahub.Count {
		return ""
	}
	return d.refs.symbol(d.variable.UnitID)
}

// isAmount reports whether the shown values can be added up.
func (d seriesData) isAmount() bool {
	return d.differences || d.variable.QuantityType == datahub.Integrated && (d.granularity == datahub.GranularityRaw || d.aggregate == datahub.Sum)
}

// stepName says how long a shown value is: the variable's own step, or the bucket.
func (d seriesData) stepName(g datahub.Granularity, l locale.Locale) string {
	if step := d.variable.Step.Duration(); g == datahub.GranularityRaw && step > 0 {
		return l.Duration(step)
	}
	return l.T(locale.Key("granularity." + wordOf(g)))
}

func (d seriesData) chart(l locale.Locale) templates.ChartModel {
	m := templates.ChartModel{ID: "series", Title: l.T("series.title", locale.Name(d.variable.Name), d.stepName(d.granularity, l))}
	if d.err != nil {
		m.Failure = &templates.FailureModel{Text: l.T("panel.failed"), RetryTo: d.query.href(d.query.from, d.query.to)}
		return m
	}
	sum := series.Summarize(d.slots)
	if sum.Count == 0 {
		m.Empty = &templates.EmptyModel{Text: l.T("chart.empty"), Next: templates.Link{Text: l.T("time.last30"), Href: d.query.href("now-30d", "now")}}
		if d.coarsened {
			m.Empty.Text += " " + l.T("series.coarsened", d.stepName(d.granularity, l))
		}
		return m
	}
	t := trendData{id: "series", r: d.r, now: d.now, unit: d.unit()}
	color := energyColor(d.source.EnergyTypeID)
	t.lines = []trendLine{{slots: d.slots, color: color, bars: d.isAmount() && len(d.slots) <= barsAtMost, zero: d.isAmount(), label: locale.Name(d.variable.Name)}}
	if len(d.compared) > 0 {
		t.lines = append(t.lines, trendLine{slots: d.compared, color: color, compare: true, label: l.T(locale.Key("compare." + string(d.compare)))})
	}
	m.Summary = d.summary(sum, l)
	t.fill(&m, l)
	m.Notes = d.notes(l)
	return m
}

func (d seriesData) notes(l locale.Locale) []string {
	var notes []string
	if d.coarsened {
		notes = append(notes, l.T("series.coarsened", d.stepName(d.granularity, l)))
	}
	if d.differences {
		notes = append(notes, l.T("series.differences"))
	}
	if d.compareErr != nil {
		notes = append(notes, l.T("series.compare-failed"))
	}
	return append(notes, gapNotes(d.slots, d.zone, d.now, l)...)
}

// summary says in a sentence or two what the picture shows: total or mean, highest, how it compares, how complete it is.
func (d seriesData) summary(sum series.Summary, l locale.Locale) string {
	unit, when := d.unit(), func(t time.Time) string { return l.DateTime(t.In(d.zone), d.now) }
	text := ""
	if d.isAmount() {
		text = l.T("series.sum-total", l.Quantity(sum.Sum, unit), l.Quantity(sum.Max, unit), when(sum.MaxAt))
	} else {
		text = l.T("series.sum-mean", l.Quantity(sum.Mean, unit), l.Quantity(sum.Min, unit), when(sum.MinAt), l.Quantity(sum.Max, unit), when(sum.MaxAt))
	}
	if change := d.changeText(sum, l); change != "" {
		text += " " + l.T("series.sum-change", change, l.T(locale.Key("compare."+string(d.compare))))
	}
	if c := sum.Completeness(); c < 1 {
		text += " " + l.T("series.sum-complete", l.Percent(c))
	}
	return text
}

// changeText compares the totals or means of both ranges, as far as the present one has come.
func (d seriesData) changeText(sum series.Summary, l locale.Locale) string {
	before := series.Summarize(between(d.compared, d.r.From, sum.LastAt.Add(time.Second)))
	if before.Count == 0 {
		return ""
	}
	a, b := before.Mean, sum.Mean
	if d.isAmount() {
		a, b = before.Sum, sum.Sum
	}
	if change := l.Change(a, b); change != locale.None {
		return change
	}
	return ""
}

func (d seriesData) stats(l locale.Locale) []templates.StatModel {
	sum := series.Summarize(d.slots)
	if sum.Count == 0 {
		return nil
	}
	unit, when := d.unit(), func(t time.Time) string { return l.DateTime(t.In(d.zone), d.now) }
	var list []templates.StatModel
	add := func(key locale.Key, value, note string) {
		list = append(list, templates.StatModel{Label: l.T(key), Value: value, Note: note})
	}
	if d.isAmount() {
		add("stat.total", l.Quantity(sum.Sum, unit), l.Range(d.r.From.In(d.zone), d.r.To.In(d.zone)))
	}
	add("stat.mean", l.Quantity(sum.Mean, unit), l.T("stat.per", d.stepName(d.granularity, l)))
	add("stat.max", l.Quantity(sum.Max, unit), when(sum.MaxAt))
	add("stat.min", l.Quantity(sum.Min, unit), when(sum.MinAt))
	if kw, ok := powerOf[unit]; ok && d.isAmount() {
		if top := series.Summarize(power(d.slots)); top.Count > 0 {
			add("stat.power", l.Quantity(top.Max, kw), when(top.MaxAt))
		}
	}
	add("stat.last", l.Quantity(sum.Last, unit), when(sum.LastAt))
	silent := time.Duration(0)
	for _, g := range series.Gaps(d.slots) {
		silent += g.To.Sub(g.From)
	}
	add("stat.values", l.T("kpi.of", sum.Count, sum.Expected), l.Percent(sum.Completeness()))
	if silent > 0 {
		add("stat.silent", l.Duration(silent), l.T("stat.gaps", len(series.Gaps(d.slots))))
	}
	return list
}

func (d seriesData) facts(l locale.Locale) []templates.FactModel {
	v := d.variable
	calculated := ""
	if v.Calculated {
		calculated = l.T("variable.calculated")
	}
	unit := d.refs.units[v.UnitID]
	return known([]templates.FactModel{
		{Term: l.T("fact.quantity"), Value: about(v, l)},
		{Term: l.T("fact.unit"), Value: unitText(unit)},
		{Term: l.T("fact.aggregate"), Value: l.T(locale.Key("aggregate." + aggregateName(aggregateOf(v))))},
		{Term: l.T("fact.origin"), Value: calculated},
		{Term: l.T("column.meter"), Value: locale.Name(d.source.Name)},
		{Term: l.T("column.site"), Value: locale.Name(d.siteName)},
		{Term: l.T("fact.zone"), Value: d.zone.String()},
		{Term: l.T("fact.mapping"), Value: locale.Plain(v.MappingConfig), Code: true},
		{Term: l.T("fact.id"), Value: strconv.FormatInt(int64(v.ID), 10), Code: true},
	})
}

func unitText(u datahub.Unit) string {
	name, symbol := locale.Plain(u.Name), locale.Plain(u.Symbol)
	if symbol == "" || symbol == name {
		return name
	}
	if name == "" {
		return symbol
	}
	return symbol + " (" + name + ")"
}

func aggregateName(a datahub.Aggregate) string {
	for _, x := range series.Aggregates {
		if x.Aggregate == a {
			return x.Word
		}
	}
	return "avg"
}

// timeBar presents the range and all choices, with what was typed.
func (d seriesData) timeBar(l locale.Locale) templates.TimeBarModel {
	q := d.query
	bar := templates.TimeBarModel{Action: q.path, Errors: map[string]string{}}
	for name := range q.problems {
		bar.Errors[name] = l.T(locale.Key("problem." + name))
	}
	if !d.r.From.IsZero() {
		bar.Range = l.Range(d.r.From.In(d.zone), d.r.To.In(d.zone))
		before, after := d.r.Step(-1), d.r.Step(1)
		bar.Prev = q.href(series.Local(before.From, d.zone), series.Local(before.To, d.zone))
		if after.From.Before(d.now) {
			bar.Next = q.href(series.Local(after.From, d.zone), series.Local(after.To, d.zone))
		}
	}
	for _, p := range series.Presets {
		bar.Presets = append(bar.Presets, templates.TabModel{Link: templates.Link{Text: l.T(locale.Key("preset." + p.ID)), Href: q.href(p.From, p.To)}, Current: q.from == p.From && q.to == p.To})
	}
	bar.From = templates.FieldModel{Name: "from", Label: l.T("time.from"), Value: q.from, Hint: l.T("time.from-hint"), Error: bar.Errors["from"]}
	bar.To = templates.FieldModel{Name: "to", Label: l.T("time.to"), Value: q.to, Hint: l.T("time.to-hint"), Error: bar.Errors["to"]}
	bar.Granularity, bar.Comparisons = d.granularityOptions(l), d.comparisonOptions(l)
	return bar
}

// granularityOptions offers what makes a bearable number of values, and what was asked for even if it does not.
func (d seriesData) granularityOptions(l locale.Locale) []templates.OptionModel {
	auto := l.T("granularity.auto")
	if !d.r.From.IsZero() && len(d.query.problems) == 0 && (d.query.g == "" || d.query.g == "auto") {
		auto = l.T("granularity.auto-is", d.stepName(d.granularity, l))
	}
	list := []templates.OptionModel{{Value: "auto", Text: auto, Selected: d.query.g == "" || d.query.g == "auto"}}
	step := d.variable.Step.Duration()
	lengths := map[string]time.Duration{"minute": time.Minute, "hour": time.Hour, "day": 24 * time.Hour, "week": 7 * 24 * time.Hour, "month": 28 * 24 * time.Hour, "year": 365 * 24 * time.Hour}
	for _, g := range granularities {
		asked := d.query.g == g.word
		finer := g.word != "raw" && step > 0 && lengths[g.word] <= step
		if !asked && (finer || !d.r.From.IsZero() && !bearable(d.r, g.g, step)) {
			continue
		}
		list = append(list, templates.OptionModel{Value: g.word, Text: d.stepName(g.g, l), Selected: asked})
	}
	return list
}

func (d seriesData) comparisonOptions(l locale.Locale) []templates.OptionModel {
	var list []templates.OptionModel
	for _, c := range comparisons {
		list = append(list, templates.OptionModel{Value: string(c), Text: l.T(locale.Key("compare." + string(c))), Selected: c == d.compare || c == series.NoComparison && d.query.cmp == ""})
	}
	return list
}
