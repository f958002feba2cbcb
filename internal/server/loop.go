package server

import (
	"errors"
	"net/http"
	"strconv"
	"strings"
	"time"

	"portico/internal/token"
)

// A browser that loses its session cookie would be signed in, sent back, found without a session and signed in again, for ever. So each browser
// remembers when it was signed in, and a third automatic sign-in within a minute is not made.
const (
	loopWindow = 60 * time.Second
	loopMost   = 2
)

// recent returns the Unix times at which this browser was signed in within the window.
func (s *Server) recent(r *http.Request) []int64 {
	plain, _ := s.jar.get(r, recentCookie)
	var times []int64
	for text := range strings.FieldsSeq(string(plain)) {
		if t, err := strconv.ParseInt(text, 10, 64); err == nil && s.wall().Sub(time.Unix(t, 0)) < loopWindow {
			times = append(times, t)
		}
	}
	return times
}

// looping reports whether an automatic sign-in now would be one too many.
func (s *Server) looping(r *http.Request) bool { return len(s.recent(r)) >= loopMost }

// loopError says why a browser is signed in again and again, as far as it can be seen from here.
func (s *Server) loopError(r *http.Request, retryTo string) *pageError {
	e := &pageError{Status: http.StatusForbidden, Kind: kindSignInLoop, RetryTo: retryTo, Err: errors.New("sign-in loop stopped: the browser does not return the session cookie")}
	switch {
	case errors.Is(eventOf(r.Context()).Err, token.ErrLoginRequired):
		e.Kind, e.Err = kindSignInBrief, errors.New("sign-in loop stopped: the session is there, and the identity server renews nothing of it; how long do its tokens live?")
	case s.config.Cookies.Present(r):
		e.Kind, e.Err = kindSignInLost, errors.New("sign-in loop stopped: the cookie comes back, and its session is not there; do all processes share the keys and the database?")
	case s.byPlainHTTP(r):
		return schemeError()
	}
	return e
}

// schemeError offers no sign-in, which would go in circles at this address.
func schemeError() *pageError {
	return &pageError{Status: http.StatusForbidden, Kind: kindSignInScheme, Err: errors.New("the browser came by http, where it keeps no cookie of a portal on https; let the proxy redirect http")}
}

// byPlainHTTP reports whether a proxy says that the browser came by http to a portal on https. It decides which words are shown, and that a sign-in starts at the configured
// address, so that it may be anybody's word.
func (s *Server) byPlainHTTP(r *http.Request) bool {
	if s.config.BaseURL.Scheme != "https" {
		return false
	}
	for value := range strings.SplitSeq(strings.ToLower(strings.Join(r.Header.Values("Forwarded"), ";")), ";") {
		if strings.TrimSpace(value) == "proto=http" {
			return true
		}
	}
	return strings.EqualFold(r.Header.Get("X-Forwarded-Proto"), "http")
}

// noteSignIn remembers that the browser was signed in now.
func (s *Server) noteSignIn(w http.ResponseWriter, r *http.Request) {
	times := append(s.recent(r), s.wall().Unix())
	if len(times) > loopMost {
		times = times[len(times)-loopMost:]
	}
	var text []byte
	for _, t := range times {
		text = append(strconv.AppendInt(text, t, 10), ' ')
	}
	s.jar.put(w, recentCookie, text)
}

// forgetSignIns lets the guard start anew: whoever presses a button to sign out or to change the account does not go round in circles.
func (s *Server) forgetSignIns(w http.ResponseWriter) { s.jar.drop(w, recentCookie) }
