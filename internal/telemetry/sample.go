package telemetry

import (
	"context"
	"log/slog"
	"sync"
	"sync/atomic"
	"time"
)

// A warning or an error is written as often as it happens, up to sampleMost times a minute; then once a minute, with the number of those that were left out. The lines of requests and of the audit log
// are not repeated failures: each is an event of its own.
const (
	sampleMost  = 20
	sampleEvery = time.Minute
)

// sampler is what all handlers of one logger share. Messages are constant phrases, so there are not many.
type sampler struct {
	now     func() time.Time
	skipped atomic.Int64 // since the start
	mu      sync.Mutex
	seen    map[string]*repeated
}

// repeated counts one message.
type repeated struct {
	began   time.Time
	count   int
	omitted int
}

// sampled is a handler that leaves out repetitions.
type sampled struct {
	slog.Handler
	s *sampler
}

func newSampler(now func() time.Time) *sampler {
	return &sampler{now: now, seen: map[string]*repeated{}}
}

// Handle implements [slog.Handler].
func (h sampled) Handle(ctx context.Context, r slog.Record) error {
	if r.Level < slog.LevelWarn || r.Message == "request" || r.Message == "audit" {
		return h.Handler.Handle(ctx, r)
	}
	write, omitted := h.s.take(r.Message)
	if !write {
		return nil
	}
	if omitted > 0 {
		r = r.Clone()
		r.AddAttrs(slog.Int("omitted", omitted))
	}
	return h.Handler.Handle(ctx, r)
}

func (s *sampler) take(message string) (write bool, omitted int) {
	s.mu.Lock()
	defer s.mu.Unlock()
	now := s.now()
	m := s.seen[message]
	if m == nil {
		m = &repeated{began: now}
		s.seen[message] = m
	}
	if now.Sub(m.began) >= sampleEvery {
		omitted = m.omitted
		*m = repeated{began: now}
		if omitted > 0 { // it goes on: once a minute is enough
			m.count = sampleMost
			return true, omitted
		}
	}
	if m.count++; m.count > sampleMost {
		m.omitted++
		s.skipped.Add(1)
		return false, 0
	}
	return true, 0
}

// WithAttrs implements [slog.Handler].
func (h sampled) WithAttrs(attrs []slog.Attr) slog.Handler {
	return sampled{h.Handler.WithAttrs(attrs), h.s}
}

// WithGroup implements [slog.Handler].
func (h sampled) WithGroup(name string) slog.Handler { return sampled{h.Handler.WithGroup(name), h.s} }
