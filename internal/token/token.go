// Package token keeps a session's tokens fresh. The refresh token may be one-time with reuse detection: presenting it twice
// kills the session. So each value is presented by at most one attempt, which is written into the store before anything is
// sent; what an answer brings is written with compare-and-swap; and a session ends only by the person, a limit, the provider's
// sign-out or a definitive refusal. docs/adr/0003 explains the protocol, docs/architecture.md shows it as a picture.
package token

import (
	"encoding/binary"
	"errors"
	"time"

	"portico/internal/epoch"
	"portico/internal/rp"
	"portico/internal/secret"
	"portico/internal/session"
)

// unknownLifetime is assumed when the provider does not say how long an access token lives.
const unknownLifetime = 5 * time.Minute

// Tokens are a session's tokens, opened.
type Tokens struct {
	Access   secret.Text
	Refresh  secret.Text // empty: the session lasts as long as the access token
	IDToken  secret.Text // empty unless ID tokens are kept
	Scopes   []string
	Identity rp.Identity // whom the tokens are about

	RefreshUntil time.Time // end of the refresh token; zero when the provider does not say
}

// Errors that callers of a Source can tell apart; see also UnavailableError and StoreError.
var (
	// ErrLoginRequired says that the person must sign in again: there is no refresh token, or it was refused for good.
	ErrLoginRequired = errors.New("token: sign-in required")
	// ErrRejected says that the Data Hub rejected an access token so young that a new one would fare no better.
	ErrRejected = errors.New("token: a fresh access token was rejected")
)

// UnavailableError says that there is no access token now, but that the session goes on: try again after RetryAfter.
type UnavailableError struct {
	RetryAfter time.Duration
	Underway   bool // a refresh has begun and was awaited in vain; its answer may still come
	Err        error
}

func (e *UnavailableError) Error() string {
	if e.Err != nil {
		return "token: not available now: " + e.Err.Error()
	}
	return "token: not available now"
}

func (e *UnavailableError) Unwrap() error { return e.Err }

// StoreError says that the store did not answer and no valid token was at hand.
type StoreError struct{ Err error }

func (e *StoreError) Error() string { return "token store: " + e.Err.Error() }
func (e *StoreError) Unwrap() error { return e.Err }

// held is a record together with its opened tokens.
type held struct {
	Record
	Tokens
}

func (h *held) valid(now time.Time) bool { return h.State != Dead && now.Before(h.AccessExpiry) }

func (h *held) refreshable(now time.Time) bool {
	return h.State != Dead && !h.Tokens.Refresh.Empty() && (h.RefreshUntil.IsZero() || now.Before(h.RefreshUntil))
}

// refreshUntil is the end of a refresh token that was just received.
func refreshUntil(t rp.Tokens, now time.Time) time.Time {
	if t.RefreshExpiresIn <= 0 {
		return time.Time{}
	}
	return now.Add(t.RefreshExpiresIn)
}

func seal(k *session.Keyring, h session.Handle, version int64, t Tokens) ([]byte, error) {
	b, err := pack(payload{Version: payloadVersion, Access: t.Access.Reveal(), Refresh: t.Refresh.Reveal(), IDToken: t.IDToken.Reveal(), Scopes: t.Scopes,
		Issuer: t.Identity.Issuer, Subject: t.Identity.Subject, SID: t.Identity.SID, Account: t.Identity.Account, NonceHash: t.Identity.NonceHash, Until: epoch.Seconds(t.RefreshUntil)})
	if err != nil {
		return nil, err
	}
	return k.Seal(session.PurposeTokens, h, recordData(h.ID(), version), b), nil
}

func open(k *session.Keyring, h session.Handle, r Record) (*held, error) {
	if r.State == Dead {
		return &held{Record: r}, nil
	}
	b, err := k.Open(session.PurposeTokens, h, recordData(h.ID(), r.Version), r.Sealed)
	if err != nil {
		return nil, err
	}
	p, err := unpack(b)
	if err != nil {
		return nil, err
	}
	return &held{Record: r, Tokens: Tokens{
		Access: secret.New(p.Access), Refresh: secret.New(p.Refresh), IDToken: secret.New(p.IDToken), Scopes: p.Scopes,
		Identity: rp.Identity{Issuer: p.Issuer, Subject: p.Subject, SID: p.SID, Account: p.Account, NonceHash: p.NonceHash}, RefreshUntil: epoch.FromSeconds(p.Until),
	}}, nil
}

// recordData is the associated data of the sealing: tokens cannot be moved to another session or version.
func recordData(id session.ID, version int64) []byte {
	return binary.BigEndian.AppendUint64(append(make([]byte, 0, 40), id[:]...), uint64(version))
}

// lifetime is the life of an access token that was received just now. It counts from when the token was asked for, because the provider began to count before its answer was on its
// way; but an answer that took long costs half of a token's life at most.
func lifetime(t rp.Tokens, now time.Time) (issued, expiry time.Time) {
	life := t.ExpiresIn
	if life <= 0 {
		life = unknownLifetime
	}
	issued = now
	if late := now.Sub(t.Asked); !t.Asked.IsZero() && late > 0 {
		issued = now.Add(-min(late, life/2))
	}
	return issued, issued.Add(life)
}
