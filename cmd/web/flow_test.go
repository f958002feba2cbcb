package main

import (
	"bufio"
	"context"
	"net/http"
	"net/url"
	"regexp"
	"strconv"
	"strings"
	"testing"
	"time"
)

const flowPage = "/demo/flow"

// press sends a button of the page about the flow and follows it back there.
func (p *person) press(t *testing.T, do string, more ...string) answer {
	t.Helper()
	form := url.Values{"do": {do}}
	for _, name := range more {
		form.Set(name, "1")
	}
	a := p.post(flowPage, form)
	if a.StatusCode != http.StatusSeeOther {
		t.Fatalf("%s: %d\n%.500s", do, a.StatusCode, a.Body)
	}
	a, _ = p.open(a.Header.Get("Location"))
	return a
}

var flowLine = regexp.MustCompile(`(?s)<li id="entry-(\d+)" value="\d+" data-tone="[a-z]+"[^>]*>.*?<span class="flow-between">([^<]+)</span>.*?<code>([^<]+)</code>.*?<span class="flow-outcome">([^<]+)</span>.*?<span class="flow-mark">([^<]*)</span>`)

// lines are the exchanges that the page lists, oldest first: "Portal → Data Hub GET /sites 401 step 6".
func (a answer) lines() []string {
	var list []string
	for _, m := range flowLine.FindAllStringSubmatch(a.Body, -1) {
		list = append([]string{strings.TrimSpace(strings.Join(m[2:], " "))}, list...)
	}
	return list
}

func countLines(lines []string, text string) int {
	n := 0
	for _, line := range lines {
		if strings.Contains(line, text) {
			n++
		}
	}
	return n
}

// The eight steps appear with what the visitor's own browser did, and ten calls with an expired token show one refresh.
func TestFlowShowsTheEightSteps(t *testing.T) {
	t.Parallel()
	d := demo(t)
	p := newPerson(t, d.urls["portal"])
	a := p.signIn(flowPage, "viewer")
	a.want(t, http.StatusOK, "How sign-in works", "Victor Lambert", "RS256", "left of")
	want := []string{"Browser → Portal GET /auth/login 303 step 1", "Browser → Portal GET /auth/callback 303 step 3", "Portal → Identity POST /connect/token 200 step 4"}
	for _, line := range want {
		if countLines(a.lines(), line) != 1 {
			t.Errorf("no line %q in %q", line, a.lines())
		}
	}
	for entry, fact := range map[string]string{"3": "State", "4": "Nonce"} {
		shown := p.get(flowPage + "?entry=" + entry)
		shown.want(t, http.StatusOK)
		if !regexp.MustCompile(`<dt>` + fact + `</dt>\s*<dd><code>the one of request 1</code>`).MatchString(shown.Body) {
			t.Errorf("request %s does not say that its %s is that of request 1", entry, fact)
		}
	}
	a = p.press(t, "ten", "expire")
	lines := a.lines()
	for text, n := range map[string]int{"GET /sites 401 step 6": 10, "POST /connect/token 200 step 7": 1, "GET /sites 200 step 8": 10} {
		if got := countLines(lines, text); got != n {
			t.Errorf("%d lines %q, want %d: %q", got, text, n, lines)
		}
	}
	a.want(t, http.StatusOK, "10 calls waited for it")
	if n := d.log.Await(1, "refresh token taken"); n != 1 {
		t.Errorf("%d refreshes at the provider", n)
	}
	a = p.press(t, "call")
	if got := countLines(a.lines(), "GET /sites 200 step 5"); got != 1 {
		t.Errorf("%d calls with a good token: %q", got, a.lines())
	}
	if seen := strings.Count(a.Body, `class="flow-step" data-seen`); seen != 8 {
		t.Errorf("%d of 8 steps are lit", seen)
	}
}

// While the identity server takes its time, the page says how many calls wait for it.
func TestFlowShowsCallsThatWait(t *testing.T) {
	t.Parallel()
	d := demo(t)
	p := newPerson(t, d.urls["portal"])
	p.signIn(flowPage, "viewer")
	done := make(chan struct{})
	go func() {
		defer close(done)
		p.press(t, "ten", "expire")
	}()
	eventually(t, "ten calls are waiting", func() bool {
		return strings.Contains(p.get(flowPage).Body, "10 calls are waiting for it")
	})
	<-done
	p.get(flowPage).want(t, http.StatusOK, "10 calls waited for it")
}

// A refresh token that was taken back shows as a refusal, and the flow begins again; what was before stays with the same person.
func TestFlowBeginsAgain(t *testing.T) {
	t.Parallel()
	d := demo(t)
	p := newPerson(t, d.urls["portal"])
	p.signIn(flowPage, "viewer")
	p.press(t, "revoke").want(t, http.StatusOK, "were taken back")
	p.press(t, "call").want(t, http.StatusOK, "begins again at step 1", `href="/auth/login?return_to=/demo/flow"`)
	p.press(t, "call").want(t, http.StatusOK, "begins again at step 1")
	a, _ := p.open("/auth/login?return_to=" + flowPage) // the identity server still knows the browser
	if a.Request.URL.Path != flowPage || strings.Contains(a.Body, "begins again at step 1") {
		t.Fatalf("ended at %s", a.Request.URL)
	}
	lines := a.lines()
	for _, text := range []string{"GET /sites 401 step 6", "POST /connect/token 400 invalid_grant step 7"} {
		if countLines(lines, text) != 1 {
			t.Errorf("no line %q in %q", text, lines)
		}
	}
	if n := countLines(lines, "GET /auth/callback 303 step 3"); n < 2 {
		t.Errorf("%d sign-ins: %q", n, lines)
	}
	other := newPerson(t, d.urls["portal"])
	if lines := other.signIn(flowPage, "viewer").lines(); countLines(lines, "401") != 0 || countLines(lines, "step 3") != 1 {
		t.Errorf("another browser of the same person sees %q", lines)
	}
	p.press(t, "expire").want(t, http.StatusOK, "counts for nothing any more")
	if a := other.press(t, "call"); countLines(a.lines(), "401") != 0 {
		t.Errorf("a button of one browser acts on another: %q", a.lines())
	}
}

// What the Data Hub does to one visitor it does to nobody else, and it is over when they say so.
func TestFlowTroubles(t *testing.T) {
	t.Parallel()
	d := demo(t)
	p, other := newPerson(t, d.urls["portal"]), newPerson(t, d.urls["portal"])
	p.signIn(flowPage, "viewer")
	other.signIn(flowPage, "viewer")
	p.press(t, "busy").want(t, http.StatusOK, "asks to wait five seconds")
	a := p.press(t, "call")
	if countLines(a.lines(), "GET /sites 429 step 5") != 1 {
		t.Errorf("lines %q", a.lines())
	}
	p.press(t, "call").want(t, http.StatusOK, "did not send that call")
	if a := other.press(t, "call"); countLines(a.lines(), "GET /sites 200") != 1 {
		t.Errorf("somebody else: %q", a.lines())
	}
	if a := p.press(t, "calm"); strings.Contains(a.Body, "asks to wait five seconds") {
		t.Error("the trouble goes on")
	}
	if a := p.post(flowPage, url.Values{"do": {"other"}}); a.StatusCode != http.StatusBadRequest {
		t.Errorf("an unknown button: %d", a.StatusCode)
	}
	p.get(flowPage+"?entry=x").want(t, http.StatusBadRequest)
	p.get(flowPage+"?entry=100000").want(t, http.StatusOK)
	other.press(t, "away").want(t, http.StatusOK, "answers nobody until")
	a = other.press(t, "call", "expire")
	if countLines(a.lines(), "Portal → Identity POST /connect/token no answer step 7") == 0 {
		t.Errorf("lines %q", a.lines())
	}
}

// secrets are what the browser's own eyes must never find whole on the page or in its stream: whatever grants something in the demo, as its own servers saw it.
func TestFlowHidesSecrets(t *testing.T) {
	t.Parallel()
	d := demo(t)
	p := newPerson(t, d.urls["portal"])
	secrets := map[string]string{}
	p.HTTP.Transport = listener{p.HTTP.Transport, func(r *http.Request, resp *http.Response) {
		for name, values := range r.URL.Query() {
			if name == "code" || name == "state" || name == "nonce" || name == "code_challenge" || name == "id" {
				secrets[name+" "+strconv.Itoa(len(secrets))] = values[0]
			}
		}
		for _, c := range resp.Cookies() {
			if len(c.Value) > 20 {
				secrets["cookie "+c.Name] = c.Value
				if i := strings.LastIndexByte(c.Name, '-'); i > 0 && len(c.Name)-i > 16 {
					secrets["state in a cookie's name"] = c.Name[i+1:]
				}
			}
		}
	}}
	p.signIn(flowPage, "operator")
	stream := p.stream(t, flowPage+"/events")
	p.press(t, "ten", "expire")
	p.press(t, "revoke")
	a := p.press(t, "call")
	text := a.Body + p.settled(t, stream)
	for _, line := range flowLine.FindAllStringSubmatch(a.Body, -1) {
		text += p.get(flowPage + "?entry=" + line[1]).Body
	}
	if len(secrets) < 6 {
		t.Fatalf("only %d secrets are known: %v", len(secrets), secrets)
	}
	for name, secret := range secrets {
		if strings.Contains(text, secret) || strings.Contains(text, url.QueryEscape(secret)) || strings.Contains(text, secret[:12]) {
			t.Errorf("%s is on the page: %q", name, secret)
		}
	}
	for name, pattern := range map[string]string{"a token": `eyJ[A-Za-z0-9_-]{8}`, "a refresh token": `rt\.[A-Z0-9]{8}`, "a password": `(operator|viewer)-demo`, "a Basic header": `Basic [A-Za-z0-9+/]{12}`, "anything long": `[A-Za-z0-9_-]{40}`} {
		if found := regexp.MustCompile(pattern).FindString(withoutAssets(text)); found != "" {
			t.Errorf("%s is on the page: %q", name, found)
		}
	}
	for _, want := range []string{"eyJhbG… #", "Bearer eyJhbG… #", "code_challenge_method", "S256", "HttpOnly", "SameSite=Lax", "Bearer"} {
		if !strings.Contains(text, want) {
			t.Errorf("the pages lack %q", want)
		}
	}
}

// withoutAssets takes the addresses of files, and the nonce, out of a page.
func withoutAssets(text string) string {
	return regexp.MustCompile(`(href|src|nonce|data-watch|data-who)="[^"]*"`).ReplaceAllString(text, "")
}

// listener is a transport that hears what passes.
type listener struct {
	next http.RoundTripper
	hear func(*http.Request, *http.Response)
}

// RoundTrip implements http.RoundTripper.
func (l listener) RoundTrip(r *http.Request) (*http.Response, error) {
	resp, err := l.next.RoundTrip(r)
	if err == nil {
		l.hear(r, resp)
	}
	return resp, err
}

// stream opens an event stream; its lines arrive on the channel.
func (p *person) stream(t *testing.T, path string) <-chan string {
	t.Helper()
	ctx, cancel := context.WithCancel(t.Context())
	t.Cleanup(cancel)
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, p.At(path), nil)
	if err != nil {
		t.Fatal(err)
	}
	req.Header.Set("Accept", "text/event-stream")
	resp, err := p.HTTP.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = resp.Body.Close() })
	if resp.StatusCode != http.StatusOK || resp.Header.Get("Content-Type") != "text/event-stream" {
		t.Fatalf("stream: %d %s", resp.StatusCode, resp.Header.Get("Content-Type"))
	}
	lines := make(chan string, 1000)
	go func() {
		defer close(lines)
		for s := bufio.NewScanner(resp.Body); s.Scan(); {
			lines <- s.Text()
		}
	}()
	return lines
}

// settled reads what the stream has said, until it has been silent for a moment.
func (p *person) settled(t *testing.T, lines <-chan string) string {
	t.Helper()
	var b strings.Builder
	events := 0
	for {
		select {
		case line, open := <-lines:
			if !open {
				return b.String()
			}
			if strings.HasPrefix(line, "data: ") {
				events++
			}
			b.WriteString(line + "\n")
		case <-time.After(500 * time.Millisecond):
			if events < 2 {
				t.Errorf("%d events", events)
			}
			return b.String()
		}
	}
}

// A portal that is no demo has no such page: the address is answered as any other that does not exist.
func TestFlowIsAbsentInServe(t *testing.T) {
	t.Parallel()
	s := besiege(t, 1)
	p := s.visitor(t, 0)
	id := regexp.MustCompile(`[0-9a-f]{16}|nonce-[A-Z0-9]+|nonce="[A-Z0-9]+"|\d\d:\d\d:\d\d|[0-9-]+T[0-9:]+Z?([+]\d\d:\d\d)?`)
	for _, path := range []string{flowPage, flowPage + "/events", flowPage + "/static/flow.js"} {
		random := "/" + strings.Repeat("x", len(path)-1)
		for _, method := range []string{http.MethodGet, http.MethodPost} {
			a, b := p.ask(method, path, ""), p.ask(method, random, "")
			mine, theirs := strings.ReplaceAll(id.ReplaceAllString(a.Body, ""), path, ""), strings.ReplaceAll(id.ReplaceAllString(b.Body, ""), random, "")
			if a.StatusCode != http.StatusNotFound || a.StatusCode != b.StatusCode || len(mine) != len(theirs) {
				t.Errorf("%s %s: %d and %d bytes, a random path: %d and %d", method, path, a.StatusCode, len(mine), b.StatusCode, len(theirs))
			}
		}
	}
}
