package pages

import (
	"context"
	"slices"
	"time"

	"portico/internal/datahub"
	"portico/internal/locale"
	"portico/internal/series"
	"portico/web/templates"
)

// lastDays is how many days back the last value of a variable without any in the range is looked for.
const lastDays = 400

// readNewest finds out when the newest values came, where slots only know their hour or day, and on which day the last did, where none did in the range.
func (d *exploreData) readNewest(ctx context.Context, rd *reader) error {
	asked := map[*exploreLine]*question{}
	var all []*question
	for i := range d.lines {
		line := &d.lines[i]
		var q question
		switch {
		case line.err != nil:
			continue
		case series.Summarize(line.slots).Count == 0:
			q = question{variable: line.variable.ID, span: span{name: "last day", from: midnight(rd.now, d.zone, -lastDays), to: rd.now, g: datahub.GranularityDay, agg: datahub.Count, zone: d.zone}}
		case !d.r.To.Before(rd.now) && lengthOf(line.slots) > line.variable.Step.Duration():
			q = newestQuestion(line.variable, rd.now)
		default:
			continue
		}
		asked[line], all = &q, append(all, &q)
	}
	if err := rd.points(ctx, all); err != nil {
		return err
	}
	for line, q := range asked { // what cannot be read is not known: the widget says the rest
		points := slices.DeleteFunc(slices.Clone(q.points), func(p datahub.DataPoint) bool {
			return q.span.agg == datahub.Count && p.Value == 0 || p.Time.After(rd.now)
		})
		if q.err == nil && len(points) > 0 {
			line.newest = points[len(points)-1].Time
		}
	}
	return nil
}

// lastValue is when the newest value of a line came, and how often one should.
func (l *exploreLine) lastValue() (at time.Time, step time.Duration) {
	if !l.newest.IsZero() {
		return l.newest, l.variable.Step.Duration()
	}
	return series.Summarize(l.slots).LastAt, max(l.variable.Step.Duration(), lengthOf(l.slots))
}

// missed says that the range has no data, and leads to the last day that has.
func (d *exploreData) missed(m *templates.WidgetModel, l locale.Locale) {
	m.State, m.Reason = "empty", l.T("widget.no-data")
	var day time.Time
	for i := range d.lines {
		if at := d.lines[i].newest; at.After(day) {
			day = midnight(at, d.zone, 0)
		}
	}
	if day.IsZero() {
		return
	}
	text := l.Day(day)
	if day.Year() != d.now.In(d.zone).Year() {
		text = l.Date(day)
	}
	m.Reason = l.T("widget.last-data", text)
	m.Next = templates.Link{Text: l.T("widget.go-there"), Href: d.query.href(func(q *exploreQuery) {
		q.view, q.g = exploreViews[0], ""
		q.from, q.to = series.Local(day, d.zone), series.Local(midnight(day, d.zone, 1), d.zone)
	})}
}
