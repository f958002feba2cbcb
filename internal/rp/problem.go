package rp

import (
	"strings"
)

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
