package server

import (
	"errors"
	"strings"
	"time"

	"portico/internal/rp"
)

// Observer hears what a [Server] does, for metrics. Its methods return quickly and may be called concurrently.
type Observer interface {
	// Request is told each answer; route is the pattern that matched, "" when none did.
	Request(method, route string, status int, took time.Duration)
	// SignIn is told how a sign-in ended that came back from the provider: ok, or what was wrong with it.
	SignIn(outcome string)
	// Limited is told each refusal by one of the limits.
	Limited(name string)
}

// nobody is the Observer of a Server that has none.
type nobody struct{}

func (nobody) Request(string, string, int, time.Duration) {}
func (nobody) SignIn(string)                              {}
func (nobody) Limited(string)                             {}

// signInOutcome names why a sign-in failed, in words of ours.
func signInOutcome(err error) string {
	if a, ok := errors.AsType[*rp.AuthError](err); ok {
		if a.Problem == rp.ProblemProvider {
			return "provider " + a.Code
		}
		return string(a.Problem)
	}
	if errors.Is(err, rp.ErrProviderUnavailable) {
		return "provider unavailable"
	}
	return "failed"
}

// route is the path of a ServeMux pattern.
func route(pattern string) string {
	_, path, found := strings.Cut(pattern, " ")
	if !found {
		return pattern
	}
	return path
}
