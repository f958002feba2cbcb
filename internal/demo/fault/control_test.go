package fault

import (
	"encoding/json"
	"errors"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"
)

// told asks a server with a switch and returns the status and what it said.
func told(t *testing.T, h http.Handler, method, path, body string, header ...string) (int, map[string]any) {
	t.Helper()
	r := httptest.NewRequest(method, "http://hub.localhost"+path, strings.NewReader(body))
	r.RemoteAddr = "127.0.0.1:4711"
	if body != "" {
		r.Header.Set("Content-Type", "application/json")
	}
	for i := 0; i < len(header); i += 2 {
		r.Header.Set(header[i], header[i+1])
	}
	w := httptest.NewRecorder()
	h.ServeHTTP(w, r)
	var m map[string]any
	_ = json.Unmarshal(w.Body.Bytes(), &m)
	return w.Code, m
}

func newControl(s *Switch, ordered *[]string) http.Handler {
	next := Handler(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusTeapot) }), s.Pick, func(w http.ResponseWriter, _ *http.Request, status int) { w.WriteHeader(status) })
	return Control(s, map[string]Order{
		"expire-tokens": func(w Whose) error { *ordered = append(*ordered, w.Subject); return nil },
		"rotate-keys":   func(Whose) error { return errors.New("no keys") },
	}, next)
}

func TestControl(t *testing.T) {
	t.Parallel()
	var s Switch
	var ordered []string
	h := newControl(&s, &ordered)
	if status, m := told(t, h, "POST", "/faults", `{"faults":["503:2","delay@delay:1ms@for:1m"],"clock":"-5m"}`); status != http.StatusOK || len(m["faults"].([]any)) != 2 || m["clock"] != "-5m" {
		t.Fatalf("POST: %d %v", status, m)
	}
	if s.Offset() != -5*time.Minute {
		t.Errorf("Offset() = %v, want -5m", s.Offset())
	}
	for i, want := range []int{503, 503, http.StatusTeapot} {
		if status, _ := told(t, h, "GET", "/sites", ""); status != want {
			t.Errorf("request %d: %d, want %d", i, status, want)
		}
	}
	status, m := told(t, h, "GET", "/faults", "")
	rest, _ := m["faults"].([]any)
	if status != http.StatusOK || len(rest) != 1 || m["struck"] != 5. {
		t.Fatalf("GET: %d %v", status, m)
	}
	if one := rest[0].(map[string]any); one["fault"] != "delay@delay:1ms@for:1m" || one["on"] != true || one["struck"] != 3. || one["until"] == nil {
		t.Errorf("what is left: %v", one)
	}
	if status, m := told(t, h, "DELETE", "/faults", ""); status != http.StatusOK || len(m["faults"].([]any)) != 0 || s.Offset() != 0 {
		t.Errorf("DELETE: %d %v, clock %v", status, m, s.Offset())
	}
	if status, _ := told(t, h, "POST", "/faults/expire-tokens", `{"subject":"olivia"}`); status != http.StatusNoContent || len(ordered) != 1 || ordered[0] != "olivia" {
		t.Errorf("an order: %d, %v", status, ordered)
	}
	if status, m := told(t, h, "POST", "/faults/rotate-keys", ""); status != http.StatusInternalServerError || m["message"] != "no keys" {
		t.Errorf("an order that fails: %d %v", status, m)
	}
	if status, _ := told(t, h, "GET", "/faults/expire-tokens", ""); status != http.StatusTeapot && status != http.StatusMethodNotAllowed {
		t.Errorf("an order by GET: %d", status)
	}
}

func TestControlRefuses(t *testing.T) {
	t.Parallel()
	var s Switch
	s.Set(Rule{Fault: Fault{Status: 429, RetryAfter: time.Second}})
	var ordered []string
	h := newControl(&s, &ordered)
	for name, tt := range map[string]struct {
		method, path, body string
		status             int
		header             []string
	}{
		"a mistake":                 {"POST", "/faults", `{"faults":["429","slow"]}`, 400, nil},
		"an unknown member":         {"POST", "/faults", `{"fault":"429"}`, 400, nil},
		"a clock that is far off":   {"POST", "/faults", `{"clock":"25h"}`, 400, nil},
		"a form":                    {"POST", "/faults", `faults=503`, 400, []string{"Content-Type", "application/x-www-form-urlencoded"}},
		"a form that looks like it": {"POST", "/faults", `{"faults":["503"]}`, 400, []string{"Content-Type", "text/plain"}},
		"a page of another origin":  {"POST", "/faults", `{"faults":["503"]}`, 403, []string{"Sec-Fetch-Site", "same-site", "Origin", "http://localhost:1"}},
		"an older browser":          {"DELETE", "/faults", ``, 403, []string{"Origin", "http://localhost:1"}},
		"reading from elsewhere":    {"GET", "/faults", ``, 403, []string{"Sec-Fetch-Site", "cross-site"}},
		"an order from elsewhere":   {"POST", "/faults/expire-tokens", ``, 403, []string{"Sec-Fetch-Site", "cross-site"}},
	} {
		if status, m := told(t, h, tt.method, tt.path, tt.body, tt.header...); status != tt.status || m["faults"] != nil {
			t.Errorf("%s: %d %v, want %d", name, status, m, tt.status)
		}
	}
	if list := s.Rules(); len(list) != 1 || list[0].Status != 429 || len(ordered) != 0 {
		t.Errorf("what was refused has changed something: %+v, %v", list, ordered)
	}
	r := httptest.NewRequest("DELETE", "http://hub.localhost/faults", nil)
	r.RemoteAddr = "192.0.2.7:1"
	w := httptest.NewRecorder()
	if h.ServeHTTP(w, r); w.Code != http.StatusForbidden {
		t.Errorf("another machine: %d, want 403", w.Code)
	}
}
