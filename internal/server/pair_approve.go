package server

import (
	"cmp"
	"context"
	"errors"
	"net/http"
	"strings"
	"time"

	"portico/internal/audit"
	"portico/internal/grant"
	"portico/internal/locale"
	"portico/internal/screen"
	"portico/internal/session"
)

// finishScreen pairs a screen with the grant of a sign-in.
func (s *Server) finishScreen(r *http.Request, want wish, g granted) (page string, err error) {
	scr, err := s.approve(r, want, g)
	switch {
	case errors.Is(err, screen.ErrCode):
		err = wishGone
	case errors.Is(err, screen.ErrTooMany):
		err = wishFull
	}
	return pairPath + "?done=" + scr.ID, err
}

// approveForApplication pairs a screen with the application user's rights. There is no grant to be had for it.
func (s *Server) approveForApplication(w http.ResponseWriter, r *http.Request, want wish) error {
	who := session.Identity{Issuer: want.By.Issuer, Subject: "application:" + s.config.Application.User, Name: locale.Plain(s.config.Application.User), Account: want.By.Account}
	made, err := s.finishScreen(r, want, granted{rights: grant.Application, who: who, started: s.wall()})
	return tell(w, r, pairPath, made, err)
}

// approve makes the screen of a code: the code is used up first, then tokens and session are there, then the register knows it, and then the screen hears of it. A browser that was a screen before
// is the same one again. screen.ErrCode when somebody else was faster.
func (s *Server) approve(r *http.Request, want wish, g granted) (screen.Screen, error) {
	ctx := r.Context()
	p, err := s.pairings.Take(ctx, want.Screen.Code)
	if err != nil {
		return screen.Screen{}, err
	}
	former, err := s.register.Get(ctx, p.Before)
	if err != nil && !errors.Is(err, screen.ErrNotFound) {
		return screen.Screen{}, err
	}
	now, h := s.wall().UTC().Truncate(time.Second), session.NewHandle()
	scr := screen.Screen{Reader: grant.Reader{ID: cmp.Or(former.ID, grant.NewID()), Rights: g.rights, As: g.who.Name, Created: now, Until: now.Add(want.Life)}, Settings: want.Screen.Settings, Owner: want.By, Issuer: g.who.Issuer, Subject: g.who.Subject, Offline: g.tokens != nil && outlives(*g.tokens),
		Look: s.preferencesOf(r).String(), Report: screen.Report{Browser: p.About.String(), Address: p.About.Address}}
	scr.SetKey(h)
	if err := s.startScreen(ctx, h, &scr, p, g); err != nil {
		s.forget(ctx, h, session.ReasonUnfinished)
		return scr, err
	}
	if former.ID != "" {
		if err := s.endScreen(ctx, &former, session.ReasonReplaced); err != nil {
			note(ctx, errAttr("former_screen_not_ended", err)) // no cookie leads to it any more
		}
	}
	s.audit(ctx, nil, audit.Event{Kind: audit.Screen, Reason: "paired", Issuer: want.By.Issuer, Person: s.personRef(want.By.Issuer, want.By.Subject), Session: s.sessionRef(h.ID()),
		Details: map[string]string{"screen": scr.ID, "rights": string(g.rights), "as": s.personRef(g.who.Issuer, g.who.Subject), "boards": strings.Join(scr.Boards, " "), "until": scr.Until.Format(time.RFC3339)}})
	return scr, s.pairings.Finish(ctx, want.Screen.Code, scr.ID)
}

// startScreen keeps tokens, session and entry of a screen, in this order.
func (s *Server) startScreen(ctx context.Context, h session.Handle, scr *screen.Screen, p screen.Pairing, g granted) error {
	about := p.About
	about.Screen = scr.Name
	if err := s.startGrant(ctx, h, g, scr.Until, session.StartOptions{Life: scr.Until.Sub(scr.Created), Values: map[string]string{screenValue: scr.ID}, About: about}); err != nil {
		return err
	}
	return s.register.Put(ctx, *scr)
}

// endScreen ends the session of a screen, wherever it is, and gives its tokens back.
func (s *Server) endScreen(ctx context.Context, scr *screen.Screen, reason string) error {
	h, err := scr.Key()
	if err != nil {
		return nil // it never had one
	}
	return s.endSession(ctx, h, reason)
}
