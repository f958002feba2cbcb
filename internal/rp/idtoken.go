package rp

import (
	"context"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/coreos/go-oidc/v3/oidc"

	"portico/internal/secret"
)

// Identity is who signed in, as the provider says. A person is (Issuer, Subject) and nothing else.
type Identity struct {
	Issuer            string
	Subject           string
	SID               string // the provider's session
	Name              string
	PreferredUsername string
	Email             string
	Account           string // Data Hub account, "" when the provider does not say
	AccountName       string
	Role              string // Config.Role when the person has it, else ""
	ACR               string
	NonceHash         string    // of the sign-in's nonce, "" for none; an ID token that a refresh brings has the same or none
	AuthTime          time.Time // zero when the provider does not say
	IssuedAt          time.Time
}

// Problem names the check that an ID token or a callback failed.
type Problem string

// What can be wrong with a sign-in's answer.
const (
	ProblemParameters Problem = "parameters"     // repeated, contradictory or missing ones
	ProblemIssuer     Problem = "issuer"         // RFC 9207 iss, or the ID token's
	ProblemProvider   Problem = "provider"       // the provider answered with an error; see AuthError.Code
	ProblemPushed     Problem = "pushed request" // the authorization request was not taken; wraps a *GrantError, or says what the answer lacks
	ProblemGrant      Problem = "grant"          // the code was not exchanged; wraps a *GrantError
	ProblemNoIDToken  Problem = "no id token"    // the token endpoint gave none
	ProblemSignature  Problem = "signature"      // not signed by the provider, or with an algorithm that is not accepted
	ProblemAudience   Problem = "audience"       // aud or azp
	ProblemClock      Problem = "clock"          // expired, or issued in the future
	ProblemNonce      Problem = "nonce"
	ProblemSubject    Problem = "subject"
	ProblemHash       Problem = "at_hash"
	ProblemUserinfo   Problem = "userinfo" // userinfo is about somebody else
	ProblemAuthTime   Problem = "auth_time"
	ProblemACR        Problem = "acr"
	ProblemScope      Problem = "scope"   // fewer were granted than the portal needs; see AuthError.Missing
	ProblemAccount    Problem = "account" // signed in to another account than the one that was asked for
)

// AuthError is a sign-in that was refused. Its text holds nothing that came from outside but a known error code.
type AuthError struct {
	Problem Problem
	Code    string   // OAuth or OpenID Connect error code, one of a fixed list, with ProblemProvider
	Missing []string // scopes of ours, with ProblemScope
	Err     error
}

func (e *AuthError) Error() string {
	s := "rp: sign-in refused: " + string(e.Problem)
	if e.Code != "" {
		s += ": " + e.Code
	}
	if len(e.Missing) > 0 {
		s += ": not granted: " + strings.Join(e.Missing, " ")
	}
	if e.Err != nil {
		s += ": " + e.Err.Error()
	}
	return s
}

func (e *AuthError) Unwrap() error { return e.Err }

// claims are what we read of an ID token or a userinfo answer.
type claims struct {
	Issuer            string   `json:"iss"`
	Subject           string   `json:"sub"`
	Audience          audience `json:"aud"`
	SID               string   `json:"sid"`
	Name              string   `json:"name"`
	PreferredUsername string   `json:"preferred_username"`
	Email             string   `json:"email"`
	ACR               string   `json:"acr"`
	Nonce             string   `json:"nonce"`
	AccessTokenHash   string   `json:"at_hash"`
	AZP               *string  `json:"azp"`
	Expiry            *instant `json:"exp"`
	IssuedAt          *instant `json:"iat"`
	NotBefore         *instant `json:"nbf"`
	AuthTime          *instant `json:"auth_time"`
	Account           any      `json:"account"`
	AccountName       string   `json:"account_name"`
	AccountID         any      `json:"accountId"`
	AccountUnderscore any      `json:"account_id"`
	AccountURI        any      `json:"http://opisense.opinum.com/account"`
	role              string
	saysRoles         bool
}

// audience is one name or a list of them (RFC 7519 section 4.1.3).
type audience []string

// UnmarshalJSON implements [json.Unmarshaler].
func (a *audience) UnmarshalJSON(b []byte) error {
	var one string
	if json.Unmarshal(b, &one) == nil {
		*a = audience{one}
		return nil
	}
	return json.Unmarshal(b, (*[]string)(a))
}

// instant is a NumericDate (RFC 7519 section 2).
type instant float64

func (i *instant) time() time.Time {
	if i == nil {
		return time.Time{}
	}
	return time.UnixMilli(int64(min(max(float64(*i), 0), 1e11) * 1000)).UTC()
}

// verify checks an ID token: OpenID Connect Core section 3.1.3.7 and what go-oidc leaves to the caller. nonce "" means that none is wanted,
// as in a refresh; access is compared with at_hash when the token has one.
func (c *Client) verify(ctx context.Context, doc *metadata, raw secret.Text, nonce string, access secret.Text) (Identity, error) {
	token, cl, err := c.verifySigned(ctx, doc, raw)
	if err != nil {
		return Identity{}, err
	}
	if cl.Issuer != doc.Issuer {
		return Identity{}, &AuthError{Problem: ProblemIssuer}
	}
	if err := c.checkAudience(cl.Audience, cl.AZP); err != nil {
		return Identity{}, err
	}
	if err := checkTimes(cl, c.c.Now()); err != nil {
		return Identity{}, err
	}
	switch {
	case nonce != "" && !secret.New(nonce).Equal(secret.New(cl.Nonce)):
		return Identity{}, &AuthError{Problem: ProblemNonce}
	case cl.Subject == "" || len(cl.Subject) > 255 || len(cl.SID) > 255:
		return Identity{}, &AuthError{Problem: ProblemSubject}
	case cl.AccessTokenHash != "" && token.VerifyAccessToken(access.Reveal()) != nil:
		return Identity{}, &AuthError{Problem: ProblemHash}
	}
	id := identity(doc.Issuer, cl)
	id.NonceHash = nonceHash(cl.Nonce)
	return id, nil
}

// nonceHash is 96 bits of a hash: enough to see whether two nonces are one, and short enough to be kept for as long as a session.
func nonceHash(nonce string) string {
	if nonce == "" {
		return ""
	}
	h := sha256.Sum256([]byte(nonce))
	return base64.RawURLEncoding.EncodeToString(h[:12])
}

// verifySigned checks the signature only and reads the claims. What the library has read of them is not looked at: it takes SUB for sub.
func (c *Client) verifySigned(ctx context.Context, doc *metadata, raw secret.Text) (*oidc.IDToken, claims, error) {
	if len(raw.Reveal()) > 64<<10 {
		return nil, claims{}, &AuthError{Problem: ProblemSignature, Err: errors.New("token too large")}
	}
	keys := c.keySet(doc.JWKSURI, true)
	v := oidc.NewVerifier(doc.Issuer, keys, &oidc.Config{
		SupportedSigningAlgs: c.c.Algorithms, SkipClientIDCheck: true, SkipExpiryCheck: true, SkipIssuerCheck: true, Now: c.c.Now,
	})
	token, err := v.Verify(ctx, raw.Reveal())
	if keys.down {
		return nil, claims{}, fmt.Errorf("keys: %w", ErrProviderUnavailable)
	}
	if err != nil {
		return nil, claims{}, &AuthError{Problem: ProblemSignature} // the library's text quotes the token's claims
	}
	var body json.RawMessage
	if err := token.Claims(&body); err != nil {
		return nil, claims{}, &AuthError{Problem: ProblemSignature}
	}
	cl, err := c.readClaims(body)
	if err != nil {
		return nil, claims{}, &AuthError{Problem: ProblemSignature, Err: errors.New("claims of the wrong type")}
	}
	token.AccessTokenHash = cl.AccessTokenHash // for VerifyAccessToken
	return token, cl, nil
}

// checkAudience wants us in aud, nobody there that is not trusted, and azp, when present or needed, to be us.
func (c *Client) checkAudience(aud []string, azp *string) error {
	if !slices.Contains(aud, c.c.ClientID) {
		return &AuthError{Problem: ProblemAudience, Err: errors.New("aud is not us")}
	}
	for _, a := range aud {
		if a != c.c.ClientID && !slices.Contains(c.c.TrustedAudiences, a) {
			return &AuthError{Problem: ProblemAudience, Err: errors.New("aud names somebody who is not trusted")}
		}
	}
	if azp != nil && *azp != c.c.ClientID || azp == nil && len(aud) > 1 {
		return &AuthError{Problem: ProblemAudience, Err: errors.New("azp is not us")}
	}
	return nil
}

// oldest is how long ago a token may have been issued, whatever it says of its end.
const oldest = 24 * time.Hour

// checkTimes judges exp, iat and nbf with one leeway for clocks that differ.
func checkTimes(cl claims, now time.Time) error {
	clock := func(text string) error { return &AuthError{Problem: ProblemClock, Err: errors.New(text)} }
	switch {
	case cl.Expiry == nil || cl.IssuedAt == nil:
		return clock("exp or iat is missing")
	case now.Sub(cl.Expiry.time()) >= Leeway:
		return clock("expired")
	case cl.IssuedAt.time().Sub(now) > Leeway:
		return clock("issued in the future")
	case cl.NotBefore != nil && cl.NotBefore.time().Sub(now) > Leeway:
		return clock("not valid yet")
	case now.Sub(cl.IssuedAt.time()) > oldest:
		return clock("issued long ago")
	}
	return nil
}

func identity(issuer string, cl claims) Identity {
	id := Identity{Issuer: issuer, Subject: cl.Subject, SID: cl.SID, Name: cl.Name, PreferredUsername: cl.PreferredUsername, Email: cl.Email, AccountName: cl.AccountName, Role: cl.role, ACR: cl.ACR, AuthTime: cl.AuthTime.time(), IssuedAt: cl.IssuedAt.time()}
	for _, v := range []any{cl.Account, cl.AccountID, cl.AccountUnderscore, cl.AccountURI} {
		switch a := v.(type) {
		case string:
			id.Account = orDefault(id.Account, a)
		case float64:
			id.Account = orDefault(id.Account, strconv.FormatFloat(a, 'f', -1, 64))
		}
	}
	return id
}

// CheckRefreshed judges the ID token that a refresh brought, after the tokens were saved (OpenID Connect Core section 12.2). Nil when none came.
// ErrOtherSubject means that the token is about somebody else, meant for somebody else or for another account of theirs: the session must end. Any
// other error, an *AuthError or ErrProviderUnavailable, leaves the old claims in force.
func (c *Client) CheckRefreshed(ctx context.Context, t Tokens, previous Identity) error {
	if t.IDToken.Empty() {
		return nil
	}
	doc, err := c.endpoints(ctx)
	if err != nil {
		return err
	}
	_, cl, err := c.verifySigned(ctx, doc, t.IDToken)
	if err != nil {
		return err
	}
	if cl.Issuer != previous.Issuer || cl.Subject != previous.Subject || !slices.Contains(cl.Audience, c.c.ClientID) {
		return ErrOtherSubject
	}
	id, err := c.verify(ctx, doc, t.IDToken, "", t.Access)
	if err != nil {
		return err
	}
	if id.NonceHash != "" && previous.NonceHash != "" && id.NonceHash != previous.NonceHash {
		return &AuthError{Problem: ProblemNonce}
	}
	return sameAccount(id, previous)
}

// sameAccount compares two accounts where both are known.
func sameAccount(now, before Identity) error {
	if now.Account != "" && before.Account != "" && now.Account != before.Account {
		return fmt.Errorf("%w: another account", ErrOtherSubject)
	}
	return nil
}
