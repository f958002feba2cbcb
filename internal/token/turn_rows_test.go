package token_test

import (
	"context"
	"errors"
	"testing"
	"testing/synctest"
	"time"

	"portico/internal/faultpoint"
	"portico/internal/session"
	. "portico/internal/token"
)

// another is one more session of the bench, with the same provider and the same store.
func (b *bench) another(m *Manager) *bench {
	b.t.Helper()
	second := *b
	second.h = session.NewHandle()
	if err := m.Start(context.Background(), second.h, b.provider.first(), b.identity(), time.Now().Add(12*time.Hour)); err != nil {
		b.t.Fatal(err)
	}
	return &second
}

// ask asks in the background.
func (b *bench) ask(m *Manager) <-chan error {
	got := make(chan error, 1)
	go func() { _, err := m.Source(b.h).Token(context.Background()); got <- err }()
	synctest.Wait()
	return got
}

func unavailable(err error) bool {
	_, is := errors.AsType[*UnavailableError](err)
	return is
}

// The provider refuses the client while another session has just claimed its turn: that one sends nothing, and gives its claim back.
func TestF16ClaimedWhenTheBreakerOpened(t *testing.T) {
	bubble(t, func(b *bench, m *Manager) {
		b.provider.mode, b.provider.script = Reusable, []act{invalidClient}
		second, goOn := b.another(m), make(chan struct{})
		b.expire()
		b.at(m, func(p faultpoint.Point) bool {
			if p == faultpoint.RefreshLocked {
				<-goOn
			}
			return false
		})
		held := second.ask(m)
		b.at(m, func(faultpoint.Point) bool { return false })
		wantError[*UnavailableError](b, m)
		close(goOn)
		if err := <-held; !unavailable(err) || b.provider.count() != 1 {
			t.Errorf("who had claimed: %v after %d requests, want *UnavailableError after the one that was refused", err, b.provider.count())
		}
		if r := second.record(); r.State != Fresh || r.Presented != 0 {
			t.Errorf("record %s, presented %d, want the claim given back", r.State, r.Presented)
		}
	})
}

// When the breaker has been open for long enough, one session tries, and the others wait for what becomes of it.
func TestF16OneTriesAtATime(t *testing.T) {
	bubble(t, func(b *bench, m *Manager) {
		b.provider.mode, b.provider.script = Reusable, []act{invalidClient}
		second := b.another(m)
		b.expire()
		wantError[*UnavailableError](b, m)
		time.Sleep(16 * time.Second)
		b.provider.gate = make(chan struct{})
		first := b.ask(m)
		wantError[*UnavailableError](second, m)
		close(b.provider.gate)
		if err := <-first; err != nil || b.provider.count() != 2 {
			t.Errorf("the one that tried: %v after %d requests, want a token after 2", err, b.provider.count())
		}
		second.wantToken(m, "at-2")
	})
}

// Between the mark and the request a process stood still: it sends only when it could renew the lease meanwhile, and not when it was told that there is none.
func TestF25RightToSend(t *testing.T) {
	for name, c := range map[string]struct {
		meanwhile func(b *bench)
		still     time.Duration
		sent      int
	}{
		"renewed":      {func(*bench) {}, 12 * time.Second, 1},
		"cannot renew": {func(b *bench) { b.store.setFailing("renew") }, 12 * time.Second, 0},
		"ended":        {func(b *bench) { _ = b.sessions.Delete(context.Background(), b.h.ID(), session.ReasonLogout) }, 7 * time.Second, 0},
	} {
		t.Run(name, func(t *testing.T) {
			bubble(t, func(b *bench, m *Manager) {
				b.at(m, func(p faultpoint.Point) bool {
					if p == faultpoint.RefreshMarked {
						c.meanwhile(b)
						time.Sleep(c.still)
					}
					return false
				})
				b.expire()
				_, _ = m.Source(b.h).Token(context.Background())
				time.Sleep(5 * time.Second)
				if n := b.provider.count(); n != c.sent {
					t.Errorf("%d requests, want %d", n, c.sent)
				}
				if r, err := b.store.Store.Load(context.Background(), b.h.ID()); err == nil && (r.State != Fresh || r.Presented != 0) {
					t.Errorf("record %s, presented %d, want one that is free", r.State, r.Presented)
				}
			})
		})
	}
}

// What was presented before stays so while the provider is away or has no time.
func TestF14LostAnswerIsNotForgotten(t *testing.T) {
	bubble(t, func(b *bench, m *Manager) {
		b.provider.script = []act{answer503, answer429}
		b.expire()
		wantError[*UnavailableError](b, m)
		time.Sleep(5 * time.Second)
		wantError[*UnavailableError](b, m)
		if r := b.record(); r.State != Unknown || r.Presented != 1 || b.provider.count() != 2 {
			t.Errorf("record %s, presented %d, after %d requests; want unknown and 1 after 2", r.State, r.Presented, b.provider.count())
		}
	})
}
