package server

import (
	"errors"
	"net/http"
	"strings"

	"portico/internal/locale"
	"portico/internal/session"
	"portico/web/templates"
)

// promptAccount asks the identity server to let the person choose an account (OpenID Connect Core section 3.1.2.1).
const promptAccount = "select_account"

// accountPage shows the account of the session and the ways to another one.
func (s *Server) accountPage(w http.ResponseWriter, r *http.Request) error {
	return s.showAccount(w, r, http.StatusOK, "", false)
}

func (s *Server) showAccount(w http.ResponseWriter, r *http.Request, status int, typed string, wrong bool) error {
	sess, _ := session.FromContext(r.Context())
	eventOf(r.Context()).SignsIn = true
	m := templates.AccountModel{Layout: s.layout(r), Name: sess.Identity.AccountName, ID: sess.Identity.Account, Choice: s.config.RP.Offers(promptAccount), Typed: typed, Wrong: wrong}
	return s.render(w, r, status, templates.Account(m))
}

// switchAccount begins a sign-in to another account: the one that is named, or one that the identity server lets the person choose. The present session stays until the
// new one is there.
func (s *Server) switchAccount(w http.ResponseWriter, r *http.Request) error {
	if err := r.ParseForm(); err != nil {
		return &pageError{Status: http.StatusBadRequest, Kind: kindTooLarge, RetryTo: "/auth/account", Err: err}
	}
	s.forgetSignIns(w)
	o := s.config.Login
	sess, _ := session.FromContext(r.Context())
	o.ReturnTo, o.Stay = "/", sess.StaySignedIn
	if r.PostForm.Get("choose") != "" {
		if o.Prompt != promptAccount {
			o.Prompt = strings.TrimSpace(o.Prompt + " " + promptAccount)
		}
		return s.begin(w, r, o)
	}
	if o.Account = strings.TrimSpace(r.PostForm.Get("account")); !accountNumber(o.Account) {
		eventOf(r.Context()).Err = errors.New("not the number of an account")
		return s.showAccount(w, r, http.StatusBadRequest, locale.Plain(short(o.Account)), true)
	}
	return s.begin(w, r, o)
}

// accountNumber reports whether text is a positive number that fits 63 bits.
func accountNumber(text string) bool {
	return text != "" && len(text) <= 18 && text[0] != '0' && strings.Trim(text, "0123456789") == ""
}
