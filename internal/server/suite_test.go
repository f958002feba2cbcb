package server

import (
	"crypto"
	"crypto/ecdsa"
	"crypto/ed25519"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/rsa"
	"encoding/json"
	"maps"
	"net/http"
	"net/http/httptest"
	"testing"
	"time"

	"github.com/go-jose/go-jose/v4"
)

// suite plays the identity server as the conformance suite of the OpenID Foundation does: an issuer with a path that ends in a slash, all algorithms advertised, and a key set of
// signing keys of every kind, without alg, one of them on a curve that the JOSE library does not know.
type suite struct {
	*httptest.Server
	issuer string
	keys   map[string]any // kid → private key
}

func newSuite(t *testing.T) *suite {
	t.Helper()
	s := &suite{keys: map[string]any{}}
	for _, kid := range []string{"rsa-1", "rsa-2"} {
		k, err := rsa.GenerateKey(rand.Reader, 2048)
		if err != nil {
			t.Fatal(err)
		}
		s.keys[kid] = k
	}
	for _, kid := range []string{"ec-1", "ec-2"} {
		k, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
		if err != nil {
			t.Fatal(err)
		}
		s.keys[kid] = k
	}
	_, s.keys["ed-1"], _ = ed25519.GenerateKey(rand.Reader)
	s.Server = httptest.NewServer(http.HandlerFunc(s.answer))
	t.Cleanup(s.Close)
	s.issuer = s.URL + "/test/a/portico/"
	return s
}

func (s *suite) answer(w http.ResponseWriter, r *http.Request) {
	switch r.URL.Path {
	case "/test/a/portico/.well-known/openid-configuration":
		_ = json.NewEncoder(w).Encode(map[string]any{"issuer": s.issuer, "authorization_endpoint": s.issuer + "authorize", "token_endpoint": s.issuer + "token", "userinfo_endpoint": s.issuer + "userinfo",
			"jwks_uri": s.issuer + "jwks", "end_session_endpoint": s.issuer + "end_session_endpoint", "id_token_signing_alg_values_supported": []string{"none", "RS256", "ES256", "PS256", "EdDSA"},
			"backchannel_logout_supported": true, "backchannel_logout_session_supported": true, "frontchannel_logout_supported": true, "frontchannel_logout_session_supported": true})
	case "/test/a/portico/jwks":
		list := []any{map[string]any{"kty": "EC", "use": "sig", "crv": "secp256k1", "kid": "odd", "x": "WKn-ZIGevcwGIyyrzFoZNBdaq9_TsqzGl96oc0CWuis", "y": "y77t-RvAHRKTsSGdIYUfweuOvwrvDD-Q3Hv5J0fSKbE"}}
		for kid, k := range s.keys {
			list = append(list, jose.JSONWebKey{Key: k.(crypto.Signer).Public(), KeyID: kid, Use: "sig"})
		}
		_ = json.NewEncoder(w).Encode(map[string]any{"keys": list})
	default:
		http.NotFound(w, r)
	}
}

const logoutEvent = "http://schemas.openid.net/event/backchannel-logout"

// claims of a good logout token for a session of Alice's, with changes: nil leaves a claim out.
func (s *suite) claims(change map[string]any) map[string]any {
	c := map[string]any{"iss": s.issuer, "sub": "alice", "aud": "portico", "sid": "s-1!\"/(?&;=+%", "jti": rand.Text(), "iat": time.Now().Unix(), "exp": time.Now().Add(2 * time.Minute).Unix(),
		"events": map[string]any{logoutEvent: map[string]any{}}, "ignored_claim": "ignored"}
	maps.Copy(c, change)
	maps.DeleteFunc(c, func(_ string, v any) bool { return v == nil })
	return c
}

// sign signs as the suite does: without a typ.
func (s *suite) sign(t *testing.T, alg jose.SignatureAlgorithm, kid string, claims map[string]any) string {
	t.Helper()
	signer, err := jose.NewSigner(jose.SigningKey{Algorithm: alg, Key: s.keys[kid]}, (&jose.SignerOptions{}).WithHeader("kid", kid))
	if err != nil {
		t.Fatal(err)
	}
	payload, _ := json.Marshal(claims)
	jws, err := signer.Sign(payload)
	if err != nil {
		t.Fatal(err)
	}
	text, err := jws.CompactSerialize()
	if err != nil {
		t.Fatal(err)
	}
	return text
}

// token is a good logout token with changes.
func (s *suite) token(t *testing.T, change map[string]any) string {
	t.Helper()
	return s.sign(t, jose.RS256, "rsa-2", s.claims(change))
}
