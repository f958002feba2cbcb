package main

import (
	"crypto/sha256"
	"encoding/base64"
	"net/http"
	"net/url"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"
)

func TestS01CodeFlowWithPKCEOnly(t *testing.T) {
	t.Parallel()
	s := besiege(t, 1)
	p := s.visitor(t, 0)
	var verifiers []string
	for range 2 {
		a := p.get("/auth/login")
		a.want(t, http.StatusSeeOther)
		q := location(t, a).Query()
		if q.Get("response_type") != "code" || q.Get("code_challenge_method") != "S256" || len(q["code_challenge"]) != 1 || q.Has("request") || q.Has("request_uri") {
			t.Errorf("authorization request %v", q)
		}
		a = p.get(a.Header.Get("Location"))
		p.get(a.Header.Get("Location")).want(t, http.StatusSeeOther)
		sent := s.op.requests("/connect/token")
		verifier := sent[len(sent)-1].form.Get("code_verifier")
		sum := sha256.Sum256([]byte(verifier))
		if len(verifier) < 43 || base64.RawURLEncoding.EncodeToString(sum[:]) != q.Get("code_challenge") {
			t.Errorf("verifier %q does not fit challenge %s", verifier, q.Get("code_challenge"))
		}
		verifiers = append(verifiers, verifier)
	}
	if verifiers[0] == verifiers[1] {
		t.Error("two sign-ins share a verifier")
	}
	s.op.set(func() { s.op.metadata["code_challenge_methods_supported"] = []string{"plain"} })
	a := p.get("/auth/login")
	if a.StatusCode < 500 || a.Header.Get("Location") != "" || len(a.Cookies()) > 0 {
		t.Errorf("a provider without S256: %d to %q", a.StatusCode, a.Header.Get("Location"))
	}
	if out, err := s.command(t, "check"); err == nil || !strings.Contains(out, "S256") {
		t.Errorf("web check says nothing of it: %v\n%s", err, out)
	}
}

func location(t *testing.T, a answer) *url.URL {
	t.Helper()
	u, err := a.Location()
	if err != nil {
		t.Fatalf("%s: %d without a place", a.Request.URL, a.StatusCode)
	}
	return u
}

func TestS03RacingCallbacksExchangeTheCodeOnce(t *testing.T) {
	t.Parallel()
	s := besiege(t, 2)
	p := s.visitor(t, -1)
	callback := p.toCallback("/sites")
	jar := p.Cookies()
	var in atomic.Int32
	var wg sync.WaitGroup
	for range 16 {
		wg.Go(func() {
			racer := s.visitor(t, -1)
			racer.setCookies(jar)
			racer.get(callback)
			if racer.Cookies()[sessionCookie] != "" {
				in.Add(1)
			}
		})
	}
	wg.Wait()
	if n := len(s.op.requests("/connect/token")); n != 1 || in.Load() != 1 {
		t.Errorf("%d token requests and %d sessions of one callback", n, in.Load())
	}
	replay := s.visitor(t, 1)
	replay.setCookies(jar)
	replay.get(callback).want(t, http.StatusBadRequest)
	if n := len(s.op.requests("/connect/token")); n != 1 {
		t.Errorf("a replay: %d token requests", n)
	}
}

// Five tabs that begin at the same moment: none sends the cookies of the others.
func TestS04FiveTabsAtOnceAllFinish(t *testing.T) {
	t.Parallel()
	s := besiege(t, 2)
	p := s.visitor(t, -1)
	paths := []string{"/sites", "/overview", "/explore", "/sites/204481", "/sites/204482"}
	begun := make([]answer, len(paths))
	var wg sync.WaitGroup
	for i, path := range paths {
		wg.Go(func() {
			begun[i] = s.visitor(t, -1).get("/auth/login?" + url.Values{"return_to": {path}}.Encode())
		})
	}
	wg.Wait()
	u, _ := url.Parse(s.base)
	for _, a := range begun {
		a.want(t, http.StatusSeeOther)
		p.HTTP.Jar.SetCookies(u, a.Cookies())
	}
	for i, a := range begun {
		a = p.get(a.Header.Get("Location"))
		a = p.get(a.Header.Get("Location"))
		if a.StatusCode != http.StatusSeeOther || a.Header.Get("Location") != paths[i] {
			t.Errorf("tab %d: %d to %q, want %s", i, a.StatusCode, a.Header.Get("Location"), paths[i])
		}
	}
	for i := range 40 {
		p.get("/auth/login?"+url.Values{"return_to": {"/sites?q=" + strings.Repeat("a", 1900+i)}}.Encode()).want(t, http.StatusSeeOther)
	}
	pending, size := 0, 0
	for name, value := range p.Cookies() {
		size += len(name) + len(value) + 3
		if strings.Contains(name, "-login-") {
			pending++
		}
	}
	if pending > 5 || size > 24<<10 {
		t.Errorf("%d sign-ins under way in %d bytes of cookies", pending, size)
	}
	p.get("/sites").want(t, http.StatusOK)
}

func TestS15SignInTakesNothingButTheReturnPath(t *testing.T) {
	t.Parallel()
	s := besiege(t, 1)
	p := s.visitor(t, 0)
	plain := location(t, p.get("/auth/login")).Query()
	evil := location(t, p.get("/auth/login?scope=admin&prompt=none&redirect_uri=https://evil.example/cb&iss=https://evil.example&client_id=x&acr_values=x&response_mode=fragment&account=102&login_hint=x&max_age=0&resource=x&response_type=token&stay=1")).Query()
	for _, q := range []url.Values{plain, evil} {
		for _, name := range []string{"state", "nonce", "code_challenge"} {
			if q.Get(name) == "" {
				t.Errorf("no %s", name)
			}
			q.Del(name)
		}
	}
	if plain.Encode() != evil.Encode() {
		t.Errorf("authorization request %s, want %s", evil.Encode(), plain.Encode())
	}
	if plain.Get("redirect_uri") != s.base+"/auth/callback" {
		t.Errorf("redirect_uri %q", plain.Get("redirect_uri"))
	}
	for name, header := range map[string][]string{
		"image": {"Sec-Fetch-Site", "same-origin", "Sec-Fetch-Mode", "no-cors", "Sec-Fetch-Dest", "image"}, "frame": {"Sec-Fetch-Site", "same-origin", "Sec-Fetch-Mode", "navigate", "Sec-Fetch-Dest", "iframe"},
		"script": {"Sec-Fetch-Site", "same-origin", "Sec-Fetch-Mode", "cors", "Sec-Fetch-Dest", "empty"}, "only the site": {"Sec-Fetch-Site", "cross-site"}, "only the destination": {"Sec-Fetch-Dest", "embed"},
		"ahead": {"Sec-Fetch-Site", "none", "Sec-Fetch-Mode", "navigate", "Sec-Fetch-Dest", "document", "Sec-Purpose", "prefetch;prerender"},
	} {
		for _, path := range []string{"/auth/login", "/login", "/oauth2/start", "/auth/initiate?iss=" + s.op.url} {
			a := p.ask(http.MethodGet, path, "", header...)
			if a.StatusCode != http.StatusForbidden || len(a.Cookies()) > 0 {
				t.Errorf("%s: %s gives %d, cookies %v", name, path, a.StatusCode, a.Cookies())
			}
		}
	}
	p.ask(http.MethodGet, "/auth/login", "", "Sec-Fetch-Site", "cross-site", "Sec-Fetch-Mode", "navigate", "Sec-Fetch-Dest", "document").want(t, http.StatusSeeOther)
	if a := p.ask(http.MethodHead, "/auth/login", ""); a.StatusCode != http.StatusMethodNotAllowed || len(a.Cookies()) > 0 {
		t.Errorf("HEAD: %d, cookies %v", a.StatusCode, a.Cookies())
	}
}

func TestS16StrengthAndAgeAreCheckedInTheAnswer(t *testing.T) {
	t.Parallel()
	s := besiege(t, 1, "PORTICO_LOGIN_MAX_AGE=10m", "PORTICO_LOGIN_ACR_VALUES=gold platinum")
	now := time.Now()
	for name, c := range map[string]struct {
		claims map[string]any
		ok     bool
	}{
		"good":       {map[string]any{"auth_time": now.Unix(), "acr": "gold"}, true},
		"old":        {map[string]any{"auth_time": now.Add(-time.Hour).Unix(), "acr": "gold"}, false},
		"no time":    {map[string]any{"acr": "gold"}, false},
		"weak":       {map[string]any{"auth_time": now.Unix(), "acr": "bronze"}, false},
		"no context": {map[string]any{"auth_time": now.Unix()}, false},
	} {
		s.op.set(func() {
			s.op.claims = func(have map[string]any) {
				for n, v := range c.claims {
					have[n] = v
				}
			}
		})
		p := s.visitor(t, 0)
		callback := p.toCallback("/sites")
		if q := s.op.requests("/authorize")[0].form; q.Get("max_age") != "600" || q.Get("acr_values") != "gold platinum" {
			t.Errorf("asked for %v", q)
		}
		p.get(callback)
		if in := p.Cookies()[sessionCookie] != ""; in != c.ok {
			t.Errorf("%s: signed in %t", name, in)
		}
	}
}
