//go:build !nodemo

package demo

import (
	"context"
	"errors"
	"log/slog"
	"net"
	"net/http"
	"strings"
	"time"

	"portico/internal/demo/fault"
)

// host serves one of the demo's servers. While its switch says that it is down, nobody listens: connections are refused, as they are when a program has ended.
type host struct {
	name    string
	address string // of the listener
	faults  *fault.Switch
	handler http.Handler
	log     *slog.Logger
	stop    context.CancelFunc
	ended   chan *http.Server // what is left to shut down when run has returned; nil while the server is down
}

// serve begins to serve a handler on l under a name.
func (d *Demo) serve(l net.Listener, name string, faults *fault.Switch, orders map[string]fault.Order, next http.Handler) {
	ctx, stop := context.WithCancel(context.Background())
	h := &host{name: name, address: l.Addr().String(), faults: faults, handler: onlyHost(name, d.control(faults, orders, next)), log: d.log, stop: stop, ended: make(chan *http.Server, 1)}
	d.hosts = append(d.hosts, h)
	go h.run(ctx, l)
}

// control lets programs of this machine switch faults, unless the demo is hosted: what comes through a proxy may be from anywhere.
func (d *Demo) control(faults *fault.Switch, orders map[string]fault.Order, next http.Handler) http.Handler {
	if d.Hosted {
		return next
	}
	return fault.Control(faults, orders, next)
}

// run serves until ctx ends, and not while the server is down.
func (h *host) run(ctx context.Context, l net.Listener) {
	var s *http.Server
	for l != nil {
		s = &http.Server{Handler: h.handler, ReadHeaderTimeout: 10 * time.Second, IdleTimeout: 2 * time.Minute, MaxHeaderBytes: 32 << 10, ErrorLog: slog.NewLogLogger(h.log.Handler(), slog.LevelDebug)}
		go func(s *http.Server, l net.Listener) {
			if err := s.Serve(l); err != nil && !errors.Is(err, http.ErrServerClosed) {
				h.log.Error("demo server ended", "host", h.name, "error", err)
			}
		}(s, l)
		if !h.await(ctx, true) {
			break
		}
		h.log.Warn("demo server goes down", "host", h.name)
		_ = s.Close()
		s, l = nil, nil
		if h.await(ctx, false) {
			l = h.listen(ctx)
		}
	}
	h.ended <- s
}

// await waits until the server is to be down, or up again, and returns false when ctx has ended.
func (h *host) await(ctx context.Context, down bool) bool {
	for {
		is, until, changed := h.faults.Down()
		if is == down {
			return true
		}
		if !pause(ctx, until, changed) {
			return false
		}
	}
}

// pause waits for a time, if there is one, or a change, and returns false when ctx has ended.
func pause(ctx context.Context, until time.Time, changed <-chan struct{}) bool {
	var at <-chan time.Time
	if !until.IsZero() {
		timer := time.NewTimer(time.Until(until))
		defer timer.Stop()
		at = timer.C
	}
	select {
	case <-at:
	case <-changed:
	case <-ctx.Done():
		return false
	}
	return true
}

// listen takes the address again. Somebody may have it for a moment: a connection that goes out from this machine takes any free port.
func (h *host) listen(ctx context.Context) net.Listener {
	for {
		l, err := new(net.ListenConfig).Listen(ctx, "tcp", h.address)
		if err == nil {
			h.log.Info("demo server is back", "host", h.name)
			return l
		}
		if !pause(ctx, time.Now().Add(100*time.Millisecond), nil) {
			return nil
		}
	}
}

// close ends the server: what it is doing may finish until ctx ends, and is cut off then.
func (h *host) close(ctx context.Context) {
	h.stop()
	if s := <-h.ended; s != nil && s.Shutdown(ctx) != nil {
		_ = s.Close()
	}
}

// onlyHost keeps the origins apart: each answers under its own name, and under its address for scripts.
func onlyHost(host string, next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		name, _, err := net.SplitHostPort(r.Host)
		if err != nil {
			name = r.Host
		}
		if ip := net.ParseIP(name); !strings.EqualFold(name, host) && (ip == nil || !ip.IsLoopback()) {
			http.Error(w, "This server answers as "+host+".", http.StatusMisdirectedRequest)
			return
		}
		next.ServeHTTP(w, r)
	})
}
