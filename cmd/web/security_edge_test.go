package main

import (
	"bufio"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"os"
	"regexp"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"portico/internal/visitor"
)

// routesOf reads the portal's tables of routes: method and path of each, but for managers' pages, which for everybody else are not there.
func routesOf(t *testing.T) [][2]string {
	t.Helper()
	replace := strings.NewReplacer(`"+s.callbackPath`, `/auth/callback"`, `"+initiatePath`, `/auth/initiate"`, `"+reportPath`, `/csp-reports"`, `"+frontChannelPath`, `/auth/frontchannel-logout"`)
	var routes [][2]string
	for _, table := range []struct {
		file, row string
		rows      func(text string) int
	}{
		{"../../internal/server/routes.go", `m\.Handle\("([A-Z]+) ([^"]+)"`, func(text string) int { return strings.Count(text, "m.Handle(\"") }},
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
var openToAll = []string{"POST /settings", "GET /auth/login", "GET /auth/callback", "GET /auth/initiate", "GET /auth/jwks.json", "GET /auth/session", "GET /auth/frontchannel-logout", "GET /auth/expired", "GET /auth/signed-out", "POST /auth/logout", "POST /auth/backchannel-logout",
	"POST /csp-reports", "GET /static/x.css", "GET /healthz", "GET /readyz"}

// Every form of the portal refuses other websites, whoever is signed in; what lands in front of that does nothing.
func TestS56NoExceptionFromTheProtection(t *testing.T) {
	t.Parallel()
	s := besiege(t, 1)
	p := s.alice(t, 0)
	own := p.Cookies()
	forms := 0
	for _, route := range routesOf(t) {
		if route[0] != http.MethodPost {
			continue
		}
		forms++
		for _, header := range [][]string{
			{"Sec-Fetch-Site", "cross-site"}, {"Sec-Fetch-Site", "same-site"}, {"Origin", "https://evil.example"}, {"Origin", "null"}, {"Origin", "http://" + publicHost}, {"Origin", s.base + ":8443"}, {"Origin", s.base + ".evil.example"}, {"Origin", s.op.url},
			{"Origin", s.base, "Sec-Fetch-Site", "cross-site"}, {"Origin", "https://evil.example", "Sec-Fetch-Site", "same-origin"},
		} {
			a := p.ask(http.MethodPost, route[1], "theme=dark&end=all&account=102", header...)
			if a.StatusCode != http.StatusForbidden || len(a.Cookies()) > 0 || a.Header.Get("Clear-Site-Data") != "" {
				t.Errorf("POST %s from %v: %d, cookies %v", route[1], header, a.StatusCode, a.Cookies())
			}
		}
	}
	if forms < 5 {
		t.Errorf("only %d forms", forms)
	}
	for _, path := range []string{"/auth/callback/", "/auth/initiate/x", "/auth/callback/../logout", "/auth/logout?/auth/callback"} {
		if a := p.ask(http.MethodPost, path, "x=y", "Origin", "https://evil.example"); a.StatusCode < 400 {
			t.Errorf("POST %s: %d", path, a.StatusCode)
		}
	}
	before := len(s.op.requests("/authorize")) + len(s.op.requests("/connect/token"))
	for path, body := range map[string]string{"/auth/callback": "code=a&state=b", "/auth/initiate": "iss=" + url.QueryEscape(s.op.url) + "&target_link_uri=https://evil.example"} {
		a := p.ask(http.MethodPost, path, body, "Origin", "https://evil.example", "Sec-Fetch-Site", "cross-site")
		if a.StatusCode != http.StatusSeeOther || len(a.Cookies()) > 0 || !strings.HasPrefix(a.Header.Get("Location"), path+"?") {
			t.Errorf("POST %s: %d to %q, cookies %v", path, a.StatusCode, a.Header.Get("Location"), a.Cookies())
		}
	}
	if a := p.get("/auth/initiate?iss=" + url.QueryEscape(s.op.url) + "&target_link_uri=https://evil.example/x"); a.Header.Get("Location") != "/" {
		t.Errorf("somebody who is signed in is sent to %q", a.Header.Get("Location"))
	}
	if n := len(s.op.requests("/authorize")) + len(s.op.requests("/connect/token")); n != before {
		t.Error("a form from elsewhere asked the identity server")
	}
	p.get("/sites").want(t, http.StatusOK)
	if p.Cookies()[sessionCookie] != own[sessionCookie] {
		t.Error("the session changed")
	}
}

// Each route takes its methods and no other; nothing that asks changes anything, whatever it pretends to be.
func TestS57AskingChangesNothing(t *testing.T) {
	t.Parallel()
	s := besiege(t, 1)
	p := s.alice(t, 0)
	takes := map[string][]string{}
	for _, r := range routesOf(t) {
		takes[r[1]] = append(takes[r[1]], r[0])
	}
	takes["/auth/callback"], takes["/auth/initiate"] = append(takes["/auth/callback"], http.MethodPost), append(takes["/auth/initiate"], http.MethodPost)
	for path, methods := range takes {
		for _, method := range []string{http.MethodGet, http.MethodHead, http.MethodOptions, http.MethodTrace, http.MethodPut, http.MethodPatch, http.MethodDelete, http.MethodConnect, "PROPFIND", "get", "LOGOUT"} {
			if slices.Contains(methods, method) || method == http.MethodHead && slices.Contains(methods, http.MethodGet) || method == http.MethodConnect {
				continue
			}
			a := p.ask(method, path, "")
			if a.StatusCode != http.StatusMethodNotAllowed || a.Header.Get("Allow") == "" || len(a.Cookies()) > 0 || strings.Contains(a.Body, "Trace-Canary") {
				t.Errorf("%s %s: %d, Allow %q, cookies %v", method, path, a.StatusCode, a.Header.Get("Allow"), a.Cookies())
			}
		}
		for _, header := range []string{"X-HTTP-Method-Override", "X-HTTP-Method", "X-Method-Override", "_method"} {
			if slices.Contains(methods, http.MethodPost) && !slices.Contains(methods, http.MethodGet) {
				if a := p.ask(http.MethodGet, path+"?_method=POST", "", header, "POST"); a.StatusCode != http.StatusMethodNotAllowed {
					t.Errorf("GET %s that says %s: POST: %d", path, header, a.StatusCode)
				}
			}
		}
	}
	if a := p.ask(http.MethodPost, "/settings", "_method=DELETE&theme=dark", "X-HTTP-Method-Override", "DELETE"); a.StatusCode != http.StatusSeeOther {
		t.Errorf("a form that says DELETE: %d", a.StatusCode)
	}
	p.get("/sites").want(t, http.StatusOK)
}

// There is no route for scripts of others: no CORS, and questions about it are refused.
func TestS59PreflightsAreRefused(t *testing.T) {
	t.Parallel()
	s := besiege(t, 1)
	p := s.alice(t, 0)
	for _, r := range append(routesOf(t), [2]string{"GET", "/api/sites"}, [2]string{"GET", "/nothing"}) {
		for _, origin := range []string{"https://evil.example", s.base, "null"} {
			preflight := p.ask(http.MethodOptions, r[1], "", "Origin", origin, "Access-Control-Request-Method", "POST", "Access-Control-Request-Headers", "authorization", "Access-Control-Request-Private-Network", "true")
			if preflight.StatusCode < 400 || preflight.StatusCode >= 500 {
				t.Errorf("preflight of %s: %d", r[1], preflight.StatusCode)
			}
			for _, a := range []answer{preflight, p.ask(http.MethodGet, r[1], "", "Origin", origin)} {
				for name := range a.Header {
					if strings.HasPrefix(name, "Access-Control-") {
						t.Errorf("%s %s answers %s: %s", a.Request.Method, r[1], name, a.Header.Get(name))
					}
				}
			}
		}
	}
}

func TestS60NothingIsEmbeddedElsewhere(t *testing.T) {
	t.Parallel()
	s := besiege(t, 1)
	p := s.alice(t, 0)
	for _, r := range routesOf(t) {
		if r[0] != http.MethodGet || slices.Contains(openToAll, r[0]+" "+r[1]) && r[1] != "/auth/session" {
			continue
		}
		for _, site := range []string{"cross-site", "same-site"} {
			for _, load := range [][2]string{{"no-cors", "image"}, {"no-cors", "script"}, {"no-cors", "style"}, {"cors", "empty"}, {"navigate", "iframe"}, {"navigate", "frame"}, {"navigate", "embed"}, {"navigate", "object"}, {"cors", "font"}, {"no-cors", "audio"}, {"websocket", "websocket"}, {"same-origin", "worker"}, {"", ""}, {"navigate", ""}, {"", "document"}, {"nested-navigate", "document"}} {
				header := []string{"Sec-Fetch-Site", site, "Accept", "*/*"}
				for i, name := range []string{"Sec-Fetch-Mode", "Sec-Fetch-Dest"} {
					if load[i] != "" {
						header = append(header, name, load[i])
					}
				}
				if a := p.ask(http.MethodGet, r[1], "", header...); a.StatusCode != http.StatusForbidden || strings.Contains(a.Body, "Alice") {
					t.Errorf("%s as %v from %s: %d", r[1], load, site, a.StatusCode)
				}
			}
			if a := p.ask(http.MethodGet, r[1], "", "Sec-Fetch-Site", site, "Sec-Fetch-Mode", "navigate", "Sec-Fetch-Dest", "document", "Sec-Fetch-User", "?1"); a.StatusCode == http.StatusForbidden {
				t.Errorf("a link to %s from %s: %d", r[1], site, a.StatusCode)
			}
		}
	}
}

// exchange sends bytes as they are and returns the answers that come back.
func exchange(t *testing.T, port, request string) []answer {
	t.Helper()
	c, err := net.Dial("tcp", "127.0.0.1:"+port)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = c.Close() }()
	_ = c.SetDeadline(time.Now().Add(5 * time.Second))
	go func() { _, _ = io.WriteString(c, request) }() // the answer may come before all of it is taken
	var answers []answer
	for r := bufio.NewReader(c); len(answers) < 8; {
		resp, err := http.ReadResponse(r, nil)
		if err != nil {
			break
		}
		body, _ := io.ReadAll(resp.Body)
		answers = append(answers, answer{visitor.Page{Response: resp, Body: string(body)}})
		if resp.Close {
			break
		}
	}
	return answers
}

// get is a raw GET with lines of headers.
func rawGet(path string, lines ...string) string {
	return "GET " + path + " HTTP/1.1\r\n" + strings.Join(append(lines, "Connection: close"), "\r\n") + "\r\n\r\n"
}

func TestS61ForeignHostsAreMisdirected(t *testing.T) {
	t.Parallel()
	s := besiege(t, 1)
	port := s.ports[0]
	for name, c := range map[string]struct {
		request string
		status  int
	}{
		"ours": {rawGet("/auth/signed-out", "Host: "+publicHost), 200}, "in capitals": {rawGet("/auth/signed-out", "Host: PORTAL.example"), 200},
		"foreign": {rawGet("/auth/signed-out", "Host: evil.example"), 421}, "another port": {rawGet("/auth/signed-out", "Host: "+publicHost+":81"), 421}, "the listener's": {rawGet("/auth/signed-out", "Host: 127.0.0.1:"+port), 421},
		"a dot behind": {rawGet("/auth/signed-out", "Host: "+publicHost+"."), 421}, "a part in front": {rawGet("/auth/signed-out", "Host: evil."+publicHost), 421}, "a part behind": {rawGet("/auth/signed-out", "Host: "+publicHost+".evil.example"), 421},
		"IPv6": {rawGet("/auth/signed-out", "Host: [::1]"), 421}, "a user": {rawGet("/auth/signed-out", "Host: user@"+publicHost), 400}, "a path": {rawGet("/auth/signed-out", "Host: "+publicHost+"/x"), 400},
		"empty": {rawGet("/auth/signed-out", "Host: "), 421}, "none": {rawGet("/auth/signed-out"), 400}, "two": {rawGet("/auth/signed-out", "Host: "+publicHost, "Host: evil.example"), 400}, "two the same": {rawGet("/auth/signed-out", "Host: "+publicHost, "Host: "+publicHost), 400},
		"in the line": {rawGet("http://evil.example/auth/signed-out", "Host: "+publicHost), 421}, "HTTP/1.0 without": {"GET /auth/signed-out HTTP/1.0\r\n\r\n", 421},
		"a static file": {rawGet("/static/x.css", "Host: evil.example"), 421}, "a form": {"POST /auth/logout HTTP/1.1\r\nHost: evil.example\r\nContent-Length: 0\r\nConnection: close\r\n\r\n", 421},
		"forwarded": {rawGet("/auth/signed-out", "Host: evil.example", "X-Forwarded-Host: "+publicHost, "Forwarded: host="+publicHost, "X-Host: "+publicHost, "X-Original-Host: "+publicHost), 421},
		"a probe":   {rawGet("/readyz", "Host: 10.0.0.7:8080"), 200}, "no probe": {rawGet("/%72eadyz", "Host: evil.example"), 421}, "no probe either": {rawGet("/readyz/", "Host: evil.example"), 421},
	} {
		answers := exchange(t, port, c.request)
		if len(answers) != 1 || answers[0].StatusCode != c.status {
			t.Errorf("%s: %d answers, want one of %d: %v", name, len(answers), c.status, statuses(answers))
			continue
		}
		if strings.Contains(answers[0].Body, "evil") {
			t.Errorf("%s: the page repeats the host", name)
		}
	}
}

func statuses(answers []answer) (list []int) {
	for _, a := range answers {
		list = append(list, a.StatusCode)
	}
	return list
}

func TestS62PolicyOfPages(t *testing.T) {
	t.Parallel()
	s := besiege(t, 1)
	p := s.alice(t, 0)
	nonces := map[string]bool{}
	for _, path := range []string{"/sites", "/overview", "/nothing", "/auth/signed-out", "/auth/expired", "/sites/204481"} {
		a := p.get(path)
		d := policyOf(a.Header.Get("Content-Security-Policy"))
		for name, want := range map[string]string{"default-src": "'none'", "base-uri": "'none'", "object-src": "'none'", "frame-ancestors": "'none'", "connect-src": "'self'", "style-src": "'self'", "img-src": "'self'", "font-src": "'self'"} {
			if d[name] != want {
				t.Errorf("%s: %s %q, want %q", path, name, d[name], want)
			}
		}
		m := regexp.MustCompile(`^'nonce-([A-Za-z0-9+/_-]{22,})' 'strict-dynamic'$`).FindStringSubmatch(d["script-src"])
		if m == nil || nonces[m[1]] {
			t.Errorf("%s: script-src %q", path, d["script-src"])
		} else {
			nonces[m[1]] = true
		}
		if d["report-uri"] == "" || d["report-to"] == "" || a.Header.Get("Reporting-Endpoints") == "" {
			t.Errorf("%s: violations are reported nowhere", path)
		}
		if all := a.Header.Get("Content-Security-Policy"); strings.Contains(all, "unsafe") || strings.Contains(all, "*") || strings.Contains(all, "data:") {
			t.Errorf("%s: %s", path, all)
		}
	}
}

// Whatever is answered carries the headers: pages, redirects, errors, files, probes, and what net/http refuses before anybody of ours sees it.
func TestS63HeadersOfWhateverIsAnswered(t *testing.T) {
	t.Parallel()
	s := besiege(t, 1)
	host := "Host: " + publicHost
	css := regexp.MustCompile(`/static/app\.[^"]+\.css`).FindString(s.visitor(t, 0).get("/auth/signed-out").Body)
	if css == "" {
		t.Fatal("no style sheet")
	}
	for name, c := range map[string]struct {
		request string
		status  int
	}{
		"page": {rawGet("/auth/signed-out", host, "Accept: text/html"), 200}, "redirect": {rawGet("/sites", host, "Accept: text/html"), 303}, "file": {rawGet(css, host), 200}, "packed file": {rawGet(css, host, "Accept-Encoding: gzip"), 200}, "no file": {rawGet("/static/app.css", host), 404},
		"health": {rawGet("/healthz", host), 200}, "ready": {rawGet("/readyz", host), 200}, "not found": {rawGet("/nothing", host, "Accept: text/html"), 404}, "problem": {rawGet("/nothing", host, "Accept: application/json"), 404},
		"method": {"DELETE /sites HTTP/1.1\r\n" + host + "\r\nConnection: close\r\n\r\n", 405}, "bad path": {rawGet("/a//b", host), 400}, "wrong host": {rawGet("/", "Host: evil.example"), 421},
		"large body": {"POST /settings HTTP/1.1\r\n" + host + "\r\nContent-Length: 70000\r\nConnection: close\r\n\r\n", 413}, "long query": {rawGet("/sites?q="+strings.Repeat("a", 9000), host), 414},
		"cross-site":      {"POST /auth/logout HTTP/1.1\r\n" + host + "\r\nOrigin: https://evil.example\r\nContent-Length: 0\r\nConnection: close\r\n\r\n", 403},
		"form":            {"POST /auth/callback HTTP/1.1\r\n" + host + "\r\nContent-Type: application/x-www-form-urlencoded\r\nContent-Length: 6\r\nConnection: close\r\n\r\ncode=a", 303},
		"head":            {"HEAD /auth/signed-out HTTP/1.1\r\n" + host + "\r\nConnection: close\r\n\r\n", 200},
		"general options": {"OPTIONS * HTTP/1.1\r\n" + host + "\r\nConnection: close\r\n\r\n", 400},
		"nonsense":        {"NONSENSE\r\n\r\n", 400}, "malformed header": {rawGet("/", host, "bad header"), 400}, "two lengths": {"POST / HTTP/1.1\r\n" + host + "\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\nab", 400},
		"headers flood": {rawGet("/", host, "X: "+strings.Repeat("a", 60<<10)), 431}, "unknown coding": {"POST /settings HTTP/1.1\r\n" + host + "\r\nTransfer-Encoding: evil\r\n\r\n", 501}, "expectation": {"GET / HTTP/1.1\r\n" + host + "\r\nExpect: evil\r\nConnection: close\r\n\r\n", 417},
		"version 9": {"GET / HTTP/9.0\r\n" + host + "\r\n\r\n", 505}, "no host": {"GET / HTTP/1.1\r\n\r\n", 400},
	} {
		answers := exchange(t, s.ports[0], c.request)
		if len(answers) != 1 || answers[0].StatusCode != c.status {
			t.Errorf("%s: answers %v, want one %d", name, statuses(answers), c.status)
			continue
		}
		h := answers[0].Header
		for header, want := range map[string]string{"X-Content-Type-Options": "nosniff", "X-Frame-Options": "DENY", "Cross-Origin-Opener-Policy": "same-origin", "Cross-Origin-Resource-Policy": "same-origin", "Strict-Transport-Security": "max-age=63072000; includeSubDomains"} {
			if got := h.Values(header); len(got) != 1 || got[0] != want {
				t.Errorf("%s: %s %q, want %q", name, header, got, want)
			}
		}
		if !strings.Contains(h.Get("Permissions-Policy"), "camera=()") || h.Get("Referrer-Policy") == "" || !strings.Contains(h.Get("Content-Security-Policy"), "default-src 'none'") || !strings.Contains(h.Get("Content-Security-Policy"), "frame-ancestors 'none'") {
			t.Errorf("%s: headers %v", name, h)
		}
		if h.Get("Server") != "" || h.Get("X-Powered-By") != "" || c.status != 200 && h.Get("Cache-Control") != "no-store" {
			t.Errorf("%s: Server %q, Cache-Control %q", name, h.Get("Server"), h.Get("Cache-Control"))
		}
	}
}

func TestS64WhatIsNoPageSaysWhatItIs(t *testing.T) {
	t.Parallel()
	s := besiege(t, 1)
	p := s.alice(t, 0)
	css := regexp.MustCompile(`/static/app\.[^"]+\.css`).FindString(p.get("/sites").Body)
	for path, want := range map[string]string{"/auth/session": "application/json", "/healthz": "application/json", "/nothing": "application/problem+json", css: "text/css; charset=utf-8", "/static/nothing": "text/plain; charset=utf-8"} {
		a := p.ask(http.MethodGet, path, "", "Accept", "application/json")
		if got := a.Header.Get("Content-Type"); got != want || a.Header.Get("Content-Security-Policy") != "default-src 'none'; frame-ancestors 'none'; sandbox" {
			t.Errorf("%s: %q under %q", path, got, a.Header.Get("Content-Security-Policy"))
		}
	}
	if got := p.get("/sites").Header.Get("Content-Type"); got != "text/html; charset=utf-8" {
		t.Errorf("a page is %q", got)
	}
}

func TestS68NothingIsLoadedFromElsewhere(t *testing.T) {
	t.Parallel()
	s := besiege(t, 1)
	p := s.alice(t, 0)
	for _, path := range []string{"/overview", "/sites", "/sites/204481", "/sites/204481?tab=meters", "/variables/80101", "/explore", "/auth/session", "/settings/sessions", "/nothing"} {
		a := p.get(path)
		for _, m := range foreign.FindAllString(a.Body, -1) {
			if !strings.Contains(m, "www.w3.org") {
				t.Errorf("%s holds %s", path, m)
			}
		}
		for _, css := range regexp.MustCompile(`/static/[^"#]+`).FindAllString(a.Body, -1) {
			if sheet := p.get(css); sheet.StatusCode != http.StatusOK || regexp.MustCompile(`(?i)@import|url\(\s*["']?(https?:)?//`).MatchString(sheet.Body) {
				t.Errorf("%s: %d", css, sheet.StatusCode)
			}
		}
	}
}

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

// Paths that two readers could take for two, and messages whose end two readers could see in two places.
func TestS73AmbiguousRequestsAreRefused(t *testing.T) {
	t.Parallel()
	s := besiege(t, 1)
	host := "Host: " + publicHost
	for _, path := range []string{"//sites", "/./sites", "/../sites", "/sites/../sites", "/sites/.", "/sites/..", "/sites//1", "/sites%2f1", "/sites%2F..", `/sites\1`, "/sites%5c1", "/%2e/sites", "/%2e%2e/sites", "/sites%00", "/sites%252f1", "/sites;x=1", "/sites;", "/sites%3bx", "/\xff\xfe", "/%ff", "/%c0%af", "/s%C3%ADtes", "/sites%", "/sites%zz", "/\x01", "/sites#x", "*", "sites"} {
		if answers := exchange(t, s.ports[0], rawGet(path, host)); len(answers) != 1 || answers[0].StatusCode != 400 {
			t.Errorf("%q: %v, want 400", path, statuses(answers))
		}
	}
	smuggled := "GET /auth/signed-out HTTP/1.1\r\nHost: evil.example\r\n\r\n"
	form := "POST /settings HTTP/1.1\r\n" + host + "\r\nOrigin: " + s.base + "\r\nContent-Type: application/x-www-form-urlencoded\r\n"
	for name, c := range map[string]struct {
		request string
		want    []int
	}{
		"differing lengths":      {form + "Content-Length: 10\r\nContent-Length: 0\r\n\r\ntheme=dark", []int{400}},
		"a length in a list":     {form + "Content-Length: 10, 0\r\n\r\ntheme=dark", []int{400}},
		"a signed length":        {form + "Content-Length: +10\r\n\r\ntheme=dark", []int{400}},
		"a negative length":      {form + "Content-Length: -1\r\n\r\n", []int{400}},
		"a length that is hex":   {form + "Content-Length: 0xa\r\n\r\ntheme=dark", []int{400}},
		"an unknown coding":      {form + "Transfer-Encoding: x\r\n\r\n0\r\n\r\n", []int{501}},
		"chunked, then another":  {form + "Transfer-Encoding: chunked, identity\r\n\r\n0\r\n\r\n", []int{501}},
		"chunked twice":          {form + "Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n", []int{400, 501}},
		"a coding with a blank":  {form + "Transfer-Encoding : chunked\r\n\r\n0\r\n\r\n", []int{400}},
		"two hosts":              {"GET / HTTP/1.1\r\n" + host + "\r\nHost: x\r\n\r\n", []int{400}},
		"a folded header":        {"GET / HTTP/1.1\r\n" + host + "\r\n folded\r\n\r\n", []int{400}},
		"a name with a blank":    {"GET / HTTP/1.1\r\n" + host + "\r\nX Y: z\r\n\r\n", []int{400}},
		"a NUL in a header":      {"GET / HTTP/1.1\r\n" + host + "\r\nX: a\x00b\r\n\r\n", []int{400}},
		"bare line ends inside":  {"GET / HTTP/1.1\r\n" + host + "\r\nX: a\rb\r\n\r\n", []int{400}},
		"clear-text HTTP/2":      {"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", []int{400, 421, 505}},
		"an upgrade to HTTP/2":   {rawGet("/auth/signed-out", host, "Upgrade: h2c", "HTTP2-Settings: AAMAAABkAARAAAAAAAIAAAAA"), []int{200}},
		"an upgrade to a socket": {rawGet("/auth/signed-out", host, "Upgrade: websocket"), []int{200}},
	} {
		answers := exchange(t, s.ports[0], c.request)
		if len(answers) != 1 || !slices.Contains(c.want, answers[0].StatusCode) {
			t.Errorf("%s: answers %v, want one of %v", name, statuses(answers), c.want)
		}
	}
	// A coding beats a length: what a length hides is read as what it is, the next request, on a connection of its own fate.
	answers := exchange(t, s.ports[0], form+"Transfer-Encoding: chunked\r\nContent-Length: 5\r\n\r\n0\r\n\r\n"+smuggled)
	if len(answers) == 0 || answers[0].StatusCode != 400 && answers[0].StatusCode != 303 || len(answers) == 2 && answers[1].StatusCode != 421 {
		t.Errorf("both: %v", statuses(answers))
	}
}

func TestS74ExcessIsRefusedSmallAndCheap(t *testing.T) {
	t.Parallel()
	s := besiege(t, 1)
	p := s.alice(t, 0)
	host := "Host: " + publicHost
	cookie := "Cookie: " + sessionCookie + "=" + p.Cookies()[sessionCookie]
	many := func(n int, f func(i int) string) string {
		var b strings.Builder
		for i := range n {
			b.WriteString(f(i))
		}
		return b.String()
	}
	form := "POST /settings HTTP/1.1\r\n" + host + "\r\nContent-Type: application/x-www-form-urlencoded\r\nConnection: close\r\n"
	before := rss(t, s.programs[0])
	for name, c := range map[string]struct {
		request string
		want    []int
	}{
		"33 KiB of headers": {rawGet("/sites", host, cookie, "X: "+strings.Repeat("a", 33<<10)), []int{431}}, "a megabyte of headers": {rawGet("/sites", host, "X: "+strings.Repeat("a", 1<<20)), []int{431}}, "many headers": {rawGet("/sites", host, strings.TrimSuffix(many(5000, func(i int) string { return fmt.Sprintf("X-%d: a\r\n", i) }), "\r\n")), []int{431}},
		"31 KiB of headers": {rawGet("/auth/signed-out", host, "X: "+strings.Repeat("a", 30<<10)), []int{200}}, "a long line": {rawGet("/"+strings.Repeat("a", 40<<10), host), []int{431, 414}},
		"fifty-one cookies": {rawGet("/sites", host, "Cookie: "+many(50, func(i int) string { return fmt.Sprintf("c%d=x; ", i) })+strings.TrimPrefix(cookie, "Cookie: ")), []int{400}}, "ten thousand cookies": {rawGet("/sites", host, "Cookie: "+strings.Repeat("a;", 10000)), []int{400}},
		"201 parameters": {rawGet("/sites?"+strings.TrimSuffix(many(201, func(i int) string { return fmt.Sprintf("p%d=x&", i) }), "&"), host, cookie), []int{400}}, "200 parameters": {rawGet("/auth/signed-out?"+strings.TrimSuffix(many(200, func(i int) string { return fmt.Sprintf("p%d=x&", i) }), "&"), host), []int{200}},
		"a long query": {rawGet("/sites?q="+strings.Repeat("a", 9<<10), host, cookie), []int{414}}, "a form of 65 KiB": {form + "Content-Length: 66561\r\n\r\n" + strings.Repeat("a", 66561), []int{413}}, "a form that says so": {form + "Content-Length: 99999999999\r\n\r\n", []int{413}},
		"a form in pieces": {form + "Transfer-Encoding: chunked\r\n\r\n" + strings.Repeat("1000\r\n"+strings.Repeat("a", 4096)+"\r\n", 20) + "0\r\n\r\n", []int{413, 400}}, "a length beyond numbers": {form + "Content-Length: 99999999999999999999999\r\n\r\n", []int{400}},
		"sixty thousand fields": {form + "Content-Length: 60000\r\n\r\n" + strings.Repeat("&", 60000), []int{303, 400}}, "a broken piece": {form + "Transfer-Encoding: chunked\r\n\r\nzz\r\n", []int{400, 408}},
	} {
		for range 10 {
			answers := exchange(t, s.ports[0], c.request)
			if len(answers) != 1 || !slices.Contains(c.want, answers[0].StatusCode) {
				t.Errorf("%s: answers %v, want one of %v", name, statuses(answers), c.want)
				break
			}
			if len(answers[0].Body) > 24<<10 || len(answers[0].Cookies()) > 0 && answers[0].StatusCode >= 400 {
				t.Errorf("%s: an answer of %d bytes, cookies %v", name, len(answers[0].Body), answers[0].Cookies())
			}
		}
	}
	if after := rss(t, s.programs[0]); after > before+96<<20 {
		t.Errorf("the program grew from %d to %d MiB", before>>20, after>>20)
	}
	p.get("/sites").want(t, http.StatusOK)
}

// rss is the memory of a program that is in use, in bytes.
func rss(t *testing.T, p *program) int64 {
	t.Helper()
	b, err := os.ReadFile(fmt.Sprintf("/proc/%d/statm", p.cmd.Process.Pid))
	if err != nil {
		t.Skip("memory is measured on Linux")
	}
	var size, resident int64
	if _, err := fmt.Sscan(string(b), &size, &resident); err != nil {
		t.Fatal(err)
	}
	return resident * int64(os.Getpagesize())
}

// Clients that send a byte now and then have ten seconds for their headers. Others are served meanwhile.
func TestS74SlowClientsAreLeft(t *testing.T) {
	t.Parallel()
	s := besiege(t, 1)
	p := s.alice(t, 0)
	slow := func(begin string) time.Duration {
		c, err := net.Dial("tcp", "127.0.0.1:"+s.ports[0])
		if err != nil {
			t.Error(err)
			return 0
		}
		defer func() { _ = c.Close() }()
		_, _ = io.WriteString(c, begin)
		start := time.Now()
		left := make(chan struct{})
		go func() {
			_, _ = io.Copy(io.Discard, c)
			close(left)
		}()
		for time.Since(start) < 20*time.Second {
			select {
			case <-left:
				return time.Since(start)
			case <-time.After(500 * time.Millisecond):
				_, _ = io.WriteString(c, "a")
			}
		}
		return time.Since(start)
	}
	var wg sync.WaitGroup
	for range 20 {
		wg.Go(func() {
			if took := slow("GET / HTTP/1.1\r\nX: "); took > 12*time.Second {
				t.Errorf("a header may take %v", took)
			}
		})
	}
	for range 5 {
		p.get("/sites").want(t, http.StatusOK)
		time.Sleep(time.Second)
	}
	wg.Wait()
}

func TestS85WhateverIsPersonalIsNeverStored(t *testing.T) {
	t.Parallel()
	s := besiege(t, 1)
	for name, p := range map[string]*person{"alice": s.alice(t, 0), "nobody": s.visitor(t, 0)} {
		for _, r := range append(routesOf(t), [2]string{"GET", "/nothing"}, [2]string{"DELETE", "/sites"}) {
			if r[1] == "/auth/logout" || strings.HasPrefix(r[1], "/static/") {
				continue
			}
			for _, header := range [][]string{{}, {"If-None-Match", `"x"`, "If-Modified-Since", "Mon, 01 Jan 2035 00:00:00 GMT"}, {"Range", "bytes=0-10"}} {
				a := p.ask(r[0], r[1], "", header...)
				if got := a.Header.Values("Cache-Control"); len(got) != 1 || got[0] != "no-store" || a.Header.Get("Etag") != "" || a.Header.Get("Last-Modified") != "" || a.StatusCode == http.StatusNotModified || a.StatusCode == http.StatusPartialContent {
					t.Errorf("%s: %s %s: %d, Cache-Control %q", name, r[0], r[1], a.StatusCode, got)
				}
			}
		}
	}
}

func TestS86FilesKnowNobody(t *testing.T) {
	t.Parallel()
	s := besiege(t, 1)
	p := s.alice(t, 0)
	files := regexp.MustCompile(`/static/[^"#]+`).FindAllString(p.get("/sites").Body, -1)
	if len(files) < 2 {
		t.Fatalf("files %v", files)
	}
	run1(t, s.open(t), "ALTER TABLE sessions RENAME TO elsewhere") // a file that looks for a session now fails
	for _, file := range files {
		a := p.get(file)
		if a.StatusCode != http.StatusOK || a.Header.Get("Cache-Control") != "public, max-age=31536000, immutable" || len(a.Cookies()) > 0 || !regexp.MustCompile(`\.[A-Za-z0-9_-]{11}\.[a-z0-9]+$`).MatchString(file) {
			t.Errorf("%s: %d, Cache-Control %q, cookies %v", file, a.StatusCode, a.Header.Get("Cache-Control"), a.Cookies())
		}
	}
	for _, path := range []string{"/static/", "/static/app.css", "/static/x", files[0] + "x", "/static/gen/main.go", "/static/static.go"} {
		if a := p.get(path); a.StatusCode != http.StatusNotFound || strings.Contains(a.Body, "<html") {
			t.Errorf("%s: %d", path, a.StatusCode)
		}
	}
}
