package rp

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"mime"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"sync"
	"time"
)

const (
	maxDocument     = 1 << 20         // bytes of metadata, a key set, a userinfo or token answer
	metadataAtLogin = 5 * time.Second // a login sees what the provider publishes now
	metadataAge     = time.Hour       // everything else
	metadataRetry   = 2 * time.Second // between fetches that fail
)

// metadata is a provider's discovery document (OpenID Connect Discovery 1.0 section 3, RFC 8414).
type metadata struct {
	Issuer                string   `json:"issuer"`
	AuthorizationEndpoint string   `json:"authorization_endpoint"`
	TokenEndpoint         string   `json:"token_endpoint"`
	UserinfoEndpoint      string   `json:"userinfo_endpoint"`
	JWKSURI               string   `json:"jwks_uri"`
	EndSessionEndpoint    string   `json:"end_session_endpoint"`
	RevocationEndpoint    string   `json:"revocation_endpoint"`
	Scopes                []string `json:"scopes_supported"`
	AuthMethods           []string `json:"token_endpoint_auth_methods_supported"`
	ChallengeMethods      []string `json:"code_challenge_methods_supported"`
	IssParameter          bool     `json:"authorization_response_iss_parameter_supported"`
}

// keycloak reports whether the issuer is a realm; otherwise the provider is taken for an IdentityServer.
func (m *metadata) keycloak() bool { return strings.Contains(m.Issuer, "/realms/") }

// metadataCache holds the last good document.
type metadataCache struct {
	fetching sync.Mutex // one fetch at a time
	mu       sync.Mutex
	doc      *metadata
	fetched  time.Time
	failed   time.Time
	err      error // of the last fetch
}

// IssuerMismatchError says that the discovery document names another issuer: a mix-up, so there is no falling back on an older copy.
type IssuerMismatchError struct{ Want, Got string }

func (e *IssuerMismatchError) Error() string {
	return fmt.Sprintf("rp: discovery document of %q names issuer %.200q", e.Want, e.Got)
}

// discover returns the provider's metadata, fetched at most maxAge ago. While the provider is down or publishes garbage, the last good
// copy is used; without one the error is ErrProviderUnavailable. A document that names another issuer is an
// *IssuerMismatchError at login and is ignored elsewhere.
func (c *Client) discover(ctx context.Context, maxAge time.Duration) (*metadata, error) {
	if doc, err, ok := c.metadata.recent(c.c.Now(), maxAge); ok {
		return doc, err
	}
	c.metadata.fetching.Lock()
	defer c.metadata.fetching.Unlock()
	if doc, err, ok := c.metadata.recent(c.c.Now(), maxAge); ok {
		return doc, err
	}
	doc, err := c.fetchMetadata(ctx)
	return c.metadata.keep(doc, err, c.c.Now())
}

// recent returns what is known without a fetch: a copy that is young enough, or the last outcome when the last fetch failed a moment ago.
func (m *metadataCache) recent(now time.Time, maxAge time.Duration) (*metadata, error, bool) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.doc != nil && m.err == nil && now.Sub(m.fetched) < maxAge {
		return m.doc, nil, true
	}
	if m.err != nil && now.Sub(m.failed) < metadataRetry {
		doc, err := m.fallback()
		return doc, err, true
	}
	return nil, nil, false
}

func (m *metadataCache) keep(doc *metadata, err error, now time.Time) (*metadata, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.err = err; err == nil {
		m.doc, m.fetched = doc, now
		return doc, nil
	}
	m.failed = now
	return m.fallback()
}

// fallback decides what a failed fetch means. The lock is held.
func (m *metadataCache) fallback() (*metadata, error) {
	if _, mismatch := errors.AsType[*IssuerMismatchError](m.err); mismatch || m.doc == nil {
		return nil, m.err
	}
	return m.doc, nil
}

// known returns the last good copy without asking anybody, nil when there is none.
func (m *metadataCache) known() *metadata {
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.doc
}

// endpoints returns metadata for everything but a login: the last good copy counts more than a document that changed its issuer.
func (c *Client) endpoints(ctx context.Context) (*metadata, error) {
	doc, err := c.discover(ctx, metadataAge)
	if err != nil {
		if known := c.metadata.known(); known != nil {
			return known, nil
		}
	}
	return doc, err
}

// fetchMetadata asks the issuer, and for a bare host also the platform's realm on it.
func (c *Client) fetchMetadata(ctx context.Context) (*metadata, error) {
	candidates := []string{c.c.Issuer}
	if u, err := url.Parse(c.c.Issuer); err == nil && strings.Trim(u.Path, "/") == "" {
		candidates = append(candidates, strings.TrimSuffix(c.c.Issuer, "/")+"/realms/opinum")
	}
	var first error
	for _, issuer := range candidates {
		doc, err := c.fetchMetadataOf(ctx, issuer)
		if err == nil {
			return doc, nil
		}
		if first == nil {
			first = err
		}
		if s, ok := errors.AsType[*statusError](err); !ok || s.status != http.StatusNotFound {
			break
		}
	}
	return nil, first
}

func (c *Client) fetchMetadataOf(ctx context.Context, issuer string) (*metadata, error) {
	body, _, err := c.fetch(ctx, strings.TrimSuffix(issuer, "/")+"/.well-known/openid-configuration", "application/json")
	if err != nil {
		return nil, err
	}
	var doc metadata
	if err := json.Unmarshal(body, &doc); err != nil {
		return nil, fmt.Errorf("%w: discovery document is not JSON of the expected shape", ErrProviderUnavailable)
	}
	if doc.Issuer != issuer {
		return nil, &IssuerMismatchError{Want: issuer, Got: doc.Issuer}
	}
	return &doc, doc.check()
}

// check refuses endpoints that could leak codes or tokens, and a provider that lists PKCE methods without S256.
func (m *metadata) check() error {
	for name, raw := range map[string]string{"authorization_endpoint": m.AuthorizationEndpoint, "token_endpoint": m.TokenEndpoint, "jwks_uri": m.JWKSURI} {
		if _, err := endpoint(raw); err != nil {
			return fmt.Errorf("%w: %s: %w", ErrProviderUnavailable, name, err)
		}
	}
	for name, raw := range map[string]string{"userinfo_endpoint": m.UserinfoEndpoint, "end_session_endpoint": m.EndSessionEndpoint, "revocation_endpoint": m.RevocationEndpoint} {
		if raw == "" {
			continue
		}
		if _, err := endpoint(raw); err != nil {
			return fmt.Errorf("%w: %s: %w", ErrProviderUnavailable, name, err)
		}
	}
	if len(m.ChallengeMethods) > 0 && !slices.Contains(m.ChallengeMethods, "S256") {
		return fmt.Errorf("%w: code_challenge_methods_supported lacks S256", ErrProviderUnavailable)
	}
	return nil
}

// statusError is an answer other than 200 to a fetch.
type statusError struct{ status int }

func (e *statusError) Error() string { return fmt.Sprintf("rp: status %d", e.status) }
func (e *statusError) Unwrap() error { return ErrProviderUnavailable }

// fetch reads a document of the provider, bounded in time and size, without redirects.
func (c *Client) fetch(ctx context.Context, address, accept string) (body []byte, contentType string, err error) {
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, address, nil)
	if err != nil {
		return nil, "", fmt.Errorf("%w: bad address", ErrProviderUnavailable)
	}
	req.Header.Set("Accept", accept)
	return c.read(req)
}

func (c *Client) read(req *http.Request) (body []byte, contentType string, err error) {
	resp, err := c.http.Do(req)
	if err != nil {
		return nil, "", fmt.Errorf("%w: %w", ErrProviderUnavailable, withoutURL(err))
	}
	defer func() { _ = resp.Body.Close() }()
	if resp.StatusCode != http.StatusOK {
		return nil, "", &statusError{resp.StatusCode}
	}
	body, err = io.ReadAll(io.LimitReader(resp.Body, maxDocument+1))
	switch {
	case err != nil:
		return nil, "", fmt.Errorf("%w: %w", ErrProviderUnavailable, err)
	case len(body) > maxDocument:
		return nil, "", fmt.Errorf("%w: answer larger than %d bytes", ErrProviderUnavailable, maxDocument)
	}
	contentType, _, _ = mime.ParseMediaType(resp.Header.Get("Content-Type"))
	return body, contentType, nil
}

// withoutURL takes away the address that net/http puts into its errors; queries hold codes and hints.
func withoutURL(err error) error {
	if e, ok := errors.AsType[*url.Error](err); ok {
		return e.Err
	}
	return err
}

// Ready fetches the provider's metadata and keys if they are not known yet. Callers warm the client with it and watch the provider.
func (c *Client) Ready(ctx context.Context) error {
	doc, err := c.discover(ctx, metadataAge)
	if err != nil {
		return err
	}
	return c.keys.warm(ctx, c, doc.JWKSURI)
}

// EndSessionOrigin returns scheme and host of the provider's end session endpoint as far as known, "" otherwise. It asks nobody.
func (c *Client) EndSessionOrigin() string {
	doc := c.metadata.known()
	if doc == nil || doc.EndSessionEndpoint == "" {
		return ""
	}
	u, err := url.Parse(doc.EndSessionEndpoint)
	if err != nil {
		return ""
	}
	return u.Scheme + "://" + u.Host
}
