package server

import (
	"errors"
	"net/http"
	"strings"
	"time"

	"portico/internal/audit"
	"portico/internal/datahub"
	"portico/internal/locale"
	"portico/internal/rp"
	"portico/internal/session"
	"portico/internal/token"
	"portico/web/templates"
)

// sessionDocument is /auth/session for programs. It never holds a token.
type sessionDocument struct {
	Active        bool     `json:"active"`
	Who           string   `json:"who,omitempty"` // reference of person and account: pages compare it with their own
	Subject       string   `json:"subject,omitempty"`
	Name          string   `json:"name,omitempty"`
	Account       string   `json:"account,omitempty"`
	Scopes        []string `json:"scopes,omitempty"`
	Expires       string   `json:"expires,omitempty"`
	IdleExpires   string   `json:"idle_expires,omitempty"`
	AccessExpires string   `json:"access_token_expires,omitempty"`
	RefreshUntil  string   `json:"refresh_token_expires,omitempty"`
	Refreshable   bool     `json:"refreshable"`
	Stay          bool     `json:"stay_signed_in"`
	State         string   `json:"state,omitempty"`
	ServerTime    string   `json:"server_time"`
	LoginURL      string   `json:"login_url,omitempty"`
}

// sessionStatus says who is signed in and for how long. Looking does not make the session last longer.
func (s *Server) sessionStatus(w http.ResponseWriter, r *http.Request) error {
	if foreignLoad(r) {
		return &pageError{Status: http.StatusForbidden, Kind: kindCrossSite, RetryTo: "/", Err: errors.New("cross-site read of the session")}
	}
	sess, err := s.config.Cookies.Load(r)
	if err != nil && !isNoSession(err) {
		return &storeError{err}
	}
	d := sessionDocument{ServerTime: stamp(s.wall())}
	if err != nil {
		d.LoginURL = s.config.BaseURL.JoinPath("/auth/login").String()
	} else {
		st, err := s.config.Tokens.Status(r.Context(), sess.Handle)
		if err != nil && !errors.Is(err, token.ErrGone) && !errors.Is(err, token.ErrLoginRequired) {
			return err
		}
		usable := st.State != token.Dead && (st.Refreshable || s.wall().Before(st.AccessExpiry))
		d.Active, d.Subject, d.Name, d.Account = err == nil && usable, sess.Identity.Subject, sess.Identity.Name, sess.Identity.Account
		d.Who = whoOf(sess.Identity)
		d.Scopes, d.Refreshable, d.State, d.Stay = st.Scopes, st.Refreshable, string(st.State), sess.StaySignedIn
		d.Expires, d.IdleExpires, d.AccessExpires, d.RefreshUntil = stamp(sess.Expires), stamp(sess.IdleUntil()), stamp(st.AccessExpiry), stamp(st.RefreshUntil)
		r = r.WithContext(s.withSession(r.Context(), sess))
	}
	if strings.Contains(r.Header.Get("Accept"), "application/json") {
		writeJSON(w, "application/json", http.StatusOK, d)
		return nil
	}
	return s.render(w, r, http.StatusOK, templates.SessionPage(s.sessionModel(r, d)))
}

// renewSession fetches new tokens, and what the identity server says of the person now, because they ask for it. It is the only refresh after which userinfo is asked (docs/adr/0009).
func (s *Server) renewSession(w http.ResponseWriter, r *http.Request) error {
	ctx := r.Context()
	sess, _ := session.FromContext(ctx)
	access, err := s.config.Tokens.Source(sess.Handle).Refresh(ctx)
	if err != nil {
		return err
	}
	t, err := s.config.Tokens.Tokens(ctx, sess.Handle)
	if err != nil {
		return err
	}
	before := t.Identity
	before.Name, before.Email, before.AccountName, before.Role = sess.Identity.Name, sess.Identity.Email, sess.Identity.AccountName, sess.Identity.Role
	now, err := s.config.RP.Userinfo(ctx, access, before)
	switch {
	case errors.Is(err, rp.ErrOtherSubject):
		s.audit(ctx, sess, audit.Event{Kind: audit.RefreshRefused, Reason: "other-subject"})
		s.forget(ctx, sess.Handle, session.ReasonRefused)
		return token.ErrLoginRequired
	case err != nil:
		note(ctx, errAttr("userinfo_error", err)) // the tokens are new all the same
	case now != before:
		if err := s.config.Cookies.Describe(ctx, sess, session.Identity{Name: displayName(now), Email: locale.Plain(now.Email), AccountName: locale.Plain(now.AccountName), Role: now.Role}); err != nil {
			return &storeError{err}
		}
	}
	http.Redirect(w, r, "/auth/session", http.StatusSeeOther)
	return nil
}

func (s *Server) sessionModel(r *http.Request, d sessionDocument) templates.SessionModel {
	m := templates.SessionModel{Layout: s.layout(r), Active: d.Active, Name: d.Name, Account: d.Account, Scopes: strings.Join(d.Scopes, " "), Refreshable: d.Refreshable, Stays: d.Stay, MayStay: s.config.StaySignedIn > 0, SignIn: s.signInModel(r, "/")}
	if d.Active {
		m.SignIn = s.signInModel(r, "/settings/sessions")
	}
	if p := m.Layout.Person; p != nil && p.Account != "" && p.Account != d.Account {
		m.Account = locale.Join(p.Account, locale.Bracket(d.Account))
	}
	l := s.locale(r)
	show := func(stamp string) templates.ClockModel {
		t, err := time.Parse(time.RFC3339, stamp)
		if err != nil {
			return templates.ClockModel{}
		}
		t = t.In(datahub.HomeZone())
		return templates.ClockModel{Text: l.Day(t) + " " + l.Clock(t), ISO: stamp}
	}
	m.Expires, m.IdleExpires, m.AccessExpires, m.RefreshUntil = show(d.Expires), show(d.IdleExpires), show(d.AccessExpires), show(d.RefreshUntil)
	return m
}

func stamp(t time.Time) string {
	if t.IsZero() {
		return ""
	}
	return t.UTC().Format(time.RFC3339)
}
