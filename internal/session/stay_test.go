package session_test

import (
	"errors"
	"net/http"
	"net/http/httptest"
	"testing"
	"time"

	"portico/internal/session"
)

const month = 30 * 24 * time.Hour

// allowing returns cookies of a portal that lets people stay for so long.
func (b *bench) allowing(stay time.Duration) *session.Cookies {
	b.t.Helper()
	ring, err := session.NewKeyring(b.keys...)
	if err != nil {
		b.t.Fatal(err)
	}
	c, err := session.NewCookies(session.Config{Store: b.store, Keys: ring, Secure: true, Idle: time.Hour, Absolute: 12 * time.Hour, StayAbsolute: stay, Now: b.clock.Now})
	if err != nil {
		b.t.Fatal(err)
	}
	return c
}

// stays starts a session of somebody who chose to stay.
func (b *bench) stays(c *session.Cookies) *http.Cookie {
	b.t.Helper()
	w := httptest.NewRecorder()
	if _, err := c.Start(b.t.Context(), w, session.NewHandle(), alice, session.StartOptions{LoginStarted: b.clock.Now(), StaySignedIn: true}); err != nil {
		b.t.Fatal(err)
	}
	return w.Result().Cookies()[0]
}

// after moves the clock to so long after a time.
func (b *bench) after(start time.Time, age time.Duration) {
	b.clock.Advance(age - b.clock.Now().Sub(start))
}

func (b *bench) ended(c *session.Cookies, cookie *http.Cookie) bool {
	b.t.Helper()
	_, err := c.Load(request(cookie))
	if err != nil && !errors.Is(err, session.ErrNotFound) {
		b.t.Fatal(err)
	}
	return err != nil
}

// S-34: the limits of somebody who stays are longer, and limits all the same; they stand in the record, not in the cookie.
func TestStaySignedIn(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	start := b.clock.Now()
	c := b.allowing(month)
	cookie := b.stays(c)
	if cookie.MaxAge != int(month/time.Second) || !cookie.HttpOnly || !cookie.Secure || cookie.SameSite != http.SameSiteLaxMode {
		t.Errorf("cookie %v, want one that outlives the browser for 30 days", cookie)
	}
	for _, age := range []time.Duration{2 * time.Hour, 13 * time.Hour, 29 * 24 * time.Hour} {
		b.after(start, age)
		if b.ended(c, cookie) {
			t.Errorf("after %v without use: ended", age)
		}
		s, err := c.Load(request(cookie))
		if err != nil || !s.StaySignedIn {
			t.Fatalf("after %v: %+v, %v", age, s, err)
		}
		if err := c.Touch(t.Context(), s); err != nil {
			t.Fatal(err)
		}
	}
	b.after(start, month)
	if !b.ended(c, cookie) {
		t.Error("after 30 days, used yesterday: not ended")
	}
	w := httptest.NewRecorder()
	if _, err := c.Start(t.Context(), w, session.NewHandle(), alice, session.StartOptions{LoginStarted: b.clock.Now()}); err != nil {
		t.Fatal(err)
	}
	cookie = w.Result().Cookies()[0]
	if b.clock.Advance(time.Hour + time.Second); cookie.MaxAge != 0 || !b.ended(c, cookie) {
		t.Errorf("somebody who did not choose to stay: cookie %v, not ended after an hour without use", cookie)
	}
}

func TestNobodyStaysWhereItIsNotAllowed(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	start := b.clock.Now()
	c := b.allowing(0)
	if cookie := b.stays(c); cookie.MaxAge != 0 {
		t.Errorf("cookie %v, want one that ends with the browser", cookie)
	} else if b.after(start, time.Hour+time.Second); !b.ended(c, cookie) {
		t.Error("an hour without use: not ended")
	}
}

// An operator who shortens the limits, or takes the choice away, shortens the sessions that are there.
func TestLimitsOfTodayCount(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	start := b.clock.Now()
	cookie := b.stays(b.allowing(month))
	b.after(start, 30*time.Minute)
	if b.ended(b.allowing(0), cookie) {
		t.Error("half an hour after the choice was taken away: ended, though ordinary sessions live longer")
	}
	b.after(start, 2*time.Hour)
	if !b.ended(b.allowing(0), cookie) {
		t.Error("two hours without use after the choice was taken away: not ended")
	}
	b.after(start, 20*time.Hour)
	s, err := b.allowing(month).Load(request(cookie))
	if err != nil {
		t.Fatal(err)
	}
	if err := b.allowing(month).Touch(t.Context(), s); err != nil {
		t.Fatal(err)
	}
	b.after(start, 36*time.Hour)
	for stay, ended := range map[time.Duration]bool{month: false, 48 * time.Hour: false, 24 * time.Hour: true, 0: true} {
		if got := b.ended(b.allowing(stay), cookie); got != ended {
			t.Errorf("after 36 h, where %v are allowed: ended %t", stay, got)
		}
	}
}
