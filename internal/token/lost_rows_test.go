package token_test

import (
	"context"
	"slices"
	"testing"
	"testing/synctest"
	"time"

	"portico/internal/secret"
	. "portico/internal/token"
)

// How often a refresh token is presented whose answers are lost, while there is an access token that could be lost with it.
func TestF13PoliciesWhileTheAccessTokenLives(t *testing.T) {
	for _, c := range []struct {
		policy, provider Policy
		answer           act // to the first refresh
		least, most      int
	}{{Strict, Strict, ok, 1, 1}, {Never, Strict, ok, 1, 1}, {Never, Reusable, ok, 1, 1}, {Grace, Grace, ok, 6, 6}, {Reusable, Reusable, ok, 40, 50}, {Strict, Reusable, ok, 40, 50}, {Strict, Strict, noRefreshToken, 40, 50}} {
		synctest.Test(t, func(t *testing.T) {
			b := newBench(t)
			b.policy, b.provider.mode, b.provider.life = c.policy, c.provider, 10*time.Hour
			b.provider.script = append([]act{c.answer}, slices.Repeat([]act{answer503}, 100)...)
			m := b.replica()
			b.start(m)
			b.expire()
			b.wantToken(m, "at-1")
			time.Sleep(9 * time.Hour)
			for range 50 {
				b.wantToken(m, "at-1")
				time.Sleep(30 * time.Second)
			}
			if n := b.provider.count() - 1; n < c.least || n > c.most {
				t.Errorf("%s, at a provider that is %s: presented %d times in 25 minutes, want %d to %d", c.policy, c.provider, n, c.least, c.most)
			}
		})
	}
}

// Who asks for a refresh while nothing can be presented keeps the access token that they have: nobody is told of a trouble that does not concern them.
func TestAskedForWhileNothingCanBePresented(t *testing.T) {
	for _, do := range []act{answer503, answer429, invalidClient} {
		t.Run(string(do), func(t *testing.T) {
			bubble(t, func(b *bench, m *Manager) {
				b.provider.script = []act{do}
				time.Sleep(40 * time.Second)
				_, err := m.Source(b.h).Refresh(context.Background())
				if !unavailable(err) {
					t.Errorf("the first: %v, want *UnavailableError", err)
				}
				if got, err := m.Source(b.h).Refresh(context.Background()); err != nil || got.Reveal() != "at-0" || b.provider.count() != 1 {
					t.Errorf("the second: %q, %v after %d requests, want at-0 after one", got.Reveal(), err, b.provider.count())
				}
			})
		})
	}
}

// Who asks again within ten seconds has the answer already.
func TestAskedForTwice(t *testing.T) {
	bubble(t, func(b *bench, m *Manager) {
		for _, want := range []string{"at-1", "at-1", "at-2"} {
			if got, err := m.Source(b.h).Refresh(context.Background()); err != nil || got.Reveal() != want {
				t.Errorf("Refresh = %q, %v, want %s", got.Reveal(), err, want)
			}
			time.Sleep(6 * time.Second)
		}
	})
}

// An access token that the Data Hub rejects is nothing that could be lost: the refresh token of a lost answer is presented once more at once.
func TestF27RejectedAfterALostAnswer(t *testing.T) {
	bubble(t, func(b *bench, m *Manager) {
		b.provider.script = []act{answer503}
		time.Sleep(85 * time.Second)
		b.wantToken(m, "at-0")
		synctest.Wait()
		time.Sleep(5 * time.Second)
		if got, err := m.Source(b.h).Renew(context.Background(), secret.New("at-0")); err != nil || got.Reveal() != "at-1" {
			t.Errorf("Renew = %q, %v, want at-1", got.Reveal(), err)
		}
	})
}

// Whatever the provider says too late: who could not keep the claim and was overtaken by another process takes what is there, and ends nothing.
func TestF15RecordMovedOn(t *testing.T) {
	for _, do := range []act{invalidGrant, answer503, ok} {
		t.Run(string(do), func(t *testing.T) {
			bubble(t, func(b *bench, m *Manager) {
				b.provider.script, b.provider.gate = []act{do}, make(chan struct{})
				b.store.setFailing("renew")
				other := newBench(b.t)
				other.store, other.sessions, other.keys, other.h = b.store, b.sessions, b.keys, b.h
				other.provider.n = 6
				b.expire()
				late := b.ask(m)
				time.Sleep(21 * time.Second) // the lease is over
				other.wantToken(other.replica(), "at-7")
				close(b.provider.gate)
				synctest.Wait()
				if !unavailable(<-late) {
					t.Error("who waited for longer than ten seconds was not told to come back")
				}
				b.wantToken(m, "at-7")
				if r := b.record(); r.State != Fresh || r.Version != 2 || b.provider.count() != 1 {
					t.Errorf("record %s, version %d after %d requests", r.State, r.Version, b.provider.count())
				}
			})
		})
	}
}

// A session that ends while its refresh fails has ended, and is not awaited.
func TestF21LogoutDuringARefreshThatFails(t *testing.T) {
	for _, do := range []act{answer503, invalidGrant} {
		bubble(t, func(b *bench, m *Manager) {
			b.provider.script, b.provider.gate = []act{do}, make(chan struct{})
			b.expire()
			got := b.ask(m)
			if err := b.sessions.Delete(context.Background(), b.h.ID(), "logout"); err != nil {
				t.Fatal(err)
			}
			close(b.provider.gate)
			if err := <-got; !gone(err) {
				t.Errorf("%s: Token = %v, want ErrGone", do, err)
			}
		})
	}
}
