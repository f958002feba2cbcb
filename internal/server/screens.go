package server

import (
	"context"
	"errors"
	"log/slog"
	"net/http"
	"strings"
	"time"

	"portico/internal/audit"
	"portico/internal/datahub"
	"portico/internal/grant"
	"portico/internal/pages"
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
		Idle: screen.MaxLife, Absolute: screen.MaxLife, StayAbsolute: screen.MaxLife, Log: c.Log, Refused: refused, Now: c.Now})
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

// onWalls wraps a page that walls show: for people who are signed in, with their rights, and for screens, which see what is on their list and nothing else. It only reads.
func (s *Server) onWalls(h handler) http.Handler {
	return s.seen(func(w http.ResponseWriter, r *http.Request) error {
		if scr, ok := screenOf(r.Context()); ok && !onList(scr, r) {
			return notFound("page of the screen's list")
		}
		ctx, cancel := context.WithTimeout(r.Context(), pageTimeout)
		defer cancel()
		if err := h(w, r.WithContext(ctx)); err != nil {
			return err
		}
		s.noteSeen(r)
		return nil
	})
}

// noteSeen writes down that a screen loaded a page: one without a script tells nothing else of itself.
func (s *Server) noteSeen(r *http.Request) {
	scr, ok := screenOf(r.Context())
	if !ok || !navigation(r) || r.PathValue("widget") != "" {
		return
	}
	told := scr.Report
	told.Page, told.Address, told.Refused, told.Up = r.URL.RequestURI(), s.aboutBrowser(r).Address, time.Time{}, 0
	if _, err := s.register.Note(context.WithoutCancel(r.Context()), *scr, told); err != nil {
		note(r.Context(), errAttr("register_error", err))
	}
}

// wallPage shows a wall, to a screen or to a person. It is never put off: nothing but the wall is there to wait in.
func (s *Server) wallPage(h pages.Handler) handler {
	return func(w http.ResponseWriter, r *http.Request) error {
		q, err := s.wallRequest(w, r)
		if err != nil {
			return err
		}
		return h(w, q)
	}
}

// wallPart gives a wall's script what has changed. A wall that renews itself is in use, as one is that a browser without scripts loads again.
func (s *Server) wallPart(h pages.Handler) handler {
	return func(w http.ResponseWriter, r *http.Request) error {
		if _, ok := screenOf(r.Context()); !ok {
			sess, _ := session.FromContext(r.Context())
			s.touch(r.Context(), sess)
		}
		return s.partBy(s.wallRequest, h)(w, r)
	}
}

// wallRequest is what a wall needs to know of a request.
func (s *Server) wallRequest(w http.ResponseWriter, r *http.Request) (*pages.Request, error) {
	q := s.pageRequest(w, r)
	wall, err := s.wallOf(r)
	if errors.Is(err, screen.ErrNotFound) {
		return nil, notFound("screen")
	}
	q.Wall = wall
	return q, err
}

// onList reports whether the address names one of the screen's dashboards, or the screen itself.
func onList(scr *screen.Screen, r *http.Request) bool {
	if id := r.PathValue("board"); id != "" {
		return scr.Shows(id)
	}
	return r.PathValue("screen") == scr.ID
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
		if isNoSession(err) && s.cookies.Present(r) {
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
	return r.PathValue("screen") != "" || r.URL.Query().Get("screen") != "" || !s.cookies.Present(r)
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

// wallRetry is after how many seconds a browser without a script asks again for a wall that could not be shown.
const wallRetry = "15"

// comesBack reports whether a page of an error asks by itself for what it stands in for: in front of a wall there is nobody to press a button. What is wrong for good is left as it is.
func (s *Server) comesBack(r *http.Request, e *pageError) bool {
	wall := strings.HasPrefix(r.URL.Path, wallsPath) || r.URL.Path == screenPath
	return wall && r.Method == http.MethodGet && (e.Status >= 500 || e.Status == http.StatusTooManyRequests)
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
		return s.application.tokens()
	}
	return s.tokens.Source(sess.Handle)
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

// wallOf says what a screen shows: to itself, and to the person who approved it and looks at its list; nil for a person's own wall.
func (s *Server) wallOf(r *http.Request) (*pages.Wall, error) {
	scr, ok := screenOf(r.Context())
	if id := r.PathValue("screen"); !ok && id != "" {
		found, err := s.register.Get(r.Context(), id)
		if err != nil {
			return nil, err
		}
		if sess, _ := session.FromContext(r.Context()); !found.OwnedBy(sess.Identity.Issuer, sess.Identity.Subject) {
			return nil, screen.ErrNotFound
		}
		scr = &found
	}
	if scr == nil {
		return nil, nil
	}
	wall := &pages.Wall{Screen: scr.ID, Name: scr.Name, Owner: scr.Owner, Every: scr.Every}
	for _, entry := range scr.Boards {
		id, site := screen.Entry(entry)
		wall.Boards = append(wall.Boards, pages.WallBoard{ID: id, Site: datahub.SiteID(site)})
	}
	return wall, nil
}
