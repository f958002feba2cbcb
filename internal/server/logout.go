package server

import (
	"context"
	"errors"
	"net/http"
	"time"

	"portico/internal/audit"
	"portico/internal/faultpoint"
	"portico/internal/rp"
	"portico/internal/secret"
	"portico/internal/session"
	"portico/internal/token"
	"portico/web/templates"
)

// logout signs the person out. A session that is gone already, because it expired or was ended elsewhere, leaves the identity server to be told: whoever presses the
// button does not want to be signed in there.
func (s *Server) logout(w http.ResponseWriter, r *http.Request) error {
	sess, err := s.config.Cookies.Load(r)
	switch {
	case err != nil && !isNoSession(err):
		return &storeError{err}
	case err != nil:
		s.leave(w)
		s.endAtProvider(w, r, token.Tokens{})
		return nil
	}
	return s.signOut(w, r, sess, "here", s.endHere)
}

// leave lets the browser forget what it has of the person. Cookies are cleared one by one, because language and theme stay.
func (s *Server) leave(w http.ResponseWriter) {
	s.config.Cookies.Clear(w)
	s.forgetSignIns(w)
	w.Header().Set("Clear-Site-Data", `"cache", "storage"`)
}

func (s *Server) endHere(ctx context.Context, sess *session.Session) error {
	s.forgetData(sess.Handle.ID())
	return s.config.Store.Delete(ctx, sess.Handle.ID(), session.ReasonLogout)
}

// signOut signs the person out here first, by end, then gives the tokens back, then sends the browser to the identity server. Whatever fails after the first step,
// they are signed out.
func (s *Server) signOut(w http.ResponseWriter, r *http.Request, sess *session.Session, how string, end func(context.Context, *session.Session) error) error {
	ctx := r.Context()
	tokens, terr := s.config.Tokens.Tokens(ctx, sess.Handle)
	if err := end(ctx, sess); err != nil {
		return &storeError{err}
	}
	faultpoint.Reach(faultpoint.LogoutDeleted)
	s.leave(w)
	s.audit(ctx, sess, audit.Event{Kind: audit.SignOut, Reason: how})
	if terr == nil {
		s.giveBack(ctx, tokens)
	}
	s.endAtProvider(w, r, tokens)
	return nil
}

// endAtProvider redirects to the identity server's sign-out, or, when it has none or is down, to our own page, which says so.
func (s *Server) endAtProvider(w http.ResponseWriter, r *http.Request, t token.Tokens) {
	hint := secret.Text{}
	if s.config.LogoutHint {
		hint = t.IDToken
	}
	state := randomHex(16)
	ctx, cancel := context.WithTimeout(r.Context(), 3*time.Second)
	defer cancel()
	target, err := s.config.RP.EndSession(ctx, state, hint)
	if err != nil {
		where := "/auth/signed-out"
		if !errors.Is(err, rp.ErrNoEndSession) {
			where += "?provider=unreachable"
			note(r.Context(), errAttr("end_session_error", err))
		}
		http.Redirect(w, r, where, http.StatusSeeOther)
		return
	}
	s.jar.put(w, logoutCookie, []byte(state))
	sendTo(w, target.String())
}

// signedOut is where the identity server sends the browser back to. It shows the same page whatever comes back; state decides only whether it
// may say that the person is signed out there as well.
func (s *Server) signedOut(w http.ResponseWriter, r *http.Request) error {
	everywhere := false
	if state, ok := s.jar.get(r, logoutCookie); ok {
		everywhere = secret.New(string(state)).Equal(secret.New(r.URL.Query().Get("state")))
	}
	if s.jar.has(r, logoutCookie) {
		s.jar.drop(w, logoutCookie)
	}
	m := templates.SignedOutModel{Layout: s.layout(r), Everywhere: everywhere, ProviderDown: r.URL.Query().Get("provider") == "unreachable", SignIn: s.signInModel(r, "/")}
	return s.render(w, r, http.StatusOK, templates.SignedOut(m))
}

// expired explains that a session has ended and leads back to where the person was.
func (s *Server) expired(w http.ResponseWriter, r *http.Request) error {
	m := templates.ExpiredModel{Layout: s.layout(r), SignIn: s.signInModel(r, r.URL.Query().Get("to"))}
	return s.render(w, r, http.StatusOK, templates.Expired(m))
}
