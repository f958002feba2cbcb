package identity

import (
	"context"
	"slices"
	"strings"
	"time"

	"github.com/zitadel/oidc/v3/pkg/oidc"
	"github.com/zitadel/oidc/v3/pkg/op"
)

// SetUserinfoFromScopes implements op.Storage; SetUserinfoFromRequest does the work.
func (s *storage) SetUserinfoFromScopes(context.Context, *oidc.UserInfo, string, string, []string) error {
	return nil
}

// SetUserinfoFromRequest fills an ID token.
func (s *storage) SetUserinfoFromRequest(ctx context.Context, info *oidc.UserInfo, r op.IDTokenRequest, scopes []string) error {
	g := grantOf(r.(op.TokenRequest))
	s.describe(ctx, info, g.user, g.account, scopes)
	if g.sid != "" {
		info.AppendClaims("sid", g.sid)
	}
	return nil
}

// SetUserinfoFromToken answers the userinfo endpoint.
func (s *storage) SetUserinfoFromToken(ctx context.Context, info *oidc.UserInfo, tokenID, _, _ string) error {
	s.mu.Lock()
	g := s.access[tokenID]
	s.mu.Unlock()
	if g == nil || !time.Now().Before(g.expires) {
		return errUnknown
	}
	s.describe(ctx, info, g.user, g.account, g.scopes)
	return nil
}

const nameIdentifier = "http://schemas.xmlsoap.org/ws/2005/05/identity/claims/nameidentifier"

// describe fills in what the scopes allow, in the era's words.
func (s *storage) describe(ctx context.Context, info *oidc.UserInfo, u *User, account int64, scopes []string) {
	info.Subject = u.ID
	if slices.Contains(scopes, oidc.ScopeProfile) {
		info.Name, info.PreferredUsername = u.Name, u.Username
	}
	if slices.Contains(scopes, oidc.ScopeEmail) {
		info.Email, info.EmailVerified = u.Email, true
	}
	for name, value := range s.accountClaims(ctx, u, account) {
		info.AppendClaims(name, value)
	}
	info.AppendClaims("role", u.Roles)
	if op.IssuerFromContext(ctx) == s.c.Issuer {
		info.AppendClaims(nameIdentifier, u.ID)
	}
}

func (s *storage) accountClaims(ctx context.Context, u *User, account int64) map[string]any {
	claims := map[string]any{"account": account}
	for _, a := range u.Accounts {
		if a.ID == account {
			claims["account_name"] = a.Name
		}
	}
	if op.IssuerFromContext(ctx) == s.c.Issuer {
		claims["http://opisense.opinum.com/account"] = account
	}
	return claims
}

// GetPrivateClaimsFromRequest fills an access token.
func (s *storage) GetPrivateClaimsFromRequest(ctx context.Context, r op.TokenRequest, _ []string) (map[string]any, error) {
	g := grantOf(r)
	claims := s.accountClaims(ctx, g.user, g.account)
	claims["scope"] = strings.Join(g.scopes, " ")
	return claims, nil
}

// GetPrivateClaimsFromScopes implements op.Storage; the request's own variant is used.
func (s *storage) GetPrivateClaimsFromScopes(context.Context, string, string, []string) (map[string]any, error) {
	return nil, nil
}

// SetIntrospectionFromToken implements op.Storage (RFC 7662).
func (s *storage) SetIntrospectionFromToken(_ context.Context, r *oidc.IntrospectionResponse, tokenID, subject, _ string) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	g := s.access[tokenID]
	if g == nil || !time.Now().Before(g.expires) {
		return errUnknown
	}
	r.Subject, r.ClientID, r.Scope = subject, g.clientID, g.scopes
	r.Expiration = oidc.FromTime(g.expires)
	return nil
}
