package session_test

import (
	"net/http/httptest"
	"testing"
	"time"

	"portico/internal/session"
)

var firefox = session.About{Browser: "Firefox", System: "Windows", Address: "192.0.2.7"}

func (b *bench) startAbout(a session.About) session.Record {
	b.t.Helper()
	s, err := b.cookies.Start(b.t.Context(), httptest.NewRecorder(), session.NewHandle(), alice, session.StartOptions{LoginStarted: b.clock.Now(), About: a})
	if err != nil {
		b.t.Fatal(err)
	}
	r, err := b.store.Load(b.t.Context(), s.Handle.ID())
	if err != nil {
		b.t.Fatal(err)
	}
	return r
}

func (b *bench) ring(keys ...session.Key) *session.Keyring {
	b.t.Helper()
	ring, err := session.NewKeyring(keys...)
	if err != nil {
		b.t.Fatal(err)
	}
	return ring
}

// Any process with the key reads what a record says about its browser, without that browser's cookie.
func TestAboutABrowser(t *testing.T) {
	b := newBench(t)
	r, other := b.startAbout(firefox), b.startAbout(session.About{Browser: "Safari"})
	ring := b.ring(b.keys...)
	if got := ring.OpenAbout(r); got != firefox {
		t.Errorf("OpenAbout = %+v, want %+v", got, firefox)
	}
	moved := r
	moved.About = other.About
	for name, r := range map[string]session.Record{"of another record": moved, "nothing": b.startAbout(session.About{}), "a session instead": {ID: r.ID, About: r.Sealed}} {
		if got := ring.OpenAbout(r); got != (session.About{}) {
			t.Errorf("%s: OpenAbout = %+v, want nothing", name, got)
		}
	}
	if got := b.ring(session.NewKey(time.Now())).OpenAbout(r); got != (session.About{}) {
		t.Errorf("under a key that is not there: OpenAbout = %+v, want nothing", got)
	}
}

// It follows the session to a new key, so that the old one can go.
func TestAboutMovesToTheNewKey(t *testing.T) {
	b := newBench(t)
	next := session.NewKey(time.Now())
	w := httptest.NewRecorder()
	s, err := b.cookies.Start(t.Context(), w, session.NewHandle(), alice, session.StartOptions{LoginStarted: b.clock.Now(), About: firefox})
	if err != nil {
		t.Fatal(err)
	}
	b.clock.Advance(2 * time.Second)
	rotated := b.with(next, b.keys[0])
	again, err := rotated.Load(request(w.Result().Cookies()[0]))
	if err != nil {
		t.Fatal(err)
	}
	if err := rotated.Touch(t.Context(), again); err != nil {
		t.Fatal(err)
	}
	r, err := b.store.Load(t.Context(), s.Handle.ID())
	if got := b.ring(next).OpenAbout(r); err != nil || got != firefox {
		t.Errorf("under the new key alone: OpenAbout = %+v, %v, want %+v", got, err, firefox)
	}
}

func TestAboutOfAScreen(t *testing.T) {
	t.Parallel()
	a := session.About{Browser: "Chrome", System: "Android", Screen: "Lobby"}
	if got, want := a.String(), `screen "Lobby"`; got != want {
		t.Errorf("String() = %s, want %s", got, want)
	}
}
