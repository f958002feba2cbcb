package main

import (
	"net/http"
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"
)

// routesOf reads the portal's tables of routes: method and path of each, but for managers' pages, which for everybody else are not there.
func routesOf(t *testing.T) [][2]string {
	t.Helper()
	replace := strings.NewReplacer(`"+s.config.CallbackPath`, `/auth/callback"`, `"+initiatePath`, `/auth/initiate"`, `"+reportPath`, `/csp-reports"`, `"+frontChannelPath`, `/auth/frontchannel-logout"`,
		`"+screenPath`, `/screen"`, `"+screenReportPath`, `/tv/report"`, `"+pairPath`, `/pair"`, `"+screensPath+"{screen}`, `/settings/screens/{screen}`, `" + PrintPath`, `/print"`)
	var routes [][2]string
	for _, table := range []struct {
		file, row string
		rows      func(text string) int
	}{
		{"../../internal/server/routes.go", `m\.Handle\("([A-Z]+) ([^"]+)"`, func(text string) int { return strings.Count(text, "m.Handle(\"") }},
		{"../../internal/dashboards/dashboards.go", `\{Pattern: "([A-Z]+) ([^"]+)", Handler: p\.`, func(text string) int { return strings.Count(text, "{Pattern:") }},
		{"../../internal/pages/pages.go", `\{"([A-Z]+) ([^"]+)", p\.`, func(text string) int { return strings.Count(text, "\t\t{\"") }},
	} {
		text, err := os.ReadFile(table.file)
		if err != nil {
			t.Fatal(err)
		}
		found := regexp.MustCompile(table.row).FindAllStringSubmatch(replace.Replace(string(text)), -1)
		for _, m := range found {
			path := strings.NewReplacer("{$}", "", "{site}", "204481", "{source}", "6044811", "{variable}", "80101", "/static/", "/static/x.css").Replace(m[2])
			routes = append(routes, [2]string{m[1], regexp.MustCompile(`\{[a-z]+\}`).ReplaceAllString(path, "1")})
		}
		if all := table.rows(string(text)); len(found) != all || all < 5 {
			t.Fatalf("%d of %d routes of %s are understood", len(found), all, table.file)
		}
	}
	return routes
}

// openToAll are the routes that need nobody to be signed in: an exact list.
var openToAll = []string{"POST /settings", "GET /auth/login", "GET /login", "GET /oauth2/start", "GET /auth/callback", "GET /auth/initiate", "GET /auth/jwks.json", "GET /auth/session", "GET /auth/frontchannel-logout", "GET /auth/expired", "GET /auth/signed-out", "POST /auth/logout", "POST /logout", "POST /auth/backchannel-logout",
	"GET /screen", "POST /screen", "POST /csp-reports", "GET /static/x.css", "GET /healthz", "GET /readyz"}

// Where a sign-in may lead to: internal/server judges the text; here is what a browser is told.
func TestS69SignInLeadsToPagesOfOurs(t *testing.T) {
	t.Parallel()
	s := besiege(t, 1)
	for path, want := range map[string]string{
		"/sites?q=a%26b": "/sites?q=a%26b", "https://evil.example": "/", "//evil.example": "/", `/\evil.example`: "/", `\/evil.example`: "/", "/\t/evil.example": "/", "/%09/evil.example": "/", "/%2f%2fevil.example": "/", "/%5cevil.example": "/",
		"///evil.example": "/", "/.//evil.example": "/", "/..//evil.example": "/", "javascript:alert(1)": "/", "/auth/logout": "/", "/auth/callback?code=x": "/", "/api/x": "/", "/sites\r\nSet-Cookie: a=b": "/", "/sites\x00": "/", "/s\u00edtes": "/", "/\u2028": "/",
		"/@evil.example": "/@evil.example", "/sites;@evil.example": "/", "evil.example": "/", "http:///evil.example": "/", "/" + strings.Repeat("a", 2100): "/", "//portal.example@evil.example": "/", "/?a=//evil.example": "/?a=//evil.example", "": "/",
	} {
		p := s.visitor(t, 0)
		a := p.get(p.toCallback(path))
		if a.StatusCode != http.StatusSeeOther || a.Header.Get("Location") != want {
			t.Errorf("return_to %q leads to %d %q, want %q", path, a.StatusCode, a.Header.Get("Location"), want)
		}
	}
	for _, r := range s.op.requests("/authorize") {
		for name, values := range r.form {
			if strings.Contains(strings.Join(values, " "), "evil") {
				t.Errorf("the identity server is told %s %q", name, values)
			}
		}
	}
}

// Links, cookies and redirect URI follow the configured address, whatever a request or a careless proxy says.
func TestS70TheRequestSaysNothingAboutOurAddress(t *testing.T) {
	t.Parallel()
	s := besiege(t, 1)
	forged := []string{"X-Forwarded-Host", "evil.example", "X-Forwarded-Proto", "http", "X-Forwarded-Port", "81", "X-Forwarded-Prefix", "/evil", "Forwarded", "for=1.2.3.4;host=evil.example;proto=http", "X-Original-URL", "/auth/signed-out", "X-Rewrite-URL", "/evil", "X-Forwarded-Server", "evil.example", "X-Forwarded-Uri", "/evil", "X-Forwarded-Scheme", "http", "Front-End-Https", "off", "X-Host", "evil.example"}
	p := s.visitor(t, 0)
	a := p.ask(http.MethodGet, "/auth/login", "", forged...)
	if q := location(t, a).Query(); a.StatusCode != http.StatusSeeOther || q.Get("redirect_uri") != s.base+"/auth/callback" {
		t.Errorf("redirect_uri %q", q.Get("redirect_uri"))
	}
	for _, line := range a.Header.Values("Set-Cookie") {
		if !strings.Contains(line, "; Secure") || !strings.HasPrefix(line, "__Host-") {
			t.Errorf("cookie %q", line)
		}
	}
	for _, path := range []string{"/sites", "/auth/signed-out", "/nothing", "/auth/expired?to=/sites"} {
		for _, accept := range []string{"text/html", "application/json"} {
			a := p.ask(http.MethodGet, path, "", append(forged, "Accept", accept)...)
			if strings.Contains(a.Body+a.Header.Get("Location"), "evil") || a.Header.Get("Strict-Transport-Security") == "" {
				t.Errorf("%s as %s tells of evil", path, accept)
			}
		}
	}
	out := s.alice(t, 0).ask(http.MethodPost, "/auth/logout", "x=y", forged...)
	if got := location(t, out).Query().Get("post_logout_redirect_uri"); got != s.base+"/auth/signed-out" {
		t.Errorf("post_logout_redirect_uri %q", got)
	}
}

// Nothing opens without a sign-in but an exact list, and nothing that a request says about itself makes one of the others belong to it.
func TestS72OnlyAnExactListIsPublic(t *testing.T) {
	t.Parallel()
	s := besiege(t, 1)
	p := s.visitor(t, 0)
	for _, r := range routesOf(t) {
		a := p.ask(r[0], r[1], "", "Sec-Fetch-Site", "same-origin")
		asked := a.StatusCode == http.StatusUnauthorized || a.StatusCode == http.StatusSeeOther && strings.HasPrefix(a.Header.Get("Location"), "/auth/login")
		if public := slices.Contains(openToAll, r[0]+" "+r[1]); asked == public {
			t.Errorf("%s %s: %d to %q; public %t", r[0], r[1], a.StatusCode, a.Header.Get("Location"), public)
		}
	}
	for name, header := range map[string][]string{
		"a forwarded path": {"X-Forwarded-Uri", "/healthz"}, "an original URL": {"X-Original-URL", "/healthz"}, "a rewritten URL": {"X-Rewrite-URL", "/static/app.css"}, "a health checker": {"User-Agent", "GoogleHC/1.0"}, "kubernetes": {"User-Agent", "kube-probe/1.30"},
		"a forwarded method": {"X-Forwarded-Method", "OPTIONS"}, "an identity": {"X-Forwarded-User", "alice", "X-Auth-Request-User", "alice", "X_Forwarded_User", "alice", "Remote-User", "alice"}, "a token": {"Authorization", "Bearer at.x"}, "basic": {"Authorization", "Basic YWxpY2U6eA=="},
		"a hop that takes the cookie away": {"Connection", "Cookie, close", "Cookie", "a=b"},
	} {
		if a := p.ask(http.MethodGet, "/sites", "", header...); a.StatusCode != http.StatusSeeOther || !strings.HasPrefix(a.Header.Get("Location"), "/auth/login") {
			t.Errorf("%s: %d", name, a.StatusCode)
		}
	}
	for _, path := range []string{"/sites?/healthz", "/sites?path=/static/app.css", "/sites?x=/auth/signed-out", "/sites#/healthz", "/sites/#healthz", "/static/../sites", "/static/..%2fsites", "/healthz/../sites", "/healthz;/sites", "/healthz%2f..%2fsites", "/SITES", "/sites/", "/sites%20", "/sites.css", "/sites/204481/static/app.css"} {
		answers := exchange(t, s.ports[0], rawGet(path, "Host: "+publicHost, "Accept: text/html"))
		if len(answers) != 1 || answers[0].StatusCode < 300 || strings.Contains(answers[0].Body, "Kouter") {
			t.Errorf("%s: %v", path, statuses(answers))
		}
	}
}
