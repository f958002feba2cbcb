package rp

import (
	"bytes"
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/rsa"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"log/slog"
	"maps"
	"net/http"
	"net/http/httptest"
	"net/url"
	"sync"
	"testing"
	"time"

	"github.com/go-jose/go-jose/v4"

	"portico/internal/secret"
)

// provider plays the identity server, honest or hostile. Members are changed by tests before the request that they concern.
type provider struct {
	t      *testing.T
	server *httptest.Server
	key    *rsa.PrivateKey
	kid    string

	mu        sync.Mutex
	metadata  map[string]any       // edited by tests
	extraKeys []any                // beside the signing key
	noKid     bool                 // neither in header nor in the key set
	hideKey   bool                 // the signing key is not published
	claims    func(map[string]any) // edits the ID token's claims
	alg       jose.SignatureAlgorithm
	signer    any                                                     // key that signs instead of key
	typ       jose.ContentType                                        // of what is signed; "" for none
	raw       string                                                  // whole ID token instead
	token     func(w http.ResponseWriter, answer map[string]any) bool // answers the token request instead
	userinfo  func(w http.ResponseWriter)
	pushed    func(w http.ResponseWriter) bool             // answers a pushed request instead
	authorize func(w http.ResponseWriter, r *http.Request) // answers the authorization endpoint
	jwks      func(w http.ResponseWriter) bool
	document  func(w http.ResponseWriter) bool
	nonce     string
	calls     map[string]int
	forms     []url.Values // of requests with the client's credentials
	basic     []string     // and their Authorization headers
	headers   []http.Header
}

// commonKey signs for every provider that is not about keys: making one takes longer than most tests.
var commonKey = sync.OnceValues(func() (*rsa.PrivateKey, error) { return rsa.GenerateKey(rand.Reader, 2048) })

func newProvider(t *testing.T) *provider {
	t.Helper()
	key, err := commonKey()
	if err != nil {
		t.Fatal(err)
	}
	p := &provider{t: t, key: key, kid: "k1", alg: jose.RS256, calls: map[string]int{}}
	p.server = httptest.NewServer(p)
	t.Cleanup(p.server.Close)
	base := p.server.URL
	p.metadata = map[string]any{"issuer": base, "authorization_endpoint": base + "/auth", "token_endpoint": base + "/token", "userinfo_endpoint": base + "/userinfo", "jwks_uri": base + "/jwks",
		"end_session_endpoint": base + "/end", "revocation_endpoint": base + "/revoke", "scopes_supported": []string{"openid", "offline_access"}, "code_challenge_methods_supported": []string{"S256"}}
	return p
}

func (p *provider) count(path string) int {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.calls[path]
}

// change changes what the provider does while it is asked.
func (p *provider) change(f func()) {
	p.mu.Lock()
	defer p.mu.Unlock()
	f()
}

func (p *provider) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.calls[r.URL.Path]++
	switch r.URL.Path {
	case "/.well-known/openid-configuration":
		if p.document == nil || !p.document(w) {
			_ = json.NewEncoder(w).Encode(p.metadata)
		}
	case "/jwks":
		if p.jwks == nil || !p.jwks(w) {
			_ = json.NewEncoder(w).Encode(map[string]any{"keys": p.keys()})
		}
	case "/token":
		p.note(r)
		answer := map[string]any{"access_token": "at-canary", "token_type": "Bearer", "expires_in": 60, "refresh_token": "rt-canary", "id_token": p.idToken()}
		if p.token == nil || !p.token(w, answer) {
			w.Header().Set("Content-Type", "application/json")
			_ = json.NewEncoder(w).Encode(answer)
		}
	case "/userinfo":
		p.headers = append(p.headers, r.Header)
		if p.userinfo != nil {
			p.userinfo(w)
			return
		}
		_ = json.NewEncoder(w).Encode(map[string]any{"sub": "alice", "name": "Alice", "_claim_names": map[string]string{"x": "y"}})
	case "/auth":
		p.authorize(w, r)
	case "/revoke":
		p.note(r)
	case "/par":
		p.note(r)
		p.nonce = r.PostForm.Get("nonce")
		if p.pushed == nil || !p.pushed(w) {
			w.WriteHeader(http.StatusCreated)
			_, _ = w.Write([]byte(`{"request_uri":"urn:ietf:params:oauth:request_uri:r+1","expires_in":60}`))
		}
	default:
		http.NotFound(w, r)
	}
}

// note keeps a request with the client's credentials. The lock is held.
func (p *provider) note(r *http.Request) {
	_ = r.ParseForm()
	p.forms, p.basic, p.headers = append(p.forms, r.PostForm), append(p.basic, r.Header.Get("Authorization")), append(p.headers, r.Header)
}

func (p *provider) keys() []any {
	kid := p.kid
	if p.noKid {
		kid = ""
	}
	keys := append([]any{}, p.extraKeys...)
	if !p.hideKey {
		keys = append(keys, jose.JSONWebKey{Key: &p.key.PublicKey, KeyID: kid, Use: "sig"})
	}
	return keys
}

// idToken makes the ID token of the present settings. The lock is held.
func (p *provider) idToken() string {
	if p.raw != "" {
		return p.raw
	}
	now := time.Now()
	hash := sha256.Sum256([]byte("at-canary"))
	claims := map[string]any{"iss": p.server.URL, "sub": "alice", "aud": "portico", "exp": now.Add(time.Minute).Unix(), "iat": now.Unix(), "nonce": p.nonce, "sid": "s-1", "account": 101,
		"at_hash": base64.RawURLEncoding.EncodeToString(hash[:16])}
	if p.claims != nil {
		p.claims(claims)
	}
	return p.sign(claims)
}

func (p *provider) sign(claims map[string]any) string {
	var signer any = p.key
	if p.signer != nil {
		signer = p.signer
	}
	options := &jose.SignerOptions{}
	if !p.noKid {
		options = options.WithHeader("kid", p.kid)
	}
	if p.typ != "" {
		options = options.WithType(p.typ)
	}
	s, err := jose.NewSigner(jose.SigningKey{Algorithm: p.alg, Key: signer}, options)
	if err != nil {
		p.t.Fatal(err)
	}
	payload, _ := json.Marshal(claims)
	jws, err := s.Sign(payload)
	if err != nil {
		p.t.Fatal(err)
	}
	text, err := jws.CompactSerialize()
	if err != nil {
		p.t.Fatal(err)
	}
	return text
}

// client is a relying party of the provider, with a log that the test may read.
func (p *provider) client(change ...func(*Config)) (*Client, *bytes.Buffer) {
	p.t.Helper()
	var log bytes.Buffer
	c := Config{Issuer: p.server.URL, ClientID: "portico", ClientSecret: secret.New("secret-canary"), RedirectURL: "https://portal.example/auth/callback", PostLogoutRedirectURL: "https://portal.example/out",
		Log: slog.New(slog.NewTextHandler(&log, &slog.HandlerOptions{Level: slog.LevelDebug})), Timeout: 20 * time.Second}
	for _, f := range change {
		f(&c)
	}
	client, err := New(c)
	if err != nil {
		p.t.Fatal(err)
	}
	return client, &log
}

// login goes through a whole sign-in.
func (p *provider) login(c *Client) (Identity, Tokens, error) {
	p.t.Helper()
	a, u, err := c.Begin(context.Background(), LoginOptions{ReturnTo: "/"})
	if err != nil {
		return Identity{}, Tokens{}, err
	}
	p.mu.Lock()
	if n := u.Query().Get("nonce"); n != "" {
		p.nonce = n // a pushed one is known already
	}
	p.mu.Unlock()
	return c.Finish(context.Background(), a, url.Values{"code": {"code-canary"}, "state": {a.State}})
}

func ecKey(t *testing.T) *ecdsa.PrivateKey {
	t.Helper()
	k, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	return k
}

// unsigned is a token with alg none.
func unsigned(claims map[string]any) string {
	b, _ := json.Marshal(claims)
	return base64.RawURLEncoding.EncodeToString([]byte(`{"alg":"none"}`)) + "." + base64.RawURLEncoding.EncodeToString(b) + "."
}

// secp256k1 is a key without alg on a curve that the JOSE library does not know; the conformance suite publishes one.
var secp256k1 = map[string]any{"kty": "EC", "crv": "secp256k1", "kid": "odd", "x": "WKn-ZIGevcwGIyyrzFoZNBdaq9_TsqzGl96oc0CWuis", "y": "y77t-RvAHRKTsSGdIYUfweuOvwrvDD-Q3Hv5J0fSKbE"}

func with(claims map[string]any, name string, value any) map[string]any {
	c := maps.Clone(claims)
	if value == nil {
		delete(c, name)
	} else {
		c[name] = value
	}
	return c
}

func status(code int, body string) func(http.ResponseWriter, map[string]any) bool {
	return func(w http.ResponseWriter, _ map[string]any) bool {
		w.Header().Set("Content-Type", "application/json")
		w.WriteHeader(code)
		fmt.Fprint(w, body)
		return true
	}
}

func newKeyPair(t *testing.T) *rsa.PrivateKey {
	t.Helper()
	k, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		t.Fatal(err)
	}
	return k
}
