package app

import (
	"context"
	"encoding/json"
	"errors"
	"net"
	"net/http"
	"net/http/pprof"
	"time"

	"portico/internal/telemetry"
)

// admin is the operator's listener: metrics, profiles and readiness with reasons. It has no login, so it belongs on loopback or into a network of its own.
func (p *Portal) admin(m *telemetry.Metrics) http.Handler {
	mux := http.NewServeMux()
	mux.Handle("GET /metrics", m.Handler())
	mux.HandleFunc("GET /readyz", p.readiness)
	mux.HandleFunc("GET /healthz", func(w http.ResponseWriter, _ *http.Request) { _, _ = w.Write([]byte("ok\n")) })
	mux.HandleFunc("GET /debug/pprof/", pprof.Index)
	mux.HandleFunc("GET /debug/pprof/cmdline", pprof.Cmdline)
	mux.HandleFunc("GET /debug/pprof/profile", pprof.Profile)
	mux.HandleFunc("GET /debug/pprof/symbol", pprof.Symbol)
	mux.HandleFunc("GET /debug/pprof/trace", pprof.Trace)
	return mux
}

// dependency is what the portal needs and whether it is there.
type dependency struct {
	OK    bool    `json:"ok"`
	Error string  `json:"error,omitempty"`
	Took  float64 `json:"took"` // seconds
}

// readiness names each dependency. Only the store decides: sessions with valid tokens go on without the identity server, and pages say themselves what the Data Hub does not give.
func (p *Portal) readiness(w http.ResponseWriter, r *http.Request) {
	ctx, cancel := context.WithTimeout(r.Context(), 3*time.Second)
	defer cancel()
	ask := func(f func(context.Context) error) dependency {
		start := time.Now()
		err := f(ctx)
		d := dependency{OK: err == nil, Took: time.Since(start).Seconds()}
		if err != nil {
			d.Error = err.Error()
		}
		return d
	}
	answer := struct {
		Status       string                `json:"status"`
		Version      string                `json:"version"`
		Dependencies map[string]dependency `json:"dependencies"`
	}{"ready", Version(), map[string]dependency{"store": ask(p.sessions.Ping), "identity server": ask(p.rp.Ready), "data hub": ask(func(context.Context) error { return p.hub.Trouble() })}}
	status := http.StatusOK
	if !answer.Dependencies["store"].OK {
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
func (p *Portal) serveAdmin(ctx context.Context, address string, m *telemetry.Metrics) error {
	if address == "" || address == "off" {
		return nil
	}
	l, err := new(net.ListenConfig).Listen(ctx, "tcp", address)
	if err != nil {
		return errors.Join(errors.New("--admin-listen: choose another port, or off"), err)
	}
	s := &http.Server{Handler: p.admin(m), ReadHeaderTimeout: 10 * time.Second, IdleTimeout: 2 * time.Minute}
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
