package pages

import (
	"slices"
	"strconv"
	"strings"
	"time"

	"portico/internal/datahub"
	"portico/internal/locale"
	"portico/internal/query"
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
	m.Variables = variableRows(d.variables, d.refs, d.zone, d.now, l)
	m.Pager, m.Empty = pagerOf(d.page, variablesPerPage, len(d.variables), d.total, d.href, l)
	if d.total == 0 {
		m.Empty = &templates.EmptyModel{Text: l.T("source.none")}
	}
	m.Partial = failedVariables(d.variables, d.href(d.page), l)
	d.presentAbout(&m, l)
	return m
}

func (d sourceData) presentAbout(m *templates.SourceModel, l locale.Locale) {
	if len(d.quality) > 0 {
		q := variableMatrix(d.quality, d.now, l)
		m.Quality = &q
	}
	if len(d.alarms) > 0 {
		units := map[datahub.VariableID]string{}
		for _, v := range d.variables {
			units[v.variable.ID] = d.refs.symbol(v.variable.UnitID)
		}
		m.Lists = append(m.Lists, alarmList(d.alarms, func(a datahub.Alarm) string { return units[a.Variable] }, d.zone, d.now, l))
	}
	if len(d.events) > 0 {
		groups := gathered(d.events, func(datahub.Event) *time.Location { return d.zone })
		m.Lists = append(m.Lists, eventList(groups[:min(len(groups), sourceEvents)], d.types, []datahub.Source{d.source}, d.zone, d.now, l))
	}
	m.Lists = append(m.Lists, properties(d.source.ClientData, d.forms, "source", l)...)
}

func (d sourceData) href(page int) string {
	return query.With(sourceHref(d.source.ID), "page", query.Number(page))
}
