package server

import (
	"errors"
	"net/http"
	"net/url"
	"strings"
)

// initiatePath is where somebody else may begin a sign-in (OpenID Connect Core section 4), registered as initiate_login_uri.
const initiatePath = "/auth/initiate"

// initiate begins a sign-in that the identity server or a website that it knows asked for. Only the configured issuer is accepted; target_link_uri counts only
// when it is a page of ours. Who is signed in already goes there without a new sign-in, so that nobody can be signed in as somebody else from outside.
func (s *Server) initiate(w http.ResponseWriter, r *http.Request) error {
	if err := r.ParseForm(); err != nil {
		return &pageError{Status: http.StatusBadRequest, Kind: kindTooLarge, RetryTo: "/auth/login", Err: err}
	}
	for _, name := range []string{"iss", "login_hint", "target_link_uri"} {
		if len(r.Form[name]) > 1 {
			return badRequest(name, errors.New("it stands there more than once"))
		}
	}
	if !s.rp.IssuedBy(r.Form.Get("iss")) {
		return badRequest("iss", errors.New("this portal signs people in elsewhere"))
	}
	target := s.ownPage(r.Form.Get("target_link_uri"))
	if _, err := s.cookies.Load(r); err == nil {
		http.Redirect(w, r, target, http.StatusSeeOther)
		return nil
	}
	o := s.loginOptions
	o.ReturnTo = target
	if hint := r.Form.Get("login_hint"); len(hint) <= 256 && cleanText(hint) == hint {
		o.LoginHint = hint
	}
	return s.begin(w, r, o)
}

// ownPage turns an absolute address of the portal into a local path, anything else into the start page.
func (s *Server) ownPage(address string) string {
	u, err := url.Parse(address)
	if err != nil || u.Scheme != s.baseURL.Scheme || !strings.EqualFold(u.Host, s.baseURL.Host) || u.User != nil {
		return "/"
	}
	return localPath(u.RequestURI())
}

// callbackForm takes what comes by form_post (OAuth 2.0 Form Post Response Mode). A form from elsewhere brings no SameSite=Lax cookie along, so the browser is
// sent to the same address once more by GET, which does.
func (s *Server) callbackForm(w http.ResponseWriter, r *http.Request) error {
	if err := r.ParseForm(); err != nil {
		return &pageError{Status: http.StatusBadRequest, Kind: kindTooLarge, RetryTo: "/auth/login", Err: err}
	}
	q := url.Values{}
	for _, name := range []string{"code", "state", "iss", "error", "session_state"} {
		if values := r.PostForm[name]; len(values) > 0 {
			q[name] = values
		}
	}
	if encoded := q.Encode(); len(encoded) <= maxQueryBytes {
		http.Redirect(w, r, s.callbackPath+"?"+encoded, http.StatusSeeOther)
		return nil
	}
	return &pageError{Status: http.StatusBadRequest, Kind: kindTooLarge, RetryTo: "/auth/login", Err: errors.New("answer of the identity server too large")}
}
