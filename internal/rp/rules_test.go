package rp

import (
	"slices"
	"strings"
	"testing"
	"time"
)

// offline_access is asked for where it does some good: at Keycloak it makes of an online session one that ends silent sign-ins.
func TestOfflineAccess(t *testing.T) {
	t.Parallel()
	listed := []string{"openid", "offline_access"}
	identityServer, keycloak, silent := &metadata{Issuer: "https://id", Scopes: listed}, &metadata{Issuer: "https://id/realms/r", Scopes: listed}, &metadata{Issuer: "https://id"}
	for _, tt := range []struct {
		policy OfflineAccess
		doc    *metadata
		login  LoginOptions
		want   bool
	}{
		{OfflineAuto, identityServer, LoginOptions{}, true}, {OfflineAuto, keycloak, LoginOptions{}, false}, {OfflineAuto, silent, LoginOptions{}, false},
		{OfflineAuto, keycloak, LoginOptions{Stay: true}, false}, {OfflineAuto, keycloak, LoginOptions{Offline: true}, true}, {OfflineAuto, silent, LoginOptions{Offline: true}, false},
		{OfflineStay, keycloak, LoginOptions{}, false}, {OfflineStay, keycloak, LoginOptions{Stay: true}, true}, {OfflineStay, identityServer, LoginOptions{}, true}, {OfflineStay, silent, LoginOptions{Stay: true}, false},
		{OfflineNever, identityServer, LoginOptions{}, false}, {OfflineNever, identityServer, LoginOptions{Stay: true, Offline: true}, false},
		{OfflineAlways, silent, LoginOptions{}, true}, {OfflineAlways, keycloak, LoginOptions{}, true},
	} {
		for _, configured := range [][]string{{"openid"}, {"openid", "offline_access"}} {
			c := &Client{c: Config{OfflineAccess: tt.policy, Scopes: configured}}
			got := c.scopes(tt.doc, tt.login)
			want := tt.want || len(configured) == 2
			if slices.Contains(got, "offline_access") != want || len(got) > 2 || len(configured) > 2 {
				t.Errorf("%s at %s, %+v: scopes %v, want offline_access: %t", tt.policy, tt.doc.Issuer, tt.login, got, want)
			}
		}
	}
}

// S-16: age and strength that were asked for are looked for in the answer; what was not asked for is not.
func TestCheckAuthentication(t *testing.T) {
	t.Parallel()
	now := time.Date(2026, 11, 26, 12, 0, 0, 0, time.UTC)
	c := &Client{c: Config{Now: func() time.Time { return now }}}
	for name, tt := range map[string]struct {
		asked LoginOptions
		at    time.Duration // of the authentication, from now; 0 when it is not said
		acr   string
		want  Problem
	}{
		"nothing asked, nothing said":  {LoginOptions{}, 0, "", ""},
		"nothing asked, in the future": {LoginOptions{}, time.Hour, "", ""},
		"age, not said":                {LoginOptions{MaxAge: time.Minute}, 0, "", ProblemAuthTime},
		"age, within the leeway":       {LoginOptions{MaxAge: time.Minute}, -2 * time.Minute, "", ""},
		"age, too old":                 {LoginOptions{MaxAge: time.Minute}, -121 * time.Second, "", ProblemAuthTime},
		"age, in the future":           {LoginOptions{MaxAge: time.Minute}, 61 * time.Second, "", ProblemAuthTime},
		"again, just now":              {LoginOptions{Prompt: "login"}, -time.Second, "", ""},
		"again, not said":              {LoginOptions{Prompt: "login"}, 0, "", ProblemAuthTime},
		"again, before it was asked":   {LoginOptions{Prompt: "login consent"}, -10 * time.Minute, "", ProblemAuthTime},
		"again, in the future":         {LoginOptions{Prompt: "login"}, 61 * time.Second, "", ProblemAuthTime},
		"strength, one of them":        {LoginOptions{ACRValues: "gold silver"}, 0, "silver", ""},
		"strength, another":            {LoginOptions{ACRValues: "gold silver"}, 0, "bronze", ProblemACR},
		"strength, not said":           {LoginOptions{ACRValues: "gold"}, 0, "", ProblemACR},
		"strength, not asked":          {LoginOptions{}, 0, "bronze", ""},
		"another prompt, long ago":     {LoginOptions{Prompt: "none"}, -24 * time.Hour, "", ""},
	} {
		id := Identity{ACR: tt.acr}
		if tt.at != 0 {
			id.AuthTime = now.Add(tt.at)
		}
		if err := c.checkAuthentication(Attempt{Started: now.Add(-time.Minute), LoginOptions: tt.asked}, id); problem(err) != tt.want || tt.want == "" && err != nil {
			t.Errorf("%s: %v, want %q", name, err, tt.want)
		}
	}
}

// S-20: what goes into a header has the characters of RFC 6750 section 2.1 and no others; a refresh token is never seen in one, and may have all that can be printed.
func TestCharactersOfTokens(t *testing.T) {
	t.Parallel()
	const allowed = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~+/="
	for r := range rune(0x200) {
		text := "a" + string(r) + "b"
		if got, want := b64token(text), strings.ContainsRune(allowed, r); got != want {
			t.Errorf("%q in an access token: %t", r, got)
		}
		if got, want := visible(text), r >= ' ' && r <= '~'; got != want {
			t.Errorf("%q in a refresh token: %t", r, got)
		}
	}
	long := strings.Repeat("a", 64<<10)
	if b64token("") || b64token(long) || visible(long) || !b64token(long[1:]) || !visible(long[1:]) {
		t.Error("an empty token, or one of 64 KiB, is taken; or a shorter one is not")
	}
}

// Where a provider's endpoints and ours may be: on https, or on this machine.
func TestEndpoint(t *testing.T) {
	t.Parallel()
	for address, good := range map[string]bool{
		"https://id.example/token": true, "https://id.example:8443": true, "http://localhost:8080/x": true, "http://id.localhost/x": true, "http://127.0.0.1:1": true, "http://[::1]:1/x": true,
		"http://id.example/token": false, "http://10.0.0.1/x": false, "http://localhost.evil.example/x": false, "http://notlocalhost/x": false, "ftp://localhost/x": false, "https://user@id.example/x": false, "https://id.example/x#f": false,
		"https:id.example": false, "mailto:a@b": false, "https:///x": false, "id.example/x": false, "": false, "https://id.example;evil/x": false, "https://id.example/%zz": false,
	} {
		if _, err := endpoint(address); (err == nil) != good {
			t.Errorf("endpoint(%q) = %v", address, err)
		}
	}
}
