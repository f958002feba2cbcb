package identity

import (
	"bytes"
	"cmp"
	"crypto/rand"
	"encoding/json"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"

	"github.com/zitadel/oidc/v3/pkg/oidc"
	"github.com/zitadel/oidc/v3/pkg/op"
)

// era is one issuer with the paths and habits of its time. It adds to op what the platform's identity servers do: the password grant, refresh tokens
// without offline_access (Keycloak), the iss parameter (RFC 9207), and each era's status for a client that is refused.
type era struct {
	provider *Provider
	op       *op.Provider
	issuer   string
	keycloak bool
	token    string   // path
	paths    []string // of authorization requests and their callback
}

// ServeHTTP implements http.Handler.
func (e *era) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	switch {
	case r.URL.Path == e.token && r.Method == http.MethodPost:
		e.provider.requests.Add(1)
		e.serveToken(w, r)
	case r.URL.Path == "/.well-known/openid-configuration":
		e.serveDiscovery(w, r)
	case slices.Contains(e.paths, r.URL.Path):
		e.op.ServeHTTP(&issWriter{ResponseWriter: w, era: e}, r)
	default:
		e.op.ServeHTTP(w, r)
	}
}

// issWriter adds iss to authorization responses.
type issWriter struct {
	http.ResponseWriter
	era *era
}

func (w *issWriter) WriteHeader(status int) {
	if u, err := url.Parse(w.Header().Get("Location")); err == nil && status/100 == 3 {
		q := u.Query()
		if (q.Has("code") || q.Has("error")) && w.era.redirectURI(u) {
			q.Set("iss", w.era.issuer)
			u.RawQuery = q.Encode()
			w.Header().Set("Location", u.String())
		}
	}
	w.ResponseWriter.WriteHeader(status)
}

// redirectURI reports whether an address is a client's.
func (e *era) redirectURI(u *url.URL) bool {
	bare := *u
	bare.RawQuery = ""
	return slices.ContainsFunc(e.provider.c.Clients, func(c Client) bool { return slices.Contains(c.RedirectURIs, bare.String()) })
}

// answer is an answer held back to be amended.
type answer struct {
	header http.Header
	status int
	body   bytes.Buffer
}

func (a *answer) Header() http.Header         { return a.header }
func (a *answer) WriteHeader(status int)      { a.status = status }
func (a *answer) Write(b []byte) (int, error) { return a.body.Write(b) }

// amended runs the provider and lets change edit its JSON answer.
func (e *era) amended(w http.ResponseWriter, r *http.Request, change func(status int, m map[string]any) int) {
	a := &answer{header: http.Header{}, status: http.StatusOK}
	e.op.ServeHTTP(a, r)
	var m map[string]any
	if json.Unmarshal(a.body.Bytes(), &m) != nil {
		m = map[string]any{"error": "server_error"}
		a.status = http.StatusInternalServerError
	}
	writeJSON(w, change(a.status, m), m)
}

func writeJSON(w http.ResponseWriter, status int, v any) {
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(status)
	_ = json.NewEncoder(w).Encode(v)
}

func (e *era) serveDiscovery(w http.ResponseWriter, r *http.Request) {
	e.amended(w, r, func(status int, m map[string]any) int {
		m["authorization_response_iss_parameter_supported"] = true
		m["grant_types_supported"] = []string{"authorization_code", "refresh_token", "password"}
		m["response_types_supported"] = []string{"code"}
		m["token_endpoint_auth_methods_supported"] = []string{"client_secret_basic", "client_secret_post"}
		for name := range m {
			if strings.HasPrefix(name, "device_") || name == "check_session_iframe" || name == "registration_endpoint" {
				delete(m, name)
			}
		}
		return status
	})
}

func (e *era) serveToken(w http.ResponseWriter, r *http.Request) {
	if r.FormValue("grant_type") == "password" {
		e.password(w, r)
		return
	}
	e.amended(w, r, func(status int, m map[string]any) int {
		if e.keycloak && m["access_token"] != nil {
			e.alwaysRefresh(m)
		}
		return e.status(status, m)
	})
}

// alwaysRefresh gives Keycloak's answers the refresh token that they have without being asked for.
func (e *era) alwaysRefresh(m map[string]any) {
	s := e.provider.storage
	token, _ := m["access_token"].(string)
	s.mu.Lock()
	defer s.mu.Unlock()
	if id, ok := s.verify(token); ok && s.access[id] != nil {
		if m["refresh_token"] == nil {
			m["refresh_token"] = s.newRefresh(*s.access[id])
		}
		s.additions(m, *s.access[id])
	}
}

// additions are what stock Keycloak adds to an answer.
func (s *storage) additions(m map[string]any, g grant) {
	m["refresh_expires_in"], m["not-before-policy"], m["session_state"] = int(s.c.RefreshTokenLifetime/time.Second), 0, cmp.Or(g.sid, g.family)
}

// status is the era's own for a refusal: clients decide by the error code.
func (e *era) status(status int, m map[string]any) int {
	switch m["error"] {
	case "invalid_client":
		if e.keycloak {
			return http.StatusUnauthorized
		}
		return http.StatusBadRequest
	case nil, "server_error":
		return status
	}
	return http.StatusBadRequest
}

func (e *era) refuse(w http.ResponseWriter, code, description string) {
	m := map[string]any{"error": code, "error_description": description}
	status := e.status(http.StatusBadRequest, m)
	if e.keycloak && code == "invalid_grant" && description == "Invalid user credentials" {
		status = http.StatusUnauthorized
	}
	writeJSON(w, status, m)
}

// password is the resource owner password grant (RFC 6749 section 4.3), which op leaves out.
func (e *era) password(w http.ResponseWriter, r *http.Request) {
	s := e.provider.storage
	id, secret, basic := r.BasicAuth()
	if basic {
		id, _ = url.QueryUnescape(id)
		secret, _ = url.QueryUnescape(secret)
	} else {
		id, secret = r.PostFormValue("client_id"), r.PostFormValue("client_secret")
	}
	if s.AuthorizeClientIDSecret(r.Context(), id, secret) != nil {
		e.refuse(w, "invalid_client", "unknown client or wrong secret")
		return
	}
	u := s.byPassword(r.PostFormValue("username"), r.PostFormValue("password"))
	if u == nil {
		e.refuse(w, "invalid_grant", map[bool]string{true: "Invalid user credentials", false: "invalid_username_or_password"}[e.keycloak])
		return
	}
	account, ok := s.choose(u, wantedAccount(r, e.keycloak))
	if !ok {
		e.refuse(w, "invalid_grant", "the user has no such account")
		return
	}
	wanted := strings.Fields(r.PostFormValue("scope"))
	if slices.ContainsFunc(wanted, func(scope string) bool { return !slices.Contains(scopes, scope) }) {
		e.refuse(w, "invalid_scope", "unknown scope")
		return
	}
	g := grant{family: rand.Text(), user: u, clientID: id, account: account, scopes: wanted, authTime: time.Now()}
	m, err := e.issue(r, g)
	if err != nil {
		e.provider.c.Log.Error("password grant failed", "error", err)
		writeJSON(w, http.StatusInternalServerError, map[string]string{"error": "server_error"})
		return
	}
	writeJSON(w, http.StatusOK, m)
}

// issue makes the tokens of a grant without a browser.
func (e *era) issue(r *http.Request, g grant) (map[string]any, error) {
	s := e.provider.storage
	ctx := op.ContextWithIssuer(r.Context(), e.issuer)
	oc, err := s.GetClientByClientID(ctx, g.clientID)
	if err != nil {
		return nil, err
	}
	req := &passwordRequest{g}
	access, _, validity, err := op.CreateAccessToken(ctx, req, op.AccessTokenTypeJWT, e.op, oc, "")
	if err != nil {
		return nil, err
	}
	m := map[string]any{"access_token": access, "token_type": "Bearer", "expires_in": int(validity.Round(time.Second) / time.Second), "scope": strings.Join(g.scopes, " ")}
	if slices.Contains(g.scopes, oidc.ScopeOpenID) {
		if m["id_token"], err = op.CreateIDToken(ctx, e.issuer, req, oc.IDTokenLifetime(), access, "", s, oc); err != nil {
			return nil, err
		}
	}
	if e.keycloak || slices.Contains(g.scopes, oidc.ScopeOfflineAccess) {
		s.mu.Lock()
		m["refresh_token"] = s.newRefresh(g)
		s.mu.Unlock()
	}
	if e.keycloak {
		s.additions(m, g)
	}
	return m, nil
}
