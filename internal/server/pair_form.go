package server

import (
	"errors"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"portico/internal/board"
	"portico/internal/grant"
	"portico/internal/locale"
	"portico/internal/query"
	"portico/internal/screen"
	"portico/internal/session"
	"portico/web/templates"
)

// What people choose from for a screen, and how long also for a link.
var (
	screenEveries = []time.Duration{10 * time.Second, 20 * time.Second, 30 * time.Second, time.Minute, 2 * time.Minute, 5 * time.Minute}
	grantLives    = []time.Duration{24 * time.Hour, 7 * 24 * time.Hour, 30 * 24 * time.Hour, 90 * 24 * time.Hour, 365 * 24 * time.Hour}
)

const (
	usualEvery = 20 * time.Second
	usualLife  = 30 * 24 * time.Hour
)

// pairForm is what a person says of a screen that they approve.
type pairForm struct {
	screen.Settings
	life   time.Duration
	rights grant.Rights
}

// proposal is the form as it is shown first: as the screen was before, if it was one of the person's, else with what the page before was about.
func (s *Server) proposal(r *http.Request, p screen.Pairing, sess *session.Session) (pairForm, error) {
	f := pairForm{Settings: screen.Settings{Name: s.locale(r).T("screen.name-first"), Every: usualEvery}, life: usualLife, rights: grant.Own}
	if p.Before != "" {
		scr, err := s.register.Get(r.Context(), p.Before)
		if err == nil && concerns(&scr, sess.Identity) {
			f.Settings, f.rights = scr.Settings, scr.Rights
			return f, nil
		}
		if err != nil && !errors.Is(err, screen.ErrNotFound) {
			return f, err
		}
	}
	if id := boardParam(r.URL.Query()); id != "" {
		f.Boards = []string{id}
	}
	return f, nil
}

// choiceOfBoards are the fields about what a screen shows.
func (s *Server) choiceOfBoards(r *http.Request, owner board.Person, now screen.Settings) (templates.ScreenChoiceModel, error) {
	l := s.locale(r)
	all, err := board.NewLibrary(s.config.Shelf, s.wall).List(r.Context(), owner)
	if err != nil {
		return templates.ScreenChoiceModel{}, err
	}
	m := templates.ScreenChoiceModel{Name: templates.FieldModel{Name: "name", Label: l.T("screen.name"), Hint: l.T("screen.name-hint", grant.MaxName), Value: now.Name}, Everies: durationOptions(l, screenEveries, now.Every)}
	site := siteParam(r.Form)
	for _, b := range all {
		value, chosen := b.ID, false
		for _, entry := range now.Boards {
			if id, _ := screen.Entry(entry); id == b.ID {
				value, chosen = entry, true
			}
		}
		if b.Board.PerSite && site != "" {
			value, chosen = b.ID+"@"+site, chosen || len(now.Boards) == 0
		}
		m.Boards = append(m.Boards, templates.ScreenBoardModel{Value: value, Title: locale.Plain(b.Board.Title), About: s.widgetsOf(l, b), Href: wallsPath + b.ID, Chosen: chosen})
	}
	return m, nil
}

// widgetsOf says what is on a dashboard.
func (s *Server) widgetsOf(l locale.Locale, b board.Stored) string {
	var names []string
	for _, w := range b.Board.Widgets {
		name := locale.Plain(w.Title)
		if name == "" {
			name = l.T(locale.Key("widget." + string(w.Kind)))
		}
		if names = append(names, name); len(names) == 8 {
			names = append(names, "…")
			break
		}
	}
	return strings.Join(names, ", ")
}

// durationOptions offers durations, and the present one if it is another.
func durationOptions(l locale.Locale, offered []time.Duration, now time.Duration) []templates.OptionModel {
	if !slices.Contains(offered, now) && now > 0 {
		offered = append(slices.Clone(offered), now)
		slices.Sort(offered)
	}
	var list []templates.OptionModel
	for _, d := range offered {
		list = append(list, templates.OptionModel{Value: strconv.FormatInt(int64(d/time.Second), 10), Text: spanText(l, d), Selected: d == now})
	}
	return list
}

// spanText writes how long something lasts: whole days in words, as people choose them.
func spanText(l locale.Locale, d time.Duration) string {
	if d > 0 && d%(24*time.Hour) == 0 {
		return l.T("screen.days", int(d/(24*time.Hour)))
	}
	return l.Duration(d)
}

// rightsOptions are whose rights the person can give a screen.
func (s *Server) rightsOptions(l locale.Locale, sess *session.Session, now grant.Rights) []templates.OptionModel {
	list := []templates.OptionModel{{Value: string(grant.Own), Text: l.T("screen.rights-own"), Selected: now != grant.Application || !s.mayApplication(sess)}}
	if s.mayApplication(sess) {
		list = append(list, templates.OptionModel{Value: string(grant.Application), Text: l.T("screen.rights-application", s.config.Application.User), Selected: now == grant.Application})
	}
	return list
}

// mayApplication reports whether a person may give a screen the rights of the application user: managers may, and people of the account that the configuration names for that user, who would otherwise
// see through a screen what they do not see themselves.
func (s *Server) mayApplication(sess *session.Session) bool {
	a := s.config.Application
	return a.there() && (s.config.Managers.allow(sess) || a.Account != "" && a.Account == sess.Identity.Account)
}

// readPairing reads what a person says of a screen that they approve. The problem is for people, "" when there is none.
func (s *Server) readPairing(r *http.Request, owner board.Person) (f pairForm, problem locale.Key, err error) {
	f.rights = grant.Rights(r.PostForm.Get("rights"))
	if f.Settings, problem, err = s.readSettings(r, owner); err != nil {
		return f, "", err
	}
	f.life, err = readLife(r.PostForm)
	return f, problem, err
}

// readLife reads how long a screen or a link shall last.
func readLife(f url.Values) (time.Duration, error) {
	seconds, _ := strconv.ParseInt(f.Get("life"), 10, 64)
	life := time.Duration(seconds) * time.Second
	if !slices.Contains(grantLives, life) {
		return 0, badRequest("life", query.ErrChoice)
	}
	return life, nil
}

// readSettings reads the fields about what a screen shows. Only dashboards that the owner can see count. The problem is for people, "" when there is none.
func (s *Server) readSettings(r *http.Request, owner board.Person) (set screen.Settings, problem locale.Key, err error) {
	seconds, _ := strconv.ParseInt(r.PostForm.Get("every"), 10, 32)
	set = screen.Settings{Name: locale.Plain(strings.TrimSpace(short(r.PostForm.Get("name")))), Every: time.Duration(seconds) * time.Second}
	library := board.NewLibrary(s.config.Shelf, s.wall)
	for _, entry := range r.PostForm["board"] {
		id, site := screen.Entry(entry)
		if site != 0 {
			entry = id + "@" + strconv.FormatInt(site, 10)
		} else {
			entry = id
		}
		if slices.Contains(set.Boards, entry) {
			continue
		}
		if len(set.Boards) == screen.MaxBoards { // each costs reads of the store
			return set, "screen.wrong-boards", nil
		}
		if _, err := library.Load(r.Context(), owner, id); errors.Is(err, board.ErrNotFound) {
			return set, "screen.wrong-boards", nil
		} else if err != nil {
			return set, "", err
		}
		set.Boards = append(set.Boards, entry)
	}
	switch err := set.Check(); {
	case errors.Is(err, screen.ErrName):
		return set, "screen.wrong-name", nil
	case errors.Is(err, screen.ErrBoards):
		return set, "screen.wrong-boards", nil
	case err != nil:
		return set, "", badRequest("every", query.ErrChoice)
	}
	return set, "", nil
}
