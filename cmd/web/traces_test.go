package main

import (
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	collector "go.opentelemetry.io/proto/otlp/collector/trace/v1"
	"google.golang.org/protobuf/proto"
)

// TestTraces follows a sign-in, a page and a refresh in what a collector is sent.
func TestTraces(t *testing.T) {
	t.Parallel()
	var mu sync.Mutex
	var sent strings.Builder
	names := map[string]int{}
	sink := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body)
		var traces collector.ExportTraceServiceRequest
		if err := proto.Unmarshal(body, &traces); err != nil {
			t.Error(err)
		}
		mu.Lock()
		defer mu.Unlock()
		sent.WriteString(traces.String())
		for _, resource := range traces.GetResourceSpans() {
			for _, scope := range resource.GetScopeSpans() {
				for _, span := range scope.GetSpans() {
					names[span.GetName()]++
				}
			}
		}
	}))
	t.Cleanup(sink.Close)
	d := deploy(t, 3*time.Second)
	d.env = append(d.env, "OTEL_EXPORTER_OTLP_ENDPOINT="+sink.URL, "OTEL_BSP_SCHEDULE_DELAY=100")
	portal := d.serve(t)
	p := newPerson(t, d.base)
	p.signIn("/sites?q=needle-canary", "viewer").want(t, http.StatusOK)
	time.Sleep(3500 * time.Millisecond)
	p.get("/sites/204481").want(t, http.StatusOK)
	if err := portal.stop(syscall.SIGTERM); err != nil {
		t.Error(err)
	}
	mu.Lock()
	defer mu.Unlock()
	for _, want := range []string{"GET /auth/login", "GET /auth/callback", "GET /sites", "GET /sites/{site}", "GET /data", "POST /connect/token", "token refresh", "store session_load", "store token_claim", "store token_commit"} {
		if names[want] == 0 {
			t.Errorf("no span %s among %v", want, names)
		}
	}
	for _, canary := range []string{"canary", "viewer", "Victor", "eyJ", "rt.", "204481", "Bearer", "portico.db"} {
		if strings.Contains(sent.String(), canary) {
			t.Errorf("the spans tell %q", canary)
		}
	}
	if !strings.Contains(portal.log.String(), `"trace_id":"`) {
		t.Error("no line of the log names its trace")
	}
}

// TestSilentCollector: a collector that takes connections and never answers holds nobody up, not even the end of the program.
func TestSilentCollector(t *testing.T) {
	t.Parallel()
	silent, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = silent.Close() })
	d := deploy(t, time.Minute)
	d.env = append(d.env, "OTEL_EXPORTER_OTLP_ENDPOINT=http://"+silent.Addr().String(), "OTEL_BSP_SCHEDULE_DELAY=10")
	portal := d.serve(t)
	p := newPerson(t, d.base)
	p.signIn("/sites", "viewer").want(t, http.StatusOK)
	start := time.Now()
	for range 50 {
		p.get("/auth/session").want(t, http.StatusOK)
	}
	if took := time.Since(start); took > 20*time.Second {
		t.Errorf("fifty pages took %v", took)
	}
	start = time.Now()
	if err := portal.stop(syscall.SIGTERM); err != nil || time.Since(start) > 9*time.Second {
		t.Errorf("the program ended after %v: %v", time.Since(start), err)
	}
}
