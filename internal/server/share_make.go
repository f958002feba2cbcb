package server

import (
	"context"
	"errors"
	"net/http"
	"slices"
	"strings"
	"time"

	"portico/internal/audit"
	"portico/internal/board"
	"portico/internal/grant"
	"portico/internal/locale"
	"portico/internal/query"
	"portico/internal/secret"
	"portico/internal/session"
	"portico/internal/share"
)

const sharesPath = "/settings/links"

var shareReaches = []share.Reach{share.Month, share.Year, share.All}

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
	want, problem, err := s.readShare(r, approverOf(sess))
	if err != nil {
		return err
	}
	if problem != "" {
		return s.showShares(w, r, http.StatusBadRequest, "", "", problem)
	}
	switch {
	case want.Link.Rights == grant.Application && s.mayApplication(sess):
		return s.shareForApplication(w, r, want)
	case want.Link.Rights == grant.Own:
		return s.signInFor(w, r, want)
	}
	return badRequest("rights", query.ErrChoice)
}

// readShare reads what is wanted of a link. Only dashboards that the owner can see count. The problem is for people, "" when there is none.
func (s *Server) readShare(r *http.Request, owner board.Person) (want wish, problem string, err error) {
	f := r.PostForm
	life, err := readLife(f)
	if err != nil {
		return want, "", err
	}
	site, _ := query.ParseID(f.Get("site"))
	link := &share.Link{Reader: grant.Reader{ID: grant.NewID(), Rights: grant.Rights(f.Get("rights"))}, Name: locale.Plain(strings.TrimSpace(short(f.Get("name")))), Board: f.Get("board"), Site: site, Reach: share.Reach(f.Get("reach")), Owner: owner}
	want = wish{By: owner, Life: life, Link: link}
	switch {
	case !slices.Contains(shareReaches, link.Reach):
		return want, "", badRequest("reach", query.ErrChoice)
	case !grant.IsName(link.Name):
		return want, s.locale(r).T("share.wrong-name", grant.MaxName), nil
	}
	b, err := board.NewLibrary(s.config.Shelf, s.wall).Load(r.Context(), owner, link.Board)
	switch {
	case errors.Is(err, board.ErrNotFound) || err == nil && b.Board.PerSite && site == 0:
		return want, s.locale(r).T("share.wrong-board"), nil
	case err != nil:
		return want, "", &storeError{err}
	}
	return want, "", nil
}

// shareForApplication makes a link with the application user's rights. There is no grant to be had for it.
func (s *Server) shareForApplication(w http.ResponseWriter, r *http.Request, want wish) error {
	made, err := s.finishShare(w, r, want, granted{rights: grant.Application, who: session.Identity{Name: locale.Plain(s.config.Application.User)}})
	return tell(w, r, sharesPath, made, err)
}

// finishShare makes the link: tokens and session of its grant first, then the link itself, then what opens it goes to the browser, for the next page to show.
func (s *Server) finishShare(w http.ResponseWriter, r *http.Request, want wish, g granted) (page string, err error) {
	ctx, link, opens := r.Context(), *want.Link, share.NewToken()
	link.As, link.Created = g.who.Name, s.wall().UTC().Truncate(time.Second)
	link.Until = link.Created.Add(want.Life)
	if err := s.startShare(ctx, opens, &link, want.Life, g); err != nil {
		if h, err := link.Key(); err == nil {
			s.forget(ctx, h, session.ReasonUnfinished)
		}
		if errors.Is(err, share.ErrTooMany) {
			return "", wishFull
		}
		return "", err
	}
	s.audit(ctx, nil, audit.Event{Kind: audit.Share, Reason: "made", Issuer: link.Owner.Issuer, Person: s.personRef(link.Owner.Issuer, link.Owner.Subject),
		Details: map[string]string{"link": link.ID, "rights": string(link.Rights), "board": link.Board, "reach": string(link.Reach), "until": link.Until.Format(time.RFC3339)}})
	c := s.shareCookie(sharesPath, opens.Reveal())
	c.MaxAge = 300
	http.SetCookie(w, c)
	return sharesPath + "?done=make", nil
}

// startShare keeps tokens and session of a link's own grant, if it has one, and then the link.
func (s *Server) startShare(ctx context.Context, opens secret.Text, link *share.Link, life time.Duration, g granted) error {
	if g.tokens != nil {
		h := session.NewHandle()
		link.SetKey(h)
		if err := s.startGrant(ctx, h, g, link.Until, session.StartOptions{Life: life, About: session.About{Screen: link.Name}}); err != nil {
			return err
		}
	}
	return s.shares.Put(ctx, opens, *link)
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
