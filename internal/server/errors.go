package server

import (
	"context"
	"errors"
	"log/slog"
	"net/http"
	"time"

	"portico/internal/datahub"
	"portico/internal/pages"
	"portico/internal/query"
	"portico/internal/rp"
	"portico/internal/session"
	"portico/internal/shelf"
	"portico/internal/token"
	"portico/web/templates"
)

// kind names what went wrong: it selects the words of the error page, in the person's language, and it is the stable code
// that programs get.
type kind = templates.ErrorKind

// The kinds of errors that pages and problem documents know.
const (
	kindBadRequest     = templates.ErrorBadRequest
	kindBadAddress     = templates.ErrorBadAddress
	kindTooLarge       = templates.ErrorTooLarge
	kindWrongHost      = templates.ErrorWrongHost
	kindForbidden      = templates.ErrorForbidden
	kindCrossSite      = templates.ErrorCrossSite
	kindNotFound       = templates.ErrorNotFound
	kindMethod         = templates.ErrorMethod
	kindTooMany        = templates.ErrorTooMany
	kindBusy           = templates.ErrorBusy
	kindInternal       = templates.ErrorInternal
	kindStore          = templates.ErrorStore
	kindSignInDown     = templates.ErrorSignInDown
	kindSignInSlow     = templates.ErrorSignInSlow
	kindSignInRefused  = templates.ErrorSignInRefused
	kindSignInDenied   = templates.ErrorSignInDenied
	kindSignInBusy     = templates.ErrorSignInBusy
	kindSignInClock    = templates.ErrorSignInClock
	kindSignInCookie   = templates.ErrorSignInCookie
	kindSignInExpired  = templates.ErrorSignInExpired
	kindSignInLoop     = templates.ErrorSignInLoop
	kindSignInLost     = templates.ErrorSignInLost
	kindSignInBrief    = templates.ErrorSignInBrief
	kindSignInAccount  = templates.ErrorSignInAccount
	kindSignInWeak     = templates.ErrorSignInWeak
	kindSignInScope    = templates.ErrorSignInScope
	kindSignInScheme   = templates.ErrorSignInScheme
	kindSignInEnded    = templates.ErrorSignInEnded
	kindSessionEnded   = templates.ErrorSessionEnded
	kindHubDown        = templates.ErrorHubDown
	kindHubSlow        = templates.ErrorHubSlow
	kindHubBusy        = templates.ErrorHubBusy
	kindHubAnswer      = templates.ErrorHubAnswer
	kindHubNoAccess    = templates.ErrorHubNoAccess
	kindHubRefused     = templates.ErrorHubRefused
	retryAfterDefault  = 5 * time.Second
	statusClientClosed = 499 // nginx's word for a browser that went away; never sent
)

// pageError is an error that knows how it is shown.
type pageError struct {
	Status     int
	Kind       kind
	Param      string        // name of the parameter at fault, "" when none
	Detail     string        // what is wrong with it, plain words of ours
	Missing    string        // scopes that were not granted
	RetryAfter time.Duration // 0: no header
	RetryTo    string        // local path of the button, "" for the kind's own
	Err        error         // for the log
}

func (e *pageError) Error() string {
	if e.Err != nil {
		return e.Err.Error()
	}
	return string(e.Kind)
}

func (e *pageError) Unwrap() error { return e.Err }

// badRequest says that a parameter cannot be read.
func badRequest(param string, err error) error { return &query.Error{Param: param, Err: err} }

// notFound says that there is no such thing, or none that this person may see: 404.
func notFound(what string) error {
	return &pageError{Status: http.StatusNotFound, Kind: kindNotFound, Err: errors.New(what + " not found")}
}

// fail answers a request that ended in an error: the one place where errors become statuses, pages and log lines.
func (s *Server) fail(w http.ResponseWriter, r *http.Request, err error) {
	eventOf(r.Context()).Err = err
	if r.Context().Err() != nil && errors.Is(err, context.Canceled) {
		note(r.Context(), slog.Bool("client_gone", true))
		w.WriteHeader(statusClientClosed)
		return
	}
	if errors.Is(err, token.ErrLoginRequired) || errors.Is(err, token.ErrGone) {
		s.requireLogin(w, r)
		return
	}
	e := classify(err)
	s.auditRefusal(r, e)
	s.showError(w, r, e)
}

// classify turns an error of any package into one that can be shown.
func classify(err error) *pageError {
	if e, ok := errors.AsType[*pageError](err); ok {
		return e
	}
	if e, ok := errors.AsType[*query.Error](err); ok {
		return &pageError{Status: http.StatusBadRequest, Kind: kindBadRequest, Param: e.Param, Detail: e.Err.Error(), Err: err}
	}
	if errors.Is(err, pages.ErrNotFound) {
		return &pageError{Status: http.StatusNotFound, Kind: kindNotFound, Err: err}
	}
	if errors.Is(err, pages.ErrForbidden) {
		return &pageError{Status: http.StatusForbidden, Kind: kindForbidden, Err: err}
	}
	if e := classifyHub(err); e != nil {
		return e
	}
	if e := classifySignIn(err); e != nil {
		return e
	}
	if e, ok := errors.AsType[*token.UnavailableError](err); ok {
		down := &pageError{Status: http.StatusServiceUnavailable, Kind: kindSignInDown, RetryAfter: max(e.RetryAfter, time.Second), Err: err}
		if e.Underway {
			down.Kind = kindSignInSlow
		}
		return down
	}
	if errors.Is(err, token.ErrRejected) {
		return &pageError{Status: http.StatusBadGateway, Kind: kindHubRefused, Err: err}
	}
	_, ours := errors.AsType[*storeError](err)
	if _, tokens := errors.AsType[*token.StoreError](err); ours || tokens || errors.Is(err, shelf.ErrUnavailable) {
		return &pageError{Status: http.StatusServiceUnavailable, Kind: kindStore, RetryAfter: retryAfterDefault, Err: err}
	}
	if errors.Is(err, context.DeadlineExceeded) {
		return &pageError{Status: http.StatusGatewayTimeout, Kind: kindHubSlow, RetryAfter: retryAfterDefault, Err: err}
	}
	return &pageError{Status: http.StatusInternalServerError, Kind: kindInternal, Err: err}
}

func classifyHub(err error) *pageError {
	if errors.Is(err, datahub.ErrUnauthorized) {
		return &pageError{Status: http.StatusBadGateway, Kind: kindHubRefused, Err: err}
	}
	if errors.Is(err, datahub.ErrNotFound) {
		return &pageError{Status: http.StatusNotFound, Kind: kindNotFound, Err: err}
	}
	if e, ok := errors.AsType[*datahub.StatusError](err); ok {
		switch {
		case e.Status == http.StatusForbidden:
			return &pageError{Status: http.StatusForbidden, Kind: kindHubNoAccess, Err: err}
		case e.Status == http.StatusTooManyRequests:
			return &pageError{Status: http.StatusServiceUnavailable, Kind: kindHubBusy, RetryAfter: max(e.RetryAfter, time.Second), Err: err}
		case e.Status == http.StatusServiceUnavailable:
			return &pageError{Status: http.StatusServiceUnavailable, Kind: kindHubDown, RetryAfter: max(e.RetryAfter, retryAfterDefault), Err: err}
		}
		return &pageError{Status: http.StatusBadGateway, Kind: kindHubDown, RetryAfter: retryAfterDefault, Err: err}
	}
	switch {
	case errors.Is(err, datahub.ErrMalformed), errors.Is(err, datahub.ErrTooLarge):
		return &pageError{Status: http.StatusBadGateway, Kind: kindHubAnswer, Err: err}
	case errors.Is(err, datahub.ErrUnavailable) && errors.Is(err, context.DeadlineExceeded):
		return &pageError{Status: http.StatusGatewayTimeout, Kind: kindHubSlow, RetryAfter: retryAfterDefault, Err: err}
	case errors.Is(err, datahub.ErrUnavailable):
		return &pageError{Status: http.StatusBadGateway, Kind: kindHubDown, RetryAfter: retryAfterDefault, Err: err}
	}
	return nil
}

// storeError marks an error as the session store's: 503, cookie untouched.
type storeError struct{ err error }

func (e *storeError) Error() string { return "session store: " + e.err.Error() }
func (e *storeError) Unwrap() error { return e.err }

// classifySignIn maps what rp reports of a sign-in that did not finish.
func classifySignIn(err error) *pageError {
	if errors.Is(err, rp.ErrProviderUnavailable) {
		return &pageError{Status: http.StatusServiceUnavailable, Kind: kindSignInDown, RetryAfter: retryAfterDefault, Err: err}
	}
	if e, ok := errors.AsType[*session.EndedError](err); ok {
		return &pageError{Status: http.StatusForbidden, Kind: kindSignInEnded, Err: e}
	}
	if errors.Is(err, token.ErrTooLarge) {
		return &pageError{Status: http.StatusBadGateway, Kind: kindSignInRefused, RetryTo: "/auth/login", Err: err}
	}
	return nil
}
