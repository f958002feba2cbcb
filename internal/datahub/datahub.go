// Package datahub speaks the Opinum Data Hub's vocabulary (site, source, variable, data point, granularity,
// aggregation) and reads it over the platform's REST API with one person's rights.
//
// It is a tolerant reader: members may be absent or null and their names in any case, enumerations words or numbers, ids
// numbers or numeric strings, dates without an offset, rows unordered, zones Windows or IANA names. It is strict where
// a wrong reading would show a wrong number: half an answer, a number that is not finite or a body
// that is not JSON is an error, never a result.
package datahub

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"net"
	"net/http"
	"net/url"
	"strings"
	"time"

	"portico/internal/secret"
)

// TokenSource gives access tokens of one person. It may be called concurrently.
type TokenSource interface {
	// Token returns an access token that is not known to be expired.
	Token(ctx context.Context) (secret.Text, error)
	// Renew is called after the Data Hub answered 401 to rejected; it returns a token that was not rejected.
	Renew(ctx context.Context, rejected secret.Text) (secret.Text, error)
}

// Config is what a Hub is built from.
type Config struct {
	BaseURL   string            // https, or http on loopback; the only place where tokens are sent
	Transport http.RoundTripper // nil: one of its own with connection limits and time-outs
	Timeout   time.Duration     // longest wait for one answer, retries included; 0 means 20 s
	MaxList   int64             // bytes of a list after decompression; 0 means 16 MiB
	MaxData   int64             // bytes of an answer with data points; 0 means 64 MiB
	// Skipped is told, if set, that an item of a list could not be read and was left out.
	Skipped func(path string, err error)
	Now     func() time.Time // reads Retry-After dates; nil means time.Now
}

// Hub is one Data Hub. It is shared by all clients and safe for concurrent use.
type Hub struct {
	base    *url.URL
	http    *http.Client
	timeout time.Duration
	maxList int64
	maxData int64
	skipped func(string, error)
	now     func() time.Time
}

// New checks c and returns a Hub. Nothing is sent.
func New(c Config) (*Hub, error) {
	base, err := url.Parse(strings.TrimRight(c.BaseURL, "/"))
	if err != nil || base.Host == "" || base.User != nil || base.RawQuery != "" || base.Fragment != "" {
		return nil, fmt.Errorf("data hub: %q is not a base URL", c.BaseURL)
	}
	if base.Scheme != "https" && !(base.Scheme == "http" && loopback(base.Hostname())) {
		return nil, fmt.Errorf("data hub: %q is not https", c.BaseURL)
	}
	h := &Hub{base: base, timeout: orDefault(c.Timeout, 20*time.Second), maxList: orDefault(c.MaxList, 16<<20), maxData: orDefault(c.MaxData, 64<<20), skipped: c.Skipped, now: c.Now}
	if c.Transport == nil {
		c.Transport = transport()
	}
	if h.skipped == nil {
		h.skipped = func(string, error) {}
	}
	if h.now == nil {
		h.now = time.Now
	}
	h.http = &http.Client{Transport: c.Transport, CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
	return h, nil
}

// Client returns a client with the rights of ts. It is cheap: make one for each request or stream.
func (h *Hub) Client(ts TokenSource) *Client { return &Client{hub: h, tokens: ts} }

// Client reads the Data Hub with one person's rights. It is safe for concurrent use.
type Client struct {
	hub    *Hub
	tokens TokenSource
}

// Errors that callers can tell apart; see also [StatusError].
var (
	ErrUnauthorized = errors.New("data hub: refuses a renewed access token")          // 401 twice
	ErrNotFound     = errors.New("data hub: no such thing, or none that may be seen") // 404, or left out of a list
	ErrMalformed    = errors.New("data hub: the answer cannot be read")               // truncated, not JSON, not finite
	ErrTooLarge     = errors.New("data hub: the answer is larger than the limit")     // after decompression
	ErrUnavailable  = errors.New("data hub: no answer")                               // connection failed, broke or timed out
)

// StatusError is an answer other than 2xx, 401 and 404.
type StatusError struct {
	Method, Path string        // the path without the query
	Status       int           // HTTP status
	RetryAfter   time.Duration // what Retry-After said, between 0 and 60 s
	Message      string        // what the Data Hub said, shortened and printable; for the log
}

func (e *StatusError) Error() string {
	return fmt.Sprintf("data hub: %s %s: status %d: %s", e.Method, e.Path, e.Status, e.Message)
}

func transport() http.RoundTripper {
	d := &net.Dialer{Timeout: 5 * time.Second, KeepAlive: 30 * time.Second}
	return &http.Transport{
		Proxy: http.ProxyFromEnvironment, DialContext: d.DialContext, ForceAttemptHTTP2: true,
		TLSClientConfig: &tls.Config{MinVersion: tls.VersionTLS12}, TLSHandshakeTimeout: 5 * time.Second,
		MaxIdleConns: 200, MaxIdleConnsPerHost: 64, MaxConnsPerHost: 256, IdleConnTimeout: 60 * time.Second,
		ExpectContinueTimeout: time.Second, MaxResponseHeaderBytes: 64 << 10,
	}
}

func loopback(host string) bool {
	ip := net.ParseIP(host)
	return host == "localhost" || strings.HasSuffix(host, ".localhost") || ip != nil && ip.IsLoopback()
}

func orDefault[T int64 | time.Duration](v, otherwise T) T {
	if v == 0 {
		return otherwise
	}
	return v
}
