package main

import (
	"encoding/json"
	"io"
	"net/http"
	"regexp"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"portico/internal/testserver"
)

func fetch(t *testing.T, address string) (int, string) {
	t.Helper()
	resp, err := http.Get(address)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = resp.Body.Close() }()
	b, _ := io.ReadAll(resp.Body)
	return resp.StatusCode, string(b)
}

// What an operator sees of a sign-in, a refresh, an outage and a sign-out; and nothing of who it was.
func TestOperatorsView(t *testing.T) {
	t.Parallel()
	d := deploy(t, 3*time.Second)
	admin := "127.0.0.1:" + testserver.FreePort(t)
	d.env = append(d.env, "PORTICO_ADMIN_LISTEN="+admin)
	portal := d.serve(t)
	p := newPerson(t, d.base)
	p.signIn("/sites", "viewer").want(t, http.StatusOK)
	time.Sleep(4 * time.Second)
	p.get("/sites/204481?q=needle").want(t, http.StatusOK)
	p.post("/auth/logout", nil).want(t, http.StatusSeeOther)
	p.get("/invented/path").want(t, http.StatusNotFound)

	refreshes := strconv.Itoa(d.identity.Refreshes()) // one, or more where a page took longer than an access token lives
	status, metrics := fetch(t, "http://"+admin+"/metrics")
	if status != http.StatusOK {
		t.Fatalf("/metrics: %d", status)
	}
	for _, want := range []string{
		`portico_sign_ins_total\{outcome="ok"\} 1`, `portico_token_refresh_duration_seconds_count\{outcome="ok"\} ` + refreshes + `$`, `portico_token_claims_total\{verdict="ok"\} ` + refreshes + `$`, `portico_token_refresh_wait_seconds_count [1-9]`,
		`portico_sessions_ended_total\{reason="logout"\} 1`, `portico_provider_fetches_total\{document="metadata",result="ok"\} [1-9]`, `portico_provider_fetches_total\{document="keys",result="ok"\} [1-9]`,
		`portico_provider_clock_skew_seconds -?[01]`, `portico_store_duration_seconds_count\{operation="session_load"\} [1-9]`, `http_request_duration_seconds_count\{code="200",method="GET",route="/sites/\{site\}"\} 1`,
		`http_request_duration_seconds_count\{code="404",method="GET",route="none"\} 1`, `portico_provider_refuses_client 0`, `go_goroutines `, `portico_build_info`,
	} {
		if !regexp.MustCompile(`(?m)^` + want).MatchString(metrics) {
			t.Errorf("/metrics lacks %s", want)
		}
	}
	for _, canary := range []string{"viewer", "204481", "needle", "invented", "portico_portico"} {
		if strings.Contains(metrics, canary) {
			t.Errorf("/metrics tells %q", canary)
		}
	}
	var ready struct {
		Status       string
		Dependencies map[string]struct {
			OK    bool
			Error string
		}
	}
	if status, body := fetch(t, "http://"+admin+"/readyz"); status != http.StatusOK || json.Unmarshal([]byte(body), &ready) != nil || len(ready.Dependencies) != 3 || !ready.Dependencies["store"].OK {
		t.Errorf("/readyz: %d %s", status, body)
	}
	if status, _ := fetch(t, "http://"+admin+"/debug/pprof/goroutine?debug=1"); status != http.StatusOK {
		t.Errorf("profiles: %d", status)
	}
	for _, path := range []string{"/metrics", "/debug/pprof/"} {
		if a := p.get(path); a.StatusCode != http.StatusNotFound {
			t.Errorf("%s on the public listener: %d", path, a.StatusCode)
		}
	}
	if err := portal.stop(syscall.SIGTERM); err != nil {
		t.Error(err)
	}
}
