package identity

import (
	"context"
	"crypto/rand"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/go-jose/go-jose/v4"
	"github.com/zitadel/oidc/v3/pkg/oidc"
	"github.com/zitadel/oidc/v3/pkg/op"
)

// browser is what an authorization request brings along besides its OpenID Connect parameters.
type browser struct {
	sso     string // session cookie
	account int64  // wanted account, 0 when none is named
}

type browserKey struct{}

const ssoCookie = "portico-demo-sso"

// withBrowser lets the storage see the browser's session and the wanted account: account=<id> with Keycloak, acr_values=accountId:<id> with IdentityServer.
func (p *Provider) withBrowser(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		b := browser{account: wantedAccount(r, op.IssuerFromContext(r.Context()) != p.c.Issuer)}
		if c, err := r.Cookie(ssoCookie); err == nil {
			b.sso = c.Value
		}
		next.ServeHTTP(w, r.WithContext(context.WithValue(r.Context(), browserKey{}, b)))
	})
}

// wantedAccount is the account that a request names in its era's way, 0 for none. The other era's way means nothing.
func wantedAccount(r *http.Request, keycloak bool) int64 {
	text := ""
	if keycloak {
		text = r.FormValue("account")
	} else {
		for value := range strings.FieldsSeq(r.FormValue("acr_values")) {
			if id, ok := strings.CutPrefix(value, "accountId:"); ok {
				text = id
			}
		}
	}
	id, _ := strconv.ParseInt(text, 10, 64)
	return id
}

// authRequest is an authorization request until its code is exchanged.
type authRequest struct {
	id      string
	req     *oidc.AuthRequest
	created time.Time
	issuer  string
	wanted  int64 // account
	hinted  *User // who signs in without being asked; nil for whoever does
	chooser *User // signed in, but has still to choose an account

	sso  *sso
	done bool
}

func (a *authRequest) GetID() string                      { return a.id }
func (a *authRequest) GetACR() string                     { return "" }
func (a *authRequest) GetAMR() []string                   { return []string{"pwd"} }
func (a *authRequest) GetAudience() []string              { return []string{a.req.ClientID} }
func (a *authRequest) GetClientID() string                { return a.req.ClientID }
func (a *authRequest) GetNonce() string                   { return a.req.Nonce }
func (a *authRequest) GetRedirectURI() string             { return a.req.RedirectURI }
func (a *authRequest) GetScopes() []string                { return a.req.Scopes }
func (a *authRequest) GetState() string                   { return a.req.State }
func (a *authRequest) Done() bool                         { return a.done }
func (a *authRequest) GetResponseType() oidc.ResponseType { return a.req.ResponseType }
func (a *authRequest) GetResponseMode() oidc.ResponseMode { return a.req.ResponseMode }
func (a *authRequest) GetCodeChallenge() *oidc.CodeChallenge {
	return &oidc.CodeChallenge{Challenge: a.req.CodeChallenge, Method: a.req.CodeChallengeMethod}
}

func (a *authRequest) GetAuthTime() time.Time {
	if a.sso == nil {
		return time.Time{}
	}
	return a.sso.authTime
}

func (a *authRequest) GetSubject() string {
	if a.sso == nil {
		return ""
	}
	return a.sso.user.ID
}

// fits reports whether a browser's session is good enough for the request: young enough, of the user that the hint names, and of one who has the wanted account.
func (a *authRequest) fits(s *sso) bool {
	if s == nil || s.ended || slices.Contains(a.req.Prompt, oidc.PromptLogin) || slices.Contains(a.req.Prompt, oidc.PromptSelectAccount) {
		return false
	}
	if a.req.MaxAge != nil && time.Since(s.authTime) > time.Duration(*a.req.MaxAge)*time.Second {
		return false
	}
	return (a.hinted == nil || a.hinted.ID == s.user.ID) && (a.wanted == 0 || s.user.account(a.wanted))
}

// finish binds a request to a session. The lock is held.
func (s *storage) finish(a *authRequest, session *sso) {
	a.sso, a.done, a.chooser = session, true, nil
	if a.wanted != 0 {
		session.account = a.wanted
	}
	session.clients[a.req.ClientID] = a.issuer
	s.last[session.user.ID] = session.account
}

// CreateAuthRequest implements op.Storage. PKCE is demanded of everybody. With prompt none, a browser without a fitting session is told login_required.
func (s *storage) CreateAuthRequest(ctx context.Context, req *oidc.AuthRequest, _ string) (op.AuthRequest, error) {
	if req.CodeChallenge == "" || req.CodeChallengeMethod != oidc.CodeChallengeMethodS256 {
		return nil, oidc.ErrInvalidRequest().WithDescription("PKCE with S256 is required")
	}
	b, _ := ctx.Value(browserKey{}).(browser)
	s.mu.Lock()
	defer s.mu.Unlock()
	a := &authRequest{id: rand.Text(), req: req, created: time.Now(), issuer: op.IssuerFromContext(ctx), wanted: b.account}
	present := s.sessions[b.sso]
	a.hinted = s.byName(req.LoginHint)
	switch {
	case a.fits(present):
		s.finish(a, present)
	case slices.Contains(req.Prompt, oidc.PromptNone):
		return nil, oidc.ErrLoginRequired()
	}
	s.requests[a.id] = a
	return a, nil
}

// AuthRequestByID implements op.Storage.
func (s *storage) AuthRequestByID(_ context.Context, id string) (op.AuthRequest, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if a := s.requests[id]; a != nil {
		return a, nil
	}
	return nil, errUnknown
}

// AuthRequestByCode implements op.Storage. A code is good for one try.
func (s *storage) AuthRequestByCode(_ context.Context, code string) (op.AuthRequest, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	a := s.requests[s.codes[code]]
	delete(s.codes, code)
	if a == nil || time.Since(a.created) > 15*time.Minute {
		return nil, errUnknown
	}
	return a, nil
}

// SaveAuthCode implements op.Storage.
func (s *storage) SaveAuthCode(_ context.Context, id, code string) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.codes[code] = id
	return nil
}

// DeleteAuthRequest implements op.Storage.
func (s *storage) DeleteAuthRequest(_ context.Context, id string) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	delete(s.requests, id)
	return nil
}

// refreshRequest and passwordRequest are token requests without a browser.
type refreshRequest struct {
	grant
}

func (r *refreshRequest) GetAMR() []string            { return []string{"pwd"} }
func (r *refreshRequest) GetAudience() []string       { return []string{r.clientID} }
func (r *refreshRequest) GetAuthTime() time.Time      { return r.authTime }
func (r *refreshRequest) GetClientID() string         { return r.clientID }
func (r *refreshRequest) GetScopes() []string         { return r.scopes }
func (r *refreshRequest) GetSubject() string          { return r.user.ID }
func (r *refreshRequest) SetCurrentScopes(s []string) { r.scopes = s }

// passwordRequest is not a RefreshTokenRequest, so that op mints no refresh token for it unasked.
type passwordRequest struct{ grant grant }

func (r *passwordRequest) GetAMR() []string       { return []string{"pwd"} }
func (r *passwordRequest) GetAudience() []string  { return []string{r.grant.clientID} }
func (r *passwordRequest) GetAuthTime() time.Time { return r.grant.authTime }
func (r *passwordRequest) GetClientID() string    { return r.grant.clientID }
func (r *passwordRequest) GetScopes() []string    { return r.grant.scopes }
func (r *passwordRequest) GetSubject() string     { return r.grant.user.ID }

// grantOf returns what tokens for a request are good for.
func grantOf(r op.TokenRequest) grant {
	switch r := r.(type) {
	case *refreshRequest:
		return r.grant
	case *passwordRequest:
		return r.grant
	case *authRequest:
		return grant{family: r.id, user: r.sso.user, clientID: r.req.ClientID, sid: r.sso.id, account: r.sso.account, scopes: r.req.Scopes, authTime: r.sso.authTime}
	}
	return grant{family: rand.Text(), user: &User{ID: r.GetSubject()}, scopes: r.GetScopes()}
}

// GetKeyByIDAndClientID implements op.Storage: no client here authenticates by key.
func (s *storage) GetKeyByIDAndClientID(context.Context, string, string) (*jose.JSONWebKey, error) {
	return nil, errUnknown
}

// ValidateJWTProfileScopes implements op.Storage.
func (s *storage) ValidateJWTProfileScopes(context.Context, string, []string) ([]string, error) {
	return nil, errUnknown
}
