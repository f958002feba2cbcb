package pages

import (
	"context"
	"errors"
	"time"

	"portico/internal/crew"
	"portico/internal/datahub"
	"portico/internal/token"
)

// Bounds on what one page asks of the Data Hub.
const (
	pageCalls    = 16               // at a time, as many as the platform's own connectors make
	panelTimeout = 8 * time.Second  // for what may fail without failing the page
	partTimeout  = 20 * time.Second // for what comes by itself: nothing waits for it, and people may stop it
)

// panelTime is how long a panel of the page may take.
func (r *Request) panelTime() time.Duration {
	if len(r.Parts) > 0 {
		return partTimeout
	}
	return panelTimeout
}

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
	return some(ctx, pageCalls, items, f)
}

// some is each with its own bound on how many are done at a time.
func some[T any](ctx context.Context, most int, items []T, f func(ctx context.Context, i int, item T) error) error {
	g, ctx := crew.WithContext(ctx)
	g.SetLimit(most)
	for i, item := range items {
		g.Go(func() error { return f(ctx, i, item) })
	}
	return g.Wait()
}

// all reads several things side by side.
func (rd *reader) all(ctx context.Context, jobs ...func(context.Context, *reader) error) error {
	return each(ctx, jobs, func(ctx context.Context, _ int, read func(context.Context, *reader) error) error {
		return read(ctx, rd)
	})
}
