package server

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"runtime"
	"runtime/debug"
	"strings"
	"sync"
	"testing"
	"time"

	"portico/internal/limit"
	"portico/internal/locale"
	"portico/internal/session"
)

// visitor is the header of a request that a listed proxy hands on.
func visitor(b *bench, address string) []string {
	b.server.proxies = proxies{httptestPeer}
	return []string{"X-Forwarded-For", address, "Cookie", ""}
}

// atOnce gives the bench limits under which all that a test does happens in one moment, however long it takes.
func (b *bench) atOnce(signInsPerMinute int) {
	now := time.Now()
	b.server.limits = newLimits(signInsPerMinute, func() time.Time { return now })
	b.handler = b.server.Handler()
}

func TestSignInsFromOneAddress(t *testing.T) {
	t.Parallel()
	b := newBench(t, "https://portal.example")
	b.atOnce(3)
	from := func(address string, more ...string) answer {
		return b.get("/auth/login", append(visitor(b, address), more...)...)
	}
	for range 3 {
		from("203.0.113.9").want(t, "within the limit, from an identity server that is away", http.StatusServiceUnavailable, "sign-in-down")
	}
	for _, l := range locale.Langs() {
		a := from("203.0.113.9", "Accept-Language", string(l))
		a.want(t, "beyond it", http.StatusTooManyRequests, `<html lang="`+string(l)+`"`, locale.For(l).T("error.too-many.title"))
		if retry := a.Header.Get("Retry-After"); retry != "20" {
			t.Errorf("Retry-After %q, want 20", retry)
		}
	}
	b.get("/auth/initiate?iss=x", visitor(b, "203.0.113.9")...).want(t, "the other way in", http.StatusTooManyRequests)
	b.get("/auth/login", append(visitor(b, "203.0.113.9"), "Accept", "application/json")...).want(t, "a script", http.StatusTooManyRequests, `"code":"too_many"`)
	from("203.0.113.10").want(t, "the neighbour", http.StatusServiceUnavailable)
	for i := range 4 {
		want := http.StatusServiceUnavailable
		if i == 3 {
			want = http.StatusTooManyRequests
		}
		from(fmt.Sprintf("2001:db8::%x", i+1)).want(t, fmt.Sprint("one network, address ", i), want)
	}
	from("2001:db8:0:1::1").want(t, "another network", http.StatusServiceUnavailable)
	b.get("/sites").want(t, "who is signed in", http.StatusOK)
	if log := b.log.String(); strings.Count(log, `"event":"limit","reason":"sign-ins"`) != 7 {
		t.Errorf("want an audit line for each of seven refusals:\n%s", log)
	}
}

func TestForgedMessagesFromOneAddress(t *testing.T) {
	t.Parallel()
	b := newBench(t, "https://portal.example")
	b.atOnce(SignInsPerMinute)
	for what, ask := range map[string]func(string) answer{
		"callback": func(a string) answer { return b.get("/auth/callback?code=c&state=s", visitor(b, a)...) },
		"logout token": func(a string) answer {
			return b.ask("POST", "/auth/backchannel-logout", "logout_token=", visitor(b, a)...)
		},
	} {
		refused, limited := 0, 0
		for range 200 {
			switch a := ask("203.0.113.9"); a.StatusCode {
			case http.StatusTooManyRequests:
				if limited++; a.Header.Get("Retry-After") == "" {
					t.Errorf("%s: no Retry-After", what)
				}
			case http.StatusBadRequest, http.StatusServiceUnavailable:
				refused++
			default:
				t.Errorf("%s: status %d", what, a.StatusCode)
			}
		}
		if refused > 80 || limited < 100 {
			t.Errorf("%s: %d of 200 refused and %d limited", what, refused, limited)
		}
		if a := ask("203.0.113.10"); a.StatusCode == http.StatusTooManyRequests {
			t.Errorf("%s: the neighbour is limited, too", what)
		}
	}
	log := b.log.String()
	if n := strings.Count(log, `"status":429`); n > 120 || n < 20 {
		t.Errorf("%d lines about some 270 requests that were limited", n)
	}
	if n := strings.Count(log, `"status":400`); n < 100 {
		t.Errorf("%d lines about requests that were refused", n)
	}
	b.server.limits.lines = limit.NewRate[struct{}](1, time.Second, 1, nil)
	for range 2 {
		b.get("/auth/callback?code=c&state=s", visitor(b, "203.0.113.9")...)
	}
	if !strings.Contains(b.log.String(), `"omitted":`) {
		t.Error("nothing tells how many lines are missing")
	}
}

func eventually(t *testing.T, what string, f func() bool) {
	t.Helper()
	for end := time.Now().Add(time.Minute); time.Now().Before(end); time.Sleep(10 * time.Millisecond) {
		if f() {
			return
		}
	}
	t.Errorf("not within a minute: %s", what)
}

// holdsOn puts something between the portal and its Data Hub that lets nothing through until it is told to.
func (b *bench) holdsOn() (letGo func()) {
	b.Helper()
	gate := make(chan struct{})
	letGo = sync.OnceFunc(func() { close(gate) })
	b.between(func(w http.ResponseWriter, r *http.Request, behind http.Handler) {
		<-gate
		behind.ServeHTTP(w, r)
	})
	b.Cleanup(letGo) // before the server ends, which waits for those that it holds on
	return letGo
}

func TestMoreThanTheProcessTakes(t *testing.T) {
	t.Parallel()
	b := newBench(t, "https://portal.example")
	letGo := b.holdsOn()
	b.server.limits.requests = limit.NewSlots[struct{}](3)
	var wg sync.WaitGroup
	for range 3 {
		wg.Go(func() { b.get("/sites") })
	}
	eventually(t, "three pages under way", func() bool { return b.server.limits.requests.Held(struct{}{}) == 3 })
	for _, l := range locale.Langs() {
		a := b.get("/sites", "Accept-Language", string(l))
		a.want(t, "a fourth", http.StatusServiceUnavailable, locale.For(l).T("error.busy.title"))
		if a.Header.Get("Retry-After") != "2" || len(a.Cookies()) > 0 {
			t.Errorf("Retry-After %q, cookies %v", a.Header.Get("Retry-After"), a.Cookies())
		}
	}
	b.get("/healthz").want(t, "health", http.StatusOK)
	b.get("/readyz").want(t, "readiness", http.StatusOK)
	b.get("/static/missing.css").want(t, "a static file", http.StatusNotFound)
	letGo()
	wg.Wait()
	b.get("/sites").want(t, "afterwards", http.StatusOK)
	if n := b.server.limits.requests.Held(struct{}{}); n != 0 {
		t.Errorf("%d slots are still taken", n)
	}
}

func TestOneSessionTakesNotAll(t *testing.T) {
	t.Parallel()
	b := newBench(t, "https://portal.example")
	letGo := b.holdsOn()
	b.server.limits.sessions = limit.NewSlots[session.ID](2)
	var wg sync.WaitGroup
	for range 2 {
		wg.Go(func() { b.get("/sites") })
	}
	eventually(t, "two pages under way", func() bool { return b.server.limits.requests.Held(struct{}{}) == 2 })
	a := b.get("/sites")
	a.want(t, "a third", http.StatusTooManyRequests)
	if a.Header.Get("Retry-After") != "1" {
		t.Errorf("Retry-After %q", a.Header.Get("Retry-After"))
	}
	mine := b.cookie
	b.signIn()
	wg.Go(func() { b.get("/sites").want(t, "somebody else", http.StatusOK) })
	eventually(t, "somebody else's page under way", func() bool { return b.server.limits.requests.Held(struct{}{}) == 3 })
	letGo()
	wg.Wait()
	b.cookie = mine
	b.get("/sites").want(t, "afterwards", http.StatusOK)
}

// TestSlowClientsTakeNoSlots: a client that sends its form or reads its page slowly holds its own connection up, and nobody else.
func TestSlowClientsTakeNoSlots(t *testing.T) {
	t.Parallel()
	b := newBench(t, "http://portal.localhost")
	b.server.limits.requests = limit.NewSlots[struct{}](1)
	srv := httptest.NewServer(b.handler)
	t.Cleanup(srv.Close)
	dial := func(request string) net.Conn {
		c, err := net.Dial("tcp", srv.Listener.Addr().String())
		b.must(err)
		t.Cleanup(func() { _ = c.Close() })
		_, err = io.WriteString(c, request)
		b.must(err)
		return c
	}
	dial("POST /settings HTTP/1.1\r\nHost: portal.localhost\r\nContent-Type: application/x-www-form-urlencoded\r\nContent-Length: 100\r\n\r\ntheme=")
	b.get("/sites").want(t, "while a form comes slowly", http.StatusOK)
	r := httptest.NewRequest(http.MethodGet, "http://portal.localhost/nothing", nil)
	r.RequestURI, r.URL.Scheme, r.URL.Host = "/nothing", "", ""
	w := &stuckWriter{header: http.Header{}, stuck: make(chan struct{}), free: make(chan struct{})}
	done := make(chan struct{})
	go func() { b.handler.ServeHTTP(w, r); close(done) }()
	<-w.stuck
	b.get("/sites").want(t, "while a page is read slowly", http.StatusOK)
	close(w.free)
	<-done
}

// TestBodiesThatBreakOff: who sends half a form and still reads is told what was wrong, as a page and as a problem document.
func TestBodiesThatBreakOff(t *testing.T) {
	t.Parallel()
	b := newBench(t, "http://portal.localhost")
	srv := httptest.NewServer(b.handler)
	t.Cleanup(srv.Close)
	for accept, want := range map[string]string{"text/html": "text/html; charset=utf-8", "application/json": "application/problem+json"} {
		c, err := net.Dial("tcp", srv.Listener.Addr().String())
		b.must(err)
		t.Cleanup(func() { _ = c.Close() })
		_, err = io.WriteString(c, "POST /settings HTTP/1.1\r\nHost: portal.localhost\r\nAccept: "+accept+"\r\nContent-Type: application/x-www-form-urlencoded\r\nContent-Length: 100\r\n\r\ntheme=")
		b.must(err)
		b.must(c.(*net.TCPConn).CloseWrite())
		resp, err := http.ReadResponse(bufio.NewReader(c), nil)
		b.must(err)
		if got := resp.Header.Get("Content-Type"); resp.StatusCode != http.StatusRequestTimeout || got != want {
			t.Errorf("half a form, %s: %d %s, want 408 %s", accept, resp.StatusCode, got, want)
		}
	}
}

// stuckWriter is a client that does not read.
type stuckWriter struct {
	header      http.Header
	stuck, free chan struct{}
}

func (w *stuckWriter) Header() http.Header { return w.header }
func (w *stuckWriter) WriteHeader(int)     {}
func (w *stuckWriter) Write(b []byte) (int, error) {
	close(w.stuck)
	<-w.free
	return len(b), nil
}

func TestPanicsGiveSlotsBack(t *testing.T) {
	t.Parallel()
	b := newBench(t, "https://portal.example")
	h := b.server.withEvent(b.server.withLoad(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { panic("x") })))
	r := httptest.NewRequest(http.MethodGet, "/sites", nil)
	w := httptest.NewRecorder()
	h.ServeHTTP(w, r)
	if n := b.server.limits.requests.Held(struct{}{}); w.Code != http.StatusInternalServerError || n != 0 {
		t.Errorf("status %d, %d slots taken", w.Code, n)
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
