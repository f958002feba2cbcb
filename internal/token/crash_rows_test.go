package token_test

import (
	"context"
	"errors"
	"math"
	"testing"
	"testing/synctest"
	"time"

	"portico/internal/faultpoint"
	"portico/internal/session"
	. "portico/internal/token"
)

func TestF04CrashBeforeSending(t *testing.T) {
	bubble(t, func(b *bench, m *Manager) {
		b.crash(m, faultpoint.RefreshLocked)
		b.expire()
		_, _ = m.Source(b.h).Token(context.Background())
		if r := b.record(); r.State != Claimed || r.Presented != 0 {
			t.Fatalf("after the crash: %s, presented %d", r.State, r.Presented)
		}
		time.Sleep(21 * time.Second) // the lease ends
		b.wantToken(b.replica(), "at-1")
		if b.provider.max() != 1 {
			t.Errorf("presented %d times", b.provider.max())
		}
	})
}

func TestF05CrashAfterTheProviderConsumed(t *testing.T) {
	for _, c := range []struct {
		policy Policy
		login  bool
	}{{Strict, true}, {Grace, false}, {Reusable, false}, {Never, true}} {
		t.Run(string(c.policy), func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				b := newBench(t)
				b.policy, b.provider.mode = c.policy, c.policy
				m := b.replica()
				b.start(m)
				b.crash(m, faultpoint.RefreshReceived)
				time.Sleep(85 * time.Second)
				b.wantToken(m, "at-0") // starts the background refresh, which crashes
				synctest.Wait()
				if r := b.record(); r.State != Sent || r.Presented != 1 {
					t.Fatalf("after the crash: %s, presented %d", r.State, r.Presented)
				}
				next := b.replica()
				b.wantToken(next, "at-0") // the access token goes on
				time.Sleep(45 * time.Second)
				if c.login {
					b.wantLogin(next)
				} else if got, err := next.Source(b.h).Token(context.Background()); err != nil || got.Reveal() == "at-0" {
					t.Errorf("Token() = %q, %v, want a new one", got.Reveal(), err)
				}
				if most := b.provider.max(); c.policy == Strict && most != 2 || c.policy == Never && most != 1 {
					t.Errorf("presented %d times", most)
				}
			})
		})
	}
}

func TestF06CrashBeforeSaving(t *testing.T) {
	bubble(t, func(b *bench, m *Manager) {
		b.crash(m, faultpoint.RefreshReceived)
		b.expire()
		_, _ = m.Source(b.h).Token(context.Background())
		time.Sleep(21 * time.Second)
		b.wantLogin(b.replica()) // strict: the one recovery is refused, and the person signs in silently
		if b.provider.max() != 2 {
			t.Errorf("presented %d times, want the first and one recovery", b.provider.max())
		}
	})
}

func TestF07StoreRefusesTheAnswer(t *testing.T) {
	bubble(t, func(b *bench, m *Manager) {
		b.store.before = map[string]int{"commit": 3}
		b.expire()
		b.wantToken(m, "at-1") // served from memory
		b.wantToken(m, "at-1")
		b.store.setDown(true)
		b.wantToken(m, "at-1")
		b.store.setDown(false)
		closed := make(chan error, 1)
		go func() { closed <- m.Close(context.Background()) }()
		synctest.Wait()
		select {
		case <-closed:
			t.Error("Close returns while an answer is not saved")
		default:
		}
		time.Sleep(5 * time.Second)
		if err := <-closed; err != nil {
			t.Error(err)
		}
		b.wantToken(b.replica(), "at-1") // saved
		if b.provider.count() != 1 {
			t.Errorf("%d refreshes", b.provider.count())
		}
	})
}

// The store takes no answer for longer than the access token lives. Its refresh token is the only good one: it is kept until the store takes it, and the old one is not presented.
func TestF07AnswerOutlivesItsAccessToken(t *testing.T) {
	bubble(t, func(b *bench, m *Manager) {
		b.store.before = map[string]int{"commit": math.MaxInt, "renew": math.MaxInt} // the claim ends meanwhile
		b.expire()
		b.wantToken(m, "at-1")
		b.expire()
		for range 30 {
			wantError[*UnavailableError](b, m)
			time.Sleep(time.Second)
		}
		b.store.mu.Lock()
		delete(b.store.before, "commit") // whoever counts down looks at the map under the lock
		b.store.mu.Unlock()
		time.Sleep(time.Second)
		b.wantToken(m, "at-2")
		b.wantToken(b.replica(), "at-2")
		if b.provider.max() != 1 || b.provider.count() != 2 {
			t.Errorf("%d refreshes, one token presented %d times", b.provider.count(), b.provider.max())
		}
	})
}

// G3: a session that ends while its answer is not saved yet does not come back, and what came is given back.
func TestF07LogoutBeforeTheAnswerIsSaved(t *testing.T) {
	bubble(t, func(b *bench, m *Manager) {
		b.store.before = map[string]int{"commit": 3}
		b.expire()
		b.wantToken(m, "at-1")
		if err := b.sessions.Delete(context.Background(), b.h.ID(), session.ReasonLogout); err != nil {
			t.Fatal(err)
		}
		if _, err := m.Source(b.h).Token(context.Background()); !errors.Is(err, ErrGone) {
			t.Errorf("Token = %v, want ErrGone", err)
		}
		time.Sleep(5 * time.Second)
		synctest.Wait()
		if !b.provider.revoked["rt-1"] || !b.provider.revoked["at-1"] {
			t.Errorf("late tokens were not revoked: %v", b.provider.revoked)
		}
	})
}

func TestF07StoreSavesButReportsAnError(t *testing.T) {
	bubble(t, func(b *bench, m *Manager) {
		b.store.after = map[string]int{"commit": 1}
		b.expire()
		b.wantToken(m, "at-1")
		time.Sleep(time.Second)
		b.wantToken(b.replica(), "at-1")
		if r := b.record(); r.Version != 2 || b.provider.count() != 1 {
			t.Errorf("version %d after %d refreshes", r.Version, b.provider.count())
		}
		if start := time.Now(); m.Close(context.Background()) != nil || time.Since(start) > time.Second {
			t.Errorf("the saver goes on for %v", time.Since(start))
		}
	})
}

func TestF23StoreDown(t *testing.T) {
	bubble(t, func(b *bench, m *Manager) {
		source := m.Source(b.h)
		if _, err := source.Token(context.Background()); err != nil {
			t.Fatal(err)
		}
		b.store.setDown(true)
		if got, err := source.Token(context.Background()); err != nil || got.Reveal() != "at-0" {
			t.Errorf("Token() = %q, %v, want the valid token that was read", got.Reveal(), err)
		}
		wantError[*StoreError](b, m)
		b.store.setDown(false)
		b.wantToken(m, "at-0")
		b.expire()
		b.store.before = map[string]int{"claim": 1}
		wantError[*StoreError](b, m)
		b.wantToken(m, "at-1")
	})
}

func TestF24FailoverLosesTheNewToken(t *testing.T) {
	bubble(t, func(b *bench, m *Manager) {
		snapshot := b.record()
		b.expire()
		b.wantToken(m, "at-1")
		// The replica that takes over has the record from before the refresh.
		if err := b.sessions.Delete(context.Background(), b.h.ID(), "failover"); err != nil {
			t.Fatal(err)
		}
		if err := b.store.Create(context.Background(), snapshot); err != nil {
			t.Fatal(err)
		}
		b.wantLogin(b.replica())
		if b.provider.max() != 2 {
			t.Errorf("presented %d times", b.provider.max())
		}
	})
}

func TestF25PartitionedHolderMustNotStart(t *testing.T) {
	bubble(t, func(b *bench, m *Manager) {
		b.store.before = map[string]int{"send": 1}
		b.expire()
		wantError[*StoreError](b, m)
		if b.provider.count() != 0 {
			t.Errorf("sent %d requests although the mark could not be written", b.provider.count())
		}
		b.wantToken(m, "at-1")
	})
}
