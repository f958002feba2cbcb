package telemetry

import (
	"context"
	"net/http"
	"strconv"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/collectors"
	"github.com/prometheus/client_golang/prometheus/promhttp"
)

// Metrics counts and measures for Prometheus. It satisfies the observers that the other packages declare. No label comes from outside: names of
// routes, outcomes and reasons are ours, so that their number is bounded and none of them tells who somebody is.
type Metrics struct {
	registry *prometheus.Registry

	requests  *prometheus.HistogramVec
	signIns   *prometheus.CounterVec
	limited   *prometheus.CounterVec
	audited   *prometheus.CounterVec
	auditLost *prometheus.CounterVec
	ended     *prometheus.CounterVec
	refreshes *prometheus.HistogramVec
	waits     prometheus.Observer
	conflicts *prometheus.CounterVec
	refusing  prometheus.Gauge
	fetches   *prometheus.CounterVec
	skew      prometheus.Gauge
	store     *prometheus.HistogramVec
	outgoing  *prometheus.HistogramVec
	up        *prometheus.GaugeVec
	probes    *prometheus.GaugeVec
	storeDown *prometheus.CounterVec
	keyGone   *prometheus.CounterVec
}

var (
	fast = []float64{.0005, .001, .0025, .005, .01, .025, .05, .1, .25, .5, 1, 2.5}
	slow = []float64{.01, .025, .05, .1, .25, .5, 1, 2.5, 5, 10, 25, 40}
)

// NewMetrics returns metrics with the process's own among them; version stands in portico_build_info.
func NewMetrics(version string) *Metrics {
	m := &Metrics{registry: prometheus.NewRegistry()}
	m.registry.MustRegister(collectors.NewGoCollector(), collectors.NewProcessCollector(collectors.ProcessCollectorOpts{}))
	m.counter("portico_build_info", "The build that runs; always 1.", "version").WithLabelValues(version).Inc()
	m.requests = m.histogram("http_request_duration_seconds", "Time to answer requests, by route.", slow, "method", "route", "code")
	m.signIns = m.counter("portico_sign_ins_total", "Sign-ins that came back from the identity server, by outcome.", "outcome")
	m.limited = m.counter("portico_limits_hit_total", "Requests refused by a limit, by limit.", "limit")
	m.audited = m.counter("portico_audit_events_total", "Events of the audit log, by kind.", "kind")
	m.auditLost = m.counter("portico_audit_lost_total", "Events that are not in the audit log: dropped because the database took none, or sampled because strangers caused too many.", "why")
	m.ended = m.counter("portico_sessions_ended_total", "Sessions that ended, by reason.", "reason")
	m.refreshes = m.histogram("portico_token_refresh_duration_seconds", "Time that the identity server took for a refresh, by outcome. unknown: the token may have been used up.", slow, "outcome")
	m.waits = m.histogram("portico_token_refresh_wait_seconds", "Time that requests waited for a refresh; those whose access token is valid never do.", slow).WithLabelValues()
	m.conflicts = m.counter("portico_token_claims_total", "Claims to refresh, by verdict: newer and busy mean that somebody else was first.", "verdict")
	m.refusing = m.gauge("portico_provider_refuses_client", "1 while the identity server refuses the portal itself, so that no refresh is tried.")
	m.fetches = m.counter("portico_provider_fetches_total", "Documents fetched from the identity server, by document (metadata, keys) and result.", "document", "result")
	m.skew = m.gauge("portico_provider_clock_skew_seconds", "How far the identity server's clock is ahead of ours, by its last answer, to a second.")
	m.store = m.histogram("portico_store_duration_seconds", "Time that operations of the session store took.", fast, "operation")
	m.outgoing = m.histogram("portico_outgoing_request_duration_seconds", "Time until somebody else began to answer, by dependency and status; code none: there was no answer.", slow, "dependency", "code")
	m.up = m.gauges("portico_dependency_up", "1 while a dependency answers.", "dependency")
	m.probes = m.gauges("portico_dependency_probe_seconds", "Time that the last question to a dependency took.", "dependency")
	m.storeDown = m.counter("portico_store_failures_total", "Operations of the session store that failed because it is not available.", "operation")
	m.keyGone = m.counter("portico_sealing_key_missing_total", "Sessions that could not be opened because their key is not in the key file, by key.", "key")
	m.begin()
	return m
}

// begin makes the counts that alerts compare, because Prometheus sees no increase in a count that appears with its first event.
func (m *Metrics) begin() {
	m.signIns.WithLabelValues("ok")
	m.auditLost.WithLabelValues("dropped")
	m.storeDown.WithLabelValues("token_commit")
}

func (m *Metrics) counter(name, help string, labels ...string) *prometheus.CounterVec {
	c := prometheus.NewCounterVec(prometheus.CounterOpts{Name: name, Help: help}, labels)
	m.registry.MustRegister(c)
	return c
}

func (m *Metrics) histogram(name, help string, buckets []float64, labels ...string) *prometheus.HistogramVec {
	h := prometheus.NewHistogramVec(prometheus.HistogramOpts{Name: name, Help: help, Buckets: buckets}, labels)
	m.registry.MustRegister(h)
	return h
}

func (m *Metrics) gauges(name, help string, labels ...string) *prometheus.GaugeVec {
	g := prometheus.NewGaugeVec(prometheus.GaugeOpts{Name: name, Help: help}, labels)
	m.registry.MustRegister(g)
	return g
}

// Gauge adds a value that is read when somebody asks for it.
func (m *Metrics) Gauge(name, help string, value func() float64) {
	m.registry.MustRegister(prometheus.NewGaugeFunc(prometheus.GaugeOpts{Name: name, Help: help}, value))
}

// Counter adds a count that somebody else keeps.
func (m *Metrics) Counter(name, help string, value func() float64) {
	m.registry.MustRegister(prometheus.NewCounterFunc(prometheus.CounterOpts{Name: name, Help: help}, value))
}

func (m *Metrics) gauge(name, help string) prometheus.Gauge {
	g := prometheus.NewGauge(prometheus.GaugeOpts{Name: name, Help: help})
	m.registry.MustRegister(g)
	return g
}

// Handler serves the metrics in Prometheus' format.
func (m *Metrics) Handler() http.Handler {
	return promhttp.HandlerFor(m.registry, promhttp.HandlerOpts{Registry: m.registry})
}

// Request is told each answered request; route is the pattern that matched, never the path.
func (m *Metrics) Request(method, route string, status int, took time.Duration) {
	if route == "" {
		route = "none"
	}
	m.requests.WithLabelValues(knownMethod(method), route, strconv.Itoa(status)).Observe(took.Seconds())
}

// knownMethod keeps invented methods from becoming labels.
func knownMethod(method string) string {
	switch method {
	case http.MethodGet, http.MethodHead, http.MethodPost, http.MethodPut, http.MethodPatch, http.MethodDelete, http.MethodOptions:
		return method
	}
	return "other"
}

// SignIn is told how a sign-in ended: ok, or what was wrong with it.
func (m *Metrics) SignIn(outcome string) { m.signIns.WithLabelValues(outcome).Inc() }

// Limited is told each request that a limit refuses.
func (m *Metrics) Limited(name string) { m.limited.WithLabelValues(name).Inc() }

// Audited is told each event of the audit log.
func (m *Metrics) Audited(kind string) { m.audited.WithLabelValues(kind).Inc() }

// AuditLost is told of events that the audit log will not have.
func (m *Metrics) AuditLost(why string, n int) { m.auditLost.WithLabelValues(why).Add(float64(n)) }

// SessionsEnded is told when sessions ended.
func (m *Metrics) SessionsEnded(reason string, n int) {
	m.ended.WithLabelValues(reason).Add(float64(n))
}

// Refreshed is told how the identity server answered a refresh.
func (m *Metrics) Refreshed(outcome string, took time.Duration) {
	m.refreshes.WithLabelValues(outcome).Observe(took.Seconds())
}

// Waited is told how long a request waited for a refresh.
func (m *Metrics) Waited(took time.Duration) { m.waits.Observe(took.Seconds()) }

// Claimed is told the verdict of each claim.
func (m *Metrics) Claimed(verdict string) { m.conflicts.WithLabelValues(verdict).Inc() }

// ClientRefused is told when the identity server begins or ends to refuse the portal itself.
func (m *Metrics) ClientRefused(refused bool) {
	m.refusing.Set(0)
	if refused {
		m.refusing.Set(1)
	}
}

// Fetched is told each document that was fetched from the identity server.
func (m *Metrics) Fetched(document string, ok bool) {
	result := "ok"
	if !ok {
		result = "failed"
	}
	m.fetches.WithLabelValues(document, result).Inc()
}

// ClockSkew is told how far the identity server's clock is ahead.
func (m *Metrics) ClockSkew(ahead time.Duration) { m.skew.Set(ahead.Seconds()) }

// Probed is told each question to a dependency.
func (m *Metrics) Probed(dependency string, up bool, took time.Duration) {
	m.probes.WithLabelValues(dependency).Set(took.Seconds())
	m.up.WithLabelValues(dependency).Set(0)
	if up {
		m.up.WithLabelValues(dependency).Set(1)
	}
}

// Wrap measures what is sent through a transport to a dependency; trouble is called when there is no answer.
func (m *Metrics) Wrap(dependency string, next http.RoundTripper, trouble func()) http.RoundTripper {
	return roundTrip(func(r *http.Request) (*http.Response, error) {
		start, code := time.Now(), "none"
		resp, err := next.RoundTrip(r)
		if err == nil {
			code = strconv.Itoa(resp.StatusCode)
		} else if r.Context().Err() == nil {
			trouble()
		}
		m.outgoing.WithLabelValues(dependency, code).Observe(time.Since(start).Seconds())
		return resp, err
	})
}

type roundTrip func(*http.Request) (*http.Response, error)

// RoundTrip implements [http.RoundTripper].
func (f roundTrip) RoundTrip(r *http.Request) (*http.Response, error) { return f(r) }

// StoreCall is told each operation of the session store.
func (m *Metrics) StoreCall(_ context.Context, operation string, took time.Duration, failed bool) {
	m.store.WithLabelValues(operation).Observe(took.Seconds())
	if failed {
		m.storeDown.WithLabelValues(operation).Inc()
	}
}

// KeyMissing is told the key of a session that could not be opened; it comes from the store's records, which are ours.
func (m *Metrics) KeyMissing(id string) { m.keyGone.WithLabelValues(id).Inc() }
