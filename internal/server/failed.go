package server

import (
	"encoding/json"
	"errors"
	"net/http"
	"time"

	"portico/internal/session"
)

// failure is why a sign-in failed, kept in the place of its attempt: whoever loads the callback again reads it again, and nobody is asked anything.
type failure struct {
	Status  int           `json:"s"`
	Kind    kind          `json:"k"`
	Wait    time.Duration `json:"w,omitempty"`
	RetryTo string        `json:"r"`
	Missing string        `json:"m,omitempty"`
}

// fail writes why the attempt with a state failed over its cookie. Where to go next is given up when it would make the cookie larger than browsers keep.
func (a attempts) fail(w http.ResponseWriter, state string, e *pageError) {
	cookie := a.failed(state, failure{e.Status, e.Kind, e.RetryAfter, e.RetryTo, e.Missing})
	if len(cookie.String()) > maxCookie {
		cookie = a.failed(state, failure{e.Status, e.Kind, e.RetryAfter, "/auth/login", ""})
	}
	http.SetCookie(w, cookie)
}

func (a attempts) failed(state string, f failure) *http.Cookie {
	plain, _ := json.Marshal(f) // of strings and numbers: never an error
	return a.seal(state, session.PurposeFailure, plain)
}

// failure returns why the sign-in with a state failed in this browser, nil when it did not.
func (a attempts) failure(r *http.Request, state string) *pageError {
	plain, ok := a.unseal(r, a.name(state), session.PurposeFailure)
	if !ok {
		return nil
	}
	var f failure
	if json.Unmarshal(plain, &f) != nil {
		return nil
	}
	return &pageError{Status: f.Status, Kind: f.Kind, RetryAfter: f.Wait, RetryTo: f.RetryTo, Missing: f.Missing, Err: errors.New("callback of a sign-in that has failed")}
}
