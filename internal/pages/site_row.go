package pages

import (
	"math"
	"strconv"
	"time"

	"github.com/a-h/templ"

	"portico/internal/chart"
	"portico/internal/datahub"
	"portico/internal/locale"
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
	m := templates.SiteRowModel{Name: locale.Name(s.site.Name), Href: siteHref(s.site.ID), Town: locale.Plain(s.site.City), Kind: siteKind(s), Now: locale.None, Today: locale.None, Change: locale.None, Data: locale.None}
	switch {
	case p.err != nil:
		m.State, m.Age = templates.StateModel{Name: "none", Text: l.T("state.failed")}, l.T("state.failed")
		return m
	case !p.found:
		m.State = templates.StateModel{Name: "none", Text: l.T("state.no-meter")}
		return m
	case p.last.IsZero():
		m.State = templates.StateModel{Name: "silent", Text: l.T("state.silent")}
		m.Age = l.T("state.no-data")
		return m
	}
	zone := s.site.Zone()
	f := p.figures(zone, now)
	m.State = templates.StateModel{Name: freshness(f.age, p.own)}
	more, comparable := f.change()
	if m.State.Name == "ok" && comparable && more >= attentionFrom && now.Sub(midnight(now, zone, 0)) >= 2*time.Hour {
		m.State.Name = "attention"
	}
	m.State.Text = l.T(locale.Key("state." + m.State.Name))
	if f.nowKnown && m.State.Name != "silent" {
		m.Now = l.Quantity(f.now, rateUnit(p.unit))
	}
	m.Today = l.Quantity(f.today, p.unit)
	if comparable {
		m.Change, m.Tone = l.Change(f.before, f.sofar), tone(f.before, f.sofar, true)
	}
	m.Spark = chart.Sparkline(thin(between(p.slots, now.Add(-24*time.Hour), now), 48), 1, 100, 28)
	m.Data, m.Age = l.Percent(f.share), l.Duration(f.age)
	return m
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
func counts(rows []templates.SiteRowModel, l locale.Locale) []templates.StateModel {
	n := map[string]int{}
	for _, r := range rows {
		n[r.State.Name]++
	}
	var list []templates.StateModel
	for _, name := range []string{"ok", "attention", "late", "silent", "none"} {
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
	return &templates.FailureModel{Text: l.T("partial.sites", failed, len(sites)), RetryTo: retry}
}

// siteMap draws the sites whose place is known, nil without any. Only sites around Belgium fit the picture.
func siteMap(sites []siteProfile, rows []templates.SiteRowModel, title string, width, height int) templ.Component {
	var markers []chart.Marker
	states := map[string]string{"ok": "ok", "attention": "alarm", "late": "alarm", "silent": "silent", "none": "silent"}
	for i, s := range sites {
		at := s.site.Location
		if at == nil || at.Lat < 49 || at.Lat > 52 || at.Lon < 2 || at.Lon > 7 {
			continue
		}
		markers = append(markers, chart.Marker{Latitude: at.Lat, Longitude: at.Lon, Label: rows[i].Name + ", " + rows[i].State.Text, Href: rows[i].Href, State: states[rows[i].State.Name]})
	}
	if len(markers) == 0 {
		return nil
	}
	return chart.Map(title, markers, width, height)
}

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
