package main

import (
	"net/http"
	"regexp"
	"strings"
	"testing"
)

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
	for path, want := range map[string]string{"/auth/session": "application/json", "/healthz": "application/json", "/nothing": "application/problem+json", css: "text/css; charset=utf-8", "/static/nothing": "text/plain; charset=utf-8", "/files/7001": "application/octet-stream", "/export/sites": "text/csv; charset=utf-8"} {
		a := p.ask(http.MethodGet, path, "", "Accept", "application/json")
		if file := strings.HasPrefix(path, "/files/") || strings.HasPrefix(path, "/export/"); file != strings.HasPrefix(a.Header.Get("Content-Disposition"), "attachment;") {
			t.Errorf("%s: %q", path, a.Header.Get("Content-Disposition"))
		}
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
	for _, path := range []string{"/overview", "/sites", "/sites/204481", "/sites/204481/sources", "/variables/80101", "/explore", "/auth/session", "/settings/sessions", "/nothing"} {
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
				resumed := a.StatusCode == http.StatusPartialContent && !strings.HasPrefix(r[1], "/export/") // a file that was cut goes on
				if got := a.Header.Values("Cache-Control"); len(got) != 1 || got[0] != "no-store" && got[0] != "no-store, no-transform" || a.Header.Get("Etag") != "" || a.Header.Get("Last-Modified") != "" || a.StatusCode == http.StatusNotModified || resumed {
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
