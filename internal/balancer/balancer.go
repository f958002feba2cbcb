// Package balancer is a round-robin HTTP proxy that asks each of its targets whether it is ready, as those in front of a real deployment do. Tests and the rolling restart use it.
package balancer

import (
	"context"
	"errors"
	"io"
	"net"
	"net/http"
	"net/http/httputil"
	"slices"
	"sync"
	"time"

	"portico/internal/pause"
)

const (
	checkEvery = 100 * time.Millisecond // a replica that is going away must go on answering for longer than this
	missesMost = 5                      // answers that may fail to come in time, in a row, from a replica that is only slow
	roundsMost = 3                      // tries of all replicas, when none takes a connection
	roundPause = 500 * time.Millisecond // between them
)

// Balancer is such a proxy; it is an http.Handler. It is safe for concurrent use.
type Balancer struct {
	proxy  *httputil.ReverseProxy
	pool   *http.Transport
	probes *http.Client

	mu      sync.Mutex
	targets []*target
	turn    int
}

type target struct {
	address string // host:port
	ready   bool
	misses  int // in a row
	stop    context.CancelFunc
}

// found notes how a target answered.
func (t *target) found(ready bool, err error) {
	if slow, ok := errors.AsType[net.Error](err); ok && slow.Timeout() {
		t.misses++
		t.ready = t.ready && t.misses < missesMost
		return
	}
	t.ready, t.misses = ready, 0
}

// New returns a balancer without targets.
func New() *Balancer {
	b := &Balancer{pool: &http.Transport{MaxIdleConnsPerHost: 256, IdleConnTimeout: 30 * time.Second, DialContext: (&net.Dialer{Timeout: 5 * time.Second}).DialContext}}
	b.probes = &http.Client{Timeout: time.Second, Transport: &http.Transport{DisableKeepAlives: true}}
	b.proxy = &httputil.ReverseProxy{Transport: transport{b}, Rewrite: rewrite, ErrorHandler: unreachable}
	return b
}

// rewrite keeps the host that the browser asked for.
func rewrite(r *httputil.ProxyRequest) {
	r.Out.URL.Scheme, r.Out.URL.Host, r.Out.Host = "http", "replica", r.In.Host
	r.SetXForwarded()
}

// unreachable answers for a replica that does not. Tests tell it by its status from what a replica says.
func unreachable(w http.ResponseWriter, _ *http.Request, err error) {
	http.Error(w, err.Error(), http.StatusBadGateway)
}

// ServeHTTP implements http.Handler.
func (b *Balancer) ServeHTTP(w http.ResponseWriter, r *http.Request) { b.proxy.ServeHTTP(w, r) }

// Add takes a target in. It gets requests as soon as it says that it is ready, and when it says so already, from now on.
func (b *Balancer) Add(address string) {
	ctx, stop := context.WithCancel(context.Background())
	t := &target{address: address, stop: stop}
	t.found(b.probe(ctx, address))
	b.mu.Lock()
	b.targets = append(b.targets, t)
	b.mu.Unlock()
	go b.watch(ctx, t)
}

// Remove takes a target out. Requests under way go on.
func (b *Balancer) Remove(address string) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.targets = slices.DeleteFunc(b.targets, func(t *target) bool {
		if t.address == address {
			t.stop()
		}
		return t.address == address
	})
}

// Ready returns how many targets are in the rotation.
func (b *Balancer) Ready() int {
	b.mu.Lock()
	defer b.mu.Unlock()
	n := 0
	for _, t := range b.targets {
		if t.ready {
			n++
		}
	}
	return n
}

// Close takes all targets out.
func (b *Balancer) Close() {
	b.mu.Lock()
	defer b.mu.Unlock()
	for _, t := range b.targets {
		t.stop()
	}
	b.targets = nil
	b.pool.CloseIdleConnections()
}

// watch asks a target again and again.
func (b *Balancer) watch(ctx context.Context, t *target) {
	tick := time.NewTicker(checkEvery)
	defer tick.Stop()
	for {
		ready, err := b.probe(ctx, t.address)
		b.mu.Lock()
		t.found(ready, err)
		b.mu.Unlock()
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
		}
	}
}

func (b *Balancer) probe(ctx context.Context, address string) (bool, error) {
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, "http://"+address+"/readyz", nil)
	if err != nil {
		return false, err
	}
	resp, err := b.probes.Do(req)
	if err != nil {
		return false, err
	}
	_, _ = io.Copy(io.Discard, resp.Body)
	_ = resp.Body.Close()
	return resp.StatusCode == http.StatusOK, nil
}

// next returns the next target that is ready and not among those that were tried.
func (b *Balancer) next(tried []string) (string, bool) {
	b.mu.Lock()
	defer b.mu.Unlock()
	for range b.targets {
		b.turn++
		if t := b.targets[b.turn%len(b.targets)]; t.ready && !slices.Contains(tried, t.address) {
			return t.address, true
		}
	}
	return "", false
}

// transport sends a request to the next target, and to another one when no connection could be made: then nothing was sent. When none of them takes it, it tries all again after a while, as balancers do.
type transport struct{ *Balancer }

func (t transport) RoundTrip(r *http.Request) (resp *http.Response, err error) {
	for round := range roundsMost {
		if round > 0 && !pause.For(r.Context(), roundPause) {
			return nil, err
		}
		if resp, err = t.round(r); !undialed(err) {
			return resp, err
		}
	}
	return nil, err
}

// round tries each target that is ready once.
func (t transport) round(r *http.Request) (*http.Response, error) {
	err := errors.New("no replica is ready")
	var tried []string
	for {
		address, ok := t.next(tried)
		if !ok {
			return nil, err
		}
		tried = append(tried, address)
		out := r.Clone(r.Context())
		out.URL.Host = address
		if r.ContentLength != 0 {
			out.Body = io.NopCloser(r.Body) // a dial that fails closes it
		}
		var resp *http.Response
		if resp, err = t.pool.RoundTrip(out); !undialed(err) {
			return resp, err
		}
	}
}

// undialed tells whether there was no connection.
func undialed(err error) bool {
	e, ok := errors.AsType[*net.OpError](err)
	return ok && e.Op == "dial"
}
