package server

import (
	"context"
	"errors"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"

	"portico/internal/audit"
	"portico/internal/board"
	"portico/internal/grant"
	"portico/internal/query"
	"portico/internal/rp"
	"portico/internal/screen"
	"portico/internal/session"
	"portico/internal/share"
	"portico/internal/token"
)

// wish is what somebody wants while they sign in for it: a screen or a link, which reads with the grant of that sign-in.
type wish struct {
	By     board.Person  `json:"by"`
	Life   time.Duration `json:"life"`
	Screen *screenWish   `json:"screen,omitempty"`
	Link   *share.Link   `json:"link,omitempty"`
}

// screenWish is what somebody wants of the screen that shows a code.
type screenWish struct {
	Code     screen.Code     `json:"code"`
	Settings screen.Settings `json:"settings"`
}

// What an attempt's For begins with when the sign-in is for one of these; behind a blank stands by what the wish is found.
const (
	forScreen = "screen"
	forShare  = "link"
)

// about is what a sign-in for the wish is for, and where people go who do not finish it.
func (w *wish) about() (what, page string) {
	if w.Link != nil {
		return forShare, sharesPath
	}
	return forScreen, pairPath + "?" + url.Values{"code": {w.Screen.Code.String()}}.Encode()
}

// granted is what a screen or a link reads with.
type granted struct {
	rights  grant.Rights
	who     session.Identity
	started time.Time // when the sign-in began that it came from
	tokens  *rp.Tokens
	about   rp.Identity // whom the tokens are about
}

// signInFor lets the person sign in now, for a grant that is of the wish alone: their own session stays as it is, and its tokens are not touched.
func (s *Server) signInFor(w http.ResponseWriter, r *http.Request, want wish) error {
	if err := s.take(r, "sign-ins", s.limits.signIns); err != nil {
		return err
	}
	ticket, err := s.wishes.Keep(r.Context(), want)
	if err != nil {
		return err
	}
	what, page := want.about()
	o := s.config.Login
	o.Prompt, o.Account, o.Offline, o.For, o.ReturnTo = promptLogin, want.By.Account, true, what+" "+ticket, page
	return s.begin(w, r, o)
}

// unmet is why there is no screen and no link; it stands in the address of the page that tells it.
type unmet string

const (
	wishGone    unmet = "gone"    // it took too long, somebody was faster, or it was done already
	wishOther   unmet = "other"   // the browser is not that of the person who wants it
	wishAccount unmet = "account" // whoever signed in works in another account
	wishBrief   unmet = "brief"   // the identity server gave nothing that lasts
	wishFull    unmet = "full"    // there are as many as there can be
)

func (u unmet) Error() string { return "wish not met: " + string(u) }

// problemParam reads which of them the page tells, "" for none.
func problemParam(q url.Values) (string, error) {
	return query.Choice(q, "problem", string(wishGone), string(wishOther), string(wishAccount), string(wishBrief), string(wishFull))
}

// tell leads to the page that shows what was made, or to page with why nothing was.
func tell(w http.ResponseWriter, r *http.Request, page, made string, err error) error {
	if why, ok := errors.AsType[unmet](err); ok {
		made = page + "?problem=" + string(why)
	} else if err != nil {
		return err
	}
	http.Redirect(w, r, made, http.StatusSeeOther)
	return nil
}

// endSignInFor ends a sign-in for a screen or a link. What it brought is given back unless something reads with it.
func (s *Server) endSignInFor(w http.ResponseWriter, r *http.Request, attempt rp.Attempt, id rp.Identity, t rp.Tokens) error {
	what, ticket, _ := strings.Cut(attempt.For, " ")
	made, err := s.fulfil(w, r, attempt, ticket, id, t)
	if err == nil {
		s.limits.signIns.Give(s.network(r))
	} else {
		s.giveBack(r.Context(), token.Tokens{Access: t.Access, Refresh: t.Refresh})
	}
	if why, ok := errors.AsType[unmet](err); ok {
		s.audit(r.Context(), nil, audit.Event{Kind: audit.SignInFailed, Reason: what + "-" + string(why)})
	}
	page, _, _ := strings.Cut(localPath(attempt.ReturnTo), "?")
	return tell(w, r, page, made, err)
}

// fulfil makes what the person wants, and returns the page that says so. Whoever signed in may be another user, as long as it is in the same account: that is whose rights it gets.
func (s *Server) fulfil(w http.ResponseWriter, r *http.Request, attempt rp.Attempt, ticket string, id rp.Identity, t rp.Tokens) (page string, err error) {
	sess, want, err := s.wishOf(r, ticket)
	switch {
	case err != nil:
		return "", err
	case id.Account != "" && want.By.Account != "" && id.Account != want.By.Account:
		return "", wishAccount
	case t.Refresh.Empty():
		return "", wishBrief
	}
	who := session.Identity{Issuer: id.Issuer, Subject: id.Subject, SID: id.SID, Name: displayName(id), Account: want.By.Account, AccountName: sess.Identity.AccountName, AuthTime: id.AuthTime}
	if outlives(t) {
		who.SID = "" // signing out of the identity server leaves such a grant alone (OpenID Connect Back-Channel Logout section 2.7)
	}
	g := granted{rights: grant.Own, who: who, started: begun(attempt), tokens: &t, about: id}
	if want.Link != nil {
		return s.finishShare(w, r, want, g)
	}
	return s.finishScreen(r, want, g)
}

// wishOf returns what the person wanted who is signed in in this browser.
func (s *Server) wishOf(r *http.Request, ticket string) (sess *session.Session, want wish, err error) {
	sess, err = s.config.Cookies.Load(r)
	switch {
	case isNoSession(err):
		return nil, want, wishOther
	case err != nil:
		return nil, want, &storeError{err}
	}
	want, err = s.wishes.Take(r.Context(), ticket)
	switch {
	case errors.Is(err, grant.ErrGone):
		err = wishGone
	case err == nil && (want.By.Issuer != sess.Identity.Issuer || want.By.Subject != sess.Identity.Subject || want.By.Account != sess.Identity.Account):
		err = wishOther
	}
	return sess, want, err
}

// startGrant keeps tokens, and then the session that makes them reachable: back-channel logout and whoever ends all sessions of a person find it.
func (s *Server) startGrant(ctx context.Context, h session.Handle, g granted, until time.Time, o session.StartOptions) error {
	if g.tokens != nil {
		if err := s.config.Tokens.Start(ctx, h, *g.tokens, g.about, until); err != nil {
			return err
		}
	}
	o.LoginStarted, o.StaySignedIn = g.started, true
	_, err := s.screens.Create(ctx, h, g.who, o)
	if _, ended := errors.AsType[*session.EndedError](err); err != nil && !ended {
		return &storeError{err}
	}
	return err
}

// outlives reports whether tokens outlive the provider's session that they came from.
func outlives(t rp.Tokens) bool { return slices.Contains(t.Scopes, "offline_access") }
