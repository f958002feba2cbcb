package hub

import (
	"bytes"
	"compress/gzip"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	"portico/internal/demo/energy"
	"portico/internal/demo/fault"
)

var (
	world = energy.New(42) // safe for concurrent use, never changed
	now   = time.Date(2026, 11, 22, 12, 0, 0, 0, time.UTC)
)

// check knows a few tokens.
func check(token string) (subject string, account int64, scopes []string, ok bool) {
	switch token {
	case "good":
		return "ann", 101, []string{"openid", "datahub-api"}, true
	case "old-era":
		return "ann", 101, []string{"opisense-api"}, true
	case "other":
		return "bob", 102, []string{"datahub-api"}, true
	case "nowhere":
		return "eve", 999, []string{"datahub-api"}, true
	case "narrow":
		return "ann", 101, []string{"openid"}, true
	case "pusher":
		return "ann", 101, []string{"openid", "push-data"}, true
	}
	return "", 0, nil, false
}

func newHub(c Config) *Hub {
	c.World, c.Check = world, check
	if c.Now == nil {
		c.Now = func() time.Time { return now }
	}
	return New(c)
}

// ask sends a request with the good token, unless the header says otherwise: pairs of names and values.
func ask(t *testing.T, h http.Handler, method, target, body string, header ...string) *httptest.ResponseRecorder {
	t.Helper()
	r := httptest.NewRequestWithContext(t.Context(), method, target, strings.NewReader(body))
	r.Header.Set("Authorization", "Bearer good")
	for i := 0; i+1 < len(header); i += 2 {
		r.Header.Set(header[i], header[i+1])
	}
	w := httptest.NewRecorder()
	h.ServeHTTP(w, r)
	return w
}

// get returns the decoded answer of a GET that must succeed.
func get[T any](t *testing.T, h http.Handler, target string, header ...string) T {
	t.Helper()
	w := ask(t, h, "GET", target, "", header...)
	if w.Code != http.StatusOK {
		t.Fatalf("GET %s = %d %s, want 200", target, w.Code, w.Body)
	}
	return decode[T](t, w)
}

func decode[T any](t *testing.T, w *httptest.ResponseRecorder) (v T) {
	t.Helper()
	if got := w.Header().Get("Content-Type"); got != "application/json; charset=utf-8" {
		t.Errorf("Content-Type = %q", got)
	}
	if err := json.Unmarshal(w.Body.Bytes(), &v); err != nil {
		t.Fatalf("decoding %.200s: %v", w.Body, err)
	}
	return v
}

func TestAuthorization(t *testing.T) {
	t.Parallel()
	h := newHub(Config{})
	for _, tt := range []struct {
		name, header string
		want         int
	}{
		{"good", "Bearer good", 200},
		{"scheme in any case", "bEARER good", 200},
		{"scope of the old era", "Bearer old-era", 200},
		{"missing", "", 401},
		{"without a scheme", "good", 401},
		{"another scheme", "Basic good", 401},
		{"empty token", "Bearer ", 401},
		{"expired, revoked or foreign", "Bearer stale", 401},
		{"without the scope", "Bearer narrow", 403},
	} {
		t.Run(tt.name, func(t *testing.T) {
			w := ask(t, h, "GET", "/account", "", "Authorization", tt.header)
			if w.Code != tt.want {
				t.Fatalf("status %d, want %d", w.Code, tt.want)
			}
			if got := w.Header().Get("WWW-Authenticate"); (got == "Bearer") != (tt.want == 401) {
				t.Errorf("WWW-Authenticate = %q", got)
			}
			if body := decode[map[string]any](t, w); tt.want != 200 && body["message"] == "" {
				t.Errorf("body %v, want a message", body)
			}
		})
	}
}

func TestRouting(t *testing.T) {
	t.Parallel()
	h := newHub(Config{})
	for _, tt := range []struct {
		method, target string
		want           int
		allow          string
	}{
		{"GET", "/sites", 200, ""},
		{"GET", "/sites/", 200, ""},
		{"GET", "//sites?", 200, ""},
		{"GET", "/Sites", 200, ""},
		{"GET", "/variableTypes", 200, ""},
		{"GET", "//sources/6044811/variables//10101", 200, ""},
		{"GET", "/./sites/../sites", 200, ""},
		{"HEAD", "/sites", 200, ""},
		{"HEAD", "/data?variableId=10101", 200, ""},
		{"GET", "/", 404, ""},
		{"GET", "/nothing", 404, ""},
		{"POST", "/nothing", 404, ""},
		{"GET", "/variables/10101/edges", 404, ""},
		{"DELETE", "/sites", 405, "GET, HEAD, POST"},
		{"PUT", "/data", 405, "GET, HEAD, POST, DELETE"},
		{"GET", "/sites?ids=%zz", 400, ""},
		{"GET", "/sites?ids=" + strings.Repeat("1", 17<<10), 414, ""},
	} {
		w := ask(t, h, tt.method, tt.target, "")
		if w.Code != tt.want || w.Header().Get("Allow") != tt.allow {
			t.Errorf("%s %.60s = %d with Allow %q, want %d with %q", tt.method, tt.target, w.Code, w.Header().Get("Allow"), tt.want, tt.allow)
		}
		if tt.want >= 400 && decode[map[string]any](t, w)["message"] == "" {
			t.Errorf("%s %.60s has no message: %s", tt.method, tt.target, w.Body)
		}
	}
}

func TestCalls(t *testing.T) {
	t.Parallel()
	h := newHub(Config{})
	ask(t, h, "GET", "/sites/204481", "")
	ask(t, h, "GET", "/SITES/1/", "")
	ask(t, h, "GET", "/account", "", "Authorization", "")
	calls := h.Calls()
	if calls["GET /sites/{id}"] != 2 || calls["GET /account"] != 1 || len(calls) != 2 {
		t.Errorf("Calls() = %v", calls)
	}
}

func TestFaults(t *testing.T) {
	t.Parallel()
	h := newHub(Config{Fault: func(r *http.Request) fault.Fault {
		switch r.URL.Path {
		case "/account":
			return fault.Fault{Status: 429, RetryAfter: 1500 * time.Millisecond}
		case "/user/info":
			return fault.Fault{Status: 401}
		}
		return fault.Fault{}
	}})
	w := ask(t, h, "GET", "/account", "")
	if w.Code != 429 || w.Header().Get("Retry-After") != "2" || decode[map[string]any](t, w)["message"] != "Too Many Requests" {
		t.Errorf("429 with Retry-After %q and %s", w.Header().Get("Retry-After"), w.Body)
	}
	if w := ask(t, h, "GET", "/user/info", ""); w.Code != 401 || w.Header().Get("WWW-Authenticate") != "Bearer" {
		t.Errorf("%d with %v", w.Code, w.Header())
	}
	if w := ask(t, h, "GET", "/sites", ""); w.Code != 200 {
		t.Errorf("without a fault: %d", w.Code)
	}
}

// TestTruncated reads an answer whose connection is cut.
func TestTruncated(t *testing.T) {
	t.Parallel()
	h := newHub(Config{Fault: func(*http.Request) fault.Fault { return fault.Fault{Truncate: 1000} }})
	s := httptest.NewServer(h)
	defer s.Close()
	for _, encoding := range []string{"identity", "gzip"} {
		r, err := http.NewRequestWithContext(t.Context(), "GET", s.URL+"/variables", nil)
		if err != nil {
			t.Fatal(err)
		}
		r.Header.Set("Authorization", "Bearer good")
		r.Header.Set("Accept-Encoding", encoding)
		resp, err := s.Client().Do(r)
		if err != nil {
			t.Fatal(err)
		}
		body, err := io.ReadAll(resp.Body)
		_ = resp.Body.Close()
		if resp.StatusCode != 200 || len(body) != 1000 || !errors.Is(err, io.ErrUnexpectedEOF) {
			t.Errorf("%s: %d with %d bytes and %v, want 200, 1000 bytes and a broken connection", encoding, resp.StatusCode, len(body), err)
		}
	}
}

func TestGzip(t *testing.T) {
	t.Parallel()
	h := newHub(Config{})
	const long, short = "/data?variableId=10101&from=2026-11-01", "/account"
	for _, tt := range []struct {
		target, accept string
		want           bool
	}{{long, "gzip", true}, {long, "br, GZIP;q=0.5", true}, {long, "", false}, {long, "gzip;q=0", false}, {long, "xgzip", false}, {short, "gzip", false}, {"/variables", "gzip", true}} {
		plain := ask(t, h, "GET", tt.target, "").Body.Bytes()
		w := ask(t, h, "GET", tt.target, "", "Accept-Encoding", tt.accept)
		if got := w.Header().Get("Content-Encoding") == "gzip"; got != tt.want || w.Header().Get("Vary") != "Accept-Encoding" {
			t.Errorf("%s with %q is compressed: %v, want %v", tt.target, tt.accept, got, tt.want)
			continue
		}
		body := w.Body.Bytes()
		if tt.want {
			z, err := gzip.NewReader(w.Body)
			if err != nil {
				t.Fatal(err)
			}
			if body, err = io.ReadAll(z); err != nil {
				t.Errorf("%s: %v", tt.target, err)
			}
		}
		if !bytes.Equal(body, plain) {
			t.Errorf("%s compressed differs from plain", tt.target)
		}
	}
}

// TestParallel is for the race detector: counters of meters are shared.
func TestParallel(t *testing.T) {
	t.Parallel()
	h := New(Config{World: energy.New(7), Check: check, Now: func() time.Time { return now }})
	var group sync.WaitGroup
	for i := range 8 {
		group.Go(func() {
			for _, target := range []string{"/sites", "/data?variableId=20202&from=2026-06-0%d&to=2026-06-10", "/data?sourceId=6044881&from=2026-11-21&itemsPerPage=%d"} {
				if strings.Contains(target, "%d") {
					target = fmt.Sprintf(target, i+1)
				}
				if w := ask(t, h, "GET", target, ""); w.Code != 200 {
					t.Errorf("GET %s = %d", target, w.Code)
				}
			}
		})
	}
	group.Wait()
	if n := h.Calls()["GET /data"]; n != 16 {
		t.Errorf("%d calls counted, want 16", n)
	}
}

func TestNewPanics(t *testing.T) {
	t.Parallel()
	defer func() {
		if recover() == nil {
			t.Error("New without a world did not panic")
		}
	}()
	New(Config{Check: check})
}
