package main

import (
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"testing"
)

// One-click login CSRF: the attacker's own code and state, sent to a victim who has a sign-in under way, or none, or a session.
func TestS02StateOfAnotherBrowserIsRefused(t *testing.T) {
	t.Parallel()
	s := besiege(t, 1)
	s.op.set(func() { s.op.person["sub"] = "mallory" })
	attack := s.visitor(t, 0).toCallback("/sites")
	s.op.set(func() { s.op.person["sub"] = "alice" })
	before := len(s.op.requests("/connect/token"))
	pending := s.visitor(t, 0)
	pending.toCallback("/sites")
	for name, victim := range map[string]*person{"nothing under way": s.visitor(t, 0), "a sign-in under way": pending} {
		a := victim.get(attack)
		a.want(t, http.StatusBadRequest)
		if _, in := victim.Cookies()[sessionCookie]; in {
			t.Errorf("%s: signed in", name)
		}
	}
	signedIn := s.alice(t, 0)
	before++ // alice's own
	own := signedIn.Cookies()[sessionCookie]
	signedIn.get(attack).want(t, http.StatusSeeOther)
	if signedIn.Cookies()[sessionCookie] != own {
		t.Error("a session was exchanged for another one")
	}
	if n := len(s.op.requests("/connect/token")); n != before {
		t.Errorf("%d token requests, want %d", n, before)
	}
	for _, state := range []string{"", "x", url.Values{"state": {""}}.Encode()} {
		if a := pending.get("/auth/callback?code=c&state=" + state); a.StatusCode != http.StatusBadRequest {
			t.Errorf("state %q: %d", state, a.StatusCode)
		}
	}
}

func TestS05IssuerOfTheCallback(t *testing.T) {
	t.Parallel()
	s := besiege(t, 1)
	for name, c := range map[string]struct {
		iss        string // "" for none
		advertised bool
		ok         bool
	}{
		"ours": {s.op.url, false, true}, "ours, promised": {s.op.url, true, true}, "none": {"", false, true}, "none though promised": {"", true, false}, "another": {"https://evil.example", false, false},
		"ours with a slash": {s.op.url + "/", false, false}, "in capitals": {strings.ToUpper(s.op.url), false, false}, "empty": {" ", false, false},
	} {
		s.op.set(func() { s.op.metadata["authorization_response_iss_parameter_supported"] = c.advertised })
		p := s.visitor(t, 0)
		callback := p.toCallback("/sites")
		if c.iss != "" {
			callback += "&" + url.Values{"iss": {strings.TrimSpace(c.iss)}}.Encode()
		}
		before := len(s.op.requests("/connect/token"))
		a := p.get(callback)
		in, asked := p.Cookies()[sessionCookie] != "", len(s.op.requests("/connect/token")) > before
		if in != c.ok || asked != c.ok {
			t.Errorf("%s: %d, signed in %t, token asked for %t", name, a.StatusCode, in, asked)
		}
	}
}

func TestS06CallbacksAreRefusedBeforeAnybodyIsAsked(t *testing.T) {
	t.Parallel()
	s := besiege(t, 1)
	p := s.visitor(t, 0)
	callback := p.toCallback("/sites")
	s.op.set(func() { s.op.seen = nil })
	u, _ := url.Parse(callback)
	state := "&state=" + url.QueryEscape(u.Query().Get("state"))
	for name, query := range map[string]string{
		"two codes": "code=a&code=b" + state, "two states": "code=a&state=x" + state, "two issuers": "code=a&iss=x&iss=x" + state, "two errors": "error=a&error=b" + state,
		"code and error": "code=a&error=access_denied" + state, "neither": "x=y" + state, "an empty code": "code=" + state, "nothing": "", "a code without a state": "code=a",
	} {
		a := p.get("/auth/callback?" + query)
		if a.StatusCode != http.StatusBadRequest || p.Cookies()[sessionCookie] != "" {
			t.Errorf("%s: %d", name, a.StatusCode)
		}
	}
	for _, method := range []string{http.MethodHead, http.MethodPut, http.MethodDelete, http.MethodPatch, http.MethodOptions, http.MethodTrace} {
		a := p.ask(method, callback, "")
		if a.StatusCode != http.StatusMethodNotAllowed || a.Header.Get("Allow") != "GET, POST" || len(a.Cookies()) > 0 {
			t.Errorf("%s: %d, Allow %q, cookies %v", method, a.StatusCode, a.Header.Get("Allow"), a.Cookies())
		}
	}
	if n := len(s.op.seen); n != 0 {
		t.Errorf("the identity server was asked %d times: %v", n, s.op.seen)
	}
	// A form does what a link does: it is turned into one, whoever sends it and whatever comes along.
	a := p.ask(http.MethodPost, "/auth/callback?code=ignored", u.RawQuery+"&evil=1", "Origin", s.op.url, "Sec-Fetch-Site", "cross-site")
	if place := location(t, a); a.StatusCode != http.StatusSeeOther || place.Path != "/auth/callback" || place.Query().Has("evil") || place.Query().Get("code") == "ignored" || len(a.Cookies()) > 0 || len(s.op.seen) != 0 {
		t.Errorf("a form: %d to %s, cookies %v", a.StatusCode, place, a.Cookies())
	}
	p.get(a.Header.Get("Location")).want(t, http.StatusSeeOther)
	if p.Cookies()[sessionCookie] == "" {
		t.Error("an answer by form does not sign in")
	}
}

func TestS07ErrorsOfTheProviderStayOurWords(t *testing.T) {
	t.Parallel()
	s := besiege(t, 1)
	for _, code := range []string{"access_denied", "login_required", "server_error", "temporarily_unavailable", "<script>alert(1)</script>", "invalid_request\r\nX-Evil: 1"} {
		p := s.visitor(t, 0)
		u, _ := url.Parse(p.toCallback("/sites"))
		q := url.Values{"state": {u.Query().Get("state")}, "error": {code}, "error_description": {"canary-description <b>now</b>" + strings.Repeat("!", 6<<10)}, "error_uri": {"https://evil.example/canary"}}
		a := p.get("/auth/callback?" + q.Encode())
		if a.StatusCode < 400 || a.StatusCode == http.StatusRequestURITooLong || a.Header.Get("Location") != "" || a.Header.Get("X-Evil") != "" {
			t.Errorf("%q: %d to %q", code, a.StatusCode, a.Header.Get("Location"))
		}
		for _, hostile := range []string{"canary", "<script", "evil.example", "<b>now"} {
			if strings.Contains(a.Body, hostile) {
				t.Errorf("%q: the page says %q", code, hostile)
			}
		}
	}
	for _, hostile := range []string{"canary", "<script", "evil.example"} {
		if strings.Contains(s.log(), hostile) {
			t.Errorf("the log says %q", hostile)
		}
	}
}

// A provider that refuses whatever it is asked for: the silent question is followed by one that is not, and then there is an end.
func TestS07NoErrorStartsALoop(t *testing.T) {
	t.Parallel()
	s := besiege(t, 1)
	p := s.alice(t, 0)
	s.op.set(func() {
		s.op.hook = func(w http.ResponseWriter, r *http.Request) bool {
			if r.URL.Path != "/authorize" {
				return false
			}
			http.Redirect(w, r, r.Form.Get("redirect_uri")+"?"+url.Values{"error": {"login_required"}, "state": {r.Form.Get("state")}}.Encode(), http.StatusFound)
			return true
		}
	})
	p.setCookies(map[string]string{sessionCookie: "1." + strings.Repeat("A", 86)})
	a, redirects := p.open("/sites")
	if a.StatusCode != http.StatusForbidden || redirects > 6 || len(s.op.requests("/authorize")) != 3 {
		t.Errorf("%d after %d redirects and %d authorization requests", a.StatusCode, redirects, len(s.op.requests("/authorize")))
	}
}

// A silent question that is refused, and not because the person would have to be shown something, is refused by a page. Its button asks openly, or they would never get in.
func TestS07WhoTriesAgainIsAsked(t *testing.T) {
	t.Parallel()
	s := besiege(t, 1)
	for what, cookies := range map[string]map[string]string{"a session that is no more": {sessionCookie: "1." + strings.Repeat("A", 86)}, "a session": s.alice(t, 0).Cookies()} {
		p := s.visitor(t, 0)
		p.setCookies(cookies)
		p.get("/sites") // takes the cookie of a session that is no more
		u, _ := url.Parse(p.toCallback("/sites"))
		sent := s.op.requests("/authorize")
		if prompt := sent[len(sent)-1].form.Get("prompt"); prompt != "none" {
			t.Errorf("%s: asked with prompt %q", what, prompt)
		}
		p.get("/auth/callback?"+url.Values{"state": {u.Query().Get("state")}, "error": {"access_denied"}}.Encode()).want(t, http.StatusForbidden)
		p.toCallback("/sites")
		sent = s.op.requests("/authorize")
		if prompt := sent[len(sent)-1].form.Get("prompt"); prompt != "" {
			t.Errorf("%s: asked again with prompt %q", what, prompt)
		}
		if p.get(p.toCallback("/sites")); p.Cookies()["__Host-portico-lost"] != "" {
			t.Errorf("%s: the next sign-in would not be silent", what)
		}
	}
}

var foreign = regexp.MustCompile(`(?i)(?:src|href|action|content|srcset|url\()\s*=?\s*["'(]?\s*(?:https?:)?//[^"' )]+`)

func TestS17CallbackTellsNobodyTheCode(t *testing.T) {
	t.Parallel()
	for _, path := range []string{"/auth/callback", "/signin-oidc"} {
		s := besiege(t, 1, "PORTICO_CALLBACK_PATH="+path)
		p := s.visitor(t, 0)
		callback := p.toCallback("/sites?q=gent")
		if !strings.HasPrefix(callback, s.base+path+"?") {
			t.Fatalf("called back at %s", callback)
		}
		for name, a := range map[string]answer{"good": p.get(callback), "stray": s.visitor(t, 0).get(callback), "error": s.visitor(t, 0).get(callback + "&code=y"), "form": p.ask(http.MethodPost, path, "code=a&state=b"), "method": p.ask(http.MethodPut, callback, "")} {
			if a.Header.Get("Cache-Control") != "no-store" || a.Header.Get("Referrer-Policy") != "no-referrer" {
				t.Errorf("%s: Cache-Control %q, Referrer-Policy %q", name, a.Header.Get("Cache-Control"), a.Header.Get("Referrer-Policy"))
			}
			if found := foreign.FindString(strings.ReplaceAll(a.Body, s.base, "")); found != "" {
				t.Errorf("%s: loads %s", name, found)
			}
			if u, _ := url.Parse(callback); strings.Contains(a.Body, u.Query().Get("code")) || strings.Contains(a.Body, u.Query().Get("state")) {
				t.Errorf("%s: the page holds the code or the state", name)
			}
			if name == "good" && (a.StatusCode != http.StatusSeeOther || a.Header.Get("Location") != "/sites?q=gent") {
				t.Errorf("%d to %q", a.StatusCode, a.Header.Get("Location"))
			}
		}
		if a := s.alice(t, 0).get(callback); a.Header.Get("Location") != "/" {
			t.Errorf("a stray callback of somebody who is signed in leads to %q", a.Header.Get("Location"))
		}
	}
}
