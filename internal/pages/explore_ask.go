package pages

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"time"

	"portico/internal/datahub"
	"portico/internal/series"
)

// clockDrift is how far ahead of the clock points are looked for: a meter whose clock is ahead sends values of the future, which are shown as such.
const clockDrift = time.Hour

// togetherMost bounds how many values of a variable are asked for together with those of others: what is more comes sooner side by side.
const togetherMost = 2500

// wantedCourse is the course of a line over a range, and what is asked for it.
type wantedCourse struct {
	line     *exploreLine
	r, wider series.Range // wider begins one slot earlier for a counter, so that the first one has an amount too
	g        datahub.Granularity
	compared bool // it is what the line is compared with
	span     span
	pieces   []*question // that ask together for span; none where there can be no values yet
}

// want says what is asked for the points of r.
func (l *exploreLine) want(r series.Range, g datahub.Granularity, now time.Time) *wantedCourse {
	w := &wantedCourse{line: l, r: r, wider: r, g: g}
	if l.differences {
		w.wider.From = oneBefore(r, g, l.variable.Step.Duration())
	}
	q := l.question(w.wider, g, now)
	if w.span = q.span; q.span.from.Before(q.span.to) {
		w.pieces = l.pieces(q, now)
	}
	return w
}

// asked is the same as one question, for people who want to ask it themselves.
func (w *wantedCourse) asked() datahub.DataQuery {
	return datahub.DataQuery{Variable: w.line.variable.ID, From: w.span.from, To: w.span.to, Granularity: w.g, Aggregate: w.span.agg, Zone: w.r.Zone}
}

// answer is what came, piece by piece, or what one of them failed with.
func (w *wantedCourse) answer() (points []datahub.DataPoint, err error) {
	if len(w.pieces) == 1 {
		return w.pieces[0].points, w.pieces[0].err
	}
	for _, p := range w.pieces {
		if p.err != nil {
			return nil, p.err
		}
		points = append(points, p.points...)
	}
	return points, nil
}

// together reports whether what is wanted may be asked for together with other variables. A calculation may take long, or fail, which is its own line's trouble.
func (w *wantedCourse) together() bool {
	n := series.Count(w.wider, w.g, w.line.variable.Step.Duration()) // 0 where nobody knows
	return !w.line.variable.Calculated && n > 0 && n <= togetherMost
}

// askTogether reads the points of all courses, in one question where they are the same but for the variable. Each keeps its own trouble; the error is what ends the session.
func (rd *reader) askTogether(ctx context.Context, list []*wantedCourse) error {
	var same []*question
	var jobs [][]*question
	for _, w := range list {
		if w.together() {
			same = append(same, w.pieces...)
		} else {
			jobs = append(jobs, w.pieces)
		}
	}
	ask := func(ctx context.Context, _ int, questions []*question) error { return rd.points(ctx, questions) }
	if err := each(ctx, append(jobs, same), ask); err != nil {
		return err
	}
	return each(ctx, refusedTogether(same), ask)
}

// refusedTogether are the questions that were refused, to be asked again, each by itself: one that may not be asked has the others refused with it.
func refusedTogether(questions []*question) (again [][]*question) {
	asked := map[span]int{}
	for _, q := range questions {
		asked[q.span]++
	}
	for _, q := range questions {
		if e, ok := errors.AsType[*datahub.StatusError](q.err); ok && e.Status == http.StatusForbidden && asked[q.span] > 1 {
			q.err, again = nil, append(again, []*question{q})
		}
	}
	return again
}

// question is what the Data Hub is asked for a range. One that does not end before now has a name by which it is the same question a minute later.
func (l *exploreLine) question(r series.Range, g datahub.Granularity, now time.Time) *question {
	q := &question{variable: l.variable.ID, span: span{from: r.From, to: r.To, g: g, zone: r.Zone}}
	if g != datahub.GranularityRaw {
		q.span.agg = l.aggregate
	}
	if r.To.Before(now) {
		return q
	}
	q.span.name = fmt.Sprint("since ", r.From.Unix()) // from a time that does not move
	if length := r.To.Sub(r.From); r.To.Equal(now) && length%time.Minute == 0 {
		q.span.name = fmt.Sprint("last ", length)
	}
	q.span.to = now
	if g == datahub.GranularityRaw {
		q.span.to = now.Add(clockDrift)
	}
	return q
}

// calendarUnits are the units of the calendar that buckets are.
var calendarUnits = map[datahub.Granularity]string{datahub.GranularityDay: "d", datahub.GranularityWeek: "w", datahub.GranularityMonth: "M", datahub.GranularityYear: "y"}

// pieces are the questions that ask together what q does. Where the Data Hub has to put together more values than a picture is made of, the buckets that are over are a question of their own: its bounds are
// those of the calendar and stay the same, so that its answer is kept, and only the ends are asked for again.
func (l *exploreLine) pieces(q *question, now time.Time) []*question {
	unit, whole := calendarUnits[q.span.g], series.Range{From: q.span.from, To: q.span.to, Zone: q.span.zone}
	if unit == "" || series.Count(whole, datahub.GranularityRaw, l.variable.Step.Duration()) <= series.Longest {
		return []*question{q}
	}
	bucket := func(t time.Time) series.Range {
		return series.Range{From: t, To: t.Add(1), Zone: q.span.zone}.Around(unit)
	}
	first, settled := bucket(whole.From), bucket(earlierOf(whole.To, now.Add(-settledAfter))).From
	from := first.From
	if from.Before(whole.From) {
		from = first.To
	}
	if !from.Before(settled) {
		return []*question{q}
	}
	var list []*question
	piece := func(name string, from, to time.Time) {
		if p := *q; from.Before(to) {
			p.span.name, p.span.from, p.span.to = name, from, to
			list = append(list, &p)
		}
	}
	piece("", whole.From, from)
	piece("", from, settled)
	name := q.span.name
	if name != "" {
		name = fmt.Sprint("since ", settled.Unix())
	}
	piece(name, settled, whole.To)
	return list
}

// oneBefore is the start of the bucket before r.
func oneBefore(r series.Range, g datahub.Granularity, step time.Duration) time.Time {
	from := r.From.In(r.Zone)
	switch g {
	case datahub.GranularityMinute:
		return from.Add(-time.Minute)
	case datahub.GranularityHour:
		return from.Add(-time.Hour)
	case datahub.GranularityDay:
		return from.AddDate(0, 0, -1)
	case datahub.GranularityWeek:
		return from.AddDate(0, 0, -7)
	case datahub.GranularityMonth:
		return from.AddDate(0, -1, 0)
	case datahub.GranularityYear:
		return from.AddDate(-1, 0, 0)
	}
	return from.Add(-max(step, time.Hour))
}
