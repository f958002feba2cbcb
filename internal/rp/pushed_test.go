package rp

import (
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"portico/internal/secret"
)

// offering makes the provider take pushed requests.
func offering(p *provider) {
	p.metadata["pushed_authorization_request_endpoint"] = p.server.URL + "/par"
}

func TestPushedRequest(t *testing.T) {
	t.Parallel()
	for style, listed := range map[AuthStyle]string{AuthStyleBasic: "client_secret_basic", AuthStylePost: "client_secret_post", AuthStyleKey: "private_key_jwt"} {
		p := newProvider(t)
		offering(p)
		p.metadata["authorization_endpoint"] = p.server.URL + "/auth?tenant=1"
		p.claims = func(c map[string]any) { c["auth_time"], c["account"] = time.Now().Unix(), "102" }
		p.metadata["token_endpoint_auth_methods_supported"] = []string{listed}
		c, _ := p.client(func(c *Config) { c.ClientKeys = []secret.Text{newSecretKey(t, "ES256")} })
		a, u, err := c.Begin(t.Context(), LoginOptions{ReturnTo: "/x", Prompt: "none", Account: "102", MaxAge: time.Hour})
		if err != nil {
			t.Fatalf("%s: %v", style, err)
		}
		if want := (url.Values{"tenant": {"1"}, "client_id": {"portico"}, "request_uri": {"urn:ietf:params:oauth:request_uri:r+1"}}); u.Query().Encode() != want.Encode() {
			t.Errorf("%s: the browser carries %s, want the reference only", style, u)
		}
		form := p.forms[0]
		for name, want := range map[string]string{"response_type": "code", "client_id": "portico", "code_challenge_method": "S256", "prompt": "none", "acr_values": "accountId:102", "max_age": "3600",
			"redirect_uri": "https://portal.example/auth/callback", "scope": "openid profile email datahub-api offline_access", "state": a.State, "nonce": a.Nonce} {
			if form.Get(name) != want || len(form[name]) != 1 {
				t.Errorf("%s: pushed %s = %q, want %q", style, name, form[name], want)
			}
		}
		if basic := strings.HasPrefix(p.basic[0], "Basic "); basic != (style == AuthStyleBasic) || form.Has("client_secret") != (style == AuthStylePost) || form.Has("client_assertion") != (style == AuthStyleKey) {
			t.Errorf("%s: authenticated by %q and %v", style, p.basic[0], form)
		}
		if form.Has("code_verifier") || form.Has("request_uri") || form.Has("return_to") {
			t.Errorf("%s: pushed %v", style, form)
		}
		if _, _, err := c.Finish(t.Context(), a, url.Values{"code": {"c"}, "state": {a.State}}); err != nil {
			t.Errorf("%s: Finish = %v", style, err)
		}
	}
}

func TestWhenRequestsArePushed(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		when              Pushed
		offered, required bool
		want              string // pushed, plain or refused
	}{
		{PushedAuto, true, false, "pushed"}, {PushedAuto, true, true, "pushed"}, {PushedAuto, false, false, "plain"}, {PushedAuto, false, true, "refused"},
		{PushedAlways, true, false, "pushed"}, {PushedAlways, false, false, "refused"},
		{PushedNever, true, false, "plain"}, {PushedNever, true, true, "refused"},
	} {
		p := newProvider(t)
		if p.metadata["require_pushed_authorization_requests"] = tt.required; tt.offered {
			offering(p)
		}
		c, _ := p.client(func(c *Config) { c.Pushed = tt.when })
		_, u, err := c.Begin(t.Context(), LoginOptions{})
		got := "plain"
		if errors.As(err, new(*MetadataError)) {
			got = "refused"
		} else if err == nil && u.Query().Has("request_uri") {
			got = "pushed"
		}
		if got != tt.want || p.count("/par") != map[bool]int{true: 1}[tt.want == "pushed"] {
			t.Errorf("%+v: %s, %v", tt, got, err)
		}
	}
}

// What becomes of a request that was not taken. The browser is never given the request itself instead.
func TestPushedRequestNotTaken(t *testing.T) {
	t.Parallel()
	answer := func(code int, body string) func(http.ResponseWriter) bool {
		return func(w http.ResponseWriter) bool { w.WriteHeader(code); fmt.Fprint(w, body); return true }
	}
	for name, tt := range map[string]struct {
		answer func(http.ResponseWriter) bool
		class  Class // "" for an answer that is no error and no good
		code   string
	}{
		"down":                {answer(503, ""), Unknown, ""},
		"a gateway":           {answer(502, "<html>canary"), Unknown, ""},
		"too many":            {func(w http.ResponseWriter) bool { w.Header().Set("Retry-After", "7"); return answer(429, "")(w) }, NotSent, ""},
		"hung up":             {func(http.ResponseWriter) bool { panic(http.ErrAbortHandler) }, Unknown, ""},
		"client refused":      {answer(401, `{"error":"invalid_client","error_description":"canary"}`), Configuration, "invalid_client"},
		"request refused":     {answer(400, `{"error":"invalid_redirect_uri"}`), Configuration, "invalid_redirect_uri"},
		"something new":       {answer(400, `{"error":"canary"}`), Configuration, ""},
		"no request_uri":      {answer(201, `{"expires_in":60}`), "", ""},
		"not JSON":            {answer(201, `<html>canary`), "", ""},
		"blanks in reference": {answer(201, `{"request_uri":"a\r\nb"}`), "", ""},
	} {
		p := newProvider(t)
		offering(p)
		p.pushed = tt.answer
		c, _ := p.client()
		_, u, err := c.Begin(t.Context(), LoginOptions{})
		if u != nil || problem(err) != ProblemPushed || strings.Contains(fmt.Sprint(err), "canary") {
			t.Errorf("%s: Begin = %v, %v", name, u, err)
		}
		g, ok := errors.AsType[*GrantError](err)
		if ok != (tt.class != "") || ok && (g.Class != tt.class || g.Code != tt.code || !strings.Contains(g.Error(), "pushed")) {
			t.Errorf("%s: %v, want %q %q", name, err, tt.class, tt.code)
		}
		if n := p.count("/par"); n != 1 {
			t.Errorf("%s: pushed %d times", name, n)
		}
	}
}

func TestEndpointHosts(t *testing.T) {
	t.Parallel()
	p := newProvider(t)
	u, _ := url.Parse(p.server.URL)
	c, _ := p.client(func(c *Config) { c.EndpointHosts = []string{strings.ToUpper(u.Host)} })
	if _, _, err := c.Begin(t.Context(), LoginOptions{}); err != nil {
		t.Errorf("on its own host: %v", err)
	}
	p.metadata["token_endpoint"] = "http://localhost:1/token"
	if _, _, err := c.Begin(t.Context(), LoginOptions{}); !errors.As(err, new(*MetadataError)) {
		t.Errorf("a token endpoint elsewhere: Begin = %v, want *MetadataError", err)
	}
}
