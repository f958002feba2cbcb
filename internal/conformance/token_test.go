package conformance

import (
	"crypto/sha256"
	"encoding/base64"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strings"
)

// token answers the token endpoint, after a look at everything that comes. A second request in one login fails the module. The lock is held.
func (s *suite) token(w http.ResponseWriter, r *http.Request) {
	_ = r.ParseForm()
	s.tokens++
	s.tokenForms = append(s.tokenForms, r.PostForm)
	if r.Method != http.MethodPost || r.URL.RawQuery != "" {
		s.violation("token request by %s with query %q", r.Method, r.URL.RawQuery)
	}
	s.checkClient(r)
	switch grant := r.PostForm.Get("grant_type"); {
	case grant == "authorization_code":
		s.exchange(w, r.PostForm)
	case grant == "refresh_token" && s.bent.refresh:
		s.renew(w, r.PostForm)
	default:
		s.violation("grant_type %q", grant)
		writeJSON(w, http.StatusBadRequest, map[string]string{"error": "unsupported_grant_type"})
	}
}

// checkClient wants client_secret_basic: both parts form-encoded, then Base64.
func (s *suite) checkClient(r *http.Request) {
	id, secret, ok := r.BasicAuth()
	decodedID, err1 := url.QueryUnescape(id)
	decodedSecret, err2 := url.QueryUnescape(secret)
	if !ok || err1 != nil || err2 != nil || decodedID != clientID || decodedSecret != clientSecret {
		s.violation("client authenticates by %q", r.Header.Get("Authorization"))
	}
	if r.PostForm.Has("client_id") && r.PostForm.Get("client_id") != clientID || r.PostForm.Has("client_secret") || r.PostForm.Has("client_assertion") {
		s.violation("client credentials in the body as well: %v", r.PostForm)
	}
}

func (s *suite) exchange(w http.ResponseWriter, form url.Values) {
	if s.tokens > 1 {
		s.violation("token request number %d in one login", s.tokens)
	}
	if form.Get("code") != s.code || s.code == "" {
		s.violation("code %q, want %q", form.Get("code"), s.code)
	}
	if form.Get("redirect_uri") != s.client.redirectURI {
		s.violation("redirect_uri %q at the token endpoint", form.Get("redirect_uri"))
	}
	verifier := form.Get("code_verifier")
	sum := sha256.Sum256([]byte(verifier))
	if len(verifier) < 43 || len(verifier) > 128 || slices.Contains(s.verifiers, verifier) || base64.RawURLEncoding.EncodeToString(sum[:]) != s.request.Get("code_challenge") {
		s.violation("code_verifier %q does not fit, is weak or was used before", verifier)
	}
	s.verifiers = append(s.verifiers, verifier)
	s.code = ""
	if s.bent.rotate == "before signing" {
		s.keys = usualKeys(s.t)
	}
	claims := s.claims()
	if s.bent.claims != nil {
		s.bent.claims(claims)
	}
	s.answer(w, claims)
}

// renew takes the present refresh token, once, and gives a new one.
func (s *suite) renew(w http.ResponseWriter, form url.Values) {
	if form.Get("refresh_token") != s.refresh || s.refresh == "" {
		s.violation("refresh_token %q, want %q", form.Get("refresh_token"), s.refresh)
	}
	if form.Has("scope") && strings.Trim(form.Get("scope"), " ") != s.request.Get("scope") {
		s.violation("scope %q in a refresh", form.Get("scope"))
	}
	claims := s.claims()
	if s.bent.refreshed != nil {
		s.bent.refreshed(claims)
	}
	s.answer(w, claims)
}

func (s *suite) answer(w http.ResponseWriter, claims map[string]any) {
	if s.idToken = s.sign(claims); s.bent.sign != nil {
		s.idToken = s.bent.sign(s, claims)
	}
	s.access = fmt.Sprintf("access-%d", len(s.calls))
	m := map[string]any{"access_token": s.access, "token_type": "Bearer", "expires_in": 600, "id_token": s.idToken, "scope": s.request.Get("scope")}
	if s.bent.refresh {
		s.refresh = fmt.Sprintf("refresh-%d.-_~!/+=", len(s.calls))
		m["refresh_token"] = s.refresh
	}
	if s.bent.token != nil {
		s.bent.token(m)
	}
	writeJSON(w, http.StatusOK, m)
}

// serveUserinfo wants one access token, the one that was given last, by header or form body. The lock is held.
func (s *suite) serveUserinfo(w http.ResponseWriter, r *http.Request) {
	_ = r.ParseForm()
	header, byHeader := strings.CutPrefix(r.Header.Get("Authorization"), "Bearer ")
	if r.URL.Query().Has("access_token") || byHeader == r.PostForm.Has("access_token") || s.bent.bearerHeader && !byHeader {
		s.violation("userinfo with header %q, body %v, query %q", r.Header.Get("Authorization"), r.PostForm, r.URL.RawQuery)
	}
	if token := header + r.PostForm.Get("access_token"); token != s.access {
		s.violation("userinfo with access token %q, want %q", token, s.access)
	}
	m := map[string]any{"sub": subject, "name": "Demo T. User", "email": "user@example.com", "phone_number": "+1 555 5550000"}
	if s.bent.userinfo != nil {
		s.bent.userinfo(m)
	}
	if s.bent.userinfoJWT {
		m["iss"], m["aud"] = s.issuer, clientID
		w.Header().Set("Content-Type", "application/jwt")
		fmt.Fprint(w, s.sign(m))
		return
	}
	writeJSON(w, http.StatusOK, m)
}
