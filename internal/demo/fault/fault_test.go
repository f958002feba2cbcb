package fault

import (
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"
)

// served is a server with one fault whose handler counts effects.
func served(t *testing.T, f Fault) (url string, effects *atomic.Int32) {
	t.Helper()
	effects = &atomic.Int32{}
	h := Handler(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		effects.Add(1)
		_, _ = io.WriteString(w, strings.Repeat("x", 100))
	}), func(*http.Request) Fault { return f }, func(w http.ResponseWriter, _ *http.Request, status int) { w.WriteHeader(status) })
	s := httptest.NewServer(h)
	t.Cleanup(s.Close)
	return s.URL, effects
}

func TestFaults(t *testing.T) {
	t.Parallel()
	for name, tt := range map[string]struct {
		Fault
		status, effects int // status 0: no answer
		length          int
	}{
		"none":             {Fault{}, 200, 1, 100},
		"status":           {Fault{Status: 503, RetryAfter: 1500 * time.Millisecond}, 503, 0, 0},
		"status, effect":   {Fault{Status: 502, After: true}, 502, 1, 0},
		"cut":              {Fault{Cut: true}, 0, 0, 0},
		"cut, effect":      {Fault{Cut: true, After: true}, 0, 1, 0},
		"hang":             {Fault{Hang: true}, 0, 0, 0},
		"hang, effect":     {Fault{Hang: true, After: true}, 0, 1, 0},
		"truncated":        {Fault{Truncate: 10}, 200, 1, 10},
		"late, and status": {Fault{Delay: time.Millisecond, Status: 429}, 429, 0, 0},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			url, effects := served(t, tt.Fault)
			client := &http.Client{Timeout: 300 * time.Millisecond}
			resp, err := client.Post(url, "application/x-www-form-urlencoded", strings.NewReader("a=b"))
			if got := int(effects.Load()); got != tt.effects {
				t.Errorf("%d effects, want %d", got, tt.effects)
			}
			if tt.status == 0 {
				if err == nil {
					t.Errorf("status %d, want no answer", resp.StatusCode)
				}
				return
			}
			if err != nil {
				t.Fatal(err)
			}
			body, err := io.ReadAll(resp.Body)
			_ = resp.Body.Close()
			if resp.StatusCode != tt.status || len(body) != tt.length || errors.Is(err, io.ErrUnexpectedEOF) != (tt.Truncate > 0) {
				t.Errorf("status %d with %d bytes and %v, want %d with %d", resp.StatusCode, len(body), err, tt.status, tt.length)
			}
			if retry := resp.Header.Get("Retry-After"); tt.RetryAfter > 0 && retry != "2" {
				t.Errorf("Retry-After %q, want 2", retry)
			}
		})
	}
}

func TestDelay(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		for range 20 {
			began := time.Now()
			Fault{Delay: time.Second, Jitter: 40 * time.Millisecond}.wait(httptest.NewRequest("GET", "/", nil))
			if took := time.Since(began); took < 960*time.Millisecond || took > 1040*time.Millisecond {
				t.Errorf("waited %v, want 1 s ± 40 ms", took)
			}
		}
	})
}

func TestSwitch(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		token, other := httptest.NewRequest("POST", "/realms/x/token", nil), httptest.NewRequest("GET", "/keys", nil)
		var s Switch
		if f := s.Pick(token); f != (Fault{}) {
			t.Errorf("without rules: %+v", f)
		}
		s.Set(Rule{Fault: Fault{Delay: time.Second}}, Rule{Path: "/token", Count: 2, Fault: Fault{Status: 429}}, Rule{Path: "/token", For: time.Minute, Fault: Fault{Cut: true, Delay: time.Second}})
		for i, want := range []Fault{{Status: 429, Delay: 2 * time.Second}, {Status: 429, Delay: 2 * time.Second}, {Cut: true, Delay: 2 * time.Second}} {
			if f := s.Pick(token); f != want {
				t.Errorf("token request %d: %+v, want %+v", i, f, want)
			}
		}
		if f := s.Pick(other); f != (Fault{Delay: time.Second}) {
			t.Errorf("another path: %+v", f)
		}
		time.Sleep(time.Minute)
		if f := s.Pick(token); f != (Fault{Delay: time.Second}) {
			t.Errorf("when the rules are over: %+v", f)
		}
		if n := s.Struck(); n != 10 {
			t.Errorf("Struck() = %d, want 10", n)
		}
		s.Set(Rule{Share: 0.25, Fault: Fault{Cut: true}})
		for range 4000 {
			s.Pick(other)
		}
		if n := s.Struck(); n < 800 || n > 1200 {
			t.Errorf("a quarter of 4000 requests is %d", n)
		}
	})
}
