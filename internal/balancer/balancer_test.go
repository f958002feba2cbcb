package balancer

import (
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync/atomic"
	"testing"
	"time"
)

// replica answers with its name and the host that was asked for.
func replica(t *testing.T, name string, ready *atomic.Bool) *httptest.Server {
	t.Helper()
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path == "/readyz" && !ready.Load() {
			w.WriteHeader(http.StatusServiceUnavailable)
			return
		}
		_, _ = io.WriteString(w, name+" "+r.Host)
	}))
	t.Cleanup(s.Close)
	return s
}

func TestBalancer(t *testing.T) {
	t.Parallel()
	b := New()
	t.Cleanup(b.Close)
	front := httptest.NewServer(b)
	t.Cleanup(front.Close)
	ask := func() (int, string) {
		t.Helper()
		resp, err := http.Get(front.URL)
		if err != nil {
			t.Fatal(err)
		}
		defer func() { _ = resp.Body.Close() }()
		body, _ := io.ReadAll(resp.Body)
		return resp.StatusCode, string(body)
	}
	count := func() map[string]int {
		t.Helper()
		answers := map[string]int{}
		for range 20 {
			status, body := ask()
			name, host, _ := strings.Cut(body, " ")
			if status != http.StatusOK || host != strings.TrimPrefix(front.URL, "http://") {
				t.Fatalf("%d %s", status, body)
			}
			answers[name]++
		}
		return answers
	}
	await := func(ready int) {
		t.Helper()
		for range 100 {
			if b.Ready() == ready {
				return
			}
			time.Sleep(20 * time.Millisecond)
		}
		t.Fatalf("%d are ready, want %d", b.Ready(), ready)
	}
	if status, _ := ask(); status != http.StatusBadGateway {
		t.Errorf("without a replica: %d", status)
	}
	var first, second atomic.Bool
	one, two := replica(t, "one", &first), replica(t, "two", &second)
	first.Store(true)
	b.Add(one.Listener.Addr().String())
	b.Add(two.Listener.Addr().String())
	await(1)
	if n := count(); n["one"] != 20 {
		t.Errorf("answers %v, want all of the one that is ready", n)
	}
	second.Store(true)
	await(2)
	if n := count(); n["one"] != 10 || n["two"] != 10 {
		t.Errorf("answers %v, want half of each", n)
	}
	_ = one.Listener.Close() // it dies
	one.CloseClientConnections()
	if n := count(); n["two"] != 20 {
		t.Errorf("answers %v after one has died", n)
	}
	b.Remove(two.Listener.Addr().String())
	await(0)
}

// A replica that takes no connection for a moment, because the machine is busy, is tried again.
func TestTriesAgain(t *testing.T) {
	t.Parallel()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	b := New()
	t.Cleanup(b.Close)
	address := l.Addr().String()
	b.targets = []*target{{address: address, ready: true, stop: func() {}}} // nobody asks it whether it is
	_ = l.Close()
	s := httptest.NewUnstartedServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusNoContent) }))
	t.Cleanup(s.Close)
	time.AfterFunc(roundPause/2, func() {
		if l, err := net.Listen("tcp", address); err == nil {
			_ = s.Listener.Close()
			s.Listener = l
			s.Start()
		}
	})
	w := httptest.NewRecorder()
	b.ServeHTTP(w, httptest.NewRequest(http.MethodGet, "http://portal.test/", nil))
	if w.Code != http.StatusNoContent {
		t.Errorf("status %d %s, want the replica's", w.Code, w.Body)
	}
}
