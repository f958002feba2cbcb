package server

import (
	"context"
	"errors"
	"net/http"
	"strings"
	"time"

	"portico/internal/datahub"
	"portico/internal/pages"
	"portico/internal/query"
	"portico/internal/screen"
	"portico/internal/session"
)

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

// onList reports whether the address names one of the screen's dashboards, with the site that the list names if it names one, or the screen itself.
func onList(scr *screen.Screen, r *http.Request) bool {
	if id := r.PathValue("board"); id != "" {
		site, _ := query.ID(r.URL.Query(), "site") // what is none is refused where it is read
		return scr.Shows(id, site)
	}
	return r.PathValue("screen") == scr.ID
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

// wallRetry is after how many seconds a browser without a script asks again for a wall that could not be shown.
const wallRetry = "15"

// slowRetry is the same for a page whose access is being renewed.
const slowRetry = "2"

// comesBack says after how many seconds a page of an error asks by itself for what it stands in for, "" for never: in front of a wall there is nobody to press a button. What is wrong for
// good is left as it is. Elsewhere only a refresh that is under way is waited for: its answer is a matter of seconds, and nothing is asked of the identity server meanwhile.
func (s *Server) comesBack(r *http.Request, e *pageError) string {
	wall := strings.HasPrefix(r.URL.Path, wallsPath) || r.URL.Path == screenPath
	switch {
	case r.Method != http.MethodGet:
		return ""
	case wall && (e.Status >= 500 || e.Status == http.StatusTooManyRequests):
		return wallRetry
	case e.Kind == kindSignInSlow:
		return slowRetry
	}
	return ""
}
