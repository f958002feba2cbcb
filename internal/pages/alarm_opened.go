package pages

import (
	"context"
	"slices"
	"time"

	"portico/internal/datahub"
	"portico/internal/locale"
	"portico/internal/query"
	"portico/internal/series"
	"portico/web/templates"
)

// alarmTimes is how many of the last times at which an alarm was present its opened row lists.
const alarmTimes = 5

// readOpened reads the alarm whose row is opened. One that is not in the list is none: it may have ended since.
func (d *alarmsData) readOpened(ctx context.Context, rd *reader) error {
	for _, e := range d.entries {
		if i := slices.IndexFunc(e.alarms, func(a datahub.Alarm) bool { return a.ID == d.query.open }); i >= 0 {
			d.opened = &alarmData{alarm: e.alarms[i], now: d.now, may: d.may}
			return d.opened.read(ctx, rd)
		}
	}
	return nil
}

// unfold says where the row of an alarm opens and closes, and what it opens to.
func (d alarmsData) unfold(m *templates.AlarmRowModel, a datahub.Alarm, l locale.Locale) {
	if d.opened == nil || d.opened.alarm.ID != a.ID {
		m.Unfold = d.query.unfolded(a.ID)
		return
	}
	m.Unfold, m.Opened = d.query.unfolded(""), d.opened.details(l)
}

// details are the alarm in short, for its row in the list.
func (d alarmData) details(l locale.Locale) *templates.AlarmDetailsModel {
	m := &templates.AlarmDetailsModel{Chart: d.chart(l), Facts: d.facts(l), Links: []templates.Link{{Text: l.T("alarms.page"), Href: alarmHref(d.alarm.ID)}}}
	m.Chart.Link = templates.Link{}
	if d.variable.ID != 0 {
		m.Links = append(m.Links, templates.Link{Text: l.T("column.variable"), Href: variableHref(d.variable.ID)},
			templates.Link{Text: l.T("chart.open"), Href: query.With("/explore", "s", idText(int64(d.variable.ID)), "from", series.Local(d.r.From, d.zone), "to", series.Local(d.r.To, d.zone))})
	}
	if d.failed != nil {
		m.Failure = &templates.FailureModel{Text: l.T("panel.failed"), RetryTo: alarmHref(d.alarm.ID)}
		return m
	}
	spans := spansOf(d.alarm, d.changes, d.now.Add(-alarmHistoryBack), d.now)
	for _, s := range slices.Backward(spans[max(len(spans)-alarmTimes, 0):]) {
		m.Times = append(m.Times, templates.LinkedTime{Link: templates.Link{Text: l.DateTime(s.from.In(d.zone), d.now), Href: d.href(s.from, alarmSpans[0])}, For: l.Duration(max(s.to.Sub(s.from), time.Minute))})
	}
	return m
}
