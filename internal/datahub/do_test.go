package datahub

import (
	"errors"
	"io"
	"net"
	"net/http"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"portico/internal/secret"
)

func TestRenewsOnceAfter401(t *testing.T) {
	t.Parallel()
	gone := errors.New("sign-in required")
	for _, c := range []struct {
		name     string
		tokens   *purse
		statuses []int
		want     error
		sent     string // tokens in the order in which they were sent
	}{
		{"accepted", &purse{}, []int{200}, nil, "t0"},
		{"accepted after renewal", &purse{}, []int{401, 200}, nil, "t0 t1"},
		{"refused twice", &purse{}, []int{401, 401, 200}, ErrUnauthorized, "t0 t1"},
		{"renewal fails", &purse{err: gone}, []int{401, 200}, gone, "t0"},
		{"no token", &purse{tokenErr: gone}, []int{200}, gone, ""},
		{"one renewal in a call with retries", &purse{}, []int{401, 503, 401, 200}, ErrUnauthorized, "t0 t1 t1"},
		{"not found after renewal", &purse{}, []int{401, 404}, ErrNotFound, "t0 t1"},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			hub := statuses(c.statuses...)
			_, err := newHub(t, hub).Client(c.tokens).Sites(t.Context(), SiteQuery{})
			if !errors.Is(err, c.want) {
				t.Errorf("Sites: %v, want %v", err, c.want)
			}
			var sent []string
			for _, r := range hub.requests {
				sent = append(sent, strings.TrimPrefix(r.Header.Get("Authorization"), "Bearer "))
			}
			if got := strings.Join(sent, " "); got != c.sent {
				t.Errorf("tokens sent: %q, want %q", got, c.sent)
			}
		})
	}
}

func TestReplaySendsTheWholeBody(t *testing.T) {
	t.Parallel()
	hub := statuses(401, 200)
	const body = `{"VariableIds":[1]}`
	r := &request{method: http.MethodPost, path: pathData, body: []byte(body), limit: 100, read: func(_ http.Header, b io.Reader) error {
		_, err := io.ReadAll(b)
		return err
	}}
	if err := newClient(t, hub).do(t.Context(), r); err != nil {
		t.Fatalf("do: %v", err)
	}
	if len(hub.bodies) != 2 || hub.bodies[0] != body || hub.bodies[1] != body {
		t.Errorf("bodies: %q, want twice %q", hub.bodies, body)
	}
	if got := hub.requests[1].Header.Get("Content-Type"); got != "application/json" {
		t.Errorf("content type of the replay: %q", got)
	}
}

func TestWritesAreNotRetried(t *testing.T) {
	t.Parallel()
	hub := statuses(503, 200)
	r := &request{method: http.MethodPost, path: pathData, body: []byte("{}"), limit: 100}
	if err := newClient(t, hub).do(t.Context(), r); hub.count() != 1 || err == nil {
		t.Errorf("%d requests, %v, want one and an error", hub.count(), err)
	}
}

// A write whose answer is lost goes out once, and is told from one that was never sent.
func TestR21WritesThatMayHaveArrived(t *testing.T) {
	t.Parallel()
	event := Event{Site: 7, Title: "x", From: someDay, To: someDay}
	broken := &script{answers: []func() (*http.Response, error){fails(syscall.ECONNRESET)}}
	for name, tt := range map[string]struct {
		client *Client
		unsure bool
	}{
		"the connection broke": {newClient(t, broken), true}, "closed behind the request": {raw(t, ""), true},
		"500": {newClient(t, statuses(500)), true}, "502": {newClient(t, statuses(502)), true}, "504": {newClient(t, statuses(504)), true},
		"503": {newClient(t, statuses(503)), false}, "429": {newClient(t, statuses(429)), false}, "a part of an answer": {newClient(t, statuses(206)), true},
		"400": {newClient(t, statuses(400)), false}, "403": {newClient(t, statuses(403)), false},
		"the connection broke while it was read": {newClient(t, &script{answers: []func() (*http.Response, error){fails(&net.OpError{Op: "read", Err: syscall.ECONNRESET})}}), true},
		"nobody is there":                        {newClient(t, &script{answers: []func() (*http.Response, error){fails(&net.OpError{Op: "dial", Err: syscall.ECONNREFUSED})}}), false},
	} {
		_, err := tt.client.CreateEvent(t.Context(), event)
		if err == nil || Unsure(err) != tt.unsure {
			t.Errorf("%s: %v is unsure: %t, want %t", name, err, Unsure(err), tt.unsure)
		}
	}
	if broken.count() != 1 {
		t.Errorf("sent %d times", broken.count())
	}
	h := newHub(t, broken)
	var err error
	for range breakAfter + 1 {
		_, err = h.Client(&purse{}).CreateEvent(t.Context(), event)
	}
	if Unsure(err) || !errors.Is(err, ErrUnavailable) {
		t.Errorf("a write that was not sent: %v", err)
	}
}

func TestFiftyRequestsShareARenewal(t *testing.T) {
	t.Parallel()
	tokens := &purse{}
	hub := newHub(t, upstream(func(r *http.Request) (*http.Response, error) {
		if r.Header.Get("Authorization") == "Bearer t0" {
			return answer(401, "{}"), nil
		}
		return answer(200, `[{"id":1}]`), nil
	}))
	var group sync.WaitGroup
	for range 50 {
		group.Go(func() {
			if sites, err := hub.Client(tokens).Sites(t.Context(), SiteQuery{}); err != nil || len(sites) != 1 {
				t.Errorf("Sites = %v, %v", sites, err)
			}
		})
	}
	group.Wait()
	if tokens.renewals != 1 {
		t.Errorf("%d renewals, want 1", tokens.renewals)
	}
}

func TestNoTokenNoCall(t *testing.T) {
	t.Parallel()
	hub := statuses(200)
	c := newClient(t, hub)
	if _, err := c.send(t.Context(), &request{method: http.MethodGet, path: pathSites}, secret.Text{}); !errors.Is(err, ErrUnauthorized) || hub.count() != 0 {
		t.Errorf("send without a token: %v and %d requests, want ErrUnauthorized and none", err, hub.count())
	}
}

func TestRequestGoesToTheConfiguredOrigin(t *testing.T) {
	t.Parallel()
	hub := statuses(200)
	if _, err := newClient(t, hub).Sources(t.Context(), SourceQuery{Site: 7}); err != nil {
		t.Fatal(err)
	}
	u := hub.requests[0].URL
	if u.Scheme != "https" || u.Host != "hub.example" || u.Path != "/base/sources" || u.Query().Get("siteId") != "7" {
		t.Errorf("request to %s", u)
	}
	for name, want := range map[string]string{"Accept": "application/json", "X-Total-Count": "true", "User-Agent": "portico", "Content-Type": ""} {
		if got := hub.requests[0].Header.Get(name); got != want {
			t.Errorf("%s: %q, want %q", name, got, want)
		}
	}
}

// tracked is a body that says whether it was closed.
type tracked struct {
	io.Reader
	closed atomic.Bool
}

func (b *tracked) Close() error { b.closed.Store(true); return nil }

// A body that stays open keeps its connection.
func TestBodiesAreClosed(t *testing.T) {
	t.Parallel()
	for _, status := range []int{200, 204, 401, 404, 500} {
		var bodies []*tracked
		c := newClient(t, upstream(func(*http.Request) (*http.Response, error) {
			r := answer(status, "")
			bodies = append(bodies, &tracked{Reader: strings.NewReader(`[{"id":1}]`)})
			r.Body = bodies[len(bodies)-1]
			return r, nil
		}))
		_, _ = c.Sites(t.Context(), SiteQuery{})
		for n, b := range bodies {
			if !b.closed.Load() {
				t.Errorf("%d: answer %d of %d was not closed", status, n+1, len(bodies))
			}
		}
	}
}

func TestRedirectIsAnError(t *testing.T) {
	t.Parallel()
	for _, status := range []int{301, 302, 303, 307, 308} {
		hub := &script{answers: []func() (*http.Response, error){func() (*http.Response, error) {
			return answer(status, "", "Location", "https://other.example/"), nil
		}}}
		_, err := newClient(t, hub).Sites(t.Context(), SiteQuery{})
		if e, ok := errors.AsType[*StatusError](err); !ok || e.Status != status || hub.count() != 1 {
			t.Errorf("redirect %d: %v after %d requests, want a StatusError after one", status, err, hub.count())
		}
	}
}

// stuck is a body that gives nothing until it is closed.
type stuck struct {
	once   sync.Once
	closed chan struct{}
}

func (s *stuck) Read([]byte) (int, error) { <-s.closed; return 0, io.ErrUnexpectedEOF }
func (s *stuck) Close() error             { s.once.Do(func() { close(s.closed) }); return nil }

func TestStuckBodyOf401CostsLittle(t *testing.T) {
	t.Parallel()
	body := &stuck{closed: make(chan struct{})}
	hub := &script{answers: []func() (*http.Response, error){
		func() (*http.Response, error) { r := answer(401, ""); r.Body = body; return r, nil },
		func() (*http.Response, error) { return answer(200, "[]"), nil },
	}}
	start := time.Now()
	_, err := newClient(t, hub).Sites(t.Context(), SiteQuery{})
	if took := time.Since(start); err != nil || took > 5*time.Second {
		t.Errorf("Sites: %v after %v", err, took)
	}
	select {
	case <-body.closed:
	default:
		t.Error("the body of the 401 was not closed")
	}
}

func TestNewRefuses(t *testing.T) {
	t.Parallel()
	for _, base := range []string{"", "hub.example", "http://hub.example", "ftp://hub.example", "https://u:hunter2@hub.example", "https://hub.example?x=1", "https://hub.example#f", "http://localhost.example", "https://", "http://10.0.0.1", "https://:443", "ftp://localhost:1", "https://hub.example/%zz"} {
		if _, err := New(Config{BaseURL: base}); err == nil || strings.Contains(err.Error(), "hunter2") {
			t.Errorf("New(%q) = %v, want an error without a password", base, err)
		}
	}
	for _, base := range []string{"https://hub.example", "https://hub.example:443/v1/", "http://localhost:1", "http://hub.localhost:1", "http://Hub.LocalHost.:1", "http://127.0.0.1:1", "http://[::1]:1"} {
		if _, err := New(Config{BaseURL: base}); err != nil {
			t.Errorf("New(%q): %v", base, err)
		}
	}
}
