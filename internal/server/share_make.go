package server

import (
	"context"
	"errors"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"

	"portico/internal/audit"
	"portico/internal/board"
	"portico/internal/locale"
	"portico/internal/query"
	"portico/internal/rp"
	"portico/internal/screen"
	"portico/internal/session"
	"portico/internal/share"
	"portico/internal/shelf"
)

const (
	sharesPath = "/settings/links"
	// forShare is what an attempt's For begins with when the sign-in is for a link; behind it stands by what the wish is found.
	forShare = "link "
	wishLife = 15 * time.Minute
)

var (
	shareLives   = []time.Duration{24 * time.Hour, 7 * 24 * time.Hour, 30 * 24 * time.Hour, 90 * 24 * time.Hour, 365 * 24 * time.Hour}
	shareReaches = []share.Reach{share.Month, share.Year, share.All}
)

// shareWish is what a person wants of a link, while they sign in for it.
type shareWish struct {
	Link share.Link    `json:"link"`
	Life time.Duration `json:"life"`
}

// changeShares makes a link, or revokes one.
func (s *Server) changeShares(w http.ResponseWriter, r *http.Request) error {
	if err := r.ParseForm(); err != nil {
		return &pageError{Status: http.StatusBadRequest, Kind: kindTooLarge, RetryTo: sharesPath, Err: err}
	}
	switch r.PostForm.Get("do") {
	case "make":
		return s.makeShare(w, r)
	case "revoke":
		return s.revokeShare(w, r)
	}
	return badRequest("do", query.ErrChoice)
}

// makeShare reads the form of a link: with the application user's rights it is there at once, with a grant of its own after a sign-in now.
func (s *Server) makeShare(w http.ResponseWriter, r *http.Request) error {
	sess, _ := session.FromContext(r.Context())
	f, owner := r.PostForm, approverOf(sess)
	seconds, _ := strconv.ParseInt(f.Get("life"), 10, 64)
	site, _ := query.ParseID(f.Get("site"))
	wish := shareWish{Life: time.Duration(seconds) * time.Second, Link: share.Link{ID: screen.NewID(), Name: locale.Plain(strings.TrimSpace(short(f.Get("name")))), Board: f.Get("board"), Site: site, Reach: share.Reach(f.Get("reach")), Owner: owner, Rights: share.Rights(f.Get("rights"))}}
	switch {
	case !slices.Contains(shareLives, wish.Life):
		return badRequest("life", query.ErrChoice)
	case !slices.Contains(shareReaches, wish.Link.Reach):
		return badRequest("reach", query.ErrChoice)
	case share.CheckName(wish.Link.Name) != nil:
		return s.showShares(w, r, http.StatusBadRequest, "", "", s.locale(r).T("share.wrong-name", share.MaxName))
	}
	b, err := board.NewLibrary(s.shelf, s.wall).Load(r.Context(), owner, wish.Link.Board)
	if errors.Is(err, board.ErrNotFound) || err == nil && b.Board.PerSite && site == 0 {
		return s.showShares(w, r, http.StatusBadRequest, "", "", s.locale(r).T("share.wrong-board"))
	}
	if err != nil {
		return &storeError{err}
	}
	switch {
	case wish.Link.Rights == share.Application && s.mayApplication(sess):
		wish.Link.As = locale.Plain(s.application.User)
		return s.finishShare(w, r, wish, nil)
	case wish.Link.Rights == share.Own:
		return s.signInForShare(w, r, sess, wish)
	}
	return badRequest("rights", query.ErrChoice)
}

// signInForShare lets the person sign in now, for a grant that is the link's own. What they want stands on their own shelf meanwhile, where nobody else gets at it.
func (s *Server) signInForShare(w http.ResponseWriter, r *http.Request, sess *session.Session, wish shareWish) error {
	if err := s.take(r, "sign-ins", s.limits.signIns); err != nil {
		return err
	}
	_, err := shelf.Change(r.Context(), s.shelf, ownerOf(sess), shelf.Share, wish.Link.ID, wishLife, func(kept *shareWish) error { *kept = wish; return nil })
	if err != nil {
		return &storeError{err}
	}
	o := s.loginOptions
	o.Prompt, o.Account, o.Offline, o.For, o.ReturnTo = promptLogin, sess.Identity.Account, true, forShare+wish.Link.ID, sharesPath
	return s.begin(w, r, o)
}

// shareBySignIn ends the sign-in for a link.
func (s *Server) shareBySignIn(w http.ResponseWriter, r *http.Request, attempt rp.Attempt, ticket string, id rp.Identity, t rp.Tokens) error {
	wish, problem, err := s.shareWishOf(r, ticket)
	switch {
	case err != nil || problem != "":
	case id.Account != "" && wish.Link.Owner.Account != "" && id.Account != wish.Link.Owner.Account:
		problem = pairAccount
	case t.Refresh.Empty():
		problem = pairBrief
	default:
		s.limits.signIns.Give(s.network(r))
		return s.finishShare(w, r, wish, &shareGrant{attempt.Started, id, t})
	}
	s.giveBack(r.Context(), t)
	if err != nil {
		return &storeError{err}
	}
	s.audit(r.Context(), nil, audit.Event{Kind: audit.SignInFailed, Reason: "link-" + problem})
	http.Redirect(w, r, sharesPath+"?problem="+problem, http.StatusSeeOther)
	return nil
}

// shareWishOf takes what the person who is signed in in this browser wanted. The problem is one of those of pairing, "" for none.
func (s *Server) shareWishOf(r *http.Request, ticket string) (wish shareWish, problem string, err error) {
	sess, err := s.cookies.Load(r)
	if isNoSession(err) {
		return wish, pairOther, nil
	}
	if err != nil {
		return wish, "", err
	}
	wish, err = shelf.Get[shareWish](r.Context(), s.shelf, ownerOf(sess), shelf.Share, ticket)
	if err == nil {
		err = s.shelf.Take(r.Context(), ownerOf(sess), shelf.Share, ticket) // of two callbacks one makes it
	}
	if errors.Is(err, shelf.ErrNotFound) {
		return wish, pairGone, nil
	}
	return wish, "", err
}

// shareGrant is what a link reads with, and where it came from.
type shareGrant struct {
	started time.Time
	about   rp.Identity
	tokens  rp.Tokens
}

// finishShare makes the link: tokens and session of its grant first, then the link itself, then what opens it goes to the browser, for the next page to show.
func (s *Server) finishShare(w http.ResponseWriter, r *http.Request, wish shareWish, g *shareGrant) error {
	ctx, link, token := r.Context(), wish.Link, share.NewToken()
	link.Created = s.wall().UTC().Truncate(time.Second)
	link.Until = link.Created.Add(wish.Life)
	if g != nil {
		h := session.NewHandle()
		link.Handle, link.As = h.Cookie().Reveal(), displayName(g.about)
		if err := s.startGrant(ctx, h, &link, wish.Life, g); err != nil {
			s.forget(ctx, h, "link not finished")
			return err
		}
	}
	if err := s.shares.Put(ctx, token, link); err != nil {
		if h, herr := link.Key(); herr == nil {
			s.forget(ctx, h, "link not finished")
		}
		if errors.Is(err, share.ErrTooMany) {
			return s.showShares(w, r, http.StatusBadRequest, "", "", s.locale(r).T("share.too-many"))
		}
		return &storeError{err}
	}
	s.audit(ctx, nil, audit.Event{Kind: audit.Share, Reason: "made", Issuer: link.Owner.Issuer, Person: s.personRef(link.Owner.Issuer, link.Owner.Subject),
		Details: map[string]string{"link": link.ID, "rights": string(link.Rights), "board": link.Board, "reach": string(link.Reach), "until": link.Until.Format(time.RFC3339)}})
	c := s.shareCookie(sharesPath, token.Reveal())
	c.MaxAge = 300
	http.SetCookie(w, c)
	http.Redirect(w, r, sharesPath+"?done=make", http.StatusSeeOther)
	return nil
}

// startGrant keeps the tokens of a link, and the session that makes them reachable: back-channel logout and whoever ends all sessions of a person find it.
func (s *Server) startGrant(ctx context.Context, h session.Handle, link *share.Link, life time.Duration, g *shareGrant) error {
	if err := s.tokens.Start(ctx, h, g.tokens, g.about, link.Until); err != nil {
		return err
	}
	who := session.Identity{Issuer: g.about.Issuer, Subject: g.about.Subject, SID: g.about.SID, Name: link.As, Account: link.Owner.Account, AuthTime: g.about.AuthTime}
	if outlives(g.tokens) {
		who.SID = "" // as for screens
	}
	_, err := s.screens.Create(ctx, h, who, session.StartOptions{LoginStarted: g.started, StaySignedIn: true, Life: life, About: session.About{Screen: link.Name}})
	if _, ended := errors.AsType[*session.EndedError](err); err != nil && !ended {
		return &storeError{err}
	}
	return err
}

// revokeShare ends a link at once, and gives its tokens back.
func (s *Server) revokeShare(w http.ResponseWriter, r *http.Request) error {
	sess, _ := session.FromContext(r.Context())
	link, err := s.shares.Revoke(r.Context(), approverOf(sess), r.PostForm.Get("link"))
	if errors.Is(err, share.ErrNotFound) {
		return notFound("link")
	}
	if err != nil {
		return &storeError{err}
	}
	if h, err := link.Key(); err == nil {
		s.forget(r.Context(), h, session.ReasonRevoked)
	}
	s.audit(r.Context(), sess, audit.Event{Kind: audit.Share, Reason: "revoked", Details: map[string]string{"link": link.ID}})
	http.Redirect(w, r, sharesPath+"?done=revoke", http.StatusSeeOther)
	return nil
}
