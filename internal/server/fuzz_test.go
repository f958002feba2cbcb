package server

import (
	"bufio"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"time"

	"portico/internal/rp"
	"portico/internal/session"
)

// FuzzGuard sends request lines as they come over the wire. What is let through can be read in one way only, and is served under the very path that was judged.
func FuzzGuard(f *testing.F) {
	for _, target := range []string{"/sites", "/sites?q=a", "//x", "/a/../b", "/%2e", "/a;b", "*", "http://portal.example/sites", "/\\x", "/healthz", "/%68ealthz", "/?a=%zz", "/?a&b;c", "/a#b", "/\x00", "/é"} {
		f.Add(target)
	}
	base, _ := url.Parse("https://portal.example")
	s := &Server{config: Config{BaseURL: base}}
	f.Fuzz(func(t *testing.T, target string) {
		r, err := http.ReadRequest(bufio.NewReader(strings.NewReader("GET " + target + " HTTP/1.1\r\nHost: portal.example\r\n\r\n")))
		if err != nil || s.checkRequest(r) != nil {
			return
		}
		path, query, _ := strings.Cut(r.RequestURI, "?")
		if path != r.URL.Path || r.URL.Host != "" || strings.ContainsAny(path, "%\\;# \x7f") || strings.Contains(path, "//") || strings.Contains(path+"/", "/../") || strings.Contains(path+"/", "/./") || path[0] != '/' {
			t.Fatalf("%q is let through as %q", target, r.URL.Path)
		}
		if _, err := url.ParseQuery(query); err != nil || len(r.URL.Query()) > maxQueryParams {
			t.Fatalf("%q is let through with the query %q", target, query)
		}
	})
}

// FuzzAttemptCookie looks for a text that passes for the cookie of a sign-in under way.
func FuzzAttemptCookie(f *testing.F) {
	keys, err := session.NewKeyring(session.NewKey(time.Now()))
	if err != nil {
		f.Fatal(err)
	}
	a := attempts{jar{keys: keys, secure: true}}
	own := httptest.NewRecorder()
	if err := a.put(own, httptest.NewRequest(http.MethodGet, "/", nil), rp.Attempt{State: "s", Started: time.Now()}); err != nil {
		f.Fatal(err)
	}
	good := own.Result().Cookies()[0]
	f.Add("state", good.Value)
	f.Add("s", good.Value[1:])
	f.Add("", "AQ")
	f.Fuzz(func(t *testing.T, state, value string) {
		r := httptest.NewRequest(http.MethodGet, "/", nil)
		r.Header.Set("Cookie", a.name(state)+"="+value)
		if _, found := a.find(r, state); found && (state != "s" || value != good.Value) {
			t.Fatalf("state %q, value %q: found", state, value)
		}
		a.tooMany(r)
	})
}

// FuzzReports takes what browsers, or whoever says to be one, report about the policy. What reaches the log is short and without queries.
func FuzzReports(f *testing.F) {
	f.Add([]byte(`{"csp-report":{"document-uri":"https://u:p@x/?q","blocked-uri":"inline"}}`))
	f.Add([]byte(`{"csp-report":{"document-uri":"?"}}`))
	f.Add([]byte(`[{"type":"csp-violation","body":{"blockedURL":"data"}}]`))
	f.Fuzz(func(t *testing.T, body []byte) {
		list, err := parseReports(body)
		if err != nil {
			return
		}
		for _, v := range list {
			for _, address := range []string{v.Blocked, v.Blocked2, v.Page, v.Page2} {
				if got := withoutQuery(address); len(got) > 200 || strings.Contains(got, "?") || strings.Contains(got, "#") && !strings.Contains(got, "%23") {
					t.Fatalf("%q is logged as %q", address, got)
				}
			}
		}
	})
}
