package rp

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"math/rand/v2"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"sync"
	"time"
)

// metadataCache holds the last good document.
type metadataCache struct {
	flights
	mu        sync.Mutex
	doc       *metadata
	fetched   time.Time // when the fetch that brought doc began
	err       error     // of the last fetch
	failures  int       // fetches in a row without any answer
	notBefore time.Time // of the next fetch, after too many of them
	asked     time.Time // last renewal in the background
}

// freshMetadata returns what the provider publishes now: the document of a fetch that began after the call, which concurrent callers share. While
// the provider publishes garbage, the last good copy is used. When it does not answer, the error is ErrProviderUnavailable; a
// document that names another issuer or is not safe is an *IssuerMismatchError or a *MetadataError.
func (c *Client) freshMetadata(ctx context.Context) (*metadata, error) {
	m := &c.metadata
	if err := m.do(ctx, func() bool { return m.due(c.c.Now()) }, c.fetchMetadata); err != nil {
		return nil, fmt.Errorf("%w: %w", ErrProviderUnavailable, err)
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	if e, answered := errors.AsType[*answerError](m.err); m.err == nil || answered && m.doc != nil && !gatewayDown(e) {
		return m.doc, nil
	}
	return nil, m.err
}

// endpoints returns metadata for everything but the start of a sign-in: the last good copy, whatever the provider says now, renewed in the background when
// it is old. Only when there is none somebody has to wait.
func (c *Client) endpoints(ctx context.Context) (*metadata, error) {
	m, now := &c.metadata, c.c.Now()
	m.mu.Lock()
	doc, renew := m.doc, m.doc != nil && now.Sub(m.fetched) >= metadataAge && now.Sub(m.asked) >= keyRefetch
	if renew {
		m.asked = now
	}
	m.mu.Unlock()
	if doc == nil {
		return c.freshMetadata(ctx)
	}
	if renew {
		go func() { _, _ = c.freshMetadata(context.WithoutCancel(ctx)) }()
	}
	return doc, nil
}

// metadataSince returns metadata no older than a sign-in that began at a time, perhaps at another replica; an older copy when the provider gives
// none now.
func (c *Client) metadataSince(ctx context.Context, began time.Time) (*metadata, error) {
	c.metadata.mu.Lock()
	doc, fetched := c.metadata.doc, c.metadata.fetched
	c.metadata.mu.Unlock()
	if doc != nil && !fetched.Before(began) {
		return doc, nil
	}
	fresh, err := c.freshMetadata(ctx)
	if err != nil && doc != nil {
		return doc, nil
	}
	return fresh, err
}

// known returns the last good copy without asking anybody, nil when there is none.
func (m *metadataCache) known() *metadata {
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.doc
}

// due reports whether the provider may be asked: at once unless it did not answer several times in a row.
func (m *metadataCache) due(now time.Time) bool {
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.failures < metadataTries || !now.Before(m.notBefore)
}

// keep files the outcome of a fetch.
func (m *metadataCache) keep(doc *metadata, err error, began, now time.Time) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.err = err; err == nil {
		m.doc, m.fetched = doc, began
	}
	_, answered := errors.AsType[*answerError](err)
	if err == nil || answered || !errors.Is(err, ErrProviderUnavailable) {
		m.failures = 0
		return
	}
	m.failures++
	wait := min(metadataWait<<min(max(m.failures-metadataTries, 0), 10), metadataMost)
	m.notBefore = now.Add(wait - wait/5 + rand.N(2*wait/5)) // ±20 %: replicas do not ask in step
}

// fetchMetadata asks the issuer, and for a bare host also the platform's realm on it; the one that answered last time goes first.
func (c *Client) fetchMetadata(ctx context.Context) {
	began := c.c.Now()
	candidates := []string{c.c.Issuer}
	if u, err := url.Parse(c.c.Issuer); err == nil && strings.Trim(u.Path, "/") == "" {
		candidates = append(candidates, strings.TrimSuffix(c.c.Issuer, "/")+"/realms/opinum")
	}
	if known := c.metadata.known(); known != nil && known.Issuer != c.c.Issuer {
		slices.Reverse(candidates)
	}
	var first error
	for _, issuer := range candidates {
		doc, err := c.fetchMetadataOf(ctx, issuer)
		if err == nil {
			c.c.Observer.Fetched("metadata", true)
			c.metadata.keep(doc, nil, began, c.c.Now())
			return
		}
		if first == nil {
			first = err
		}
		if e, ok := errors.AsType[*answerError](err); !ok || e.status != http.StatusNotFound {
			break
		}
	}
	c.c.Observer.Fetched("metadata", false)
	c.c.Log.WarnContext(ctx, "provider metadata not fetched", "error", first)
	c.metadata.keep(nil, first, began, c.c.Now())
}

func (c *Client) fetchMetadataOf(ctx context.Context, issuer string) (*metadata, error) {
	body, err := c.fetch(ctx, strings.TrimSuffix(issuer, "/")+"/.well-known/openid-configuration", "application/json")
	if err != nil {
		return nil, err
	}
	var doc metadata
	if json.Unmarshal(body, &doc) != nil || doc.Issuer == "" {
		return nil, &answerError{what: "discovery document is not JSON of the expected shape"}
	}
	if doc.Issuer != issuer {
		return nil, &IssuerMismatchError{Want: issuer, Got: doc.Issuer}
	}
	if c.authStyle(&doc) == AuthStyleTLS {
		doc.useAliases()
	}
	return &doc, doc.check(c.c.EndpointHosts)
}

// Ready fetches the provider's metadata and keys if they are not known yet. Callers warm the client with it and watch the provider.
func (c *Client) Ready(ctx context.Context) error {
	doc, err := c.endpoints(ctx)
	if err != nil {
		return err
	}
	_, err = c.keys.get(ctx, c, doc.JWKSURI)
	return err
}
