package server

import (
	"errors"
	"net/http"

	"portico/internal/session"
)

// When the cookie of a session that is no more goes, a small one tells for a while how the next sign-in is asked for.
const (
	promptSilent = "none"
	promptLogin  = "login"
	promptOpen   = "open" // none of OpenID Connect's: as anybody is asked, because the silent question was refused
)

// clearLost removes the cookie of a session that is no more; err is what loading it said. A script's answer may arrive after the new cookie of a sign-in in another tab, so
// only pages do it.
func (s *Server) clearLost(w http.ResponseWriter, r *http.Request, err error) {
	if !s.config.Cookies.Present(r) || !navigation(r) || r.Method != http.MethodGet {
		return
	}
	s.config.Cookies.Clear(w)
	s.jar.put(w, lostCookie, []byte(promptAfter(err)))
}

// silenceRefused sees to it that whoever tries again after a silent question that was refused is asked: an identity server that refuses for any other reason than that it wants to
// show something would refuse it again.
func (s *Server) silenceRefused(w http.ResponseWriter, r *http.Request) {
	if s.lostPrompt(r) == promptSilent {
		s.jar.put(w, lostCookie, []byte(promptOpen))
	}
}

// promptAfter returns the prompt of the sign-in that follows. Somebody who had a session is signed in silently, if the identity server still knows them. Whose session was ended
// by its person from another browser, or by an operator, must prove who they are: the identity server may know the browser, and would sign it in again without a word.
func promptAfter(err error) string {
	if e, ended := errors.AsType[*session.EndedError](err); ended && (e.Reason == session.ReasonElsewhere || e.Reason == session.ReasonOperator) {
		return promptLogin
	}
	return promptSilent
}

// lostPrompt returns the prompt for a browser that has, or had, a session; "" for any other. A store that is down ends no session, so it asks for nothing.
func (s *Server) lostPrompt(r *http.Request) string {
	noted := s.notedPrompt(r)
	if s.config.Cookies.Present(r) {
		_, err := s.config.Cookies.Load(r)
		if prompt := promptAfter(err); prompt == promptLogin || noted != promptOpen {
			return prompt
		}
	}
	if noted == promptOpen {
		return ""
	}
	return noted
}

// notedPrompt is what the small cookie tells.
func (s *Server) notedPrompt(r *http.Request) string {
	prompt, _ := s.jar.get(r, lostCookie)
	return string(prompt)
}
