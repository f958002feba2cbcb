package rp

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"portico/internal/secret"
)

// What the token endpoint may answer to a refresh, and what it means for the token.
func TestGrantClasses(t *testing.T) {
	t.Parallel()
	slow := func(http.ResponseWriter, map[string]any) bool { time.Sleep(3 * time.Second); return false }
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
			patience := time.Minute
			if name == "no answer in time" {
				patience = 2 * time.Second
			}
			ctx, cancel := context.WithTimeout(t.Context(), patience)
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

// A provider says in two ways how long to wait, and nobody waits for longer than five minutes.
func TestRetryAfter(t *testing.T) {
	t.Parallel()
	now := time.Date(2026, 11, 26, 12, 0, 0, 0, time.UTC)
	at := func(d time.Duration) string { return now.Add(d).Format(http.TimeFormat) }
	for text, want := range map[string]time.Duration{
		"20": 20 * time.Second, " 7 ": 7 * time.Second, "0": 0, "-5": 0, "300": 5 * time.Minute, "999999999": 5 * time.Minute, "9223372036854775807": 5 * time.Minute, "": 0, "soon": 0, "1.5": 0,
		at(30 * time.Second): 30 * time.Second, at(-time.Hour): 0, at(48 * time.Hour): 5 * time.Minute,
	} {
		if got := retryAfter(text, now); got != want {
			t.Errorf("retryAfter(%q) = %v, want %v", text, got, want)
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
	unknown := Identity{Issuer: previous.Issuer, Subject: previous.Subject} // signed in when nobody kept nonce and account
	if err := c.CheckRefreshed(t.Context(), Tokens{IDToken: secret.New(p.sign(with(with(base, "nonce", "n-2"), "account", 102))), Access: secret.New("at-canary")}, unknown); err != nil {
		t.Errorf("a nonce and an account that nothing is known of: %v", err)
	}
	if err := c.CheckRefreshed(t.Context(), Tokens{IDToken: secret.New("a.b.c")}, previous); err == nil || errors.Is(err, ErrOtherSubject) {
		t.Errorf("a broken token: %v, want a problem that keeps the session", err)
	}
	if err := c.CheckRefreshed(t.Context(), Tokens{}, previous); err != nil {
		t.Errorf("no ID token: %v", err)
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

// However a provider writes how long its tokens live, a sign-in reads it as a refresh does.
func TestLifetimesAtSignIn(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]time.Duration{
		`60`: time.Minute, `"60"`: time.Minute, `60.0`: time.Minute, `60.9`: time.Minute, `"60.0"`: time.Minute, `1e12`: 24 * time.Hour, `1000000000000000000000000`: 24 * time.Hour,
		`0`: 0, `-1`: 0, `null`: 0, `"soon"`: 0, `""`: 0, `true`: 0, `[60]`: 0, `{}`: 0,
	} {
		p := newProvider(t)
		c, _ := p.client()
		p.token = func(_ http.ResponseWriter, a map[string]any) bool {
			a["expires_in"] = json.RawMessage(text)
			return false
		}
		_, tokens, err := p.login(c)
		if err != nil || tokens.ExpiresIn != want || tokens.Access.Empty() || tokens.Refresh.Empty() {
			t.Errorf("expires_in %s: %v, %v, want %v", text, tokens.ExpiresIn, err, want)
		}
		if p.count("/token") != 1 {
			t.Errorf("expires_in %s: %d token requests", text, p.count("/token"))
		}
	}
}

// An ID token or a scope that is no text is none; the tokens beside it are the only good ones.
func TestRefreshKeepsTokensBesideOddMembers(t *testing.T) {
	t.Parallel()
	for _, odd := range []string{`5`, `["openid","datahub-api"]`, `{}`, `null`} {
		p := newProvider(t)
		c, _ := p.client()
		p.token = func(_ http.ResponseWriter, a map[string]any) bool {
			a["id_token"], a["scope"] = json.RawMessage(odd), json.RawMessage(odd)
			return false
		}
		got, err := c.Refresh(t.Context(), secret.New("rt-canary"), "")
		if err != nil || got.Access.Empty() || got.Refresh.Empty() || !got.IDToken.Empty() || len(got.Scopes) > 0 {
			t.Errorf("%s: access token %t, refresh token %t, scopes %v, %v", odd, !got.Access.Empty(), !got.Refresh.Empty(), got.Scopes, err)
		}
	}
}
