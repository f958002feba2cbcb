package server

import (
	"context"
	"errors"
	"log/slog"
	"net/http"

	"portico/internal/datahub"
	"portico/internal/session"
)

// person is the signed-in person of one request, or the one with whose rights a screen asks, and the way to their tokens.
type person struct {
	session *session.Session
	tokens  datahub.TokenSource
}

type personKey struct{}

// withSession puts the session into the context, together with one token source for the whole request.
func (s *Server) withSession(ctx context.Context, sess *session.Session) context.Context {
	e := eventOf(ctx)
	e.Session, e.Subject = sess.Handle.ID().String(), sess.Identity.Subject
	ctx = session.NewContext(ctx, sess)
	return context.WithValue(ctx, personKey{}, &person{session: sess, tokens: s.config.Tokens.Source(sess.Handle)})
}

// hub returns the Data Hub client of the person who asks: their own rights, refreshed as needed. Only behind page.
func (s *Server) hub(r *http.Request) *datahub.Client {
	return s.config.Hub.Client(r.Context().Value(personKey{}).(*person).tokens)
}

// noSession decides what a request without a usable session gets: a sign-in, or 503 when the store did not answer. The
// cookie of a store that is down is not touched.
func (s *Server) noSession(w http.ResponseWriter, r *http.Request, err error) error {
	if isNoSession(err) {
		note(r.Context(), slog.String("no_session", err.Error()))
		s.clearLost(w, r, err)
		s.requireLogin(w, r)
		return nil
	}
	return &storeError{err}
}

// isNoSession reports whether err says that nobody is signed in, as opposed to a store that is down.
func isNoSession(err error) bool {
	return errors.Is(err, session.ErrNone) || errors.Is(err, session.ErrNotFound)
}

func errAttr(key string, err error) slog.Attr { return slog.String(key, err.Error()) }
