package telemetry

import (
	"io"
	"net/http"
	"strconv"
	"strings"
	"sync"

	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/codes"
	"go.opentelemetry.io/otel/propagation"
	"go.opentelemetry.io/otel/trace"
)

// Peer is somebody that the portal sends requests to.
type Peer struct {
	Name      string // for the spans: data hub
	Propagate bool   // they are told which trace a request belongs to
}

// Wrap returns a function that puts spans around a transport, nil when there are no traces. otelhttp would write addresses with their queries into every span.
func (t *Traces) Wrap(p Peer) func(http.RoundTripper) http.RoundTripper {
	if t == nil {
		return nil
	}
	return func(next http.RoundTripper) http.RoundTripper { return &transport{t.tracer, p, next} }
}

type transport struct {
	tracer trace.Tracer
	peer   Peer
	next   http.RoundTripper
}

// RoundTrip implements [http.RoundTripper]. The span ends with the answer's body.
func (t *transport) RoundTrip(r *http.Request) (*http.Response, error) {
	path := template(r.URL.Path)
	ctx, span := t.tracer.Start(r.Context(), r.Method+" "+path, trace.WithSpanKind(trace.SpanKindClient), trace.WithAttributes(
		attribute.String("peer.service", t.peer.Name), attribute.String("http.request.method", r.Method), attribute.String("url.template", path), attribute.String("server.address", r.URL.Hostname())))
	r = r.Clone(ctx)
	if t.peer.Propagate {
		propagation.TraceContext{}.Inject(ctx, propagation.HeaderCarrier(r.Header))
	}
	resp, err := t.next.RoundTrip(r)
	if err != nil {
		span.SetStatus(codes.Error, "no answer")
		span.End()
		return nil, err
	}
	span.SetAttributes(attribute.Int("http.response.status_code", resp.StatusCode))
	if resp.StatusCode >= 400 {
		span.SetAttributes(attribute.String("error.type", strconv.Itoa(resp.StatusCode)))
		span.SetStatus(codes.Error, "")
	}
	resp.Body = &tracedBody{ReadCloser: resp.Body, end: sync.OnceFunc(func() { span.End() })}
	return resp, nil
}

type tracedBody struct {
	io.ReadCloser
	end func()
}

// Close implements [io.Closer].
func (b *tracedBody) Close() error {
	defer b.end()
	return b.ReadCloser.Close()
}

// template replaces the ids of a path, so that addresses of one kind have one name, which tells of nobody.
func template(path string) string {
	parts := strings.Split(path, "/")
	for i, part := range parts {
		if isID(part) {
			parts[i] = "{id}"
		}
	}
	return strings.Join(parts, "/")
}

// isID takes numbers for ids, and whatever is long and has digits in it; v1 and oauth2 are none.
func isID(part string) bool {
	const digits = "0123456789"
	return part != "" && strings.Trim(part, digits) == "" || len(part) > 8 && strings.ContainsAny(part, digits)
}
