package rp

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/go-jose/go-jose/v4"

	"portico/internal/secret"
)

// quiet is a provider of documents that never change, without a network.
type quiet map[string]string

func (q quiet) RoundTrip(r *http.Request) (*http.Response, error) {
	body, ok := q[r.URL.Path]
	status := http.StatusOK
	if !ok {
		status = http.StatusNotFound
	}
	return &http.Response{StatusCode: status, Header: http.Header{"Content-Type": {"application/json"}}, Body: io.NopCloser(strings.NewReader(body)), Request: r}, nil
}

// fuzzClient is a client of a quiet provider, which signs with key.
func fuzzClient(f *testing.F) (*Client, jose.Signer) {
	f.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		f.Fatal(err)
	}
	keys, _ := json.Marshal(jose.JSONWebKeySet{Keys: []jose.JSONWebKey{{Key: &key.PublicKey, KeyID: "k", Use: "sig"}}})
	c, err := New(Config{Issuer: "https://op.example", ClientID: "portico", ClientSecret: secret.New("s"), RedirectURL: "https://portal.example/cb", Algorithms: []string{"ES256"}, Transport: quiet{
		"/.well-known/openid-configuration": `{"issuer":"https://op.example","authorization_endpoint":"https://op.example/a","token_endpoint":"https://op.example/t","jwks_uri":"https://op.example/keys"}`, "/keys": string(keys)}})
	if err != nil {
		f.Fatal(err)
	}
	signer, err := jose.NewSigner(jose.SigningKey{Algorithm: jose.ES256, Key: key}, (&jose.SignerOptions{}).WithType("logout+jwt").WithHeader("kid", "k"))
	if err != nil {
		f.Fatal(err)
	}
	return c, signer
}

// FuzzLogoutToken looks for a text that is no token of the provider and passes for one.
func FuzzLogoutToken(f *testing.F) {
	c, _ := fuzzClient(f)
	for _, seed := range []string{"", "..", "e30.e30.", unsigned(map[string]any{"iss": "https://op.example"}), "eyJhbGciOiJFUzI1NiIsInR5cCI6ImxvZ291dCtqd3QifQ.e30.AAAA", `{"payload":"e30","signatures":[{},{}]}`, strings.Repeat("a", 20<<10)} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, raw string) {
		if got, err := c.VerifyLogout(t.Context(), raw); !errors.Is(err, ErrLogoutToken) {
			t.Fatalf("VerifyLogout(%q) = %+v, %v", raw, got, err)
		}
	})
}

// FuzzClaims lets the provider sign anything. What is accepted has a subject of a length, times of now, and is for us.
func FuzzClaims(f *testing.F) {
	c, signer := fuzzClient(f)
	now := time.Now().Unix()
	good, _ := json.Marshal(map[string]any{"iss": "https://op.example", "sub": "alice", "aud": "portico", "exp": now + 60, "iat": now, "jti": "j", "sid": "s", "events": map[string]any{"http://schemas.openid.net/event/backchannel-logout": map[string]any{}}})
	for _, seed := range []string{string(good), strings.Replace(string(good), `"alice"`, `7`, 1), `{"exp":1e400}`, `[]`, `null`, `{"aud":["portico","x"],"azp":null}`, `{"iat":-1,"exp":"soon"}`, `{"sub":"a","sub":"b"}`} {
		f.Add([]byte(seed))
	}
	doc, err := c.endpoints(f.Context())
	if err != nil {
		f.Fatal(err)
	}
	f.Fuzz(func(t *testing.T, claims []byte) {
		jws, err := signer.Sign(claims)
		if err != nil {
			return
		}
		raw, err := jws.CompactSerialize()
		if err != nil {
			return
		}
		if id, err := c.verify(t.Context(), doc, secret.New(raw), "", secret.New("at")); err == nil && (id.Subject == "" || len(id.Subject) > 255 || len(id.SID) > 255 || id.Issuer != "https://op.example" || time.Since(id.IssuedAt) > 25*time.Hour || time.Until(id.IssuedAt) > 2*Leeway) {
			t.Fatalf("%q is %+v", claims, id)
		}
		if l, err := c.VerifyLogout(t.Context(), raw); err == nil && (l.ID == "" || l.Subject == "" && l.SID == "") {
			t.Fatalf("%q ends %+v", claims, l)
		}
	})
}

// FuzzAttempt reads what was sealed into a cookie, by this version or by another one.
func FuzzAttempt(f *testing.F) {
	b, _ := Attempt{State: "s", Nonce: "n", Verifier: secret.New("v"), Started: time.UnixMilli(1), LoginOptions: LoginOptions{ReturnTo: "/sites?a&b"}}.MarshalBinary()
	f.Add(b)
	f.Add([]byte(`{"m":9223372036854775807,"t":-1}`))
	f.Fuzz(func(t *testing.T, b []byte) {
		var a Attempt
		if a.UnmarshalBinary(b) != nil {
			return
		}
		again, err := a.MarshalBinary()
		var back Attempt
		if err != nil || back.UnmarshalBinary(again) != nil || back.State != a.State || back.ReturnTo != a.ReturnTo || !back.Verifier.Equal(a.Verifier) {
			t.Fatalf("%q comes back as %q, %v", b, again, err)
		}
	})
}
