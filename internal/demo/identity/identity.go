// Package identity is the demo's OpenID provider: zitadel's certified op with three personas, short-lived access tokens and one-time
// refresh tokens, under the paths of both eras of the platform. Everything is in memory and its keys are random, so that
// nothing of it outlives the process.
package identity

import (
	"crypto/rand"
	"embed"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"strings"
	"sync/atomic"
	"time"

	"github.com/zitadel/oidc/v3/pkg/op"

	"portico/internal/demo/fault"
	"portico/internal/limit"
)

// Policy says what becomes of a refresh token that is presented twice.
type Policy string

// The policies.
const (
	Strict   Policy = "strict"   // refused, and everything that came of the same sign-in ends
	Grace    Policy = "grace"    // accepted for a minute after it was used
	Reusable Policy = "reusable" // refresh tokens do not change
)

// Client is a registered application.
type Client struct {
	ID                     string
	Secret                 string
	RedirectURIs           []string
	PostLogoutRedirectURIs []string
	BackChannelLogoutURI   string // "" means none
}

// Config is what a Provider is built from.
type Config struct {
	Issuer               string        // http://id.localhost:port; the realm of the Keycloak era is Issuer + /realms/opinum
	AccessTokenLifetime  time.Duration // 0 means 60 s
	RefreshTokenLifetime time.Duration // 0 means 8 h
	RefreshPolicy        Policy        // "" means Strict
	Clients              []Client
	Users                []User // nil means Personas()
	ButtonsOnly          bool   // people sign in by the buttons of the login page, so often and no more; no password is shown or taken
	Log                  *slog.Logger
	Deliver              http.RoundTripper // takes back-channel logouts to the clients; nil means http.DefaultTransport
	// Fault, if set, says for each request what goes wrong with it. It may be called concurrently.
	Fault func(*http.Request) fault.Fault
	// Ahead, if set, says how far the clock is ahead that dates what is signed. Lifetimes and expiry stay right.
	Ahead func() time.Duration
}

// Provider is a running provider. It is safe for concurrent use.
type Provider struct {
	c        Config
	storage  *storage
	eras     map[string]*op.Provider // issuer → provider
	handler  http.Handler
	signIns  *limit.Rate[string] // by the address that a connection comes from; with ButtonsOnly
	requests atomic.Int64        // token requests by any grant
}

//go:embed static
var static embed.FS

// Sign-ins with ButtonsOnly: so many at once, and one more each time, for so many addresses.
const (
	signInBurst     = 60
	signInEvery     = time.Second
	signInAddresses = 4096
)

const realmPath = "/realms/opinum"

// New returns a provider with new keys.
func New(c Config) (*Provider, error) {
	if c.Issuer == "" || len(c.Clients) == 0 {
		return nil, errors.New("identity: Issuer and Clients are required")
	}
	if c.AccessTokenLifetime == 0 {
		c.AccessTokenLifetime = time.Minute
	}
	if c.RefreshTokenLifetime == 0 {
		c.RefreshTokenLifetime = 8 * time.Hour
	}
	if c.RefreshPolicy == "" {
		c.RefreshPolicy = Strict
	}
	if c.Users == nil {
		c.Users = Personas()
	}
	if c.Log == nil {
		c.Log = slog.New(slog.DiscardHandler)
	}
	if c.Ahead == nil {
		c.Ahead = func() time.Duration { return 0 }
	}
	s, err := newStorage(c)
	if err != nil {
		return nil, err
	}
	p := &Provider{c: c, storage: s, eras: map[string]*op.Provider{}, signIns: limit.NewRate[string](signInBurst, signInEvery, signInAddresses, nil)}
	s.ender, s.next = p.terminate, p.nextURL
	identityServer, err := p.era(c.Issuer, "connect/authorize", "connect/token", "connect/userinfo", "connect/revocation", "connect/endsession", "connect/introspect", ".well-known/openid-configuration/jwks")
	if err != nil {
		return nil, err
	}
	const base = "protocol/openid-connect/"
	keycloak, err := p.era(c.Issuer+realmPath, base+"auth", base+"token", base+"userinfo", base+"revoke", base+"logout", base+"token/introspect", base+"certs")
	if err != nil {
		return nil, err
	}
	p.handler = p.routes(identityServer, keycloak)
	return p, nil
}

// era makes one provider over the common storage, with one issuer and its own paths.
func (p *Provider) era(issuer, auth, token, userinfo, revocation, endSession, introspection, keys string) (http.Handler, error) {
	var key [32]byte
	_, _ = rand.Read(key[:])
	provider, err := op.NewProvider(&op.Config{
		CryptoKey: key, CodeMethodS256: true, AuthMethodPost: true, GrantTypeRefreshToken: true, DefaultLogoutRedirectURI: p.c.Issuer + "/signed-out",
		SupportedScopes: scopes, BackChannelLogoutSupported: true, BackChannelLogoutSessionSupported: true,
	}, p.storage, op.StaticIssuer(issuer), op.WithAllowInsecure(), op.WithCORSOptions(nil),
		op.WithCustomEndpoints(op.NewEndpoint(auth), op.NewEndpoint(token), op.NewEndpoint(userinfo), op.NewEndpoint(revocation), op.NewEndpoint(endSession), op.NewEndpoint(keys)),
		op.WithCustomIntrospectionEndpoint(op.NewEndpoint(introspection)),
		op.WithHttpInterceptors(p.withBrowser), op.WithLogger(p.c.Log))
	if err != nil {
		return nil, err
	}
	p.eras[issuer] = provider
	e := &era{provider: p, op: provider, issuer: issuer, keycloak: issuer != p.c.Issuer, token: "/" + token, paths: []string{"/" + auth, "/" + auth + "/callback"}}
	return e, nil
}

// scopes that may be asked for.
var scopes = []string{"openid", "profile", "email", "roles", "offline_access", "datahub-api", "push-data", "opisense-api", "opisense", "opisense-dataset"}

// routes puts the two eras, the login pages and their files on one origin.
func (p *Provider) routes(identityServer, keycloak http.Handler) http.Handler {
	m := http.NewServeMux()
	m.Handle(realmPath+"/", http.StripPrefix(realmPath, keycloak))
	m.HandleFunc("GET /login", p.loginPage)
	m.HandleFunc("POST /login", p.logIn)
	m.HandleFunc("POST /login/account", p.chooseAccount)
	m.HandleFunc("GET /signed-out", p.signedOutPage)
	m.Handle("GET /static/", http.FileServerFS(static))
	m.HandleFunc("GET /{$}", p.frontPage)
	m.Handle("/", identityServer)
	protected := http.NewCrossOriginProtection()
	for _, path := range []string{"POST /connect/", "POST " + realmPath + "/"} { // machine endpoints, and authorization requests by POST
		protected.AddInsecureBypassPattern(path)
	}
	var h http.Handler = protected.Handler(m)
	if p.c.Fault != nil {
		h = fault.Handler(h, p.c.Fault, unavailable)
	}
	return p.guard(h)
}

// unavailable answers as a proxy in front would: with no error code of OAuth, which proves nothing.
func unavailable(w http.ResponseWriter, _ *http.Request, status int) {
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	w.WriteHeader(status)
	_, _ = fmt.Fprintf(w, "<html><head><title>%d %[2]s</title></head><body><h1>%[1]d %[2]s</h1></body></html>\n", status, http.StatusText(status))
}

// guard sets the headers of every answer and bounds bodies.
func (p *Provider) guard(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		h := w.Header()
		h.Set("X-Robots-Tag", "noindex, nofollow")
		h.Set("X-Content-Type-Options", "nosniff")
		h.Set("X-Frame-Options", "DENY")
		h.Set("Referrer-Policy", "no-referrer")
		h.Set("Content-Security-Policy", "default-src 'none'; style-src 'self'; font-src 'self'; img-src 'self'; base-uri 'none'; frame-ancestors 'none'")
		if !strings.HasPrefix(r.URL.Path, "/static/") {
			h.Set("Cache-Control", "no-store")
		}
		r.Body = http.MaxBytesReader(w, r.Body, 64<<10)
		next.ServeHTTP(w, r)
	})
}

// ServeHTTP answers everything of the provider's origin.
func (p *Provider) ServeHTTP(w http.ResponseWriter, r *http.Request) { p.handler.ServeHTTP(w, r) }

// TokenRequests returns how many requests the token endpoints have seen, of any grant.
func (p *Provider) TokenRequests() int64 { return p.requests.Load() }

// Refreshes returns how many refresh grants were answered with new tokens.
func (p *Provider) Refreshes() int { return p.storage.refreshCount() }

// Replays returns how many times a refresh token was presented that had been used before.
func (p *Provider) Replays() int { return p.storage.replayCount() }

// Live returns how many refresh tokens are good and have not been used.
func (p *Provider) Live() int { return p.storage.live() }

// RotateKeys signs with a new key from now on. The old one stays published.
func (p *Provider) RotateKeys() error { return p.storage.rotate() }

// Introspect reports what an access token is good for; false for one that is expired, revoked or not ours.
func (p *Provider) Introspect(token string) (subject string, account int64, scopes []string, ok bool) {
	return p.storage.introspect(token)
}

// Password reports who signs in with a name, or an e-mail address, and a password, and that person's first account. Push takes them instead of a
// token.
func (p *Provider) Password(name, password string) (subject string, account int64, ok bool) {
	u := p.storage.byPassword(name, password)
	if u == nil {
		return "", 0, false
	}
	return u.ID, u.Accounts[0].ID, true
}

// ExpireAccessTokens makes access tokens that were given out worthless, as if their time were over.
func (p *Provider) ExpireAccessTokens(whose fault.Whose) { p.storage.expireAccess(whose) }

// RevokeTokens makes access and refresh tokens worthless. The browsers' sessions here live on, so that signing in again needs no password.
func (p *Provider) RevokeTokens(whose fault.Whose) { p.storage.revokeTokens(whose) }

// SignInOf returns the sid of the sign-in that an access token came of, also of one that has expired; "" for one of no browser's and for what is no token of ours.
func (p *Provider) SignInOf(token string) string { return p.storage.signInOf(token) }

// Lock locks a user's account: no password of theirs is good. What they were given before lives on.
func (p *Provider) Lock(subject string, locked bool) { p.storage.lock(subject, locked) }

// RevokeAll ends every sign-in: sessions, access and refresh tokens.
func (p *Provider) RevokeAll() { p.storage.revokeAll() }

// EndSessions ends a person's sessions and tells the clients over the back channel.
func (p *Provider) EndSessions(subject string) {
	p.endSessions(func(s *sso) bool { return s.user.ID == subject })
}
