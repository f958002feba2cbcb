package rp

import (
	"cmp"
	"context"
	"crypto/ecdsa"
	"crypto/ed25519"
	"crypto/rsa"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"github.com/go-jose/go-jose/v4"
)

const (
	keyAge     = time.Hour        // withdrawn keys die within it
	keyRefetch = 30 * time.Second // between fetches that a token causes, and between those that logout tokens cause for nothing
	keyRetry   = 5 * time.Second  // the same for sign-ins, after a fetch that brought nothing
	keyBurst   = 4                // fetches that logins may have at once for nothing, before they wait like everybody
	keyWaiters = 64               // logout tokens that may wait for a fetch under way; the rest is judged by the keys at hand
)

// keyCache holds the provider's signature keys. Tokens that no known key signed cause a new fetch, but strangers who send
// forged logout tokens cannot cause many.
type keyCache struct {
	flights
	mu        sync.Mutex
	uri       string
	keys      []jose.JSONWebKey
	fetches   uint64 // that have ended, well or not
	waiters   int    // logout tokens that wait for a fetch
	fetched   time.Time
	tried     time.Time
	err       error // of the last fetch
	burst     int   // fetches that logins have used of keyBurst; one comes back each keyRefetch, and each that brought the key that was missing
	refilled  time.Time
	strangers time.Time // last fetch that a logout token caused for nothing
}

// keySet is a view of the cache that implements oidc.KeySet for one token.
type keySet struct {
	client *Client
	uri    string
	login  bool // a person waits: may use the burst
	algs   []jose.SignatureAlgorithm
	down   bool // the keys could not be had; go-oidc hides the cause
}

func (c *Client) keySet(uri string, login bool) *keySet {
	algs := make([]jose.SignatureAlgorithm, len(c.c.Algorithms))
	for i, a := range c.c.Algorithms {
		algs[i] = jose.SignatureAlgorithm(a)
	}
	return &keySet{client: c, uri: uri, login: login, algs: algs}
}

var errSignature = errors.New("rp: no key of the provider signed this token")

// VerifySignature implements oidc.KeySet: it returns the payload when one of the provider's keys signed the token. Keys that the
// header supplies or points to (jwk, jku, x5c, x5u) are never looked at.
func (k *keySet) VerifySignature(ctx context.Context, raw string) ([]byte, error) {
	jws, err := jose.ParseSignedCompact(raw, k.algs)
	if err != nil || len(jws.Signatures) != 1 {
		return nil, errSignature
	}
	known, err := k.client.keys.get(ctx, k.client, k.uri)
	for round := 0; err == nil && round < 3; round++ { // the keys at hand, those that are fetched for another token, and those that are fetched for this one
		if payload, ok := verifyWith(jws, known.keys); ok {
			if known.own && round > 0 {
				k.client.keys.worthwhile(k.login)
			}
			return payload, nil
		}
		known, err = k.more(ctx, known)
	}
	if k.down = errors.Is(err, ErrProviderUnavailable); k.down {
		return nil, err
	}
	return nil, errSignature
}

// more returns other keys than the known ones, which did not sign the token. The error is errSignature when there are none, or none that may be asked for now, and ErrProviderUnavailable when
// they cannot be had: then nobody knows who signed.
func (k *keySet) more(ctx context.Context, known keysKnown) (keysKnown, error) {
	next, waited := known, true
	if !known.own { // a fetch that was under way for another token may have begun before the provider changed its keys
		var err error
		if next, err = k.client.keys.refetch(ctx, k.client, k.uri, k.login, known.after); err != nil {
			return next, err
		}
		waited = next.after != known.after
	}
	switch {
	case next.failed && (waited || k.login):
		return next, ErrProviderUnavailable
	case known.own || !waited:
		return next, errSignature
	}
	return next, nil
}

// verifyWith tries the keys that fit the header: those with its kid, or all when it names none.
func verifyWith(jws *jose.JSONWebSignature, keys []jose.JSONWebKey) ([]byte, bool) {
	h := jws.Signatures[0].Protected
	for _, k := range keys {
		if h.KeyID != "" && k.KeyID != "" && k.KeyID != h.KeyID || k.Algorithm != "" && k.Algorithm != h.Algorithm || !suits(k.Key, h.Algorithm) {
			continue
		}
		if payload, err := jws.Verify(k.Key); err == nil {
			return payload, true
		}
	}
	return nil, false
}

// suits reports whether a key is of the algorithm's family, so that no other confusion is left to the library.
func suits(key any, alg string) bool {
	switch k := key.(type) {
	case *rsa.PublicKey:
		return (strings.HasPrefix(alg, "RS") || strings.HasPrefix(alg, "PS")) && k.N.BitLen() >= 2048
	case *ecdsa.PublicKey:
		return strings.HasPrefix(alg, "ES")
	case ed25519.PublicKey:
		return alg == "EdDSA"
	}
	return false
}

// keysKnown are the keys as they were at a moment.
type keysKnown struct {
	keys   []jose.JSONWebKey
	after  uint64 // fetches that had ended by then
	own    bool   // one of them was begun for who asks
	failed bool   // the last of them brought nothing
}

// get returns the keys, fetched at most keyAge ago if the provider answers; the last good ones otherwise.
func (k *keyCache) get(ctx context.Context, c *Client, uri string) (keysKnown, error) {
	k.mu.Lock()
	fresh := k.uri == uri && c.c.Now().Sub(k.fetched) < keyAge
	recently := k.uri == uri && len(k.keys) > 0 && c.c.Now().Sub(k.tried) < keyRefetch
	known := keysKnown{keys: k.keys, after: k.fetches}
	k.mu.Unlock()
	if fresh || recently {
		return known, nil
	}
	return k.fetch(ctx, c, uri, func() bool { return true })
}

// refetch asks for the keys again because of a token that those after so many fetches did not sign. Who comes while they are fetched for another token waits for these, which cost the
// throttle nothing: right after a change of keys many come at once, and one fetch helps them all. Otherwise the throttle decides whether there is a fetch.
func (k *keyCache) refetch(ctx context.Context, c *Client, uri string, login bool, after uint64) (keysKnown, error) {
	if !login && !k.queue() {
		return keysKnown{after: after}, nil
	}
	if !login {
		defer k.leave()
	}
	return k.fetch(ctx, c, uri, func() bool { return k.ended() == after && k.allowed(c.c.Now(), login) })
}

// queue lets so many logout tokens wait, and not more: forged ones must not hold every request that the process has room for while a provider answers slowly.
func (k *keyCache) queue() bool {
	k.mu.Lock()
	defer k.mu.Unlock()
	if k.waiters == keyWaiters {
		return false
	}
	k.waiters++
	return true
}

func (k *keyCache) leave() {
	k.mu.Lock()
	defer k.mu.Unlock()
	k.waiters--
}

func (k *keyCache) ended() uint64 {
	k.mu.Lock()
	defer k.mu.Unlock()
	return k.fetches
}

func (k *keyCache) allowed(now time.Time, login bool) bool {
	k.mu.Lock()
	defer k.mu.Unlock()
	if back := int(now.Sub(k.refilled) / keyRefetch); back > 0 {
		k.burst = max(0, k.burst-back)
		k.refilled = now
	}
	switch {
	case !login: // whatever logins did: a provider sends a logout token once, also when it has just changed its keys
		if now.Sub(k.strangers) < keyRefetch {
			return false
		}
		k.strangers = now
		return true
	case now.Sub(k.tried) >= keyRefetch, k.err != nil && now.Sub(k.tried) >= keyRetry:
		return true
	case k.burst < keyBurst:
		k.burst++
		return true
	}
	return false
}

// worthwhile gives back what a fetch cost: a provider that has changed its keys is no reason to wait, however often it does.
func (k *keyCache) worthwhile(login bool) {
	k.mu.Lock()
	defer k.mu.Unlock()
	if !login {
		k.strangers = time.Time{}
		return
	}
	k.burst = max(0, k.burst-1)
}

// fetch returns what a fetch that began after the call brought, if allow lets there be one in turn, or the last good keys of the same address.
func (k *keyCache) fetch(ctx context.Context, c *Client, uri string, allow func() bool) (keysKnown, error) {
	var own atomic.Bool
	err := k.do(ctx, allow, func(ctx context.Context) {
		own.Store(true)
		k.renew(ctx, c, uri)
	})
	if err != nil {
		return keysKnown{}, fmt.Errorf("%w: %w", ErrProviderUnavailable, err)
	}
	k.mu.Lock()
	defer k.mu.Unlock()
	if k.uri == uri && len(k.keys) > 0 {
		return keysKnown{keys: k.keys, after: k.fetches, own: own.Load(), failed: k.err != nil}, nil
	}
	return keysKnown{}, cmp.Or(k.err, ErrProviderUnavailable)
}

// renew reads the key set. Keys that do not parse or are not for signatures are skipped (RFC 7517 section 5); an answer without any usable
// key is a failure, and the last good keys stay.
func (k *keyCache) renew(ctx context.Context, c *Client, uri string) {
	k.mu.Lock()
	k.tried = c.c.Now()
	k.mu.Unlock()
	keys, err := c.fetchKeys(ctx, uri)
	c.c.Observer.Fetched("keys", err == nil)
	k.mu.Lock()
	defer k.mu.Unlock()
	k.fetches++
	if k.err = err; err == nil {
		k.uri, k.keys, k.fetched = uri, keys, c.c.Now()
		return
	}
	c.c.Log.WarnContext(ctx, "provider keys not fetched", "error", err, "kept", len(k.keys))
}

func (c *Client) fetchKeys(ctx context.Context, uri string) ([]jose.JSONWebKey, error) {
	body, err := c.fetch(ctx, uri, "application/jwk-set+json, application/json")
	if err != nil {
		return nil, err
	}
	keys := parseKeys(body)
	if len(keys) == 0 {
		return nil, &answerError{what: "key set without a usable key"}
	}
	return keys, nil
}

// parseKeys reads a key set key by key, so that one that we do not understand costs only itself.
func parseKeys(body []byte) []jose.JSONWebKey {
	var set struct {
		Keys []json.RawMessage `json:"keys"`
	}
	if json.Unmarshal(body, &set) != nil {
		return nil
	}
	var keys []jose.JSONWebKey
	for _, raw := range set.Keys {
		var k jose.JSONWebKey
		if len(keys) < 100 && k.UnmarshalJSON(raw) == nil && k.IsPublic() && k.Valid() && k.Use != "enc" && verifies(raw) {
			keys = append(keys, k)
		}
	}
	return keys
}

// verifies reports whether a key may verify signatures by its key_ops, which the library does not read; one without that member may (RFC 7517 section 4.3).
func verifies(key json.RawMessage) bool {
	var k struct {
		Operations []string `json:"key_ops"`
	}
	return json.Unmarshal(key, &k) == nil && (k.Operations == nil || slices.Contains(k.Operations, "verify"))
}
