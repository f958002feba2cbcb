package rp

import (
	"errors"
	"fmt"
	"io"
	"net/http"
	"strings"
	"testing"
	"time"
)

// Whatever the token endpoint answers, a code is presented once: not again by another way to authenticate, not to another address, not after a lost answer.
func TestCodeIsPresentedOnce(t *testing.T) {
	t.Parallel()
	for name, tt := range map[string]struct {
		answer func(http.ResponseWriter, map[string]any) bool
		class  Class // "" where the answer is no failure of the grant
	}{
		"401":              {status(401, `{"error":"invalid_client"}`), Configuration},
		"400":              {status(400, `{"error":"invalid_grant","error_description":"canary"}`), Refused},
		"403 with a page":  {status(403, `<html>canary`), Unknown},
		"429":              {status(429, ``), NotSent},
		"500":              {status(500, `canary`), Unknown},
		"503":              {status(503, ``), Unknown},
		"200 with a page":  {status(200, `<html>canary`), Unknown},
		"200 with nothing": {status(200, ``), Unknown},
		"no access token":  {without("access_token"), Unknown},
		"too large":        {status(200, `{"access_token":"`+strings.Repeat("a", 2<<20)+`"}`), Unknown},
		"hung up":          {func(http.ResponseWriter, map[string]any) bool { panic(http.ErrAbortHandler) }, Unknown},
		"no answer":        {func(http.ResponseWriter, map[string]any) bool { time.Sleep(3 * time.Second); return false }, Unknown},
		"elsewhere": {func(w http.ResponseWriter, _ map[string]any) bool {
			w.Header().Set("Location", "/token?again")
			w.WriteHeader(http.StatusTemporaryRedirect)
			return true
		}, Unknown},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			p := newProvider(t)
			p.token = tt.answer
			timeout := time.Minute
			if name == "no answer" {
				timeout = 2 * time.Second
			}
			c, log := p.client(func(c *Config) { c.Timeout = timeout })
			if err := c.Ready(t.Context()); err != nil {
				t.Fatal(err)
			}
			_, _, err := p.login(c)
			g, ok := errors.AsType[*GrantError](err)
			if problem(err) != ProblemGrant || !ok || g.Class != tt.class || strings.Contains(fmt.Sprint(err)+log.String(), "canary") {
				t.Errorf("login = %v, want a grant that is %s", err, tt.class)
			}
			if n := p.count("/token"); n != 1 || p.count("/userinfo") != 0 {
				t.Errorf("%d token and %d userinfo requests, want 1 and 0", n, p.count("/userinfo"))
			}
		})
	}
}

// Documents without an end are read to a limit, and no further: a sign-in fails, or goes on without what userinfo would add.
func TestEndlessDocuments(t *testing.T) {
	t.Parallel()
	endless := func(w http.ResponseWriter) bool {
		_, _ = io.WriteString(w, `{"keys":[`)
		for range 64 {
			if _, err := io.WriteString(w, strings.Repeat(`{"kty":"x"},`, 4<<10)); err != nil {
				return true // hung up on, which is right
			}
		}
		return true
	}
	p := newProvider(t)
	p.userinfo = func(w http.ResponseWriter) { endless(w) }
	c, _ := p.client()
	if id, _, err := p.login(c); err != nil || id.Name != "" {
		t.Errorf("userinfo without an end: %+v, %v, want the ID token's claims", id, err)
	}
	p = newProvider(t)
	p.jwks = endless
	c, _ = p.client()
	if _, _, err := p.login(c); !errors.Is(err, ErrProviderUnavailable) {
		t.Errorf("keys without an end: %v, want ErrProviderUnavailable", err)
	}
}
