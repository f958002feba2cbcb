package token_test

import (
	"context"
	"errors"
	"testing"
	"testing/synctest"
	"time"

	"portico/internal/rp"
	"portico/internal/secret"
	"portico/internal/session"
	. "portico/internal/token"
)

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

func TestF30ShortLifetimes(t *testing.T) {
	bubble(t, func(b *bench, m *Manager) {
		b.provider.life = 3 * time.Second
		b.expire()
		time.Sleep(100 * time.Second)
		b.wantToken(m, "at-1")
		time.Sleep(4 * time.Second)
		if got, err := m.Source(b.h).Renew(context.Background(), secret.New("at-1")); err != nil || got.Reveal() != "at-2" {
			t.Errorf("Renew of one that is young, and over = %q, %v, want at-2", got.Reveal(), err)
		}
		for range 25 {
			time.Sleep(100 * time.Millisecond)
			b.wantToken(m, "at-2") // no background refresh within ten seconds of the last
		}
		synctest.Wait()
		if b.provider.count() != 2 {
			t.Errorf("%d refreshes in two lives of 3 s", b.provider.count())
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
		time.Sleep(90 * time.Second)
		b.wantToken(m, "at-0")
		if got, err := m.Source(b.h).Refresh(context.Background()); err != nil || got.Reveal() != "at-0" {
			t.Errorf("Refresh = %q, %v, want at-0", got.Reveal(), err)
		}
		synctest.Wait()
		b.expire()
		b.wantLogin(m)
		if b.provider.count() != 0 {
			t.Errorf("%d refreshes", b.provider.count())
		}
	})
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
