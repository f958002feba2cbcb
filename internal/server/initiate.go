package server

import (
	"errors"
	"net/http"
	"net/url"
	"strings"

	"portico/internal/locale"
)

// initiatePath is where somebody else may begin a sign-in (OpenID Connect Core section 4), registered as initiate_login_uri.
const initiatePath = "/auth/initiate"

// initiate begins a sign-in that the identity server or a website that it knows asked for. Only the configured issuer is accepted; target_link_uri counts only
// when it is a page of ours. Who is signed in already goes there without a new sign-in, so that nobody can be signed in as somebody else from outside.
func (s *Server) initiate(w http.ResponseWriter, r *http.Request) error {
	if err := startsSignIn(r); err != nil {
		return err
	}
	q := r.URL.Query()
	for _, name := range []string{"iss", "login_hint", "target_link_uri"} {
		if len(q[name]) > 1 {
			return badRequest(name, errors.New("it stands there more than once"))
		}
	}
	if !s.config.RP.IssuedBy(q.Get("iss")) {
		return badRequest("iss", errors.New("this portal signs people in elsewhere"))
	}
	target := s.ownPage(q.Get("target_link_uri"))
	if _, err := s.config.Cookies.Load(r); err == nil {
		http.Redirect(w, r, target, http.StatusSeeOther)
		return nil
	}
	o := s.config.Login
	o.ReturnTo = target
	if hint := q.Get("login_hint"); len(hint) <= 256 && locale.Plain(hint) == hint {
		o.LoginHint = hint
	}
	return s.begin(w, r, o)
}

// ownPage turns an absolute address of the portal into a local path, anything else into the start page.
func (s *Server) ownPage(address string) string {
	u, err := url.Parse(address)
	if err != nil || u.Scheme != s.config.BaseURL.Scheme || !strings.EqualFold(u.Host, s.config.BaseURL.Host) || u.User != nil {
		return "/"
	}
	return localPath(u.RequestURI())
}
