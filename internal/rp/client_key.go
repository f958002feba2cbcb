package rp

import (
	"cmp"
	"crypto"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/rsa"
	"crypto/x509"
	"encoding/base64"
	"encoding/json"
	"encoding/pem"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/go-jose/go-jose/v4"
	"github.com/go-jose/go-jose/v4/jwt"

	"portico/internal/secret"
)

// assertionLife is how long a client assertion counts. It is used at once, and once; but a provider whose clock is ahead of ours by the Leeway must not find it expired.
const assertionLife = Leeway + time.Minute

// What a client assertion names as its audience.
const (
	AudienceIssuer        = "issuer"         // the provider's issuer
	AudienceTokenEndpoint = "token-endpoint" // for providers of before that was settled
)

// parseClientKey reads a private key by which the client authenticates: PEM (PKCS #8, PKCS #1 or SEC 1) or a JWK. RSA keys of at least 2048 bits sign
// with RS256, or PS256 where a JWK says so, keys on P-256 with ES256. A key without an id gets its thumbprint (RFC 7638).
func parseClientKey(text secret.Text) (jose.JSONWebKey, error) {
	key, err := readKey([]byte(text.Reveal()))
	if err != nil {
		return key, err
	}
	switch k := key.Key.(type) {
	case *rsa.PrivateKey:
		key.Algorithm = cmp.Or(key.Algorithm, string(jose.RS256))
		if k.N.BitLen() < 2048 || key.Algorithm != string(jose.RS256) && key.Algorithm != string(jose.PS256) {
			return key, errors.New("an RSA key has at least 2048 bits and signs with RS256 or PS256")
		}
	case *ecdsa.PrivateKey:
		key.Algorithm = cmp.Or(key.Algorithm, string(jose.ES256))
		if k.Curve != elliptic.P256() || key.Algorithm != string(jose.ES256) {
			return key, errors.New("an elliptic key is on P-256 and signs with ES256")
		}
	default:
		return key, errors.New("not a private RSA or P-256 key")
	}
	key.Use = "sig"
	if key.KeyID == "" {
		sum, err := key.Thumbprint(crypto.SHA256)
		if err != nil {
			return key, errors.New("not a private RSA or P-256 key")
		}
		key.KeyID = base64.RawURLEncoding.EncodeToString(sum)
	}
	return key, nil
}

// readKey tells JWK and PEM apart. Errors do not quote what they read.
func readKey(text []byte) (jose.JSONWebKey, error) {
	if strings.HasPrefix(strings.TrimSpace(string(text)), "{") {
		var key jose.JSONWebKey
		if err := json.Unmarshal(text, &key); err != nil || !key.Valid() {
			return jose.JSONWebKey{}, errors.New("not a JWK")
		}
		return key, nil
	}
	block, _ := pem.Decode(text)
	if block == nil {
		return jose.JSONWebKey{}, errors.New("neither PEM nor JWK")
	}
	if k, err := x509.ParsePKCS8PrivateKey(block.Bytes); err == nil {
		return jose.JSONWebKey{Key: k}, nil
	}
	if k, err := x509.ParsePKCS1PrivateKey(block.Bytes); err == nil {
		return jose.JSONWebKey{Key: k}, nil
	}
	if k, err := x509.ParseECPrivateKey(block.Bytes); err == nil {
		return jose.JSONWebKey{Key: k}, nil
	}
	return jose.JSONWebKey{}, errors.New("PEM without a private key; one with a password is not taken")
}

// NewClientKey makes a key for an algorithm, RS256, PS256 or ES256, as a JWK with its private part.
func NewClientKey(algorithm string) (secret.Text, error) {
	var key any
	var err error
	switch jose.SignatureAlgorithm(algorithm) {
	case jose.RS256, jose.PS256:
		key, err = rsa.GenerateKey(rand.Reader, 3072)
	case jose.ES256:
		key, err = ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	default:
		return secret.Text{}, fmt.Errorf("%q is not one of RS256, PS256 and ES256", algorithm)
	}
	if err != nil {
		return secret.Text{}, err
	}
	jwk := jose.JSONWebKey{Key: key, Algorithm: algorithm, Use: "sig"}
	sum, err := jwk.Thumbprint(crypto.SHA256)
	if err != nil {
		return secret.Text{}, err
	}
	jwk.KeyID = base64.RawURLEncoding.EncodeToString(sum)
	text, err := jwk.MarshalJSON()
	return secret.New(string(text)), err
}

// parseClientKeys reads the keys in order: the first signs, all are published.
func parseClientKeys(texts []secret.Text) ([]jose.JSONWebKey, error) {
	var keys []jose.JSONWebKey
	var errs []error
	for i, text := range texts {
		key, err := parseClientKey(text)
		if err == nil && slices.ContainsFunc(keys, func(k jose.JSONWebKey) bool { return k.KeyID == key.KeyID }) {
			err = errors.New("the same key, or another one under the same id, stands before")
		}
		if err != nil {
			errs = append(errs, fmt.Errorf("client key %d: %w", i+1, err))
			continue
		}
		keys = append(keys, key)
	}
	return keys, errors.Join(errs...)
}

// CheckClientKey says what is wrong with one of [Config.ClientKeys].
func CheckClientKey(text secret.Text) error {
	_, err := parseClientKey(text)
	return err
}

// PublicKeys returns the client's public keys as a JWK Set (RFC 7517 section 5) for the provider to fetch, nil when the client has none.
func (c *Client) PublicKeys() []byte {
	if len(c.signers) == 0 {
		return nil
	}
	var set jose.JSONWebKeySet
	for _, k := range c.signers {
		set.Keys = append(set.Keys, k.Public())
	}
	text, err := json.Marshal(set)
	if err != nil {
		return nil // public keys that were parsed can be written
	}
	return text
}

// assertion returns a new JWT by which the client authenticates once (RFC 7523 section 3, OpenID Connect Core section 9).
func (c *Client) assertion(doc *metadata) (string, error) {
	key := c.signers[0]
	signer, err := jose.NewSigner(jose.SigningKey{Algorithm: jose.SignatureAlgorithm(key.Algorithm), Key: key}, (&jose.SignerOptions{}).WithType("JWT"))
	if err != nil {
		return "", errors.New("rp: the client key does not sign")
	}
	audience := doc.Issuer
	if c.c.AssertionAudience == AudienceTokenEndpoint {
		audience = doc.TokenEndpoint
	}
	now := c.c.Now()
	// aud is a string and not a list: some providers want exactly one.
	return jwt.Signed(signer).Claims(map[string]any{
		"iss": c.c.ClientID, "sub": c.c.ClientID, "aud": audience, "jti": random(), "iat": now.Unix(), "exp": now.Add(assertionLife).Unix(),
	}).Serialize()
}
