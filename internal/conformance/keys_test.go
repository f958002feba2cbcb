package conformance

import (
	"crypto/ecdsa"
	"crypto/ed25519"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/rsa"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/go-jose/go-jose/v4"
)

// keys are a key set with the key of it that signs.
type keys struct {
	signer    *rsa.PrivateKey
	kid       string
	published []any
	elliptic  *ecdsa.PrivateKey // one of the published ones
	ecKid     string
}

// pool holds RSA keys, which take long to make. A set takes the next two: under new ids, and others than the set before.
var pool = sync.OnceValue(func() []*rsa.PrivateKey {
	made := make([]*rsa.PrivateKey, 6)
	for i := range made {
		k, err := rsa.GenerateKey(rand.Reader, 2048)
		if err != nil {
			panic(err)
		}
		made[i] = k
	}
	return made
})

var drawn atomic.Int64

func drawRSA() *rsa.PrivateKey { return pool()[int(drawn.Add(1))%len(pool())] }

// usualKeys are what the suite publishes: two RSA, two P-256, one secp256k1 and one Ed25519 key to sign with, all without alg, and two to encrypt with.
func usualKeys(t *testing.T) keys {
	t.Helper()
	k := keys{signer: drawRSA(), kid: rand.Text(), elliptic: newEC(t), ecKid: rand.Text()}
	edwards, _, err := ed25519.GenerateKey(rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	public := func(key any, kid, use string) jose.JSONWebKey { return jose.JSONWebKey{Key: key, KeyID: kid, Use: use} }
	k.published = []any{
		// The curve of this one is unknown to many libraries; the point is on it.
		map[string]any{"kty": "EC", "crv": "secp256k1", "use": "sig", "kid": rand.Text(), "x": "WKn-ZIGevcwGIyyrzFoZNBdaq9_TsqzGl96oc0CWuis", "y": "y77t-RvAHRKTsSGdIYUfweuOvwrvDD-Q3Hv5J0fSKbE"},
		public(&drawRSA().PublicKey, rand.Text(), "enc"), public(&newEC(t).PublicKey, rand.Text(), "enc"),
		public(&drawRSA().PublicKey, rand.Text(), "sig"), public(&k.signer.PublicKey, k.kid, "sig"),
		public(&newEC(t).PublicKey, rand.Text(), "sig"), public(&k.elliptic.PublicKey, k.ecKid, "sig"), public(edwards, rand.Text(), "sig"),
	}
	return k
}

// keysWithoutKid are n keys of each type without ids; the first RSA key signs.
func keysWithoutKid(n int) func(*testing.T) keys {
	return func(t *testing.T) keys {
		t.Helper()
		k := keys{signer: drawRSA()}
		for range n - 1 {
			k.published = append(k.published, jose.JSONWebKey{Key: &drawRSA().PublicKey, Use: "sig"}, jose.JSONWebKey{Key: &newEC(t).PublicKey, Use: "sig"})
		}
		k.published = append(k.published, jose.JSONWebKey{Key: &newEC(t).PublicKey, Use: "sig"}, jose.JSONWebKey{Key: &k.signer.PublicKey, Use: "sig"})
		return k
	}
}

func newEC(t *testing.T) *ecdsa.PrivateKey {
	t.Helper()
	k, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	return k
}
