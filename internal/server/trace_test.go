package server

import (
	"fmt"
	"net/http"
	"strings"
	"testing"

	sdktrace "go.opentelemetry.io/otel/sdk/trace"
	"go.opentelemetry.io/otel/sdk/trace/tracetest"
)

func TestSpansOfRequests(t *testing.T) {
	t.Parallel()
	b := newBench(t, "https://portal.example")
	recorder := tracetest.NewSpanRecorder()
	b.server.config.Tracer = sdktrace.NewTracerProvider(sdktrace.WithSpanProcessor(recorder)).Tracer("test")
	const foreign = "4bf92f3577b34da6a3ce929d0e0e4736"
	trace := []string{"Traceparent", "00-" + foreign + "-00f067aa0ba902b7-01", "Tracestate", "vendor=canary"}
	b.get("/sites/204486?q=needle", trace...).want(t, "a page", http.StatusOK)
	b.get("/needle", "User-Agent", "needle").want(t, "no page", http.StatusNotFound)
	b.ask("NEEDLE", "/sites", "").want(t, "no method", http.StatusMethodNotAllowed)
	b.get("/healthz").want(t, "a probe", http.StatusOK)
	b.server.proxies = proxies{httptestPeer}
	b.get("/sites", trace...).want(t, "by a listed proxy", http.StatusOK)
	var names []string
	for _, span := range recorder.Ended() {
		names = append(names, span.Name())
		if text := fmt.Sprint(span.Attributes(), span.Events(), span.Status()); strings.Contains(strings.ToLower(text), "needle") || strings.Contains(text, "alice") || strings.Contains(text, "204486") {
			t.Errorf("%s tells %s", span.Name(), text)
		}
		if known := span.SpanContext().TraceID().String() == foreign; known != (span.Name() == "GET /sites") {
			t.Errorf("%s is part of the foreign trace: %t", span.Name(), known)
		}
	}
	if got := strings.Join(names, ", "); got != "GET /sites/{site}, GET none, _OTHER none, GET /sites" {
		t.Errorf("spans %s", got)
	}
	if !strings.Contains(b.log.String(), `"trace_id":"`+foreign+`"`) {
		t.Error("the log does not name the trace")
	}
}
