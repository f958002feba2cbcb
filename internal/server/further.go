package server

import (
	"context"
	"errors"
	"net/http"
	"time"

	"github.com/a-h/templ"

	"portico/internal/datahub"
	"portico/internal/locale"
	"portico/internal/session"
	"portico/web/templates"
)

// Page is a page that whoever builds the portal adds to its own. It goes through the same middleware as they do, and what it returns as an error is answered in the same place;
// the portal knows nothing else about it.
type Page struct {
	Pattern string // of http.ServeMux, with a method: "GET /about/{topic}"; must not be one of the portal's own
	Public  bool   // nobody needs to be signed in; who is signed in is known all the same
	Stream  bool   // the answer goes on until the browser leaves, the session ends or the process does, whichever comes first; not for public ones
	Serve   func(w http.ResponseWriter, v *Visit) error
}

// Frame adds to what is around a page: something above its content, style sheets, scripts.
type Frame func(r *http.Request, m *templates.LayoutModel)

// Visit is one request of a [Page], with what the portal's own pages have.
type Visit struct {
	Request *http.Request
	s       *Server
}

// Session returns who is signed in; on a public page perhaps nobody.
func (v *Visit) Session() (*session.Session, bool) { return session.FromContext(v.Request.Context()) }

// Hub returns the Data Hub client of the person who is signed in: their own rights, refreshed as needed. It panics when nobody is.
func (v *Visit) Hub() *datahub.Client { return v.s.hub(v.Request) }

// HubOf returns a Data Hub client with somebody else's rights.
func (v *Visit) HubOf(ts datahub.TokenSource) *datahub.Client { return v.s.config.Hub.Client(ts) }

// Locale returns the locale of the request.
func (v *Visit) Locale() locale.Locale { return v.s.locale(v.Request) }

// Layout returns what every page has around its content.
func (v *Visit) Layout() templates.LayoutModel { return v.s.layout(v.Request) }

// Now returns the portal's time.
func (v *Visit) Now() time.Time { return v.s.now() }

// Render writes a page; one that fails still gives a clean error page.
func (v *Visit) Render(w http.ResponseWriter, status int, page templ.Component) error {
	return v.s.render(w, v.Request, status, page)
}

// BadParameter says that a parameter cannot be read, or asks for what is not offered: 400, naming it. err is shown.
func BadParameter(name string, err error) error { return badRequest(name, err) }

// handle mounts a further page.
func (s *Server) handle(m *http.ServeMux, p Page) {
	visit := func(w http.ResponseWriter, r *http.Request) error { return p.Serve(w, &Visit{Request: r, s: s}) }
	switch {
	case p.Public:
		m.Handle(p.Pattern, s.public(s.guest(visit)))
	case p.Stream:
		m.Handle(p.Pattern, s.person(s.lasting(visit)))
	default:
		m.Handle(p.Pattern, s.page(visit))
	}
}

// entrance leads to the front page, if there is one, whoever opens the portal without being signed in.
func (s *Server) entrance(home http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if s.config.Front != "" && navigation(r) && !foreignLoad(r) {
			if _, err := s.config.Cookies.Load(r); isNoSession(err) {
				http.Redirect(w, r, s.config.Front, http.StatusSeeOther)
				return
			}
		}
		home.ServeHTTP(w, r)
	})
}

// guest is for pages that anybody may see: a session that is there is known.
func (s *Server) guest(h handler) handler {
	return func(w http.ResponseWriter, r *http.Request) error {
		if foreignLoad(r) {
			return errForeignLoad()
		}
		sess, err := s.config.Cookies.Load(r)
		switch {
		case err == nil:
			r = r.WithContext(s.withSession(r.Context(), sess))
		case !isNoSession(err):
			return &storeError{err}
		}
		return h(w, r)
	}
}

// lasting is for answers that go on: they end with the session, and when the process drains. Whoever writes them sets a deadline for each piece.
func (s *Server) lasting(h handler) handler {
	return func(w http.ResponseWriter, r *http.Request) error {
		sess, _ := session.FromContext(r.Context())
		ctx, cancel := context.WithCancel(r.Context())
		defer cancel()
		ended := s.watchSession(ctx, sess)
		go func() {
			defer cancel()
			select {
			case <-ended:
			case <-s.drained:
			case <-ctx.Done():
			}
		}()
		if err := h(w, r.WithContext(ctx)); err != nil && !errors.Is(err, context.Canceled) {
			return err
		}
		return nil
	}
}
