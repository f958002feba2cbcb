package telemetry

import (
	"context"
	"errors"
	"io"
	"log/slog"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"runtime"
	"strings"
	"sync"
	"testing"
	"time"

	"portico/internal/testserver"

	collector "go.opentelemetry.io/proto/otlp/collector/trace/v1"
	spans "go.opentelemetry.io/proto/otlp/trace/v1"
	"google.golang.org/protobuf/proto"
)

// sink is a collector that keeps what it is sent.
type sink struct {
	mu   sync.Mutex
	list []*spans.Span
	text string
}

func (s *sink) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	body, _ := io.ReadAll(r.Body)
	var sent collector.ExportTraceServiceRequest
	if r.URL.Path != "/v1/traces" || proto.Unmarshal(body, &sent) != nil {
		w.WriteHeader(http.StatusBadRequest)
		return
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.text += sent.String()
	for _, resource := range sent.GetResourceSpans() {
		for _, scope := range resource.GetScopeSpans() {
			s.list = append(s.list, scope.GetSpans()...)
		}
	}
}

func (s *sink) named(t *testing.T, name string) *spans.Span {
	t.Helper()
	for _, span := range s.list {
		if span.GetName() == name {
			return span
		}
	}
	t.Fatalf("no span %q in %s", name, s.text)
	return nil
}

func newTraces(t *testing.T, endpoint string, log io.Writer) *Traces {
	t.Helper()
	t.Setenv("OTEL_EXPORTER_OTLP_ENDPOINT", endpoint)
	tr, err := NewTraces(t.Context(), os.Getenv, "v1", slog.New(slog.NewTextHandler(log, nil)))
	if err != nil || tr == nil {
		t.Fatalf("NewTraces = %v, %v", tr, err)
	}
	return tr
}

func TestTraces(t *testing.T) {
	s := &sink{}
	server := httptest.NewServer(s)
	defer server.Close()
	var told []string
	peer := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		told = append(told, r.Header.Get("Traceparent"), r.Header.Get("Baggage"))
		w.WriteHeader(http.StatusTeapot)
	}))
	defer peer.Close()
	tr := newTraces(t, server.URL, io.Discard)
	ctx, parent := tr.Tracer().Start(t.Context(), "parent")
	for _, p := range []Peer{{Name: "data hub", Propagate: true}, {Name: "identity server"}} {
		r, err := http.NewRequestWithContext(ctx, http.MethodGet, peer.URL+"/sites/204486/"+strings.ReplaceAll(p.Name, " ", "-")+"?q=needle&code=canary", strings.NewReader("body-canary"))
		if err != nil {
			t.Fatal(err)
		}
		r.Header.Set("Authorization", "Bearer header-canary")
		resp, err := (&http.Client{Transport: tr.Wrap(p)(http.DefaultTransport)}).Do(r)
		if err != nil {
			t.Fatal(err)
		}
		_ = resp.Body.Close()
	}
	tr.StoreCall(ctx, "session_load", 3*time.Millisecond, true)
	tr.StoreCall(t.Context(), "sweep", time.Millisecond, false) // nobody's request
	_, done := tr.Flight(ctx)
	done(errors.New("canary of an error"))
	parent.End()
	if err := tr.Close(t.Context()); err != nil {
		t.Fatal(err)
	}
	if len(told) != 4 || !strings.Contains(told[0], parent.SpanContext().TraceID().String()) || told[2] != "" || told[1]+told[3] != "" {
		t.Errorf("the peers were told %q", told)
	}
	hub, store, flight := s.named(t, "GET /sites/{id}/data-hub"), s.named(t, "store session_load"), s.named(t, "token refresh")
	id := parent.SpanContext().SpanID()
	if string(hub.GetParentSpanId()) != string(id[:]) || string(store.GetParentSpanId()) != string(id[:]) || hub.GetStatus().GetCode() != spans.Status_STATUS_CODE_ERROR {
		t.Errorf("hub %v\nstore %v", hub, store)
	}
	if took := time.Duration(store.GetEndTimeUnixNano() - store.GetStartTimeUnixNano()); took != 3*time.Millisecond {
		t.Errorf("the store's span took %v", took)
	}
	if len(flight.GetParentSpanId()) != 0 || len(flight.GetLinks()) != 1 || string(flight.GetLinks()[0].GetSpanId()) != string(id[:]) {
		t.Errorf("flight %v", flight)
	}
	for _, canary := range []string{"canary", "needle", "204486", "sweep"} {
		if strings.Contains(s.text, canary) {
			t.Errorf("the spans tell %q", canary)
		}
	}
	if !strings.Contains(s.text, `"portico"`) {
		t.Error("the service has no name")
	}
}

// TestCollectorThatIsNotThere: refusing or silent, it costs no time and no memory.
func TestCollectorThatIsNotThere(t *testing.T) {
	silent, err := net.Listen("tcp", "127.0.0.1:0") // connections wait in the backlog for ever
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = silent.Close() }()
	for name, endpoint := range map[string]string{"refuses": "http://127.0.0.1:9", "silent": "http://" + silent.Addr().String()} {
		t.Run(name, func(t *testing.T) {
			var log testserver.Log
			tr := newTraces(t, endpoint, &log)
			var before, after runtime.MemStats
			runtime.GC()
			runtime.ReadMemStats(&before)
			start := time.Now()
			for range 50_000 {
				_, span := tr.Tracer().Start(t.Context(), "x")
				span.End()
			}
			took := time.Since(start)
			runtime.GC()
			runtime.ReadMemStats(&after)
			if each := took / 50_000; each > 200*time.Microsecond {
				t.Errorf("a span takes %v", each)
			}
			if grown := int64(after.HeapAlloc) - int64(before.HeapAlloc); grown > 16<<20 {
				t.Errorf("50000 spans hold %d bytes", grown)
			}
			start = time.Now()
			_ = tr.Close(t.Context())
			if took := time.Since(start); took > flushTime+time.Second {
				t.Errorf("Close took %v", took)
			}
			if n := strings.Count(log.String(), "traces not sent"); n > 1 {
				t.Errorf("%d complaints within a minute", n)
			}
		})
	}
}

func TestTracesAreOffUnlessAskedFor(t *testing.T) {
	t.Parallel()
	for name, tt := range map[string]struct {
		env  map[string]string
		want string // part of the error; "" for none
	}{
		"nothing":   {nil, ""},
		"none":      {map[string]string{"OTEL_TRACES_EXPORTER": "none", "OTEL_EXPORTER_OTLP_ENDPOINT": "http://127.0.0.1:9"}, ""},
		"disabled":  {map[string]string{"OTEL_SDK_DISABLED": "true", "OTEL_EXPORTER_OTLP_ENDPOINT": "http://127.0.0.1:9"}, ""},
		"grpc":      {map[string]string{"OTEL_EXPORTER_OTLP_PROTOCOL": "grpc", "OTEL_EXPORTER_OTLP_ENDPOINT": "http://127.0.0.1:9"}, "http/protobuf"},
		"zipkin":    {map[string]string{"OTEL_TRACES_EXPORTER": "zipkin"}, "neither otlp nor none"},
		"no scheme": {map[string]string{"OTEL_EXPORTER_OTLP_ENDPOINT": "collector:4318"}, "OTEL_EXPORTER_OTLP_ENDPOINT: not a URL"},
		"no host":   {map[string]string{"OTEL_EXPORTER_OTLP_TRACES_ENDPOINT": "http:///v1/traces"}, "OTEL_EXPORTER_OTLP_TRACES_ENDPOINT: not a URL"},
		"sampler":   {map[string]string{"OTEL_TRACES_SAMPLER": "sometimes", "OTEL_TRACES_EXPORTER": "otlp"}, `"sometimes" is not one of always_on`},
		"share":     {map[string]string{"OTEL_TRACES_SAMPLER": "ParentBased_TraceIDRatio ", "OTEL_TRACES_SAMPLER_ARG": "10%", "OTEL_EXPORTER_OTLP_ENDPOINT": "http://127.0.0.1:9"}, `"10%" is not a share`},
		"nobody's":  {map[string]string{"OTEL_TRACES_SAMPLER": "sometimes", "OTEL_TRACES_SAMPLER_ARG": "10%"}, ""},
		"not now":   {map[string]string{"OTEL_SDK_DISABLED": "true", "OTEL_TRACES_SAMPLER": "sometimes", "OTEL_EXPORTER_OTLP_ENDPOINT": "collector:4318"}, ""},
		"two at it": {map[string]string{"OTEL_TRACES_EXPORTER": "zipkin", "OTEL_EXPORTER_OTLP_TRACES_PROTOCOL": "http/json"}, "http/json"},
	} {
		tr, err := NewTraces(t.Context(), func(n string) string { return tt.env[n] }, "v1", slog.New(slog.DiscardHandler))
		if tr != nil || (err != nil) != (tt.want != "") || err != nil && !strings.Contains(err.Error(), tt.want) {
			t.Errorf("%s: NewTraces = %v, %v, want an error with %q", name, tr, err, tt.want)
		}
	}
	for name, share := range map[string]string{" Always_On ": "", "TraceIDRatio": " 0.5 ", "": "10%"} {
		if err := checkSampler(name, share); err != nil {
			t.Errorf("checkSampler(%q, %q) = %v; the library takes it", name, share, err)
		}
	}
	var none *Traces
	none.StoreCall(t.Context(), "x", 0, false)
	ctx, done := none.Flight(t.Context())
	done(nil)
	if ctx != t.Context() && context.Cause(ctx) != nil || none.Wrap(Peer{}) != nil || none.Tracer() != nil || none.Close(ctx) != nil {
		t.Error("no traces do something")
	}
}
