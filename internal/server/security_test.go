package server

import (
	"context"
	"errors"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"portico/internal/rp"
	"portico/internal/secret"
	"portico/internal/session"
	"portico/internal/store/storetest"
)

// Only what a person does keeps a session: no script, no poll, no browser that asks ahead.
func TestS34OnlyPeopleAreActive(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		path   string
		header []string
		counts bool
	}{
		"a page":           {"/sites", nil, true},
		"a page in a tab":  {"/sites", []string{"Sec-Fetch-Site", "same-origin", "Sec-Fetch-Mode", "navigate", "Sec-Fetch-Dest", "document"}, true},
		"a script":         {"/sites", []string{"Sec-Fetch-Site", "same-origin", "Sec-Fetch-Mode", "cors", "Sec-Fetch-Dest", "empty"}, false},
		"an old script":    {"/sites", []string{"X-Requested-With", "fetch"}, false},
		"JSON":             {"/sites", []string{"Accept", "application/json"}, false},
		"prefetch":         {"/sites", []string{"Sec-Fetch-Site", "same-origin", "Sec-Fetch-Mode", "no-cors", "Sec-Fetch-Dest", "empty", "Sec-Purpose", "prefetch"}, false},
		"prerender":        {"/sites", []string{"Sec-Fetch-Site", "none", "Sec-Fetch-Mode", "navigate", "Sec-Fetch-Dest", "document", "Sec-Purpose", "prefetch;prerender"}, false},
		"an old prefetch":  {"/sites", []string{"Purpose", "prefetch"}, false},
		"looking":          {"/auth/session", nil, false},
		"looking, by JSON": {"/auth/session", []string{"Accept", "application/json"}, false},
		"a missing page":   {"/nothing", nil, false},
		"a probe":          {"/readyz", nil, false},
	} {
		b := newBench(t, "https://portal.example")
		past := time.Now().Add(-10 * time.Minute)
		b.signInAt(past)
		h, err := session.ParseHandle(b.cookie.Value)
		b.must(err)
		a := b.get(c.path, c.header...)
		if a.StatusCode >= 500 {
			t.Errorf("%s: %d", name, a.StatusCode)
		}
		r, err := b.store.Sessions().Load(t.Context(), h.ID())
		b.must(err)
		if moved := r.LastSeen.After(past.Add(time.Minute)); moved != c.counts {
			t.Errorf("%s: counts as activity: %t", name, moved)
		}
	}
}

// signInAt makes a session that began, and was last used, at a time.
func (b *bench) signInAt(at time.Time) {
	b.Helper()
	cookies, err := session.NewCookies(session.Config{Store: b.store.Sessions(), Keys: b.server.config.Keys, Secure: true, Now: func() time.Time { return at }})
	b.must(err)
	h, w := session.NewHandle(), httptest.NewRecorder()
	b.must(b.tokens.Start(b.Context(), h, rp.Tokens{Access: secret.New("access-secret"), ExpiresIn: time.Hour, Refresh: secret.New("refresh-secret")}, rp.Identity{Issuer: "https://id.example", Subject: "alice"}, cookies.UntilLimit(false)))
	_, err = cookies.Start(b.Context(), w, h, session.Identity{Issuer: "https://id.example", Subject: "alice", Name: "Alice"}, session.StartOptions{LoginStarted: at})
	b.must(err)
	b.cookie = w.Result().Cookies()[0]
}

// A panic with a value that holds a secret gives a page and a line, and neither tells the value.
func TestS90PanicsTellNoValues(t *testing.T) {
	t.Parallel()
	b := newBench(t, "https://portal.example")
	for name, value := range map[string]any{"an error": errors.New("canary-value"), "a text": "canary-value", "bytes": []byte("canary-value")} {
		b.store.Always(storetest.Fault{Before: func(context.Context) error { panic(value) }}, storetest.SessionLoad)
		b.get("/sites").want(t, name, http.StatusInternalServerError, "<h1")
		b.store.Heal()
	}
	b.store.Always(storetest.Fault{Before: func(context.Context) error { var none []int; _ = none[len(b.cookie.Value)]; return nil }}, storetest.SessionLoad)
	a := b.get("/sites")
	a.want(t, "an index", http.StatusInternalServerError)
	log := b.log.String()
	if strings.Contains(log, "canary") || !strings.Contains(log, "index out of range") || strings.Count(log, "handler panicked") != 4 {
		t.Errorf("log: %.3000s", log)
	}
	for _, inside := range []string{"goroutine", "canary", ".go:", "index out of range", "/internal/"} {
		if strings.Contains(a.body, inside) {
			t.Errorf("the page tells %q", inside)
		}
	}
}
