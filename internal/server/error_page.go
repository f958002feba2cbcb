package server

import (
	"context"
	"errors"
	"fmt"
	"math"
	"net/http"
	"net/url"
	"runtime"
	"strconv"
	"strings"

	"portico/internal/crew"
	"portico/internal/locale"
	"portico/internal/query"
	"portico/web/templates"
)

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
		Param: e.Param, Detail: e.Detail, Missing: e.Missing, RetryTo: e.RetryTo, Home: s.config.BaseURL.String(),
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
	keep(r, &m)
	if after := s.comesBack(r, e); after != "" {
		m.Layout.Refresh = after + ";url=" + r.URL.RequestURI()
	}
	if err := s.render(w, r, e.Status, templates.ErrorPage(m)); err != nil {
		s.config.Log.ErrorContext(r.Context(), "error page not rendered", "request_id", m.RequestID, "error", err)
		http.Error(w, "Internal error, request "+m.RequestID, http.StatusInternalServerError)
	}
}

// wayOn is where the button of an error page leads: to the same page, as far as that can be another one the next time.
func (s *Server) wayOn(r *http.Request, k kind) string {
	switch {
	case k == kindNotFound:
		return "/sites"
	case k == kindForbidden, k == kindHubNoAccess:
		return "/" // trying again changes nothing
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

// problem writes RFC 9457 JSON: type is the kind, and code the same as a name, so that programs need not read the words.
func (s *Server) problem(w http.ResponseWriter, r *http.Request, e *pageError) {
	p := problemDocument{Type: "urn:portico:problem:" + string(e.Kind), Title: http.StatusText(e.Status), Status: e.Status, Code: codeOf(e.Kind), RequestID: eventOf(r.Context()).ID, Param: e.Param, Detail: e.Detail}
	if e.Kind == kindSessionEnded {
		p.LoginURL = s.config.BaseURL.JoinPath("/auth/login").String()
	}
	writeJSON(w, "application/problem+json", e.Status, p)
}

func codeOf(k kind) string { return strings.ReplaceAll(string(k), "-", "_") }

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
	s.config.Log.ErrorContext(r.Context(), "handler panicked", "request_id", eventOf(r.Context()).ID, "panic", panicText(fell.Value), "stack", string(fell.Stack))
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
