package rp

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/go-jose/go-jose/v4"

	"portico/internal/secret"
)

// inMemory asks the provider without a network, so that time may stand still; its key set takes a while.
type inMemory struct {
	p     *provider
	takes time.Duration
}

func (m inMemory) RoundTrip(r *http.Request) (*http.Response, error) {
	w := httptest.NewRecorder()
	m.p.ServeHTTP(w, r)
	if r.URL.Path == "/jwks" {
		time.Sleep(m.takes)
	}
	return w.Result(), nil
}

// Right after a provider has changed its keys everybody comes with a token that no known key signed: one fetch helps them all, also those who come while it is under way.
func TestOneFetchForAllAfterARotation(t *testing.T) {
	t.Parallel()
	for what, judge := range map[string]func(ctx context.Context, c *Client, raw string) error{
		"sign-ins": func(ctx context.Context, c *Client, raw string) error {
			return c.CheckRefreshed(ctx, Tokens{IDToken: secret.New(raw), Access: secret.New("at-canary")}, Identity{Issuer: c.c.Issuer, Subject: "alice"})
		},
		"logout tokens": func(ctx context.Context, c *Client, raw string) error {
			_, err := c.VerifyLogout(ctx, raw)
			return err
		},
	} {
		t.Run(what, func(t *testing.T) {
			t.Parallel()
			p, next := newProvider(t), newKeyPair(t)
			synctest.Test(t, func(t *testing.T) {
				c, _ := p.client(func(c *Config) { c.Transport = inMemory{p, time.Second} })
				if err := c.Ready(t.Context()); err != nil {
					t.Fatal(err)
				}
				time.Sleep(time.Minute)
				p.change(func() { p.key, p.kid = next, "k2" })
				before := p.count("/jwks")
				var all sync.WaitGroup
				for i := range 20 {
					raw := p.sign(p.both(fmt.Sprint(i)))
					all.Go(func() {
						time.Sleep(time.Duration(i) * 40 * time.Millisecond)
						if err := judge(t.Context(), c, raw); err != nil {
							t.Errorf("number %d: %v", i, err)
						}
					})
				}
				all.Wait()
				if n := p.count("/jwks") - before; n != 1 {
					t.Errorf("%d key fetches, want 1", n)
				}
			})
		})
	}
}

// A fetch for a forged token that began before the provider changed its keys does not stand for the one that an honest token needs.
func TestFetchUnderWayMayBeTooEarly(t *testing.T) {
	t.Parallel()
	p, forger, next := newProvider(t), newProvider(t), newKeyPair(t)
	forger.key, forger.kid = newKeyPair(t), "unknown"
	synctest.Test(t, func(t *testing.T) {
		c, _ := p.client(func(c *Config) { c.Transport = inMemory{p, time.Second} })
		if err := c.Ready(t.Context()); err != nil {
			t.Fatal(err)
		}
		time.Sleep(time.Minute)
		forged := forger.sign(p.both("forged"))
		before := p.count("/jwks")
		var all sync.WaitGroup
		all.Go(func() {
			if _, err := c.VerifyLogout(t.Context(), forged); !errors.Is(err, ErrLogoutToken) {
				t.Errorf("forged: %v", err)
			}
		})
		time.Sleep(500 * time.Millisecond)
		p.change(func() { p.key, p.kid = next, "k2" })
		if err := c.CheckRefreshed(t.Context(), Tokens{IDToken: secret.New(p.sign(p.both("honest"))), Access: secret.New("at-canary")}, Identity{Issuer: c.c.Issuer, Subject: "alice"}); err != nil {
			t.Errorf("honest: %v", err)
		}
		all.Wait()
		if n := p.count("/jwks") - before; n != 2 {
			t.Errorf("%d key fetches, want 2", n)
		}
	})
}

// While a key set cannot be had, a token that no known key signed is nobody's fault: the provider is away, and signs people in again seconds after it has come back.
func TestKeysAwayAfterARotation(t *testing.T) {
	t.Parallel()
	p, next := newProvider(t), newKeyPair(t)
	synctest.Test(t, func(t *testing.T) {
		c, _ := p.client(func(c *Config) { c.Transport = inMemory{p, 100 * time.Millisecond} })
		if err := c.Ready(t.Context()); err != nil {
			t.Fatal(err)
		}
		time.Sleep(time.Minute)
		known, unknown := p.sign(p.both("known")), ""
		p.change(func() {
			p.jwks = func(w http.ResponseWriter) bool {
				w.WriteHeader(http.StatusInternalServerError)
				return true
			}
		})
		p.change(func() { p.key, p.kid = next, "k2" })
		unknown = p.sign(p.both("unknown"))
		judge := func(raw string) error {
			return c.CheckRefreshed(t.Context(), Tokens{IDToken: secret.New(raw), Access: secret.New("at-canary")}, Identity{Issuer: c.c.Issuer, Subject: "alice"})
		}
		before := p.count("/jwks")
		for i := range 20 {
			if err := judge(unknown); !errors.Is(err, ErrProviderUnavailable) {
				t.Errorf("number %d: %v, want ErrProviderUnavailable", i, err)
			}
			if err := judge(known); err != nil {
				t.Errorf("a key that is known: %v", err)
			}
		}
		if n := p.count("/jwks") - before; n > 1+keyBurst {
			t.Errorf("%d key fetches", n)
		}
		p.change(func() { p.jwks = nil })
		time.Sleep(keyRetry)
		if err := judge(unknown); err != nil {
			t.Errorf("when the key set is there again: %v", err)
		}
	})
}

// While a provider takes long to give its keys, forged logout tokens do not all wait for them.
func TestForgedLogoutTokensDoNotQueue(t *testing.T) {
	t.Parallel()
	p, forger := newProvider(t), newProvider(t)
	forger.key, forger.kid = newKeyPair(t), "unknown"
	synctest.Test(t, func(t *testing.T) {
		c, _ := p.client(func(c *Config) { c.Transport, c.Timeout = inMemory{p, 5 * time.Second}, 10*time.Second })
		if err := c.Ready(t.Context()); err != nil {
			t.Fatal(err)
		}
		time.Sleep(time.Minute)
		forged := forger.sign(p.both("forged"))
		began, waited := time.Now(), make(chan bool, 4*keyWaiters)
		for range cap(waited) {
			go func() {
				_, _ = c.VerifyLogout(t.Context(), forged)
				waited <- time.Since(began) > 0
			}()
		}
		n := 0
		for range cap(waited) {
			if <-waited {
				n++
			}
		}
		if n > keyWaiters {
			t.Errorf("%d forged tokens waited, want %d at most", n, keyWaiters)
		}
	})
}

// both are the claims of a token that passes for an ID token and for a logout token, as far as the tests that use it look.
func (p *provider) both(jti string) map[string]any {
	return map[string]any{"iss": p.server.URL, "sub": "alice", "aud": "portico", "jti": jti, "iat": time.Now().Unix(), "exp": time.Now().Add(2 * time.Minute).Unix(),
		"events": map[string]any{"http://schemas.openid.net/event/backchannel-logout": map[string]any{}}}
}

func TestKeyRotation(t *testing.T) {
	t.Parallel()
	p := newProvider(t)
	c, _ := p.client()
	for i := range 3 { // just before signing, each time
		p.mu.Lock()
		p.key, p.kid = newKeyPair(t), fmt.Sprint("k", i)
		p.mu.Unlock()
		if _, _, err := p.login(c); err != nil {
			t.Errorf("sign-in %d: %v", i, err)
		}
	}
}

// what a key signed that the provider has withdrawn is refused an hour later at the latest, also when no other token asks for the keys again.
func TestR07WithdrawnKey(t *testing.T) {
	t.Parallel()
	p := newProvider(t)
	var later time.Duration
	c, _ := p.client(func(c *Config) { c.Now = func() time.Time { return time.Now().Add(later) } })
	if _, _, err := p.login(c); err != nil {
		t.Fatal(err)
	}
	later = time.Hour
	p.claims = func(claims map[string]any) {
		claims["iat"], claims["exp"] = time.Now().Add(later).Unix(), time.Now().Add(later+time.Minute).Unix()
	}
	if _, _, err := p.login(c); err != nil {
		t.Fatalf("an hour later, with the same keys: %v", err)
	}
	p.extraKeys, p.hideKey = []any{jose.JSONWebKey{Key: &newKeyPair(t).PublicKey, KeyID: "k2", Use: "sig"}}, true
	later += time.Hour
	if id, _, err := p.login(c); err == nil {
		t.Errorf("%s is signed in with a key that was withdrawn", id.Subject)
	}
}

// A key says by use or by key_ops what it is for: one that encrypts verifies nothing.
func TestKeysForOtherOperations(t *testing.T) {
	t.Parallel()
	key, err := json.Marshal(jose.JSONWebKey{Key: &newKeyPair(t).PublicKey, KeyID: "k1"})
	if err != nil {
		t.Fatal(err)
	}
	for more, want := range map[string]int{
		``: 1, `,"use":"sig"`: 1, `,"use":"enc"`: 0, `,"key_ops":null`: 1, `,"key_ops":["verify"]`: 1, `,"key_ops":["sign","verify"]`: 1,
		`,"key_ops":[]`: 0, `,"key_ops":["encrypt","wrapKey"]`: 0, `,"key_ops":"verify"`: 0, `,"use":"sig","key_ops":["encrypt"]`: 0,
	} {
		set := `{"keys":[` + strings.TrimSuffix(string(key), "}") + more + `}]}`
		if keys := parseKeys([]byte(set)); len(keys) != want {
			t.Errorf("a key with %s: %d of 1 is used, want %d", more, len(keys), want)
		}
	}
}

func FuzzKeySet(f *testing.F) {
	f.Add([]byte(`{"keys":[{"kty":"RSA","n":"AQAB","e":"AQAB"},{"kty":"EC"},null,7]}`))
	f.Fuzz(func(t *testing.T, b []byte) {
		for _, k := range parseKeys(b) {
			if !k.IsPublic() || !k.Valid() {
				t.Fatalf("parseKeys keeps a key that is not fit: %q", b)
			}
		}
	})
}
