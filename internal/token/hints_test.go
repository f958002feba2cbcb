package token_test

import (
	"context"
	"testing"
	"testing/synctest"
	"time"

	"portico/internal/session"
	. "portico/internal/token"
)

// hinting is a store that hints at commits, or loses its hints.
type hinting struct {
	*faulty
	Watchers
	lost bool
}

func (s *hinting) Watch(id session.ID) (<-chan struct{}, func()) {
	return s.Watchers.Watch(id.String())
}

func (s *hinting) Commit(ctx context.Context, id session.ID, attempt string, n NewTokens) error {
	err := s.faulty.Commit(ctx, id, attempt, n)
	if err == nil && !s.lost {
		s.Tell(id.String())
	}
	return err
}

// A hint ends the wait for another process at once; one that is lost costs a poll's interval.
func TestHintsShortenTheWait(t *testing.T) {
	const interval = 500 * time.Millisecond
	for name, c := range map[string]struct {
		hints, lost bool
		within      time.Duration
	}{"hinted": {true, false, 0}, "hint lost": {true, true, interval}, "no hints": {false, false, interval}} {
		synctest.Test(t, func(t *testing.T) {
			b := newBench(t)
			store := &hinting{faulty: b.store, lost: c.lost}
			replica := func() *Manager {
				config := Config{Store: store, Keys: b.keys, Refresher: b.provider, End: b.sessions.Delete}
				if c.hints {
					config.Hints = store
				}
				m, err := New(config)
				if err != nil {
					t.Fatal(err)
				}
				return m
			}
			first, second := replica(), replica()
			b.start(first)
			b.provider.gate = make(chan struct{})
			b.expire()
			go func() { _, _ = first.Source(b.h).Token(context.Background()) }()
			synctest.Wait()
			answer := time.Now().Add(1234 * time.Millisecond)
			time.AfterFunc(time.Until(answer), func() { close(b.provider.gate) })
			b.wantToken(second, "at-1")
			if took := time.Since(answer); took > c.within {
				t.Errorf("%s: waited %v longer than the refresh", name, took)
			}
			if b.provider.count() != 1 {
				t.Errorf("%s: %d refreshes", name, b.provider.count())
			}
		})
	}
}
