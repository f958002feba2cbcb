package pages

import (
	"strconv"

	"portico/internal/datahub"
	"portico/internal/locale"
	"portico/internal/series"
	"portico/web/templates"
)

func presentVariable(d *exploreData, fine *exploreData, hub *datahub.Client, l locale.Locale, layout templates.LayoutModel) templates.SeriesModel {
	line := &d.lines[0]
	m := templates.SeriesModel{Layout: layout, Head: templates.PageHeadModel{
		Crumbs:  []templates.Link{{Text: locale.Name(line.siteName), Href: siteHref(line.source.SiteID)}, {Text: locale.Name(line.source.Name), Href: sourceHref(line.source.ID)}},
		Title:   locale.Name(line.variable.Name),
		Facts:   texts(about(line.variable, l), line.unit, d.zone.String()),
		Actions: []templates.Link{{Text: l.T("chart.open"), Href: d.query.href(func(q *exploreQuery) { q.path = explorePath })}},
	}}
	m.Time = d.timeBar(l)
	if m.Problems = d.problems(l); len(m.Problems) > 0 {
		m.Back = d.wayBack(l)
		return m
	}
	m.Head.Actions = append(m.Head.Actions, d.files(l)...)
	m.Notes, m.Outliers, m.Chart, m.Brush = d.notes(l), d.outliers(l), d.chart(l), d.brush(l)
	if line.err == nil {
		m.Stats = d.stats(l)
	}
	if fine != nil && m.Chart.Failure == nil && m.Chart.Empty == nil {
		if fine.granularity != datahub.GranularityDay {
			m.Pictures = append(m.Pictures, fine.single(0, l))
		}
		m.Pictures = append(m.Pictures, fine.duration(l))
	}
	m.Facts, m.Explain = line.facts(d, l), d.explain(hub, l)
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

// stats are the figures of the only line.
func (d *exploreData) stats(l locale.Locale) []templates.StatModel {
	line := &d.lines[0]
	sum := series.Summarize(line.slots)
	if sum.Count == 0 {
		return nil
	}
	var list []templates.StatModel
	add := func(key locale.Key, value, note string) {
		list = append(list, templates.StatModel{Label: l.T(key), Value: value, Note: note})
	}
	if line.isAmount(d.granularity) {
		add("stat.total", line.quantity(sum.Sum+line.unplaced(), l), l.Range(d.r.From.In(d.zone), d.r.To.In(d.zone)))
	}
	whole := d.typical(line)
	add("stat.mean", line.quantity(whole.Mean, l), l.T("stat.per", d.stepName(d.granularity, l)))
	add("stat.max", line.quantity(whole.Max, l), d.when(whole.MaxAt, l))
	add("stat.min", line.quantity(whole.Min, l), d.when(whole.MinAt, l))
	if kw, ok := powerOf[line.unit]; ok && line.isAmount(d.granularity) {
		if top := series.Summarize(power(line.slots)); top.Count > 0 {
			add("stat.power", l.Quantity(top.Max, kw), d.when(top.MaxAt, l))
		}
	}
	add("stat.last", line.quantity(whole.Last, l), d.when(whole.LastAt, l))
	add("stat.values", l.T("kpi.of", sum.Count, sum.Expected), l.Percent(sum.Completeness()))
	if gaps := series.Gaps(line.slots); len(gaps) > 0 {
		add("stat.silent", silence(line.slots, l), l.T("stat.gaps", len(gaps)))
	}
	return list
}

func (l exploreLine) facts(d *exploreData, t locale.Locale) []templates.FactModel {
	v := l.variable
	calculated := ""
	if v.Calculated {
		calculated = t.T("variable.calculated")
	}
	return known([]templates.FactModel{
		{Term: t.T("fact.quantity"), Value: about(v, t)},
		{Term: t.T("fact.unit"), Value: unitText(d.refs.units[v.UnitID])},
		{Term: t.T("fact.aggregate"), Value: t.T(locale.Key("aggregate." + aggregateName(aggregateOf(v))))},
		{Term: t.T("fact.origin"), Value: calculated},
		{Term: t.T("column.meter"), Value: locale.Name(l.source.Name)},
		{Term: t.T("column.site"), Value: locale.Name(l.siteName)},
		{Term: t.T("fact.zone"), Value: l.zone.String()},
		{Term: t.T("fact.mapping"), Value: locale.Plain(v.MappingConfig), Code: true},
		{Term: t.T("fact.id"), Value: strconv.FormatInt(int64(v.ID), 10), Code: true},
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
