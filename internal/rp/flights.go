package rp

import (
	"context"
	"sync/atomic"
)

// flights does one piece of work at a time, for all who wait for it. The work outlives whoever asked: a browser that
// leaves ends its own waiting and nothing else.
type flights struct {
	turn  chan struct{} // holds one value while somebody works
	begun atomic.Uint64 // pieces of work begun
}

func newFlights() flights { return flights{turn: make(chan struct{}, 1)} }

// do returns when a piece of work that began after the call has ended, the caller's own or somebody else's, or when allow says that there shall be
// none now. The error is ctx's.
func (f *flights) do(ctx context.Context, allow func() bool, work func(context.Context)) error {
	before := f.begun.Load()
	select {
	case f.turn <- struct{}{}:
	case <-ctx.Done():
		return ctx.Err()
	}
	done := make(chan struct{})
	go func() {
		defer close(done)
		defer func() { <-f.turn }()
		if f.begun.Load() == before && allow() {
			f.begun.Add(1)
			work(context.WithoutCancel(ctx))
		}
	}()
	select {
	case <-done:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}
