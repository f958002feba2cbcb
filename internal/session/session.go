// Package session knows who is signed in on which browser.
//
// A session is two things: a cookie, which holds a random id and a secret, and a record in a [Store], which is found
// by a hash of the id and can be read only with the secret and a server key together. Neither a copy of the
// store nor the server keys alone open a session. Tokens are not kept here: they have a record of their own
// (package token) under the same [ID], so that a slow request that writes its session back can never
// write an old refresh token back.
package session

import (
	"context"
	"encoding/hex"
	"errors"
	"log/slog"
	"time"
)

// ID finds a session in a store: the SHA-256 of the id that the cookie carries. A copy of the store therefore holds no
// id that a browser could present.
type ID [32]byte

// String returns the first 8 bytes in hexadecimal: enough to follow a session through a log, useless as a credential.
func (id ID) String() string { return hex.EncodeToString(id[:8]) }

// LogValue implements [slog.LogValuer].
func (id ID) LogValue() slog.Value { return slog.StringValue(id.String()) }

// Record is a session as a [Store] keeps it. What decides who somebody is lies in Sealed; the other members are for
// finding, listing and sweeping records, and are compared with the sealed ones after each load.
type Record struct {
	ID       ID
	Version  int64     // 1 at Create, one more at each Save
	Issuer   string    // the provider that vouched for Subject
	Subject  string    // OpenID Connect sub
	SID      string    // the provider's session id, "" when it gives none
	Created  time.Time // UTC, whole seconds, as all times here
	LastSeen time.Time // last activity by the person; authenticated by SeenTag
	Until    time.Time // when the record may be swept: the earlier of the idle and the absolute limit
	SeenTag  []byte    // authenticates LastSeen under the session's own key
	Sealed   []byte    // identity, limits and values, sealed by a Keyring with the cookie's secret
	About    []byte    // what the person's other browsers may read of this one, sealed by a Keyring alone: see [About]; empty when nobody said

	// LoginStarted is when the sign-in that made this session began, by the store's clock. Create compares it with the tombstones that
	// DeleteMatching leaves. It is not kept.
	LoginStarted time.Time
}

// Match selects records: by Issuer and SID when SID is not empty, else by Issuer and Subject, else (Everyone) all.
type Match struct {
	Issuer   string
	SID      string
	Subject  string
	Everyone bool
}

// Holds reports whether the match selects a record.
func (m Match) Holds(r Record) bool {
	switch {
	case m.Everyone:
		return true
	case m.SID != "":
		return r.Issuer == m.Issuer && r.SID == m.SID
	default:
		return m.Subject != "" && r.Issuer == m.Issuer && r.Subject == m.Subject
	}
}

// Reasons for which a session ends, as they appear in tombstones, in the audit log and on the page that explains it.
const (
	ReasonLogout       = "logout"        // the person signed out here
	ReasonElsewhere    = "elsewhere"     // the person signed this browser out from another one
	ReasonBackChannel  = "back-channel"  // the provider said so
	ReasonFrontChannel = "front-channel" // the provider said so, through the browser
	ReasonReplaced     = "replaced"      // the same browser signed in again
	ReasonRefused      = "refused"       // the provider refused the grant, or the subject changed
	ReasonExpired      = "expired"       // idle or absolute limit
	ReasonRevoked      = "revoked"       // what the session was for, a link, was revoked
	ReasonUnfinished   = "unfinished"    // it never began: the sign-in, the pairing or the link that it was for failed on the way
	ReasonOperator     = "operator"      // ended by an operator
	ReasonCap          = "cap"           // too many sessions of one person; the oldest ended
)

// TombstoneLife is how long a store remembers that a session was ended.
const TombstoneLife = 10 * time.Minute

// Errors that callers can tell apart. Anything else that a Store returns means that the store is not available.
var (
	ErrNotFound = errors.New("session: no such session")
	ErrExists   = errors.New("session: the id is taken")
	ErrConflict = errors.New("session: changed by another request")
)

// EndedError says that a session existed and was ended less than [TombstoneLife] ago. errors.Is(err, ErrNotFound) holds.
type EndedError struct{ Reason string }

func (e *EndedError) Error() string { return "session: ended: " + e.Reason }

// Is reports that an ended session is a session that is not there.
func (e *EndedError) Is(target error) bool { return target == ErrNotFound }

// Store keeps sessions. All methods may be called concurrently, also from several processes on one database, and each
// is atomic. Implementations pass storetest.Sessions.
type Store interface {
	// Create adds a record with Version 1. It returns ErrExists when the id is taken, and an *EndedError with
	// DeleteMatching's reason when that ended the record's (Issuer, SID), (Issuer, Subject) or everyone after r.LoginStarted.
	Create(ctx context.Context, r Record) error
	// Load returns the record, whatever its limits say, ErrNotFound, or an *EndedError.
	Load(ctx context.Context, id ID) (Record, error)
	// Save replaces Sealed, SID and About of the record whose Version is r.Version-1, and Until when it is later: Touch may have
	// moved it meanwhile. It never inserts. It returns ErrConflict when the version differs and ErrNotFound when there is
	// no such record.
	Save(ctx context.Context, r Record) error
	// Touch sets LastSeen, SeenTag and Until, never backwards, without a new version. ErrNotFound when there is no such record.
	Touch(ctx context.Context, id ID, seen time.Time, tag []byte, until time.Time) error
	// Delete ends a session and everything else that is kept under its id (tokens), leaving a tombstone by id.
	// Deleting what is not there is no error.
	Delete(ctx context.Context, id ID, reason string) error
	// DeleteMatching ends all sessions that match and leaves tombstones by id and by what was matched, so that a
	// sign-in that began earlier cannot finish. It returns the ids that it ended.
	DeleteMatching(ctx context.Context, m Match, reason string) ([]ID, error)
	// DeleteExpired removes up to limit records, token records, tombstones, Once keys and counted tries whose time is over at now,
	// and returns how many sessions went.
	DeleteExpired(ctx context.Context, now time.Time, limit int) (int, error)
	// List returns the matching records, oldest LastSeen first, without Sealed.
	List(ctx context.Context, m Match) ([]Record, error)
	// Once reports true to exactly one caller per key until ttl is over, across all processes.
	Once(ctx context.Context, key string, ttl time.Duration) (bool, error)
	// Ping reports whether the store answers.
	Ping(ctx context.Context) error
	// Now returns the store's clock, by which it dates what it keeps: the one that all processes share, whatever their own tell. To the millisecond, in UTC.
	Now(ctx context.Context) (time.Time, error)
}
