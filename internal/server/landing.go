package server

import (
	"errors"
	"net/http"
	"net/url"
	"slices"
	"strings"
)

// steps are the addresses that a browser passes on its way through a sign-in. They do something when they are fetched, so they answer GET and nothing else but
// what land takes.
func (s *Server) steps() []string {
	return []string{"/auth/login", "/login", "/oauth2/start", s.config.CallbackPath, initiatePath}
}

// landed are the parameters that the identity server, or a website that it knows, may send by form, by path: the answer to an authorization request (OAuth 2.0 Form
// Post Response Mode) and the wish for a sign-in (OpenID Connect Core section 4).
func (s *Server) landed() map[string][]string {
	return map[string][]string{s.config.CallbackPath: {"code", "state", "iss", "error", "session_state"}, initiatePath: {"iss", "login_hint", "target_link_uri"}}
}

// land turns a form from elsewhere into an address of ours and does nothing else: no cookie is read or set, nobody is asked. The browser then fetches that address, with
// the SameSite=Lax cookies that did not come with the form, and what is behind is protected from forms of others without an exception (docs/adr/0008).
func (s *Server) land(next http.Handler) http.Handler {
	landed, steps := s.landed(), s.steps()
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		names, lands := landed[r.URL.Path]
		switch {
		case r.Method == http.MethodGet || !slices.Contains(steps, r.URL.Path):
			next.ServeHTTP(w, r)
		case r.Method == http.MethodPost && lands:
			r.Pattern = r.Method + " " + r.URL.Path // for the metrics
			s.public(func(w http.ResponseWriter, r *http.Request) error { return s.turn(w, r, names) }).ServeHTTP(w, r)
		default:
			methods := []string{http.MethodGet}
			if lands {
				methods = append(methods, http.MethodPost)
			}
			w.Header().Set("Allow", strings.Join(methods, ", "))
			s.fail(w, r, &pageError{Status: http.StatusMethodNotAllowed, Kind: kindMethod, RetryTo: "/", Err: errors.New("method not allowed")})
		}
	})
}

// turn sends the browser to the same path by GET, with the parameters of the form that have one of the names, as often as they stand there.
func (s *Server) turn(w http.ResponseWriter, r *http.Request, names []string) error {
	if err := r.ParseForm(); err != nil {
		return &pageError{Status: http.StatusBadRequest, Kind: kindTooLarge, RetryTo: "/auth/login", Err: err}
	}
	q := url.Values{}
	for _, name := range names {
		if values := r.PostForm[name]; len(values) > 0 {
			q[name] = values
		}
	}
	encoded := q.Encode()
	if len(encoded) > maxQueryBytes {
		return &pageError{Status: http.StatusBadRequest, Kind: kindTooLarge, RetryTo: "/auth/login", Err: errors.New("form too large for an address")}
	}
	sendTo(w, r.URL.Path+"?"+encoded)
	return nil
}
