package server

import (
	"errors"
	"log/slog"
	"net/http"
	"net/url"
	"strings"
	"time"

	"portico/internal/rp"
	"portico/web/templates"
)

// requireLogin sends a person who navigates to the sign-in, and tells a script where it is (401): fetches never end at the identity server.
// A form that was posted without a session is not replayed: its page keeps what was typed.
func (s *Server) requireLogin(w http.ResponseWriter, r *http.Request) {
	if _, ok := screenOf(r.Context()); ok { // nobody signs in there
		s.requirePairing(w, r)
		return
	}
	if !navigation(r) || r.Method != http.MethodGet && r.Method != http.MethodHead {
		s.showError(w, r, &pageError{Status: http.StatusUnauthorized, Kind: kindSessionEnded, RetryTo: "/auth/login", Err: errors.New("no session")})
		return
	}
	to := s.loginPath(r.URL.RequestURI())
	if s.looping(r) {
		e := s.loopError(r, to)
		eventOf(r.Context()).Err = e
		s.showError(w, r, e)
		return
	}
	if s.byPlainHTTP(r) { // a cookie that is set here would not be kept
		to = s.config.BaseURL.String() + to
	}
	http.Redirect(w, r, to, http.StatusSeeOther)
}

// loginPath is the address that starts a sign-in and comes back to returnTo.
func (s *Server) loginPath(returnTo string) string {
	if returnTo = localPath(returnTo); returnTo == "/" {
		return "/auth/login"
	}
	return "/auth/login?" + url.Values{"return_to": {returnTo}}.Encode()
}

// stayPath is loginPath for somebody who chooses to stay signed in; "" where nobody may.
func (s *Server) stayPath(returnTo string) string {
	if s.config.StaySignedIn <= 0 {
		return ""
	}
	q := url.Values{"stay": {"1"}}
	if returnTo = localPath(returnTo); returnTo != "/" {
		q.Set("return_to", returnTo)
	}
	return "/auth/login?" + q.Encode()
}

// choosesToStay reports whether the person chose, on a page of ours, to stay signed in. A link elsewhere chooses nothing for anybody.
func (s *Server) choosesToStay(r *http.Request) bool {
	site := r.Header.Get("Sec-Fetch-Site")
	return s.config.StaySignedIn > 0 && r.URL.Query().Get("stay") == "1" && (site == "" || site == "same-origin")
}

// signInModel is the way back in: to returnTo, for this time or to stay.
func (s *Server) signInModel(r *http.Request, returnTo string) templates.SignInModel {
	m := templates.SignInModel{URL: s.loginPath(returnTo), StayURL: s.stayPath(returnTo)}
	if m.StayURL != "" {
		m.StayAbout = s.locale(r).T("sign-in.stay-about", int(s.config.StaySignedIn/(24*time.Hour)))
	}
	return m
}

// login starts a sign-in. Nothing but the return path, and the choice to stay signed in, is taken from the request. Somebody who had a session is signed in silently first, if the
// identity server still knows them, unless that session was ended from elsewhere.
func (s *Server) login(w http.ResponseWriter, r *http.Request) error {
	if err := startsSignIn(r); err != nil {
		return err
	}
	o := s.config.Login
	o.ReturnTo, o.Stay = localPath(r.URL.Query().Get("return_to")), s.choosesToStay(r)
	if prompt := s.lostPrompt(r); prompt == promptLogin || o.Prompt == "" {
		o.Prompt = prompt
	}
	return s.begin(w, r, o)
}

// begin keeps the attempt with the browser and sends it to the identity server, unless the store is down: nobody gives a password for a session that could not be kept.
func (s *Server) begin(w http.ResponseWriter, r *http.Request, o rp.LoginOptions) error {
	now, err := s.config.Store.Now(r.Context())
	if err != nil {
		return &pageError{Status: http.StatusServiceUnavailable, Kind: kindStore, RetryAfter: retryAfterDefault, RetryTo: s.loginPath(o.ReturnTo), Err: &storeError{err}}
	}
	o.Since = now
	attempt, target, err := s.config.RP.Begin(r.Context(), o)
	if err != nil {
		return s.signInFailed(o.ReturnTo, err)
	}
	if err := s.attempts.put(w, r, attempt); err != nil {
		return err
	}
	note(r.Context(), slog.String("sign_in", "started"), slog.String("prompt", o.Prompt))
	sendTo(w, target.String())
	return nil
}

// sendTo redirects to an address that holds what only the browser and the identity server should know. Unlike http.Redirect it writes no page with the address in it.
func sendTo(w http.ResponseWriter, address string) {
	w.Header().Set("Location", address)
	w.WriteHeader(http.StatusSeeOther)
}

// signInFailed turns what rp reports into a page that offers a fresh sign-in to the same place.
func (s *Server) signInFailed(returnTo string, err error) *pageError {
	e := &pageError{Status: http.StatusBadGateway, Kind: kindSignInRefused, RetryTo: s.loginPath(returnTo), Err: err}
	if errors.Is(err, rp.ErrProviderUnavailable) {
		e.Status, e.Kind, e.RetryAfter = http.StatusServiceUnavailable, kindSignInDown, retryAfterDefault
		return e
	}
	if g, ok := errors.AsType[*rp.GrantError](err); ok {
		if g.Class == rp.NotSent || g.Class == rp.Unknown {
			e.Status, e.Kind, e.RetryAfter = http.StatusServiceUnavailable, kindSignInDown, max(g.RetryAfter, retryAfterDefault)
		}
		return e
	}
	a, ok := errors.AsType[*rp.AuthError](err)
	if !ok {
		return e
	}
	switch a.Problem {
	case rp.ProblemParameters:
		e.Status, e.Kind = http.StatusBadRequest, kindBadAddress
	case rp.ProblemClock:
		e.Kind = kindSignInClock
	case rp.ProblemAccount:
		e.Status, e.Kind, e.RetryTo = http.StatusForbidden, kindSignInAccount, "/auth/account"
	case rp.ProblemScope:
		e.Status, e.Kind, e.Missing = http.StatusForbidden, kindSignInScope, strings.Join(a.Missing, " ")
	case rp.ProblemAuthTime, rp.ProblemACR:
		e.Status, e.Kind = http.StatusForbidden, kindSignInWeak
	case rp.ProblemProvider:
		e.Status, e.Kind = http.StatusForbidden, kindSignInDenied
		if a.Code == "unmet_authentication_requirements" {
			e.Kind = kindSignInWeak
		}
		if a.Code == "temporarily_unavailable" || a.Code == "server_error" {
			e.Status, e.Kind, e.RetryAfter = http.StatusServiceUnavailable, kindSignInBusy, retryAfterDefault
		}
	}
	return e
}

// clientKeys publishes the keys by which the portal authenticates at the identity server, which registers this address as jwks_uri.
func (s *Server) clientKeys(w http.ResponseWriter, _ *http.Request) error {
	keys := s.config.RP.PublicKeys()
	if keys == nil {
		return notFound("client key")
	}
	w.Header().Set("Content-Type", "application/jwk-set+json")
	_, _ = w.Write(keys) // the identity server went away: nobody is left to tell
	return nil
}
