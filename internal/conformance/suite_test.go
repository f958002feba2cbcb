// Package conformance runs the portal, built from its configuration as the program builds it, against a provider that behaves like the OpenID
// Foundation's conformance suite: honest and hostile, and strict about everything that the portal sends. docs/conformance.md lists the modules.
package conformance

import (
	"crypto/rand"
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"net/url"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/go-jose/go-jose/v4"
)

const (
	clientID     = "portico: certification & more"
	clientSecret = "s:e c+r%t/§"
	issuerPath   = "/test/a/portico/"
	subject      = "user-subject-1234531"
)

// suite is the provider for one module. What a module bends is set before the portal comes; the rest is honest. Everything that comes is checked, and what is
// not as it must be is noted.
type suite struct {
	t      *testing.T
	server *httptest.Server
	issuer string
	client registration

	mu         sync.Mutex
	bent       bent
	keys       keys
	jwksPath   string
	calls      []string // paths below the issuer, in order
	violations []string
	request    url.Values // the last authorization request
	code       string
	verifiers  []string
	access     string       // the access token of the last token answer
	refresh    string       // and its refresh token
	pushed     url.Values   // the request behind the reference that was given last
	tokens     int          // token requests since the last authorization request
	tokenForms []url.Values // all of them
	idToken    string       // the last ID token
	logout     int          // status of the last back-channel logout
}

// registration is how the portal is registered.
type registration struct {
	redirectURI, postLogoutURI, backChannelURI string
}

// bent says how a module departs from an honest provider.
type bent struct {
	metadata     func(map[string]any)
	claims       func(map[string]any)                // of the ID token
	sign         func(*suite, map[string]any) string // makes the whole ID token instead
	token        func(map[string]any)                // the answer to a code
	userinfo     func(map[string]any)                // claims of the userinfo answer
	userinfoJWT  bool                                // which is signed
	keys         func(*testing.T) keys               // instead of the usual ones
	rotate       string                              // "before signing" or "second login"
	formPost     bool
	refresh      bool                 // refresh tokens are given, and taken
	refreshed    func(map[string]any) // claims of the ID token that a refresh brings
	bearerHeader bool                 // userinfo takes the header only
	logoutToken  func(*suite, map[string]any) string
	logoutState  func(string) string         // what becomes of the state at the end
	answer       func(url.Values) url.Values // of the authorization request, instead of code and state
}

func newSuite(t *testing.T, b bent) *suite {
	t.Helper()
	s := &suite{t: t, bent: b, jwksPath: "jwks", keys: usualKeys(t)}
	if b.keys != nil {
		s.keys = b.keys(t)
	}
	s.server = httptest.NewServer(s)
	t.Cleanup(s.server.Close)
	s.issuer = strings.Replace(s.server.URL, "127.0.0.1", "localhost", 1) + issuerPath // another site than the portal's
	return s
}

// violation notes what the suite fails a module for. The lock is held.
func (s *suite) violation(format string, args ...any) {
	s.violations = append(s.violations, fmt.Sprintf(format, args...))
}

// next begins another module at the same issuer: with new keys, under a new address, and what the module bends.
func (s *suite) next(t *testing.T, b bent) {
	t.Helper()
	s.locked(func() {
		s.bent, s.keys, s.jwksPath = b, usualKeys(t), "jwks-"+rand.Text()
		s.calls, s.violations, s.request = nil, nil, nil
	})
}

// seen returns how often a path below the issuer was asked for.
func (s *suite) seen(path string) int {
	s.mu.Lock()
	defer s.mu.Unlock()
	n := 0
	for _, c := range s.calls {
		if c == path {
			n++
		}
	}
	return n
}

func (s *suite) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	path, below := strings.CutPrefix(r.URL.Path, issuerPath)
	s.mu.Lock()
	s.calls = append(s.calls, path)
	if !below || path != ".well-known/openid-configuration" && !slices.Contains(s.calls, ".well-known/openid-configuration") {
		s.violation("%s before the metadata, or outside the issuer", r.URL.Path)
	}
	s.mu.Unlock()
	switch path {
	case ".well-known/openid-configuration":
		s.locked(func() { writeJSON(w, http.StatusOK, s.metadata()) })
	case s.jwksPath:
		s.locked(func() { writeJSON(w, http.StatusOK, map[string]any{"keys": s.keys.published}) })
	case "authorize":
		s.authorize(w, r)
	case "token":
		s.locked(func() { s.token(w, r) })
	case "userinfo":
		s.locked(func() { s.serveUserinfo(w, r) })
	case "end_session":
		s.endSession(w, r)
	case "par":
		s.locked(func() { s.push(w, r) })
	default:
		s.locked(func() { s.violation("%s %s is nothing that a relying party needs", r.Method, path) })
		http.NotFound(w, r)
	}
}

func (s *suite) locked(f func()) {
	s.mu.Lock()
	defer s.mu.Unlock()
	f()
}

func writeJSON(w http.ResponseWriter, status int, v any) {
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(status)
	_ = json.NewEncoder(w).Encode(v)
}

func (s *suite) metadata() map[string]any {
	m := map[string]any{
		"issuer": s.issuer, "authorization_endpoint": s.issuer + "authorize", "token_endpoint": s.issuer + "token", "jwks_uri": s.issuer + s.jwksPath, "userinfo_endpoint": s.issuer + "userinfo",
		"registration_endpoint": s.issuer + "register", "scopes_supported": []string{"openid", "phone", "profile", "email", "address", "offline_access"},
		"response_types_supported": []string{"code", "id_token code", "token code id_token", "id_token", "token id_token", "token code", "token"}, "response_modes_supported": []string{"query", "fragment", "form_post"},
		"token_endpoint_auth_methods_supported": []string{"client_secret_basic", "client_secret_post", "client_secret_jwt", "private_key_jwt", "tls_client_auth"},
		"grant_types_supported":                 []string{"authorization_code", "implicit", "refresh_token"}, "claims_parameter_supported": true, "subject_types_supported": []string{"public", "pairwise"},
		"id_token_signing_alg_values_supported": []string{"none", "HS256", "RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES256K", "ES384", "ES512", "EdDSA"},
		"end_session_endpoint":                  s.issuer + "end_session", "check_session_iframe": s.issuer + "check_session", "frontchannel_logout_supported": true, "frontchannel_logout_session_supported": true,
		"backchannel_logout_supported": true, "backchannel_logout_session_supported": true,
	}
	if s.bent.metadata != nil {
		s.bent.metadata(m)
	}
	return m
}

// authorize checks the request and sends the browser straight back: there is no login page.
func (s *suite) authorize(w http.ResponseWriter, r *http.Request) {
	_ = r.ParseForm()
	s.mu.Lock()
	defer s.mu.Unlock()
	request := s.pulled(r.Form)
	s.checkAuthorization(request)
	second := s.request != nil
	s.request, s.code, s.tokens = request, fmt.Sprintf("code-%d-/+=", len(s.calls)), 0
	if s.bent.rotate == "second login" && second {
		s.keys = usualKeys(s.t)
	}
	back := url.Values{"code": {s.code}, "state": {request.Get("state")}, "session_state": {"salt.and/hash="}}
	if s.bent.answer != nil {
		back = s.bent.answer(request)
	}
	if s.bent.formPost {
		w.Header().Set("Content-Type", "text/html")
		fmt.Fprintf(w, `<html><head><link rel="icon" href="data:,"></head><body onload="document.forms[0].submit()"><form method="post" action="%s">`, s.client.redirectURI)
		for name := range back {
			fmt.Fprintf(w, `<input type="hidden" name="%s" value="%s">`, name, back.Get(name))
		}
		fmt.Fprint(w, `</form></body></html>`)
		return
	}
	http.Redirect(w, r, s.client.redirectURI+"?"+back.Encode(), http.StatusFound)
}

func (s *suite) checkAuthorization(q url.Values) {
	for name, values := range q {
		if len(values) > 1 {
			s.violation("%s stands in the authorization request %d times", name, len(values))
		}
	}
	want := map[string]string{"response_type": "code", "client_id": clientID, "redirect_uri": s.client.redirectURI}
	for name, value := range want {
		if q.Get(name) != value {
			s.violation("authorization request with %s %q, want %q", name, q.Get(name), value)
		}
	}
	if !slices.Contains(strings.Fields(q.Get("scope")), "openid") {
		s.violation("scope %q lacks openid", q.Get("scope"))
	}
	if q.Has("request") || q.Has("request_uri") {
		s.violation("authorization request with request or request_uri")
	}
	if q.Get("max_age") == "0" && q.Get("prompt") == "none" {
		s.violation("max_age=0 with prompt=none")
	}
	if q.Has("code_challenge") && q.Get("code_challenge_method") != "S256" {
		s.violation("code_challenge_method %q", q.Get("code_challenge_method"))
	}
	if q.Has("claims") && !json.Valid([]byte(q.Get("claims"))) {
		s.violation("claims %q", q.Get("claims"))
	}
	if nonce := q.Get("nonce"); nonce == "" || len(nonce) > 43 || strings.Trim(nonce, letters+"-._~") != "" {
		s.violation("nonce %q", nonce)
	}
}

const letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789"

// claims are those of an honest ID token.
func (s *suite) claims() map[string]any {
	now := time.Now()
	return map[string]any{"iss": s.issuer, "sub": subject, "aud": clientID, "iat": now.Unix(), "exp": now.Add(5 * time.Minute).Unix(), "nonce": s.request.Get("nonce"), "sid": "sid.-_~!$&'()*+,;=:@/?"}
}

// sign makes a JWT with the suite's own key.
func (s *suite) sign(claims map[string]any) string {
	return s.signWith(s.keys.signer, s.keys.kid, jose.RS256, claims)
}

func (s *suite) signWith(key any, kid string, alg jose.SignatureAlgorithm, claims map[string]any) string {
	options := &jose.SignerOptions{}
	if kid != "" {
		options = options.WithHeader("kid", kid)
	}
	signer, err := jose.NewSigner(jose.SigningKey{Algorithm: alg, Key: key}, options)
	if err != nil {
		s.t.Fatal(err)
	}
	payload, _ := json.Marshal(claims)
	jws, err := signer.Sign(payload)
	if err != nil {
		s.t.Fatal(err)
	}
	text, err := jws.CompactSerialize()
	if err != nil {
		s.t.Fatal(err)
	}
	return text
}
