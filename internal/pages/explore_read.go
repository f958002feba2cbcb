package pages

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"time"

	"portico/internal/datahub"
	"portico/internal/series"
)

// clockDrift is how far ahead of the clock points are looked for: a meter whose clock is ahead sends values of the future, which are shown as such.
const clockDrift = time.Hour

// course is what was read of one variable over a range.
type course struct {
	asked    datahub.DataQuery
	points   int           // that came
	slots    []series.Slot // in the unit that is shown
	readings []series.Slot // of a counter, before they become differences; nil otherwise
	late     []absence     // stretches of the range whose values came late
	ahead    time.Duration // by which the newest point lies in the future; 0 when it does not
	err      error
}

// readCourse reads what the explorer's picture needs.
func (d *exploreData) readCourse(ctx context.Context, rd *reader) error {
	if d.query.view != "chart" {
		return d.readPoints(ctx, rd)
	}
	return rd.all(ctx, d.readPoints, d.readOverview, d.readMarks)
}

// readPoints reads all lines and what they are compared with, a few at a time.
func (d *exploreData) readPoints(ctx context.Context, rd *reader) error {
	before, compare := d.r.Shift(d.compare)
	var jobs []func(context.Context) error
	for i := range d.lines {
		l := &d.lines[i]
		jobs = append(jobs, func(ctx context.Context) error {
			l.course = l.read(ctx, rd, d.r, d.granularity)
			return endsSession(l.err)
		})
		if compare && compares(d.query.view) {
			jobs = append(jobs, func(ctx context.Context) error {
				l.compared = l.read(ctx, rd, before, d.granularity)
				l.compared.slots = series.Align(l.compared.slots, before, d.r)
				return endsSession(l.compared.err)
			})
		}
	}
	return each(ctx, jobs, func(ctx context.Context, _ int, f func(context.Context) error) error { return f(ctx) })
}

// compares reports whether a view shows an earlier range too.
func compares(view string) bool { return view == "chart" || view == "table" || view == "duration" }

// read reads the points of r that there can be by now and lays them onto slots. For a counter it reads one slot more before r, so that the first has an amount too.
func (l *exploreLine) read(ctx context.Context, rd *reader, r series.Range, g datahub.Granularity) course {
	wider, step := r, l.variable.Step.Duration()
	if l.differences {
		wider.From = oneBefore(r, g, step)
	}
	q := l.question(wider, g, rd.now)
	got := course{asked: datahub.DataQuery{Variable: l.variable.ID, From: q.span.from, To: q.span.to, Granularity: g, Aggregate: q.span.agg, Zone: r.Zone}}
	if got.err = l.ask(ctx, rd, q); got.err != nil {
		return got
	}
	got.points = len(q.points)
	if last := q.last().Time; last.After(rd.now) {
		got.ahead = last.Sub(rd.now)
	}
	slots := series.Fill(q.points, wider, g, step, rd.now)
	absences := rd.absences(l.variable, slots)
	if l.differences {
		got.readings = slots
		slots = between(series.Differences(slots), r.From, r.To)
	}
	got.slots = l.shown(slots)
	series.MarkSpikes(got.slots)
	for i := range got.slots {
		got.slots[i].Spike = got.slots[i].Spike && !l.partial(got.slots[i], g, r, rd.now)
	}
	series.MarkLate(got.slots, absences.late())
	got.late = absences.within(r)
	return got
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

// ask reads the points of a question, piece by piece where it is a long one.
func (l *exploreLine) ask(ctx context.Context, rd *reader, q *question) error {
	if !q.span.from.Before(q.span.to) {
		return nil
	}
	pieces := l.pieces(q, rd.now)
	err := rd.points(ctx, pieces)
	for _, p := range pieces {
		if p != q {
			q.points, q.err = append(q.points, p.points...), cmp.Or(q.err, p.err)
		}
	}
	return cmp.Or(err, q.err)
}

// shown is what becomes of slots: in the unit that is asked for, calculated ones as estimates, without what is left out.
func (l *exploreLine) shown(slots []series.Slot) []series.Slot {
	if l.factor != 1 {
		slots = scaled(slots, func(s series.Slot) float64 { return s.Value * l.factor })
	}
	if l.variable.Calculated {
		for i := range slots {
			slots[i].State = series.Estimated
		}
	}
	return series.Without(slots, l.without)
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

// isAmount reports whether the shown values can be added up.
func (l *exploreLine) isAmount(g datahub.Granularity) bool {
	return l.differences || l.variable.QuantityType == datahub.Integrated && (g == datahub.GranularityRaw || l.aggregate == datahub.Sum)
}

// partial reports whether a bucket has a part of its amount only: it began before the range, or is not over.
func (l *exploreLine) partial(s series.Slot, g datahub.Granularity, r series.Range, now time.Time) bool {
	return g != datahub.GranularityRaw && l.isAmount(g) && !s.Missing && (s.Start.Before(r.From) || s.End.After(now))
}

// entire is the slots without the values of partial ones: a line would fall to them, as if hardly anything were used.
func (l *exploreLine) entire(g datahub.Granularity, r series.Range, now time.Time) []series.Slot {
	isPartial := func(s series.Slot) bool { return l.partial(s, g, r, now) }
	if !slices.ContainsFunc(l.slots, isPartial) {
		return l.slots
	}
	slots := slices.Clone(l.slots)
	for i, s := range slots {
		if isPartial(s) {
			slots[i].Missing, slots[i].Future = true, true
		}
	}
	return slots
}

// unplaced is what a counter counted in its silences, in the unit that is shown.
func (l *exploreLine) unplaced() float64 { return series.Unplaced(l.readings) * l.factor }

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
