package server

import (
	"cmp"
	"context"
	"errors"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"

	"portico/internal/audit"
	"portico/internal/locale"
	"portico/internal/query"
	"portico/internal/rp"
	"portico/internal/screen"
	"portico/internal/session"
	"portico/internal/token"
)

// forScreen is what an attempt's For begins with when the sign-in is for a screen; behind it stands by what the wish is found.
const forScreen = "screen "

// grant is what a screen reads with.
type grant struct {
	rights  screen.Rights
	who     session.Identity
	started time.Time // when the sign-in began that it came from
	tokens  *rp.Tokens
	about   rp.Identity // whom the tokens are about
}

// signInForScreen lets the person sign in now, for a grant that is the screen's own: their own session stays as it is, and its tokens are not touched.
func (s *Server) signInForScreen(w http.ResponseWriter, r *http.Request, sess *session.Session, wish screen.Wish) error {
	if err := s.take(r, "sign-ins", s.limits.signIns); err != nil {
		return err
	}
	ticket, err := s.pairings.Ask(r.Context(), wish)
	if err != nil {
		return err
	}
	o := s.loginOptions
	o.Prompt, o.Account, o.Offline, o.For = promptLogin, sess.Identity.Account, true, forScreen+ticket
	o.ReturnTo = pairPath + "?" + url.Values{"code": {wish.Code.String()}}.Encode()
	return s.begin(w, r, o)
}

// The reasons for which a sign-in pairs no screen; they stand in the address of the page that tells them.
const (
	pairGone    = "gone"    // the code was used, or its time is over
	pairOther   = "other"   // the browser is not that of the person who approves
	pairAccount = "account" // whoever signed in works in another account
	pairBrief   = "brief"   // the identity server gave nothing that lasts
)

// approveBySignIn ends the sign-in for a screen. Whoever signed in may be another user than the one who approves, as long as it is in the same account: that is whose rights the screen gets.
func (s *Server) approveBySignIn(w http.ResponseWriter, r *http.Request, attempt rp.Attempt, ticket string, id rp.Identity, t rp.Tokens) error {
	sess, wish, problem, err := s.wishOf(r, ticket)
	switch {
	case err != nil || problem != "":
	case id.Account != "" && wish.Approver.Account != "" && id.Account != wish.Approver.Account:
		problem = pairAccount
	case t.Refresh.Empty():
		problem = pairBrief
	default:
		who := session.Identity{Issuer: id.Issuer, Subject: id.Subject, SID: id.SID, Name: displayName(id), Account: wish.Approver.Account, AccountName: sess.Identity.AccountName, AuthTime: id.AuthTime}
		if outlives(t) {
			who.SID = "" // signing out of the identity server leaves such a grant alone (OpenID Connect Back-Channel Logout section 2.7)
		}
		var scr screen.Screen
		if scr, err = s.approve(r.Context(), r, wish, grant{rights: screen.Own, who: who, started: attempt.Started, tokens: &t, about: id}); err == nil {
			s.limits.signIns.Give(s.network(r))
			http.Redirect(w, r, pairPath+"?done="+scr.ID, http.StatusSeeOther)
			return nil
		}
		if errors.Is(err, screen.ErrCode) {
			problem, err = pairGone, nil
		}
	}
	s.giveBack(r.Context(), t)
	if err != nil {
		return err
	}
	s.audit(r.Context(), nil, audit.Event{Kind: audit.SignInFailed, Reason: "screen-" + problem})
	http.Redirect(w, r, pairPath+"?problem="+problem, http.StatusSeeOther)
	return nil
}

// wishOf returns what the person wanted who is signed in in this browser. The problem is one of those above, "" for none.
func (s *Server) wishOf(r *http.Request, ticket string) (sess *session.Session, wish screen.Wish, problem string, err error) {
	sess, err = s.cookies.Load(r)
	switch {
	case isNoSession(err):
		return nil, wish, pairOther, nil
	case err != nil:
		return nil, wish, "", &storeError{err}
	}
	wish, err = s.pairings.Asked(r.Context(), ticket)
	switch {
	case errors.Is(err, screen.ErrCode):
		return sess, wish, pairGone, nil
	case err != nil:
		return sess, wish, "", err
	case wish.Approver.Issuer != sess.Identity.Issuer || wish.Approver.Subject != sess.Identity.Subject || wish.Approver.Account != sess.Identity.Account:
		return sess, wish, pairOther, nil
	}
	return sess, wish, "", nil
}

// outlives reports whether tokens outlive the provider's session that they came from.
func outlives(t rp.Tokens) bool { return slices.Contains(t.Scopes, "offline_access") }

// giveBack revokes tokens that nobody will use, while nobody waits for it.
func (s *Server) giveBack(ctx context.Context, t rp.Tokens) {
	s.inBackground(ctx, revokeTime, func(ctx context.Context) {
		if err := s.tokens.Revoke(ctx, token.Tokens{Access: t.Access, Refresh: t.Refresh}); err != nil {
			s.log.WarnContext(ctx, "tokens not revoked", "error", err)
		}
	})
}

const revokeTime = 3 * time.Second

// approveForApplication pairs a screen with the application user's rights. There is no grant to be had for it.
func (s *Server) approveForApplication(w http.ResponseWriter, r *http.Request, wish screen.Wish) error {
	who := session.Identity{Issuer: wish.Approver.Issuer, Subject: "application:" + s.application.User, Name: locale.Plain(s.application.User), Account: wish.Approver.Account}
	scr, err := s.approve(r.Context(), r, wish, grant{rights: screen.Application, who: who, started: s.wall()})
	if errors.Is(err, screen.ErrCode) {
		http.Redirect(w, r, pairPath+"?problem="+pairGone, http.StatusSeeOther)
		return nil
	}
	if err != nil {
		return err
	}
	http.Redirect(w, r, pairPath+"?done="+scr.ID, http.StatusSeeOther)
	return nil
}

// approve makes the screen of a code: the code is used up first, then tokens and session are there, then the register knows it, and then the screen hears of it. A browser that was a screen before
// is the same one again. screen.ErrCode when somebody else was faster.
func (s *Server) approve(ctx context.Context, r *http.Request, wish screen.Wish, g grant) (screen.Screen, error) {
	p, err := s.pairings.Take(ctx, wish.Code)
	if err != nil {
		return screen.Screen{}, err
	}
	former, err := s.register.Get(ctx, p.Before)
	if err != nil && !errors.Is(err, screen.ErrNotFound) {
		return screen.Screen{}, err
	}
	now, h := s.wall().UTC().Truncate(time.Second), session.NewHandle()
	scr := screen.Screen{ID: cmp.Or(former.ID, screen.NewID()), Settings: wish.Settings, Owner: wish.Approver, Rights: g.rights, Issuer: g.who.Issuer, Subject: g.who.Subject, As: g.who.Name, Offline: g.tokens != nil && outlives(*g.tokens),
		Look: s.preferencesOf(r).String(), Created: now, Until: now.Add(wish.Life), Report: screen.Report{Browser: p.About.String(), Address: p.About.Address}}
	scr.SetKey(h)
	if err := s.startScreen(ctx, h, &scr, p, wish, g); err != nil {
		s.forget(ctx, h, "pairing not finished")
		return scr, err
	}
	if former.ID != "" {
		if err := s.endScreenSession(ctx, &former, session.ReasonReplaced); err != nil {
			note(ctx, errAttr("former_screen_not_ended", err)) // no cookie leads to it any more
		}
	}
	s.audit(ctx, nil, audit.Event{Kind: audit.Screen, Reason: "paired", Issuer: wish.Approver.Issuer, Person: s.personRef(wish.Approver.Issuer, wish.Approver.Subject), Session: s.sessionRef(h.ID()),
		Details: map[string]string{"screen": scr.ID, "rights": string(g.rights), "as": s.personRef(g.who.Issuer, g.who.Subject), "boards": strings.Join(scr.Boards, " "), "until": scr.Until.Format(time.RFC3339)}})
	return scr, s.pairings.Finish(ctx, wish.Code, scr.ID)
}

// startScreen keeps tokens, session and entry of a screen, in this order.
func (s *Server) startScreen(ctx context.Context, h session.Handle, scr *screen.Screen, p screen.Pairing, wish screen.Wish, g grant) error {
	if g.tokens != nil {
		if err := s.tokens.Start(ctx, h, *g.tokens, g.about, scr.Until); err != nil {
			return err
		}
	}
	about := p.About
	about.Screen = scr.Name
	_, err := s.screens.Create(ctx, h, g.who, session.StartOptions{LoginStarted: g.started, StaySignedIn: true, Life: wish.Life, Values: map[string]string{screenValue: scr.ID}, About: about})
	if _, ended := errors.AsType[*session.EndedError](err); err != nil && !ended {
		return &storeError{err}
	} else if ended {
		return err
	}
	err = s.register.Put(ctx, *scr)
	if errors.Is(err, screen.ErrTooMany) {
		return &pageError{Status: http.StatusServiceUnavailable, Kind: kindBusy, Err: err}
	}
	return err
}

// endScreenSession ends the session of a screen, wherever it is, and gives its tokens back in the background.
func (s *Server) endScreenSession(ctx context.Context, scr *screen.Screen, reason string) error {
	h, err := scr.Key()
	if err != nil {
		return nil // it never had one
	}
	t, terr := s.tokens.Tokens(ctx, h)
	if err := s.store.Delete(context.WithoutCancel(ctx), h.ID(), reason); err != nil {
		return err
	}
	s.forgetData(h.ID())
	if terr == nil {
		s.giveBack(ctx, rp.Tokens{Access: t.Access, Refresh: t.Refresh})
	}
	return nil
}

// problemParam reads why the sign-in before this page paired no screen.
func problemParam(q url.Values) (locale.Key, error) {
	problem, err := query.Choice(q, "problem", pairGone, pairOther, pairAccount, pairBrief)
	if err != nil || problem == "" {
		return "", err
	}
	return locale.Key("screen.problem-" + problem), nil
}
