package server

import (
	"context"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"portico/internal/rp"
	"portico/internal/secret"
	"portico/internal/session"
	"portico/internal/store/storetest"
)

// revoking notes what is given back.
type revoking struct {
	away
	mu    sync.Mutex
	given []string
}

func (r *revoking) Revoke(_ context.Context, t secret.Text, _ string) error {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.given = append(r.given, t.Reveal())
	return nil
}

// signsIn ends a sign-in as the callback does, in the browser with a cookie.
func (b *bench) signsIn(attempt rp.Attempt, id rp.Identity, cookie *http.Cookie) *http.Response {
	b.Helper()
	r, w := httptest.NewRequest(http.MethodGet, b.base+"/auth/callback", nil), httptest.NewRecorder()
	if cookie != nil {
		r.AddCookie(cookie)
	}
	tokens := rp.Tokens{Access: secret.New("new-access"), Refresh: secret.New("new-refresh"), ExpiresIn: time.Hour, Asked: time.Now()}
	b.server.withEvent(b.server.public(func(w http.ResponseWriter, r *http.Request) error { return b.server.signIn(w, r, attempt, id, tokens) })).ServeHTTP(w, r)
	return w.Result()
}

// sessionOf is the session of an answer's cookie, nil when it sets none.
func (b *bench) sessionOf(resp *http.Response) *session.Session {
	b.Helper()
	for _, c := range resp.Cookies() {
		if c.Name == b.cookies.Name() && c.MaxAge >= 0 {
			r := httptest.NewRequest(http.MethodGet, "/", nil)
			r.AddCookie(c)
			s, err := b.cookies.Load(r)
			b.must(err)
			return s
		}
	}
	return nil
}

// S-29: a sign-in ends what the browser had before. Preferences stay with their person, and nothing of one person comes to another. Old tokens are given back unless the provider may hold both under one
// session of its own.
func TestSignInInABrowserThatHasASession(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		change      func(id *rp.Identity)
		values      bool // are carried over
		revocations []string
	}{
		"the same person, the provider's session": {func(*rp.Identity) {}, true, nil},
		"another session of the provider's":       {func(id *rp.Identity) { id.SID = "s2" }, true, []string{"access-secret", "refresh-secret"}},
		"somebody else":                           {func(id *rp.Identity) { id.Subject = "bob" }, false, []string{"access-secret", "refresh-secret"}},
		"the same name at another provider":       {func(id *rp.Identity) { id.Issuer = "https://other" }, false, []string{"access-secret", "refresh-secret"}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			given := &revoking{}
			b := newBenchAt(t, "https://portal.example", "http://127.0.0.1:9", given)
			old := b.start(aliceOf("s1"), session.About{})
			r := httptest.NewRequest(http.MethodGet, "/", nil)
			r.AddCookie(old)
			before, err := b.cookies.Load(r)
			b.must(err)
			b.must(b.cookies.SaveValues(t.Context(), before, func(v map[string]string) { v["mine"] = "1" }))
			id := rp.Identity{Issuer: b.issuer, Subject: "alice", SID: "s1"}
			c.change(&id)
			resp := b.signsIn(rp.Attempt{Started: time.Now(), LoginOptions: rp.LoginOptions{ReturnTo: "/settings"}}, id, old)
			now := b.sessionOf(resp)
			if resp.StatusCode != http.StatusSeeOther || resp.Header.Get("Location") != "/settings" || now == nil || now.Identity.Subject != id.Subject || now.Identity.Issuer != id.Issuer {
				t.Fatalf("%d to %s, session %+v", resp.StatusCode, resp.Header.Get("Location"), now)
			}
			if _, carried := now.Values["mine"]; carried != c.values {
				t.Errorf("values %v, carried over: %t", now.Values, carried)
			}
			b.get("/sites", with(old)...).want(t, "the session of before", http.StatusSeeOther)
			b.must(b.server.Close(t.Context()))
			if slices.Sort(given.given); !slices.Equal(given.given, c.revocations) {
				t.Errorf("given back: %v, want %v", given.given, c.revocations)
			}
		})
	}
}

// A sign-in that cannot be kept, or that was ended before it began, leaves nothing: no cookie, no tokens, and the browser's session of before as it was.
func TestSignInThatIsNotKept(t *testing.T) {
	t.Parallel()
	down := storetest.Fault{Before: storetest.Fail(nil)}
	for name, c := range map[string]struct {
		before func(b *bench)
		status int
		given  bool   // the new tokens are given back
		sid    string // "" is that of the session of before, which may live by the same grant
	}{
		"the session of before cannot be read": {func(b *bench) { b.store.Always(down, storetest.SessionLoad) }, http.StatusServiceUnavailable, false, "s9"},
		"no tokens kept":                       {func(b *bench) { b.store.Always(down, storetest.TokenCreate) }, http.StatusServiceUnavailable, true, "s9"},
		"no tokens kept, same grant":           {func(b *bench) { b.store.Always(down, storetest.TokenCreate) }, http.StatusServiceUnavailable, false, ""},
		"no session kept":                      {func(b *bench) { b.store.Always(down, storetest.SessionCreate) }, http.StatusServiceUnavailable, true, "s9"},
		"no session kept, same grant":          {func(b *bench) { b.store.Always(down, storetest.SessionCreate) }, http.StatusServiceUnavailable, false, ""},
		"signed out meanwhile": {func(b *bench) {
			_, err := b.store.Sessions().DeleteMatching(b.Context(), session.Match{Issuer: b.issuer, SID: "s9"}, session.ReasonBackChannel)
			b.must(err)
		}, http.StatusForbidden, true, "s9"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			given := &revoking{}
			b := newBenchAt(t, "https://portal.example", "http://127.0.0.1:9", given)
			began := time.Now()
			c.before(b)
			resp := b.signsIn(rp.Attempt{Started: began, LoginOptions: rp.LoginOptions{ReturnTo: "/settings"}}, rp.Identity{Issuer: b.issuer, Subject: "alice", SID: c.sid}, b.cookie)
			if now := b.sessionOf(resp); resp.StatusCode != c.status || now != nil {
				t.Errorf("%d, session %v, want %d and none", resp.StatusCode, now, c.status)
			}
			b.store.Heal()
			b.get("/sites").want(t, "the session of before", http.StatusOK)
			b.must(b.server.Close(t.Context()))
			if slices.Contains(given.given, "new-refresh") != c.given {
				t.Errorf("given back: %v", given.given)
			}
			if told := strings.Contains(b.log.String(), `"reason":"ended"`); told != (c.status == http.StatusForbidden) {
				t.Errorf("the audit log says that it was ended: %t", told)
			}
		})
	}
}

// Who chose to stay stays where the operator allows it, and lands on pages of the portal only.
func TestSignInChoices(t *testing.T) {
	t.Parallel()
	b := newBench(t, "https://portal.example")
	for _, c := range []struct {
		chosen  bool
		allowed time.Duration
		stays   bool
	}{{true, time.Hour, true}, {false, time.Hour, false}, {true, 0, false}} {
		b.server.config.StaySignedIn = c.allowed
		resp := b.signsIn(rp.Attempt{Started: time.Now(), LoginOptions: rp.LoginOptions{ReturnTo: "//evil.example", Stay: c.chosen}}, rp.Identity{Issuer: b.issuer, Subject: "bob"}, nil)
		if now := b.sessionOf(resp); now == nil || now.StaySignedIn != c.stays || resp.Header.Get("Location") != "/" {
			t.Errorf("chosen %t, allowed %v: session %+v, sent to %s", c.chosen, c.allowed, now, resp.Header.Get("Location"))
		}
	}
}
