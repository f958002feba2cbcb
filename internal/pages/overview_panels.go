package pages

import (
	"context"

	"portico/internal/chart"
	"portico/internal/locale"
	"portico/web/templates"
)

// frame is what the overview shows before any meter was read.
func (o *overviewReader) frame(l locale.Locale) templates.OverviewModel {
	m := templates.OverviewModel{Head: templates.PageHeadModel{Title: l.T("place.overview"), Facts: []string{l.T("overview.sites", o.total), o.zone.String()}}, Sites: len(o.sites)}
	if o.total == 0 {
		m.Failure = &templates.FailureModel{Text: l.T("overview.none"), RetryTo: "/overview"}
		return m
	}
	if o.total > len(o.sites) {
		m.Head.Facts = append(m.Head.Facts, l.T("overview.first", len(o.sites)))
	}
	m.More = templates.Link{Text: l.T("overview.all"), Href: "/sites"}
	return m
}

// overviewParts are the parts of the overview that the meters are in.
const overviewParts = "lead kpis trend sites overnight list"

// fill makes the panels.
func (o *overviewReader) fill(render func() error) error {
	if o.total == 0 {
		return render()
	}
	l, m, p := o.r.Locale, &o.m, &o.m.Panels
	return o.r.Fill([]Panel{
		{"lead", &p.Lead, o.ofMeters(&p.Lead, func(d overviewMeters) func() {
			said, partly := lead(d.overviewData, d.electricity, l), partial(d.sites, l, "/overview")
			if partly != nil && o.r.From != "" {
				partly.Part = overviewParts
			}
			return func() { m.Lead, m.Partial = said, partly }
		})},
		{"kpis", &p.KPIs, o.ofBoth(&p.KPIs, func(d overviewMeters) func() {
			list := overviewKPIs(d.overviewData, siteRows(d.sites, l, d.now), d.electricity, d.solar, l)
			return func() { m.KPIs = list }
		})},
		{"trend", &p.Trend, o.ofMeters(&p.Trend, func(d overviewMeters) func() {
			c := overviewTrend(d.overviewData, d.electricity, d.solar, l)
			return func() { m.Trend = c }
		})},
		{"sites", &p.Sites, o.ofBoth(&p.Sites, func(d overviewMeters) func() {
			states := make([]templates.StateModel, len(d.sites))
			for i, s := range d.sites {
				states[i] = s.stateModel(l, d.now)
			}
			picture, _ := siteMap(d.sites, states, chart.MapSpec{Title: l.T("overview.map"), Width: 420, Height: 330}, l, mapHref)
			return func() { m.Map, m.Counts = picture, counts(states, l) }
		})},
		{"overnight", &p.Overnight, o.ofMeters(&p.Overnight, func(d overviewMeters) func() {
			list := presentOvernight(d.sites, d.now, l)
			return func() { m.Overnight = list }
		})},
		{"alarms", &p.Alarms, o.openAlarms(&p.Alarms)},
		{"list", &p.List, o.ofBoth(&p.List, func(d overviewMeters) func() {
			rows := siteRows(d.sites, l, d.now)
			return func() { m.Rows = rows }
		})},
	}, render)
}

// making is how a panel is made, as [Panel] has it.
type making = func(context.Context) (func(), error)

// ofMeters makes a panel that needs the meters; show presents them.
func (o *overviewReader) ofMeters(to *templates.PanelModel, show func(overviewMeters) func()) making {
	return o.making(o.meters, show, to, o.of.meters)
}

// ofBoth makes a panel that needs the meters and the alarms.
func (o *overviewReader) ofBoth(to *templates.PanelModel, show func(overviewMeters) func()) making {
	return o.making(o.both, show, to, o.of.meters, o.of.alarms)
}

func (o *overviewReader) making(read func() (overviewMeters, error), show func(overviewMeters) func(), to *templates.PanelModel, of ...*reader) making {
	return func(context.Context) (func(), error) {
		d, err := read()
		if err != nil {
			return nil, err
		}
		put, stale := show(d), o.stale(o.r, of...)
		return func() { put(); to.Stale = stale }, nil
	}
}

func (o *overviewReader) openAlarms(to *templates.PanelModel) making {
	return func(context.Context) (func(), error) {
		alarms, err := o.alarms()
		if err != nil {
			return nil, err
		}
		sites := profilesOf(o.sites, lists{})
		addAlarms(sites, alarms)
		list, stale := presentOpenAlarms(sites, o.now, o.r.Locale), o.stale(o.r, o.of.alarms)
		return func() { o.m.Alarms, to.Stale = list, stale }, nil
	}
}
