package server

import (
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"
)

func TestLoopIsStoppedAtTheThird(t *testing.T) {
	t.Parallel()
	b := newBench(t, "https://portal.example")
	now := time.Now()
	b.server.config.Now = func() time.Time { return now }
	jar := map[string]string{}
	for i := range 3 {
		r := httptest.NewRequest(http.MethodGet, "/", nil)
		for name, value := range jar {
			r.AddCookie(&http.Cookie{Name: name, Value: value})
		}
		if got := b.server.looping(r); got != (i == loopMost) {
			t.Errorf("after %d sign-ins: looping %t", i, got)
		}
		w := httptest.NewRecorder()
		b.server.noteSignIn(w, r)
		for _, c := range w.Result().Cookies() {
			jar[c.Name] = c.Value
		}
		now = now.Add(5 * time.Second)
	}
	r := httptest.NewRequest(http.MethodGet, "/", nil)
	for name, value := range jar {
		r.AddCookie(&http.Cookie{Name: name, Value: value})
	}
	if !b.server.looping(r) {
		t.Error("after three sign-ins: not looping")
	}
	now = now.Add(loopWindow)
	if b.server.looping(r) {
		t.Error("a minute later: still looping")
	}
}

// rounds are the cookies of a browser that was signed in twice within the minute.
func (b *bench) rounds() string {
	b.Helper()
	cookie := ""
	for range loopMost {
		r := httptest.NewRequest(http.MethodGet, "/", nil)
		r.Header.Set("Cookie", cookie)
		w := httptest.NewRecorder()
		b.server.noteSignIn(w, r)
		c := w.Result().Cookies()[0]
		cookie = c.Name + "=" + c.Value
	}
	return cookie
}

// A loop that is stopped says why: no cookie comes back, its session is not there, or the browser is at another address than the portal; and where the portal is.
func TestCauseOfALoop(t *testing.T) {
	t.Parallel()
	b := newBench(t, "https://portal.example")
	lost := "; " + b.cookie.Name + "=1." + strings.Repeat("A", 86)
	for name, tt := range map[string]struct {
		answer answer
		status int
		texts  []string
		login  bool // a way to sign in is offered
	}{
		"no cookie":                {b.get("/sites", "Cookie", b.rounds()), http.StatusForbidden, []string{"sign-in-loop", "https://portal.example<"}, true},
		"no session":               {b.get("/sites", "Cookie", b.rounds()+lost), http.StatusForbidden, []string{"sign-in-lost"}, true},
		"by http":                  {b.get("/sites", "Cookie", b.rounds(), "X-Forwarded-Proto", "http"), http.StatusForbidden, []string{"sign-in-scheme", "https://portal.example<", `href="https://portal.example"`}, false},
		"by http, in the standard": {b.get("/sites", "Cookie", b.rounds(), "Forwarded", "for=192.0.2.1;proto=http"), http.StatusForbidden, []string{"sign-in-scheme"}, false},
		"by https":                 {b.get("/sites", "Cookie", b.rounds(), "Forwarded", "for=192.0.2.1;proto=https", "X-Forwarded-Proto", "https"), http.StatusForbidden, []string{"sign-in-loop"}, true},
		"another host":             {b.get("/sites", "Cookie", b.rounds(), "Host", "www.portal.example"), http.StatusMisdirectedRequest, []string{"wrong-host", "https://portal.example<"}, false},
		"callback, no cookie":      {b.get("/auth/callback?code=c&state=s", "Cookie", ""), http.StatusBadRequest, []string{"sign-in-cookie", "https://portal.example<"}, true},
		"callback, by http":        {b.get("/auth/callback?code=c&state=s", "Cookie", "", "X-Forwarded-Proto", "http"), http.StatusForbidden, []string{"sign-in-scheme", "https://portal.example<"}, false},
	} {
		tt.answer.want(t, name, tt.status, tt.texts...)
		if offered := strings.Contains(tt.answer.body, `href="/auth/login`); offered != tt.login {
			t.Errorf("%s: a sign-in is offered: %t", name, offered)
		}
	}
	if log := b.log.String(); !strings.Contains(log, "does not return the session cookie") || !strings.Contains(log, "do all processes share") || !strings.Contains(log, "came by http") {
		t.Errorf("the log does not name the causes: %s", log)
	}
}

// Who comes by http starts to sign in at the configured address, where cookies are kept.
func TestSignInStartsAtTheConfiguredAddress(t *testing.T) {
	t.Parallel()
	b := newBench(t, "https://portal.example")
	for proto, want := range map[string]string{"http": "https://portal.example/auth/login?return_to=%2Fsites", "https": "/auth/login?return_to=%2Fsites", "": "/auth/login?return_to=%2Fsites"} {
		if a := b.get("/sites", "Cookie", "", "X-Forwarded-Proto", proto); a.Header.Get("Location") != want {
			t.Errorf("by %q: sent to %s, want %s", proto, a.Header.Get("Location"), want)
		}
	}
}

// Who signs in, changes the account and signs out within a minute has pressed buttons. The next visit is not taken for a round.
func TestButtonsAreNoLoop(t *testing.T) {
	t.Parallel()
	for path, form := range map[string]string{"/auth/logout": "x=1", "/auth/account": "account=102"} {
		b := newBench(t, "https://portal.example")
		rounds := b.rounds()
		a := b.ask(http.MethodPost, path, form, "Cookie", b.cookie.Name+"="+b.cookie.Value+"; "+rounds)
		for _, c := range a.Cookies() {
			if c.Name == b.server.jar.name("recent") && c.MaxAge < 0 {
				rounds = ""
			}
		}
		b.get("/sites", "Cookie", rounds).want(t, "after "+path, http.StatusSeeOther)
	}
}
