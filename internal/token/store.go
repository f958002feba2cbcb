package token

import (
	"context"
	"errors"
	"time"

	"portico/internal/session"
)

// State is where a session's refresh token stands. The zero State is not valid.
type State string

// The states of a token record. What ended (logout) has no record any more.
const (
	Fresh   State = "fresh"   // nobody is refreshing
	Claimed State = "claimed" // an attempt holds the record and has sent nothing yet
	Sent    State = "sent"    // an attempt has, or may have, presented the refresh token
	Unknown State = "unknown" // it was presented and the answer was lost
	Dead    State = "dead"    // refused for good: tokens wiped, identity kept for the page header
)

// Attempt marks who holds a record. ID is random and unique to one try; Owner and Reason are for people.
type Attempt struct {
	ID         string
	Owner      string
	Reason     string
	Started    time.Time // store's clock
	LeaseUntil time.Time // store's clock
}

// Record is a session's tokens as a [Store] keeps them.
type Record struct {
	ID           session.ID
	Version      int64 // 1 at Create, one more at each Commit, otherwise unchanged; part of the sealing's associated data
	State        State
	AccessIssued time.Time // UTC
	AccessExpiry time.Time // UTC
	Attempt      Attempt   // zero unless Claimed or Sent; kept in Unknown for the log
	Presented    int       // attempts that may have presented the current refresh token; counted before sending
	NotBefore    time.Time // no Claim before; zero when there is no back-off
	LastError    string    // class and code of the last failure, for people
	Until        time.Time // may be swept then
	Sealed       []byte    // the tokens, sealed with the cookie's secret; nil when Dead
}

// Errors of a [Store] that callers can tell apart. Anything else means that the store is not available.
var (
	ErrGone   = errors.New("token: the session has ended") // no record: never put back
	ErrLost   = errors.New("token: the claim is no longer held")
	ErrExists = errors.New("token: the id is taken")
)

// Verdict is what became of a Claim.
type Verdict int

// The verdicts of [Store.Claim].
const (
	ClaimOK    Verdict = iota + 1 // the record is ours, in state Claimed; Record is as of the claim
	ClaimNewer                    // Version is no longer the one that was seen; use Record
	ClaimBusy                     // another attempt holds it and its lease runs
	ClaimWait                     // NotBefore is in the future
	ClaimSpent                    // Presented has reached MaxPresented; the state is Unknown
	ClaimDead                     // the state is Dead
)

// ClaimRequest asks for the right to present the refresh token of version Seen.
type ClaimRequest struct {
	ID           session.ID
	Seen         int64 // the version that the caller read
	Attempt      string
	Owner        string
	Reason       string
	Lease        time.Duration
	MaxPresented int // 1 for an ordinary refresh; more for a recovery, by policy
}

// Outcome says how an attempt ended that brought no tokens.
type Outcome struct {
	State        State // Fresh, Unknown or Dead; Dead wipes Sealed
	NotPresented bool  // the provider never judged the token (nothing sent, 429, client refused): Presented goes back by one
	NotBefore    time.Time
	LastError    string
}

// NewTokens is what Commit writes. Sealed is bound to version Seen+1.
type NewTokens struct {
	Seen         int64 // the version that was claimed
	AccessIssued time.Time
	AccessExpiry time.Time
	Until        time.Time
	Sealed       []byte
}

// Store keeps token records. Each method is one atomic step; lease times and back-off are judged by the store's clock.
// All methods may be called concurrently, also from several processes on one database. Ending a session
// is session.Store.Delete, which removes the record of the same id. Implementations pass storetest.Tokens.
//
// Claim is the lock, the durable mark of the intent and the fence in one write:
//
//	no record                               ErrGone
//	Version ≠ Seen                          ClaimNewer
//	Dead                                    ClaimDead
//	Claimed or Sent, lease running          ClaimBusy
//	Sent, lease over                        becomes Unknown, then as below
//	NotBefore in the future                 ClaimWait
//	Presented ≥ MaxPresented                ClaimSpent
//	otherwise (also Claimed, lease over)    ClaimOK: Claimed, new attempt, new lease
//
// A lease or a back-off that would run for longer than LongestWait was written before the clock was set back, and counts as over.
//
// The end of a lease alone never lets another process present a token that was presented before: MaxPresented decides.
type Store interface {
	// Create adds a record in state Fresh with Version 1, or returns ErrExists.
	Create(ctx context.Context, r Record) error
	// Load returns the record or ErrGone.
	Load(ctx context.Context, id session.ID) (Record, error)
	// LoadMany returns those records of ids that there are, in any order and in one read.
	LoadMany(ctx context.Context, ids []session.ID) ([]Record, error)
	// Claim asks for the right to refresh; see above. The Record is filled for every verdict.
	Claim(ctx context.Context, c ClaimRequest) (Verdict, Record, error)
	// Renew prolongs the lease of a Claimed or Sent record whose attempt is the given one: ErrLost, ErrGone.
	Renew(ctx context.Context, id session.ID, attempt string, lease time.Duration) error
	// Send marks, durably and before the request is written, that the token may have been presented: Claimed becomes Sent and
	// Presented grows by one. ErrLost when another attempt holds the record or the lease is over, ErrGone.
	Send(ctx context.Context, id session.ID, attempt string) error
	// Commit writes new tokens if nobody has committed since version n.Seen was claimed, also when the lease is over or
	// the record was meanwhile claimed or declared Dead by another attempt: an answer that arrived is never
	// thrown away for being late. State becomes Fresh, Version Seen+1, Presented 0, the attempt is
	// cleared. ErrLost when the version moved on, ErrGone.
	Commit(ctx context.Context, id session.ID, attempt string, n NewTokens) error
	// Release ends an attempt without tokens: ErrLost when the record is not held by it, ErrGone.
	Release(ctx context.Context, id session.ID, attempt string, o Outcome) error
}

// LongestWait bounds leases and back-offs, a provider's Retry-After of five minutes among them.
const LongestWait = 6 * time.Minute

// runs reports whether a time that lies ahead still has to come.
func runs(until, now time.Time) bool { return now.Before(until) && until.Sub(now) <= LongestWait }

// Judge applies the table of [Store] to a record, for implementations that read it inside their atomic step. It changes the record only from
// Sent to Unknown, when the lease is over.
func (r *Record) Judge(c ClaimRequest, now time.Time) Verdict {
	switch {
	case r.Version != c.Seen:
		return ClaimNewer
	case r.State == Dead:
		return ClaimDead
	case (r.State == Claimed || r.State == Sent) && runs(r.Attempt.LeaseUntil, now):
		return ClaimBusy
	}
	if r.State == Sent {
		r.State = Unknown
	}
	switch {
	case runs(r.NotBefore, now):
		return ClaimWait
	case r.Presented >= c.MaxPresented:
		return ClaimSpent
	}
	return ClaimOK
}

// HeldBy reports whether the attempt holds the record, leases aside.
func (r *Record) HeldBy(attempt string) bool {
	return r.Attempt.ID == attempt && attempt != "" && (r.State == Claimed || r.State == Sent)
}

// Release ends r's attempt with what came of it, for implementations of Store.
func (r *Record) Release(o Outcome) {
	r.State, r.NotBefore, r.LastError = o.State, o.NotBefore, o.LastError
	if o.NotPresented && r.Presented > 0 {
		r.Presented--
	}
	if o.State == Dead {
		r.Sealed = nil
	}
	if o.State != Unknown {
		r.Attempt = Attempt{}
	}
}
