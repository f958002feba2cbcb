// Package faultproxy stands between a program and a server that it needs. It passes TCP connections on and breaks them in explicit steps, for tests: it refuses, swallows, delays, resets,
// closes one half, and leads to another server.
package faultproxy

import (
	"errors"
	"net"
	"sync"
	"time"
)

// Proxy is such a proxy. Each step holds until the next one; Heal is the last. It is safe for concurrent use.
type Proxy struct {
	address string

	mu       sync.Mutex
	listener net.Listener // nil while connections are refused
	target   string
	step     step
	changed  chan struct{} // closed when step changes
	links    map[*link]bool
	closed   bool
}

// step is what happens to the bytes that pass.
type step struct {
	silent bool
	delay  time.Duration
	resets bool
	after  int64 // with resets: bytes of answers that pass before
}

// link is one connection on both sides.
type link struct {
	client, server *net.TCPConn
	passed         int64 // bytes of answers since the step began
}

// New listens on a free port of this machine and passes connections on to target, host:port.
func New(target string) (*Proxy, error) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return nil, err
	}
	p := &Proxy{address: l.Addr().String(), listener: l, target: target, changed: make(chan struct{}), links: map[*link]bool{}}
	go p.accept(l)
	return p, nil
}

// Address is where the proxy listens, host:port.
func (p *Proxy) Address() string { return p.address }

// Close ends the proxy and its connections.
func (p *Proxy) Close() error {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.closed = true
	p.set(step{})
	p.resetAll()
	return p.stopListening()
}

// Heal passes everything on again. What was swallowed arrives now, as after a partition.
func (p *Proxy) Heal() error {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.set(step{})
	return p.listen()
}

// Refuse resets all connections and refuses new ones, as a server that is down.
func (p *Proxy) Refuse() error {
	p.mu.Lock()
	defer p.mu.Unlock()
	err := p.stopListening()
	p.set(step{})
	p.resetAll()
	return err
}

// Blackhole lets nothing pass in either direction. Connections stay open and new ones are accepted.
func (p *Proxy) Blackhole() { p.begin(step{silent: true}) }

// Delay holds each piece that passes for d, in both directions.
func (p *Proxy) Delay(d time.Duration) { p.begin(step{delay: d}) }

// ResetAfter resets each connection when n more bytes of answers have passed: with 0, a request arrives and its answer is lost.
func (p *Proxy) ResetAfter(n int64) { p.begin(step{resets: true, after: n}) }

// HalfClose ends the answers' half of the connections that are open; what their clients still send arrives.
func (p *Proxy) HalfClose() {
	p.mu.Lock()
	defer p.mu.Unlock()
	for l := range p.links {
		_ = l.client.CloseWrite()
	}
}

// Swap resets all connections and leads new ones to another server, as a failover does.
func (p *Proxy) Swap(target string) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.target = target
	p.resetAll()
}

// Connections returns how many connections are open.
func (p *Proxy) Connections() int {
	p.mu.Lock()
	defer p.mu.Unlock()
	return len(p.links)
}

func (p *Proxy) begin(s step) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.set(s)
}

// set changes the step. The lock is held.
func (p *Proxy) set(s step) {
	p.step = s
	for l := range p.links {
		l.passed = 0
	}
	close(p.changed)
	p.changed = make(chan struct{})
}

// listen takes the port again. The lock is held.
func (p *Proxy) listen() error {
	if p.listener != nil || p.closed {
		return nil
	}
	l, err := net.Listen("tcp", p.address)
	if err != nil {
		return err
	}
	p.listener = l
	go p.accept(l)
	return nil
}

func (p *Proxy) stopListening() error {
	if p.listener == nil {
		return nil
	}
	err := p.listener.Close()
	p.listener = nil
	return err
}

// resetAll resets every connection. The lock is held.
func (p *Proxy) resetAll() {
	for l := range p.links {
		l.reset()
		delete(p.links, l)
	}
}

func (l *link) reset() {
	for _, c := range []*net.TCPConn{l.client, l.server} {
		_ = c.SetLinger(0) // a reset, not a farewell
		_ = c.Close()
	}
}

func (p *Proxy) accept(l net.Listener) {
	for {
		c, err := l.Accept()
		if errors.Is(err, net.ErrClosed) {
			return
		}
		if err == nil {
			go p.connect(c.(*net.TCPConn))
		}
	}
}

// connect makes the other half of a connection and passes bytes both ways.
func (p *Proxy) connect(client *net.TCPConn) {
	p.mu.Lock()
	target := p.target
	p.mu.Unlock()
	c, err := net.DialTimeout("tcp", target, 5*time.Second)
	if err != nil {
		_ = client.SetLinger(0)
		_ = client.Close()
		return
	}
	l := &link{client: client, server: c.(*net.TCPConn)}
	p.mu.Lock()
	if p.closed || p.listener == nil || p.target != target {
		l.reset()
	} else {
		p.links[l] = true
	}
	p.mu.Unlock()
	var both sync.WaitGroup
	both.Go(func() { p.pass(l, l.client, l.server, false) })
	both.Go(func() { p.pass(l, l.server, l.client, true) })
	both.Wait()
	p.mu.Lock()
	delete(p.links, l)
	p.mu.Unlock()
	_ = l.client.Close()
	_ = l.server.Close()
}
