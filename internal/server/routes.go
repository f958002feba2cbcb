package server

import (
	"context"
	"errors"
	"net/http"
	"strings"
	"time"

	"github.com/a-h/templ"

	"portico/internal/dashboards"
	"portico/internal/pages"
	"portico/internal/session"
	"portico/internal/shelf"
	"portico/internal/token"
	"portico/web/static"
)

// handler is a route's code: what it returns is answered by fail.
type handler func(w http.ResponseWriter, r *http.Request) error

// routes is the table of contents of the portal. A route needs a login unless it is public; GET changes nothing but the steps of a sign-in, which land guards, and the identity
// server's sign-out through a frame.
func (s *Server) routes() http.Handler {
	m := http.NewServeMux()
	m.Handle("GET /{$}", s.entrance(s.page(s.home)))
	m.Handle("GET /live", s.seen(s.live))
	s.api(m)
	for _, route := range append(s.pages.Routes(), s.dashboards.Routes()...) {
		s.data(m, route)
	}
	m.Handle("GET "+screenPath, s.public(s.screenPage))
	m.Handle("POST "+screenPath, s.public(s.screenState))
	m.Handle("POST "+screenReportPath, s.public(s.screenReport))
	m.Handle("GET "+pairPath, s.page(s.pairPage))
	m.Handle("POST "+pairPath, s.page(s.pair))
	m.Handle("GET "+screensPath+"{screen}", s.page(s.screenSettings))
	m.Handle("POST "+screensPath+"{screen}", s.page(s.changeScreen))

	if s.config.ShareLinks {
		s.sharing(m)
	}

	m.Handle("GET /settings", s.page(s.settingsPage))
	m.Handle("POST /settings", s.public(s.saveSettings))
	m.Handle("GET /settings/sessions", s.page(s.sessionsPage))
	m.Handle("POST /settings/sessions", s.page(s.endSessions))

	login := s.public(s.limited("sign-ins", s.limits.signIns, s.login))
	m.Handle("GET /auth/login", login)
	m.Handle("GET /login", login) // as other portals have it: clients may be registered with it, and people may have kept it
	m.Handle("GET /oauth2/start", login)
	m.Handle("GET "+s.config.CallbackPath, s.public(s.callback))
	m.Handle("GET "+initiatePath, s.public(s.limited("sign-ins", s.limits.signIns, s.initiate)))
	m.Handle("GET /auth/jwks.json", s.public(s.clientKeys))
	m.Handle("GET /auth/account", s.page(s.accountPage))
	m.Handle("POST /auth/account", s.page(s.limited("sign-ins", s.limits.signIns, s.switchAccount)))
	m.Handle("GET /auth/session", s.public(s.sessionStatus))
	m.Handle("POST /auth/session", s.page(s.renewSession))
	m.Handle("POST /auth/session/extend", s.page(s.extendSession))
	m.Handle("GET /auth/expired", s.public(s.expired))
	m.Handle("GET /auth/signed-out", s.public(s.signedOut))
	m.Handle("POST /auth/logout", s.public(s.logout))
	m.Handle("POST /logout", s.public(s.logout))
	m.Handle("POST /auth/backchannel-logout", s.public(s.backChannelLogout))
	m.Handle("GET "+frontChannelPath, s.public(s.frontChannelLogout))

	m.Handle(adminScreensPath, s.manages(s.screensPage))
	m.Handle(auditPath, s.manages(s.auditPage))
	m.Handle(healthPath, s.manages(s.healthPage))

	m.Handle("POST "+reportPath, s.public(s.limited("reports", s.limits.reports, s.cspReports)))
	m.Handle("GET /static/", static.Handler())
	m.Handle("GET /healthz", s.public(s.health))
	m.Handle("GET /readyz", s.public(s.ready))
	for _, p := range s.config.Pages {
		s.handle(m, p)
	}
	return s.refuseUnknown(m)
}

// data mounts a page of Data Hub data, and where it has parts that come by themselves, those beside it.
func (s *Server) data(m *http.ServeMux, route pages.Route) {
	part, hasParts := partPattern(route.Pattern)
	switch {
	case strings.HasPrefix(route.Pattern, "GET "+wallsPath):
		m.Handle(part, s.onWalls(s.wallPart(route.Handler)))
		m.Handle(route.Pattern, s.onWalls(s.wallPage(route.Handler)))
		return
	case strings.HasSuffix(route.Pattern, dashboards.PrintPath):
		m.Handle(route.Pattern, s.page(s.whole(route.Handler)))
		return
	case hasParts:
		m.Handle(part, s.page(s.part(route.Handler)))
	}
	m.Handle(route.Pattern, s.page(s.soon(route.Handler)))
}

// page wraps a handler that shows a signed-in person something.
func (s *Server) page(h handler) http.Handler {
	return s.person(func(w http.ResponseWriter, r *http.Request) error {
		ctx, cancel := context.WithTimeout(r.Context(), pageTimeout)
		defer cancel()
		return h(w, r.WithContext(ctx))
	})
}

// person wraps a handler that needs somebody to be signed in.
func (s *Server) person(h handler) http.Handler {
	return s.public(func(w http.ResponseWriter, r *http.Request) error {
		if foreignLoad(r) {
			return errForeignLoad()
		}
		sess, err := s.config.Cookies.Load(r)
		if err != nil {
			return s.noSession(w, r, err)
		}
		if err := s.holdPage(r, sess.Handle.ID()); err != nil {
			return err
		}
		ctx := s.withSession(r.Context(), sess)
		if navigation(r) && !ahead(r) {
			s.touch(ctx, sess)
		}
		r = r.WithContext(ctx)
		err = h(w, r)
		if err == nil || errors.Is(err, token.ErrLoginRequired) || errors.Is(err, token.ErrGone) {
			return err
		}
		s.fail(w, r, err) // who is signed in keeps the menu
		return nil
	})
}

func errForeignLoad() error {
	return &pageError{Status: http.StatusForbidden, Kind: kindCrossSite, RetryTo: "/", Err: errors.New("cross-site load of a page")}
}

// pageRequest is what a page of Data Hub data needs to know of a request.
func (s *Server) pageRequest(w http.ResponseWriter, r *http.Request) *pages.Request {
	sess, _ := session.FromContext(r.Context())
	return &pages.Request{
		Request: r, Who: whoAsks(sess), Hub: s.hub(r), Locale: s.locale(r), Layout: s.layout(r), Now: s.now(), Zone: s.preferencesOf(r).zone(),
		Shelf: s.config.Shelf, Owner: ownerOf(sess), By: sess.Identity.Name,
		Later: func(what string, wait time.Duration, f func(context.Context) error) {
			s.later(r.Context(), what, wait, f)
		},
		Work: func(what string, f func(context.Context) error) { s.work(r.Context(), what, f) },
		From: partsOf(r.URL), Whole: withParam(r.URL, wholeParam, "1"),
		Render: func(status int, page templ.Component) error { return s.render(w, r, status, page) },
	}
}

// whoAsks tells people's answers apart.
func whoAsks(sess *session.Session) pages.Who {
	return pages.Who{Issuer: sess.Identity.Issuer, Subject: sess.Identity.Subject, Account: sess.Identity.Account, Session: sess.Handle.ID().String()}
}

// ownerOf is whose shelf a session sees.
func ownerOf(sess *session.Session) shelf.Owner {
	return shelf.OwnerOf(sess.Identity.Issuer, sess.Identity.Subject, sess.Identity.Account)
}

// touch notes that the person did something. What scripts ask for, and what browsers ask for ahead, is nothing that a person did.
func (s *Server) touch(ctx context.Context, sess *session.Session) {
	if err := s.config.Cookies.Touch(ctx, sess); err != nil && !errors.Is(err, session.ErrNotFound) {
		note(ctx, errAttr("touch_error", err)) // reading goes on when the store takes no writes
	}
}

// public wraps a handler that needs nobody to be signed in.
func (s *Server) public(h handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if err := h(w, r); err != nil {
			s.fail(w, r, err)
		}
	})
}

// refuseUnknown answers what no route matches with the portal's own pages: 404, or 405 with Allow. What ServeMux would redirect to the address with a slash behind it is none.
func (s *Server) refuseUnknown(m *http.ServeMux) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		h, pattern := m.Handler(r)
		if strings.HasSuffix(pattern, r.URL.Path+"/") {
			s.unknown(w, r)
			return
		}
		if pattern != "" {
			m.ServeHTTP(w, r)
			return
		}
		rec := &headersOnly{header: http.Header{}}
		h.ServeHTTP(rec, r)
		if allow := rec.header.Get("Allow"); allow != "" {
			w.Header().Set("Allow", allow)
			s.refuse(w, r, &pageError{Status: http.StatusMethodNotAllowed, Kind: kindMethod, RetryTo: "/", Err: errors.New("method not allowed")})
			return
		}
		s.unknown(w, r)
	})
}

// unknown is the answer where there is nothing.
func (s *Server) unknown(w http.ResponseWriter, r *http.Request) {
	s.refuse(w, r, &pageError{Status: http.StatusNotFound, Kind: kindNotFound, Err: errors.New("no such route")})
}

// refuse answers outside of page: who is signed in keeps the menu.
func (s *Server) refuse(w http.ResponseWriter, r *http.Request, e *pageError) {
	if sess, err := s.config.Cookies.Load(r); err == nil {
		r = r.WithContext(s.withSession(r.Context(), sess))
	}
	s.fail(w, r, e)
}

// headersOnly takes the headers of an answer and drops the rest.
type headersOnly struct{ header http.Header }

func (h *headersOnly) Header() http.Header         { return h.header }
func (h *headersOnly) WriteHeader(int)             {}
func (h *headersOnly) Write(b []byte) (int, error) { return len(b), nil }

func (s *Server) home(w http.ResponseWriter, r *http.Request) error {
	http.Redirect(w, r, "/overview", http.StatusSeeOther)
	return nil
}

// health says that the process answers; ready, that it can serve: its own ability only, so that an identity server or Data
// Hub that is down does not take all replicas out of rotation at once.
func (s *Server) health(w http.ResponseWriter, _ *http.Request) error {
	writeJSON(w, "application/json", http.StatusOK, map[string]string{"status": "ok"})
	return nil
}

func (s *Server) ready(w http.ResponseWriter, r *http.Request) error {
	if s.Draining() {
		writeJSON(w, "application/json", http.StatusServiceUnavailable, map[string]string{"status": "draining"})
		return nil
	}
	if err := s.config.Store.Ping(r.Context()); err != nil {
		eventOf(r.Context()).Err = &storeError{err}
		writeJSON(w, "application/json", http.StatusServiceUnavailable, map[string]string{"status": "unavailable", "store": "down"})
		return nil
	}
	writeJSON(w, "application/json", http.StatusOK, map[string]string{"status": "ready", "store": "ok"})
	return nil
}
