package server

import (
	"context"
	"log/slog"
	"net/http"
	"slices"
	"strconv"

	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/codes"
	"go.opentelemetry.io/otel/propagation"
	"go.opentelemetry.io/otel/trace"
)

var methods = []string{http.MethodGet, http.MethodHead, http.MethodPost, http.MethodPut, http.MethodPatch, http.MethodDelete, http.MethodOptions}

// startTrace begins the span of a request, but not of a probe's or of a static file's. A proxy that is listed may say which trace it belongs to; strangers may not.
func (s *Server) startTrace(ctx context.Context, r *http.Request) context.Context {
	if s.config.Tracer == nil || isProbe(r.URL.Path) || isStatic(r.URL.Path) {
		return ctx
	}
	if s.proxies.trust(peerAddress(r.RemoteAddr)) {
		ctx = propagation.TraceContext{}.Extract(ctx, propagation.HeaderCarrier(r.Header))
	}
	ctx, span := s.config.Tracer.Start(ctx, "request", trace.WithSpanKind(trace.SpanKindServer))
	if id := span.SpanContext().TraceID(); id.IsValid() {
		note(ctx, slog.String("trace_id", id.String()))
	}
	return ctx
}

// endTrace names the span by the route's pattern, which is known by now.
func endTrace(r *http.Request, e *event, status int) {
	span := trace.SpanFromContext(r.Context())
	if !span.IsRecording() {
		return
	}
	method, name := r.Method, route(r.Pattern)
	if !slices.Contains(methods, method) {
		method = "_OTHER"
	}
	if name == "" {
		name = "none"
	}
	span.SetName(method + " " + name)
	span.SetAttributes(attribute.String("http.request.method", method), attribute.String("http.route", name), attribute.Int("http.response.status_code", status), attribute.String("portico.request_id", e.ID))
	if status >= 500 {
		span.SetAttributes(attribute.String("error.type", strconv.Itoa(status)))
		span.SetStatus(codes.Error, "")
	}
	span.End()
}
