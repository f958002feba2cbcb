package pages

import (
	"cmp"
	"math"
	"slices"
	"time"

	"portico/internal/datahub"
	"portico/internal/locale"
	"portico/internal/series"
	"portico/web/templates"
)

// The night is what lies between these hours of the site's clock: nobody works, so that what is used then is the base load.
const nightFrom, nightTo = 1, 5

// nightGrowth is from which change on the base load of a night is worth a line.
const nightGrowth = 0.1

// nightChange is the base load of a site last night and a week before, in units of its meter per hour.
type nightChange struct {
	site        siteProfile
	now, before float64
	silent      time.Duration // for how long no values came during the night
}

func (n nightChange) growth() float64 {
	if n.before <= 0 {
		return 0
	}
	return n.now/n.before - 1
}

// size is by how much power the night differs from the one before, in kW.
func (n nightChange) size() float64 { return math.Abs(n.now-n.before) * kilo[n.site.electricity.unit] }

// lastNight is the day whose night is over.
func lastNight(now time.Time, zone *time.Location) time.Time {
	if now.In(zone).Hour() < nightTo {
		return midnight(now, zone, -1)
	}
	return midnight(now, zone, 0)
}

// nightOf are the slots of the night that ends on a day.
func nightOf(slots []series.Slot, day time.Time) []series.Slot {
	r := nightRange(day)
	return between(slots, r.From, r.To)
}

// overnight compares the nights of sites, the greatest change first. Sites whose night was as usual are left out.
func overnight(sites []siteProfile, now time.Time) []nightChange {
	var list []nightChange
	for _, s := range sites {
		if !s.electricity.usable() {
			continue
		}
		day := lastNight(now, s.site.Zone())
		tonight := power(nightOf(s.electricity.slots, day))
		last, before := series.Summarize(tonight), series.Summarize(power(nightOf(s.electricity.before, earlier(day, s.site.Zone(), 7))))
		n := nightChange{site: s, now: last.Mean, before: before.Mean}
		for _, g := range series.Gaps(tonight) {
			n.silent += g.To.Sub(g.From)
		}
		if n.silent == 0 && (last.Count == 0 || before.Count == 0 || math.Abs(n.growth()) < nightGrowth) {
			continue
		}
		list = append(list, n)
	}
	slices.SortStableFunc(list, func(a, b nightChange) int {
		return cmp.Or(cmp.Compare(b.silent, a.silent), cmp.Compare(b.size(), a.size()))
	})
	return list
}

// overnightRows bounds how many sites the overview names.
const overnightRows = 6

func presentOvernight(sites []siteProfile, now time.Time, l locale.Locale) templates.ListModel {
	m := templates.ListModel{Caption: l.T("overnight.title"), Columns: columns(l, "site", "night", "change", "note"), Note: l.T("overnight.about", nightFrom, nightTo)}
	m.Columns[1].Number, m.Columns[2].Number = true, true
	m.Rows = leakRows(sites, l)
	for _, n := range overnight(sites, now) {
		if len(m.Rows) >= overnightRows {
			break
		}
		change, note := locale.None, ""
		if n.before > 0 && n.silent == 0 {
			change = l.Change(n.before, n.now)
		}
		if n.silent > 0 {
			note = l.T("overnight.silent", l.Duration(n.silent))
		}
		m.Rows = append(m.Rows, []templates.CellModel{
			{Text: locale.Name(n.site.site.Name), Href: siteHref(n.site.site.ID)}, {Text: l.Quantity(n.now, rateUnit(n.site.electricity.unit)), Number: true}, {Text: change, Number: true}, {Text: note},
		})
	}
	if len(m.Rows) == 0 {
		m.Empty, m.Note = &templates.EmptyModel{Text: l.T("overnight.none")}, ""
		if n, err := metersRead(sites); n == 0 && err != nil {
			m.Empty.Text = Trouble(err, l)
		} else if err != nil {
			m.Empty.Text = l.T("overnight.partly")
		}
	}
	return m
}

// overviewAlarms bounds how many alarms the overview names.
const overviewAlarms = 6

// presentOpenAlarms lists the alarms that are present, those that ask most for attention first.
func presentOpenAlarms(sites []siteProfile, now time.Time, l locale.Locale) templates.ListModel {
	m := templates.ListModel{Caption: l.T("overview.alarms"), Columns: columns(l, "alarm", "state", "since"), Links: []templates.TabModel{{Link: templates.Link{Text: l.T("overview.all-alarms"), Href: "/alarms"}}}}
	names, zones := map[datahub.SiteID]string{}, map[datahub.SiteID]*time.Location{}
	var present []datahub.Alarm
	for _, s := range sites {
		names[s.site.ID], zones[s.site.ID] = locale.Name(s.site.Name), s.site.Zone()
		present = append(present, s.present...)
	}
	slices.SortFunc(present, byUrgency)
	for _, a := range present[:min(len(present), overviewAlarms)] {
		state := alarmStateModel(a, l)
		since := templates.CellModel{Text: l.DateTime(changed(a).In(zones[a.Site]), now), ISO: changed(a).Format(time.RFC3339)}
		m.Rows = append(m.Rows, []templates.CellModel{{Text: locale.Name(a.Name), Note: names[a.Site], Href: alarmHref(a.ID)}, {Text: state.Text, State: state}, since})
	}
	if n := len(present) - len(m.Rows); n > 0 {
		m.Note = l.T("overview.more-alarms", n)
	}
	if len(m.Rows) == 0 {
		m.Empty = &templates.EmptyModel{Text: l.T("overview.no-alarms")}
	}
	return m
}
