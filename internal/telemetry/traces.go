package telemetry

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"sync/atomic"
	"time"

	"go.opentelemetry.io/otel"
	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/codes"
	"go.opentelemetry.io/otel/exporters/otlp/otlptrace/otlptracehttp"
	"go.opentelemetry.io/otel/sdk/resource"
	sdktrace "go.opentelemetry.io/otel/sdk/trace"
	"go.opentelemetry.io/otel/trace"
)

const (
	flushTime      = 2 * time.Second // for what is not sent when the program ends
	complaintEvery = time.Minute
)

// Traces makes spans and sends them to an OpenTelemetry collector in the background. What it cannot send is dropped: spans wait in a queue of fixed size, and nobody waits for it. Attributes are names
// of ours, numbers and templates of paths; no query, no text of a person's, no secret. A nil *Traces makes no spans and costs nothing.
type Traces struct {
	provider *sdktrace.TracerProvider
	tracer   trace.Tracer
}

// NewTraces reads the environment of OpenTelemetry (OTEL_…). It returns nil when no collector is named there, and an error for what this program cannot do.
func NewTraces(ctx context.Context, getenv func(string) string, version string, log *slog.Logger) (*Traces, error) {
	if err := supported(getenv); err != nil {
		return nil, err
	}
	if !wanted(getenv) {
		return nil, nil
	}
	exporter, err := otlptracehttp.New(ctx)
	if err != nil {
		return nil, fmt.Errorf("OTEL_EXPORTER_OTLP_ENDPOINT: %w", err)
	}
	about, err := resource.New(ctx, resource.WithAttributes(attribute.String("service.name", "portico"), attribute.String("service.version", version)), resource.WithHost(), resource.WithTelemetrySDK(), resource.WithFromEnv())
	if err != nil {
		return nil, fmt.Errorf("OTEL_RESOURCE_ATTRIBUTES: %w", err)
	}
	otel.SetErrorHandler(complaints(log)) // the library has one for the whole process
	t := &Traces{provider: sdktrace.NewTracerProvider(sdktrace.WithBatcher(exporter), sdktrace.WithResource(about))}
	t.tracer = t.provider.Tracer("portico", trace.WithInstrumentationVersion(version))
	return t, nil
}

// wanted reports whether the environment names a collector and nobody has switched traces off.
func wanted(getenv func(string) string) bool {
	if getenv("OTEL_SDK_DISABLED") == "true" || getenv("OTEL_TRACES_EXPORTER") == "none" {
		return false
	}
	return getenv("OTEL_EXPORTER_OTLP_ENDPOINT")+getenv("OTEL_EXPORTER_OTLP_TRACES_ENDPOINT") != "" || getenv("OTEL_TRACES_EXPORTER") == "otlp"
}

func supported(getenv func(string) string) error {
	var errs []error
	for _, name := range []string{"OTEL_EXPORTER_OTLP_PROTOCOL", "OTEL_EXPORTER_OTLP_TRACES_PROTOCOL"} {
		if v := getenv(name); v != "" && v != "http/protobuf" {
			errs = append(errs, fmt.Errorf("%s: %q is not built in; send http/protobuf, which collectors take on port 4318", name, v))
		}
	}
	if v := getenv("OTEL_TRACES_EXPORTER"); v != "" && v != "otlp" && v != "none" {
		errs = append(errs, fmt.Errorf("OTEL_TRACES_EXPORTER: %q is neither otlp nor none", v))
	}
	if wanted(getenv) {
		errs = append(errs, checkEndpoints(getenv), checkSampler(getenv("OTEL_TRACES_SAMPLER"), getenv("OTEL_TRACES_SAMPLER_ARG")))
	}
	return errors.Join(errs...)
}

func checkEndpoints(getenv func(string) string) error {
	var errs []error
	for _, name := range []string{"OTEL_EXPORTER_OTLP_ENDPOINT", "OTEL_EXPORTER_OTLP_TRACES_ENDPOINT"} {
		if u, err := url.Parse(getenv(name)); getenv(name) != "" && (err != nil || u.Host == "" || u.Scheme != "http" && u.Scheme != "https") {
			errs = append(errs, fmt.Errorf("%s: not a URL such as http://collector:4318", name)) // it may hold a password
		}
	}
	return errors.Join(errs...)
}

// samplers are those that the library knows; two of them want to know which share.
var samplers = []string{"", "always_on", "always_off", "traceidratio", "parentbased_always_on", "parentbased_always_off", "parentbased_traceidratio"}

// checkSampler refuses what the library would only complain about, and sample everything. It reads as the library does.
func checkSampler(name, share string) error {
	name, share = strings.ToLower(strings.TrimSpace(name)), strings.TrimSpace(share)
	if !slices.Contains(samplers, name) {
		return fmt.Errorf("OTEL_TRACES_SAMPLER: %.40q is not one of %s", name, strings.Join(samplers[1:], ", "))
	}
	if n, err := strconv.ParseFloat(share, 64); strings.HasSuffix(name, "traceidratio") && share != "" && (err != nil || !(n >= 0 && n <= 1)) {
		return fmt.Errorf("OTEL_TRACES_SAMPLER_ARG: %.40q is not a share from 0 to 1", share)
	}
	return nil
}

// complaints logs what the library has to say, once a minute at most.
func complaints(log *slog.Logger) otel.ErrorHandlerFunc {
	var last atomic.Int64
	return func(err error) {
		now, before := time.Now().UnixNano(), last.Load()
		if now-before >= int64(complaintEvery) && last.CompareAndSwap(before, now) {
			log.Warn("traces not sent", "error", err)
		}
	}
}

// Tracer returns the tracer for incoming requests, nil when there are no traces.
func (t *Traces) Tracer() trace.Tracer {
	if t == nil {
		return nil
	}
	return t.tracer
}

// Close sends what is left, for a short while.
func (t *Traces) Close(ctx context.Context) error {
	if t == nil {
		return nil
	}
	ctx, cancel := context.WithTimeout(ctx, flushTime)
	defer cancel()
	return t.provider.Shutdown(ctx)
}

// StoreCall makes the span of a store's operation that has just ended, as part of the request that asked for it.
func (t *Traces) StoreCall(ctx context.Context, operation string, took time.Duration, failed bool) {
	if t == nil || !trace.SpanFromContext(ctx).IsRecording() {
		return
	}
	now := time.Now()
	_, span := t.tracer.Start(ctx, "store "+operation, trace.WithSpanKind(trace.SpanKindClient), trace.WithTimestamp(now.Add(-took)))
	if failed {
		span.SetStatus(codes.Error, "not available")
	}
	span.End(trace.WithTimestamp(now))
}

// Flight begins the trace of a refresh. It goes on when the request that began it has ended, so it is one of its own, with a link to that request.
func (t *Traces) Flight(ctx context.Context) (context.Context, func(error)) {
	if t == nil {
		return ctx, func(error) {}
	}
	ctx, span := t.tracer.Start(ctx, "token refresh", trace.WithNewRoot(), trace.WithLinks(trace.LinkFromContext(ctx)))
	return ctx, func(err error) {
		if err != nil {
			span.SetStatus(codes.Error, "not refreshed")
		}
		span.End()
	}
}
