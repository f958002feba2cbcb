package rp

import (
	"context"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/coreos/go-oidc/v3/oidc"

	"portico/internal/secret"
)

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
	case cl.AccessTokenHash != nil && token.VerifyAccessToken(access.Reveal()) != nil:
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
// A token that says that it is of another kind, such as at+jwt or logout+jwt, is none (RFC 8725 section 3.11).
func (c *Client) verifySigned(ctx context.Context, doc *metadata, raw secret.Text) (*oidc.IDToken, claims, error) {
	if len(raw.Reveal()) > 64<<10 {
		return nil, claims{}, &AuthError{Problem: ProblemSignature, Err: errors.New("token too large")}
	}
	if kind, ok := headerTyp(raw.Reveal()); !ok || strings.HasSuffix(kind, "+jwt") {
		return nil, claims{}, &AuthError{Problem: ProblemSignature, Err: errors.New("a token of another kind")}
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
	token.AccessTokenHash = "" // for VerifyAccessToken, which takes no empty one for right
	if cl.AccessTokenHash != nil {
		token.AccessTokenHash = *cl.AccessTokenHash
	}
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

// headerTyp is the typ of a signed token's header (RFC 7515 section 4.1.9) in small letters, without application/, "" for none; false when the header cannot be read.
func headerTyp(raw string) (string, bool) {
	head, _, _ := strings.Cut(raw, ".")
	b, err := base64.RawURLEncoding.DecodeString(head)
	if err != nil {
		return "", false
	}
	var h struct {
		Type string `json:"typ"`
	}
	if json.Unmarshal(b, &h) != nil {
		return "", false
	}
	return strings.TrimPrefix(strings.ToLower(h.Type), "application/"), true
}
