package faultproxy

import (
	"net"
	"time"
)

// pass moves bytes from one half of a connection to the other until it ends.
func (p *Proxy) pass(l *link, from, to *net.TCPConn, answers bool) {
	defer func() { _ = to.CloseWrite() }()
	b := make([]byte, 32<<10)
	for {
		n, err := from.Read(b)
		if n > 0 && !p.hand(l, to, b[:n], answers) || err != nil {
			return
		}
	}
}

// hand gives one piece on as the present step wants it, and reports whether the connection goes on.
func (p *Proxy) hand(l *link, to *net.TCPConn, piece []byte, answers bool) bool {
	s := p.await()
	time.Sleep(s.delay)
	if answers && s.resets {
		p.mu.Lock()
		left := s.after - l.passed
		l.passed += int64(len(piece))
		p.mu.Unlock()
		if left < int64(len(piece)) {
			_, _ = to.Write(piece[:max(left, 0)])
			l.reset()
			return false
		}
	}
	_, err := to.Write(piece)
	return err == nil
}

// await returns the present step as soon as it lets anything pass.
func (p *Proxy) await() step {
	for {
		p.mu.Lock()
		s, changed := p.step, p.changed
		p.mu.Unlock()
		if !s.silent {
			return s
		}
		<-changed
	}
}
