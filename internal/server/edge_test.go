package server

import (
	"net/http"
	"strings"
	"sync"
	"testing"
	"time"

	"portico/internal/store/storetest"
	"portico/web/static"
)

type lockedWriter struct {
	mu sync.Mutex
	w  *strings.Builder
}

func (l *lockedWriter) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.w.Write(p)
}

func TestHeadersOfEveryKindOfAnswer(t *testing.T) {
	t.Parallel()
	for _, base := range []string{"http://portal.localhost:8080", "https://portal.example"} {
		b := newBench(t, base)
		for name, a := range map[string]answer{
			"page": b.get("/sites"), "redirect": b.get("/"), "sign-in": b.get("/sites", "Cookie", ""), "not found": b.get("/nothing"), "static": b.get(static.URL("app.css")), "static not found": b.get("/static/x.css"),
			"problem": b.get("/nothing", "Accept", "application/json"), "health": b.get("/healthz"), "wrong host": b.get("/", "Host", "evil.example"), "session": b.get("/auth/session", "Accept", "application/json"),
			"method": b.ask("PUT", "/sites", "x=1"), "method of a file": b.ask("PUT", "/static/x.css", "x=1"), "ambiguous file": b.get("/static//x.css"), "stray callback": b.get("/auth/callback?code=c&state=s", "Cookie", ""),
		} {
			csp := a.Header.Get("Content-Security-Policy")
			for _, want := range []string{"default-src 'none'", "frame-ancestors 'none'"} {
				if !strings.Contains(csp, want) || strings.Contains(csp, "unsafe") || strings.Contains(csp, "*") {
					t.Errorf("%s: Content-Security-Policy %q", name, csp)
				}
			}
			for header, want := range map[string]string{"X-Content-Type-Options": "nosniff", "X-Frame-Options": "DENY", "Cross-Origin-Opener-Policy": "same-origin", "Cross-Origin-Resource-Policy": "same-origin", "Referrer-Policy": map[bool]string{true: "no-referrer", false: "same-origin"}[name == "stray callback"]} {
				if got := a.Header.Get(header); got != want {
					t.Errorf("%s: %s %q, want %q", name, header, got, want)
				}
			}
			if sts := a.Header.Get("Strict-Transport-Security"); (sts != "") != strings.HasPrefix(base, "https") {
				t.Errorf("%s on %s: Strict-Transport-Security %q", name, base, sts)
			}
			if got := a.Header.Get("Cache-Control"); name == "static" && !strings.Contains(got, "immutable") || !strings.HasPrefix(name, "static") && got != "no-store" {
				t.Errorf("%s: Cache-Control %q", name, got)
			}
			if a.Header.Get("Server") != "" || a.Header.Get("X-Powered-By") != "" {
				t.Errorf("%s: names its software", name)
			}
		}
		if one, other := b.get("/sites").Header.Get("Content-Security-Policy"), b.get("/sites").Header.Get("Content-Security-Policy"); one == other {
			t.Errorf("two pages share a nonce: %s", one)
		}
	}
}

// What only looks whether the portal is there does not keep it from resting.
func TestAsked(t *testing.T) {
	t.Parallel()
	b := newBench(t, "http://portal.localhost:8080")
	for path, want := range map[string]int64{"/healthz": 0, "/readyz": 0, static.URL("app.css"): 0, "/sites": 1, "/nothing": 1} {
		before := b.server.Asked()
		b.get(path)
		if got := b.server.Asked() - before; got != want {
			t.Errorf("%s counts %d times, want %d", path, got, want)
		}
	}
}

func TestGuard(t *testing.T) {
	t.Parallel()
	b := newBench(t, "https://portal.example")
	for name, tt := range map[string]struct {
		answer answer
		status int
	}{
		"foreign host":        {b.get("/sites", "Host", "evil.example"), http.StatusMisdirectedRequest},
		"host with a port":    {b.get("/sites", "Host", "portal.example:81"), http.StatusMisdirectedRequest},
		"host in capitals":    {b.get("/sites", "Host", "Portal.Example"), http.StatusOK},
		"host with https's":   {b.get("/sites", "Host", "portal.example:443"), http.StatusOK},
		"host with http's":    {b.get("/sites", "Host", "portal.example:80"), http.StatusMisdirectedRequest},
		"host with it twice":  {b.get("/sites", "Host", "portal.example:443:443"), http.StatusMisdirectedRequest},
		"and our own form":    {b.ask("POST", "/settings", "return_to=/sites", "Host", "Portal.example:443", "Origin", "https://portal.example"), http.StatusSeeOther},
		"doubled slash":       {b.get("//sites"), http.StatusBadRequest},
		"encoded slash":       {b.get("/sites%2f1"), http.StatusBadRequest},
		"dots":                {b.get("/sites/../sites"), http.StatusBadRequest},
		"without its slash":   {b.get("/static"), http.StatusNotFound},
		"encoded dots":        {b.get("/sites/%2e%2e/x"), http.StatusBadRequest},
		"backslash":           {b.get("/sites%5c1"), http.StatusBadRequest},
		"long query":          {b.get("/sites?q=" + strings.Repeat("a", maxQueryBytes)), http.StatusRequestURITooLong},
		"many parameters":     {b.get("/sites?" + strings.Repeat("a=1&", maxQueryParams)), http.StatusBadRequest},
		"malformed query":     {b.get("/sites?q=%zz"), http.StatusBadRequest},
		"semicolon":           {b.get("/sites?q=a;b=c"), http.StatusBadRequest},
		"many cookies":        {b.get("/sites", "Cookie", strings.Repeat("a=b;", maxCookies+1)), http.StatusBadRequest},
		"large body":          {b.ask("POST", "/settings", strings.Repeat("a", maxFormBytes+1)), http.StatusRequestEntityTooLarge},
		"repeated parameter":  {b.get("/sites?q=a&q=b"), http.StatusBadRequest},
		"unknown sort":        {b.get("/sites?sort=evil"), http.StatusBadRequest},
		"page zero":           {b.get("/sites?page=0"), http.StatusBadRequest},
		"page of words":       {b.get("/sites?page=two"), http.StatusBadRequest},
		"id of words":         {b.get("/sites/abc"), http.StatusNotFound},
		"id too large":        {b.get("/sites/99999999999999999999999"), http.StatusNotFound},
		"negative id":         {b.get("/sites/-1"), http.StatusNotFound},
		"unknown id":          {b.get("/sites/1"), http.StatusNotFound},
		"method":              {b.ask("DELETE", "/sites", ""), http.StatusMethodNotAllowed},
		"trace":               {b.ask("TRACE", "/sites", ""), http.StatusMethodNotAllowed},
		"GET to a POST route": {b.get("/auth/logout"), http.StatusMethodNotAllowed},
		"unknown theme":       {b.ask("POST", "/settings", "theme=pink"), http.StatusBadRequest},
		"unknown language":    {b.ask("POST", "/settings", "lang=xx"), http.StatusBadRequest},
	} {
		tt.answer.want(t, name, tt.status)
		if tt.status >= 400 && len(tt.answer.Cookies()) > 0 {
			t.Errorf("%s: sets cookies %v", name, tt.answer.Cookies())
		}
	}
	if a := b.get("/auth/callback?error=access_denied&error_description=" + strings.Repeat("a", maxQueryBytes)); a.StatusCode == http.StatusRequestURITooLong {
		t.Error("what the identity server explains at length is refused")
	}
	b.get("/nothing").want(t, "nothing, signed in", http.StatusNotFound, `class="place"`, "Alice Peeters")
	if a := b.get("/nothing", "Cookie", ""); strings.Contains(a.body, `class="place"`) {
		t.Error("nothing, signed out, has a menu")
	}
	if a := b.ask("PUT", "/overview", ""); a.Header.Get("Allow") != "GET, HEAD" {
		t.Errorf("Allow %q", a.Header.Get("Allow"))
	}
}

func TestOtherSitesCannotAct(t *testing.T) {
	t.Parallel()
	b := newBench(t, "https://portal.example")
	for name, header := range map[string][]string{
		"cross-site":         {"Sec-Fetch-Site", "cross-site"},
		"same-site":          {"Sec-Fetch-Site", "same-site"},
		"foreign origin":     {"Origin", "https://evil.example"},
		"opaque origin":      {"Origin", "null"},
		"plain http":         {"Origin", "http://portal.example"},
		"origin with a port": {"Origin", "https://portal.example:444"},
	} {
		for _, path := range []string{"/auth/logout", "/settings"} {
			b.ask("POST", path, "theme=dark", header...).want(t, name+" "+path, http.StatusForbidden)
		}
	}
	b.ask("POST", "/settings", "theme=dark", "Origin", "null", "Sec-Fetch-Site", "same-origin").want(t, "a form of a page that names no origin", http.StatusSeeOther)
	b.get("/sites").want(t, "still signed in", http.StatusOK)
	for name, header := range map[string][]string{
		"image":  {"Sec-Fetch-Site", "cross-site", "Sec-Fetch-Mode", "no-cors", "Sec-Fetch-Dest", "image"},
		"frame":  {"Sec-Fetch-Site", "cross-site", "Sec-Fetch-Mode", "navigate", "Sec-Fetch-Dest", "iframe"},
		"script": {"Sec-Fetch-Site", "same-site", "Sec-Fetch-Mode", "cors", "Sec-Fetch-Dest", "empty"},
	} {
		for _, path := range []string{"/sites", "/auth/session", "/auth/login"} {
			b.get(path, header...).want(t, name+" "+path, http.StatusForbidden)
		}
	}
	b.get("/sites", "Sec-Fetch-Site", "cross-site", "Sec-Fetch-Mode", "navigate", "Sec-Fetch-Dest", "document").want(t, "a link from elsewhere", http.StatusOK)
}

func TestStoreDown(t *testing.T) {
	t.Parallel()
	b := newBench(t, "https://portal.example")
	b.store.Always(storetest.Fault{Before: storetest.Fail(nil)}, storetest.SessionLoad, storetest.SessionTouch, storetest.SessionOnce, storetest.SessionPing, storetest.SessionDelete)
	for _, path := range []string{"/sites", "/overview", "/auth/session"} {
		a := b.get(path)
		a.want(t, path, http.StatusServiceUnavailable)
		if len(a.Cookies()) > 0 || a.Header.Get("Retry-After") == "" || strings.Contains(a.body, "/auth/login") {
			t.Errorf("%s: cookies %v, Retry-After %q", path, a.Cookies(), a.Header.Get("Retry-After"))
		}
	}
	if a := b.ask("POST", "/auth/logout", ""); a.StatusCode != http.StatusServiceUnavailable || len(a.Cookies()) > 0 {
		t.Errorf("logout: %d, cookies %v", a.StatusCode, a.Cookies())
	}
	for _, cookie := range []string{"", b.cookie.Name + "=" + b.cookie.Value} {
		a := b.get("/auth/login?return_to=/sites", "Cookie", cookie)
		a.want(t, "nobody is sent to the identity server", http.StatusServiceUnavailable, "Your session cannot be read just now", "/auth/login?return_to=%2Fsites")
		if len(a.Cookies()) > 0 || a.Header.Get("Retry-After") == "" {
			t.Errorf("sign-in without a store: cookies %v, Retry-After %q", a.Cookies(), a.Header.Get("Retry-After"))
		}
	}
	b.get("/readyz").want(t, "/readyz", http.StatusServiceUnavailable)
	b.get("/healthz").want(t, "/healthz", http.StatusOK)
	b.store.Heal()
	b.get("/sites").want(t, "the store is back", http.StatusOK)
	b.store.Always(storetest.Fault{Before: storetest.Fail(nil)}, storetest.TokenLoad)
	b.get("/sites").want(t, "tokens cannot be read", http.StatusServiceUnavailable)
	b.store.Heal()
	b.signInAt(time.Now().Add(-10 * time.Minute))
	b.store.Always(storetest.Fault{Before: storetest.Fail(nil)}, storetest.SessionTouch)
	b.get("/sites").want(t, "activity cannot be written", http.StatusOK)
	if b.store.Calls(storetest.SessionTouch) == 0 || !strings.Contains(b.log.String(), `"touch_error"`) {
		t.Error("activity was not to be written, or nothing says that it could not")
	}
}

func TestNobodySignedIn(t *testing.T) {
	t.Parallel()
	b := newBench(t, "https://portal.example")
	for name, cookie := range map[string]string{"none": "", "garbage": "__Host-portico=x", "another shape": b.cookie.Name + "=" + b.cookie.Value + "x", "altered": b.cookie.Name + "=" + flipped(b.cookie.Value), "two": b.cookie.Name + "=" + b.cookie.Value + "; " + b.cookie.Name + "=x"} {
		a := b.get("/sites?q=gent", "Cookie", cookie)
		a.want(t, name, http.StatusSeeOther)
		if got := a.Header.Get("Location"); got != "/auth/login?return_to=%2Fsites%3Fq%3Dgent" {
			t.Errorf("%s: sent to %s", name, got)
		}
		a = b.get("/sites", "Cookie", cookie, "Accept", "application/json")
		a.want(t, name+", a script", http.StatusUnauthorized, `"login_url":"https://portal.example/auth/login"`)
		b.get("/auth/session", "Cookie", cookie, "Accept", "application/json").want(t, name+", session", http.StatusOK, `"active":false`)
	}
	a := b.get("/auth/login?return_to=/sites")
	a.want(t, "the identity server is away", http.StatusServiceUnavailable, "/auth/login?return_to=%2Fsites")
	if a.Header.Get("Retry-After") == "" {
		t.Error("no Retry-After")
	}
}

// flipped changes a letter in the middle.
func flipped(s string) string {
	i := len(s) / 2
	c := byte('A')
	if s[i] == c {
		c = 'B'
	}
	return s[:i] + string(c) + s[i+1:]
}

func TestNothingSecretInTheLog(t *testing.T) {
	t.Parallel()
	b := newBench(t, "https://portal.example")
	b.get("/sites?q=needle")
	b.get("/auth/callback?code=code-secret&state=state-secret")
	b.get("/auth/session")
	b.ask("POST", "/auth/logout", "password=form-secret")
	b.must(b.server.Close(t.Context()))
	log := b.log.String()
	for _, secret := range []string{"access-secret", "refresh-secret", "code-secret", "state-secret", "form-secret", b.cookie.Value, "needle"} {
		if strings.Contains(log, secret) {
			t.Errorf("the log holds %s", secret)
		}
	}
	for _, want := range []string{`"path":"/sites"`, `"status":200`, `"event":"sign-out","reason":"here"`} {
		if !strings.Contains(log, want) {
			t.Errorf("the log lacks %s", want)
		}
	}
}

// Whoever asks each second whether the portal is ready fills no log while it is not; what is down, and that it drains, has lines of its own.
func TestProbesLeaveNoLines(t *testing.T) {
	t.Parallel()
	b := newBench(t, "https://portal.example")
	b.server.Drain()
	b.get("/readyz").want(t, "a process that drains", http.StatusServiceUnavailable)
	b.get("/nothing")
	if log := b.log.String(); strings.Contains(log, "/readyz") || !strings.Contains(log, "/nothing") {
		t.Errorf("the log:\n%s", log)
	}
}

func TestReportsOfThePolicy(t *testing.T) {
	t.Parallel()
	b := newBench(t, "https://portal.example")
	for contentType, body := range map[string]string{
		"application/csp-report":   `{"csp-report":{"document-uri":"https://portal.example/sites?q=needle","effective-directive":"img-src","blocked-uri":"https://evil.example/x?secret"}}`,
		"application/reports+json": `[{"type":"csp-violation","body":{"documentURL":"https://portal.example/sites?q=needle","effectiveDirective":"font-src","blockedURL":"inline"}},{"type":"other"}]`,
	} {
		b.ask("POST", reportPath, body, "Content-Type", contentType, "Cookie", "").want(t, contentType, http.StatusNoContent)
	}
	b.ask("POST", reportPath, "nonsense", "Content-Type", "application/csp-report").want(t, "nonsense", http.StatusBadRequest)
	for range 50 {
		b.ask("POST", reportPath, `{"csp-report":{"effective-directive":"`+strings.Repeat("x", 1000)+`"}}`)
	}
	log := b.log.String()
	if n := strings.Count(log, "violation"); !strings.Contains(log, "img-src") || !strings.Contains(log, "font-src") || n > 2*reportsPerMinute || strings.Contains(log, "needle") || strings.Contains(log, "secret") {
		t.Errorf("%d lines: %.2000s", n, log)
	}
}
