package pages

import (
	"slices"
	"strconv"
	"strings"
	"time"

	"portico/internal/chart"
	"portico/internal/datahub"
	"portico/internal/locale"
	"portico/internal/query"
	"portico/internal/series"
	"portico/web/templates"
)

func presentSource(d sourceData, l locale.Locale, layout templates.LayoutModel) templates.SourceModel {
	m := templates.SourceModel{Layout: layout}
	energy := d.refs.energyTypes[d.source.EnergyTypeID]
	m.Head = templates.PageHeadModel{
		Crumbs: []templates.Link{{Text: l.T("place.sites"), Href: "/sites"}, {Text: locale.Name(d.siteName), Href: siteHref(d.source.SiteID)}},
		Title:  locale.Name(d.source.Name), Facts: []string{l.T("source.count", d.total), d.zone.String()},
	}
	if energy = locale.Plain(energy); energy != "" {
		m.Head.Facts = slices.Insert(m.Head.Facts, 0, energy)
	}
	m.Facts = known([]templates.FactModel{
		{Term: l.T("fact.medium"), Value: energy},
		{Term: l.T("fact.kind"), Value: locale.Plain(d.refs.sourceTypes[d.source.SourceTypeID])},
		{Term: l.T("fact.ean"), Value: locale.Plain(d.source.EANNumber), Code: true},
		{Term: l.T("fact.meter-number"), Value: locale.Plain(d.source.MeterNumber), Code: true},
		{Term: l.T("fact.serial"), Value: locale.Plain(d.source.SerialNumber), Code: true},
		{Term: l.T("fact.place"), Value: locale.Plain(d.source.Localisation)},
		{Term: l.T("fact.description"), Value: locale.Plain(d.source.Description)},
		{Term: l.T("fact.tags"), Value: locale.Plain(strings.Join(d.source.Tags, ", "))},
		{Term: l.T("fact.zone"), Value: d.zone.String()},
		{Term: l.T("fact.id"), Value: strconv.FormatInt(int64(d.source.ID), 10), Code: true},
	})
	failed := 0
	for _, v := range d.variables {
		m.Variables = append(m.Variables, variableRow(d, v, l))
		if v.newest.err != nil {
			failed++
		}
	}
	d.pager(&m, l)
	if failed > 0 {
		m.Partial = &templates.FailureModel{Text: l.T("partial.variables", failed, len(d.variables)), RetryTo: d.href(d.page)}
	}
	return m
}

func (d sourceData) href(page int) string {
	return query.With(sourceHref(d.source.ID), "page", query.Number(page))
}

func (d sourceData) pager(m *templates.SourceModel, l locale.Locale) {
	if len(m.Variables) == 0 {
		m.Empty = &templates.EmptyModel{Text: l.T("source.none")}
		if d.total > 0 {
			m.Empty.Next = templates.Link{Text: l.T("page.first"), Href: d.href(1)}
		}
		return
	}
	first := (d.page-1)*variablesPerPage + 1
	m.Pager.Text = l.T("page.range", first, first+len(m.Variables)-1, d.total)
	if d.page > 1 {
		m.Pager.Prev = d.href(d.page - 1)
	}
	if first+len(m.Variables)-1 < d.total {
		m.Pager.Next = d.href(d.page + 1)
	}
}

func variableRow(d sourceData, v variableData, l locale.Locale) templates.VariableRowModel {
	step := v.variable.Step.Duration()
	row := templates.VariableRowModel{Name: locale.Name(v.variable.Name), Href: variableHref(v.variable.ID), About: about(v.variable, l), Last: locale.None}
	switch {
	case v.newest.err != nil:
		row.State, row.Age = templates.StateModel{Name: "none", Text: l.T("state.failed")}, l.T("state.failed")
		return row
	case len(v.newest.points) == 0:
		row.State, row.Age = templates.StateModel{Name: "silent", Text: l.T("state.silent")}, l.T("state.no-data")
		return row
	}
	last := v.newest.last()
	row.Last = l.Quantity(last.Value, d.refs.symbol(v.variable.UnitID))
	row.LastTime, row.LastISO = l.Time(last.Time.In(d.zone)), last.Time.Format(time.RFC3339)
	if d.now.Sub(last.Time) > 20*time.Hour {
		row.LastTime = l.DateTime(last.Time.In(d.zone), d.now)
	}
	row.State, row.Age = ageOf(last.Time, step, d.now, l)
	if step > 0 {
		slots := series.Fill(v.newest.points, series.Range{From: v.newest.span.from, To: d.now, Zone: d.zone}, datahub.GranularityRaw, step, d.now)
		if v.variable.QuantityType == datahub.Cumulative {
			slots = series.Differences(slots)
		}
		row.Spark = chart.Sparkline(thin(slots, 48), energyColor(d.source.EnergyTypeID), 100, 28)
	}
	return row
}

// about says what a variable's values are and how often they come: "amounts · every 15 min".
func about(v datahub.Variable, l locale.Locale) string {
	kind := l.T("quantity.state")
	switch v.QuantityType {
	case datahub.Integrated:
		kind = l.T("quantity.amount")
	case datahub.Cumulative:
		kind = l.T("quantity.index")
	case datahub.Minimum:
		kind = l.T("quantity.minimum")
	case datahub.Maximum:
		kind = l.T("quantity.maximum")
	case datahub.Averaged:
		kind = l.T("quantity.average")
	}
	if step := v.Step.Duration(); step > 0 {
		return l.T("variable.about", kind, l.Duration(step))
	}
	return kind
}
