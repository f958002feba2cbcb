package token_test

import (
	"context"
	"errors"
	"fmt"
	"math"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"portico/internal/faultpoint"
	"portico/internal/rp"
	"portico/internal/secret"
	"portico/internal/session"
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
		b.expire()
		if got := b.parallel(50, m); got != 50 || b.provider.count() != 1 {
			t.Errorf("%d of 50 succeeded with %d refreshes, want 50 with 1", got, b.provider.count())
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
		other := b.replica()
		stale := other.Source(b.h)
		if _, err := stale.Token(context.Background()); err != nil { // remembers version 1
			t.Fatal(err)
		}
		b.expire()
		b.wantToken(m, "at-1")
		if got, err := stale.Token(context.Background()); err != nil || got.Reveal() != "at-1" {
			t.Errorf("the stale source got %q, %v, want at-1", got.Reveal(), err)
		}
		if b.provider.max() != 1 || b.provider.count() != 1 {
			t.Errorf("%d refreshes, %d presentations of one token", b.provider.count(), b.provider.max())
		}
	})
}

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
		b.store.before = map[string]int{"commit": math.MaxInt}
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
		wantError[*UnavailableError](b, m)
		other := b.replica()
		wantError[*UnavailableError](b, other)
		if took := time.Since(start); took > 16*time.Second {
			t.Errorf("waited %v", took)
		}
	})
}

func TestF11NothingSent(t *testing.T) {
	bubble(t, func(b *bench, m *Manager) {
		b.provider.script = []act{dialRefused, dialRefused}
		b.expire()
		wantError[*UnavailableError](b, m)
		if r := b.record(); r.State != Fresh || r.Presented != 0 {
			t.Errorf("record %s, presented %d, want fresh and 0", r.State, r.Presented)
		}
		for range 40 {
			time.Sleep(250 * time.Millisecond)
			if _, err := m.Source(b.h).Token(context.Background()); err == nil {
				break
			}
		}
		b.wantToken(m, "at-1")
		if b.provider.max() != 1 {
			t.Errorf("presented %d times", b.provider.max())
		}
	})
}

func TestF12TimeoutAfterSending(t *testing.T)    { unknownThenLogin(t, consumeThenHang, 45*time.Second) }
func TestF13ProxyErrorAfterSending(t *testing.T) { unknownThenLogin(t, consumeThen502, 0) }
func TestF12ResetAfterSending(t *testing.T)      { unknownThenLogin(t, consumeThenReset, 0) }

// unknownThenLogin loses an answer while the access token lives: it goes on, is not refreshed again before it has expired, and then costs one recovery and one sign-in.
func unknownThenLogin(t *testing.T, do act, wait time.Duration) {
	bubble(t, func(b *bench, m *Manager) {
		b.provider.life = 400 * time.Second
		b.provider.script = []act{ok, do}
		b.expire()
		b.wantToken(m, "at-1")
		time.Sleep(345 * time.Second)
		b.wantToken(m, "at-1")
		time.Sleep(wait)
		synctest.Wait()
		if r := b.record(); r.State != Unknown || r.Presented != 1 {
			t.Fatalf("record %s, presented %d, want unknown and 1", r.State, r.Presented)
		}
		for range 5 {
			b.wantToken(m, "at-1")
		}
		if b.provider.max() != 1 {
			t.Errorf("presented %d times while the access token lives", b.provider.max())
		}
		b.expire()
		b.wantLogin(m)
		if r := b.record(); r.State != Dead || r.Sealed != nil {
			t.Errorf("record %s with %d sealed bytes, want dead and wiped", r.State, len(r.Sealed))
		}
		b.wantLogin(m)
		if b.provider.max() != 2 {
			t.Errorf("presented %d times, want one recovery", b.provider.max())
		}
	})
}

func TestF13ProxyErrorThatConsumedNothing(t *testing.T) {
	bubble(t, func(b *bench, m *Manager) {
		b.provider.script = []act{answer503}
		time.Sleep(85 * time.Second)
		b.wantToken(m, "at-0")
		synctest.Wait()
		time.Sleep(16 * time.Second)
		b.wantToken(m, "at-1") // the recovery succeeds: the session is kept
	})
}

// the provider answers 503 for as long as it likes, also after the access token has expired; the session is kept.
func TestF13OutageNeverEndsASession(t *testing.T) {
	bubble(t, func(b *bench, m *Manager) {
		for range 6 {
			b.provider.script = append(b.provider.script, answer503)
		}
		time.Sleep(85 * time.Second)
		b.wantToken(m, "at-0")
		time.Sleep(16 * time.Second)
		for range 4 {
			wantError[*UnavailableError](b, m)
			time.Sleep(5 * time.Second)
		}
		if n := b.provider.count(); n != 5 {
			t.Errorf("%d requests, want one before and one each 5 s after", n)
		}
		wantError[*UnavailableError](b, m)
		time.Sleep(5 * time.Second)
		b.wantToken(m, "at-1")
	})
}

func TestF14TooManyRequests(t *testing.T) {
	bubble(t, func(b *bench, m *Manager) {
		b.provider.script = []act{answer429}
		b.expire()
		wantError[*UnavailableError](b, m)
		time.Sleep(15 * time.Second)
		wantError[*UnavailableError](b, m)
		if b.provider.count() != 1 {
			t.Errorf("%d requests within Retry-After", b.provider.count())
		}
		time.Sleep(6 * time.Second)
		b.wantToken(m, "at-1")
	})
}

func TestF15InvalidGrant(t *testing.T) {
	bubble(t, func(b *bench, m *Manager) {
		b.provider.script = []act{invalidGrant}
		b.expire()
		if got := b.parallel(20, m); got != 0 || b.provider.count() != 1 {
			t.Errorf("%d succeeded, %d refreshes", got, b.provider.count())
		}
		b.wantLogin(m)
		if r := b.record(); r.State != Dead || r.Sealed != nil {
			t.Errorf("record %s, want dead and wiped", r.State)
		}
	})
}

func TestF16ConfigurationErrorKeepsSessions(t *testing.T) {
	bubble(t, func(b *bench, m *Manager) {
		b.provider.script = []act{invalidClient, invalidClient}
		b.expire()
		for range 10 {
			wantError[*UnavailableError](b, m)
			time.Sleep(time.Second)
		}
		if b.provider.count() != 1 {
			t.Errorf("%d requests with the breaker open", b.provider.count())
		}
		time.Sleep(10 * time.Second)
		wantError[*UnavailableError](b, m) // the probe fails too
		time.Sleep(20 * time.Second)
		b.wantToken(m, "at-1")
	})
}

func TestF17NoNewRefreshTokenKeepsTheOld(t *testing.T) {
	bubble(t, func(b *bench, m *Manager) {
		b.provider.script = []act{noRefreshToken}
		b.expire()
		b.wantToken(m, "at-1")
		b.expire()
		b.wantToken(m, "at-2")
		if b.provider.presented["rt-0"] != 2 {
			t.Errorf("presented %v", b.provider.presented)
		}
	})
}

func TestF18SaveFirstJudgeAfterwards(t *testing.T) {
	bubble(t, func(b *bench, m *Manager) {
		b.provider.script = []act{badIDToken, otherSubject}
		b.expire()
		b.wantToken(m, "at-1") // the old claims stay
		b.expire()
		b.wantLogin(m)
		if _, err := b.store.Load(context.Background(), b.h.ID()); !errors.Is(err, ErrGone) {
			t.Errorf("Load = %v, want ErrGone: the session ends", err)
		}
		synctest.Wait()
		if !b.provider.revoked["rt-2"] {
			t.Error("the tokens of somebody else were not revoked")
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

func TestF21LogoutDuringRefresh(t *testing.T) {
	bubble(t, func(b *bench, m *Manager) {
		endDuringRefresh(b, m, func() error { return b.sessions.Delete(context.Background(), b.h.ID(), session.ReasonLogout) })
	})
}

func TestF22BackChannelLogoutDuringRefresh(t *testing.T) {
	bubble(t, func(b *bench, m *Manager) {
		endDuringRefresh(b, m, func() error {
			_, err := b.sessions.DeleteMatching(context.Background(), session.Match{Issuer: "https://op", SID: "s1"}, session.ReasonBackChannel)
			return err
		})
		err := b.sessions.Create(context.Background(), session.Record{ID: session.NewHandle().ID(), Issuer: "https://op", Subject: "alice", SID: "s1", LoginStarted: time.Now().Add(-time.Minute)})
		if _, ended := errors.AsType[*session.EndedError](err); !ended {
			t.Errorf("a sign-in that began before the logout finishes: %v", err)
		}
	})
}

func endDuringRefresh(b *bench, m *Manager, end func() error) {
	b.t.Helper()
	b.provider.gate = make(chan struct{})
	b.expire()
	got := make(chan error, 1)
	go func() { _, err := m.Source(b.h).Token(context.Background()); got <- err }()
	synctest.Wait()
	if err := end(); err != nil {
		b.t.Fatal(err)
	}
	close(b.provider.gate)
	if err := <-got; !errors.Is(err, ErrGone) {
		b.t.Errorf("Token = %v, want ErrGone", err)
	}
	if _, err := b.store.Load(context.Background(), b.h.ID()); !errors.Is(err, ErrGone) {
		b.t.Errorf("the record came back: %v", err)
	}
	synctest.Wait()
	if !b.provider.revoked["rt-1"] || !b.provider.revoked["at-1"] {
		b.t.Errorf("late tokens were not revoked: %v", b.provider.revoked)
	}
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

func TestF26TokensAreNotInTheSession(t *testing.T) {
	bubble(t, func(b *bench, m *Manager) {
		r, err := b.sessions.Load(context.Background(), b.h.ID())
		if err != nil {
			t.Fatal(err)
		}
		b.expire()
		b.wantToken(m, "at-1")
		r.Version++
		if err := b.sessions.Save(context.Background(), r); err != nil { // a slow request writes its session back
			t.Fatal(err)
		}
		b.wantToken(m, "at-1")
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

func TestF29LeaseTimesAreTheStores(t *testing.T) {
	bubble(t, func(b *bench, m *Manager) {
		fast, err := New(Config{Store: b.store, Keys: b.keys, Refresher: b.provider, End: b.sessions.Delete, Now: func() time.Time { return time.Now().Add(time.Hour) }})
		if err != nil {
			t.Fatal(err)
		}
		b.provider.gate = make(chan struct{})
		b.expire()
		go func() { _, _ = m.Source(b.h).Token(context.Background()) }()
		synctest.Wait()
		if _, err := fast.Source(b.h).Token(context.Background()); err == nil {
			t.Error("a replica whose clock is ahead took the claim over")
		}
		close(b.provider.gate)
		synctest.Wait()
		if b.provider.count() != 1 {
			t.Errorf("%d refreshes", b.provider.count())
		}
	})
}

// The wall clock is set back by a day after a refresh: the access token seems to be good for a day and to come from the future. When the Data Hub rejects it, it is refreshed.
func TestF29ClockSetBack(t *testing.T) {
	bubble(t, func(b *bench, m *Manager) {
		behind, err := New(Config{Store: b.store, Keys: b.keys, Refresher: b.provider, End: b.sessions.Delete, Now: func() time.Time { return time.Now().Add(-24 * time.Hour) }})
		if err != nil {
			t.Fatal(err)
		}
		b.wantToken(behind, "at-0")
		if got, err := behind.Source(b.h).Renew(context.Background(), secret.New("at-0")); err != nil || got.Reveal() != "at-1" {
			t.Errorf("Renew = %q, %v, want at-1", got.Reveal(), err)
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

func TestF30ShortLifetimes(t *testing.T) {
	bubble(t, func(b *bench, m *Manager) {
		b.provider.life = 3 * time.Second
		b.expire()
		time.Sleep(100 * time.Second)
		b.wantToken(m, "at-1")
		for range 25 {
			time.Sleep(100 * time.Millisecond)
			b.wantToken(m, "at-1") // no background refresh within ten seconds of the last
		}
		synctest.Wait()
		if b.provider.count() != 1 {
			t.Errorf("%d refreshes within one life of 3 s", b.provider.count())
		}
	})
}

func TestF31NothingRefreshesByItself(t *testing.T) {
	bubble(t, func(b *bench, m *Manager) {
		b.wantToken(m, "at-0")
		time.Sleep(6 * time.Hour)
		if b.provider.count() != 0 {
			t.Errorf("%d refreshes without a request", b.provider.count())
		}
	})
}

func TestBackgroundRefreshAtEightyPercent(t *testing.T) {
	bubble(t, func(b *bench, m *Manager) {
		time.Sleep(74 * time.Second)
		b.wantToken(m, "at-0")
		synctest.Wait()
		if b.provider.count() != 0 {
			t.Error("refreshed at 74 %")
		}
		time.Sleep(12 * time.Second)
		b.wantToken(m, "at-0") // nobody waits
		b.parallel(10, m)
		synctest.Wait()
		if b.provider.count() != 1 {
			t.Errorf("%d refreshes at 86 %%", b.provider.count())
		}
		b.wantToken(m, "at-1")
	})
}

func TestWithoutRefreshToken(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := newBench(t)
		m := b.replica()
		first := b.provider.first()
		first.Refresh = secret.Text{}
		if err := m.Start(context.Background(), b.h, first, b.identity(), time.Now().Add(time.Hour)); err != nil {
			t.Fatal(err)
		}
		b.wantToken(m, "at-0")
		if _, err := m.Source(b.h).Renew(context.Background(), secret.New("at-0")); !errors.Is(err, ErrLoginRequired) {
			t.Errorf("Renew = %v, want ErrLoginRequired", err)
		}
		b.expire()
		b.wantLogin(m)
		if b.provider.count() != 0 {
			t.Errorf("%d refreshes", b.provider.count())
		}
	})
}

func TestNothingSecretIsPrinted(t *testing.T) {
	bubble(t, func(b *bench, m *Manager) {
		tokens, err := m.Tokens(context.Background(), b.h)
		if err != nil {
			t.Fatal(err)
		}
		if s := fmt.Sprintf("%v %+v %#v", tokens, tokens, tokens); len(s) == 0 || contains(s, "at-0") || contains(s, "rt-0") {
			t.Errorf("printed: %s", s)
		}
		if r := b.record(); contains(string(r.Sealed), "rt-0") {
			t.Error("the store holds the refresh token in the clear")
		}
	})
}

func TestIDTokensAreKeptOnlyWhenTheyAreNeeded(t *testing.T) {
	for _, keep := range []bool{false, true} {
		bubble(t, func(b *bench, _ *Manager) {
			m, err := New(Config{Store: b.store, Keys: b.keys, Refresher: b.provider, End: b.sessions.Delete, KeepIDTokens: keep})
			if err != nil {
				t.Fatal(err)
			}
			b.h = session.NewHandle()
			first := b.provider.first()
			first.IDToken = secret.New("id-0")
			if err := m.Start(context.Background(), b.h, first, b.identity(), time.Now().Add(time.Hour)); err != nil {
				t.Fatal(err)
			}
			kept := func() bool {
				tokens, err := m.Tokens(context.Background(), b.h)
				return err == nil && tokens.IDToken.Reveal() == "id-0"
			}
			before := kept()
			b.expire()
			b.wantToken(m, "at-1") // without a new ID token
			if after := kept(); before != keep || after != keep {
				t.Errorf("KeepIDTokens %t: kept %t, after a refresh %t", keep, before, after)
			}
		})
	}
}

// A session does not outlive its refresh token: one that is known to be over is not presented.
func TestExpiredRefreshTokenIsNotPresented(t *testing.T) {
	bubble(t, func(b *bench, m *Manager) {
		h := session.NewHandle()
		first := b.provider.first()
		first.RefreshExpiresIn = 10 * time.Minute
		if err := m.Start(context.Background(), h, first, rp.Identity{Issuer: "https://op", Subject: "alice"}, time.Now().Add(12*time.Hour)); err != nil {
			t.Fatal(err)
		}
		if st, err := m.Status(context.Background(), h); err != nil || !st.Refreshable || time.Until(st.RefreshUntil) > 10*time.Minute {
			t.Errorf("Status = %+v, %v", st, err)
		}
		time.Sleep(11 * time.Minute)
		if _, err := m.Source(h).Token(context.Background()); !errors.Is(err, ErrLoginRequired) || b.provider.count() != 0 {
			t.Errorf("Token = %v after %d refreshes, want ErrLoginRequired after none", err, b.provider.count())
		}
		if st, err := m.Status(context.Background(), h); err != nil || st.Refreshable {
			t.Errorf("Status = %+v, %v, want one that cannot be refreshed", st, err)
		}
	})
}
