package pages

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"portico/internal/datahub"
)

// span is a stretch of time in which points are wanted, and how.
type span struct {
	name     string // of a stretch whose bounds move with the clock; "" for one that stays
	from, to time.Time
	g        datahub.Granularity
	agg      datahub.Aggregate // zero for raw points
	zone     *time.Location    // calendar of days and longer
}

// question is a span of a variable, asked or answered.
type question struct {
	variable datahub.VariableID
	span     span
	points   []datahub.DataPoint
	err      error
}

// errOutside says that a question is about a time of which the one who asks is told nothing.
var errOutside = errors.New("outside of what was shared")

// points answers questions, those about the same span in one call. Each keeps its own trouble; the error is what ends the session.
func (rd *reader) points(ctx context.Context, list []*question) error {
	groups := map[span][]*question{}
	for _, q := range list {
		if q.span.from.Before(rd.bound) {
			q.err = errOutside
			continue
		}
		if !rd.known(q) {
			groups[q.span] = append(groups[q.span], q)
		}
	}
	spans := make([]span, 0, len(groups))
	for s := range groups {
		spans = append(spans, s)
	}
	return each(ctx, spans, func(ctx context.Context, _ int, s span) error { return rd.ask(ctx, s, groups[s]) })
}

// ask asks about one span of several variables.
func (rd *reader) ask(ctx context.Context, s span, list []*question) error {
	ids := make([]datahub.VariableID, len(list))
	for i, q := range list {
		ids[i] = q.variable
	}
	slices.Sort(ids)
	points, failed := rd.hub.DataPointsOfMany(ctx, datahub.ManyQuery{Variables: slices.Compact(ids), From: s.from, To: s.to, Granularity: s.g, Aggregate: s.agg, Zone: s.zone})
	var ends []error
	for _, q := range list {
		if err := failed[q.variable]; err != nil {
			rd.standInFor(q, err)
			ends = append(ends, endsSession(q.err))
			continue
		}
		q.points = points[q.variable]
		rd.kept.put(q.key(rd.who), q.points, len(q.points)*pointBytes+200, rd.real)
	}
	return errors.Join(ends...)
}

// key names the question. The bounds of a named span move with the clock: a minute later it is the same question.
func (q *question) key(who Who) keptKey {
	s := q.span
	if s.name != "" {
		return keptKey{who, fmt.Sprintf("points %d %q %d %d %s", q.variable, s.name, s.g, s.agg, s.zone)}
	}
	return keptKey{who, fmt.Sprintf("points %d %d %d %d %d %s", q.variable, s.from.Unix(), s.to.Unix(), s.g, s.agg, s.zone)}
}

// known answers a question about days that are over from what is kept.
func (rd *reader) known(q *question) bool {
	if q.span.name != "" || rd.now.Sub(q.span.to) < settledAfter {
		return false
	}
	points, at, ok := rd.kept.get(q.key(rd.who), rd.real)
	if !ok || rd.real.Sub(at) > settledLife {
		return false
	}
	q.points = points.([]datahub.DataPoint)
	return true
}

// standInFor answers a question with what was read last, if there was no answer.
func (rd *reader) standInFor(q *question, err error) {
	if points, at, ok := rd.kept.get(q.key(rd.who), rd.real); ok && noAnswer(err) {
		q.points = points.([]datahub.DataPoint)
		rd.standIn(at)
		return
	}
	q.err = err
}
