package server

import (
	"context"
	"net"
	"net/http"
	"sync"
)

type connKey struct{}

// withConn lets handlers reach the connection of their request.
func withConn(ctx context.Context, c net.Conn) context.Context {
	return context.WithValue(ctx, connKey{}, c)
}

// writeTogether writes an answer in one piece. net/http sends what its buffer of 4 KB takes by itself, and each piece costs a call of the kernel here and at the other end.
func writeTogether(w http.ResponseWriter, r *http.Request, status int, body []byte) {
	if c, ok := r.Context().Value(connKey{}).(*conn); ok {
		c.hold()
		defer c.release()
	}
	w.WriteHeader(status)
	_, _ = w.Write(body) // the browser went away: nobody is left to tell
}

// pieceSize is how much net/http buffers of an answer.
const pieceSize = 4 << 10

var pieces = sync.Pool{New: func() any { return new([pieceSize]byte) }}

// piece is the beginning of an answer that waits for the rest. The zero value holds nothing.
type piece struct {
	holds bool // the next write waits for the one behind it
	bytes *[pieceSize]byte
	size  int
	both  [2][]byte // what is written together
	rest  net.Buffers
}

// hold lets the next write wait. Only the handler whose answer it is may call it, and nothing else writes until it calls release.
func (c *conn) hold() { c.first.holds = true }

// release sends what still waits.
func (c *conn) release() {
	c.first.holds = false
	if c.first.size > 0 {
		_, _ = c.send(nil) // whoever writes next, or reads, hears that the connection is broken
	}
}

// keep takes b if it may wait.
func (p *piece) keep(b []byte) bool {
	if !p.holds || len(b) > pieceSize {
		return false
	}
	p.holds, p.bytes = false, pieces.Get().(*[pieceSize]byte)
	p.size = copy(p.bytes[:], b)
	return true
}

// send writes what waits, and b behind it. It returns how many bytes of b were written.
func (c *conn) send(b []byte) (int, error) {
	p := &c.first
	waited := p.size
	p.both = [2][]byte{p.bytes[:waited], b}
	if p.rest = p.both[:]; len(b) == 0 {
		p.rest = p.both[:1]
	}
	n, err := p.rest.WriteTo(c.Conn)
	pieces.Put(p.bytes)
	*p = piece{holds: p.holds}
	return max(int(n)-waited, 0), err
}
