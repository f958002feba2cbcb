// Package rp is the OpenID Connect relying party: authorization request, code exchange, ID token, userinfo, refresh, revocation
// and logout, against one provider. go-oidc and x/oauth2 do the protocol; the checks that they leave to the
// application are here (docs/divergences.md lists where providers differ).
//
// The provider is reached when it is needed, not when the portal starts; what it published last stays in use while it
// is down. Nothing in this package keeps a user's state: an Attempt is sealed into a cookie by the caller, and tokens
// are returned.
package rp

import (
	"cmp"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"sync/atomic"
	"time"

	"github.com/go-jose/go-jose/v4"

	"portico/internal/secret"
)

// OfflineAccess says when the scope offline_access is asked for.
type OfflineAccess string

// When offline_access is asked for.
const (
	OfflineAuto   OfflineAccess = "auto"   // with an IdentityServer that lists it; not with Keycloak, which needs it not
	OfflineStay   OfflineAccess = "stay"   // as auto, and for people who chose to stay signed in wherever it is listed
	OfflineAlways OfflineAccess = "always" // always
	OfflineNever  OfflineAccess = "never"  // never
)

// Leeway is the tolerance for clocks that differ, for exp, iat and nbf alike.
const Leeway = 60 * time.Second

// Config is what a Client is built from.
type Config struct {
	Issuer                string // byte for byte; or the bare host of the platform, then both known forms are tried
	ClientID              string
	ClientSecret          secret.Text
	ClientKeys            []secret.Text // private keys, PEM or JWK: the first signs, all are published
	AssertionAudience     string        // of what a client key signs: AudienceIssuer, also for "", or AudienceTokenEndpoint
	AuthStyle             AuthStyle     // "" means discovered
	RedirectURL           string
	PostLogoutRedirectURL string
	Scopes                []string      // nil means openid profile email datahub-api
	OfflineAccess         OfflineAccess // "" means auto
	AcceptFewerScopes     bool          // sign in also when scopes of an API were not granted
	Resource              string        // API that tokens are for (RFC 8707); "" names none
	Audience              string        // the same for providers that want another parameter
	Algorithms            []string      // accepted for ID and logout tokens; nil means RS256
	AccountParam          string        // names the account: acr_values, account or any other; "" means by kind of provider
	ResponseMode          string        // query or form_post; "" leaves it to the provider, which means query
	Pushed                Pushed        // "" means auto
	EndpointHosts         []string      // hosts, with a port if not 443, on which the provider's endpoints may be; nil means any
	RoleClaim             string        // claim of ID token or userinfo that holds a person's roles
	Role                  string        // the one that Identity tells of; "" means none
	TrustedAudiences      []string      // other audiences that an ID token may name besides us
	Transport             http.RoundTripper
	Wrap                  func(http.RoundTripper) http.RoundTripper                   // puts something around every transport, such as traces; nil: nothing
	RootCAs               *x509.CertPool                                              // nil means the system's
	Certificate           func(*tls.CertificateRequestInfo) (*tls.Certificate, error) // of the client, asked for at each handshake; nil means none
	Timeout               time.Duration                                               // of one request to the provider; 0 means 10 s
	Observer              Observer                                                    // nil means nobody
	Now                   func() time.Time
	Log                   *slog.Logger
}

// Client is one registration at one provider. It is safe for concurrent use.
type Client struct {
	c        Config
	signers  []jose.JSONWebKey // private; the first signs
	http     *http.Client      // documents, userinfo, revocation: bounded by Timeout
	grants   *http.Client      // the token endpoint: bounded by the caller's context, because a late answer still counts
	metadata metadataCache
	keys     keyCache
	ahead    atomic.Int64 // how far the provider's clock is ahead of ours, a time.Duration; see readClock
}

// Errors that callers can tell apart; see also [GrantError] and [AuthError].
var (
	ErrProviderUnavailable = errors.New("rp: the provider does not answer")
	ErrNoEndSession        = errors.New("rp: the provider has no end session endpoint")
	ErrOtherSubject        = errors.New("rp: the refreshed ID token, or userinfo, is about somebody else")
)

var asymmetric = []string{"RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512", "EdDSA"}

// New checks c, reporting all mistakes at once, and returns a Client. Nothing is sent.
func New(c Config) (*Client, error) {
	c.complete()
	signers, keys := parseClientKeys(c.ClientKeys)
	if keys == nil {
		keys = (&Client{c: c, signers: signers}).checkStyle()
	}
	var certificates error
	c.Transport, certificates = withCertificates(c)
	if err := errors.Join(c.check(), keys, certificates); err != nil {
		return nil, fmt.Errorf("rp: %w", err)
	}
	stay := func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }
	return &Client{
		c:        c,
		signers:  signers,
		http:     &http.Client{Transport: c.Wrap(c.Transport), CheckRedirect: stay, Timeout: c.Timeout},
		grants:   &http.Client{Transport: c.Wrap(oneShot(c.Transport)), CheckRedirect: stay},
		metadata: metadataCache{flights: newFlights()},
		keys:     keyCache{flights: newFlights()},
	}, nil
}

// complete fills in what was left out.
func (c *Config) complete() {
	c.AuthStyle = cmp.Or(c.AuthStyle, AuthStyleDiscovered)
	c.Pushed = cmp.Or(c.Pushed, PushedAuto)
	c.OfflineAccess = cmp.Or(c.OfflineAccess, OfflineAuto)
	c.Timeout = cmp.Or(c.Timeout, 10*time.Second)
	if len(c.Algorithms) == 0 {
		c.Algorithms = []string{"RS256"}
	}
	if len(c.Scopes) == 0 {
		c.Scopes = []string{"openid", "profile", "email", "datahub-api"}
	}
	if c.Transport == nil {
		c.Transport = transport()
	}
	if c.Now == nil {
		c.Now = time.Now
	}
	if c.Log == nil {
		c.Log = slog.New(slog.DiscardHandler)
	}
	if c.Observer == nil {
		c.Observer = nobody{}
	}
	if c.Wrap == nil {
		c.Wrap = func(t http.RoundTripper) http.RoundTripper { return t }
	}
}

// check judges what needs no key and no certificate.
func (c *Config) check() error {
	var errs []error
	if _, err := endpoint(c.Issuer); err != nil {
		errs = append(errs, fmt.Errorf("issuer: %w", err))
	}
	if c.ClientID == "" {
		errs = append(errs, errors.New("client id is missing"))
	}
	if _, err := endpoint(c.RedirectURL); err != nil {
		errs = append(errs, fmt.Errorf("redirect URL: %w", err))
	}
	for _, a := range c.Algorithms {
		if !slices.Contains(asymmetric, a) {
			errs = append(errs, fmt.Errorf("algorithm %q is not an asymmetric signature", a))
		}
	}
	if !slices.Contains(c.Scopes, "openid") {
		errs = append(errs, errors.New("scope openid is missing"))
	}
	return errors.Join(errs...)
}

func transport() http.RoundTripper {
	d := &net.Dialer{Timeout: 4 * time.Second, KeepAlive: 30 * time.Second}
	return &http.Transport{
		Proxy: http.ProxyFromEnvironment, DialContext: d.DialContext, ForceAttemptHTTP2: true,
		TLSClientConfig: &tls.Config{MinVersion: tls.VersionTLS12}, TLSHandshakeTimeout: 4 * time.Second,
		MaxIdleConnsPerHost: 16, IdleConnTimeout: 60 * time.Second, MaxResponseHeaderBytes: 64 << 10,
	}
}

// withCertificates returns the transport with whom it trusts and how it names itself in TLS.
func withCertificates(c Config) (http.RoundTripper, error) {
	if c.RootCAs == nil && c.Certificate == nil {
		return c.Transport, nil
	}
	t, ok := c.Transport.(*http.Transport)
	if !ok {
		return c.Transport, errors.New("this transport takes no certificates")
	}
	t = t.Clone()
	if t.TLSClientConfig == nil {
		t.TLSClientConfig = &tls.Config{MinVersion: tls.VersionTLS12}
	}
	t.TLSClientConfig.RootCAs, t.TLSClientConfig.GetClientCertificate = c.RootCAs, c.Certificate
	return t, nil
}

// oneShot makes a connection for each request: a token that is written to a connection which the provider has just closed may or may not have been taken, and
// nobody could tell; a connection that cannot be made tells that nothing was sent.
func oneShot(t http.RoundTripper) http.RoundTripper {
	if pooled, ok := t.(*http.Transport); ok {
		single := pooled.Clone()
		single.DisableKeepAlives = true
		return single
	}
	return t
}

// endpoint parses a URL of the provider or of ours: https, or http on loopback, without user, query or fragment games.
func endpoint(raw string) (*url.URL, error) {
	u, err := url.Parse(raw)
	if err != nil || u.Host == "" || u.Opaque != "" {
		return nil, fmt.Errorf("%.100q is not a URL", raw)
	}
	if strings.Trim(strings.ToLower(u.Host), "abcdefghijklmnopqrstuvwxyz0123456789.-:[]") != "" { // others have a meaning where the host is written into a header
		return nil, errors.New("a host with characters that no host name has")
	}
	if u.User != nil || u.Fragment != "" {
		return nil, fmt.Errorf("%s has a user or a fragment", u.Redacted())
	}
	if u.Scheme != "https" && !(u.Scheme == "http" && loopback(u.Hostname())) {
		return nil, fmt.Errorf("%s is not https", u.Redacted())
	}
	return u, nil
}

func loopback(host string) bool {
	ip := net.ParseIP(host)
	return host == "localhost" || strings.HasSuffix(host, ".localhost") || ip != nil && ip.IsLoopback()
}
