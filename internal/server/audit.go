package server

import (
	"context"
	"net/http"

	"portico/internal/audit"
	"portico/internal/session"
)

// audit takes an event about a session; sess is nil when it is about none. Request and client are known from ctx.
func (s *Server) audit(ctx context.Context, sess *session.Session, e audit.Event) {
	if sess != nil {
		e.Issuer, e.Person, e.Session = sess.Identity.Issuer, s.personRef(sess.Identity.Issuer, sess.Identity.Subject), s.sessionRef(sess.Handle.ID())
	}
	s.config.Audit.Add(ctx, e)
}

func (s *Server) personRef(issuer, subject string) string {
	return s.config.Keys.PersonReferences(issuer, subject)[0]
}

func (s *Server) sessionRef(id session.ID) string {
	return s.config.Keys.SessionReferences(id.String())[0]
}

// signInRefused audits a sign-in that came back and does not count, and returns err.
func (s *Server) signInRefused(ctx context.Context, reason string, err error) error {
	s.audit(ctx, nil, audit.Event{Kind: audit.SignInFailed, Reason: reason})
	return err
}

// auditRefusal audits what another website tried.
func (s *Server) auditRefusal(r *http.Request, e *pageError) {
	if e.Kind != kindCrossSite {
		return
	}
	reason := "form"
	if r.Method == http.MethodGet || r.Method == http.MethodHead {
		reason = "load"
	}
	s.audit(r.Context(), nil, audit.Event{Kind: audit.CrossSite, Reason: reason, Details: map[string]string{"method": r.Method, "path": loggedPath(r.URL.Path)}})
}
