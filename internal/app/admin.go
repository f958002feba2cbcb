package app

import (
	"context"
	"encoding/json"
	"errors"
	"net/http"
	"net/http/pprof"
	"net/netip"
	"net/url"
	"slices"
	"strings"
	"time"

	"portico/internal/config"
	"portico/internal/telemetry"
)

// admin is the operator's listener: metrics, profiles and readiness with reasons. It has no login, so it belongs on loopback or into a network of its own.
func (p *Portal) admin(address string, names []string, m *telemetry.Metrics) http.Handler {
	mux := http.NewServeMux()
	mux.Handle("GET /metrics", m.Handler())
	mux.HandleFunc("GET /readyz", p.readiness)
	mux.HandleFunc("GET /healthz", func(w http.ResponseWriter, _ *http.Request) { _, _ = w.Write([]byte("ok\n")) })
	mux.HandleFunc("GET /debug/pprof/", pprof.Index)
	mux.HandleFunc("GET /debug/pprof/cmdline", pprof.Cmdline)
	mux.HandleFunc("GET /debug/pprof/profile", pprof.Profile)
	mux.HandleFunc("GET /debug/pprof/symbol", pprof.Symbol)
	mux.HandleFunc("GET /debug/pprof/trace", pprof.Trace)
	return forOperators(append([]string{config.Host(address)}, names...), mux)
}

// forOperators keeps web pages away that lead their visitors' browsers here. Such a page can make a name of its own mean this address, and would then read what it likes, so that only
// addresses, localhost and the operator's own names are answered; and what a browser asks for on behalf of another site is not, whatever it could do with the answer.
func forOperators(names []string, next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		site := r.Header.Get("Sec-Fetch-Site")
		switch {
		case !operatorsName((&url.URL{Host: r.Host}).Hostname(), names):
			http.Error(w, "this name is none of the listener's; see --admin-hosts", http.StatusMisdirectedRequest)
		case site != "" && site != "same-origin" && site != "none":
			http.Error(w, "asked for by another site", http.StatusForbidden)
		default:
			next.ServeHTTP(w, r)
		}
	})
}

// operatorsName reports whether a host is none that somebody else's page could have. Who names none (HTTP/1.0) is no browser.
func operatorsName(host string, names []string) bool {
	host = strings.ToLower(strings.TrimSuffix(host, "."))
	if _, err := netip.ParseAddr(host); err == nil || host == "" || host == "localhost" || strings.HasSuffix(host, ".localhost") {
		return true
	}
	return slices.ContainsFunc(names, func(n string) bool { return strings.EqualFold(n, host) })
}

// dependency is what the portal needs and whether it is there.
type dependency struct {
	OK     bool       `json:"ok"`
	Known  bool       `json:"known"` // it was asked
	Since  *time.Time `json:"since,omitempty"`
	Asked  *time.Time `json:"asked,omitempty"`
	Took   float64    `json:"took"` // seconds
	Error  string     `json:"error,omitempty"`
	Detail string     `json:"detail,omitempty"` // what is wrong although it answers
}

// readiness names each dependency. Only the store decides: sessions with valid tokens go on without the identity server, and pages say themselves what the Data Hub does not give. It is
// asked now, as the public readiness does; what is told of the others is what the last question found.
func (p *Portal) readiness(w http.ResponseWriter, r *http.Request) {
	ctx, cancel := context.WithTimeout(r.Context(), 3*time.Second)
	defer cancel()
	down := p.sessions.Ping(ctx)
	answer := struct {
		Status       string                `json:"status"`
		Version      string                `json:"version"`
		Dependencies map[string]dependency `json:"dependencies"`
	}{"ready", Version(), map[string]dependency{}}
	for _, s := range p.health.All() {
		d := dependency{OK: s.Up, Known: s.Known, Took: s.Took.Seconds(), Error: s.Error, Detail: s.Detail}
		if s.Known {
			d.Since, d.Asked = &s.Since, &s.Asked
		}
		if s.Name == dependencyStore {
			d.OK, d.Known, d.Error = down == nil, true, errorText(down)
		}
		answer.Dependencies[s.Name] = d
	}
	status := http.StatusOK
	if down != nil {
		answer.Status, status = "unavailable", http.StatusServiceUnavailable
	}
	if p.server.Draining() {
		answer.Status, status = "draining", http.StatusServiceUnavailable
	}
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(status)
	_ = json.NewEncoder(w).Encode(answer)
}

// serveAdmin listens until ctx ends. Without an address there is nothing to do.
func (p *Portal) serveAdmin(ctx context.Context, address string, names []string, m *telemetry.Metrics) error {
	if address == "" || address == "off" {
		return nil
	}
	l, err := listen(ctx, adminListen, address)
	if err != nil {
		return err
	}
	s := &http.Server{Handler: p.admin(address, names, m), ReadHeaderTimeout: 10 * time.Second, IdleTimeout: 2 * time.Minute}
	p.log.InfoContext(ctx, "admin listener", "address", l.Addr().String())
	go func() {
		<-ctx.Done()
		_ = s.Close()
	}()
	go func() {
		if err := s.Serve(l); err != nil && !errors.Is(err, http.ErrServerClosed) {
			p.log.Error("admin listener ended", "error", err)
		}
	}()
	return nil
}
