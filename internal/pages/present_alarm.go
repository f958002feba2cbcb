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

// Bounds of what an alarm's page shows of what may be a lot.
const (
	alarmEvents  = 12
	alarmFlags   = 24
	alarmChanges = 100
)

func presentAlarm(d alarmData, l locale.Locale, layout templates.LayoutModel) templates.AlarmModel {
	a := d.alarm
	m := templates.AlarmModel{Layout: layout, ID: string(a.ID), ReturnTo: alarmHref(a.ID)}
	m.Renewed, m.Every = d.renewal(layout.ReturnTo)
	m.Head = templates.PageHeadModel{
		Crumbs: []templates.Link{{Text: l.T("place.alarms"), Href: "/alarms"}, {Text: locale.Name(d.site.Name), Href: siteHref(a.Site)}, {Text: locale.Name(d.source.Name), Href: sourceHref(a.Source)}},
		Title:  locale.Name(a.Name), State: alarmStateModel(a, l), Facts: texts(priorityText(a, l), ruleText(a, d.unit, l), d.zone.String()),
	}
	if a.Latest != nil {
		m.Since = l.T("alarms.since", l.DateTime(a.Latest.Time.In(d.zone), d.now), l.Duration(d.now.Sub(a.Latest.Time)))
	}
	mayAcknowledge := d.may(datahub.FeatureAlarms, datahub.RightWrite)
	m.Notices = alarmNotices(d.pending, mayAcknowledge, l)
	waits := slices.ContainsFunc(d.pending, func(u undoable) bool { return !u.Failed })
	m.Selectable = a.Latest != nil && !a.Latest.State.Acknowledged && !waits && mayAcknowledge
	for _, days := range alarmSpans {
		m.Spans = append(m.Spans, templates.TabModel{Link: templates.Link{Text: l.T(locale.Key("alarms.span-" + days)), Href: d.href(d.at, days)}, Current: days == d.days})
	}
	m.Chart = d.chart(l)
	m.Line = d.stateLine(l)
	m.Facts = d.facts(l)
	m.History = d.history(l)
	if d.failed != nil {
		m.Failure = &templates.FailureModel{Text: l.T("panel.failed"), RetryTo: d.href(d.at, d.days)}
	}
	for _, e := range slices.Backward(d.events) {
		if len(m.Events) == alarmEvents {
			m.MoreEvents = templates.Link{Text: l.T("events.more-day", len(d.events)-alarmEvents), Href: eventsQuery{site: a.Site, from: series.Local(d.r.From, d.zone), to: series.Local(d.r.To, d.zone)}.href("", "")}
			break
		}
		m.Events = append(m.Events, eventRow(e, d.zone, d.now, "", "", d.may(datahub.FeatureEvents, datahub.RightWrite), l))
	}
	return m
}

// renewal is where the page is read again, and after how many seconds in any case. What is shown stays, whatever happens to the alarm, unless it ends now: then it goes on, as the variable's values come.
func (d alarmData) renewal(here string) (address, every string) {
	if d.r.To.Before(d.now) {
		return d.href(d.at, d.days), ""
	}
	step := min(max(d.variable.Step.Duration(), renewalLeast), renewalMost)
	return here, strconv.Itoa(int(step.Seconds()))
}

// How often an alarm's chart that ends now is drawn again.
const renewalLeast, renewalMost = time.Minute, 15 * time.Minute

func (d alarmData) href(at time.Time, days string) string {
	return query.With(alarmHref(d.alarm.ID), "at", at.UTC().Format(time.RFC3339), "days", days)
}

// chart is the variable's course with the values at which the alarm sets and resets, the times at which it was present, and what happened.
func (d alarmData) chart(l locale.Locale) templates.ChartModel {
	m := templates.ChartModel{ID: "alarm", Title: locale.Name(d.variable.Name), Link: templates.Link{Text: l.T("chart.open"), Href: query.With("/explore", "s", idText(int64(d.variable.ID)),
		"from", series.Local(d.r.From, d.zone), "to", series.Local(d.r.To, d.zone))}}
	if d.variable.ID == 0 {
		m.Title, m.Link = l.T("column.variable"), templates.Link{}
	}
	if d.err != nil {
		m.Failure = &templates.FailureModel{Text: l.T("panel.failed"), RetryTo: d.href(d.at, d.days)}
		return m
	}
	sum := series.Summarize(d.slots)
	if sum.Count == 0 {
		m.Empty = &templates.EmptyModel{Text: l.T("chart.empty")}
		return m
	}
	when := func(t time.Time) string { return l.DateTime(t.In(d.zone), d.now) }
	m.Summary = l.T("series.sum-mean", l.Quantity(sum.Mean, d.unit), l.Quantity(sum.Min, d.unit), when(sum.MinAt), l.Quantity(sum.Max, d.unit), when(sum.MaxAt))
	t := trendData{id: "alarm", r: d.r, now: d.now, unit: d.unit, lines: []trendLine{{slots: d.slots, color: energyColor(d.source.EnergyTypeID), label: locale.Name(d.variable.Name)}}}
	if alarmKind(d.alarm) != "binary" && d.comparable() {
		t.rules = d.rules(l)
	}
	for _, s := range d.spans() {
		if s.State == alarmPresent || s.State == alarmAcknowledged {
			s.Label = l.T(locale.Key("alarms.state-" + s.State))
			t.bands = append(t.bands, s)
		}
	}
	for _, e := range d.events {
		if len(t.flags) < alarmFlags && !e.From.Before(d.r.From) && e.From.Before(d.r.To) {
			t.flags = append(t.flags, chart.Flag{At: e.From, Label: locale.Name(e.Title)})
		}
	}
	t.fill(&m, l)
	m.Notes = gapNotes(d.slots, d.zone, d.now, l)
	return m
}

func (d alarmData) rules(l locale.Locale) []chart.Rule {
	var rules []chart.Rule
	if d.alarm.Set != nil {
		rules = append(rules, chart.Rule{Value: *d.alarm.Set, Label: l.T("alarms.set-line", locale.Join(l.Precise(*d.alarm.Set), d.unit))})
	}
	if d.alarm.Reset != nil && (d.alarm.Set == nil || *d.alarm.Reset != *d.alarm.Set) {
		rules = append(rules, chart.Rule{Value: *d.alarm.Reset, Label: l.T("alarms.reset-line", locale.Join(l.Precise(*d.alarm.Reset), d.unit)), Faint: true})
	}
	return rules
}

// spans are the times in the page's range with the state that the alarm had. What was before the first known change follows from it: only what was present can clear or be acknowledged.
func (d alarmData) spans() []chart.Band {
	var spans []chart.Band
	if n := len(d.changes); n > 0 && d.changes[n-1].Time.After(d.r.From) {
		first, before := d.changes[n-1], alarmCleared
		if state := changeState(first.State); state == alarmCleared || state == alarmAcknowledged {
			before = alarmPresent
		}
		spans = append(spans, chart.Band{From: d.r.From, To: earlierOf(first.Time, d.r.To), State: before})
	}
	for i, c := range slices.Backward(d.changes) {
		to := d.r.To
		if i > 0 {
			to = d.changes[i-1].Time
		}
		from := laterOf(c.Time, d.r.From)
		if to = earlierOf(to, d.r.To); from.Before(to) {
			spans = append(spans, chart.Band{From: from, To: to, State: changeState(c.State)})
		}
	}
	return spans
}

// stateLine draws the state over time, and says the same in words.
func (d alarmData) stateLine(l locale.Locale) templates.StateLineModel {
	var m templates.StateLineModel
	row := chart.RibbonRow{}
	share := time.Duration(0)
	for _, s := range d.spans() {
		if s.State == alarmPresent || s.State == alarmAcknowledged {
			share += s.To.Sub(s.From)
		}
		s.Label = strings.Join([]string{l.T(locale.Key("alarms.state-" + s.State)), l.Range(s.From.In(d.zone), s.To.In(d.zone))}, ": ")
		if s.State != alarmCleared {
			row.Spans = append(row.Spans, s)
		}
	}
	m.Text = l.T("alarms.present-for", l.Duration(share), l.Range(d.r.From.In(d.zone), d.r.To.In(d.zone)))
	axis := timeAxis(d.r, l)
	frame := chart.Frame{ID: "line", Width: wideWidth, Title: l.T("alarms.line"), Desc: m.Text}
	m.Wide = chart.Ribbon(chart.RibbonSpec{Frame: frame, Range: d.r, Rows: []chart.RibbonRow{row}, Time: axis, Names: 52})
	frame.ID, frame.Width = "line-n", narrowWidth
	m.Narrow = chart.Ribbon(chart.RibbonSpec{Frame: frame, Range: d.r, Rows: []chart.RibbonRow{row}, Time: axis, Names: 52})
	return m
}

func (d alarmData) facts(l locale.Locale) []templates.FactModel {
	a := d.alarm
	window, created, enabled := "", "", ""
	if a.Window.Duration() > 0 {
		window = l.Duration(a.Window.Duration()) + ", " + l.T(locale.Key("aggregate."+aggregateName(a.Aggregate)))
	}
	if !a.Created.IsZero() {
		created = strings.Join(texts(l.Date(a.Created.In(d.zone)), locale.Plain(a.CreatedBy)), ", ")
	}
	if !a.Enabled {
		enabled = l.T("alarms.off")
	}
	facts := []templates.FactModel{
		{Term: l.T("alarms.rule"), Value: ruleText(a, d.unit, l)}, {Term: l.T("alarms.priority"), Value: priorityText(a, l)}, {Term: l.T("alarms.window"), Value: window},
		{Term: l.T("alarms.checked"), Value: frequencyText(a, l)}, {Term: l.T("column.variable"), Value: locale.Name(d.variable.Name)}, {Term: l.T("column.meter"), Value: locale.Name(d.source.Name)},
		{Term: l.T("column.site"), Value: locale.Name(d.site.Name)}, {Term: l.T("alarms.made"), Value: created}, {Term: l.T("column.state"), Value: enabled},
	}
	for _, e := range a.Exceptions {
		facts = append(facts, templates.FactModel{Term: l.T("alarms.exception"), Value: strings.Join(texts(l.Range(e.From.In(d.zone), e.To.In(d.zone)), locale.Plain(e.Reason)), ": ")})
	}
	return known(append(facts, templates.FactModel{Term: l.T("fact.id"), Value: string(a.ID), Code: true}))
}

// frequencyText says when the rule is looked at; what is not known is told as the Data Hub has it.
func frequencyText(a datahub.Alarm, l locale.Locale) string {
	switch word := strings.ToLower(a.Frequency); word {
	case "raw", "rolling", "scheduled":
		return l.T(locale.Key("alarms.frequency-" + word))
	}
	return locale.Plain(a.Frequency)
}

// history is the changes of the state, newest first, with the way to the chart at that moment.
func (d alarmData) history(l locale.Locale) []templates.AlarmChangeModel {
	var list []templates.AlarmChangeModel
	for _, c := range d.changes[:min(len(d.changes), alarmChanges)] {
		state := changeState(c.State)
		m := templates.AlarmChangeModel{Time: clock(c.Time, d.zone, d.now, l), Href: d.href(c.Time, alarmSpans[0]), By: locale.Plain(c.By)}
		m.State = templates.StateModel{Name: map[string]string{alarmPresent: "attention", alarmAcknowledged: "late", alarmCleared: "ok"}[state], Text: l.T(locale.Key("alarms.state-" + state))}
		if alarmKind(d.alarm) != "binary" {
			m.Value = l.Quantity(c.Value, d.unit)
		}
		list = append(list, m)
	}
	return list
}
