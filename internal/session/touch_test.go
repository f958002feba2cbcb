package session_test

import (
	"context"
	"net/http/httptest"
	"testing"
	"time"

	"portico/internal/session"
)

// counted is a store that counts what is written.
type counted struct {
	session.Store
	touches, saves int
}

func (c *counted) Touch(ctx context.Context, id session.ID, seen time.Time, tag []byte, until time.Time) error {
	c.touches++
	return c.Store.Touch(ctx, id, seen, tag, until)
}

func (c *counted) Save(ctx context.Context, r session.Record) error {
	c.saves++
	return c.Store.Save(ctx, r)
}

// Activity is written once a minute, and moves the time at which the record may be swept, but never beyond the absolute limit.
func TestTouch(t *testing.T) {
	b := newBench(t)
	count := &counted{Store: b.store}
	b.store = count
	b.cookies = b.with(b.keys...)
	s, cookie := b.start()
	began := b.clock.Now()
	until := func() time.Duration {
		r, err := b.store.Load(t.Context(), s.Handle.ID())
		if err != nil {
			t.Fatal(err)
		}
		return r.Until.Sub(began).Round(time.Second)
	}
	for _, c := range []struct {
		pause   time.Duration
		touches int
		until   time.Duration
	}{{0, 0, time.Hour}, {59 * time.Second, 0, time.Hour}, {time.Second, 1, time.Hour + time.Minute}, {time.Second, 1, time.Hour + time.Minute}} {
		b.clock.Advance(c.pause)
		loaded, err := b.cookies.Load(request(cookie))
		if err != nil {
			t.Fatal(err)
		}
		for range 2 { // as one request may
			if err := b.cookies.Touch(t.Context(), loaded); err != nil {
				t.Fatal(err)
			}
		}
		if got := until(); count.touches != c.touches || count.saves != 0 || got != c.until {
			t.Errorf("after %v: written %d times and saved %d, to be kept until %v; want %d, 0 and %v", b.clock.Now().Sub(began), count.touches, count.saves, got, c.touches, c.until)
		}
	}
	for range 13 {
		b.clock.Advance(54 * time.Minute)
		if s, err := b.cookies.Load(request(cookie)); err == nil {
			_ = b.cookies.Touch(t.Context(), s)
		}
	}
	if got := until(); got != 12*time.Hour {
		t.Errorf("used all day: to be kept until %v, want 12 h", got)
	}
}

// S-45: what an older key sealed is sealed again when its session is used, at once and once, so that the key can go.
func TestTouchSealsAgain(t *testing.T) {
	old, next := session.NewKey(time.Now()), session.NewKey(time.Now())
	b := newBench(t, old)
	s, cookie := b.start()
	count := &counted{Store: b.store}
	b.store = count
	promoted := b.with(next, old)
	for range 3 {
		b.clock.Advance(time.Second)
		s, err := promoted.Load(request(cookie))
		if err != nil {
			t.Fatal(err)
		}
		if err := promoted.Touch(t.Context(), s); err != nil {
			t.Fatal(err)
		}
	}
	if count.saves != 1 {
		t.Errorf("sealed %d times again, want once", count.saves)
	}
	if r, err := b.store.Load(t.Context(), s.Handle.ID()); err != nil || session.KeyID(r.Sealed) != next.ID {
		t.Errorf("sealed under %s, %v", session.KeyID(r.Sealed), err)
	}
	if _, err := b.with(next).Load(request(cookie)); err != nil {
		t.Errorf("the old key is gone: %v", err)
	}
	newer, _ := promoted.Load(request(cookie))
	if err := promoted.End(t.Context(), httptest.NewRecorder(), newer, session.ReasonLogout); err != nil {
		t.Fatal(err)
	}
}
