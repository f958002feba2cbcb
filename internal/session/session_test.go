package session_test

import (
	"context"
	"errors"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"portico/internal/session"
)

func TestStartAndLoad(t *testing.T) {
	b := newBench(t)
	_, cookie := b.start()
	if cookie.Name != "__Host-portico" || !cookie.Secure || !cookie.HttpOnly || cookie.SameSite != http.SameSiteLaxMode || cookie.Path != "/" || cookie.Domain != "" || cookie.MaxAge != 0 {
		t.Errorf("cookie %+v", cookie)
	}
	s, err := b.cookies.Load(request(cookie))
	if err != nil || s.Identity != alice || s.Values["k"] != "v" {
		t.Fatalf("Load = %+v, %v", s, err)
	}
	if s.Handle.Cookie().Reveal() != cookie.Value {
		t.Error("the loaded handle is not the cookie's")
	}
}

func TestNothingElseIsASession(t *testing.T) {
	b := newBench(t)
	_, cookie := b.start()
	other, _ := b.cookies.Start(b.t.Context(), httptest.NewRecorder(), session.NewHandle(), alice, session.StartOptions{LoginStarted: b.clock.Now()})
	id, secretOfOther := cookie.Value[:45], other.Handle.Cookie().Reveal()[45:]
	for name, value := range map[string]string{
		"unknown": session.NewHandle().Cookie().Reveal(), "empty": "", "garbage": "x", "cut": cookie.Value[:80], "longer": cookie.Value + "A", "other version": "2" + cookie.Value[1:],
		"one bit": flip(cookie.Value), "id of one, secret of another": id + secretOfOther, "padded": cookie.Value + "=", "spaces": " " + cookie.Value,
	} {
		s, err := b.cookies.Load(request(&http.Cookie{Name: cookie.Name, Value: value}))
		if !errors.Is(err, session.ErrNone) {
			t.Errorf("%s: Load = %v, %v, want ErrNone", name, s, err)
		}
	}
	double := request(cookie, &http.Cookie{Name: cookie.Name, Value: other.Handle.Cookie().Reveal()})
	if _, err := b.cookies.Load(double); !errors.Is(err, session.ErrNone) {
		t.Errorf("two different cookies: %v, want ErrNone", err)
	}
	if _, err := b.cookies.Load(request(cookie, cookie)); err != nil {
		t.Errorf("the same cookie twice: %v", err)
	}
}

func flip(s string) string {
	last := byte('A')
	if s[20] == 'A' {
		last = 'B'
	}
	return s[:20] + string(last) + s[21:]
}

func TestLimits(t *testing.T) {
	b := newBench(t)
	_, cookie := b.start()
	for range 11 { // an hour of activity each 59 minutes
		b.clock.Advance(59 * time.Minute)
		s, err := b.cookies.Load(request(cookie))
		if err != nil {
			t.Fatalf("after %v: %v", b.clock.Now(), err)
		}
		if err := b.cookies.Touch(t.Context(), s); err != nil {
			t.Fatal(err)
		}
	}
	b.clock.Advance(75 * time.Minute)
	if _, err := b.cookies.Load(request(cookie)); reason(err) != session.ReasonExpired {
		t.Errorf("after twelve hours: %v, want ended by expiry", err)
	}
	_, cookie = b.start()
	b.clock.Advance(61 * time.Minute)
	if _, err := b.cookies.Load(request(cookie)); reason(err) != session.ReasonExpired {
		t.Errorf("idle for an hour: %v, want ended by expiry", err)
	}
	_, cookie = b.start()
	b.clock.Advance(-24 * time.Hour) // a clock that was set back
	if _, err := b.cookies.Load(request(cookie)); err != nil {
		t.Errorf("the clock was set back: %v", err)
	}
	b.clock.Advance(37 * time.Hour)
	if _, err := b.cookies.Load(request(cookie)); reason(err) != session.ReasonExpired {
		t.Errorf("beyond the limit: %v", err)
	}
}

func TestOldestOfTooManySessionsEnds(t *testing.T) {
	b := newBench(t)
	w := httptest.NewRecorder()
	if _, err := b.cookies.Start(t.Context(), w, session.NewHandle(), alice, session.StartOptions{LoginStarted: b.clock.Now(), About: session.About{Screen: "Hall"}}); err != nil {
		t.Fatal(err)
	}
	var cookies []*http.Cookie
	screen := w.Result().Cookies()[0] // nobody would notice that it ended
	for range 21 {
		_, c := b.start()
		cookies = append(cookies, c)
		b.clock.Advance(time.Second)
	}
	if _, err := b.cookies.Load(request(cookies[0])); reason(err) != session.ReasonCap {
		t.Errorf("the oldest: %v, want ended by the cap", err)
	}
	for i, c := range append(cookies[1:], screen) {
		if _, err := b.cookies.Load(request(c)); err != nil {
			t.Errorf("session %d: %v", i+1, err)
		}
	}
}

// Records know the second in which a session began, and a script signs in several times in one: the oldest is the oldest all the same, also when its record was sealed anew.
func TestOldestOfASecondEnds(t *testing.T) {
	b := newBench(t)
	var cookies []*http.Cookie
	for i := range 25 {
		s, c := b.start()
		if cookies = append(cookies, c); i%2 == 0 {
			if err := b.cookies.SaveValues(t.Context(), s, func(v map[string]string) { v["k"] = "w" }); err != nil {
				t.Fatal(err)
			}
		}
		b.clock.Advance(time.Millisecond)
	}
	for i, c := range cookies {
		if _, err := b.cookies.Load(request(c)); (i < 5) != (reason(err) == session.ReasonCap) || i >= 5 && err != nil {
			t.Errorf("session %d: %v", i, err)
		}
	}
}

func TestValuesOfTwoRequestsAreBothKept(t *testing.T) {
	b := newBench(t)
	_, cookie := b.start()
	one, _ := b.cookies.Load(request(cookie))
	two, _ := b.cookies.Load(request(cookie))
	if err := b.cookies.SaveValues(t.Context(), one, func(v map[string]string) { v["one"] = "1" }); err != nil {
		t.Fatal(err)
	}
	if err := b.cookies.SaveValues(t.Context(), two, func(v map[string]string) { v["two"] = "2" }); err != nil {
		t.Fatal(err)
	}
	if err := b.cookies.Describe(t.Context(), one, session.Identity{Name: "New Name", Email: "new@example.com", AccountName: "New account", Role: "Manager"}); err != nil {
		t.Fatal(err)
	}
	s, err := b.cookies.Load(request(cookie))
	if err != nil || s.Values["one"] != "1" || s.Values["two"] != "2" || s.Values["k"] != "v" || s.Identity.Name != "New Name" || s.Identity.Subject != one.Identity.Subject {
		t.Errorf("values %v, name %q, %v", s.Values, s.Identity.Name, err)
	}
}

func TestEnd(t *testing.T) {
	b := newBench(t)
	s, cookie := b.start()
	w := httptest.NewRecorder()
	if err := b.cookies.End(t.Context(), w, s, session.ReasonLogout); err != nil {
		t.Fatal(err)
	}
	if c := w.Result().Cookies()[0]; c.MaxAge >= 0 || c.Name != cookie.Name || c.Path != "/" || !c.Secure {
		t.Errorf("the cookie is not cleared with its own attributes: %+v", c)
	}
	if _, err := b.cookies.Load(request(cookie)); reason(err) != session.ReasonLogout {
		t.Errorf("Load after End = %v", err)
	}
	if err := b.cookies.SaveValues(t.Context(), s, func(map[string]string) {}); !errors.Is(err, session.ErrNotFound) {
		t.Errorf("SaveValues after End = %v: the session came back", err)
	}
}

// Who signs in again after the provider has ended all their sessions is signed in; who began before is not.
func TestSignInAfterAllSessionsEnded(t *testing.T) {
	b := newBench(t)
	before := b.clock.Now()
	b.clock.Advance(time.Second)
	if _, err := b.store.DeleteMatching(t.Context(), session.Match{Issuer: alice.Issuer, Subject: alice.Subject}, session.ReasonBackChannel); err != nil {
		t.Fatal(err)
	}
	b.clock.Advance(time.Second)
	w := httptest.NewRecorder()
	if _, err := b.cookies.Start(t.Context(), w, session.NewHandle(), alice, session.StartOptions{LoginStarted: before}); reason(err) != session.ReasonBackChannel || len(w.Result().Cookies()) > 0 {
		t.Errorf("began before: %v with cookies %v", err, w.Result().Cookies())
	}
	b.start()
}

// What a session keeps beside the person has a limit, and no store is asked to keep more.
func TestValuesHaveALimit(t *testing.T) {
	b := newBench(t)
	s, cookie := b.start()
	if err := b.cookies.SaveValues(t.Context(), s, func(v map[string]string) { v["much"] = strings.Repeat("x", session.MaxSealed) }); err == nil {
		t.Error("more than 64 KiB are kept")
	}
	if s, err := b.cookies.Load(request(cookie)); err != nil || s.Values["much"] != "" || s.Values["k"] != "v" {
		t.Errorf("Load = %v", err)
	}
}

func TestStoreDownLeavesTheCookieAlone(t *testing.T) {
	b := newBench(t)
	s, cookie := b.start()
	ring, _ := session.NewKeyring(b.keys...)
	c, err := session.NewCookies(session.Config{Store: broken{}, Keys: ring, Secure: true, Now: b.clock.Now})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := c.Load(request(cookie)); !errors.Is(err, errBroken) || errors.Is(err, session.ErrNone) {
		t.Errorf("Load = %v, want the store's error", err)
	}
	w := httptest.NewRecorder()
	if err := c.End(t.Context(), w, s, session.ReasonLogout); !errors.Is(err, errBroken) || len(w.Result().Cookies()) != 0 {
		t.Errorf("End = %v with %d cookies, want the error and none", err, len(w.Result().Cookies()))
	}
	if _, err := c.Start(t.Context(), w, session.NewHandle(), alice, session.StartOptions{}); !errors.Is(err, errBroken) || len(w.Result().Cookies()) != 0 {
		t.Errorf("Start = %v with %d cookies, want the error and none", err, len(w.Result().Cookies()))
	}
}

var errBroken = errors.New("store is down")

type broken struct{ session.Store }

func (broken) Load(context.Context, session.ID) (session.Record, error) {
	return session.Record{}, errBroken
}
func (broken) Create(context.Context, session.Record) error     { return errBroken }
func (broken) Delete(context.Context, session.ID, string) error { return errBroken }
func (broken) List(context.Context, session.Match) ([]session.Record, error) {
	return nil, errBroken
}
