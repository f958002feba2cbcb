package server

import (
	"context"
	"errors"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"portico/internal/audit"
	"portico/internal/datahub"
	"portico/internal/locale"
	"portico/internal/query"
	"portico/internal/session"
	"portico/web/templates"
)

// settingsPage shows what a person can choose, with an example of each way to write.
func (s *Server) settingsPage(w http.ResponseWriter, r *http.Request) error {
	p, l := s.preferencesOf(r), s.locale(r)
	m := templates.SettingsModel{Layout: s.layout(r), Tabs: s.settingsTabs(l, "/settings")}
	for _, c := range choosable {
		if !slices.Contains([]string{"formats", "units", "zone"}, c.name) {
			continue // the others have buttons of their own
		}
		choice := templates.ChoiceModel{Name: c.name, Label: l.T(locale.Key("settings." + c.name)), About: l.T(locale.Key("settings." + c.name + "-about"))}
		for _, value := range c.choices {
			choice.Options = append(choice.Options, templates.OptionModel{Value: value, Text: s.choiceText(l, c.name, value), Selected: p.get(c.name) == value})
		}
		m.Choices = append(m.Choices, choice)
	}
	return s.render(w, r, http.StatusOK, templates.Settings(m))
}

// choiceText names a choice. Ways to write are shown by example.
func (s *Server) choiceText(l locale.Locale, name, value string) string {
	key := locale.Key("settings." + name + "-" + strings.ToLower(value))
	switch name {
	case "formats":
		example := l.Styled(value == "iso", false)
		now := s.now().In(datahub.HomeZone())
		return l.T(key, example.Date(now), example.Fixed(1234.5, 1))
	case "units":
		return l.T(key, l.Styled(false, value == "own").Quantity(12_400, "kWh"))
	case "zone":
		if value != "site" {
			return value
		}
	}
	return l.T(key)
}

// sessionsPage lists the browsers on which the person is signed in.
func (s *Server) sessionsPage(w http.ResponseWriter, r *http.Request) error {
	done, err := endedBefore(r.URL.Query())
	if err != nil {
		return err
	}
	revoked, err := query.Choice(r.URL.Query(), "revoked", "1")
	if err != nil {
		return err
	}
	records, err := s.ownSessions(r.Context())
	if err != nil {
		return &storeError{err}
	}
	m := s.sessionsModel(r, records, done)
	if m.Screens, err = s.myScreens(r.Context(), s.locale(r)); err != nil {
		return err
	}
	if revoked != "" {
		m.Done = s.locale(r).T("screens.done-revoke")
	}
	return s.render(w, r, http.StatusOK, templates.Sessions(m))
}

// endedBefore reads how many sessions the form before this page ended; -1 when there was none.
func endedBefore(q url.Values) (int, error) {
	text, err := query.One(q, "ended", 4)
	if err != nil || text == "" {
		return -1, err
	}
	n, err := strconv.ParseUint(text, 10, 10)
	if err != nil {
		return -1, badRequest("ended", query.ErrNumber)
	}
	return int(n), nil
}

// ownSessions returns the records of the person who asks: this browser's first, then by last use. Those of screens are not among them.
func (s *Server) ownSessions(ctx context.Context) ([]session.Record, error) {
	sess, _ := session.FromContext(ctx)
	records, err := s.config.Store.List(ctx, session.Match{Issuer: sess.Identity.Issuer, Subject: sess.Identity.Subject})
	if err != nil {
		return nil, err
	}
	here, now := sess.Handle.ID(), s.wall()
	records = slices.DeleteFunc(records, func(r session.Record) bool {
		return r.ID != here && !now.Before(r.Until) || s.config.Keys.OpenAbout(r).Screen != "" // over, and not swept yet; or a screen
	})
	slices.SortStableFunc(records, func(a, b session.Record) int {
		switch {
		case a.ID == here:
			return -1
		case b.ID == here:
			return 1
		}
		return b.LastSeen.Compare(a.LastSeen)
	})
	return records, nil
}

// endSessions signs out one other browser of the person, all others, or all. Their tokens are deleted but cannot be given back, because only those browsers could open
// them; nobody else holds them.
func (s *Server) endSessions(w http.ResponseWriter, r *http.Request) error {
	if err := r.ParseForm(); err != nil {
		return &pageError{Status: http.StatusBadRequest, Kind: kindTooLarge, RetryTo: "/settings/sessions", Err: err}
	}
	which := r.PostForm["end"]
	if len(which) != 1 || which[0] == "" {
		return badRequest("end", errors.New("one session, others or all is wanted"))
	}
	sess, _ := session.FromContext(r.Context())
	if which[0] == "all" {
		return s.signOut(w, r, sess, "everywhere", s.endEverywhere)
	}
	n, err := s.endOthers(r.Context(), sess, which[0])
	if err != nil {
		return &storeError{err}
	}
	http.Redirect(w, r, "/settings/sessions?ended="+strconv.Itoa(n), http.StatusSeeOther)
	return nil
}

// endOthers ends the sessions of the person's other browsers: the one of the short id which, or others. It returns how many there were.
func (s *Server) endOthers(ctx context.Context, sess *session.Session, which string) (n int, err error) {
	records, err := s.ownSessions(ctx)
	if err != nil {
		return 0, err
	}
	for _, r := range records {
		if r.ID == sess.Handle.ID() || which != "others" && which != r.ID.String() {
			continue
		}
		if err := s.config.Store.Delete(ctx, r.ID, session.ReasonElsewhere); err != nil {
			return n, err
		}
		n++
		s.forgetData(r.ID)
		s.audit(ctx, sess, audit.Event{Kind: audit.SignOut, Reason: "elsewhere", Details: map[string]string{"ended": s.sessionRef(r.ID)}})
	}
	return n, nil
}

// endEverywhere ends all sessions of a person, and lets no sign-in finish that is under way.
func (s *Server) endEverywhere(ctx context.Context, sess *session.Session) error {
	ended, err := s.config.Store.DeleteMatching(ctx, session.Match{Issuer: sess.Identity.Issuer, Subject: sess.Identity.Subject}, session.ReasonElsewhere)
	s.forgetData(ended...)
	return err
}
