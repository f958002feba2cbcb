package redis

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"net"
	"syscall"
	"time"
)

const dialTimeout = time.Second

// dialLoopback refuses to speak in the clear to another machine, also to one that a Sentinel or a Cluster names.
func dialLoopback(ctx context.Context, network, address string) (net.Conn, error) {
	d := &net.Dialer{Timeout: dialTimeout, KeepAlive: time.Minute, Control: func(_, address string, _ syscall.RawConn) error {
		host, _, err := net.SplitHostPort(address)
		if ip := net.ParseIP(host); err != nil || ip == nil || !ip.IsLoopback() {
			return fmt.Errorf("%s is not on this machine: TLS is required (rediss://)", address)
		}
		return nil
	}}
	return d.DialContext(ctx, network, address)
}

// dialTLS speaks TLS, and says so when the other side does not: a server without it takes the greeting for the beginning of a command, and waits for the rest.
func dialTLS(ctx context.Context, network, address string) (net.Conn, error) {
	host, _, err := net.SplitHostPort(address)
	if err != nil {
		return nil, err
	}
	plain, err := (&net.Dialer{Timeout: dialTimeout, KeepAlive: time.Minute}).DialContext(ctx, network, address)
	if err != nil {
		return nil, err
	}
	conn := tls.Client(plain, &tls.Config{MinVersion: tls.VersionTLS12, ServerName: host})
	ctx, cancel := context.WithTimeout(ctx, dialTimeout)
	defer cancel()
	if err := conn.HandshakeContext(ctx); err != nil {
		_ = plain.Close()
		return nil, withoutTLS(address, err)
	}
	return conn, nil
}

// withoutTLS says what to do about a handshake that got no answer, or one that is not TLS.
func withoutTLS(address string, err error) error {
	if _, other := errors.AsType[tls.RecordHeaderError](err); other || errors.Is(err, context.DeadlineExceeded) {
		return fmt.Errorf("%s does not answer in TLS: name the port that does (tls-port in the server's settings), or redis:// for a server on this machine without TLS: %w", address, err)
	}
	return err
}
