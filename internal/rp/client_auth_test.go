package rp

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/rsa"
	"crypto/tls"
	"crypto/x509"
	"encoding/json"
	"encoding/pem"
	"errors"
	"math/big"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/go-jose/go-jose/v4"

	"portico/internal/secret"
)

func newSecretKey(t *testing.T, algorithm string) secret.Text {
	t.Helper()
	key, err := NewClientKey(algorithm)
	if err != nil {
		t.Fatal(err)
	}
	return key
}

// asserted is the payload of a client assertion, checked with the published keys as a provider does.
func asserted(t *testing.T, c *Client, form url.Values) (jose.Header, map[string]any) {
	t.Helper()
	if got := form.Get("client_assertion_type"); got != "urn:ietf:params:oauth:client-assertion-type:jwt-bearer" || form.Get("client_id") != "portico" {
		t.Errorf("client_assertion_type %q, client_id %q", got, form.Get("client_id"))
	}
	jws, err := jose.ParseSignedCompact(form.Get("client_assertion"), []jose.SignatureAlgorithm{jose.RS256, jose.PS256, jose.ES256})
	if err != nil {
		t.Fatal(err)
	}
	var set jose.JSONWebKeySet
	if err := json.Unmarshal(c.PublicKeys(), &set); err != nil {
		t.Fatal(err)
	}
	head := jws.Signatures[0].Protected
	published := set.Key(head.KeyID)
	if len(published) != 1 || !published[0].IsPublic() || published[0].Algorithm != head.Algorithm || published[0].Use != "sig" {
		t.Fatalf("the key %q is not published once: %s", head.KeyID, c.PublicKeys())
	}
	payload, err := jws.Verify(published[0])
	if err != nil {
		t.Fatal(err)
	}
	var claims map[string]any
	if err := json.Unmarshal(payload, &claims); err != nil {
		t.Fatal(err)
	}
	return head, claims
}

// Each request to the token and revocation endpoints has an assertion of its own, and no secret.
func TestPrivateKeyJWT(t *testing.T) {
	t.Parallel()
	rs256, second := newSecretKey(t, "RS256"), newSecretKey(t, "ES256")
	for algorithm, key := range map[string]secret.Text{"ES256": newSecretKey(t, "ES256"), "RS256": rs256, "PS256": secret.New(strings.Replace(rs256.Reveal(), `"RS256"`, `"PS256"`, 1))} {
		p := newProvider(t)
		p.metadata["token_endpoint_auth_methods_supported"] = []string{"client_secret_basic", "private_key_jwt"}
		c, log := p.client(func(c *Config) { c.ClientKeys = []secret.Text{key, second} })
		_, tokens, err := p.login(c)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := c.Refresh(t.Context(), tokens.Refresh, ""); err != nil {
			t.Fatal(err)
		}
		if err := c.Revoke(t.Context(), tokens.Refresh, "refresh_token"); err != nil {
			t.Fatal(err)
		}
		if len(p.forms) != 3 {
			t.Fatalf("%d requests with credentials, want 3", len(p.forms))
		}
		seen := map[any]bool{}
		for i, form := range p.forms {
			head, claims := asserted(t, c, form)
			life := claims["exp"].(float64) - claims["iat"].(float64)
			if head.Algorithm != algorithm || claims["iss"] != "portico" || claims["sub"] != "portico" || claims["aud"] != p.server.URL || life <= Leeway.Seconds() || life > 120 || seen[claims["jti"]] || claims["jti"] == "" {
				t.Errorf("%s, request %d: header %+v, claims %v", algorithm, i, head, claims)
			}
			seen[claims["jti"]] = true
			if form.Has("client_secret") || p.basic[i] != "" {
				t.Errorf("%s, request %d: a secret is sent beside the assertion", algorithm, i)
			}
		}
		if strings.Contains(log.String(), "eyJ") {
			t.Errorf("the log holds an assertion: %s", log)
		}
	}
}

func TestAssertionForTheTokenEndpoint(t *testing.T) {
	t.Parallel()
	p := newProvider(t)
	c, _ := p.client(func(c *Config) {
		c.ClientSecret, c.ClientKeys, c.AssertionAudience = secret.Text{}, []secret.Text{newSecretKey(t, "ES256")}, AudienceTokenEndpoint
	})
	if _, _, err := p.login(c); err != nil {
		t.Fatal(err)
	}
	if _, claims := asserted(t, c, p.forms[0]); claims["aud"] != p.server.URL+"/token" {
		t.Errorf("aud = %v, want the token endpoint", claims["aud"])
	}
}

func TestStyles(t *testing.T) {
	t.Parallel()
	key, password := newSecretKey(t, "ES256"), secret.New("s")
	certificate := func(*tls.CertificateRequestInfo) (*tls.Certificate, error) { return nil, nil }
	for name, tt := range map[string]struct {
		config Config
		listed []string
		want   AuthStyle
	}{
		"nothing listed":               {Config{ClientSecret: password}, nil, AuthStyleBasic},
		"post only":                    {Config{ClientSecret: password}, []string{"client_secret_post"}, AuthStylePost},
		"basic before post":            {Config{ClientSecret: password}, []string{"client_secret_post", "client_secret_basic"}, AuthStyleBasic},
		"a key before a secret":        {Config{ClientSecret: password, ClientKeys: []secret.Text{key}}, []string{"client_secret_basic", "private_key_jwt"}, AuthStyleKey},
		"a key that nobody asks for":   {Config{ClientSecret: password, ClientKeys: []secret.Text{key}}, []string{"client_secret_basic"}, AuthStyleBasic},
		"a key alone, nothing listed":  {Config{ClientKeys: []secret.Text{key}}, nil, AuthStyleKey},
		"a certificate":                {Config{ClientSecret: password, Certificate: certificate}, []string{"client_secret_basic", "self_signed_tls_client_auth"}, AuthStyleTLS},
		"a certificate alone":          {Config{Certificate: certificate}, nil, AuthStyleTLS},
		"as configured, whatever else": {Config{ClientSecret: password, ClientKeys: []secret.Text{key}, AuthStyle: AuthStylePost}, []string{"private_key_jwt"}, AuthStylePost},
	} {
		tt.config.Issuer, tt.config.ClientID, tt.config.RedirectURL = "https://id.example", "portico", "https://portal.example/cb"
		c, err := New(tt.config)
		if err != nil {
			t.Errorf("%s: New = %v", name, err)
			continue
		}
		if got := c.authStyle(&metadata{AuthMethods: tt.listed}); got != tt.want {
			t.Errorf("%s: %s, want %s", name, got, tt.want)
		}
	}
}

func TestCredentialsThatCannotBeUsed(t *testing.T) {
	t.Parallel()
	small, err := rsa.GenerateKey(rand.Reader, 1024) // too short on purpose
	if err != nil {
		t.Fatal(err)
	}
	other, err := ecdsa.GenerateKey(elliptic.P384(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	inPEM := func(key any) secret.Text {
		der, err := x509.MarshalPKCS8PrivateKey(key)
		if err != nil {
			t.Fatal(err)
		}
		return secret.New(string(pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: der})))
	}
	good := newSecretKey(t, "ES256")
	var public jose.JSONWebKey
	if err := json.Unmarshal([]byte(good.Reveal()), &public); err != nil {
		t.Fatal(err)
	}
	text, err := public.Public().MarshalJSON()
	if err != nil {
		t.Fatal(err)
	}
	for name, change := range map[string]func(*Config){
		"a short RSA key":       func(c *Config) { c.ClientKeys = []secret.Text{inPEM(small)} },
		"another curve":         func(c *Config) { c.ClientKeys = []secret.Text{inPEM(other)} },
		"a public key":          func(c *Config) { c.ClientKeys = []secret.Text{secret.New(string(text))} },
		"a secret as a key":     func(c *Config) { c.ClientKeys = []secret.Text{secret.New(`{"kty":"oct","k":"c2VjcmV0LWNhbmFyeQ"}`)} },
		"neither PEM nor JWK":   func(c *Config) { c.ClientKeys = []secret.Text{secret.New("canary")} },
		"the same key twice":    func(c *Config) { c.ClientKeys = []secret.Text{good, good} },
		"no credentials":        func(c *Config) { c.ClientSecret = secret.Text{} },
		"a style without a key": func(c *Config) { c.AuthStyle = AuthStyleKey },
		"an unknown style":      func(c *Config) { c.AuthStyle = "guess" },
		"basic with a key only": func(c *Config) {
			c.ClientSecret, c.ClientKeys, c.AuthStyle = secret.Text{}, []secret.Text{good}, AuthStyleBasic
		},
	} {
		c := Config{Issuer: "https://id.example", ClientID: "portico", ClientSecret: secret.New("s"), RedirectURL: "https://portal.example/cb"}
		change(&c)
		if _, err := New(c); err == nil || strings.Contains(err.Error(), "canary") || strings.Contains(err.Error(), "c2Vj") {
			t.Errorf("%s: New = %v, want an error without the key", name, err)
		}
	}
	c := Config{Issuer: "https://id.example", ClientID: "portico", RedirectURL: "https://portal.example/cb", ClientKeys: []secret.Text{inPEM(newKeyPair(t)), inPEM(ecKey(t))}}
	if client, err := New(c); err != nil || client.signers[0].KeyID == "" || client.signers[0].Algorithm != "RS256" || client.signers[1].Algorithm != "ES256" || strings.Contains(string(client.PublicKeys()), `"d"`) {
		t.Errorf("PEM keys: %v, published %s", err, client.PublicKeys())
	}
}

// secured is a provider that answers over TLS, with addresses of their own for clients with a certificate.
type secured struct {
	*provider
	plain, mutual *httptest.Server
	mu            sync.Mutex
	presented     map[string]string // path → subject of the certificate that came with it
}

func newSecured(t *testing.T) *secured {
	t.Helper()
	s := &secured{provider: newProvider(t), presented: map[string]string{}}
	s.plain = httptest.NewTLSServer(s.provider)
	t.Cleanup(s.plain.Close)
	s.mutual = httptest.NewUnstartedServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		s.mu.Lock()
		s.presented[r.URL.Path] = r.TLS.PeerCertificates[0].Subject.CommonName
		s.mu.Unlock()
		s.provider.ServeHTTP(w, r)
	}))
	s.mutual.TLS = &tls.Config{ClientAuth: tls.RequireAnyClientCert, MinVersion: tls.VersionTLS12}
	s.mutual.StartTLS()
	t.Cleanup(s.mutual.Close)
	for name, value := range s.metadata {
		if address, ok := value.(string); ok {
			s.metadata[name] = strings.Replace(address, s.server.URL, s.plain.URL, 1)
		}
	}
	s.metadata["token_endpoint_auth_methods_supported"] = []string{"tls_client_auth"}
	s.metadata["mtls_endpoint_aliases"] = map[string]string{"token_endpoint": s.mutual.URL + "/token", "revocation_endpoint": s.mutual.URL + "/revoke", "userinfo_endpoint": s.mutual.URL + "/userinfo"}
	s.claims = func(c map[string]any) { c["iss"] = s.plain.URL }
	return s
}

func (s *secured) trust(c *Config) {
	c.Issuer, c.ClientSecret = s.plain.URL, secret.Text{}
	c.RootCAs = x509.NewCertPool()
	c.RootCAs.AddCert(s.plain.Certificate())
	c.RootCAs.AddCert(s.mutual.Certificate())
}

func TestClientCertificate(t *testing.T) {
	t.Parallel()
	s := newSecured(t)
	made := selfSigned(t, "portico client")
	c, _ := s.client(s.trust, func(c *Config) {
		c.Certificate = func(*tls.CertificateRequestInfo) (*tls.Certificate, error) { return made, nil }
	})
	_, tokens, err := s.login(c)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := c.Refresh(t.Context(), tokens.Refresh, ""); err != nil {
		t.Fatal(err)
	}
	if err := c.Revoke(t.Context(), tokens.Refresh, "refresh_token"); err != nil {
		t.Fatal(err)
	}
	for _, path := range []string{"/token", "/userinfo", "/revoke"} {
		if s.presented[path] != "portico client" {
			t.Errorf("%s was asked by %q, want the client's certificate", path, s.presented[path])
		}
	}
	for i, form := range s.forms {
		if form.Get("client_id") != "portico" || form.Has("client_secret") || form.Has("client_assertion") || s.basic[i] != "" {
			t.Errorf("request %d: %v", i, form)
		}
	}
}

func TestClientCertificateIsNotTaken(t *testing.T) {
	t.Parallel()
	s := newSecured(t)
	c, _ := s.client(s.trust, func(c *Config) {
		c.Certificate = func(*tls.CertificateRequestInfo) (*tls.Certificate, error) { return &tls.Certificate{}, nil } // as if there were none
	})
	if _, _, err := s.login(c); problem(err) != ProblemGrant {
		t.Errorf("login without the certificate = %v, want a problem with the grant", err)
	}
	stranger, _ := s.client(s.trust, func(c *Config) {
		c.RootCAs, c.ClientSecret = x509.NewCertPool(), secret.New("s")
	})
	if _, _, err := stranger.Begin(t.Context(), LoginOptions{}); err == nil {
		t.Error("a provider whose certificate comes from nobody we trust is asked")
	}
}

func selfSigned(t *testing.T, name string) *tls.Certificate {
	t.Helper()
	key := ecKey(t)
	template := &x509.Certificate{SerialNumber: big.NewInt(1), NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().Add(time.Hour)}
	template.Subject.CommonName = name
	der, err := x509.CreateCertificate(rand.Reader, template, template, &key.PublicKey, key)
	if err != nil {
		t.Fatal(err)
	}
	return &tls.Certificate{Certificate: [][]byte{der}, PrivateKey: key}
}

// A provider whose clock is minutes off takes the assertion for expired and says no more than that it does not know the client. Its answers' Date tells why.
func TestAssertionRefusedByAnotherClock(t *testing.T) {
	t.Parallel()
	for off, want := range map[time.Duration]Problem{5 * time.Minute: ProblemClock, -5 * time.Minute: ProblemClock, 0: ProblemGrant} {
		p := newProvider(t)
		p.document = func(w http.ResponseWriter) bool {
			w.Header().Set("Date", time.Now().Add(off).UTC().Format(http.TimeFormat))
			return false
		}
		p.token = status(http.StatusUnauthorized, `{"error":"invalid_client"}`)
		c, _ := p.client(func(c *Config) { c.ClientSecret, c.ClientKeys = secret.Text{}, []secret.Text{newSecretKey(t, "ES256")} })
		_, _, err := p.login(c)
		if e, ok := errors.AsType[*AuthError](err); !ok || e.Problem != want {
			t.Errorf("a clock that is %v off: %v, want %s", off, err, want)
		}
	}
}
