package conformance

import (
	"net/http"
	"net/url"
	"strings"
	"sync"
	"testing"
)

// until goes through a sign-in up to the address of the callback, which it returns without going there.
func (v *visitor) until(p *portal) string {
	v.t.Helper()
	resp, _ := v.ask(http.MethodGet, p.base+"/auth/login?return_to=/settings", nil, "")
	resp, _ = v.ask(http.MethodGet, resp.Header.Get("Location"), nil, p.base)
	return resp.Header.Get("Location")
}

// session is the session cookie that the browser has.
func (v *visitor) session(p *portal) string {
	v.t.Helper()
	u, err := url.Parse(p.base)
	if err != nil {
		v.t.Fatal(err)
	}
	for _, c := range v.http.Jar.Cookies(u) {
		if c.Name == "portico" {
			return c.Value
		}
	}
	return ""
}

// S-03: of callbacks that race, and of those that are repeated, one brings the code to the provider. S-17: what it answers is kept by nobody and told to nobody.
func TestOneCallbackOfMany(t *testing.T) {
	t.Parallel()
	s := newSuite(t, bent{})
	p := startPortal(t, s, false)
	v := newVisitor(t)
	callback := v.until(p)
	var wg sync.WaitGroup
	answers := make(chan *http.Response, 8)
	for range cap(answers) {
		wg.Go(func() {
			req, _ := http.NewRequest(http.MethodGet, callback, nil)
			resp, err := v.http.Do(req)
			if err != nil {
				t.Error(err)
				return
			}
			_ = resp.Body.Close()
			answers <- resp
		})
	}
	wg.Wait()
	close(answers)
	good := 0
	for resp := range answers {
		if resp.StatusCode == http.StatusSeeOther && resp.Header.Get("Location") == "/settings" {
			good++
		}
		if resp.Header.Get("Cache-Control") != "no-store" || resp.Header.Get("Referrer-Policy") != "no-referrer" {
			t.Errorf("callback answered %d with %v", resp.StatusCode, resp.Header)
		}
	}
	if v.open(callback); good != 1 || s.seen("token") != 1 || s.seen("userinfo") != 1 {
		t.Errorf("%d of the callbacks signed in, with %d token and %d userinfo requests, want one of each", good, s.seen("token"), s.seen("userinfo"))
	}
	s.verdict(t)
}

// S-02: a callback that was made for another browser signs nobody in, and leaves who is signed in alone.
func TestCallbackOfAnotherBrowser(t *testing.T) {
	t.Parallel()
	s := newSuite(t, bent{})
	p := startPortal(t, s, false)
	attacker, victim := newVisitor(t), newVisitor(t)
	callback := attacker.until(p)
	if end := victim.follow(http.MethodGet, callback, nil, "https://evil.example"); victim.signedIn(p) != "" || end.status != http.StatusBadRequest || s.seen("token") != 0 {
		t.Errorf("a stranger's callback: %d, signed in %q, %d token requests", end.status, victim.signedIn(p), s.seen("token"))
	}
	_ = victim.until(p) // a sign-in of the victim's own is under way now
	if victim.follow(http.MethodGet, callback, nil, "https://evil.example"); victim.signedIn(p) != "" || s.seen("token") != 0 {
		t.Errorf("a stranger's callback beside one's own: signed in %q", victim.signedIn(p))
	}
	s.verdict(t)
}

// S-28, S-29: each sign-in has a new session, whatever the browser brings along, and the old one is dead.
func TestEachSignInIsANewSession(t *testing.T) {
	t.Parallel()
	s := newSuite(t, bent{})
	p := startPortal(t, s, false)
	v := newVisitor(t)
	u, _ := url.Parse(p.base)
	planted := "1." + strings.Repeat("A", 86)
	v.http.Jar.SetCookies(u, []*http.Cookie{{Name: "portico", Value: planted, Path: "/"}})
	v.signIn(p)
	first := v.session(p)
	v.signIn(p)
	second := v.session(p)
	if first == planted || first == "" || second == first || v.signedIn(p) != subject {
		t.Errorf("planted %.9s, first %.9s, second %.9s; signed in %q", planted, first, second, v.signedIn(p))
	}
	v.http.Jar.SetCookies(u, []*http.Cookie{{Name: "portico", Value: first, Path: "/"}})
	if got := v.signedIn(p); got != "" {
		t.Errorf("the session from before the second sign-in lives: %q", got)
	}
	s.verdict(t)
}
