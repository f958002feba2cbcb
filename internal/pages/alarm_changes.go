package pages

import (
	"context"
	"fmt"
	"slices"
	"time"

	"portico/internal/datahub"
)

const (
	alarmHistories = 150 // of a picture of many alarms: each alarm's history is a call
	historyCalls   = 4   // at a time
	changeBytes    = 180 // what a change takes, roughly
)

// changesOf reads how an alarm's state changed in [from, to), newest first. One that has not changed since is not asked about, and what was read is taken as long as the alarm's newest change is the same.
func (rd *reader) changesOf(ctx context.Context, a datahub.Alarm, from, to time.Time) ([]datahub.StateChange, error) {
	if !changedSince(a, from) {
		return nil, nil
	}
	whole, until := from.Truncate(time.Hour), earlierOf(to, a.Latest.Time.Add(1)) // so that a day that ends now is the same question for an hour
	what := fmt.Sprintf("changes %q %d %d %q %v", a.ID, whole.Unix(), until.UnixNano(), a.Latest.ID, a.Latest.State)
	changes, err := recall(ctx, rd, what, settledLife, of[datahub.StateChange](changeBytes), func(ctx context.Context) ([]datahub.StateChange, error) {
		return rd.hub.AlarmHistory(ctx, a.ID, whole, to)
	})
	if n := slices.IndexFunc(changes, func(c datahub.StateChange) bool { return c.Time.Before(from) }); n >= 0 {
		changes = changes[:n]
	}
	return changes, err
}

// changedSince reports whether an alarm's state has changed since from.
func changedSince(a datahub.Alarm, from time.Time) bool {
	return a.Latest != nil && !a.Latest.Time.Before(from)
}

// histories reads how alarms changed in [from, to), a few at a time, and gives each to keep with what it failed with. The error is what ends the session.
func (rd *reader) histories(ctx context.Context, alarms []datahub.Alarm, from, to time.Time, keep func(i int, changes []datahub.StateChange, err error)) error {
	return some(ctx, historyCalls, alarms, func(ctx context.Context, i int, a datahub.Alarm) error {
		changes, err := rd.changesOf(ctx, a, from, to)
		keep(i, changes, err)
		return endsSession(err) // the others go on: after an outage one of them finds out that it is over
	})
}
