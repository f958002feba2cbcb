package server

import (
	"context"
	"testing"
	"time"
)

// What panics behind a request ends alone: the process goes on, and does not wait for it when it closes.
func TestPanicBehindARequestEndsNothingElse(t *testing.T) {
	t.Parallel()
	b := newBench(t, "http://portal.localhost:8080")
	promised := func(context.Context) error { panic("index out of range") }
	b.server.later(t.Context(), "a promise", 0, promised)
	b.server.work(t.Context(), "some work", promised)
	b.server.inBackground(t.Context(), time.Minute, func(ctx context.Context) { _ = promised(ctx) })
	b.must(b.server.Close(t.Context()))
}
