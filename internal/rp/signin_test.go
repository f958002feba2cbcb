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
	since := time.Now().UTC().Add(-time.Minute).Truncate(time.Millisecond)
	a, u, err := c.Begin(t.Context(), LoginOptions{ReturnTo: "/x", Prompt: "none", Account: "102", MaxAge: time.Hour, Since: since})
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
	if err := back.UnmarshalBinary(b); err != nil || back.State != a.State || !back.Verifier.Equal(a.Verifier) || back.MaxAge != time.Hour || back.ReturnTo != "/x" || !back.Since.Equal(since) || back.Started.UnixMilli() != a.Started.UnixMilli() || len(b) > 2500 {
		t.Errorf("an attempt of %d bytes comes back as %+v, %v", len(b), back, err)
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

// What the provider says of a person later changes what is shown of them, and never who they are.
func TestUserinfoLater(t *testing.T) {
	t.Parallel()
	for name, tt := range map[string]struct {
		status int
		body   string
		other  bool // the session must end
		fails  bool
		want   Identity
	}{
		"a new name":      {200, `{"sub":"alice","name":"Alice P."}`, false, false, Identity{Subject: "alice", Name: "Alice P.", Role: "Manager", Account: "101"}},
		"a role less":     {200, `{"sub":"alice","roles":[]}`, false, false, Identity{Subject: "alice", Name: "Alice", Account: "101"}},
		"nothing":         {200, `{"sub":"alice"}`, false, false, Identity{Subject: "alice", Name: "Alice", Role: "Manager", Account: "101"}},
		"somebody else":   {200, `{"sub":"mallory","name":"M"}`, true, true, Identity{Subject: "alice", Name: "Alice", Role: "Manager", Account: "101"}},
		"nobody":          {200, `{"name":"M"}`, true, true, Identity{Subject: "alice", Name: "Alice", Role: "Manager", Account: "101"}},
		"another account": {200, `{"sub":"alice","account":102}`, true, true, Identity{Subject: "alice", Name: "Alice", Role: "Manager", Account: "101"}},
		"away":            {503, ``, false, true, Identity{Subject: "alice", Name: "Alice", Role: "Manager", Account: "101"}},
	} {
		p := newProvider(t)
		p.userinfo = func(w http.ResponseWriter) { w.WriteHeader(tt.status); fmt.Fprint(w, tt.body) }
		c, _ := p.client(func(c *Config) { c.RoleClaim, c.Role = "roles", "Manager" })
		got, err := c.Userinfo(t.Context(), secret.New("at-canary"), Identity{Subject: "alice", Name: "Alice", Role: "Manager", Account: "101"})
		if got != tt.want || errors.Is(err, ErrOtherSubject) != tt.other || (err != nil) != tt.fails {
			t.Errorf("%s: Userinfo = %+v, %v, want %+v", name, got, err, tt.want)
		}
	}
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
		"repeated state":            {"code=a&state=x&state=x", false, ProblemParameters, ""},
		"repeated error":            {"error=login_required&error=login_required", false, ProblemParameters, ""},
		"long code":                 {"code=" + strings.Repeat("a", 4097), false, ProblemParameters, ""},
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
