package main

import (
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"net/http/httputil"
	"net/url"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"portico/internal/demo/fault"
	"portico/internal/testserver"
)

// TestDependenciesComeAndGo: what an operator sees while the Data Hub and the identity server are away. The portal stays in rotation.
func TestDependenciesComeAndGo(t *testing.T) {
	t.Parallel()
	d := deploy(t, time.Minute)
	hub, err := url.Parse(d.value("DATAHUB_API_URL"))
	if err != nil {
		t.Fatal(err)
	}
	var away atomic.Bool
	proxy := httputil.NewSingleHostReverseProxy(hub)
	front := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if away.Load() {
			panic(http.ErrAbortHandler)
		}
		proxy.ServeHTTP(w, r)
	}))
	t.Cleanup(front.Close)
	admin := "127.0.0.1:" + testserver.FreePort(t)
	d.env = append(d.env, "DATAHUB_API_URL="+front.URL, "PORTICO_ADMIN_LISTEN="+admin, "PORTICO_MANAGER_ROLE=Manager")
	portal := d.serve(t)
	metric := func(line string) func() bool {
		return func() bool {
			_, metrics := fetch(t, "http://"+admin+"/metrics")
			return strings.Contains("\n"+metrics, "\n"+line+"\n")
		}
	}
	for _, name := range []string{"store", "identity server", "data hub"} {
		eventually(t, name+" is up", metric(`portico_dependency_up{dependency="`+name+`"} 1`))
	}
	p := newPerson(t, d.base)
	p.signIn("/sites", "operator").want(t, http.StatusOK)
	p.get("/admin/health").want(t, http.StatusOK, "Sign-in service", "answers")

	away.Store(true)
	p.get("/sites").want(t, http.StatusOK, "not current")
	p.get("/sources/6044861").want(t, http.StatusBadGateway)
	eventually(t, "the Data Hub is down", metric(`portico_dependency_up{dependency="data hub"} 0`))
	d.faults.Set(fault.Rule{Fault: fault.Fault{Cut: true}})
	newPerson(t, d.base).get("/auth/login").want(t, http.StatusServiceUnavailable)
	eventually(t, "the identity server is down", metric(`portico_dependency_up{dependency="identity server"} 0`))
	p.get("/admin/health").want(t, http.StatusOK, "does not answer", "no answer")
	status, body := fetch(t, "http://"+admin+"/readyz")
	var ready struct {
		Status       string
		Dependencies map[string]struct {
			OK, Known bool
			Since     time.Time
			Error     string
		}
	}
	if err := json.Unmarshal([]byte(body), &ready); err != nil || status != http.StatusOK || ready.Status != "ready" {
		t.Errorf("/readyz: %d %s", status, body)
	}
	for name, ok := range map[string]bool{"store": true, "identity server": false, "data hub": false} {
		if got := ready.Dependencies[name]; got.OK != ok || !got.Known || time.Since(got.Since) > time.Minute || (got.Error == "") != ok {
			t.Errorf("/readyz says of %s: %+v", name, got)
		}
	}
	if status, body := fetch(t, "http://127.0.0.1"+d.base[strings.LastIndex(d.base, ":"):]+"/readyz"); status != http.StatusOK || strings.Contains(body, "hub") {
		t.Errorf("the public readiness: %d %s", status, body)
	}

	away.Store(false)
	d.faults.Set()
	for _, name := range []string{"identity server", "data hub"} {
		eventually(t, name+" is back", metric(`portico_dependency_up{dependency="`+name+`"} 1`))
		for _, change := range []string{`"dependency is up"`, `"dependency is down"`, `"dependency is up again"`} {
			if n := portal.log.Await(1, change, `"dependency":"`+name+`"`); n != 1 {
				t.Errorf("%d lines say that %s of %s", n, change, name)
			}
		}
	}
	p.get("/sites").want(t, http.StatusOK)
	_, metrics := fetch(t, "http://"+admin+"/metrics")
	for _, want := range []string{`portico_outgoing_request_duration_seconds_count{code="none",dependency="data hub"} `, `portico_outgoing_request_duration_seconds_count{code="200",dependency="identity server"} `,
		"portico_requests_in_flight 0", "portico_data_hub_circuits_open ", `portico_dependency_probe_seconds{dependency="store"} `, `portico_audit_events_total{kind="sign-in"} 1`} {
		if !strings.Contains(metrics, want) {
			t.Errorf("/metrics lacks %s", want)
		}
	}
}
