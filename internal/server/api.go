package server

import (
	"errors"
	"net/http"
	"time"

	"portico/internal/datahub"
	"portico/internal/proxy"
	"portico/internal/session"
)

// api mounts what scripts of the same origin may read of the Data Hub, as the person who is signed in. Screens and visitors have pages and nothing else.
func (s *Server) api(m *http.ServeMux) {
	m.Handle(proxy.Path, s.public(apiUnknown))
	for _, call := range proxy.Calls() {
		m.Handle(call.Pattern(), s.byScript(s.page(func(w http.ResponseWriter, r *http.Request) error { return s.call(w, r, call) })))
	}
}

// call asks the Data Hub and passes its answer on.
func (s *Server) call(w http.ResponseWriter, r *http.Request, call proxy.Call) error {
	q, err := call.Query(r)
	if err != nil {
		return apiError(err)
	}
	sess, _ := session.FromContext(r.Context())
	release := s.limits.calls.Take(sess.Handle.ID())
	if release == nil {
		return s.tooMany(r, "calls", time.Second)
	}
	defer release()
	a, err := s.hub(r).Read(r.Context(), q)
	if err != nil {
		return apiError(err)
	}
	proxy.Answer(w, a)
	return nil
}

// apiUnknown answers whatever the table of calls does not have.
func apiUnknown(http.ResponseWriter, *http.Request) error { return notFound("call of the table") }

// byScript refuses what has not the header that only a script of this origin can send (a form, a picture and a link cannot).
func (s *Server) byScript(next http.Handler) http.Handler {
	return s.public(func(w http.ResponseWriter, r *http.Request) error {
		if r.Header.Get(proxy.Header) == "" {
			return &pageError{Status: http.StatusForbidden, Kind: kindCrossSite, Param: proxy.Header, Detail: "every call has this header, of any value", Err: errors.New("call without its header")}
		}
		next.ServeHTTP(w, r)
		return nil
	})
}

// apiError tells what is the caller's mistake from what is not.
func apiError(err error) error {
	if e, ok := errors.AsType[*proxy.UnknownError](err); ok {
		return &pageError{Status: http.StatusNotFound, Kind: kindNotFound, Param: e.Param, Detail: e.Detail, Err: err}
	}
	if e, ok := errors.AsType[*datahub.StatusError](err); ok && e.Status == http.StatusBadRequest {
		return &pageError{Status: http.StatusBadRequest, Kind: kindBadRequest, Detail: "the Data Hub does not take these parameters", Err: err}
	}
	return err
}
