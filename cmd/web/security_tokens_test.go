package main

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync/atomic"
	"testing"
)

func TestS13SomebodyElsesAnswersEndTheSession(t *testing.T) {
	t.Parallel()
	s := besiege(t, 1)
	s.op.set(func() {
		s.op.hook = func(w http.ResponseWriter, r *http.Request) bool {
			if r.URL.Path != "/userinfo" {
				return false
			}
			_, _ = fmt.Fprint(w, `{"sub":"mallory","name":"Mallory"}`)
			return true
		}
	})
	p := s.visitor(t, 0)
	if a := p.get(p.toCallback("/sites")); a.StatusCode < 400 || p.Cookies()[sessionCookie] != "" {
		t.Errorf("userinfo about somebody else: %d", a.StatusCode)
	}
	for name, claim := range map[string][2]any{"subject": {"sub", "mallory"}, "issuer": {"iss", "https://evil.example"}, "audience": {"aud", "another"}} {
		s.op.set(func() {
			s.op.hook, s.op.claims = nil, nil
			s.op.token = func(_ http.ResponseWriter, _ *http.Request, answer map[string]any) bool {
				answer["expires_in"] = 1
				return false
			}
		})
		p := s.visitor(t, 0)
		p.get(p.toCallback("/sites")).want(t, http.StatusSeeOther)
		s.op.set(func() {
			s.op.claims = func(c map[string]any) { c[claim[0].(string)] = claim[1] }
		})
		eventually(t, "the session of another "+name+" ends", func() bool {
			return p.get("/sites").StatusCode != http.StatusOK && p.get("/sites").Header.Get("Location") != ""
		})
		if out, err := s.command(t, "sessions", "list", "--everyone"); err != nil || !strings.Contains(out, "0 sessions") {
			t.Errorf("%s: %v\n%s", name, err, out)
		}
	}
}

func TestS14CodeIsPresentedOnceInOneStyle(t *testing.T) {
	t.Parallel()
	for style, want := range map[string]bool{"basic": true, "post": false, "discovered": true} {
		s := besiege(t, 1, "PORTICO_CLIENT_AUTH="+style)
		for _, status := range []int{400, 401, 500, 503} {
			s.op.set(func() {
				s.op.seen = nil
				s.op.token = func(w http.ResponseWriter, _ *http.Request, _ map[string]any) bool {
					w.WriteHeader(status)
					_, _ = fmt.Fprint(w, `{"error":"invalid_client"}`)
					return true
				}
			})
			p := s.visitor(t, 0)
			p.get(p.toCallback("/sites"))
			sent := s.op.requests("/connect/token")
			if len(sent) != 1 {
				t.Fatalf("%s, answered with %d: %d token requests", style, status, len(sent))
			}
			if basic := sent[0].header.Get("Authorization") != ""; basic != want || sent[0].form.Has("client_secret") == want {
				t.Errorf("%s: header %t, secret in the form %t", style, basic, sent[0].form.Has("client_secret"))
			}
		}
	}
}

// A provider that grants less than was asked for: the page names what is missing, and so it does when the operator lets people in and the Data Hub does not.
func TestS19SmallerScopeIsExplained(t *testing.T) {
	t.Parallel()
	for _, policy := range []string{"refuse", "accept"} {
		s := besiege(t, 1, "PORTICO_MISSING_SCOPES="+policy)
		if q := location(t, s.visitor(t, 0).get("/auth/login")).Query(); q.Get("scope") != "openid profile email datahub-api offline_access" {
			t.Errorf("scope %q", q.Get("scope"))
		}
		s.op.set(func() {
			s.op.token = func(_ http.ResponseWriter, _ *http.Request, answer map[string]any) bool {
				answer["scope"] = "openid"
				return false
			}
		})
		for _, status := range []int{http.StatusUnauthorized, http.StatusForbidden} {
			s.setHubRaw(func(w http.ResponseWriter, _ *http.Request) bool { w.WriteHeader(status); return true })
			p := s.visitor(t, 0)
			a, _ := p.open("/sites")
			if policy == "refuse" {
				a.want(t, http.StatusForbidden, "<h1", "datahub-api")
				break
			}
			if a.StatusCode != http.StatusForbidden && a.StatusCode != http.StatusBadGateway || !strings.Contains(a.Body, "<h1") || p.Cookies()[sessionCookie] == "" {
				t.Errorf("the Data Hub says %d: %d\n%.500s", status, a.StatusCode, a.Body)
			}
			p.get("/auth/session").want(t, http.StatusOK, "openid")
		}
	}
}

// Token answers that no honest provider gives: a page, never a crash, and no session of them.
func TestS20TokenAnswersAreJudged(t *testing.T) {
	t.Parallel()
	s := besiege(t, 1)
	edit := func(name string, value any) func(http.ResponseWriter, *http.Request, map[string]any) bool {
		return func(_ http.ResponseWriter, _ *http.Request, answer map[string]any) bool {
			if answer[name] = value; value == nil {
				delete(answer, name)
			}
			return false
		}
	}
	says := func(body string) func(http.ResponseWriter, *http.Request, map[string]any) bool {
		return func(w http.ResponseWriter, _ *http.Request, _ map[string]any) bool {
			w.Header().Set("Content-Type", "application/json")
			_, _ = fmt.Fprint(w, body)
			return true
		}
	}
	for name, c := range map[string]struct {
		token func(http.ResponseWriter, *http.Request, map[string]any) bool
		ok    bool
	}{
		"another type": {edit("token_type", "mac"), false}, "DPoP": {edit("token_type", "DPoP"), false}, "type in capitals": {edit("token_type", "BEARER"), true},
		"no lifetime": {edit("expires_in", nil), true}, "lifetime 0": {edit("expires_in", 0), true}, "lifetime below 0": {edit("expires_in", -5), true}, "huge lifetime": {edit("expires_in", 1<<40), true}, "lifetime in words": {edit("expires_in", "300"), true},
		"a line end in the token": {edit("access_token", "a\r\nX-Evil: 1"), false}, "a blank in the token": {edit("access_token", "a b"), false}, "no token": {edit("access_token", nil), false}, "a token as a number": {edit("access_token", 7), false},
		"a line end in the refresh token": {edit("refresh_token", "a\nb"), false}, "no ID token": {edit("id_token", nil), false}, "nothing": {says(""), false}, "a page": {says("<html>"), false}, "null": {says("null"), false}, "a list": {says("[]"), false},
		"endless": {says(`{"x":"` + strings.Repeat("x", 2<<20) + `"}`), false}, "deep": {says(strings.Repeat("[", 100000)), false},
	} {
		s.op.set(func() { s.op.token = c.token })
		p := s.visitor(t, 0)
		a := p.get(p.toCallback("/sites"))
		in := p.Cookies()[sessionCookie] != ""
		if in != c.ok || !c.ok && a.StatusCode < 400 || a.StatusCode == http.StatusInternalServerError {
			t.Errorf("%s: %d, signed in %t", name, a.StatusCode, in)
		}
		if in {
			p.get("/auth/session").want(t, http.StatusOK)
		}
	}
}

// A Data Hub that sends the portal elsewhere gets no token to that place.
func TestS25TokenGoesToTheDataHubOnly(t *testing.T) {
	t.Parallel()
	s := besiege(t, 1)
	var asked atomic.Int32
	evil := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { asked.Add(1) }))
	t.Cleanup(evil.Close)
	p := s.alice(t, 0)
	for _, status := range []int{301, 302, 303, 307, 308} {
		s.setHubRaw(func(w http.ResponseWriter, r *http.Request) bool {
			http.Redirect(w, r, evil.URL+r.URL.Path, status)
			return true
		})
		if a := p.get("/sites"); a.StatusCode != http.StatusBadGateway || a.Header.Get("Location") != "" || strings.Contains(a.Body, evil.URL) {
			t.Errorf("%d: %d to %q", status, a.StatusCode, a.Header.Get("Location"))
		}
	}
	s.setHubRaw(nil)
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, r := range s.hubSeen {
		if r.path == "/account" && r.header.Get("Authorization") == "" && r.header.Get("Cookie") == "" {
			continue // whether it is there, for the operator; a Data Hub refuses to say more
		}
		if !strings.HasPrefix(r.header.Get("Authorization"), "Bearer at.") || r.header.Get("Cookie") != "" {
			t.Errorf("%s asked with %v", r.path, r.header)
		}
	}
	if asked.Load() != 0 {
		t.Errorf("%d requests elsewhere", asked.Load())
	}
}
