package rp

import (
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/go-jose/go-jose/v4"
)

func TestLogoutTokens(t *testing.T) {
	t.Parallel()
	p := newProvider(t)
	p.extraKeys = []any{secp256k1}
	c, _ := p.client()
	event := map[string]any{"http://schemas.openid.net/event/backchannel-logout": map[string]any{}}
	base := map[string]any{"iss": p.server.URL, "sub": "alice", "aud": "portico", "sid": "s!(1)", "jti": "j1", "iat": time.Now().Unix(), "exp": time.Now().Add(2 * time.Minute).Unix(), "events": event, "ignored_claim": 1}
	good, err := c.VerifyLogout(t.Context(), p.sign(base))
	if err != nil || good.SID != "s!(1)" || good.Subject != "alice" || good.ID != "j1" {
		t.Fatalf("VerifyLogout = %+v, %v", good, err)
	}
	if _, err := c.VerifyLogout(t.Context(), p.sign(with(base, "sid", nil))); err != nil {
		t.Errorf("sub only: %v", err)
	}
	far, err := c.VerifyLogout(t.Context(), p.sign(with(base, "exp", int64(1)<<62)))
	if err != nil || far.Expires.After(time.Now().Add(oldest)) {
		t.Errorf("a token without an end: until %v, %v; want what its iat says", far.Expires, err)
	}
	for typ, taken := range map[jose.ContentType]bool{"JWT": true, "logout+jwt": true, "application/logout+jwt": true, "at+jwt": false, "secevent+jwt": false} {
		p.change(func() { p.typ = typ })
		if _, err := c.VerifyLogout(t.Context(), p.sign(base)); (err == nil) != taken {
			t.Errorf("typ %s: %v", typ, err)
		}
	}
	p.change(func() { p.typ = "" })
	es := newProvider(t)
	es.alg, es.signer = jose.ES256, ecKey(t)
	for name, raw := range map[string]string{
		"unsigned": unsigned(base), "ES256": es.sign(base), "no event": p.sign(with(base, "events", nil)), "another event": p.sign(with(base, "events", map[string]any{"http://schemas.openid.net/event/foobar": event})),
		"event is no object": p.sign(with(base, "events", map[string]any{"http://schemas.openid.net/event/backchannel-logout": "x"})), "a nonce": p.sign(with(base, "nonce", "n")), "an empty nonce": p.sign(with(base, "nonce", "")),
		"another audience": p.sign(with(base, "aud", "porticoX")), "another issuer": p.sign(with(base, "iss", "https://evil")), "no jti": p.sign(with(base, "jti", nil)), "no iat": p.sign(with(base, "iat", nil)),
		"issued in the future": p.sign(with(base, "iat", time.Now().Add(5*time.Minute).Unix())), "expired": p.sign(with(base, "exp", time.Now().Add(-2*time.Minute).Unix())),
		"session in capitals": p.sign(with(with(base, "sid", nil), "SID", "s2")), "audience in capitals": p.sign(with(with(base, "aud", nil), "AUD", "portico")), "jti in capitals": p.sign(with(with(base, "jti", nil), "JTI", "j1")),
		"about nobody": p.sign(with(with(base, "sub", nil), "sid", nil)), "empty": "", "too large": strings.Repeat("a", 20<<10), "not a token": "x.y.z",
	} {
		if got, err := c.VerifyLogout(t.Context(), raw); !errors.Is(err, ErrLogoutToken) {
			t.Errorf("%s: VerifyLogout = %+v, %v, want ErrLogoutToken", name, got, err)
		}
	}
}

// strangers who send forged tokens cause at most one key fetch in 30 s, and sign-ins go on.
func TestForgedLogoutTokensCauseNoKeyFetches(t *testing.T) {
	t.Parallel()
	p := newProvider(t)
	c, _ := p.client()
	if _, _, err := p.login(c); err != nil {
		t.Fatal(err)
	}
	before := p.count("/jwks")
	forger := newProvider(t)
	forger.kid = "unknown"
	for range 200 {
		_, _ = c.VerifyLogout(t.Context(), forger.sign(map[string]any{"iss": p.server.URL}))
	}
	if n := p.count("/jwks") - before; n > 1 {
		t.Errorf("%d key fetches for 200 forged tokens", n)
	}
	p.mu.Lock()
	p.key, p.kid = newKeyPair(t), "k2"
	p.mu.Unlock()
	if _, _, err := p.login(c); err != nil {
		t.Errorf("a sign-in right after a rotation: %v", err)
	}
}

// A provider that changes its keys and signs somebody out sends one logout token, and not again when it is refused. That a sign-in has just asked for the keys
// must not make it one that nobody can verify.
func TestLogoutTokenRightAfterARotation(t *testing.T) {
	t.Parallel()
	p := newProvider(t)
	c, _ := p.client()
	event := map[string]any{"http://schemas.openid.net/event/backchannel-logout": map[string]any{}}
	for i := range 3 {
		if _, _, err := p.login(c); err != nil {
			t.Fatal(err)
		}
		p.mu.Lock()
		p.key, p.kid = newKeyPair(t), fmt.Sprint("k", i)
		p.mu.Unlock()
		if _, err := c.VerifyLogout(t.Context(), p.sign(map[string]any{"iss": p.server.URL, "sub": "alice", "aud": "portico", "jti": fmt.Sprint(i), "iat": time.Now().Unix(), "exp": time.Now().Add(2 * time.Minute).Unix(), "events": event})); err != nil {
			t.Errorf("rotation %d: %v", i, err)
		}
	}
}
