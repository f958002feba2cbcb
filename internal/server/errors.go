package server

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"math"
	"net/http"
	"net/url"
	"runtime"
	"strconv"
	"time"

	"portico/internal/crew"
	"portico/internal/datahub"
	"portico/internal/locale"
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
		return &pageError{Status: http.StatusServiceUnavailable, Kind: kindSignInDown, RetryAfter: max(e.RetryAfter, time.Second), Err: err}
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

// showError writes the page, or a problem document (RFC 9457) for a script. It is rendered also when the request's context is over, which is so as soon as a body breaks off: whoever sent half
// a form may still read.
func (s *Server) showError(w http.ResponseWriter, r *http.Request, e *pageError) {
	r = r.WithContext(context.WithoutCancel(r.Context()))
	w.Header().Set("Cache-Control", "no-store") // below /static/ too
	if e.RetryAfter > 0 {
		w.Header().Set("Retry-After", strconv.Itoa(int(math.Ceil(e.RetryAfter.Seconds()))))
	}
	if !navigation(r) {
		s.problem(w, r, e)
		return
	}
	m := templates.ErrorModel{
		Layout: s.layout(r), Status: e.Status, Kind: e.Kind, RequestID: eventOf(r.Context()).ID,
		Param: e.Param, Detail: e.Detail, Missing: e.Missing, RetryTo: e.RetryTo, Home: s.baseURL.String(),
	}
	if e.Kind == kindBadRequest && m.Detail != "" {
		m.Detail = reason(e.Err, m.Detail, s.locale(r))
	}
	if m.RetryTo == "" && r.Method == http.MethodGet && e.Kind != kindSignInScheme {
		m.RetryTo = s.wayOn(r, e.Kind)
	}
	if u, err := url.Parse(m.RetryTo); err == nil && u.Path == "/auth/login" {
		m.SignIn = s.signInModel(r, u.Query().Get("return_to"))
	}
	if s.comesBack(r, e) {
		m.Layout.Refresh = wallRetry + ";url=" + r.URL.RequestURI()
	}
	if err := s.render(w, r, e.Status, templates.ErrorPage(m)); err != nil {
		s.log.ErrorContext(r.Context(), "error page not rendered", "request_id", m.RequestID, "error", err)
		http.Error(w, "Internal error, request "+m.RequestID, http.StatusInternalServerError)
	}
}

// wayOn is where the button of an error page leads: to the same page, as far as that can be another one the next time.
func (s *Server) wayOn(r *http.Request, k kind) string {
	switch {
	case k == kindNotFound:
		return "/sites"
	case k == kindBadRequest && r.URL.RawQuery != "":
		return localPath(r.URL.EscapedPath())
	}
	return localPath(s.here(r))
}

// reason says in the reader's language what is wrong with a parameter; text is the same in English.
func reason(err error, text string, l locale.Locale) string {
	for _, known := range []struct {
		err error
		key locale.Key
	}{{query.ErrRepeated, "error.repeated"}, {query.ErrNumber, "error.number"}, {query.ErrTooLong, "error.too-long"}, {query.ErrChoice, "error.choice"}} {
		if errors.Is(err, known.err) {
			return l.T(known.key)
		}
	}
	if l.Lang() == "en" {
		return text
	}
	return l.T("error.unreadable")
}

// problem writes RFC 9457 JSON: type is the kind, so that programs need not read the words.
func (s *Server) problem(w http.ResponseWriter, r *http.Request, e *pageError) {
	p := problemDocument{Type: "urn:portico:problem:" + string(e.Kind), Title: http.StatusText(e.Status), Status: e.Status, Code: string(e.Kind), RequestID: eventOf(r.Context()).ID, Param: e.Param, Detail: e.Detail}
	if e.Kind == kindSessionEnded {
		p.LoginURL = s.baseURL.JoinPath("/auth/login").String()
	}
	writeJSON(w, "application/problem+json", e.Status, p)
}

type problemDocument struct {
	Type      string `json:"type"`
	Title     string `json:"title"`
	Status    int    `json:"status"`
	Code      string `json:"code"`
	Detail    string `json:"detail,omitempty"`
	Param     string `json:"param,omitempty"`
	LoginURL  string `json:"login_url,omitempty"`
	RequestID string `json:"request_id"`
}

// panicked logs a panic and answers 500 if nothing was sent yet.
func (s *Server) panicked(rec *recorder, r *http.Request, p any) {
	fell := crew.Caught(p)
	if fell.Value == http.ErrAbortHandler {
		panic(http.ErrAbortHandler)
	}
	s.log.ErrorContext(r.Context(), "handler panicked", "request_id", eventOf(r.Context()).ID, "panic", panicText(fell.Value), "stack", string(fell.Stack))
	if rec.status == 0 {
		s.showError(rec, r, &pageError{Status: http.StatusInternalServerError, Kind: kindInternal, Err: errors.New("panic")})
	}
}

// panicText is what the log says of a panic: a library's words may hold what it was working on.
func panicText(p any) string {
	if e, ok := p.(runtime.Error); ok {
		return e.Error()
	}
	return fmt.Sprintf("%T", p)
}

// classifySignIn maps what rp reports of a sign-in that did not finish.
func classifySignIn(err error) *pageError {
	if errors.Is(err, rp.ErrProviderUnavailable) {
		return &pageError{Status: http.StatusServiceUnavailable, Kind: kindSignInDown, RetryAfter: retryAfterDefault, Err: err}
	}
	if e, ok := errors.AsType[*session.EndedError](err); ok {
		return &pageError{Status: http.StatusForbidden, Kind: kindSignInEnded, Err: e}
	}
	return nil
}
