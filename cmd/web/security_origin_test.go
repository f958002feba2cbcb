package main

import (
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"
)

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
		methods = append(slices.Clone(methods), takes[path[:strings.LastIndex(path, "/")]+"/1"]...) // what may be the name of a thing is looked for among the things
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
