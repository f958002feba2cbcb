package server

import (
	"errors"
	"net/http"
	"strings"

	"portico/internal/session"
	"portico/web/templates"
)

// accountPage shows the account of the session and the ways to another one.
func (s *Server) accountPage(w http.ResponseWriter, r *http.Request) error {
	sess, _ := session.FromContext(r.Context())
	m := templates.AccountModel{Layout: s.layout(r), Name: sess.Identity.AccountName, ID: sess.Identity.Account}
	return s.render(w, r, http.StatusOK, templates.Account(m))
}

// switchAccount begins a sign-in to another account: the one that is named, or one that the identity server lets the person choose. The present session stays until the
// new one is there.
func (s *Server) switchAccount(w http.ResponseWriter, r *http.Request) error {
	if err := r.ParseForm(); err != nil {
		return &pageError{Status: http.StatusBadRequest, Kind: kindTooLarge, RetryTo: "/auth/account", Err: err}
	}
	o := s.loginOptions
	o.ReturnTo = "/"
	if r.PostForm.Get("choose") != "" {
		o.Prompt = "select_account"
		return s.begin(w, r, o)
	}
	o.Account = strings.TrimSpace(r.PostForm.Get("account"))
	if !accountNumber(o.Account) {
		sess, _ := session.FromContext(r.Context())
		m := templates.AccountModel{Layout: s.layout(r), Name: sess.Identity.AccountName, ID: sess.Identity.Account, Typed: cleanText(short(o.Account)), Wrong: true}
		eventOf(r.Context()).Err = errors.New("not the number of an account")
		return s.render(w, r, http.StatusBadRequest, templates.Account(m))
	}
	return s.begin(w, r, o)
}

// accountNumber reports whether text is a positive number that fits 63 bits.
func accountNumber(text string) bool {
	return text != "" && len(text) <= 18 && text[0] != '0' && strings.Trim(text, "0123456789") == ""
}
