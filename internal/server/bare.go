package server

import (
	"bytes"
	"errors"
	"net"
)

// Listener lets what net/http answers by itself, before any handler (400, 417, 431, 501, 505), carry the headers that every answer carries.
func (s *Server) Listener(l net.Listener) net.Listener {
	var b bytes.Buffer
	for _, h := range append(s.commonHeaders(), [2]string{"Content-Security-Policy", strictPolicy}, [2]string{"Referrer-Policy", "no-referrer"}, [2]string{"Cache-Control", "no-store"}) {
		b.WriteString(h[0] + ": " + h[1] + "\r\n")
	}
	return &listener{Listener: l, headers: b.Bytes()}
}

type listener struct {
	net.Listener
	headers []byte
}

// Accept implements [net.Listener].
func (l *listener) Accept() (net.Conn, error) {
	c, err := l.Listener.Accept()
	if err != nil {
		return nil, err
	}
	return &conn{Conn: c, headers: l.headers}, nil
}

// conn looks at the beginning of what is written at once: net/http writes its own answers whole.
type conn struct {
	net.Conn
	headers []byte
	first   piece
}

// Write implements [net.Conn]. The number of bytes that it returns does not count the headers that it adds.
func (c *conn) Write(b []byte) (int, error) {
	switch {
	case c.first.size > 0:
		return c.send(b)
	case c.first.keep(b):
		return len(b), nil
	case len(b) < 10 || b[9] < '4' || !bytes.HasPrefix(b, []byte("HTTP/1.")):
		return c.Conn.Write(b) // nearly always
	}
	head, _, whole := bytes.Cut(b, []byte("\r\n\r\n"))
	line := bytes.Index(head, []byte("\r\n"))
	if !whole || line < 0 || bytes.Contains(head, []byte("\r\nX-Content-Type-Options: ")) {
		return c.Conn.Write(b)
	}
	line += len("\r\n")
	n, err := c.Conn.Write(append(append(append(make([]byte, 0, len(b)+len(c.headers)), b[:line]...), c.headers...), b[line:]...))
	switch {
	case n >= line+len(c.headers):
		n -= len(c.headers)
	case n > line:
		n = line
	}
	return n, err
}

// CloseWrite lets net/http end its half of a connection first, so that a client that is still sending can read why it is refused.
func (c *conn) CloseWrite() error {
	if half, ok := c.Conn.(interface{ CloseWrite() error }); ok {
		return half.CloseWrite()
	}
	return errors.ErrUnsupported
}
