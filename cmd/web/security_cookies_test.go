package main

import (
	"net/http"
	"net/url"
	"strings"
	"testing"
)

// What is sealed for one thing is nothing else: cookies of a sign-in, of the settings, of a sign-out and of a session in each other's place.
func TestS32NoCookiePassesForAnother(t *testing.T) {
	t.Parallel()
	s := besiege(t, 1)
	p := s.visitor(t, 0)
	callback := p.toCallback("/sites")
	values := map[string]string{}
	for name, value := range p.Cookies() {
		values[name] = value
	}
	p.get(callback).want(t, http.StatusSeeOther)
	p.post("/settings", url.Values{"theme": {"dark"}})
	for name, value := range p.Cookies() {
		values[name] = value
	}
	out := s.moveTo(p, 0)
	out.post("/auth/logout", nil)
	for name, value := range p.Cookies() {
		values[name] = value
	}
	if len(values) < 5 {
		t.Fatalf("few cookies: %v", values)
	}
	live := s.alice(t, 0).Cookies()[sessionCookie]
	values["a live session"] = live
	for from, value := range values {
		for to := range values {
			if from == "a live session" && to == sessionCookie || to == "a live session" {
				continue
			}
			thief := s.visitor(t, 0)
			thief.setCookies(map[string]string{to: value})
			if a := thief.get("/sites"); a.StatusCode != http.StatusSeeOther {
				t.Errorf("%s as %s: /sites gives %d", from, to, a.StatusCode)
			}
			if a := thief.get(callback); a.StatusCode != http.StatusBadRequest {
				t.Errorf("%s as %s: the callback gives %d", from, to, a.StatusCode)
			}
			if a := thief.get("/auth/signed-out?state=" + url.QueryEscape(value)); a.StatusCode >= 500 {
				t.Errorf("%s as %s: signed-out gives %d", from, to, a.StatusCode)
			}
		}
	}
}

// Every cookie of a whole visit on https: sign-in, pages, settings, a session that is lost, sign-out.
func TestS40EveryCookieIsKeptToItself(t *testing.T) {
	t.Parallel()
	s := besiege(t, 1, "PORTICO_STAY_SIGNED_IN=720h")
	seen := map[string]bool{}
	look := func(p *person, answers ...answer) {
		for _, a := range answers {
			for _, line := range a.Header.Values("Set-Cookie") {
				name, _, _ := strings.Cut(line, "=")
				seen[strings.TrimRight(strings.SplitAfter(name, "login-")[0], "-")] = true
				attributes := strings.Split(line, "; ")[1:]
				want := map[string]bool{"Path=/": true, "HttpOnly": true, "Secure": true, "SameSite=Lax": true}
				for _, at := range attributes {
					if !want[at] && !strings.HasPrefix(at, "Max-Age=") && !strings.HasPrefix(at, "Expires=") {
						t.Errorf("%s %s sets %s with %s", a.Request.Method, a.Request.URL.Path, name, at)
					}
					delete(want, at)
				}
				if !strings.HasPrefix(name, "__Host-") || len(want) > 0 || len(line) > 4096 {
					t.Errorf("%s %s sets %s of %d bytes without %v", a.Request.Method, a.Request.URL.Path, name, len(line), want)
				}
				if a.Header.Get("Cache-Control") != "no-store" {
					t.Errorf("%s %s sets a cookie and may be cached: %q", a.Request.Method, a.Request.URL.Path, a.Header.Get("Cache-Control"))
				}
			}
		}
	}
	p := s.visitor(t, 0)
	begin := p.get("/auth/login?stay=1&return_to=" + url.QueryEscape("/sites?q="+strings.Repeat("%26", 600)))
	look(p, begin)
	a := p.get(begin.Header.Get("Location"))
	look(p, p.get(a.Header.Get("Location")), p.get("/sites"), p.post("/settings", url.Values{"theme": {"dark"}, "lang": {"fr"}}))
	lost := s.visitor(t, 0)
	lost.setCookies(map[string]string{sessionCookie: "1." + strings.Repeat("A", 86)})
	look(lost, lost.get("/sites"))
	out := p.post("/auth/logout", nil)
	back, _ := p.open(out.Header.Get("Location"))
	look(p, out, back)
	for _, name := range []string{"__Host-portico", "__Host-portico-login", "__Host-portico-recent", "__Host-portico-prefs", "__Host-portico-lost", "__Host-portico-logout"} {
		if !seen[name] {
			t.Errorf("the visit set no %s; seen %v", name, seen)
		}
	}
}

func TestS41StrangeCookiesAreNoSession(t *testing.T) {
	t.Parallel()
	s := besiege(t, 1)
	p := s.alice(t, 0)
	good := sessionCookie + "=" + p.Cookies()[sessionCookie]
	other := sessionCookie + "=" + s.alice(t, 0).Cookies()[sessionCookie]
	for name, c := range map[string]struct {
		line string
		in   bool
	}{
		"good": {good, true}, "twice the same": {good + "; " + good, true}, "beside others": {"a=b; " + good + "; c=d", true},
		"two sessions": {good + "; " + other, false}, "two, the other order": {other + "; " + good, false}, "a malformed second": {good + "; " + sessionCookie + `="bad`, false}, "an empty second": {good + "; " + sessionCookie + "=", false},
		"a second without a value": {good + "; " + sessionCookie, false}, "a malformed first": {sessionCookie + `="\x01; ` + good, false}, "in quotes": {sessionCookie + `="` + p.Cookies()[sessionCookie] + `"`, false},
		"a comma": {good + "," + other, false}, "blanks inside": {strings.Replace(good, "=", "= ", 1), false}, "percent": {good + "%00", false}, "in capitals": {strings.ToUpper(sessionCookie) + "=" + p.Cookies()[sessionCookie], false},
		"another prefix": {"portico=" + p.Cookies()[sessionCookie], false}, "a Unicode blank before": {"\u2000" + good, false}, "an attribute": {"$Version=1; " + good + `; $Path="/"`, true}, "eight kilobytes": {sessionCookie + "=" + strings.Repeat("x", 8000), false},
		"only separators": {";;;==;;", false},
	} {
		bare := s.visitor(t, 0)
		a := bare.ask(http.MethodGet, "/sites", "", "Cookie", c.line)
		want := http.StatusSeeOther
		if c.in {
			want = http.StatusOK
		}
		if a.StatusCode != want {
			t.Errorf("%s: %d, want %d", name, a.StatusCode, want)
		}
	}
}

// The cookie of a dead session goes, as it came; that of a session which cannot be read because the store is down stays.
func TestS42DeadCookiesAreClearedAsTheyWereSet(t *testing.T) {
	t.Parallel()
	s := besiege(t, 1)
	p := s.alice(t, 0)
	if out, err := s.command(t, "sessions", "end", "--everyone"); err != nil {
		t.Fatalf("end: %v\n%s", err, out)
	}
	if a := p.ask(http.MethodGet, "/sites", "", "Accept", "application/json", "Sec-Fetch-Mode", "cors", "Sec-Fetch-Dest", "empty", "Sec-Fetch-Site", "same-origin"); a.StatusCode != http.StatusUnauthorized || len(a.Cookies()) > 0 {
		t.Errorf("a script: %d, cookies %v", a.StatusCode, a.Cookies())
	}
	a := p.get("/sites")
	cleared := ""
	for _, line := range a.Header.Values("Set-Cookie") {
		if strings.HasPrefix(line, sessionCookie+"=") {
			cleared = line
		}
	}
	if a.StatusCode != http.StatusSeeOther || cleared != sessionCookie+"=; Path=/; Max-Age=0; HttpOnly; Secure; SameSite=Lax" {
		t.Errorf("%d, %q", a.StatusCode, cleared)
	}
	if _, there := p.Cookies()[sessionCookie]; there {
		t.Error("the browser keeps it")
	}
	if q := location(t, p.get(a.Header.Get("Location"))).Query(); q.Get("prompt") != "login" {
		t.Errorf("after an operator ended the session the prompt is %q", q.Get("prompt"))
	}
	over := s.visitor(t, 0)
	over.setCookies(map[string]string{sessionCookie: "1." + strings.Repeat("A", 86)})
	if q := location(t, over.get(over.get("/sites").Header.Get("Location"))).Query(); q.Get("prompt") != "none" {
		t.Errorf("after a session that is gone the prompt is %q", q.Get("prompt"))
	}
	out := s.alice(t, 0)
	found := false
	for _, line := range out.post("/auth/logout", nil).Header.Values("Set-Cookie") {
		found = found || line == sessionCookie+"=; Path=/; Max-Age=0; HttpOnly; Secure; SameSite=Lax"
	}
	if !found {
		t.Error("signing out does not clear the cookie")
	}
	live := s.alice(t, 0)
	db := s.open(t)
	run1(t, db, "ALTER TABLE sessions RENAME TO elsewhere")
	down := live.get("/sites")
	run1(t, db, "ALTER TABLE elsewhere RENAME TO sessions")
	if down.StatusCode != http.StatusServiceUnavailable || len(down.Cookies()) > 0 || down.Header.Get("Location") != "" {
		t.Errorf("the store is down: %d to %q, cookies %v", down.StatusCode, down.Header.Get("Location"), down.Cookies())
	}
	live.get("/sites").want(t, http.StatusOK)
}
