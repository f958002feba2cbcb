package pages

import (
	"context"
	"errors"
	"time"

	"golang.org/x/sync/errgroup"

	"portico/internal/datahub"
	"portico/internal/token"
)

// Bounds on what one page asks of the Data Hub.
const (
	pageCalls    = 6               // at a time
	panelTimeout = 8 * time.Second // for what may fail without failing the page
)

// endsSession returns err if no other part of the page could do better: the person must sign in, their token is refused, or the
// browser went away. Everything else is one panel's trouble.
func endsSession(err error) error {
	switch {
	case err == nil:
		return nil
	case errors.Is(err, token.ErrLoginRequired), errors.Is(err, token.ErrGone), errors.Is(err, datahub.ErrUnauthorized), errors.Is(err, context.Canceled):
		return err
	}
	return nil
}

// each calls f for every item, a few at a time. f keeps its own trouble to itself and returns what ends the session.
func each[T any](ctx context.Context, items []T, f func(ctx context.Context, i int, item T) error) error {
	g, ctx := errgroup.WithContext(ctx)
	g.SetLimit(pageCalls)
	for i, item := range items {
		g.Go(func() error { return f(ctx, i, item) })
	}
	return g.Wait()
}

// recentPoints reads the points of v in [from, to): raw ones as long as they are not too many, else by the hour. It returns the step
// that they stand on.
func recentPoints(ctx context.Context, hub *datahub.Client, v datahub.Variable, from, to time.Time) ([]datahub.DataPoint, time.Duration, error) {
	step := v.Step.Duration()
	q := datahub.DataQuery{Variable: v.ID, From: from, To: to, Granularity: datahub.GranularityRaw}
	if step < 5*time.Minute && to.Sub(from) > 6*time.Hour {
		step, q.Granularity, q.Aggregate = time.Hour, datahub.GranularityHour, aggregateOf(v)
	}
	points, err := hub.DataPoints(ctx, q)
	return points, step, err
}
