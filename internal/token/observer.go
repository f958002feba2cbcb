package token

import (
	"errors"
	"time"

	"portico/internal/rp"
)

// Observer hears what a [Manager] does, for metrics. Its methods return quickly and may be called concurrently.
type Observer interface {
	// Refreshed is told how the provider answered a presentation: ok, or one of rp's classes.
	Refreshed(outcome string, took time.Duration)
	// Waited is told how long a request without a valid access token waited for a refresh.
	Waited(took time.Duration)
	// Claimed is told the verdict of each claim.
	Claimed(verdict string)
	// ClientRefused is told when the provider begins or ends to refuse the client itself.
	ClientRefused(refused bool)
}

// nobody is the Observer of a Manager that has none.
type nobody struct{}

func (nobody) Refreshed(string, time.Duration) {}
func (nobody) Waited(time.Duration)            {}
func (nobody) Claimed(string)                  {}
func (nobody) ClientRefused(bool)              {}

// String returns the verdict's name.
func (v Verdict) String() string {
	switch v {
	case ClaimOK:
		return "ok"
	case ClaimNewer:
		return "newer"
	case ClaimBusy:
		return "busy"
	case ClaimWait:
		return "wait"
	case ClaimSpent:
		return "spent"
	case ClaimDead:
		return "dead"
	}
	return "none"
}

// outcome names how a refresh was answered.
func outcome(err error) string {
	if err == nil {
		return "ok"
	}
	return string(classOf(err).Class)
}

// classOf files an error that is no *rp.GrantError under rp.Unknown: the token may have been presented.
func classOf(err error) *rp.GrantError {
	if e, ok := errors.AsType[*rp.GrantError](err); ok {
		return e
	}
	return &rp.GrantError{Class: rp.Unknown, Err: err}
}
