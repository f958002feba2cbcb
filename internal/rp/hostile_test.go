package rp

import (
	"context"
	"crypto/rsa"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/go-jose/go-jose/v4"

	"portico/internal/secret"
)

func TestHonestProvider(t *testing.T) {
	t.Parallel()
	p := newProvider(t)
	p.extraKeys = []any{secp256k1, map[string]any{"kty": "oct", "k": "c2VjcmV0"}, map[string]any{"kty": "weird"}, "not even an object"}
	c, _ := p.client()
	id, tokens, err := p.login(c)
	if err != nil || id.Subject != "alice" || id.SID != "s-1" || id.Account != "101" || id.Name != "Alice" || tokens.Refresh.Reveal() != "rt-canary" || tokens.ExpiresIn != time.Minute {
		t.Fatalf("login = %+v, %+v, %v", id, tokens, err)
	}
	form := p.forms[0]
	user, password, ok := (&http.Request{Header: p.headers[0]}).BasicAuth()
	if !ok || user != "portico" || password != "secret-canary" || form.Has("client_secret") || form.Get("code_verifier") == "" || form.Get("redirect_uri") != "https://portal.example/auth/callback" {
		t.Errorf("token request %v, %v", form, p.headers[0])
	}
	if got := p.headers[1].Get("Authorization"); got != "Bearer at-canary" {
		t.Errorf("userinfo with %q", got)
	}
}

func TestAuthorizationRequest(t *testing.T) {
	t.Parallel()
	p := newProvider(t)
	c, _ := p.client()
	a, u, err := c.Begin(t.Context(), LoginOptions{ReturnTo: "/x", Prompt: "none", Account: "102", MaxAge: time.Hour})
	if err != nil {
		t.Fatal(err)
	}
	q := u.Query()
	for name, want := range map[string]string{"response_type": "code", "client_id": "portico", "code_challenge_method": "S256", "prompt": "none", "acr_values": "accountId:102", "max_age": "3600",
		"redirect_uri": "https://portal.example/auth/callback", "scope": "openid profile email datahub-api offline_access", "state": a.State, "nonce": a.Nonce} {
		if q.Get(name) != want {
			t.Errorf("%s = %q, want %q", name, q.Get(name), want)
		}
	}
	if len(a.State) != 43 || len(a.Nonce) != 43 || len(a.Verifier.Reveal()) < 43 || a.State == a.Nonce || q.Has("return_to") || strings.Contains(u.String(), a.Verifier.Reveal()) {
		t.Errorf("state %q, nonce %q in %s", a.State, a.Nonce, u)
	}
	b, _ := a.MarshalBinary()
	var back Attempt
	if err := back.UnmarshalBinary(b); err != nil || back.State != a.State || !back.Verifier.Equal(a.Verifier) || back.MaxAge != time.Hour || back.ReturnTo != "/x" || len(b) > 2500 {
		t.Errorf("an attempt of %d bytes comes back as %+v, %v", len(b), back, err)
	}
}

// Every ID token that must not be taken, with the check that refuses it. There is one token request and no userinfo request.
func TestHostileIDTokens(t *testing.T) {
	t.Parallel()
	set := func(name string, value any) func(*provider) {
		return func(p *provider) {
			p.claims = func(c map[string]any) {
				if value == nil {
					delete(c, name)
					return
				}
				c[name] = value
			}
		}
	}
	in := func(d time.Duration) int64 { return time.Now().Add(d).Unix() }
	for name, c := range map[string]struct {
		hostile func(*provider)
		want    Problem
	}{
		"another issuer":        {set("iss", "https://evil.example"), ProblemIssuer},
		"no issuer":             {set("iss", nil), ProblemIssuer},
		"no subject":            {set("sub", nil), ProblemSubject},
		"empty subject":         {set("sub", ""), ProblemSubject},
		"long subject":          {set("sub", strings.Repeat("a", 256)), ProblemSubject},
		"subject is a number":   {set("sub", 7), ProblemSignature},
		"another audience":      {set("aud", "portico1"), ProblemAudience},
		"no audience":           {set("aud", nil), ProblemAudience},
		"one audience too many": {set("aud", []string{"portico", "other"}), ProblemAudience},
		"azp is another":        {set("azp", "other"), ProblemAudience},
		"azp is empty":          {set("azp", ""), ProblemAudience},
		"no iat":                {set("iat", nil), ProblemClock},
		"no exp":                {set("exp", nil), ProblemClock},
		"expired 61 s ago":      {set("exp", in(-61*time.Second)), ProblemClock},
		"issued in 80 s":        {set("iat", in(80*time.Second)), ProblemClock},
		"valid in 80 s":         {set("nbf", in(80*time.Second)), ProblemClock},
		"issued last week":      {set("iat", in(-7*24*time.Hour)), ProblemClock},
		"another nonce":         {set("nonce", "x"), ProblemNonce},
		"no nonce":              {set("nonce", nil), ProblemNonce},
		"another at_hash":       {set("at_hash", "AAAAAAAAAAAAAAAAAAAAAA"), ProblemHash},
		"unsigned": {func(p *provider) {
			p.raw = unsigned(map[string]any{"iss": p.server.URL, "sub": "alice", "aud": "portico"})
		}, ProblemSignature},
		"HMAC with our secret": {func(p *provider) { p.alg, p.signer = jose.HS256, []byte(strings.Repeat("secret-canary", 4)) }, ProblemSignature},
		"ES256, which is not ours": {func(p *provider) {
			k := ecKey(p.t)
			p.alg, p.signer = jose.ES256, k
			p.extraKeys = []any{jose.JSONWebKey{Key: &k.PublicKey, KeyID: "k1", Use: "sig"}}
		}, ProblemSignature},
		"PS256, which is not ours": {func(p *provider) { p.alg = jose.PS256 }, ProblemSignature},
		"a foreign key": {func(p *provider) {
			p.hideKey = true
			p.extraKeys = []any{jose.JSONWebKey{Key: &newKeyFor(p).PublicKey, KeyID: "k1"}}
		}, ProblemSignature},
		"a key in the header":   {func(p *provider) { p.raw = embedded(p) }, ProblemSignature},
		"changed after signing": {func(p *provider) { p.raw = tampered(p) }, ProblemSignature},
		"two signatures":        {func(p *provider) { p.raw = `{"payload":"e30","signatures":[{},{}]}` }, ProblemSignature},
		"not a token":           {func(p *provider) { p.raw = "a.b.c" }, ProblemSignature},
		"none at all":           {func(p *provider) { p.token = without("id_token") }, ProblemNoIDToken},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			p := newProvider(t)
			c.hostile(p)
			client, log := p.client()
			_, _, err := p.login(client)
			e, ok := errors.AsType[*AuthError](err)
			if !ok || e.Problem != c.want {
				t.Errorf("login = %v, want a problem with the %s", err, c.want)
			}
			if p.count("/token") != 1 || p.count("/userinfo") != 0 {
				t.Errorf("%d token and %d userinfo requests, want 1 and 0", p.count("/token"), p.count("/userinfo"))
			}
			for _, canary := range []string{"canary", "alice", "evil.example"} {
				if strings.Contains(fmt.Sprint(err)+log.String(), canary) {
					t.Errorf("%q is shown: %v %s", canary, err, log)
				}
			}
		})
	}
}

func newKeyFor(p *provider) *rsa.PrivateKey { return newKeyPair(p.t) }

// embedded is signed by a key that the header brings along.
func embedded(p *provider) string {
	k := newKeyPair(p.t)
	s, err := jose.NewSigner(jose.SigningKey{Algorithm: jose.RS256, Key: k}, &jose.SignerOptions{EmbedJWK: true})
	if err != nil {
		p.t.Fatal(err)
	}
	jws, err := s.Sign([]byte(`{"iss":"` + p.server.URL + `","sub":"alice","aud":"portico"}`))
	if err != nil {
		p.t.Fatal(err)
	}
	text, _ := jws.CompactSerialize()
	return text
}

func tampered(p *provider) string {
	parts := strings.Split(p.sign(map[string]any{"iss": p.server.URL, "sub": "alice", "aud": "portico"}), ".")
	b, _ := base64.RawURLEncoding.DecodeString(parts[1])
	parts[1] = base64.RawURLEncoding.EncodeToString([]byte(strings.Replace(string(b), "alice", "admin", 1)))
	return strings.Join(parts, ".")
}

func without(name string) func(http.ResponseWriter, map[string]any) bool {
	return func(_ http.ResponseWriter, answer map[string]any) bool { delete(answer, name); return false }
}

// What differs from the ordinary and is right all the same.
func TestTolerated(t *testing.T) {
	t.Parallel()
	edit := func(f func(map[string]any)) func(*provider) { return func(p *provider) { p.claims = f } }
	for name, change := range map[string]func(*provider){
		"clock 58 s behind":  edit(func(c map[string]any) { c["exp"] = time.Now().Add(-58 * time.Second).Unix() }),
		"clock 58 s ahead":   edit(func(c map[string]any) { c["iat"] = time.Now().Add(58 * time.Second).Unix() }),
		"audience in a list": edit(func(c map[string]any) { c["aud"] = []string{"portico"} }),
		"azp is us":          edit(func(c map[string]any) { c["azp"] = "portico" }),
		"no at_hash":         edit(func(c map[string]any) { delete(c, "at_hash") }),
		"account as text":    edit(func(c map[string]any) { c["account"] = "101" }),
		"no kid anywhere":    func(p *provider) { p.noKid = true },
		"no kid, several keys": func(p *provider) {
			p.noKid = true
			p.extraKeys = []any{jose.JSONWebKey{Key: &newKeyPair(p.t).PublicKey}, jose.JSONWebKey{Key: &newKeyPair(p.t).PublicKey}}
		},
		"a decoy under the same kid": func(p *provider) { p.extraKeys = []any{jose.JSONWebKey{Key: &newKeyPair(p.t).PublicKey, KeyID: "k1"}} },
		"token type in lower case": func(p *provider) {
			p.token = func(_ http.ResponseWriter, a map[string]any) bool { a["token_type"] = "bearer"; return false }
		},
		"userinfo is down": func(p *provider) { p.userinfo = func(w http.ResponseWriter) { w.WriteHeader(503) } },
		"no userinfo":      func(p *provider) { delete(p.metadata, "userinfo_endpoint") },
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			p := newProvider(t)
			change(p)
			c, _ := p.client()
			if id, _, err := p.login(c); err != nil || id.Subject != "alice" || id.Account != "101" {
				t.Errorf("login = %+v, %v", id, err)
			}
		})
	}
}

func TestUserinfoAboutSomebodyElse(t *testing.T) {
	t.Parallel()
	for name, body := range map[string]string{"another": `{"sub":"mallory"}`, "nobody": `{"name":"Alice"}`} {
		p := newProvider(t)
		p.userinfo = func(w http.ResponseWriter) { fmt.Fprint(w, body) }
		c, _ := p.client()
		if _, _, err := p.login(c); problem(err) != ProblemUserinfo {
			t.Errorf("%s: login = %v, want a userinfo problem", name, err)
		}
	}
}

func problem(err error) Problem {
	if e, ok := errors.AsType[*AuthError](err); ok {
		return e.Problem
	}
	return ""
}

func TestSignedUserinfo(t *testing.T) {
	t.Parallel()
	for _, forged := range []bool{false, true} {
		p := newProvider(t)
		p.extraKeys = []any{secp256k1}
		p.userinfo = func(w http.ResponseWriter) {
			w.Header().Set("Content-Type", "application/jwt")
			if forged {
				p.signer = newKeyPair(t)
			}
			fmt.Fprint(w, p.sign(map[string]any{"iss": p.server.URL, "aud": "portico", "sub": "alice", "name": "Signed"}))
		}
		c, _ := p.client()
		id, _, err := p.login(c)
		if forged && problem(err) != ProblemUserinfo || !forged && (err != nil || id.Name != "Signed") {
			t.Errorf("forged %v: login = %+v, %v", forged, id, err)
		}
	}
}

// Callbacks that are refused before, or instead of, a token request.
func TestCallbacks(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		query      string
		advertised bool
		want       Problem
		code       string
	}{
		"repeated code":             {"code=a&code=b", false, ProblemParameters, ""},
		"repeated iss":              {"code=a&iss=x&iss=y", false, ProblemParameters, ""},
		"code and error":            {"code=a&error=access_denied", false, ProblemParameters, ""},
		"neither":                   {"x=y", false, ProblemParameters, ""},
		"empty code":                {"code=", false, ProblemParameters, ""},
		"another issuer":            {"code=a&iss=https://evil.example", false, ProblemIssuer, ""},
		"no issuer though promised": {"code=a", true, ProblemIssuer, ""},
		"login required":            {"error=login_required", false, ProblemProvider, "login_required"},
		"denied, with hostile text": {"error=access_denied&error_description=<script>&error_uri=https://evil.example", false, ProblemProvider, "access_denied"},
		"unknown error":             {"error=%3Cscript%3E", false, ProblemProvider, "other"},
	} {
		p := newProvider(t)
		p.metadata["authorization_response_iss_parameter_supported"] = c.advertised
		client, _ := p.client()
		a, _, err := client.Begin(t.Context(), LoginOptions{})
		if err != nil {
			t.Fatal(err)
		}
		q, _ := url.ParseQuery(c.query)
		_, _, err = client.Finish(t.Context(), a, q)
		e, ok := errors.AsType[*AuthError](err)
		if !ok || e.Problem != c.want || e.Code != c.code || p.count("/token") != 0 || strings.Contains(err.Error(), "script") || strings.Contains(err.Error(), "evil") {
			t.Errorf("%s: %v after %d token requests, want %s %s after none", name, err, p.count("/token"), c.want, c.code)
		}
		if InteractionNeeded(err) != (c.code == "login_required") {
			t.Errorf("%s: InteractionNeeded = %v", name, InteractionNeeded(err))
		}
	}
}

// What the token endpoint may answer to a refresh, and what it means for the token.
func TestGrantClasses(t *testing.T) {
	t.Parallel()
	slow := func(w http.ResponseWriter, _ map[string]any) bool { time.Sleep(300 * time.Millisecond); return false }
	reset := func(w http.ResponseWriter, _ map[string]any) bool { panic(http.ErrAbortHandler) }
	cut := func(w http.ResponseWriter, _ map[string]any) bool {
		w.Header().Set("Content-Length", "500")
		fmt.Fprint(w, `{"access_token":"at`)
		panic(http.ErrAbortHandler)
	}
	for name, c := range map[string]struct {
		answer func(http.ResponseWriter, map[string]any) bool
		class  Class
	}{
		"invalid_grant":           {status(400, `{"error":"invalid_grant","error_description":"canary"}`), Refused},
		"invalid_grant with 401":  {status(401, `{"error":"invalid_grant"}`), Refused},
		"not_allowed":             {status(400, `{"error":"not_allowed"}`), Refused}, // Keycloak
		"invalid_client with 400": {status(400, `{"error":"invalid_client"}`), Configuration},
		"invalid_client with 401": {status(401, `{"error":"invalid_client"}`), Configuration},
		"unauthorized_client":     {status(400, `{"error":"unauthorized_client"}`), Configuration},
		"invalid_scope":           {status(400, `{"error":"invalid_scope"}`), Configuration},
		"unsupported_grant_type":  {status(400, `{"error":"unsupported_grant_type"}`), Configuration},
		"429":                     {status(429, ``), NotSent},
		"500":                     {status(500, `oops`), Unknown},
		"502 with a page":         {status(502, `<html>bad gateway canary</html>`), Unknown},
		"403 of a proxy":          {status(403, `<html>`), Unknown},
		"a redirect": {func(w http.ResponseWriter, _ map[string]any) bool {
			w.Header().Set("Location", "/token")
			w.WriteHeader(307)
			return true
		}, Unknown},
		"200 with a page":               {status(200, `<html>canary`), Unknown},
		"200 without an access token":   {without("access_token"), Unknown},
		"another token type":            {func(_ http.ResponseWriter, a map[string]any) bool { a["token_type"] = "mac"; return false }, Unknown},
		"line ends in the access token": {func(_ http.ResponseWriter, a map[string]any) bool { a["access_token"] = "a\r\nX: y"; return false }, Unknown},
		"larger than a megabyte":        {status(200, `{"access_token":"`+strings.Repeat("a", 2<<20)+`"}`), Unknown},
		"no answer in time":             {slow, Unknown},
		"reset":                         {reset, Unknown},
		"cut short":                     {cut, Unknown},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			p := newProvider(t)
			p.token = c.answer
			client, _ := p.client()
			if err := client.Ready(t.Context()); err != nil {
				t.Fatal(err)
			}
			ctx, cancel := context.WithTimeout(t.Context(), 200*time.Millisecond)
			defer cancel()
			_, err := client.Refresh(ctx, secret.New("rt-canary"), "")
			e, ok := errors.AsType[*GrantError](err)
			if !ok || e.Class != c.class {
				t.Errorf("Refresh = %v, want class %s", err, c.class)
			}
			if p.count("/token") != 1 {
				t.Errorf("%d token requests, want exactly one", p.count("/token"))
			}
			if strings.Contains(fmt.Sprint(err), "canary") {
				t.Errorf("the error shows the answer: %v", err)
			}
		})
	}
}

func TestRefreshNotSent(t *testing.T) {
	t.Parallel()
	p := newProvider(t)
	c, _ := p.client()
	if err := c.Ready(t.Context()); err != nil {
		t.Fatal(err)
	}
	p.server.Close()
	_, err := c.Refresh(t.Context(), secret.New("rt-canary"), "")
	if e, ok := errors.AsType[*GrantError](err); !ok || e.Class != NotSent {
		t.Errorf("Refresh with nobody there = %v, want %s", err, NotSent)
	}
}

func TestLifetimes(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]time.Duration{`60`: time.Minute, `"60"`: time.Minute, `0`: 0, `-1`: 0, `1e12`: 24 * time.Hour, `null`: 0, `"soon"`: 0, `1.5`: time.Second, ``: 0} {
		if got := lifetime(json.RawMessage(text), 24*time.Hour); got != want {
			t.Errorf("lifetime(%s) = %v, want %v", text, got, want)
		}
	}
}

func TestRefreshedIDToken(t *testing.T) {
	t.Parallel()
	p := newProvider(t)
	c, _ := p.client()
	previous := Identity{Issuer: p.server.URL, Subject: "alice", Account: "101", NonceHash: nonceHash("n-1")}
	base := map[string]any{"iss": p.server.URL, "sub": "alice", "aud": "portico", "exp": time.Now().Add(time.Minute).Unix(), "iat": time.Now().Unix()}
	for name, want := range map[string]struct {
		claims map[string]any
		other  bool
	}{
		"the same": {base, false}, "another subject": {with(base, "sub", "mallory"), true}, "another issuer": {with(base, "iss", "https://evil"), true}, "another audience": {with(base, "aud", "x"), true},
		"the same account": {with(base, "account", 101), false}, "another account": {with(base, "account", 102), true},
	} {
		err := c.CheckRefreshed(t.Context(), Tokens{IDToken: secret.New(p.sign(want.claims)), Access: secret.New("at-canary")}, previous)
		if errors.Is(err, ErrOtherSubject) != want.other || err != nil && !want.other {
			t.Errorf("%s: %v", name, err)
		}
	}
	for nonce, want := range map[string]Problem{"n-1": "", "n-2": ProblemNonce} {
		if err := c.CheckRefreshed(t.Context(), Tokens{IDToken: secret.New(p.sign(with(base, "nonce", nonce))), Access: secret.New("at-canary")}, previous); problem(err) != want || errors.Is(err, ErrOtherSubject) {
			t.Errorf("nonce %s: %v, want %q", nonce, err, want)
		}
	}
	if err := c.CheckRefreshed(t.Context(), Tokens{IDToken: secret.New("a.b.c")}, previous); err == nil || errors.Is(err, ErrOtherSubject) {
		t.Errorf("a broken token: %v, want a problem that keeps the session", err)
	}
	if err := c.CheckRefreshed(t.Context(), Tokens{}, previous); err != nil {
		t.Errorf("no ID token: %v", err)
	}
}

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
	es := newProvider(t)
	es.alg, es.signer = jose.ES256, ecKey(t)
	for name, raw := range map[string]string{
		"unsigned": unsigned(base), "ES256": es.sign(base), "no event": p.sign(with(base, "events", nil)), "another event": p.sign(with(base, "events", map[string]any{"http://schemas.openid.net/event/foobar": event})),
		"event is no object": p.sign(with(base, "events", map[string]any{"http://schemas.openid.net/event/backchannel-logout": "x"})), "a nonce": p.sign(with(base, "nonce", "n")), "an empty nonce": p.sign(with(base, "nonce", "")),
		"another audience": p.sign(with(base, "aud", "porticoX")), "another issuer": p.sign(with(base, "iss", "https://evil")), "no jti": p.sign(with(base, "jti", nil)), "no iat": p.sign(with(base, "iat", nil)),
		"issued in the future": p.sign(with(base, "iat", time.Now().Add(5*time.Minute).Unix())), "expired": p.sign(with(base, "exp", time.Now().Add(-2*time.Minute).Unix())),
		"about nobody": p.sign(with(with(base, "sub", nil), "sid", nil)), "empty": "", "too large": strings.Repeat("a", 20<<10), "not a token": "x.y.z",
	} {
		if got, err := c.VerifyLogout(t.Context(), raw); !errors.Is(err, ErrLogoutToken) {
			t.Errorf("%s: VerifyLogout = %+v, %v, want ErrLogoutToken", name, got, err)
		}
	}
}

// Lifetimes count from before the provider answered, at a sign-in and at a refresh.
func TestTokensSayWhenTheyWereAskedFor(t *testing.T) {
	t.Parallel()
	p := newProvider(t)
	c, _ := p.client()
	var answered time.Time
	p.token = func(http.ResponseWriter, map[string]any) bool { answered = time.Now(); return false }
	_, tokens, err := p.login(c)
	if err != nil || tokens.Asked.IsZero() || tokens.Asked.After(answered) {
		t.Errorf("sign-in: asked %v, answered %v, %v", tokens.Asked, answered, err)
	}
	tokens, err = c.Refresh(t.Context(), tokens.Refresh, "")
	if err != nil || tokens.Asked.IsZero() || tokens.Asked.After(answered) {
		t.Errorf("refresh: asked %v, answered %v, %v", tokens.Asked, answered, err)
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

func TestNewReportsAllMistakes(t *testing.T) {
	_, err := New(Config{Issuer: "http://id.example.com", RedirectURL: "x", Algorithms: []string{"none", "HS256"}, Scopes: []string{"email"}})
	for _, want := range []string{"issuer", "client id", "redirect URL", "none", "HS256", "openid"} {
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("New = %v, lacks %q", err, want)
		}
	}
}

func FuzzCallback(f *testing.F) {
	f.Add("code=a&state=b&iss=c")
	f.Add("error=x&error=y")
	f.Fuzz(func(t *testing.T, query string) {
		v, err := url.ParseQuery(query)
		if err != nil {
			return
		}
		if CheckCallback(v) == nil && (len(v["code"])+len(v["error"]) != 1 || len(v["iss"]) > 1 || len(v["state"]) > 1) {
			t.Fatalf("CheckCallback accepts %q", query)
		}
	})
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
