package server

import (
	"context"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"runtime"
	"runtime/debug"
	"strings"
	"testing"

	"portico/internal/grant"
	"portico/internal/limit"
	"portico/internal/pages"
	"portico/internal/screen"
	"portico/internal/session"
)

// What a browser says of a request decides whether it is a page, somebody else's doing, or asked before anybody did.
func TestWhatBrowsersSay(t *testing.T) {
	t.Parallel()
	document := []string{"Sec-Fetch-Mode", "navigate", "Sec-Fetch-Dest", "document"}
	for name, tt := range map[string]struct {
		header             []string
		page, foreign, may bool // asks for a page, is of another site, may start a sign-in
	}{
		"a tab":                       {append([]string{"Sec-Fetch-Site", "same-origin"}, document...), true, false, true},
		"an address that was typed":   {append([]string{"Sec-Fetch-Site", "none"}, document...), true, false, true},
		"a link from elsewhere":       {append([]string{"Sec-Fetch-Site", "cross-site"}, document...), true, false, true},
		"a script of ours":            {[]string{"Sec-Fetch-Site", "same-origin", "Sec-Fetch-Mode", "cors", "Sec-Fetch-Dest", "empty"}, false, false, false},
		"a frame of ours":             {[]string{"Sec-Fetch-Site", "same-origin", "Sec-Fetch-Mode", "navigate", "Sec-Fetch-Dest", "iframe"}, false, false, false},
		"a document that is fetched":  {[]string{"Sec-Fetch-Site", "same-origin", "Sec-Fetch-Mode", "cors", "Sec-Fetch-Dest", "document"}, false, false, false},
		"no mode":                     {[]string{"Sec-Fetch-Site", "same-origin", "Sec-Fetch-Dest", "image"}, false, false, false},
		"the browser itself":          {[]string{"Sec-Fetch-Site", "none", "Sec-Fetch-Mode", "no-cors", "Sec-Fetch-Dest", "empty"}, false, false, false},
		"an image elsewhere":          {[]string{"Sec-Fetch-Site", "cross-site", "Sec-Fetch-Mode", "no-cors", "Sec-Fetch-Dest", "image"}, false, true, false},
		"a neighbour's":               {[]string{"Sec-Fetch-Site", "same-site", "Accept", "text/html"}, true, true, false},
		"a page ahead":                {append([]string{"Sec-Fetch-Site", "none", "Sec-Purpose", "prefetch;prerender"}, document...), true, false, false},
		"ahead, as it was":            {[]string{"Purpose", "prefetch"}, true, false, false},
		"ahead, as it was in Firefox": {[]string{"X-Moz", "prefetch"}, true, false, false},
		"an old browser":              {[]string{"Accept", "text/html,application/xhtml+xml,*/*;q=0.8"}, true, false, true},
		"anything":                    {[]string{"Accept", "*/*"}, true, false, true},
		"JSON":                        {[]string{"Accept", "application/json"}, false, false, true},
		"JSON or anything":            {[]string{"Accept", "application/json, */*"}, false, false, true},
		"a picture":                   {[]string{"Accept", "image/png"}, false, false, true},
		"an old script":               {[]string{"X-Requested-With", "fetch"}, false, false, true},
		"htmx":                        {[]string{"HX-Request", "true"}, false, false, true},
	} {
		r := httptest.NewRequest(http.MethodGet, "/auth/login", nil)
		for i := 0; i < len(tt.header); i += 2 {
			r.Header.Set(tt.header[i], tt.header[i+1])
		}
		if page, foreign, may := navigation(r), foreignLoad(r), startsSignIn(r) == nil; page != tt.page || foreign != tt.foreign || may != tt.may {
			t.Errorf("%s: a page %t, foreign %t, may sign in %t", name, page, foreign, may)
		}
	}
}

// A form that is sent in pieces says nothing of its size.
func TestLargeFormsWithoutALength(t *testing.T) {
	t.Parallel()
	for size, want := range map[int]int{maxFormBytes: 0, maxFormBytes + 1: http.StatusRequestEntityTooLarge} {
		r := httptest.NewRequest(http.MethodPost, "/settings", io.MultiReader(strings.NewReader(strings.Repeat("a", size))))
		e, ok := errors.AsType[*pageError](readForm(httptest.NewRecorder(), r))
		if r.ContentLength != -1 || ok != (want != 0) || ok && e.Status != want {
			t.Errorf("%d bytes: %v", size, e)
		}
	}
}

// While memory is short nothing new is begun, and what is refused holds no slot.
func TestLoadIsShedWhileMemoryIsShort(t *testing.T) { // not at once with others: the limit is the process's
	runtime.GC()
	old := debug.SetMemoryLimit(1)
	short := limit.NewMemory()
	debug.SetMemoryLimit(old)
	b := newBench(t, "https://portal.example")
	b.server.limits.memory = short
	a := b.get("/sites")
	a.want(t, "a page", http.StatusServiceUnavailable)
	if held := b.server.limits.requests.Held(struct{}{}); a.Header.Get("Retry-After") != "2" || held != 0 || b.server.Asked() != 0 {
		t.Errorf("Retry-After %q, %d slots are taken, %d requests were let in", a.Header.Get("Retry-After"), held, b.server.Asked())
	}
	b.get("/healthz").want(t, "health", http.StatusOK)
}

// The answer to a form is waited for, however long it takes: a place for what comes would send it again.
func TestFormsAreWaitedFor(t *testing.T) {
	t.Parallel()
	b := newBench(t, "http://portal.localhost:8080")
	b.wait()
	b.server.patience.page = 0
	form := "json=" + url.QueryEscape(`{"title":"Plant","widgets":[]}`)
	b.ask(http.MethodPost, "/dashboards/import", form, append([]string{"Origin", b.base}, tab...)...).want(t, "a form in a tab", http.StatusSeeOther)
}

// A page that panics on its way is the panic of its request, and of nothing else.
func TestPagesThatPanic(t *testing.T) {
	t.Parallel()
	b := newBench(t, "http://portal.localhost:8080")
	page := func(http.ResponseWriter, *pages.Request) error { panic("canary-value") }
	b.handler = b.server.withEvent(b.server.page(b.server.soon(page)))
	b.get("/sites", tab...).want(t, "a panic", http.StatusInternalServerError, "<h1")
	if log := b.log.String(); !strings.Contains(log, "handler panicked") || strings.Contains(log, "canary") {
		t.Errorf("log: %.2000s", log)
	}
}

// Whoever answers first answers alone: a handler that began, or somebody else after it gave up.
func TestOneAnswers(t *testing.T) {
	t.Parallel()
	w := httptest.NewRecorder()
	u := &undecided{w: w, header: http.Header{}}
	u.Header().Set("X-Of", "handler")
	u.WriteHeader(http.StatusAccepted)
	if n, err := u.Write([]byte("file")); n != 4 || err != nil || u.giveUp() || http.NewResponseController(u).Flush() != nil {
		t.Errorf("a handler that writes: %d, %v", n, err)
	}
	if w.Code != http.StatusAccepted || w.Body.String() != "file" || w.Header().Get("X-Of") != "handler" || !w.Flushed {
		t.Errorf("its answer is %d %q %v", w.Code, w.Body, w.Header())
	}
	w = httptest.NewRecorder()
	u = &undecided{w: w, header: http.Header{}}
	u.Header().Set("X-Of", "handler")
	if !u.giveUp() {
		t.Error("who has not begun goes on")
	}
	u.WriteHeader(http.StatusAccepted)
	if n, err := u.Write([]byte("file")); n != 0 || !errors.Is(err, http.ErrHandlerTimeout) || !errors.Is(http.NewResponseController(u).Flush(), http.ErrHandlerTimeout) {
		t.Errorf("a handler that comes late: %d, %v", n, err)
	}
	if w.Body.Len() > 0 || len(w.Header()) > 0 || w.Flushed {
		t.Errorf("it writes %q %v all the same", w.Body, w.Header())
	}
}

// A screen shares no poll with the person whose rights it has.
func TestPollsOfScreensAreApart(t *testing.T) {
	t.Parallel()
	r := httptest.NewRequest(http.MethodGet, "/live", nil)
	alice := &session.Session{Identity: session.Identity{Issuer: "https://op", Subject: "alice", Account: "1"}}
	keys := map[string]bool{}
	for _, who := range []*session.Session{alice, {Identity: session.Identity{Issuer: "https://op", Subject: "alice", Account: "2"}}, {Identity: session.Identity{Issuer: "https://op", Subject: "alic", Account: "e1"}}, {Identity: session.Identity{Issuer: "https://other", Subject: "alice", Account: "1"}}} {
		keys[topicKey(r, who, "alarms")] = true
	}
	keys[topicKey(r, alice, "freshness")] = true
	for _, id := range []string{"a", "b"} {
		keys[topicKey(r.WithContext(context.WithValue(r.Context(), screenKey{}, &screen.Screen{Reader: grant.Reader{ID: id}})), alice, "alarms")] = true
	}
	if len(keys) != 7 || !keys[topicKey(r, alice, "alarms")] {
		t.Errorf("%d keys of 7 polls", len(keys))
	}
}
