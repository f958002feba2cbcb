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
	"errors"
	"fmt"
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
	BaseURL   string                                    // https, or http on loopback; the only place where tokens are sent
	Transport http.RoundTripper                         // nil: one of its own with connection limits and time-outs
	Wrap      func(http.RoundTripper) http.RoundTripper // puts something around Transport, such as traces; nil: nothing
	Timeout   time.Duration                             // longest wait for one call, retries included; 0 means 20 s
	MaxList   int64                                     // bytes of a list after decompression; 0 means 16 MiB
	MaxData   int64                                     // bytes of an answer with data points; 0 means 64 MiB
	// Skipped is told, if set, that an item at path could not be read and was left out. It may be called concurrently.
	Skipped func(path string, err error)
	Now     func() time.Time // reads Retry-After dates; nil means time.Now
}

// Hub is one Data Hub. It is shared by all clients and safe for concurrent use.
type Hub struct {
	base     *url.URL
	http     *http.Client
	timeout  time.Duration
	maxList  int64
	maxData  int64
	skipped  func(string, error)
	now      func() time.Time
	holds    holds
	breakers breakers
	together together
}

// New checks c and returns a Hub. Nothing is sent.
func New(c Config) (*Hub, error) {
	base, err := parseBase(c.BaseURL)
	if err != nil {
		return nil, err
	}
	h := &Hub{
		base:    base,
		timeout: orDefault(c.Timeout, 20*time.Second),
		maxList: orDefault(c.MaxList, 16<<20),
		maxData: orDefault(c.MaxData, 64<<20),
		skipped: c.Skipped,
		now:     c.Now,
	}
	if c.Transport == nil {
		c.Transport = transport(h.timeout)
	}
	if c.Wrap != nil {
		c.Transport = c.Wrap(c.Transport)
	}
	if h.skipped == nil {
		h.skipped = func(string, error) {}
	}
	if h.now == nil {
		h.now = time.Now
	}
	h.http = &http.Client{Transport: c.Transport, CheckRedirect: stay}
	return h, nil
}

// stay follows no redirect: the token is for the configured origin only.
func stay(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }

// parseBase reads a base URL. Its errors do not repeat it, because a mistaken one may hold a password.
func parseBase(text string) (*url.URL, error) {
	base, err := url.Parse(strings.TrimRight(text, "/"))
	if err != nil || base.Hostname() == "" || base.User != nil || base.RawQuery != "" || base.Fragment != "" {
		return nil, errors.New("data hub: the base URL is not a scheme, a host and perhaps a path")
	}
	if base.Scheme != "https" && (base.Scheme != "http" || !loopback(base.Hostname())) {
		return nil, fmt.Errorf("data hub: base URL with host %s is not https", base.Host)
	}
	return base, nil
}

// Client returns a client with the rights of ts. It is cheap: make one for each request or stream.
func (h *Hub) Client(ts TokenSource) *Client { return &Client{hub: h, tokens: ts} }

// Trouble returns nil, or an ErrUnavailable that names the paths that have not answered lately. It asks nobody.
func (h *Hub) Trouble() error {
	if open := h.breakers.trouble(); len(open) > 0 {
		return fmt.Errorf("%s: no answer lately: %w", strings.Join(open, ", "), ErrUnavailable)
	}
	return nil
}

// OpenCircuits returns how many kinds of calls are not tried for the moment, because there was no answer several times in a row.
func (h *Hub) OpenCircuits() int { return len(h.breakers.trouble()) }

// Client reads the Data Hub with one person's rights. It is safe for concurrent use.
type Client struct {
	hub    *Hub
	tokens TokenSource
}

func orDefault[T int64 | time.Duration](v, otherwise T) T {
	if v <= 0 {
		return otherwise
	}
	return v
}
