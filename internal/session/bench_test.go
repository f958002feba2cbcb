package session_test

import (
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"testing"
	"time"

	"portico/internal/session"
	"portico/internal/store/memory"
	"portico/internal/store/storetest"
)

// bench is a store, a key ring and cookies with a clock that the test moves.
type bench struct {
	t       *testing.T
	clock   *storetest.Clock
	store   session.Store
	keys    []session.Key
	cookies *session.Cookies
}

func newBench(t *testing.T, keys ...session.Key) *bench {
	t.Helper()
	b := &bench{t: t, clock: storetest.NewClock(), keys: keys}
	if len(keys) == 0 {
		b.keys = []session.Key{session.NewKey(time.Now())}
	}
	b.store = memory.New(b.clock.Now).Sessions()
	b.cookies = b.with(b.keys...)
	return b
}

func (b *bench) with(keys ...session.Key) *session.Cookies {
	b.t.Helper()
	ring, err := session.NewKeyring(keys...)
	if err != nil {
		b.t.Fatal(err)
	}
	c, err := session.NewCookies(session.Config{Store: b.store, Keys: ring, Secure: true, Now: b.clock.Now})
	if err != nil {
		b.t.Fatal(err)
	}
	return c
}

func (b *bench) start() (*session.Session, *http.Cookie) {
	b.t.Helper()
	w := httptest.NewRecorder()
	s, err := b.cookies.Start(b.t.Context(), w, session.NewHandle(), alice, session.StartOptions{LoginStarted: b.clock.Now(), Values: map[string]string{"k": "v"}})
	if err != nil {
		b.t.Fatal(err)
	}
	return s, w.Result().Cookies()[0]
}

func request(cookies ...*http.Cookie) *http.Request {
	r := httptest.NewRequest(http.MethodGet, "/", nil)
	for _, c := range cookies {
		r.AddCookie(c)
	}
	return r
}

func reason(err error) string {
	if e, ok := errors.AsType[*session.EndedError](err); ok {
		return e.Reason
	}
	return fmt.Sprint(err)
}

var alice = session.Identity{Issuer: "https://op", Subject: "alice", SID: "s1", Name: "Alice", Account: "101"}
