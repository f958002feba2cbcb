package server

import (
	"errors"
	"net/http"

	"portico/internal/locale"
	"portico/internal/session"
	"portico/web/templates"
)

// Managers says who may see the pages under /admin. The zero Managers is nobody (docs/adr/0011).
type Managers struct {
	Role    string // as the identity server names it; "": nobody
	Account string // of the Data Hub; "": any
}

// allow reports whether a signed-in person is one of them.
func (m Managers) allow(sess *session.Session) bool {
	return m.Role != "" && sess.Identity.Role == m.Role && (m.Account == "" || sess.Identity.Account == m.Account)
}

// manages wraps a page that only managers may see. For everybody else it is not there: the answer is that of any path that does not exist, signed in or not, whatever the method.
func (s *Server) manages(h handler) http.Handler {
	page := s.page(h)
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		sess, err := s.config.Cookies.Load(r)
		switch {
		case err != nil || !s.config.Managers.allow(sess):
			s.unknown(w, r)
		case r.Method != http.MethodGet && r.Method != http.MethodHead:
			w.Header().Set("Allow", "GET, HEAD")
			s.refuse(w, r, &pageError{Status: http.StatusMethodNotAllowed, Kind: kindMethod, RetryTo: "/", Err: errors.New("method not allowed")})
		default:
			page.ServeHTTP(w, r)
		}
	})
}

// adminTabs are the pages under /admin.
func adminTabs(l locale.Locale, here string) []templates.TabModel {
	var list []templates.TabModel
	for _, t := range []struct {
		href string
		text locale.Key
	}{{adminScreensPath, "screens.title"}, {auditPath, "audit.title"}, {healthPath, "health.title"}} {
		list = append(list, templates.TabModel{Link: templates.Link{Text: l.T(t.text), Href: t.href}, Current: t.href == here})
	}
	return list
}
