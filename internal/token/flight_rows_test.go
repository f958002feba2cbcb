package token_test

import (
	"context"
	"errors"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"portico/internal/faultpoint"
	"portico/internal/secret"
	. "portico/internal/token"
)

// bubble runs a test in a bubble of its own time.
func bubble(t *testing.T, f func(b *bench, m *Manager)) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) {
		b := newBench(t)
		m := b.replica()
		b.start(m)
		f(b, m)
		if err := m.Close(context.Background()); err != nil {
			t.Errorf("Close = %v", err)
		}
	})
}

func (b *bench) expire() { time.Sleep(b.provider.life + time.Second) }

// parallel asks k times at once and returns how many succeeded.
func (b *bench) parallel(k int, managers ...*Manager) int {
	var good atomic.Int32
	var wg sync.WaitGroup
	for i := range k {
		wg.Go(func() {
			if _, err := managers[i%len(managers)].Source(b.h).Token(context.Background()); err == nil {
				good.Add(1)
			}
		})
	}
	wg.Wait()
	return int(good.Load())
}

func TestF01OneFlightForParallelRequests(t *testing.T) {
	bubble(t, func(b *bench, m *Manager) {
		b.provider.gate = make(chan struct{})
		b.expire()
		go func() { time.Sleep(time.Second); close(b.provider.gate) }()
		if got, claims := b.parallel(50, m), b.outside[m].claims.Load(); got != 50 || b.provider.count() != 1 || claims != 1 {
			t.Errorf("%d of 50 succeeded with %d refreshes and %d claims, want 50 with 1 and 1", got, b.provider.count(), claims)
		}
	})
}

func TestF02OneRefreshAcrossReplicas(t *testing.T) {
	bubble(t, func(b *bench, m *Manager) {
		b.provider.gate = make(chan struct{})
		replicas := []*Manager{m, b.replica(), b.replica()}
		b.expire()
		go func() { time.Sleep(3 * time.Second); close(b.provider.gate) }() // a slow provider
		if got := b.parallel(50, replicas...); got != 50 || b.provider.count() != 1 {
			t.Errorf("%d of 50 succeeded with %d refreshes, want 50 with 1", got, b.provider.count())
		}
	})
}

func TestF03ClaimReadsTheTokenItself(t *testing.T) {
	bubble(t, func(b *bench, m *Manager) {
		other, before := b.replica(), b.record()
		b.expire()
		b.wantToken(m, "at-1")
		b.outside[other].stale.Store(&before)
		b.wantToken(other, "at-1")
		if b.provider.max() != 1 || b.provider.count() != 1 {
			t.Errorf("%d refreshes, %d presentations of one token", b.provider.count(), b.provider.max())
		}
	})
}

func TestF08SlowProviderKeepsTheLease(t *testing.T) {
	bubble(t, func(b *bench, m *Manager) {
		b.provider.gate = make(chan struct{})
		b.expire()
		go func() { _, _ = m.Source(b.h).Token(context.Background()) }()
		go func() { time.Sleep(35 * time.Second); close(b.provider.gate) }() // longer than any lease
		other := b.replica()
		for range 30 {
			time.Sleep(time.Second)
			_, _ = other.Source(b.h).Token(context.Background())
		}
		time.Sleep(10 * time.Second)
		b.wantToken(other, "at-1")
		if b.provider.count() != 1 {
			t.Errorf("%d refreshes, want 1", b.provider.count())
		}
	})
}

func TestF09PausedHolderDoesNotSend(t *testing.T) {
	bubble(t, func(b *bench, m *Manager) {
		b.at(m, func(p faultpoint.Point) bool {
			if p == faultpoint.RefreshLocked {
				time.Sleep(30 * time.Second) // stopped for longer than its lease
			}
			return false
		})
		b.expire()
		go func() { _, _ = m.Source(b.h).Token(context.Background()) }()
		time.Sleep(22 * time.Second)
		b.wantToken(b.replica(), "at-1") // takes over
		time.Sleep(20 * time.Second)
		if b.provider.max() != 1 || b.provider.dead {
			t.Errorf("presented %d times, family dead %v", b.provider.max(), b.provider.dead)
		}
		if r := b.record(); r.Version != 2 {
			t.Errorf("version %d", r.Version)
		}
	})
}

func TestF10WaitersAreBounded(t *testing.T) {
	bubble(t, func(b *bench, m *Manager) {
		b.provider.script = []act{hangBefore}
		time.Sleep(85 * time.Second)
		start := time.Now()
		b.wantToken(m, "at-0") // valid: nobody waits
		if took := time.Since(start); took != 0 {
			t.Errorf("a request with a valid token waited %v", took)
		}
		time.Sleep(16 * time.Second) // expired, the provider still hangs
		start = time.Now()
		for who, waiter := range map[string]*Manager{"of the same process": m, "of another": b.replica()} {
			_, err := waiter.Source(b.h).Token(context.Background())
			if e, ok := errors.AsType[*UnavailableError](err); !ok || !e.Underway || e.RetryAfter != time.Second {
				t.Errorf("a waiter %s: %v, want one second more of waiting for what is under way", who, err)
			}
		}
		if took := time.Since(start); took > 16*time.Second {
			t.Errorf("waited %v", took)
		}
	})
}

func TestF19BrowserLeaves(t *testing.T) {
	bubble(t, func(b *bench, m *Manager) {
		b.provider.gate = make(chan struct{})
		b.expire()
		ctx, cancel := context.WithCancel(context.Background())
		go func() { time.Sleep(time.Second); cancel() }()
		if _, err := m.Source(b.h).Token(ctx); !errors.Is(err, context.Canceled) {
			t.Errorf("Token = %v", err)
		}
		close(b.provider.gate)
		synctest.Wait()
		b.wantToken(m, "at-1")
		if b.provider.count() != 1 {
			t.Errorf("%d refreshes", b.provider.count())
		}
	})
}

func TestF20CloseDrains(t *testing.T) {
	bubble(t, func(b *bench, m *Manager) {
		b.provider.gate = make(chan struct{})
		time.Sleep(85 * time.Second)
		b.wantToken(m, "at-0")
		go func() { time.Sleep(3 * time.Second); close(b.provider.gate) }()
		if err := m.Close(context.Background()); err != nil {
			t.Fatal(err)
		}
		if r := b.record(); r.Version != 2 || r.State != Fresh {
			t.Errorf("after Close: version %d, %s", r.Version, r.State)
		}
		b.expire()
		wantError[*UnavailableError](b, m) // no new claims
		if b.provider.count() != 1 {
			t.Errorf("%d refreshes", b.provider.count())
		}
	})
}

func TestF27ManyRejectedCalls(t *testing.T) {
	bubble(t, func(b *bench, m *Manager) {
		time.Sleep(40 * time.Second)
		var wg sync.WaitGroup
		for range 30 {
			wg.Go(func() {
				got, err := m.Source(b.h).Renew(context.Background(), secret.New("at-0"))
				if err != nil || got.Reveal() != "at-1" {
					t.Errorf("Renew = %q, %v, want at-1", got.Reveal(), err)
				}
			})
		}
		wg.Wait()
		if b.provider.count() != 1 {
			t.Errorf("%d refreshes, want 1", b.provider.count())
		}
		if _, err := m.Source(b.h).Renew(context.Background(), secret.New("at-1")); !errors.Is(err, ErrRejected) {
			t.Errorf("Renew of a fresh token = %v, want ErrRejected", err)
		}
		b.expire()
		if got, err := m.Source(b.h).Renew(context.Background(), secret.New("at-0")); err != nil || got.Reveal() != "at-2" {
			t.Errorf("Renew of an old token, the newer one being over = %q, %v, want at-2", got.Reveal(), err)
		}
	})
}

// A token that is rejected as soon as somebody is signed in is refreshed once, and what comes then is not: a Data Hub that refuses everything costs one refresh in half a minute.
func TestF27FirstTokenRejectedAtOnce(t *testing.T) {
	bubble(t, func(b *bench, m *Manager) {
		if got, err := m.Source(b.h).Renew(context.Background(), secret.New("at-0")); err != nil || got.Reveal() != "at-1" {
			t.Fatalf("Renew of the token of the sign-in = %q, %v, want at-1", got.Reveal(), err)
		}
		for range 3 {
			if _, err := m.Source(b.h).Renew(context.Background(), secret.New("at-1")); !errors.Is(err, ErrRejected) {
				t.Errorf("Renew of what the refresh brought = %v, want ErrRejected", err)
			}
		}
		if b.provider.count() != 1 {
			t.Errorf("%d refreshes, want 1", b.provider.count())
		}
		time.Sleep(31 * time.Second)
		if got, err := m.Source(b.h).Renew(context.Background(), secret.New("at-1")); err != nil || got.Reveal() != "at-2" {
			t.Errorf("Renew half a minute later = %q, %v, want at-2", got.Reveal(), err)
		}
	})
}

// Two processes are rejected at once: the one that waits for the other does not take the rejected token for a new one because it has not expired.
func TestF27RejectedCallsOfTwoReplicas(t *testing.T) {
	bubble(t, func(b *bench, m *Manager) {
		b.provider.gate = make(chan struct{})
		time.Sleep(40 * time.Second)
		go func() { time.Sleep(3 * time.Second); close(b.provider.gate) }()
		var wg sync.WaitGroup
		for _, replica := range []*Manager{m, b.replica()} {
			wg.Go(func() {
				if got, err := replica.Source(b.h).Renew(context.Background(), secret.New("at-0")); err != nil || got.Reveal() != "at-1" {
					t.Errorf("Renew = %q, %v, want at-1", got.Reveal(), err)
				}
			})
		}
		wg.Wait()
		if b.provider.count() != 1 {
			t.Errorf("%d refreshes, want 1", b.provider.count())
		}
	})
}

func TestF28TwoSessionsOfOneUser(t *testing.T) {
	bubble(t, func(b *bench, m *Manager) {
		second := newBench(b.t)
		second.store, second.sessions, second.keys = b.store, b.sessions, b.keys
		other := second.replica()
		if err := other.Start(context.Background(), second.h, second.provider.first(), b.identity(), time.Now().Add(time.Hour)); err != nil {
			t.Fatal(err)
		}
		b.expire()
		b.wantToken(m, "at-1")
		second.wantToken(other, "at-1")
		if b.provider.count() != 1 || second.provider.count() != 1 {
			t.Errorf("%d and %d refreshes", b.provider.count(), second.provider.count())
		}
	})
}

// a refresh that panics, after its claim, costs those who wait for it a 503 and holds no claim beyond its lease; the process lives.
func TestR43PanicInARefresh(t *testing.T) {
	bubble(t, func(b *bench, m *Manager) {
		b.at(m, func(p faultpoint.Point) bool {
			if p == faultpoint.RefreshLocked {
				panic("a mistake")
			}
			return false
		})
		b.expire()
		wantError[*UnavailableError](b, m)
		b.at(m, func(faultpoint.Point) bool { return false })
		time.Sleep(21 * time.Second)
		b.wantToken(m, "at-1")
		if b.provider.max() != 1 {
			t.Errorf("presented %d times", b.provider.max())
		}
	})
}
