package server

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"golang.org/x/net/html"

	"portico/internal/datahub"
	"portico/internal/locale"
	"portico/internal/pages"
	"portico/internal/rp"
	"portico/internal/session"
	"portico/internal/token"
	"portico/web/templates"
)

var update = flag.Bool("update", false, "write the golden error pages")

// errorCase is one way to a kind of error page: a request, or what a handler returned.
type errorCase struct {
	kind    kind
	target  string   // of a GET, or of the method in front of it; "" where a handler returns an error
	header  []string // pairs
	before  func(s *Server) (undo func())
	returns func(s *Server, r *http.Request) error
}

// errorCases has each kind once, as it comes about.
func errorCases() []errorCase {
	fixed := func(err error) func(*Server, *http.Request) error {
		return func(*Server, *http.Request) error { return err }
	}
	refused := func(p rp.Problem, code string, missing ...string) func(*Server, *http.Request) error {
		return func(s *Server, _ *http.Request) error {
			return s.signInFailed("/sites/7", &rp.AuthError{Problem: p, Code: code, Missing: missing})
		}
	}
	hub := func(status int, wait time.Duration) func(*Server, *http.Request) error {
		return fixed(&datahub.StatusError{Method: "GET", Path: "/sites", Status: status, RetryAfter: wait})
	}
	return []errorCase{
		{kind: kindBadRequest, returns: fixed(badRequest("from", errors.New("not a date")))},
		{kind: kindBadAddress, target: "/sites//7"},
		{kind: kindTooLarge, target: "/sites?q=" + strings.Repeat("x", maxQueryBytes)},
		{kind: kindWrongHost, target: "/sites", header: []string{"Host", "evil.example"}},
		{kind: kindForbidden, returns: fixed(fmt.Errorf("events: %w", pages.ErrForbidden))},
		{kind: kindCrossSite, target: "POST /settings", header: []string{"Origin", "https://evil.example"}},
		{kind: kindNotFound, target: "/nothing"},
		{kind: kindMethod, target: "PUT /sites"},
		{kind: kindTooMany, returns: func(s *Server, r *http.Request) error { return s.tooMany(r, "test", 90*time.Second) }},
		{kind: kindBusy, target: "/sites", before: func(s *Server) (undo func()) {
			var taken []func()
			for release := s.limits.requests.Take(struct{}{}); release != nil; release = s.limits.requests.Take(struct{}{}) {
				taken = append(taken, release)
			}
			return func() {
				for _, release := range taken {
					release()
				}
			}
		}},
		{kind: kindInternal, returns: fixed(errors.New("something nobody thought of"))},
		{kind: kindStore, returns: fixed(&storeError{errors.New("connection refused")})},
		{kind: kindSignInDown, returns: fixed(&token.UnavailableError{RetryAfter: 7 * time.Second})},
		{kind: kindSignInSlow, returns: fixed(&token.UnavailableError{RetryAfter: time.Second, Underway: true})},
		{kind: kindSignInRefused, returns: refused(rp.ProblemIssuer, "")},
		{kind: kindSignInDenied, returns: refused(rp.ProblemProvider, "access_denied")},
		{kind: kindSignInBusy, returns: refused(rp.ProblemProvider, "temporarily_unavailable")},
		{kind: kindSignInClock, returns: refused(rp.ProblemClock, "")},
		{kind: kindSignInCookie, target: "/auth/callback?code=c&state=s", header: []string{"Cookie", ""}},
		{kind: kindSignInExpired, returns: func(s *Server, r *http.Request) error {
			w := httptest.NewRecorder()
			late := rp.Attempt{State: strings.Repeat("s", 43), Nonce: strings.Repeat("n", 43), Started: time.Now().Add(-time.Hour), LoginOptions: rp.LoginOptions{ReturnTo: "/sites/7"}}
			if err := s.attempts.put(w, r, late); err != nil {
				return err
			}
			r.AddCookie(w.Result().Cookies()[0])
			r.URL.RawQuery = "code=c&state=" + late.State
			return s.callback(w, r)
		}},
		{kind: kindSignInLoop, returns: func(s *Server, r *http.Request) error {
			r.Header.Del("Cookie")
			return s.loopError(r, "/auth/login?return_to=%2Fsites%2F7")
		}},
		{kind: kindSignInLost, returns: func(s *Server, r *http.Request) error { return s.loopError(r, "/auth/login?return_to=%2Fsites%2F7") }},
		{kind: kindSignInBrief, returns: func(s *Server, r *http.Request) error {
			eventOf(r.Context()).Err = token.ErrLoginRequired
			return s.loopError(r, "/auth/login?return_to=%2Fsites%2F7")
		}},
		{kind: kindSignInAccount, returns: refused(rp.ProblemAccount, "")},
		{kind: kindSignInWeak, returns: refused(rp.ProblemACR, "")},
		{kind: kindSignInScope, returns: refused(rp.ProblemScope, "", "datahub-api", "offline_access")},
		{kind: kindSignInScheme, returns: fixed(schemeError())},
		{kind: kindSignInEnded, returns: fixed(&session.EndedError{Reason: session.ReasonBackChannel})},
		{kind: kindSessionEnded, target: "POST /settings/sessions", header: []string{"Cookie", ""}},
		{kind: kindHubDown, returns: hub(http.StatusBadGateway, 0)},
		{kind: kindHubSlow, returns: fixed(fmt.Errorf("%w: %w", datahub.ErrUnavailable, context.DeadlineExceeded))},
		{kind: kindHubBusy, returns: hub(http.StatusTooManyRequests, 30*time.Second)},
		{kind: kindHubAnswer, returns: fixed(datahub.ErrMalformed)},
		{kind: kindHubNoAccess, returns: hub(http.StatusForbidden, 0)},
		{kind: kindHubRefused, returns: fixed(datahub.ErrUnauthorized)},
	}
}

// shown asks for the error in a language, as a page or, with another Accept, as a document.
func (c errorCase) shown(b *bench, lang, accept string) answer {
	b.Helper()
	if c.before != nil {
		defer c.before(b.server)()
	}
	header := append([]string{"Accept-Language", lang, "Accept", accept}, c.header...)
	if c.returns == nil {
		method, target, ok := strings.Cut(c.target, " ")
		if !ok {
			method, target = http.MethodGet, c.target
		}
		return b.ask(method, target, "", header...)
	}
	ours := b.handler
	defer func() { b.handler = ours }()
	b.handler = b.server.withEvent(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { b.server.fail(w, r, c.returns(b.server, r)) }))
	return b.get("/sites/7", header...)
}

var requestID = regexp.MustCompile(`[0-9a-f]{16}`)

// F10: a page whose access is being renewed asks again by itself; what changes something is not sent again, and an identity server that is away is not asked by every tab.
func TestPagesWaitForARefreshUnderWay(t *testing.T) {
	t.Parallel()
	b := newBench(t, "https://portal.example")
	var err error
	b.handler = b.server.withEvent(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { b.server.fail(w, r, err) }))
	for _, c := range []struct {
		method   string
		underway bool
		want     string
	}{{http.MethodGet, true, `<meta http-equiv="refresh" content="2;url=/sites/7?tab=meters">`}, {http.MethodPost, true, ""}, {http.MethodGet, false, ""}} {
		err = fmt.Errorf("site 7: %w", &token.UnavailableError{RetryAfter: time.Second, Underway: c.underway})
		a := b.ask(c.method, "/sites/7?tab=meters", "", "Accept", "text/html")
		if a.StatusCode != http.StatusServiceUnavailable || a.Header.Get("Retry-After") != "1" || len(a.Cookies()) > 0 {
			t.Errorf("%s: %d, Retry-After %q, cookies %v", c.method, a.StatusCode, a.Header.Get("Retry-After"), a.Cookies())
		}
		if got := strings.Contains(a.body, `http-equiv="refresh"`); got != (c.want != "") || !strings.Contains(a.body, c.want) {
			t.Errorf("%s, under way %t: asks again %t, want %q", c.method, c.underway, got, c.want)
		}
	}
}

// every kind of error in every language says what happened, whether anything was lost, what to do next and how to name it, and is the same as when somebody looked at it last.
func TestR57ErrorPages(t *testing.T) {
	t.Parallel()
	b := newBench(t, "https://portal.example")
	for _, lang := range locale.Langs() {
		var golden strings.Builder
		for _, c := range errorCases() {
			a := c.shown(b, string(lang), "text/html")
			facts := factsOf(t, a.body)
			id := requestID.FindString(strings.Join(facts, "\n"))
			if id == "" || !strings.Contains(b.log.String(), id) || !slices.Contains(facts, string(c.kind)) || !slices.Contains(facts, fmt.Sprint(a.StatusCode)) {
				t.Errorf("%s %s: the page names itself %q; its number must be in the log", lang, c.kind, facts)
			}
			text := mainText(t, a.body)
			_, _ = fmt.Fprintf(&golden, "## %s\n\n%d", c.kind, a.StatusCode)
			if wait := a.Header.Get("Retry-After"); wait != "" {
				_, _ = fmt.Fprintf(&golden, ", Retry-After %s", wait)
			}
			_, _ = fmt.Fprintf(&golden, "\n\n%s\n\n", strings.Join(text, "\n"))
			c.wantDocument(b, a.StatusCode)
		}
		compareGolden(t, filepath.Join("testdata", "errors", string(lang)+".md"), golden.String())
	}
	tested := map[kind]bool{}
	for _, c := range errorCases() {
		tested[c.kind] = true
	}
	for _, k := range templates.ErrorKinds() {
		if !tested[k] {
			t.Errorf("nobody looks at %s", k)
		}
	}
}

// no two languages say the same.
func TestR57ErrorsAreTranslated(t *testing.T) {
	t.Parallel()
	for _, k := range templates.ErrorKinds() {
		for _, part := range []string{"title", "what", "next"} {
			in := map[string]locale.Lang{} // text → language
			for _, lang := range locale.Langs() {
				text := locale.For(lang).T(locale.Key("error." + string(k) + "." + part))
				if other, there := in[text]; there {
					t.Errorf("%s %s: %s says the same as %s: %s", k, part, lang, other, text)
				}
				in[text] = lang
			}
		}
	}
}

// wantDocument looks at what a program gets instead of the page.
func (c errorCase) wantDocument(b *bench, status int) {
	b.Helper()
	a := c.shown(b, "fr", "application/json")
	for _, want := range []string{`"type":"urn:portico:problem:` + string(c.kind) + `"`, `"code":"` + strings.ReplaceAll(string(c.kind), "-", "_") + `"`, `"request_id":"`} {
		if a.StatusCode != status || a.Header.Get("Content-Type") != "application/problem+json" || !strings.Contains(a.body, want) {
			b.Errorf("%s as a document: %d %s, lacks %s", c.kind, a.StatusCode, a.body, want)
		}
	}
}

func compareGolden(t *testing.T, file, got string) {
	t.Helper()
	if *update {
		if err := errors.Join(os.MkdirAll(filepath.Dir(file), 0o755), os.WriteFile(file, []byte(got), 0o644)); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	wanted := strings.Split(string(want), "\n")
	for n, line := range strings.Split(got, "\n") {
		if n >= len(wanted) || line != wanted[n] {
			t.Errorf("%s:%d is now %q; look at it, and run with -update", file, n+1, line)
			return
		}
	}
	if len(got) != len(want) {
		t.Errorf("%s: something is gone; look at it, and run with -update", file)
	}
}

// keyOfWords is a key of the catalogue, or a place for an argument, that reached the page.
var keyOfWords = regexp.MustCompile(`\b(error|sign-in|notice)\.[a-z-]+|\{\d\}|%!`)

// mainText returns the lines that stand in the main part of a page: title, what happened and what to do first, then buttons.
func mainText(t *testing.T, body string) []string {
	t.Helper()
	var lines []string
	walk(t, body, func(n *html.Node, inMain bool) {
		if !inMain || !slices.Contains([]string{"h1", "p", "a", "button", "label"}, n.Data) {
			return
		}
		if text := textOf(n); text != "" && !(n.Data == "p" && n.FirstChild != nil && (hasElement(n, "a") || hasElement(n, "button"))) {
			lines = append(lines, prefixOf(n)+text)
		}
	})
	if len(lines) < 4 {
		t.Fatalf("the page says little: %q\n%s", lines, body)
	}
	for _, line := range lines {
		if keyOfWords.MatchString(line) {
			t.Errorf("a raw key is shown: %q", line)
		}
	}
	return lines
}

// factsOf returns what stands in the page's list of facts.
func factsOf(t *testing.T, body string) (facts []string) {
	t.Helper()
	walk(t, body, func(n *html.Node, inMain bool) {
		if inMain && n.Data == "dd" {
			facts = append(facts, textOf(n))
		}
	})
	return facts
}

func walk(t *testing.T, body string, see func(n *html.Node, inMain bool)) {
	t.Helper()
	doc, err := html.Parse(strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	inMain := 0
	var visit func(n *html.Node)
	visit = func(n *html.Node) {
		if n.Type == html.ElementNode {
			if n.Data == "main" {
				inMain++
				defer func() { inMain-- }()
			}
			see(n, inMain > 0)
		}
		for c := n.FirstChild; c != nil; c = c.NextSibling {
			visit(c)
		}
	}
	visit(doc)
}

func textOf(n *html.Node) string {
	if n.Type == html.TextNode {
		return strings.Join(strings.Fields(n.Data), " ")
	}
	var parts []string
	for c := n.FirstChild; c != nil; c = c.NextSibling {
		if text := textOf(c); text != "" {
			parts = append(parts, text)
		}
	}
	return strings.Join(parts, " ")
}

func hasElement(n *html.Node, name string) bool {
	for c := range n.Descendants() {
		if c.Data == name {
			return true
		}
	}
	return false
}

// prefixOf marks what can be pressed, with where it leads.
func prefixOf(n *html.Node) string {
	switch n.Data {
	case "a":
		for _, a := range n.Attr {
			if a.Key == "href" {
				return "[" + a.Val + "] "
			}
		}
	case "button":
		return "[form] "
	}
	return ""
}
