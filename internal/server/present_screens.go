package server

import (
	"context"
	"errors"
	"slices"
	"time"

	"portico/internal/datahub"
	"portico/internal/grant"
	"portico/internal/locale"
	"portico/internal/screen"
	"portico/internal/session"
	"portico/internal/token"
	"portico/web/templates"
)

// silentAfter is how long a screen may say nothing before that is a problem: it reports every 20 s with a script, and loads its page once a minute without.
const silentAfter = 3 * time.Minute

// muchSkew is from when on a screen's clock is a problem. It harms nothing: what walls call now is the server's.
const muchSkew = 5 * time.Second

// myScreens are those that the person approved, and those that read with their rights.
func (s *Server) myScreens(ctx context.Context, l locale.Locale) ([]templates.ScreenRowModel, error) {
	sess, _ := session.FromContext(ctx)
	all, err := s.register.All(ctx)
	if err != nil {
		return nil, err
	}
	all = slices.DeleteFunc(all, func(scr screen.Screen) bool { return !concerns(&scr, sess.Identity) })
	return s.presentScreens(ctx, l, all), nil
}

// presentScreens are screens as lists show them.
func (s *Server) presentScreens(ctx context.Context, l locale.Locale, all []screen.Screen) []templates.ScreenRowModel {
	grants, err := s.grantsOf(ctx, all)
	if err != nil {
		note(ctx, errAttr("grants_error", err)) // what screens told is shown all the same
	}
	rows := make([]templates.ScreenRowModel, len(all))
	for n, scr := range all {
		status, there := grants[scr.ID]
		rows[n] = s.presentScreen(l, scr, status, there || err != nil)
	}
	return rows
}

func (s *Server) presentScreen(l locale.Locale, scr screen.Screen, status token.Status, there bool) templates.ScreenRowModel {
	now := s.wall()
	m := templates.ScreenRowModel{ID: scr.ID, Name: locale.Plain(scr.Name), Href: screensPath + scr.ID, Owner: locale.Plain(scr.Owner.Name), Boards: l.T("screens.boards", len(scr.Boards)), Page: scr.Report.Page, Build: locale.Plain(scr.Report.Build)}
	if seen := scr.Report.Seen; !seen.IsZero() {
		m.Seen, m.SeenISO = l.Ago(max(now.Sub(seen), 0)), stamp(seen)
	}
	if skew := scr.Report.Skew; skew.Abs() >= time.Second {
		m.Skew = signed(l, skew)
	}
	if !status.AccessIssued.IsZero() {
		m.TokenAge = l.Duration(max(now.Sub(status.AccessIssued), 0))
	}
	m.State = s.conditionOf(l, scr, status, there, now)
	m.Problem = locale.Plain(scr.Report.Problem)
	return m
}

// grantsOf returns by screen how its tokens are; the zero Status for one that has the application user's. Screens whose session has ended are missing. It reads once for all that have tokens of their own, and once for
// each application user whose rights the others have.
func (s *Server) grantsOf(ctx context.Context, all []screen.Screen) (map[string]token.Status, error) {
	var own []session.Handle
	ids, users := map[session.ID]string{}, map[session.Match]bool{}
	for _, scr := range all {
		h, err := scr.Key()
		if err != nil {
			continue
		}
		if ids[h.ID()] = scr.ID; scr.Rights == grant.Own {
			own = append(own, h)
		} else {
			users[session.Match{Issuer: scr.Issuer, Subject: scr.Subject}] = true
		}
	}
	found, err := s.config.Tokens.Statuses(ctx, own)
	for user := range users {
		records, lost := s.config.Store.List(ctx, user)
		for _, rec := range records {
			found[rec.ID] = token.Status{}
		}
		err = errors.Join(err, lost)
	}
	grants := map[string]token.Status{}
	for id, status := range found {
		grants[ids[id]] = status
	}
	return grants, err
}

// conditionOf says in a word how a screen is: the worst first.
func (s *Server) conditionOf(l locale.Locale, scr screen.Screen, status token.Status, there bool, now time.Time) templates.StateModel {
	word := func(state string, key locale.Key, args ...any) templates.StateModel {
		return templates.StateModel{Name: state, Text: l.T(key, args...)}
	}
	switch {
	case !now.Before(scr.Until):
		return word("silent", "screens.state-over")
	case !there:
		return word("silent", "screens.state-ended")
	case !scr.Report.Refused.IsZero(), status.State == token.Dead:
		return word("alarm", "screens.state-refused")
	case scr.Report.Seen.IsZero():
		return word("none", "screens.state-new")
	case now.Sub(scr.Report.Seen) > silentAfter:
		return word("silent", "screens.state-silent", l.Duration(now.Sub(scr.Report.Seen)))
	case scr.Report.Problem != "":
		return word("attention", "screens.state-problem")
	case scr.Report.Skew.Abs() > muchSkew:
		return word("attention", "screens.state-skew")
	}
	return word("ok", "screens.state-ok")
}

// screenFacts is what is known of a screen, line by line.
func (s *Server) screenFacts(l locale.Locale, scr screen.Screen, tokenAge string) []templates.FactModel {
	now, zone, rep := s.wall(), datahub.HomeZone(), scr.Report
	var list []templates.FactModel
	add := func(key locale.Key, value string) {
		if value != "" {
			list = append(list, templates.FactModel{Term: l.T(key), Value: value})
		}
	}
	if !rep.Seen.IsZero() {
		add("screens.seen", l.Ago(max(now.Sub(rep.Seen), 0)))
	}
	add("screens.page", rep.Page)
	add("screens.build", locale.Plain(rep.Build))
	if rep.Skew.Abs() >= time.Second {
		add("screens.skew", signed(l, rep.Skew))
	}
	add("screens.token-age", tokenAge)
	if rep.Heap > 0 {
		add("screens.heap", l.Bytes(rep.Heap))
	}
	if rep.Up > 0 {
		add("screens.up", l.Duration(rep.Up))
	}
	if !rep.Refused.IsZero() {
		add("screens.refused", l.DateTime(rep.Refused.In(zone), now))
	}
	add("screens.problem", locale.Plain(rep.Problem))
	add("screens.rights", rightsText(l, scr))
	add("screens.owner", locale.Plain(scr.Owner.Name))
	add("screens.browser", locale.Plain(rep.Browser))
	add("sessions.address", rep.Address)
	add("screens.since", l.DateTime(scr.Created.In(zone), now))
	add("screens.until", l.DateTime(scr.Until.In(zone), now))
	return list
}

func rightsText(l locale.Locale, scr screen.Screen) string {
	if scr.Rights == grant.Application {
		return l.T("screen.rights-application", locale.Plain(scr.As))
	}
	return locale.Plain(scr.As)
}

// signed writes how far a clock is ahead, or behind.
func signed(l locale.Locale, d time.Duration) string {
	if d < 0 {
		return "−" + l.Duration(d)
	}
	return "+" + l.Duration(d)
}
