package server

import (
	"context"
	"errors"
	"net/http"
	"net/url"

	"portico/internal/board"
	"portico/internal/datahub"
	"portico/internal/grant"
	"portico/internal/locale"
	"portico/internal/query"
	"portico/internal/screen"
	"portico/internal/session"
	"portico/web/templates"
)

// pairPage is where a person approves a screen: first they type its code, or come with it by the picture, then they see what asks and choose what it will show.
func (s *Server) pairPage(w http.ResponseWriter, r *http.Request) error {
	if foreignLoad(r) {
		return errForeignLoad()
	}
	if err := r.ParseForm(); err != nil {
		return badRequest("query", err)
	}
	q := r.URL.Query()
	if q.Has("done") {
		return s.pairDone(w, r)
	}
	text, err := query.One(q, "code", 64)
	switch {
	case err != nil:
		return err
	case text == "":
		return s.askFirst(w, r)
	}
	p, err := s.guess(r, text)
	if errors.Is(err, screen.ErrCode) {
		return s.askCode(w, r, http.StatusNotFound, text, "screen.code-wrong")
	}
	if err != nil {
		return err
	}
	sess, _ := session.FromContext(r.Context())
	f, err := s.proposal(r, p, sess)
	if err != nil {
		return err
	}
	return s.showPairing(w, r, http.StatusOK, p, f, "")
}

// guess looks for the screen of a code. Who guesses has few tries; a code that is right costs none.
func (s *Server) guess(r *http.Request, text string) (screen.Pairing, error) {
	sess, _ := session.FromContext(r.Context())
	person := s.personRef(sess.Identity.Issuer, sess.Identity.Subject)
	if err := s.tryCode(r, person); err != nil {
		return screen.Pairing{}, err
	}
	code, ok := screen.ParseCode(text)
	if !ok {
		return screen.Pairing{}, screen.ErrCode
	}
	p, err := s.pairings.Waiting(r.Context(), code)
	if !errors.Is(err, screen.ErrCode) {
		s.rightCode(person)
	}
	return p, err
}

// askFirst asks for a code, and says why the sign-in before it paired no screen.
func (s *Server) askFirst(w http.ResponseWriter, r *http.Request) error {
	problem, err := problemParam(r.URL.Query())
	if err != nil {
		return err
	}
	if problem != "" {
		problem = "screen.problem-" + problem
	}
	return s.askCode(w, r, http.StatusOK, "", locale.Key(problem))
}

// askCode asks for the code that a screen shows.
func (s *Server) askCode(w http.ResponseWriter, r *http.Request, status int, typed string, problem locale.Key) error {
	l, q := s.locale(r), r.URL.Query()
	m := templates.PairAskModel{Layout: s.layout(r), Screen: s.config.BaseURL.String() + screenPath, Board: boardParam(q), Site: siteParam(q),
		Code: templates.FieldModel{Name: "code", Label: l.T("screen.code"), Hint: l.T("screen.code-hint"), Value: locale.Plain(short(typed))}}
	if problem != "" {
		m.Code.Error = l.T(problem)
		if status != http.StatusOK {
			eventOf(r.Context()).Err = screen.ErrCode
		}
	}
	return s.render(w, r, status, templates.PairAsk(m))
}

// boardParam and siteParam are what a page that leads here wants to be shown; anything else is dropped.
func boardParam(q url.Values) string {
	if id := q.Get("board"); grant.IsID(id) {
		return id
	}
	return ""
}

func siteParam(q url.Values) string {
	if _, err := query.ParseID(q.Get("site")); err == nil {
		return q.Get("site")
	}
	return ""
}

// showPairing shows what asks to be a screen, and the form that approves it.
func (s *Server) showPairing(w http.ResponseWriter, r *http.Request, status int, p screen.Pairing, f pairForm, problem string) error {
	sess, _ := session.FromContext(r.Context())
	eventOf(r.Context()).SignsIn = true
	l, now := s.locale(r), s.wall()
	m := templates.PairModel{Layout: s.layout(r), Code: p.Code.String(), Error: problem, Device: deviceName(p.About, l), Icon: deviceIcon(p.About), Address: p.About.Address,
		Asked: l.T("screen.asked", l.Ago(now.Sub(p.Started))), Site: siteParam(r.Form), Again: p.Before != ""}
	var err error
	if m.Choice, err = s.choiceOfBoards(r, approverOf(sess), f.Settings); err != nil {
		return err
	}
	m.Lives = durationOptions(l, grantLives, f.life)
	m.Rights = s.rightsOptions(l, sess, f.rights)
	return s.render(w, r, status, templates.Pair(m))
}

// approverOf is who approves: whose dashboards a screen can show.
func approverOf(sess *session.Session) board.Person {
	return board.Person{Issuer: sess.Identity.Issuer, Subject: sess.Identity.Subject, Account: sess.Identity.Account, Name: sess.Identity.Name}
}

// pair takes the form of a person who approves a screen: with the application user's rights at once, with a grant of its own after a sign-in now.
func (s *Server) pair(w http.ResponseWriter, r *http.Request) error {
	if err := r.ParseForm(); err != nil {
		return &pageError{Status: http.StatusBadRequest, Kind: kindTooLarge, RetryTo: pairPath, Err: err}
	}
	p, err := s.guess(r, r.PostForm.Get("code"))
	if errors.Is(err, screen.ErrCode) {
		return s.askCode(w, r, http.StatusNotFound, r.PostForm.Get("code"), "screen.code-wrong")
	}
	if err != nil {
		return err
	}
	sess, _ := session.FromContext(r.Context())
	f, problem, err := s.readPairing(r, approverOf(sess))
	if err != nil {
		return err
	}
	if problem != "" {
		eventOf(r.Context()).Err = errors.New("not a screen that could be: " + string(problem))
		return s.showPairing(w, r, http.StatusBadRequest, p, f, s.locale(r).T(problem, grant.MaxName, screen.MaxBoards))
	}
	want := wish{By: approverOf(sess), Life: f.life, Screen: &screenWish{p.Code, f.Settings}}
	switch {
	case f.rights == grant.Application && s.mayApplication(sess):
		return s.approveForApplication(w, r, want)
	case f.rights == grant.Own:
		return s.signInFor(w, r, want)
	}
	return badRequest("rights", query.ErrChoice)
}

// pairDone says that a screen was paired.
func (s *Server) pairDone(w http.ResponseWriter, r *http.Request) error {
	id, err := query.One(r.URL.Query(), "done", 16)
	if err != nil {
		return err
	}
	scr, err := s.ownScreen(r.Context(), id)
	if err != nil {
		return err
	}
	l := s.locale(r)
	m := templates.PairDoneModel{Layout: s.layout(r), Name: scr.Name, Href: screensPath + scr.ID, As: l.T("screen.as", scr.As), Until: l.T("screen.until", l.Date(scr.Until.In(datahub.HomeZone())))}
	return s.render(w, r, http.StatusOK, templates.PairDone(m))
}

// concerns reports whether a screen is the person's: they approved it, or it reads with their rights.
func concerns(scr *screen.Screen, who session.Identity) bool {
	return scr.OwnedBy(who.Issuer, who.Subject) || scr.ReadsAs(who.Issuer, who.Subject)
}

// ownScreen returns a screen that is the person's.
func (s *Server) ownScreen(ctx context.Context, id string) (screen.Screen, error) {
	sess, _ := session.FromContext(ctx)
	scr, err := s.register.Get(ctx, id)
	if err == nil && !concerns(&scr, sess.Identity) {
		err = screen.ErrNotFound
	}
	if errors.Is(err, screen.ErrNotFound) {
		return scr, notFound("screen")
	}
	return scr, err
}
