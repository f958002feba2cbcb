package pages

import (
	"cmp"
	"strconv"

	"portico/internal/datahub"
	"portico/internal/series"
	"portico/web/templates"
)

// Awaited is what the address alone says of the explorer's page, or of a variable's, as long as the Data Hub has told nothing: what can be chosen stands where it will be, and can be chosen.
// nil for any other page, and for an address that cannot be read.
func Awaited(r *Request) *templates.ExploreModel {
	var q exploreQuery
	var err error
	own := r.PathValue("variable") != ""
	switch {
	case own:
		q, err = readVariableQuery(r)
	case r.URL.Path == explorePath:
		q, err = readExploreQuery(r.URL.Query())
	}
	if err != nil || len(q.refs) == 0 || len(q.problems) > 0 || r.URL.Query().Has("add") {
		return nil
	}
	d := &exploreData{query: q, now: r.Now, zone: cmp.Or(r.Zone, datahub.HomeZone()), compare: series.Comparison(q.cmp)} // the zone of the site is not known yet
	if zone, ok := datahub.ParseZone(q.zone); ok {
		d.zone = zone
	}
	if d.r, err = series.ParseRange(q.from, q.to, d.now, d.zone); err != nil {
		return nil
	}
	return d.awaited(r, own)
}

func (d *exploreData) awaited(r *Request, own bool) *templates.ExploreModel {
	l := r.Locale
	m := &templates.ExploreModel{Head: templates.PageHeadModel{Title: l.T("place.explore"), Facts: texts(d.zone.String())}, Time: d.timeBar(l)}
	m.Time.Units = []templates.OptionModel{{Value: autoUnit, Text: l.T("granularity.auto")}} // most variables have a choice
	if own {
		m.Head.Crumbs = []templates.Link{{Text: l.T("place.sites"), Href: "/sites"}}
		m.Head.Title = l.T("column.variable") + " " + strconv.FormatInt(int64(d.query.refs[0].Variable), 10)
		m.Head.Actions = append([]templates.Link{{Text: l.T("chart.open"), Href: d.query.href(func(q *exploreQuery) { q.path = explorePath })}}, d.files(l)...)
		return m
	}
	for _, ref := range d.query.refs {
		m.Chips = append(m.Chips, templates.ChipModel{Name: l.T("column.variable") + " " + strconv.FormatInt(int64(ref.Variable), 10), Href: variableHref(ref.Variable), About: l.T("part.loading")})
	}
	if len(m.Chips) < maxSeries {
		m.Hidden, m.Add = d.query.hidden(), []templates.OptionGroup{{}}
	}
	m.Views = d.views(l)
	return m
}
