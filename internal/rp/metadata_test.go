package rp

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"portico/internal/secret"
)

func TestDiscovery(t *testing.T) {
	t.Parallel()
	answer := func(body string) func(*provider) {
		return func(p *provider) { p.document = func(w http.ResponseWriter) bool { fmt.Fprint(w, body); return true } }
	}
	change := func(name string, value any) func(*provider) { return func(p *provider) { p.metadata[name] = value } }
	for name, hostile := range map[string]func(*provider){
		"another issuer":            change("issuer", "https://evil.example"),
		"issuer with a slash":       func(p *provider) { p.metadata["issuer"] = p.server.URL + "/" },
		"token endpoint by http":    change("token_endpoint", "http://evil.example/token"),
		"endpoint with a user":      change("jwks_uri", "https://u:p@evil.example/jwks"),
		"PKCE without S256":         change("code_challenge_methods_supported", []string{"plain"}),
		"no authorization endpoint": change("authorization_endpoint", ""),
		"garbage":                   answer("<html>"),
		"empty":                     answer(""),
		"endless":                   answer(`{"issuer":"` + strings.Repeat("a", 2<<20)),
		"not there":                 func(p *provider) { p.document = func(w http.ResponseWriter) bool { w.WriteHeader(404); return true } },
		"a redirect": func(p *provider) {
			p.document = func(w http.ResponseWriter) bool {
				w.Header().Set("Location", "https://evil.example")
				w.WriteHeader(302)
				return true
			}
		},
	} {
		p := newProvider(t)
		hostile(p)
		c, _ := p.client()
		if _, u, err := c.Begin(t.Context(), LoginOptions{}); err == nil {
			t.Errorf("%s: a sign-in begins at %s", name, u)
		}
	}
}

func TestLastGoodMetadataIsKept(t *testing.T) {
	t.Parallel()
	p := newProvider(t)
	now := time.Now()
	c, _ := p.client(func(c *Config) { c.Now = func() time.Time { return now } })
	if _, _, err := p.login(c); err != nil {
		t.Fatal(err)
	}
	p.mu.Lock()
	p.document = func(w http.ResponseWriter) bool { w.WriteHeader(500); return true }
	p.mu.Unlock()
	now = now.Add(time.Minute)
	if _, _, err := c.Begin(t.Context(), LoginOptions{}); err != nil {
		t.Errorf("metadata down, a copy at hand: %v", err)
	}
	p.change(func() { p.document = func(w http.ResponseWriter) bool { fmt.Fprint(w, "<html>"); return true } })
	now = now.Add(time.Minute)
	if _, _, err := c.Begin(t.Context(), LoginOptions{}); err != nil {
		t.Errorf("garbage, a copy at hand: %v", err)
	}
	for _, status := range []int{502, 503, 504} { // a gateway in the place of the provider: it is not there
		p.change(func() { p.document = func(w http.ResponseWriter) bool { w.WriteHeader(status); return true } })
		now = now.Add(time.Minute)
		if _, _, err := c.Begin(t.Context(), LoginOptions{}); !errors.Is(err, ErrProviderUnavailable) {
			t.Errorf("%d, a copy at hand: Begin = %v, want ErrProviderUnavailable", status, err)
		}
	}
	p.mu.Lock()
	p.document = nil
	p.metadata["issuer"] = "https://evil.example"
	p.mu.Unlock()
	now = now.Add(time.Minute)
	if _, _, err := c.Begin(t.Context(), LoginOptions{}); !errors.As(err, new(*IssuerMismatchError)) {
		t.Errorf("the issuer changed: Begin = %v, want *IssuerMismatchError", err)
	}
	if _, err := c.Refresh(t.Context(), secret.New("rt"), ""); err != nil {
		t.Errorf("refreshes go on with what was known: %v", err)
	}
}

// Between sign-ins the copy serves for as long as it is good, and is renewed behind the back of whoever needs it when it is an hour old. A sign-in that began at another process ends with an
// older copy when the provider publishes none.
func TestOldMetadata(t *testing.T) {
	t.Parallel()
	p := newProvider(t)
	var later atomic.Int64
	c, _ := p.client(func(c *Config) { c.Now = func() time.Time { return time.Now().Add(time.Duration(later.Load())) } })
	const document = "/.well-known/openid-configuration"
	for _, step := range []struct {
		age     time.Duration
		fetches int
	}{{0, 1}, {59 * time.Minute, 1}, {time.Hour + time.Minute, 2}} {
		later.Store(int64(step.age))
		for range 30 { // while which a renewal that comes too early would be seen
			if _, err := c.Refresh(t.Context(), secret.New("rt"), ""); err != nil {
				t.Errorf("after %v: %v", step.age, err)
			}
		}
		for range 6000 { // the renewal is nobody's to wait for
			if p.count(document) >= step.fetches {
				break
			}
			time.Sleep(10 * time.Millisecond)
		}
		if n := p.count(document); n != step.fetches {
			t.Errorf("after %v: %d fetches, want %d", step.age, n, step.fetches)
		}
	}
	a, _, err := c.Begin(t.Context(), LoginOptions{})
	if err != nil {
		t.Fatal(err)
	}
	a.Started = a.Started.Add(time.Minute) // the other process read it later
	p.change(func() {
		p.nonce, p.document = a.Nonce, func(w http.ResponseWriter) bool { w.WriteHeader(503); return true }
	})
	later.Store(int64(2 * time.Minute))
	p.claims = func(claims map[string]any) { claims["exp"] = time.Now().Add(time.Hour).Unix() }
	if _, _, err := c.Finish(t.Context(), a, url.Values{"code": {"c"}, "state": {a.State}}); err != nil {
		t.Errorf("Finish with an older copy: %v", err)
	}
}

func TestBareHostFindsTheRealm(t *testing.T) {
	t.Parallel()
	var server *httptest.Server
	server = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path != "/realms/opinum/.well-known/openid-configuration" {
			http.NotFound(w, r)
			return
		}
		issuer := server.URL + "/realms/opinum"
		_ = json.NewEncoder(w).Encode(map[string]any{"issuer": issuer, "authorization_endpoint": issuer + "/auth", "token_endpoint": issuer + "/token", "jwks_uri": issuer + "/certs", "scopes_supported": []string{"offline_access"}})
	}))
	t.Cleanup(server.Close)
	c, err := New(Config{Issuer: server.URL, ClientID: "portico", ClientSecret: secret.New("s"), RedirectURL: "https://portal.example/cb"})
	if err != nil {
		t.Fatal(err)
	}
	_, u, err := c.Begin(t.Context(), LoginOptions{Account: "7"})
	if err != nil || u.Path != "/realms/opinum/auth" || u.Query().Get("account") != "7" || strings.Contains(u.Query().Get("scope"), "offline_access") {
		t.Errorf("Begin = %v, %v, want Keycloak's realm, its account parameter and no offline_access", u, err)
	}
}

func TestLeavingBrowserSpoilsNothing(t *testing.T) {
	t.Parallel()
	p := newProvider(t)
	asked, answer := make(chan struct{}, 8), make(chan struct{})
	p.document = func(http.ResponseWriter) bool { asked <- struct{}{}; <-answer; return false }
	c, _ := p.client()
	leaving, leave := context.WithCancel(t.Context())
	left, stayed := make(chan error, 1), make(chan error, 1)
	go func() { _, _, err := c.Begin(leaving, LoginOptions{}); left <- err }()
	<-asked
	go func() { _, _, err := c.Begin(t.Context(), LoginOptions{}); stayed <- err }()
	leave()
	if err := <-left; !errors.Is(err, ErrProviderUnavailable) {
		t.Errorf("the browser that left: Begin = %v", err)
	}
	close(answer)
	if err := <-stayed; err != nil {
		t.Errorf("the browser that stayed: Begin = %v", err)
	}
	if c.metadata.known() == nil {
		t.Error("the answer to the browser that left was thrown away")
	}
}

func TestSilentProviderIsNotPestered(t *testing.T) {
	t.Parallel()
	var asked atomic.Int32
	server := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) {
		asked.Add(1)
		panic(http.ErrAbortHandler)
	}))
	t.Cleanup(server.Close)
	now := time.Now()
	c, err := New(Config{Issuer: server.URL, ClientID: "portico", ClientSecret: secret.New("s"), RedirectURL: "https://portal.example/cb", Now: func() time.Time { return now }})
	if err != nil {
		t.Fatal(err)
	}
	begin := func(times int) {
		t.Helper()
		for range times {
			if _, _, err := c.Begin(t.Context(), LoginOptions{}); !errors.Is(err, ErrProviderUnavailable) {
				t.Fatalf("Begin = %v, want ErrProviderUnavailable", err)
			}
		}
	}
	begin(1)
	once := asked.Load() // net/http may ask twice itself
	begin(20)
	if n := asked.Load(); n > metadataTries*once {
		t.Errorf("asked %d times in one moment", n)
	}
	before := asked.Load()
	now = now.Add(metadataMost + time.Second)
	begin(1)
	if asked.Load() == before {
		t.Error("not asked again after the wait")
	}
}

func TestSecureProviderStaysSecure(t *testing.T) {
	t.Parallel()
	good := metadata{Issuer: "https://id.example", AuthorizationEndpoint: "https://id.example/a", TokenEndpoint: "https://id.example/t", JWKSURI: "https://id.example/k"}
	if err := good.check(nil); err != nil {
		t.Fatal(err)
	}
	bad := good
	bad.TokenEndpoint = "http://localhost/t"
	if err := bad.check(nil); !errors.As(err, new(*MetadataError)) {
		t.Errorf("an https issuer with a token endpoint on plain loopback: %v, want *MetadataError", err)
	}
}

func TestOneFetchOfMetadataForEachSignIn(t *testing.T) {
	t.Parallel()
	p := newProvider(t)
	var fetches atomic.Int32
	p.document = func(http.ResponseWriter) bool { fetches.Add(1); return false }
	c, _ := p.client()
	for n := int32(1); n <= 3; n++ {
		if _, _, err := p.login(c); err != nil || fetches.Load() != n {
			t.Errorf("sign-in %d: %d fetches, %v; each sign-in sees what the provider publishes then, once", n, fetches.Load(), err)
		}
	}
	if _, err := c.Refresh(t.Context(), secret.New("rt"), ""); err != nil || fetches.Load() != 3 {
		t.Errorf("a refresh: %v, %d fetches", err, fetches.Load())
	}
}

// Keycloak lists the prompts that it knows, and lets nobody choose an account.
func TestOffers(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		listed []string
		want   bool
	}{"none listed": {nil, true}, "listed": {[]string{"none", "select_account"}, true}, "others listed": {[]string{"none", "login", "consent"}, false}} {
		p := newProvider(t)
		client, _ := p.client()
		if !client.Offers("select_account") {
			t.Errorf("%s: not offered before anything is known", name)
		}
		p.metadata["prompt_values_supported"] = c.listed
		if err := client.Ready(t.Context()); err != nil {
			t.Fatal(err)
		}
		if got := client.Offers("select_account"); got != c.want {
			t.Errorf("%s: Offers = %t, want %t", name, got, c.want)
		}
	}
}
