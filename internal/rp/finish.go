package rp

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"

	"github.com/coreos/go-oidc/v3/oidc"

	"portico/internal/secret"
)

// errorCodes are the errors of an authorization response that we know: RFC 6749 section 4.1.2.1, OpenID Connect Core section 3.1.2.6.
var errorCodes = []string{
	"login_required", "interaction_required", "consent_required", "account_selection_required", "access_denied", "temporarily_unavailable",
	"server_error", "invalid_request", "unauthorized_client", "invalid_scope", "unsupported_response_type", "invalid_request_uri", "invalid_request_object",
	"request_not_supported", "request_uri_not_supported", "registration_not_supported", "unmet_authentication_requirements",
}

// InteractionNeeded reports whether err says that a sign-in without interaction (prompt none) is not possible now, or was not good enough.
func InteractionNeeded(err error) bool {
	e, ok := errors.AsType[*AuthError](err)
	return ok && (e.Problem == ProblemProvider && slices.Contains(errorCodes[:4], e.Code) || e.Problem == ProblemAuthTime || e.Problem == ProblemACR)
}

// CheckCallback refuses a callback that no honest provider sends, before anything is sent to anybody: a repeated parameter, a code together with an
// error, or neither. The caller has not looked at state yet.
func CheckCallback(v url.Values) error {
	for _, name := range []string{"code", "state", "iss", "error", "session_state"} {
		if len(v[name]) > 1 {
			return &AuthError{Problem: ProblemParameters, Err: errors.New(name + " is repeated")}
		}
	}
	if v.Has("code") == v.Has("error") || v.Has("code") && v.Get("code") == "" || len(v.Get("code")) > 4096 {
		return &AuthError{Problem: ProblemParameters, Err: errors.New("one of code and error is wanted")}
	}
	return nil
}

// Finish ends a sign-in whose state the caller has compared and consumed: error answers, iss (RFC 9207), code exchange with the verifier,
// ID token, userinfo. The code is presented at most once. Errors are *AuthError or ErrProviderUnavailable.
func (c *Client) Finish(ctx context.Context, a Attempt, callback url.Values) (Identity, Tokens, error) {
	if err := CheckCallback(callback); err != nil {
		return Identity{}, Tokens{}, err
	}
	doc, err := c.metadataSince(ctx, a.Started)
	if err != nil {
		return Identity{}, Tokens{}, err
	}
	if callback.Has("iss") && callback.Get("iss") != doc.Issuer || doc.IssParameter && !callback.Has("iss") {
		return Identity{}, Tokens{}, &AuthError{Problem: ProblemIssuer}
	}
	if callback.Has("error") {
		e := &AuthError{Problem: ProblemProvider, Code: callback.Get("error")}
		if !slices.Contains(errorCodes, e.Code) {
			e.Code = "other"
		}
		return Identity{}, Tokens{}, e
	}
	t, err := c.exchange(ctx, doc, callback.Get("code"), a)
	if err != nil {
		return Identity{}, Tokens{}, c.grantRefused(doc, err)
	}
	id, err := c.identify(ctx, doc, a, t)
	return id, t, err
}

// grantRefused tells a provider that finds our assertion expired, or from the future, because the clocks differ, from one that does not know the client: both say invalid_client.
func (c *Client) grantRefused(doc *metadata, err error) error {
	e, ok := errors.AsType[*GrantError](err)
	if ok && e.Code == "invalid_client" && c.authStyle(doc) == AuthStyleKey && time.Duration(c.ahead.Load()).Abs() > Leeway {
		return &AuthError{Problem: ProblemClock, Err: errors.New("the client assertion was refused: " + e.Error())}
	}
	return &AuthError{Problem: ProblemGrant, Err: err}
}

func (c *Client) identify(ctx context.Context, doc *metadata, a Attempt, t Tokens) (Identity, error) {
	if t.IDToken.Empty() {
		return Identity{}, &AuthError{Problem: ProblemNoIDToken}
	}
	id, err := c.verify(ctx, doc, t.IDToken, a.Nonce, t.Access)
	if err != nil {
		return Identity{}, err
	}
	if err := c.checkAuthentication(a, id); err != nil {
		return Identity{}, err
	}
	if missing := c.missingScopes(t); len(missing) > 0 {
		return Identity{}, &AuthError{Problem: ProblemScope, Missing: missing}
	}
	if id, err = c.complete(ctx, doc, id, t); err != nil {
		return Identity{}, err
	}
	if a.Account != "" && id.Account != "" && id.Account != a.Account {
		return Identity{}, &AuthError{Problem: ProblemAccount}
	}
	id.Account = cmp.Or(id.Account, a.Account) // who says nothing has not objected; refreshes name it again
	return id, nil
}

// checkAuthentication wants what was asked for to be true of the answer: when, and how, the person authenticated. A provider that did not do it says so, or says nothing.
func (c *Client) checkAuthentication(a Attempt, id Identity) error {
	switch {
	case a.MaxAge > 0 && (id.AuthTime.IsZero() || c.c.Now().Sub(id.AuthTime) > a.MaxAge+Leeway):
		return &AuthError{Problem: ProblemAuthTime}
	case a.again() && id.AuthTime.Before(a.Started.Add(-Leeway)):
		return &AuthError{Problem: ProblemAuthTime}
	case (a.MaxAge > 0 || a.again()) && id.AuthTime.Sub(c.c.Now()) > Leeway: // nobody authenticates in the future
		return &AuthError{Problem: ProblemAuthTime}
	case a.ACRValues != "" && !slices.Contains(strings.Fields(a.ACRValues), id.ACR):
		return &AuthError{Problem: ProblemACR}
	}
	return nil
}

// ownScopes are those of OpenID Connect: what they give is told by claims, not by the answer's scope.
var ownScopes = []string{"openid", "profile", "email", "address", "phone", "roles", "offline_access"}

// missingScopes returns the scopes of an API that were asked for and not granted. A provider that does not tell has granted all (RFC 6749 section 5.1).
func (c *Client) missingScopes(t Tokens) []string {
	if c.c.AcceptFewerScopes || len(t.Scopes) == 0 {
		return nil
	}
	return slices.DeleteFunc(slices.Clone(c.c.Scopes), func(s string) bool { return slices.Contains(ownScopes, s) || slices.Contains(t.Scopes, s) })
}

// complete asks userinfo for what the ID token leaves out. Somebody else's userinfo ends the sign-in (OpenID Connect Core section 5.3.2);
// a userinfo endpoint that does not answer does not.
func (c *Client) complete(ctx context.Context, doc *metadata, id Identity, t Tokens) (Identity, error) {
	if doc.UserinfoEndpoint == "" {
		return id, nil
	}
	cl, err := c.userinfo(ctx, doc, t.Access)
	if err != nil {
		c.c.Log.WarnContext(ctx, "userinfo not read, the ID token's claims are used", "error", err)
		return id, nil
	}
	if cl.Subject != id.Subject {
		return Identity{}, &AuthError{Problem: ProblemUserinfo}
	}
	more := identity(id.Issuer, cl)
	id.Name = cmp.Or(id.Name, more.Name)
	id.PreferredUsername = cmp.Or(id.PreferredUsername, more.PreferredUsername)
	id.Email = cmp.Or(id.Email, more.Email)
	id.Account = cmp.Or(id.Account, more.Account)
	id.Role = cmp.Or(id.Role, more.Role)
	return id, nil
}

// Userinfo asks what the provider says of a person now; previous is what it said before, and stays where it says nothing. The error is ErrOtherSubject, also for another account: the session
// must end (OpenID Connect Core section 5.3.2); any other one leaves previous in force.
func (c *Client) Userinfo(ctx context.Context, access secret.Text, previous Identity) (Identity, error) {
	doc, err := c.endpoints(ctx)
	if err != nil || doc.UserinfoEndpoint == "" {
		return previous, err
	}
	cl, err := c.userinfo(ctx, doc, access)
	if err != nil {
		return previous, err
	}
	if cl.Subject != previous.Subject {
		return previous, ErrOtherSubject
	}
	id, now := previous, identity(previous.Issuer, cl)
	id.Name = cmp.Or(now.Name, id.Name)
	id.PreferredUsername = cmp.Or(now.PreferredUsername, id.PreferredUsername)
	id.Email = cmp.Or(now.Email, id.Email)
	id.AccountName = cmp.Or(now.AccountName, id.AccountName)
	if cl.saysRoles {
		id.Role = now.Role
	}
	return id, sameAccount(now, previous)
}

// userinfo reads the claims, plain or signed. A signed answer that does not verify is an answer about nobody.
func (c *Client) userinfo(ctx context.Context, doc *metadata, access secret.Text) (claims, error) {
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, doc.UserinfoEndpoint, nil)
	if err != nil {
		return claims{}, errors.New("rp: bad userinfo endpoint")
	}
	req.Header.Set("Authorization", "Bearer "+access.Reveal())
	req.Header.Set("Accept", "application/json, application/jwt")
	body, contentType, err := c.read(req)
	if err != nil {
		return claims{}, err
	}
	if contentType == "application/jwt" {
		if body, err = c.signedUserinfo(ctx, doc, string(body)); err != nil {
			return claims{}, nil
		}
	}
	cl, err := c.readClaims(body)
	if err != nil {
		return claims{}, errors.New("rp: userinfo is not JSON of the expected shape")
	}
	return cl, nil
}

func (c *Client) signedUserinfo(ctx context.Context, doc *metadata, raw string) ([]byte, error) {
	v := oidc.NewVerifier(doc.Issuer, c.keySet(doc.JWKSURI, true), &oidc.Config{
		ClientID: c.c.ClientID, SupportedSigningAlgs: c.c.Algorithms, SkipExpiryCheck: true, Now: c.c.Now,
	})
	token, err := v.Verify(ctx, raw)
	if err != nil {
		return nil, errSignature
	}
	var body json.RawMessage
	err = token.Claims(&body)
	return body, err
}
