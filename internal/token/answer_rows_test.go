package token_test

import (
	"context"
	"errors"
	"testing"
	"testing/synctest"
	"time"

	. "portico/internal/token"
)

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
		b.wantEnding("alice refused")
	})
}

// What is too large to be kept uses the refresh token up all the same: it is not presented again, and what came is given back.
func TestAnswerTooLargeToBeKept(t *testing.T) {
	bubble(t, func(b *bench, m *Manager) {
		b.provider.script = []act{tooLarge}
		b.expire()
		b.wantLogin(m)
		time.Sleep(time.Minute) // any lease is over
		b.wantLogin(m)
		synctest.Wait()
		if r := b.record(); r.State != Dead || b.provider.count() != 1 || !b.provider.revoked["rt-1"] {
			t.Errorf("record %s after %d requests, revoked %v", r.State, b.provider.count(), b.provider.revoked)
		}
		b.wantEnding("alice too-large")
	})
}

// S-23: refused in the background, the session ends at once, though its access token had some life left.
func TestF15InvalidGrantBeforeTheAccessTokenExpired(t *testing.T) {
	bubble(t, func(b *bench, m *Manager) {
		b.provider.script = []act{invalidGrant}
		time.Sleep(85 * time.Second)
		b.wantToken(m, "at-0")
		synctest.Wait()
		b.wantLogin(m)
		if _, err := m.Source(b.h).Refresh(context.Background()); !errors.Is(err, ErrLoginRequired) {
			t.Errorf("Refresh = %v, want ErrLoginRequired", err)
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
		b.wantEnding("alice other-subject")
	})
}
