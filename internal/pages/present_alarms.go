package pages

import (
	"cmp"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"portico/internal/datahub"
	"portico/internal/locale"
	"portico/internal/query"
	"portico/internal/series"
	"portico/web/templates"
)

func alarmHref(id datahub.AlarmID) string { return "/alarms/" + url.PathEscape(string(id)) }

func presentAlarms(d alarmsData, l locale.Locale, layout templates.LayoutModel) templates.AlarmsModel {
	m := templates.AlarmsModel{Layout: layout, Head: templates.PageHeadModel{Title: l.T("place.alarms"), Facts: d.counts(l)}, Sections: alarmSections(l, query.With("/alarms", "view", d.query.view), d.may), Views: d.views(l), Filter: d.filter(l)}
	m.ReturnTo = d.query.unfolded(d.query.open)
	for _, format := range []string{"csv", "xlsx"} {
		m.Head.Actions = append(m.Head.Actions, templates.Link{Text: strings.ToUpper(format), Href: d.query.fileHref(format)})
	}
	m.Notices = alarmNotices(d.pending, d.may(datahub.FeatureAlarms, datahub.RightWrite), l)
	if d.done != "" {
		m.Done = l.T(locale.Key("alarms.done-" + d.done))
	}
	if d.days != nil {
		chart := d.days.chart(l, m.ReturnTo)
		m.Days = &chart
		return m
	}
	for _, e := range d.entries {
		m.Entries = append(m.Entries, d.entry(e, l))
	}
	if len(m.Entries) == 0 {
		m.Empty = d.empty(l)
		return m
	}
	m.Selectable = slices.ContainsFunc(m.Entries, templates.AlarmEntryModel.CanBeChosen)
	m.Pager = d.pager(l)
	return m
}

// alarmSections lead to what belongs to alarms.
func alarmSections(l locale.Locale, here string, may func(string, datahub.Right) bool) []templates.TabModel {
	var list []templates.TabModel
	for _, s := range []struct{ text, href, feature string }{{"place.alarms", "/alarms", datahub.FeatureAlarms}, {"alarms.days", "/alarms?view=days", datahub.FeatureAlarms}, {"place.events", "/events", datahub.FeatureEvents}} {
		if !may(s.feature, datahub.RightRead) {
			continue
		}
		list = append(list, templates.TabModel{Link: templates.Link{Text: l.T(locale.Key(s.text)), Href: s.href}, Current: s.href == here})
	}
	return list
}

// counts says how many alarms there are that matter now.
func (d alarmsData) counts(l locale.Locale) []string {
	open, seen, cleared := 0, 0, 0
	today := midnight(d.now, d.zone, 0)
	for _, a := range d.counted {
		switch state := alarmState(a); {
		case state == alarmPresent:
			open++
		case state == alarmAcknowledged:
			seen++
		case state == alarmCleared && !changed(a).Before(today):
			cleared++
		}
	}
	return []string{l.T("alarms.open-count", open), l.T("alarms.seen", seen), l.T("alarms.cleared-today", cleared)}
}

// views are the states that the list can show.
func (d alarmsData) views(l locale.Locale) []templates.TabModel {
	if d.query.view == "days" {
		return nil
	}
	var list []templates.TabModel
	for _, view := range alarmViews {
		n := 0
		for _, a := range d.counted {
			if inView(a, view) {
				n++
			}
		}
		list = append(list, templates.TabModel{Link: templates.Link{Text: l.T(locale.Key("alarms.view-" + view)), Href: d.query.href(view, "", 1)}, Count: l.Int(n), Current: cmp.Or(d.query.state, alarmViews[0]) == view})
	}
	return list
}

func (d alarmsData) entry(e alarmEntry, l locale.Locale) templates.AlarmEntryModel {
	var m templates.AlarmEntryModel
	var ids []string
	for _, a := range e.alarms {
		m.Rows = append(m.Rows, d.row(a, l))
		ids = append(ids, string(a.ID))
	}
	if len(e.alarms) == 1 {
		return m
	}
	from, to := changed(e.alarms[0]), changed(e.alarms[0])
	for _, a := range e.alarms {
		from, to = earlierOf(from, changed(a)), laterOf(to, changed(a))
	}
	site := d.sites[e.alarms[0].Site]
	m.Storm = l.T("alarms.storm", len(e.alarms), locale.Name(site.Name), l.Duration(max(to.Sub(from), time.Minute)))
	m.Since = clock(from, d.in(site.Zone()), d.now, l)
	m.State = alarmStateModel(e.alarms[0], l)
	m.IDs = strings.Join(ids, ",")
	m.Selectable = slices.ContainsFunc(m.Rows, func(r templates.AlarmRowModel) bool { return r.Selectable })
	return m
}

func earlierOf(a, b time.Time) time.Time {
	if b.Before(a) {
		return b
	}
	return a
}

func laterOf(a, b time.Time) time.Time {
	if b.After(a) {
		return b
	}
	return a
}

func clock(t time.Time, zone *time.Location, now time.Time, l locale.Locale) templates.ClockModel {
	return templates.ClockModel{Text: l.DateTime(t.In(zone), now), ISO: t.UTC().Format(time.RFC3339)}
}

func (d alarmsData) row(a datahub.Alarm, l locale.Locale) templates.AlarmRowModel {
	site := d.sites[a.Site]
	m := templates.AlarmRowModel{
		ID: string(a.ID), Name: locale.Name(a.Name), Href: alarmHref(a.ID), Site: locale.Name(site.Name), SiteHref: siteHref(a.Site), State: alarmStateModel(a, l), Priority: priorityText(a, l),
		Pending: d.isPending(a.ID), Rule: ruleText(a, d.units[a.Variable], l),
	}
	d.unfold(&m, a, l)
	m.Selectable = a.Latest != nil && !a.Latest.State.Acknowledged && !m.Pending && d.may(datahub.FeatureAlarms, datahub.RightWrite)
	if a.Latest == nil {
		return m
	}
	m.Since = clock(a.Latest.Time, d.in(site.Zone()), d.now, l)
	m.For = l.Duration(d.now.Sub(a.Latest.Time))
	if alarmKind(a) != "binary" {
		m.Value = l.Quantity(a.Latest.Value, d.units[a.Variable])
	}
	if a.Latest.State.Acknowledged && a.Latest.By != "" {
		m.By = l.T("alarms.acknowledged-by", locale.Plain(a.Latest.By))
	}
	return m
}

func (d alarmsData) isPending(id datahub.AlarmID) bool {
	return slices.ContainsFunc(d.pending, func(u undoable) bool { return !u.Failed && slices.Contains(u.Alarms, id) })
}

// alarmStateModel is a shape and a word: the more urgent a present alarm, the more its shape stands out.
func alarmStateModel(a datahub.Alarm, l locale.Locale) templates.StateModel {
	state := alarmState(a)
	name := map[string]string{alarmPresent: "attention", alarmAcknowledged: "late", alarmCleared: "ok", alarmUncertain: "none", alarmSilenced: "none", alarmQuiet: "ok"}[state]
	if state == alarmPresent && urgency(a) == 1 {
		name = "alarm"
	}
	return templates.StateModel{Name: name, Text: l.T(locale.Key("alarms.state-" + state))}
}

// priorityText says how urgent an alarm is: by the word for its number, or as the Data Hub has it.
func priorityText(a datahub.Alarm, l locale.Locale) string {
	switch n := urgency(a); n {
	case 1, 2, 3:
		return l.T(locale.Key("alarms.priority-" + strconv.Itoa(n)))
	}
	return locale.Plain(strings.Trim(string(a.Priority), `"`))
}

// ruleText says when the alarm sets and resets.
func ruleText(a datahub.Alarm, unit string, l locale.Locale) string {
	if alarmKind(a) == "binary" || a.Set == nil {
		return l.T("alarms.rule-binary")
	}
	reset := *a.Set
	if a.Reset != nil {
		reset = *a.Reset
	}
	return l.T(locale.Key("alarms.rule-"+alarmKind(a)), locale.Join(l.Precise(*a.Set), unit), locale.Join(l.Precise(reset), unit))
}

// alarmNotices tell of acknowledgements that can still be undone, and of those that failed, which can be tried again.
func alarmNotices(pending []undoable, again bool, l locale.Locale) []templates.AlarmNoticeModel {
	var list []templates.AlarmNoticeModel
	for _, u := range pending {
		n := templates.AlarmNoticeModel{Name: u.name, Failed: u.Failed, Late: u.late, Note: u.Note, Again: again && u.Failed}
		n.Text = l.T("alarms.pending", len(u.Alarms), l.Clock(u.Due.In(datahub.HomeZone())))
		if !u.Failed {
			n.In = strconv.Itoa(int(max(time.Until(u.Due), 0).Seconds()) + 2)
		}
		if u.Failed {
			n.Text = l.T("alarms.failed", len(u.Alarms))
			if u.Refused {
				n.Text = l.T("alarms.refused", len(u.Alarms))
			}
			for _, id := range u.Alarms {
				n.IDs = append(n.IDs, string(id))
			}
		}
		list = append(list, n)
	}
	return list
}

func (d alarmsData) empty(l locale.Locale) *templates.EmptyModel {
	m := &templates.EmptyModel{Text: l.T("alarms.none"), Next: templates.Link{Text: l.T("alarms.show-all"), Href: alarmsQuery{}.href("all", "", 1)}}
	switch {
	case d.wrong != nil:
		m.Text = l.T("series.problems")
	case d.query.filtered():
		m.Text = l.T("alarms.none-found")
	}
	return m
}

func (d alarmsData) pager(l locale.Locale) templates.PagerModel {
	q := d.query
	first := (q.page-1)*alarmsPerPage + 1
	m := templates.PagerModel{Text: l.T("page.range", first, first+len(d.entries)-1, d.total)}
	if q.page > 1 {
		m.Prev = q.href(q.state, "", q.page-1)
	}
	if first+len(d.entries)-1 < d.total {
		m.Next = q.href(q.state, "", q.page+1)
	}
	return m
}

// chart draws a bar for each day.
func (d *alarmDays) chart(l locale.Locale, retry string) templates.ChartModel {
	m := templates.ChartModel{ID: "days", Title: l.T("alarms.days-title", alarmDaysBack)}
	if d.read == 0 && d.asked > 0 {
		m.Failure = &templates.FailureModel{Text: l.T("panel.failed"), RetryTo: retry}
		return m
	}
	sum := series.Summarize(d.slots)
	m.Summary = l.T("alarms.days-none")
	if sum.Sum > 0 {
		m.Summary = l.T("alarms.days-sum", int(sum.Sum), l.Date(sum.MaxAt.In(d.r.Zone)), int(sum.Max))
	}
	if d.read < d.asked {
		m.Notes = []string{l.T("alarms.days-partly", d.read, d.asked)}
	}
	trendData{id: "days", r: d.r, now: d.r.To, lines: []trendLine{{slots: d.slots, color: 4, bars: true, zero: true, label: l.T("place.alarms")}}}.fill(&m, l)
	return m
}
