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

const (
	metadataAge   = time.Hour              // of a copy that is used without asking for a new one; a login always asks
	metadataTries = 3                      // fetches in a row that may go unanswered before waits begin
	metadataWait  = 250 * time.Millisecond // the first of them; they double
	metadataMost  = 5 * time.Second        // the longest
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
	Prompts               []string `json:"prompt_values_supported"`
	IssParameter          bool     `json:"authorization_response_iss_parameter_supported"`
	PushedEndpoint        string   `json:"pushed_authorization_request_endpoint"`
	PushedRequired        bool     `json:"require_pushed_authorization_requests"`
	BackChannel           bool     `json:"backchannel_logout_supported"`

	Aliases struct {
		TokenEndpoint      string `json:"token_endpoint"`
		UserinfoEndpoint   string `json:"userinfo_endpoint"`
		RevocationEndpoint string `json:"revocation_endpoint"`
		PushedEndpoint     string `json:"pushed_authorization_request_endpoint"`
	} `json:"mtls_endpoint_aliases"`
}

// useAliases puts the addresses for clients with certificates in the place of the others (RFC 8705 section 5).
func (m *metadata) useAliases() {
	m.TokenEndpoint = orDefault(m.Aliases.TokenEndpoint, m.TokenEndpoint)
	m.UserinfoEndpoint = orDefault(m.Aliases.UserinfoEndpoint, m.UserinfoEndpoint)
	m.RevocationEndpoint = orDefault(m.Aliases.RevocationEndpoint, m.RevocationEndpoint)
	m.PushedEndpoint = orDefault(m.Aliases.PushedEndpoint, m.PushedEndpoint)
}

// keycloak reports whether the issuer is a realm; otherwise the provider is taken for an IdentityServer.
func (m *metadata) keycloak() bool { return strings.Contains(m.Issuer, "/realms/") }

// IssuerMismatchError says that the discovery document names another issuer: a mix-up, so a sign-in does not fall back on an older copy.
type IssuerMismatchError struct{ Want, Got string }

func (e *IssuerMismatchError) Error() string {
	return fmt.Sprintf("rp: discovery document of %q names issuer %.200q", e.Want, e.Got)
}

// MetadataError says that the discovery document is one, but not one that is safe to use. A sign-in does not fall back on an older copy.
type MetadataError struct{ Problem string }

func (e *MetadataError) Error() string { return "rp: discovery document: " + e.Problem }

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

// check refuses endpoints that could leak codes or tokens, because they are not secure or not on one of hosts (nil: any), and a provider that lists PKCE methods
// without S256.
func (m *metadata) check(hosts []string) error {
	secure := !strings.HasPrefix(m.Issuer, "http:") // a provider on https has no business on plain loopback
	for _, e := range []struct {
		name, address string
		required      bool
	}{
		{"authorization_endpoint", m.AuthorizationEndpoint, true}, {"token_endpoint", m.TokenEndpoint, true}, {"jwks_uri", m.JWKSURI, true},
		{"userinfo_endpoint", m.UserinfoEndpoint, false}, {"end_session_endpoint", m.EndSessionEndpoint, false}, {"revocation_endpoint", m.RevocationEndpoint, false},
		{"pushed_authorization_request_endpoint", m.PushedEndpoint, false},
	} {
		if e.address == "" && !e.required {
			continue
		}
		u, err := endpoint(e.address)
		if err != nil || secure && u.Scheme != "https" {
			return &MetadataError{e.name + " is not an https URL"}
		}
		if len(hosts) > 0 && !slices.ContainsFunc(hosts, func(h string) bool { return strings.EqualFold(h, u.Host) }) {
			return &MetadataError{e.name + " is on a host that is not allowed"}
		}
	}
	if len(m.ChallengeMethods) > 0 && !slices.Contains(m.ChallengeMethods, "S256") {
		return &MetadataError{"code_challenge_methods_supported lacks S256"}
	}
	return nil
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

// IssuedBy reports whether an issuer is the provider's: as it was configured, or as its metadata have it. It asks nobody.
func (c *Client) IssuedBy(issuer string) bool {
	doc := c.metadata.known()
	return issuer == c.c.Issuer || doc != nil && issuer == doc.Issuer
}

// Issuer returns the provider's issuer as its metadata have it, and as it stands in sessions. The error is freshMetadata's when the metadata are not known and cannot be had.
func (c *Client) Issuer(ctx context.Context) (string, error) {
	doc, err := c.endpoints(ctx)
	if err != nil {
		return "", err
	}
	return doc.Issuer, nil
}

// FrameAncestors returns the origins of the provider's own pages, as sources of a Content-Security-Policy: the issuer's, and that of its end session endpoint where that is
// another one; 'none' while they are not known. It asks nobody.
func (c *Client) FrameAncestors() string {
	doc := c.metadata.known()
	if doc == nil {
		return "'none'"
	}
	sources := origin(doc.Issuer)
	if end := origin(doc.EndSessionEndpoint); end != "" && end != sources {
		sources += " " + end
	}
	return sources
}

// Offers reports whether the provider listens to a prompt, as far as it says so; one that lists none is taken to know all. It asks nobody.
func (c *Client) Offers(prompt string) bool {
	doc := c.metadata.known()
	return doc == nil || len(doc.Prompts) == 0 || slices.Contains(doc.Prompts, prompt)
}

// EndSessionOrigin returns scheme and host of the provider's end session endpoint as far as known, "" otherwise. It asks nobody.
func (c *Client) EndSessionOrigin() string {
	if doc := c.metadata.known(); doc != nil {
		return origin(doc.EndSessionEndpoint)
	}
	return ""
}

// AuthorizationOrigin is EndSessionOrigin for the authorization endpoint.
func (c *Client) AuthorizationOrigin() string {
	if doc := c.metadata.known(); doc != nil {
		return origin(doc.AuthorizationEndpoint)
	}
	return ""
}

// origin cuts scheme and host out of an address that was checked when the metadata were read; it is needed for each page.
func origin(address string) string {
	scheme, rest, found := strings.Cut(address, "://")
	if !found {
		return ""
	}
	host := rest
	if end := strings.IndexAny(rest, "/?#"); end >= 0 {
		host = rest[:end]
	}
	if host == "" || strings.Contains(host, "@") {
		return ""
	}
	return address[:len(scheme)+len("://")+len(host)]
}
