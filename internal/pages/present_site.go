package pages

import (
	"cmp"
	"strconv"
	"strings"
	"time"

	"portico/internal/chart"
	"portico/internal/datahub"
	"portico/internal/locale"
	"portico/internal/series"
	"portico/web/templates"
)

// model is the frame of a site's page: its head, and the tabs to the others.
func (f siteFrame) model(l locale.Locale, layout templates.LayoutModel) templates.SiteFrameModel {
	m := templates.SiteFrameModel{Layout: layout}
	m.Head = templates.PageHeadModel{Crumbs: []templates.Link{{Text: l.T("place.sites"), Href: "/sites"}}, Title: locale.Name(f.site.Name), Facts: f.facts(l), Actions: []templates.Link{{Text: l.T("screen.show"), Href: "/pair?site=" + idText(int64(f.site.ID))}}}
	counts := map[string]string{"sources": l.Int(len(f.sources))}
	if c := f.count(); c.open+c.acknowledged > 0 {
		counts["alarms"] = l.Int(c.open + c.acknowledged)
		if c.open > 0 {
			m.Head.State = templates.StateModel{Name: "alarm", Text: c.text(l)}
		}
	}
	for _, t := range siteTabs {
		if t.feature != "" && !f.may(t.feature, datahub.RightRead) {
			continue
		}
		tab, name := t.name, cmp.Or(t.name, "summary")
		m.Tabs = append(m.Tabs, templates.TabModel{Link: templates.Link{Text: l.T(locale.Key("site." + name)), Href: siteTabHref(f.site.ID, tab)}, Count: counts[tab], Current: tab == f.tab})
	}
	return m
}

// page is the frame of a page of the site that the person opened, with the star of the site.
func (f siteFrame) page(r *Request, rd *reader) templates.SiteFrameModel {
	return f.model(r.Locale, lookedAt(r, rd.layout(r), f.mark()))
}

// mark is the site among what a person marked or looked at.
func (f siteFrame) mark() mark { return mark{"site", int64(f.site.ID), f.site.Name, f.site.City} }

// siteTabHref is a page of a site.
func siteTabHref(id datahub.SiteID, tab string) string {
	return strings.TrimSuffix(siteHref(id)+"/"+tab, "/")
}

func (f siteFrame) facts(l locale.Locale) []string {
	kind := siteKind(siteProfile{site: f.site, kind: f.refs.siteTypes[f.site.TypeID]})
	return texts(kind, locale.Plain(f.site.City), area(f.site, l), f.zone.String())
}

// area is the site's floor area, as far as a form of the site tells it.
func area(site datahub.Site, l locale.Locale) string {
	if m2, ok := floorOf(site); ok {
		return locale.Join(l.Value(m2), "m²")
	}
	return ""
}

// floorOf is the site's floor area in m²; false when no form of the site tells it.
func floorOf(site datahub.Site) (float64, bool) {
	for _, name := range []string{"area", "surface", "floorArea"} {
		v, ok := site.ClientData.Field(name)
		if !ok {
			continue
		}
		switch v := v.(type) {
		case float64:
			return v, true
		case string:
			if f, err := strconv.ParseFloat(v, 64); err == nil {
				return f, true
			}
		}
	}
	return 0, false
}

func siteIdentity(d siteData, l locale.Locale) []templates.FactModel {
	site := d.profile.site
	variables := 0
	for _, m := range d.meters {
		variables += len(m.variables)
	}
	facts := []templates.FactModel{
		{Term: l.T("fact.type"), Value: siteKind(d.profile)},
		{Term: l.T("fact.address"), Value: address(site)},
		{Term: l.T("fact.area"), Value: area(site, l)},
		{Term: l.T("fact.ean"), Value: mainEAN(d.sources), Code: true},
		{Term: l.T("fact.zone"), Value: site.Zone().String()},
		{Term: l.T("fact.meters"), Value: l.Int(len(d.meters))},
		{Term: l.T("fact.variables"), Value: l.Int(variables)},
		{Term: l.T("fact.id"), Value: strconv.FormatInt(int64(site.ID), 10), Code: true},
	}
	return known(facts)
}

// known drops facts without a value.
func known(facts []templates.FactModel) []templates.FactModel {
	kept := facts[:0]
	for _, f := range facts {
		if f.Value != "" {
			kept = append(kept, f)
		}
	}
	return kept
}

func address(site datahub.Site) string {
	town := strings.TrimSpace(locale.Plain(site.PostalCode) + " " + locale.Plain(site.City))
	var parts []string
	for _, p := range []string{locale.Plain(site.Street), town, locale.Plain(site.Country)} {
		if p != "" {
			parts = append(parts, p)
		}
	}
	return strings.Join(parts, ", ")
}

func meterRows(d siteData, l locale.Locale) []templates.MeterRowModel {
	rows := make([]templates.MeterRowModel, len(d.meters))
	for i, m := range d.meters {
		name := d.refs.energyTypes[m.source.EnergyTypeID]
		rows[i] = templates.MeterRowModel{Name: locale.Name(m.source.Name), Href: sourceHref(m.source.ID), Energy: locale.Plain(name), Icon: energyIcon(m.source.EnergyTypeID, name),
			Number: meterNumber(m.source), Variables: l.Int(len(m.variables)), Last: locale.None}
		switch {
		case m.newest.err != nil:
			rows[i].State, rows[i].Age = templates.StateModel{Name: "none", Text: l.T("state.failed")}, l.T("state.failed")
		case m.shown.ID == 0 || i >= siteMeters:
		case m.newest.last().Time.IsZero():
			rows[i].State, rows[i].Age = templates.StateModel{Name: "silent", Text: l.T("state.silent")}, l.T("state.no-data")
		default:
			rows[i].Last = l.Quantity(m.newest.last().Value, d.refs.symbol(m.shown.UnitID))
			rows[i].State, rows[i].Age = ageOf(m.newest.last().Time, m.shown.Step.Duration(), d.now, l)
		}
	}
	return rows
}

// ageOf judges the newest point of a variable.
func ageOf(last time.Time, step time.Duration, now time.Time, l locale.Locale) (templates.StateModel, string) {
	age := now.Sub(last)
	if age < 0 {
		return templates.StateModel{Name: "attention", Text: l.T("state.future")}, l.T("state.future")
	}
	name := freshness(age, step)
	return templates.StateModel{Name: name, Text: l.T(locale.Key("state." + name))}, l.Duration(age)
}

// meterNumber is the number by which people know a meter.
func meterNumber(s datahub.Source) string {
	for _, n := range []string{s.EANNumber, s.MeterNumber, s.SerialNumber} {
		if n = locale.Plain(n); n != "" {
			return n
		}
	}
	return ""
}

func siteKPIs(d siteData, l locale.Locale) []templates.KPIModel {
	p, zone := d.profile.electricity, d.zone
	f := p.figures(zone, d.now)
	now := templates.KPIModel{Label: l.T("kpi.now"), Value: locale.None, Note: l.T("kpi.age", l.Duration(f.age))}
	if f.nowKnown {
		now.Value, now.Unit = l.Parts(f.now, rateUnit(p.unit))
	}
	list := []templates.KPIModel{now}
	o := overviewData{sites: []siteProfile{d.profile}, total: 1, zone: zone, now: d.now}
	electricity := addUp(o, func(s siteProfile) profile { return s.electricity })
	solar := addUp(o, func(s siteProfile) profile { return s.solar })
	if electricity.sites > 0 {
		list = append(list, todayKPI(o, electricity, l.T("kpi.electricity-today"), 1, true, l))
	}
	if solar.sites > 0 {
		list = append(list, todayKPI(o, solar, l.T("kpi.pv-today"), 2, false, l))
	}
	if electricity.sites > 0 {
		list = append(list, weekPeakKPI(o, electricity, l), nightKPI(o, electricity, l))
	}
	return append(list, templates.KPIModel{Label: l.T("kpi.data"), Value: l.Percent(f.share), Note: l.T("kpi.last-day")})
}

func weekPeakKPI(d overviewData, t total, l locale.Locale) templates.KPIModel {
	s := series.Summarize(between(t.slots, midnight(d.now, d.zone, -6), d.now))
	k := templates.KPIModel{Label: l.T("kpi.peak-week"), Value: locale.None}
	if s.Count > 0 {
		k.Value, k.Unit = l.Parts(s.Max, "kW")
		k.Note = l.DateTime(s.MaxAt.In(d.zone), d.now)
	}
	return k
}

// siteTrend shows yesterday and today in the meter's own steps, with the same weekdays of last week dashed.
func siteTrend(d siteData, l locale.Locale, retry string) templates.ChartModel {
	p, zone := d.profile.electricity, d.zone
	m := templates.ChartModel{ID: "trend", Title: l.T("site.trend")}
	switch {
	case p.err != nil:
		m.Failure = &templates.FailureModel{Text: Trouble(p.err, l), RetryTo: retry}
		return m
	case !p.found:
		m.Empty = &templates.EmptyModel{Text: l.T("site.no-main"), Next: templates.Link{Text: l.T("site.meters"), Href: siteTabHref(d.site.ID, "sources")}}
		return m
	case !p.usable():
		m.Empty = &templates.EmptyModel{Text: l.T("chart.empty"), Next: templates.Link{Text: l.T("chart.open"), Href: exploreHref(p.variable.ID, "30d")}}
		return m
	}
	r := series.Range{From: midnight(d.now, zone, -1), To: midnight(d.now, zone, 1), Zone: zone}
	t := trendData{id: "trend", r: r, now: d.now, unit: rateUnit(p.unit)}
	course := power(p.slots)
	t.lines = append(t.lines, trendLine{slots: between(course, r.From, r.To), color: 1, zero: true, label: l.T("kpi.electricity")},
		trendLine{slots: shownAt(between(course, earlier(r.From, zone, 7), earlier(r.To, zone, 7)), zone, 7), color: 1, compare: true, label: l.T("chart.week-before")})
	if d.profile.solar.usable() && d.profile.solar.unit == p.unit {
		t.lines = append(t.lines, trendLine{slots: between(power(d.profile.solar.slots), r.From, r.To), color: 2, label: l.T("kpi.pv")})
	}
	s := series.Summarize(between(p.slots, r.From, r.To))
	top := series.Summarize(between(course, r.From, r.To))
	if s.Count > 0 {
		m.Summary = l.T("overview.summary", l.Quantity(s.Sum, p.unit), l.Quantity(top.Max, t.unit), l.DateTime(top.MaxAt.In(zone), d.now))
	}
	m.Notes = gapNotes(between(p.slots, r.From, r.To), zone, d.now, l)
	m.Link = templates.Link{Text: l.T("chart.open"), Href: exploreHref(p.variable.ID, "")}
	t.fill(&m, l)
	m.Strip = chart.Strip(hourShares(between(p.slots, r.From, r.To), r), 768, 8)
	m.StripDoc = l.T("chart.complete", l.Percent(s.Completeness()))
	return m
}

// hourShares says by the hour which part of the expected values came, −1 for hours to come.
func hourShares(slots []series.Slot, r series.Range) []float64 {
	var parts []float64
	for from := r.From; from.Before(r.To); from = from.Add(time.Hour) {
		part := between(slots, from, from.Add(time.Hour))
		s := series.Summarize(part)
		if s.Expected == 0 {
			parts = append(parts, -1)
			continue
		}
		parts = append(parts, s.Completeness())
	}
	return parts
}

// gapNotes names the longest gaps, three at most.
func gapNotes(slots []series.Slot, zone *time.Location, now time.Time, l locale.Locale) []string {
	gaps := series.Gaps(slots)
	var notes []string
	for _, g := range gaps {
		if len(notes) == 3 {
			return append(notes, l.T("chart.more-gaps", len(gaps)-3))
		}
		to := l.Time(g.To.In(zone))
		if midnight(g.From, zone, 0) != midnight(g.To, zone, 0) {
			to = l.DateTime(g.To.In(zone), now)
		}
		notes = append(notes, l.T("chart.gap", l.DateTime(g.From.In(zone), now), to, l.Duration(g.To.Sub(g.From))))
	}
	return notes
}
