package server

import (
	"context"
	"errors"
	"net/http"
	"strings"

	"portico/internal/audit"
	"portico/internal/board"
	"portico/internal/grant"
	"portico/internal/locale"
	"portico/internal/query"
	"portico/internal/screen"
	"portico/internal/session"
	"portico/web/templates"
)

const (
	screensPath      = "/settings/screens/" // behind it a screen's id
	adminScreensPath = "/admin/screens"
)

// askedScreen returns the screen that the address names, to the person who approved it, the one with whose rights it reads, and managers.
func (s *Server) askedScreen(r *http.Request) (screen.Screen, error) {
	sess, _ := session.FromContext(r.Context())
	if s.config.Managers.allow(sess) {
		scr, err := s.register.Get(r.Context(), r.PathValue("screen"))
		if errors.Is(err, screen.ErrNotFound) {
			err = notFound("screen")
		}
		return scr, err
	}
	return s.ownScreen(r.Context(), r.PathValue("screen"))
}

// screenSettings shows one screen, and what can be changed about it.
func (s *Server) screenSettings(w http.ResponseWriter, r *http.Request) error {
	done, err := query.Choice(r.URL.Query(), "done", "save", "reload")
	if err != nil {
		return err
	}
	scr, err := s.askedScreen(r)
	if err != nil {
		return err
	}
	text := ""
	if done != "" {
		text = s.locale(r).T(locale.Key("screens.done-" + done))
	}
	return s.showScreen(w, r, http.StatusOK, scr, text, "")
}

func (s *Server) showScreen(w http.ResponseWriter, r *http.Request, status int, scr screen.Screen, done, problem string) error {
	l := s.locale(r)
	choice, err := s.choiceOfBoards(r, s.chooserFor(r, &scr), scr.Settings)
	if err != nil {
		return err
	}
	s.keepChosen(r, &choice, &scr)
	row := s.presentScreens(r.Context(), l, []screen.Screen{scr})[0]
	m := templates.ScreenSettingsModel{Layout: s.layout(r), Screen: row, Choice: choice, Done: done, Error: problem, Facts: s.screenFacts(l, scr, row.TokenAge), Back: templates.Link{Text: l.T("settings.sessions"), Href: "/settings/sessions"}}
	if sess, _ := session.FromContext(r.Context()); !concerns(&scr, sess.Identity) {
		m.Back = templates.Link{Text: l.T("screens.title"), Href: adminScreensPath}
	}
	return s.render(w, r, status, templates.ScreenSettings(m))
}

// chooserFor is with whose eyes dashboards are chosen: whoever approved the screen sees theirs and their account's, everybody else the account's only.
func (s *Server) chooserFor(r *http.Request, scr *screen.Screen) board.Person {
	sess, _ := session.FromContext(r.Context())
	if scr.OwnedBy(sess.Identity.Issuer, sess.Identity.Subject) {
		return scr.Owner
	}
	return board.Person{Issuer: scr.Owner.Issuer, Account: scr.Owner.Account}
}

// keepChosen adds what the screen shows and the one who chooses does not see, by its id alone.
func (s *Server) keepChosen(r *http.Request, m *templates.ScreenChoiceModel, scr *screen.Screen) {
	for _, entry := range scr.Boards {
		there := false
		for _, b := range m.Boards {
			there = there || b.Value == entry
		}
		if id, _ := screen.Entry(entry); !there {
			title := s.locale(r).T("screens.board-gone")
			if b, err := board.NewLibrary(s.config.Shelf, s.wall).Load(r.Context(), scr.Owner, id); err == nil {
				title = locale.Plain(b.Board.Title)
			}
			m.Boards = append(m.Boards, templates.ScreenBoardModel{Value: entry, Title: title, Chosen: true})
		}
	}
}

// changeScreen renames a screen and chooses what it shows, lets it load its page anew, or revokes it.
func (s *Server) changeScreen(w http.ResponseWriter, r *http.Request) error {
	if err := r.ParseForm(); err != nil {
		return &pageError{Status: http.StatusBadRequest, Kind: kindTooLarge, RetryTo: "/settings/sessions", Err: err}
	}
	scr, err := s.askedScreen(r)
	if err != nil {
		return err
	}
	switch do := r.PostForm.Get("do"); do {
	case "save":
		return s.saveScreen(w, r, scr)
	case "reload":
		if _, err := s.register.Change(r.Context(), scr.ID, func(kept *screen.Screen) error { kept.Reload = s.wall().UTC(); return nil }); err != nil {
			return gone(err)
		}
		http.Redirect(w, r, screensPath+scr.ID+"?done=reload", http.StatusSeeOther)
		return nil
	case "revoke":
		if r.PostForm.Get("sure") == "" {
			l := s.locale(r)
			return s.render(w, r, http.StatusOK, templates.ScreenRevoke(templates.ScreenRevokeModel{Layout: s.layout(r), ID: scr.ID, Title: l.T("screens.revoke-title", locale.Plain(scr.Name))}))
		}
		return s.revokeScreen(w, r, scr)
	}
	return badRequest("do", query.ErrChoice)
}

// gone says that a screen was revoked while somebody changed it.
func gone(err error) error {
	if errors.Is(err, screen.ErrNotFound) {
		return notFound("screen")
	}
	return err
}

// saveScreen keeps a new name and a new list. The screen goes there when it reports next.
func (s *Server) saveScreen(w http.ResponseWriter, r *http.Request, scr screen.Screen) error {
	set, problem, err := s.readSettings(r, scr.Owner)
	if err != nil {
		return err
	}
	if problem != "" {
		scr.Settings = set
		eventOf(r.Context()).Err = errors.New("not a screen that could be: " + string(problem))
		return s.showScreen(w, r, http.StatusBadRequest, scr, "", s.locale(r).T(problem, grant.MaxName, screen.MaxBoards))
	}
	if err := s.mayShow(r, &scr, set); err != nil {
		return err
	}
	scr, err = s.register.Change(r.Context(), scr.ID, func(kept *screen.Screen) error {
		kept.Settings, kept.Changed = set, s.wall().UTC()
		return nil
	})
	if err != nil {
		return gone(err)
	}
	s.auditScreen(r.Context(), &scr, "changed")
	http.Redirect(w, r, screensPath+scr.ID+"?done=save", http.StatusSeeOther)
	return nil
}

// mayShow refuses somebody else than the owner who chooses a dashboard that is neither the account's nor on the screen already: it is somebody's own.
func (s *Server) mayShow(r *http.Request, scr *screen.Screen, set screen.Settings) error {
	chooser := s.chooserFor(r, scr)
	for _, entry := range set.Boards {
		id, _ := screen.Entry(entry)
		if scr.Shows(id, 0) {
			continue
		}
		if _, err := board.NewLibrary(s.config.Shelf, s.wall).Load(r.Context(), chooser, id); errors.Is(err, board.ErrNotFound) {
			return badRequest("board", query.ErrChoice)
		} else if err != nil {
			return err
		}
	}
	return nil
}

// revokeScreen ends a screen: its session first, so that it is over even if the rest fails, and then its entry. Its tokens are given back.
func (s *Server) revokeScreen(w http.ResponseWriter, r *http.Request, scr screen.Screen) error {
	ctx := r.Context()
	if err := s.endScreen(ctx, &scr, session.ReasonElsewhere); err != nil {
		return &storeError{err}
	}
	if err := s.register.Remove(ctx, scr.ID); err != nil && !errors.Is(err, screen.ErrNotFound) {
		return err
	}
	s.auditScreen(ctx, &scr, "revoked")
	to := "/settings/sessions?revoked=1"
	if sess, _ := session.FromContext(ctx); !concerns(&scr, sess.Identity) {
		to = adminScreensPath + "?revoked=1"
	}
	http.Redirect(w, r, to, http.StatusSeeOther)
	return nil
}

func (s *Server) auditScreen(ctx context.Context, scr *screen.Screen, reason string) {
	sess, _ := session.FromContext(ctx)
	details := map[string]string{"screen": scr.ID, "boards": strings.Join(scr.Boards, " ")}
	if h, err := scr.Key(); err == nil {
		details["session"] = s.sessionRef(h.ID())
	}
	s.audit(ctx, sess, audit.Event{Kind: audit.Screen, Reason: reason, Details: details})
}

// screensPage is the register of all screens, for managers.
func (s *Server) screensPage(w http.ResponseWriter, r *http.Request) error {
	revoked, err := query.Choice(r.URL.Query(), "revoked", "1")
	if err != nil {
		return err
	}
	all, err := s.register.All(r.Context())
	if err != nil {
		return err
	}
	l := s.locale(r)
	m := templates.AdminScreensModel{Layout: s.layout(r), Tabs: adminTabs(l, adminScreensPath)}
	if revoked != "" {
		m.Done = l.T("screens.done-revoke")
	}
	m.Screens = s.presentScreens(r.Context(), l, all)
	if len(all) == 0 {
		m.Empty = &templates.EmptyModel{Text: l.T("screens.none"), Next: templates.Link{Text: l.T("screen.pair"), Href: pairPath}}
	}
	return s.render(w, r, http.StatusOK, templates.AdminScreens(m))
}
