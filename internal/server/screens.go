package server

import (
	"context"
	"errors"
	"log/slog"
	"net/http"

	"portico/internal/audit"
	"portico/internal/datahub"
	"portico/internal/grant"
	"portico/internal/screen"
	"portico/internal/session"
	"portico/internal/token"
)

const (
	screenPath = "/screen" // what a screen shows until it is paired
	wallsPath  = "/tv/"
	listPath   = wallsPath + "list/" // a screen's own rotation, behind it the screen's id
)

// screenValue is where a screen's session keeps the id of its entry in the register.
const screenValue = "screen"

// newScreenCookies finds the sessions of screens. They are records as those of people are, so that whatever ends those of a person reaches the screens with their rights; but under a cookie and
// for a purpose of their own, so that neither cookie opens what the other does. They do not idle away: nobody touches a screen.
func newScreenCookies(c Config, refused func(ctx context.Context, id session.ID, why string)) (*session.Cookies, error) {
	return session.NewCookies(session.Config{Store: c.Store, Keys: c.Keys, Secure: c.BaseURL.Scheme == "https", Name: "portico-screen", Purpose: session.PurposeScreen,
		Idle: grant.MaxLife, Absolute: grant.MaxLife, StayAbsolute: grant.MaxLife, Log: c.Log, Refused: refused, Now: c.Now})
}

// refusedScreen audits a screen's record that does not open.
func (s *Server) refusedScreen(ctx context.Context, id session.ID, why string) {
	s.audit(ctx, nil, audit.Event{Kind: audit.Integrity, Reason: why, Session: s.sessionRef(id), Details: map[string]string{"record": "screen"}})
}

type screenKey struct{}

// screenOf returns the screen that a request comes from.
func screenOf(ctx context.Context) (*screen.Screen, bool) {
	scr, ok := ctx.Value(screenKey{}).(*screen.Screen)
	return scr, ok
}

// seen wraps a handler that a screen may ask as well as a signed-in person.
func (s *Server) seen(h handler) http.Handler {
	person := s.person(h)
	return s.public(func(w http.ResponseWriter, r *http.Request) error {
		if !s.screenAsks(r) {
			person.ServeHTTP(w, r)
			return nil
		}
		if foreignLoad(r) {
			return errForeignLoad()
		}
		sess, scr, err := s.loadScreen(r)
		if isNoSession(err) && s.config.Cookies.Present(r) {
			person.ServeHTTP(w, r)
			return nil
		}
		if err != nil {
			return s.noScreen(w, r, err)
		}
		if err := s.holdPage(r, sess.Handle.ID()); err != nil {
			return err
		}
		r = r.WithContext(s.withScreen(r.Context(), sess, &scr))
		if !scr.Report.Refused.IsZero() && rightsRefused(s.haveRights(r.Context())) { // what was read before is not shown again
			s.requirePairing(w, r)
			return nil
		}
		if err := h(w, r); err != nil {
			s.refusedRights(r.Context(), &scr, err)
			s.fail(w, r, err)
		}
		return nil
	})
}

// screenAsks reports whether a request is a screen's: it has a screen's cookie, and says so or has no other one. A browser may well have both, of the person who is signed in in one tab and of
// the screen in another.
func (s *Server) screenAsks(r *http.Request) bool {
	if !s.screens.Present(r) {
		return false
	}
	return r.PathValue("screen") != "" || r.URL.Query().Get("screen") != "" || !s.config.Cookies.Present(r)
}

// addressed is the screen that the address names, "" for none.
func addressed(r *http.Request) string {
	if id := r.PathValue("screen"); id != "" {
		return id
	}
	return r.URL.Query().Get("screen")
}

// loadScreen returns the session of a screen and its entry. The error is one of Cookies.Load's: session.ErrNone also when the address names another screen, or the register knows it no more.
func (s *Server) loadScreen(r *http.Request) (*session.Session, screen.Screen, error) {
	sess, err := s.screens.Load(r)
	if err != nil {
		return nil, screen.Screen{}, err
	}
	id := sess.Values[screenValue]
	if other := addressed(r); other != "" && other != id {
		return nil, screen.Screen{}, session.ErrNone
	}
	scr, err := s.register.Get(r.Context(), id)
	if errors.Is(err, screen.ErrNotFound) {
		return nil, screen.Screen{}, session.ErrNone
	}
	return sess, scr, err
}

// noScreen answers a screen without a usable session: it goes where it can be paired, unless the store did not answer.
func (s *Server) noScreen(w http.ResponseWriter, r *http.Request, err error) error {
	if !isNoSession(err) {
		return &storeError{err}
	}
	note(r.Context(), slog.String("no_screen", err.Error()))
	s.requirePairing(w, r)
	return nil
}

// requirePairing sends a screen to its code, and tells a script where that is.
func (s *Server) requirePairing(w http.ResponseWriter, r *http.Request) {
	if navigation(r) && r.Method == http.MethodGet {
		http.Redirect(w, r, screenPath, http.StatusSeeOther)
		return
	}
	s.problem(w, r, &pageError{Status: http.StatusUnauthorized, Kind: kindSessionEnded, RetryTo: screenPath, Err: errors.New("no screen session")})
}

// withScreen puts a screen into the context, with its session and the way to its tokens.
func (s *Server) withScreen(ctx context.Context, sess *session.Session, scr *screen.Screen) context.Context {
	e := eventOf(ctx)
	e.Session, e.Subject = sess.Handle.ID().String(), sess.Identity.Subject
	ctx = context.WithValue(session.NewContext(ctx, sess), screenKey{}, scr)
	return context.WithValue(ctx, personKey{}, &person{session: sess, tokens: s.sourceOf(sess, scr)})
}

// sourceOf returns where a screen's access tokens come from.
func (s *Server) sourceOf(sess *session.Session, scr *screen.Screen) datahub.TokenSource {
	if scr.Rights == grant.Application {
		return s.config.Application.tokens()
	}
	return s.config.Tokens.Source(sess.Handle)
}

// refusedRights notes when a screen's rights were first refused. Only an explicit refusal is one.
func (s *Server) refusedRights(ctx context.Context, scr *screen.Screen, err error) {
	if !rightsRefused(err) || !scr.Report.Refused.IsZero() {
		return
	}
	told := scr.Report
	told.Refused = s.wall().UTC()
	if _, err := s.register.Note(context.WithoutCancel(ctx), *scr, told); err != nil {
		note(ctx, errAttr("register_error", err))
	}
}

// rightsRefused reports whether somebody has to approve the screen again.
func rightsRefused(err error) bool {
	return errors.Is(err, token.ErrLoginRequired) || errors.Is(err, token.ErrGone)
}
