package pages

import (
	"context"
	"slices"
	"time"

	"portico/internal/datahub"
	"portico/internal/series"
)

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

// readPoints reads all lines and what they are compared with.
func (d *exploreData) readPoints(ctx context.Context, rd *reader) error {
	before, compare := d.r.Before(d.compare, d.granularity)
	compare = compare && compares(d.query.view)
	var list []*wantedCourse
	for i := range d.lines {
		l := &d.lines[i]
		if list = append(list, l.want(d.r, d.granularity, rd.now)); compare {
			w := l.want(before, d.granularity, rd.now)
			w.compared, list = true, append(list, w)
		}
	}
	if err := rd.askTogether(ctx, list); err != nil {
		return err
	}
	return each(ctx, list, func(_ context.Context, _ int, w *wantedCourse) error {
		got := w.course(rd)
		if !w.compared {
			w.line.course = got
			return nil
		}
		got.slots = d.r.Compared(d.compare, d.granularity, got.slots)
		w.line.compared = got
		return nil
	})
}

// compares reports whether a view shows an earlier range too.
func compares(view string) bool { return view == "chart" || view == "table" || view == "duration" }

// read reads one course by itself.
func (l *exploreLine) read(ctx context.Context, rd *reader, r series.Range, g datahub.Granularity) course {
	w := l.want(r, g, rd.now)
	if err := rd.points(ctx, w.pieces); err != nil {
		return course{asked: w.asked(), err: err}
	}
	return w.course(rd)
}

// course lays the points that came, those that there can be by now, onto slots.
func (w *wantedCourse) course(rd *reader) course {
	l, got := w.line, course{asked: w.asked()}
	points, err := w.answer()
	if got.err = err; err != nil {
		return got
	}
	if got.points = len(points); got.points > 0 && points[got.points-1].Time.After(rd.now) {
		got.ahead = points[got.points-1].Time.Sub(rd.now)
	}
	slots := series.Fill(points, w.wider, w.g, l.variable.Step.Duration(), rd.now)
	absences := rd.absences(l.variable, slots)
	if l.differences {
		got.readings = slots
		slots = between(series.Differences(slots), w.r.From, w.r.To)
	}
	got.slots = l.shown(slots)
	series.MarkSpikes(got.slots)
	for i := range got.slots {
		got.slots[i].Spike = got.slots[i].Spike && !l.partial(got.slots[i], w.g, w.r, rd.now)
	}
	series.MarkLate(got.slots, absences.late())
	got.late = absences.within(w.r)
	return got
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
