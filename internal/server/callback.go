package server

import (
	"context"
	"crypto/sha256"
	"encoding/base64"
	"errors"
	"log/slog"
	"net/http"
	"strconv"

	"portico/internal/audit"
	"portico/internal/faultpoint"
	"portico/internal/locale"
	"portico/internal/rp"
	"portico/internal/session"
	"portico/internal/token"
)

// callback ends a sign-in. Everything that can be checked without the identity server is checked first; the attempt is consumed, once across all
// replicas, before the code is exchanged; and no error starts the next sign-in by itself.
func (s *Server) callback(w http.ResponseWriter, r *http.Request) error {
	q := r.URL.Query()
	if err := rp.CheckCallback(q); err != nil {
		return s.signInRefused(r.Context(), signInOutcome(err), s.signInFailed("/", err))
	}
	attempt, found := s.attempts.find(r, q.Get("state"))
	if !found {
		return s.strayCallback(w, r)
	}
	now, err := s.config.Store.Now(r.Context())
	if err != nil {
		return &storeError{err}
	}
	if expired(attempt, now) {
		e := &pageError{Status: http.StatusBadRequest, Kind: kindSignInExpired, RetryTo: s.loginPath(attempt.ReturnTo), Err: errors.New("sign-in attempt expired")}
		s.attempts.fail(w, attempt.State, e)
		return s.signInRefused(r.Context(), "expired", e)
	}
	first, err := s.config.Store.Once(r.Context(), "attempt "+hashed(attempt.State), 2*attemptLife)
	if err != nil {
		return &storeError{err}
	}
	if !first {
		return s.strayCallback(w, r)
	}
	faultpoint.Reach(faultpoint.CallbackConsumed)
	id, tokens, err := s.config.RP.Finish(r.Context(), attempt, q)
	if err != nil {
		return s.notSignedIn(w, r, attempt, err)
	}
	s.attempts.clear(w, attempt)
	faultpoint.Reach(faultpoint.CallbackExchanged)
	if attempt.For != "" {
		return s.endSignInFor(w, r, attempt, id, tokens)
	}
	return s.signIn(w, r, attempt, id, tokens)
}

// notSignedIn asks the person where asking nobody was not enough, and says otherwise why the sign-in failed.
func (s *Server) notSignedIn(w http.ResponseWriter, r *http.Request, attempt rp.Attempt, err error) error {
	note(r.Context(), slog.String("sign_in", "refused"))
	s.config.Observer.SignIn(signInOutcome(err))
	if attempt.Prompt == promptSilent && rp.InteractionNeeded(err) {
		s.attempts.clear(w, attempt)
		again := s.config.Login
		again.ReturnTo, again.Account, again.LoginHint, again.Stay = attempt.ReturnTo, attempt.Account, attempt.LoginHint, attempt.Stay
		return s.begin(w, r, again)
	}
	if attempt.Prompt == promptSilent {
		s.silenceRefused(w, r)
	}
	failed := s.signInFailed(attempt.ReturnTo, err)
	if attempt.For != "" {
		failed.RetryTo = localPath(attempt.ReturnTo)
	}
	s.attempts.fail(w, attempt.State, failed)
	return s.signInRefused(r.Context(), signInOutcome(err), failed)
}

// hashed keeps what a store is told from being of use to whoever reads it there.
func hashed(text string) string {
	sum := sha256.Sum256([]byte(text))
	return base64.RawURLEncoding.EncodeToString(sum[:])
}

// strayCallback answers a callback that belongs to no sign-in of this browser: a bookmark, the back button, a second tab that came later, or a
// browser that did not send its cookie. Whoever is signed in goes on; nobody else is sent anywhere. Whose sign-in failed, and loads its page again, reads the same.
func (s *Server) strayCallback(w http.ResponseWriter, r *http.Request) error {
	_, err := s.config.Cookies.Load(r)
	switch {
	case err == nil:
		http.Redirect(w, r, "/", http.StatusSeeOther)
		return nil
	case !isNoSession(err):
		return &storeError{err}
	}
	if e := s.attempts.failure(r, r.URL.Query().Get("state")); e != nil {
		return e
	}
	if err := s.take(r, "callbacks", s.limits.strays); err != nil {
		return err
	}
	e := &pageError{Status: http.StatusBadRequest, Kind: kindSignInCookie, RetryTo: "/auth/login", Err: errors.New("callback without a sign-in of this browser")}
	if s.byPlainHTTP(r) {
		e = schemeError()
	}
	return s.signInRefused(r.Context(), "stray", e)
}

// signIn makes the session: tokens first, then the record that makes them reachable, then the cookie. The browser's previous session ends.
func (s *Server) signIn(w http.ResponseWriter, r *http.Request, attempt rp.Attempt, id rp.Identity, t rp.Tokens) error {
	ctx := r.Context()
	previous, err := s.config.Cookies.Load(r)
	if err != nil && !isNoSession(err) {
		return &storeError{err}
	}
	who := session.Identity{Issuer: id.Issuer, Subject: id.Subject, SID: id.SID, Name: displayName(id), Email: locale.Plain(id.Email), Account: locale.Plain(id.Account), AccountName: locale.Plain(id.AccountName), Role: id.Role, AuthTime: id.AuthTime}
	o := session.StartOptions{LoginStarted: begun(attempt), StaySignedIn: attempt.Stay && s.config.StaySignedIn > 0, About: s.aboutBrowser(r)}
	if previous != nil && previous.Identity.Issuer == who.Issuer && previous.Identity.Subject == who.Subject {
		o.Values = previous.Values
	}
	h := session.NewHandle()
	if err := s.config.Tokens.Start(ctx, h, t, id, s.config.Cookies.UntilLimit(o.StaySignedIn)); err != nil {
		if previous == nil || !sameGrant(previous.Identity, who) {
			s.giveBack(ctx, token.Tokens{Access: t.Access, Refresh: t.Refresh})
		}
		return s.notStarted(w, r, attempt, err)
	}
	sess, err := s.config.Cookies.Start(ctx, w, h, who, o)
	if err != nil {
		s.endBeside(ctx, h, session.ReasonUnfinished, previous != nil && sameGrant(previous.Identity, who))
		return s.notStarted(w, r, attempt, err)
	}
	faultpoint.Reach(faultpoint.CallbackSaved)
	if previous != nil {
		s.endBeside(ctx, previous.Handle, session.ReasonReplaced, sameGrant(previous.Identity, who))
	}
	s.bringPreferences(ctx, w, r, sess)
	e := eventOf(ctx)
	e.Session, e.Subject = sess.Handle.ID().String(), who.Subject
	s.audit(ctx, sess, audit.Event{Kind: audit.SignIn, Details: map[string]string{"prompt": attempt.Prompt, "account": who.Account, "refreshable": strconv.FormatBool(!t.Refresh.Empty())}})
	s.config.Observer.SignIn("ok")
	s.limits.signIns.Give(s.network(r))
	s.noteSignIn(w, r)
	if s.jar.has(r, lostCookie) {
		s.jar.drop(w, lostCookie)
	}
	http.Redirect(w, r, localPath(attempt.ReturnTo), http.StatusSeeOther)
	return nil
}

// notStarted says why there is no session: it was ended before it began, what the identity server gave is too much for a record, or nobody could keep it.
func (s *Server) notStarted(w http.ResponseWriter, r *http.Request, attempt rp.Attempt, err error) error {
	outcome, failed := "too-large", s.signInFailed(attempt.ReturnTo, err)
	if _, ended := errors.AsType[*session.EndedError](err); ended {
		outcome, failed = "ended", &pageError{Status: http.StatusForbidden, Kind: kindSignInEnded, RetryTo: s.loginPath(attempt.ReturnTo), Err: err}
	} else if !errors.Is(err, token.ErrTooLarge) {
		return &storeError{err}
	}
	s.config.Observer.SignIn(outcome)
	s.attempts.fail(w, attempt.State, failed)
	return s.signInRefused(r.Context(), outcome, failed)
}

// displayName is what the person is called, as somebody else wrote it: made harmless and not longer than a line.
func displayName(id rp.Identity) string {
	for _, name := range []string{id.Name, id.PreferredUsername, id.Email} {
		if name = locale.Plain(name); name != "" {
			return name
		}
	}
	return locale.Plain(id.Subject)
}

// sameGrant reports whether the provider may hold two sessions under one of its own: revoking the tokens of one would kill those of the other.
func sameGrant(a, b session.Identity) bool {
	return a.Issuer == b.Issuer && a.Subject == b.Subject && a.SID == b.SID
}

// endBeside ends a session beside which another one lives. Its tokens are given back unless both may have the same grant.
func (s *Server) endBeside(ctx context.Context, h session.Handle, reason string, same bool) {
	if !same {
		s.forget(ctx, h, reason)
		return
	}
	s.forgetData(h.ID())
	if err := s.config.Store.Delete(ctx, h.ID(), reason); err != nil {
		note(ctx, errAttr("session_not_deleted", err))
	}
}
