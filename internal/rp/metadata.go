package rp

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"strings"
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
	m.TokenEndpoint = cmp.Or(m.Aliases.TokenEndpoint, m.TokenEndpoint)
	m.UserinfoEndpoint = cmp.Or(m.Aliases.UserinfoEndpoint, m.UserinfoEndpoint)
	m.RevocationEndpoint = cmp.Or(m.Aliases.RevocationEndpoint, m.RevocationEndpoint)
	m.PushedEndpoint = cmp.Or(m.Aliases.PushedEndpoint, m.PushedEndpoint)
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
