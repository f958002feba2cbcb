package datahub

import (
	"context"
	"crypto/tls"
	"net"
	"net/http"
	"net/url"
	"strings"
	"time"
)

// transport makes connections with limits of their own: a dead host costs five seconds, not the page's whole time. Connections
// that are not used are closed, and dead ones found, so that an address that changed is seen.
func transport(answer time.Duration) *http.Transport {
	return &http.Transport{
		Proxy:                  proxy,
		DialContext:            dialer(&net.Dialer{Timeout: 5 * time.Second, KeepAlive: 15 * time.Second}),
		ForceAttemptHTTP2:      true,
		HTTP2:                  &http.HTTP2Config{SendPingTimeout: 15 * time.Second, PingTimeout: 5 * time.Second},
		TLSClientConfig:        &tls.Config{MinVersion: tls.VersionTLS12},
		TLSHandshakeTimeout:    5 * time.Second,
		ResponseHeaderTimeout:  answer,
		MaxIdleConns:           200,
		MaxIdleConnsPerHost:    64,
		MaxConnsPerHost:        256,
		IdleConnTimeout:        60 * time.Second,
		MaxResponseHeaderBytes: 64 << 10,
	}
}

// proxy is the environment's, but never between us and this machine: what is sent there in the clear stays there.
func proxy(r *http.Request) (*url.URL, error) {
	if loopback(r.URL.Hostname()) {
		return nil, nil
	}
	return http.ProxyFromEnvironment(r)
}

// dialer connects localhost names to this machine without asking anybody (RFC 6761 section 6.3): resolvers differ in
// whether they know them, and a name server that answers otherwise would be sent tokens in the clear.
func dialer(d *net.Dialer) func(ctx context.Context, network, address string) (net.Conn, error) {
	return func(ctx context.Context, network, address string) (net.Conn, error) {
		host, port, err := net.SplitHostPort(address)
		if err != nil || !localhost(host) {
			return d.DialContext(ctx, network, address)
		}
		conn, err := d.DialContext(ctx, network, net.JoinHostPort("127.0.0.1", port))
		if err == nil {
			return conn, nil
		}
		if conn, err6 := d.DialContext(ctx, network, net.JoinHostPort("::1", port)); err6 == nil {
			return conn, nil
		}
		return nil, err
	}
}

func loopback(host string) bool {
	ip := net.ParseIP(host)
	return localhost(host) || ip != nil && ip.IsLoopback()
}

func localhost(host string) bool {
	host = strings.TrimSuffix(strings.ToLower(host), ".")
	return host == "localhost" || strings.HasSuffix(host, ".localhost")
}
