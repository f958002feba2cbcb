package rp

import (
	"crypto/rand"
	"crypto/rsa"
	"encoding/base64"
	"errors"
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/go-jose/go-jose/v4"
)

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
	rename := func(name, as string) func(*provider) {
		return func(p *provider) { p.claims = func(c map[string]any) { c[as] = c[name]; delete(c, name) } }
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
		"subject in capitals":   {rename("sub", "SUB"), ProblemSubject},
		"subject with a long s": {rename("sub", "\u017fub"), ProblemSubject},
		"nonce in capitals":     {rename("nonce", "Nonce"), ProblemNonce},
		"audience in capitals":  {rename("aud", "AUD"), ProblemAudience},
		"issuer in capitals":    {rename("iss", "ISS"), ProblemIssuer},
		"another audience":      {set("aud", "portico1"), ProblemAudience},
		"no audience":           {set("aud", nil), ProblemAudience},
		"one audience too many": {set("aud", []string{"portico", "other"}), ProblemAudience},
		"one too many, for us": {func(p *provider) {
			p.claims = func(c map[string]any) { c["aud"], c["azp"] = []string{"portico", "other"}, "portico" }
		}, ProblemAudience},
		"long session":       {set("sid", strings.Repeat("a", 256)), ProblemSubject},
		"larger than 64 KiB": {set("padding", strings.Repeat("a", 64<<10)), ProblemSignature},
		"azp is another":     {set("azp", "other"), ProblemAudience},
		"azp is empty":       {set("azp", ""), ProblemAudience},
		"no iat":             {set("iat", nil), ProblemClock},
		"no exp":             {set("exp", nil), ProblemClock},
		"expired 61 s ago":   {set("exp", in(-61*time.Second)), ProblemClock},
		"issued in 80 s":     {set("iat", in(80*time.Second)), ProblemClock},
		"valid in 80 s":      {set("nbf", in(80*time.Second)), ProblemClock},
		"issued last week":   {set("iat", in(-7*24*time.Hour)), ProblemClock},
		"another nonce":      {set("nonce", "x"), ProblemNonce},
		"no nonce":           {set("nonce", nil), ProblemNonce},
		"another at_hash":    {set("at_hash", "AAAAAAAAAAAAAAAAAAAAAA"), ProblemHash},
		"an empty at_hash":   {set("at_hash", ""), ProblemHash},
		"an access token":    {func(p *provider) { p.typ = "at+jwt" }, ProblemSignature},
		"a logout token":     {func(p *provider) { p.typ = "application/Logout+JWT" }, ProblemSignature},
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
		"a short key": {func(p *provider) {
			k, err := rsa.GenerateKey(rand.Reader, 1024)
			if err != nil {
				p.t.Fatal(err)
			}
			p.signer, p.hideKey, p.extraKeys = k, true, []any{jose.JSONWebKey{Key: &newKeyFor(p).PublicKey, KeyID: "k2"}, jose.JSONWebKey{Key: &k.PublicKey, KeyID: "k1"}}
		}, ProblemSignature},
		"a key for encryption": {func(p *provider) {
			p.hideKey = true
			p.extraKeys = []any{jose.JSONWebKey{Key: &newKeyFor(p).PublicKey, KeyID: "k2"}, jose.JSONWebKey{Key: &p.key.PublicKey, KeyID: "k1", Use: "enc"}}
		}, ProblemSignature},
		"a key for another algorithm": {func(p *provider) {
			p.hideKey = true
			p.extraKeys = []any{jose.JSONWebKey{Key: &p.key.PublicKey, KeyID: "k1", Algorithm: "PS256"}}
		}, ProblemSignature},
		"a key under another id": {func(p *provider) {
			p.hideKey = true
			p.extraKeys = []any{jose.JSONWebKey{Key: &p.key.PublicKey, KeyID: "k2"}}
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

// Whom an operator trusts may stand beside us, as long as the token says that it is for us.
func TestTrustedAudience(t *testing.T) {
	t.Parallel()
	for azp, want := range map[string]Problem{"portico": "", "": ProblemAudience} {
		p := newProvider(t)
		p.claims = func(c map[string]any) {
			if c["aud"] = []string{"portico", "other"}; azp != "" {
				c["azp"] = azp
			}
		}
		c, _ := p.client(func(c *Config) { c.TrustedAudiences = []string{"other"} })
		if _, _, err := p.login(c); problem(err) != want || want == "" && err != nil {
			t.Errorf("azp %q: login = %v, want %q", azp, err, want)
		}
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
		"others in capitals": edit(func(c map[string]any) {
			c["SUB"], c["Nonce"], c["AUD"], c["Iss"], c["AT_HASH"], c["Exp"], c["Account"] = "bob", "x", "y", "z", "w", 1, 102
		}),
		"account by id":   edit(func(c map[string]any) { delete(c, "account"); c["account_id"] = 101 }),
		"account by Id":   edit(func(c map[string]any) { delete(c, "account"); c["accountId"] = 101 }),
		"account by URI":  edit(func(c map[string]any) { delete(c, "account"); c["http://opisense.opinum.com/account"] = 101 }),
		"account as text": edit(func(c map[string]any) { c["account"] = "101" }),
		"typ is JWT":      func(p *provider) { p.typ = "JWT" },
		"no kid anywhere": func(p *provider) { p.noKid = true },
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
