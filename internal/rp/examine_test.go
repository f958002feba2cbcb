package rp

import (
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"testing"

	"portico/internal/secret"
)

// TestProofs shows a client to providers that answer in every way.
func TestProofs(t *testing.T) {
	t.Parallel()
	const redirect = "https://portal.example/auth/callback"
	var authorize, token http.HandlerFunc
	mux := http.NewServeMux()
	server := httptest.NewServer(mux)
	t.Cleanup(server.Close)
	mux.HandleFunc("GET /.well-known/openid-configuration", func(w http.ResponseWriter, _ *http.Request) {
		_, _ = fmt.Fprintf(w, `{"issuer":%q,"authorization_endpoint":%q,"token_endpoint":%q,"jwks_uri":%q}`, server.URL, server.URL+"/authorize", server.URL+"/token", server.URL+"/keys")
	})
	mux.HandleFunc("GET /authorize", func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Query().Get("prompt") != "none" || r.URL.Query().Get("redirect_uri") != redirect {
			t.Errorf("asked for %s", r.URL)
		}
		authorize(w, r)
	})
	mux.HandleFunc("POST /token", func(w http.ResponseWriter, r *http.Request) { token(w, r) })
	c, err := New(Config{Issuer: server.URL, ClientID: "portico", ClientSecret: secret.New("s"), RedirectURL: redirect})
	if err != nil {
		t.Fatal(err)
	}
	to := func(location string) http.HandlerFunc {
		return func(w http.ResponseWriter, r *http.Request) { http.Redirect(w, r, location, http.StatusFound) }
	}
	answer := func(status int, body string) http.HandlerFunc {
		return func(w http.ResponseWriter, _ *http.Request) {
			w.WriteHeader(status)
			_, _ = w.Write([]byte(body))
		}
	}
	for name, tt := range map[string]struct {
		handler http.HandlerFunc
		code    string
		err     error
	}{
		"comes back":                {to(redirect + "?error=login_required&state=x"), "login_required", nil},
		"comes back, unknown error": {to(redirect + "?error=<script>"), "other", nil},
		"comes back with a form":    {answer(200, `<form action="https://portal.example&#x2F;auth/callback">`), "", nil},
		"error page":                {answer(400, "invalid redirect_uri"), "", ErrRedirectRefused},
		"leads to an error page":    {to("/home/Error?errorId=x"), "", ErrRedirectRefused},
		"leads to a sign-in page":   {to("/login"), "", ErrRedirectUnclear},
		"sign-in page":              {answer(200, "<form>"), "", ErrRedirectUnclear},
		"comes back elsewhere":      {to("https://portal.example/auth/callback/x?error=login_required"), "", ErrRedirectUnclear},
		"broken":                    {answer(500, ""), "", ErrRedirectUnclear},
	} {
		authorize = tt.handler
		if code, err := c.ProveRedirect(t.Context()); code != tt.code || !errors.Is(err, tt.err) {
			t.Errorf("%s: ProveRedirect = %q, %v, want %q, %v", name, code, err, tt.code, tt.err)
		}
	}
	refusal := func(status int, code string) http.HandlerFunc {
		body, _ := json.Marshal(map[string]string{"error": code})
		return answer(status, string(body))
	}
	for name, tt := range map[string]struct {
		handler http.HandlerFunc
		class   Class
		code    string
	}{
		"knows the client":     {refusal(400, "invalid_grant"), "", ""},
		"does not":             {refusal(401, "invalid_client"), Configuration, "invalid_client"},
		"knows, grant refused": {refusal(400, "unauthorized_client"), Configuration, "unauthorized_client"},
		"is broken":            {answer(500, "<html>"), Unknown, ""},
		"believes everything":  {answer(200, `{"access_token":"a","token_type":"Bearer"}`), Unknown, ""},
	} {
		token = tt.handler
		err := c.ProveClient(t.Context())
		e, _ := errors.AsType[*GrantError](err)
		if (err == nil) != (tt.class == "") || e != nil && (e.Class != tt.class || e.Code != tt.code) {
			t.Errorf("%s: ProveClient = %v, want %s %s", name, err, tt.class, tt.code)
		}
	}
}

// A pushed request that is refused names no reason; the same request in the browser's way does. Refused credentials are no word about the redirect URI.
func TestProveRedirectWherePushedRequestsAreRefused(t *testing.T) {
	t.Parallel()
	for name, tt := range map[string]struct {
		code    string // and status of the pushed request's answer
		status  int
		browser string // where the authorization endpoint leads; "" is an error page
		want    string
		err     error
		refused bool // the error is the pushed request's
	}{
		"redirect URI":      {"invalid_request", 400, "", "", ErrRedirectRefused, false},
		"scope":             {"invalid_request", 400, "?error=invalid_scope", "invalid_scope", nil, false},
		"only when pushed":  {"invalid_request", 400, "?error=login_required", "invalid_request", nil, false},
		"client":            {"invalid_client", 401, "", "", nil, true},
		"client, otherwise": {"invalid_request", 401, "", "", nil, true},
	} {
		p := newProvider(t)
		p.metadata["pushed_authorization_request_endpoint"] = p.server.URL + "/par"
		p.pushed = func(w http.ResponseWriter) bool {
			w.WriteHeader(tt.status)
			_ = json.NewEncoder(w).Encode(map[string]string{"error": tt.code})
			return true
		}
		c, _ := p.client()
		p.authorize = func(w http.ResponseWriter, r *http.Request) {
			if tt.browser == "" {
				w.WriteHeader(http.StatusBadRequest)
				return
			}
			http.Redirect(w, r, r.URL.Query().Get("redirect_uri")+tt.browser, http.StatusFound)
		}
		code, err := c.ProveRedirect(t.Context())
		g, refused := errors.AsType[*GrantError](err)
		if code != tt.want || refused != tt.refused || !refused && !errors.Is(err, tt.err) || refused && g.Status != tt.status {
			t.Errorf("%s: ProveRedirect = %q, %v, want %q, %v", name, code, err, tt.want, tt.err)
		}
	}
}
