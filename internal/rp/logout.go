package rp

import (
	"context"
	"encoding/json"
	"errors"
	"net/url"
	"slices"
	"time"

	"github.com/coreos/go-oidc/v3/oidc"

	"portico/internal/secret"
)

// EndSession returns where to send the browser to sign out at the provider (OpenID Connect RP-Initiated Logout 1.0 section 2), ErrNoEndSession when the
// provider has no such place. hint is the ID token, or empty; state comes back.
func (c *Client) EndSession(ctx context.Context, state string, hint secret.Text) (*url.URL, error) {
	doc, err := c.endpoints(ctx)
	if err != nil {
		return nil, err
	}
	if doc.EndSessionEndpoint == "" {
		return nil, ErrNoEndSession
	}
	u, err := url.Parse(doc.EndSessionEndpoint)
	if err != nil {
		return nil, ErrNoEndSession
	}
	q := u.Query()
	q.Set("client_id", c.c.ClientID)
	q.Set("state", state)
	if c.c.PostLogoutRedirectURL != "" {
		q.Set("post_logout_redirect_uri", c.c.PostLogoutRedirectURL)
	}
	if !hint.Empty() {
		q.Set("id_token_hint", hint.Reveal())
	}
	u.RawQuery = q.Encode()
	return u, nil
}

// LogoutToken is a verified back-channel logout token. Sessions to end are those of (Issuer, SID), or of (Issuer, Subject) when SID is empty. From Expires on, and Leeway more, VerifyLogout refuses it.
type LogoutToken struct {
	Issuer, Subject, SID, ID string
	Expires                  time.Time
}

// ErrLogoutToken says that a logout token was refused; why is nobody's business.
var ErrLogoutToken = errors.New("rp: logout token refused")

const maxLogoutToken = 16 << 10

// VerifyLogout checks a back-channel logout token (OpenID Connect Back-Channel Logout 1.0 section 2.6). That its ID was not seen before is for the
// caller to check. The error is ErrLogoutToken, or ErrProviderUnavailable when no keys are to be had.
func (c *Client) VerifyLogout(ctx context.Context, raw string) (LogoutToken, error) {
	if len(raw) > maxLogoutToken || !logoutType(raw) {
		return LogoutToken{}, ErrLogoutToken
	}
	doc, err := c.endpoints(ctx)
	if err != nil {
		return LogoutToken{}, err
	}
	keys := c.keySet(doc.JWKSURI, false)
	v := oidc.NewVerifier(doc.Issuer, keys, &oidc.Config{
		ClientID: c.c.ClientID, SupportedSigningAlgs: c.c.Algorithms, SkipExpiryCheck: true, Now: c.c.Now,
	})
	t, err := v.VerifyLogout(ctx, raw)
	if keys.down {
		return LogoutToken{}, ErrProviderUnavailable
	}
	if err != nil {
		return LogoutToken{}, ErrLogoutToken
	}
	cl, err := readLogout(t)
	if err != nil || cl.Nonce != nil || !slices.Contains(cl.Audience, c.c.ClientID) || checkTimes(cl.claims, c.c.Now()) != nil {
		return LogoutToken{}, ErrLogoutToken
	}
	var event map[string]any
	if json.Unmarshal(cl.Events["http://schemas.openid.net/event/backchannel-logout"], &event) != nil || event == nil {
		return LogoutToken{}, ErrLogoutToken
	}
	ends := cl.IssuedAt.time().Add(oldest)
	if said := cl.Expiry.time(); said.Before(ends) {
		ends = said
	}
	return LogoutToken{Issuer: t.Issuer, Subject: t.Subject, SID: t.SessionID, ID: t.TokenID, Expires: ends}, nil
}

// logoutClaims are what we read of a logout token.
type logoutClaims struct {
	claims
	ID     string                     `json:"jti"`
	Nonce  json.RawMessage            `json:"nonce"`
	Events map[string]json.RawMessage `json:"events"`
}

// readLogout reads the claims by their exact names, and wants the library to have read the same.
func readLogout(t *oidc.LogoutToken) (cl logoutClaims, err error) {
	var body json.RawMessage
	if err := t.Claims(&body); err != nil {
		return cl, err
	}
	if err := json.Unmarshal(exactly(body), &cl); err != nil {
		return cl, err
	}
	if cl.Issuer != t.Issuer || cl.Subject != t.Subject || cl.SID != t.SessionID || cl.ID != t.TokenID {
		err = errors.New("claims that differ in the case of their names only")
	}
	return cl, err
}

// logoutType reports whether the header's typ is one that logout tokens carry; many providers set none.
func logoutType(raw string) bool {
	t, ok := headerTyp(raw)
	return ok && (t == "" || t == "jwt" || t == "logout+jwt")
}
