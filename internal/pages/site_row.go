package pages

import (
	"math"
	"slices"
	"strconv"
	"time"

	"github.com/a-h/templ"

	"portico/internal/chart"
	"portico/internal/datahub"
	"portico/internal/locale"
	"portico/internal/query"
	"portico/internal/series"
	"portico/web/templates"
)

func siteHref(id datahub.SiteID) string     { return "/sites/" + strconv.FormatInt(int64(id), 10) }
func sourceHref(id datahub.SourceID) string { return "/sources/" + strconv.FormatInt(int64(id), 10) }
func variableHref(id datahub.VariableID) string {
	return "/variables/" + strconv.FormatInt(int64(id), 10)
}

// siteRows presents each site as a row.
func siteRows(sites []siteProfile, l locale.Locale, now time.Time) []templates.SiteRowModel {
	rows := make([]templates.SiteRowModel, len(sites))
	for i, s := range sites {
		rows[i] = siteRow(s, l, now)
	}
	return rows
}

// attentionFrom is the growth against last week from which a site asks to be looked at.
const attentionFrom = 0.25

func siteRow(s siteProfile, l locale.Locale, now time.Time) templates.SiteRowModel {
	p := s.electricity
	m := templates.SiteRowModel{
		Name: locale.Name(s.site.Name), Href: siteHref(s.site.ID), Town: locale.Plain(s.site.City), Kind: siteKind(s), State: s.stateModel(l, now), Alarms: s.alarms.text(l),
		Now: locale.None, Today: locale.None, Change: locale.None, Peak: locale.None, Data: locale.None,
	}
	if s.peak.known {
		m.Peak = l.Quantity(s.peak.value, "kW")
	}
	switch {
	case p.err != nil:
		m.Age = l.T("state.failed")
		return m
	case !p.found:
		return m
	case p.last.IsZero():
		m.Age = l.T("state.no-data")
		return m
	}
	f := p.figures(s.site.Zone(), now)
	m.DataState = freshness(f.age, p.own)
	if f.nowKnown && m.DataState != "silent" {
		m.Now = l.Quantity(f.now, rateUnit(p.unit))
	}
	m.Today = l.Quantity(f.today, p.unit)
	if _, ok := f.change(); ok {
		m.Change, m.Tone = l.Change(f.before, f.sofar), tone(f.before, f.sofar, true)
	}
	m.Spark = chart.Sparkline(thin(between(p.slots, now.Add(-24*time.Hour), now), 48), 1, 100, 28)
	m.Data, m.Age = l.Percent(f.share), l.Duration(f.age)
	m.Newest = ageModel(p.last, p.own, s.site.ID)
	return m
}

// stateModel names a site's state.
func (s siteProfile) stateModel(l locale.Locale, now time.Time) templates.StateModel {
	m := templates.StateModel{Name: s.state(now)}
	switch {
	case m.Name == "none" && s.electricity.err != nil:
		m.Text = l.T("state.failed")
	case m.Name == "none":
		m.Text = l.T("state.no-meter")
	case m.Name == "alarm":
		m.Text = s.alarms.text(l)
	default:
		m.Text = l.T(locale.Key("state." + m.Name))
	}
	return m
}

// text says how many alarms are present, "" when there are none or nobody knows.
func (a alarmCount) text(l locale.Locale) string {
	switch {
	case a.open > 0:
		return l.T("alarms.open", a.open)
	case a.acknowledged > 0:
		return l.T("alarms.acknowledged", a.acknowledged)
	}
	return ""
}

// siteKind is what a site is: its type's name, as far as that says more than "building".
func siteKind(s siteProfile) string {
	if kind, ok := s.site.ClientData.Field("kind"); ok {
		if text, ok := kind.(string); ok {
			return locale.Plain(text)
		}
	}
	return locale.Plain(s.kind)
}

// rateUnit is the unit of an amount per hour.
func rateUnit(unit string) string {
	if p, ok := powerOf[unit]; ok {
		return p
	}
	if unit == "" {
		return ""
	}
	return unit + "/h"
}

// thin joins slots so that at most n are left, for small pictures.
func thin(slots []series.Slot, n int) []series.Slot {
	k := (len(slots) + n - 1) / max(n, 1)
	if k <= 1 {
		return slots
	}
	var out []series.Slot
	for i := 0; i < len(slots); i += k {
		part := slots[i:min(i+k, len(slots))]
		s := series.Summarize(part)
		out = append(out, series.Slot{Start: part[0].Start, End: part[len(part)-1].End, Value: s.Mean, Missing: s.Count == 0})
	}
	return out
}

// counts says how many rows are in each state.
func counts(states []templates.StateModel, l locale.Locale) []templates.StateModel {
	n := map[string]int{}
	for _, s := range states {
		n[s.Name]++
	}
	var list []templates.StateModel
	for _, name := range slices.Backward(chart.MapStates) {
		if n[name] > 0 {
			list = append(list, templates.StateModel{Name: name, Text: l.T(locale.Key("count."+name), n[name])})
		}
	}
	return list
}

// partial says how many sites could not be read, nil when all could.
func partial(sites []siteProfile, l locale.Locale, retry string) *templates.FailureModel {
	failed := 0
	for _, s := range sites {
		if s.electricity.err != nil || s.solar.err != nil {
			failed++
		}
	}
	if failed == 0 {
		return nil
	}
	if failed == len(sites) {
		return &templates.FailureModel{Text: l.T("partial.no-site", failed), RetryTo: retry}
	}
	return &templates.FailureModel{Text: l.T("partial.sites", failed, len(sites)), RetryTo: retry}
}

// siteMap draws the sites whose place is known, nil without any. Clusters lead to a closer view of the map of all sites.
func siteMap(sites []siteProfile, rows []templates.StateModel, spec chart.MapSpec, l locale.Locale, href func(chart.Box) string) (templ.Component, chart.Box) {
	for i, s := range sites {
		if at := s.site.Location; at != nil {
			name := locale.Name(s.site.Name)
			spec.Markers = append(spec.Markers, chart.Marker{Latitude: at.Lat, Longitude: at.Lon, Label: name + ", " + rows[i].Text, Href: siteHref(s.site.ID), State: rows[i].Name})
		}
	}
	if len(spec.Markers) == 0 {
		return nil, chart.Box{}
	}
	spec.Cluster = func(c chart.Cluster) (string, string) {
		return l.T("map.cluster", len(c.Members), l.T(locale.Key("state."+c.State))), href(c.Box)
	}
	return chart.Map(spec)
}

// mapHref is a part of the map of all sites.
func mapHref(b chart.Box) string { return query.With("/sites", "view", "map", "box", b.String()) }

// sumOf adds up the rows that are shown, as far as they have figures in energy.
func sumOf(sites []siteProfile, l locale.Locale, now time.Time) templates.SiteSumModel {
	today, power, whole, known := 0.0, 0.0, 0, 0
	for _, s := range sites {
		factor, ok := kilo[s.electricity.unit]
		if !s.electricity.usable() || !ok {
			continue
		}
		f := s.electricity.figures(s.site.Zone(), now)
		known++
		today += f.today * factor
		if f.nowKnown {
			power += f.now * factor
		}
		if math.Round(f.share*1000) >= 1000 {
			whole++
		}
	}
	if known == 0 {
		return templates.SiteSumModel{}
	}
	return templates.SiteSumModel{Text: l.T("sites.sum", known, whole), Today: l.Quantity(today, "kWh"), Now: l.Quantity(power, "kW")}
}
