package server

import (
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"portico/internal/datahub"
	"portico/internal/locale"
	"portico/internal/session"
	"portico/web/static"
	"portico/web/templates"
)

// settingsReturn goes back to where the form was, which may also be a page about signing in or out.
func settingsReturn(path string) string {
	u, err := url.Parse(path)
	switch {
	case err != nil || u.IsAbs() || u.Host != "":
		return "/"
	case u.Path == "/auth/signed-out" || u.Path == "/auth/session" || u.Path == "/auth/account":
		return u.Path
	case u.Path == "/auth/expired":
		return "/auth/expired?" + url.Values{"to": {localPath(u.Query().Get("to"))}}.Encode()
	}
	return localPath(path)
}

// layout fills what every page has around its content.
func (s *Server) layout(r *http.Request) templates.LayoutModel {
	l, p := s.locale(r), s.preferencesOf(r)
	e := eventOf(r.Context())
	m := templates.LayoutModel{
		T:    func(key string, args ...any) string { return l.T(locale.Key(key), args...) },
		Lang: l.Lang(), Theme: p.get("theme"), Density: p.get("density"), Keys: p.get("keys"), ReturnTo: s.here(r), Clock: s.clockModel(l), Version: s.config.Version, Loaded: s.wall().UnixMilli(),
		RequestID: e.ID, NoIndex: s.config.NoIndex, ShareLinks: s.config.ShareLinks, Nonce: e.Nonce, Fixed: &s.fixed,
		Assets: templates.AssetsModel{Stylesheet: static.URL("app.css"), WallSheet: static.URL("wall.css"), Icons: static.URL("icons.svg"), Favicon: static.URL("favicon.svg"), Font: static.URL("inter-latin.woff2"), SessionWatch: static.URL("session_watch.js"), App: static.URL("app.js"), UPlot: static.URL("uplot.min.js")},
	}
	m.Place = placeOf(r.URL.Path)
	if s.config.Notice != "" {
		m.Notice = m.T("notice." + s.config.Notice)
	}
	if scr, ok := screenOf(r.Context()); ok {
		m.Screen = scr.ID
		m.Live = &templates.LiveModel{URL: "/live?screen=" + scr.ID + "&topics=alarms,freshness", Who: "screen-" + scr.ID, Build: s.config.Version, Contract: strconv.Itoa(contract)}
		m.Writing = func() templates.WritingModel { return writingModel(l) }
	} else if sess, ok := session.FromContext(r.Context()); ok {
		m.Manager = s.config.Managers.allow(sess)
		m.Person = &templates.PersonModel{Name: sess.Identity.Name, Account: sess.Identity.AccountName}
		m.Absent = s.pages.Absent(whoAsks(sess))
		m.Watch = s.watchModel(r, sess)
		m.Live = &templates.LiveModel{URL: "/live?topics=alarms,freshness", Who: m.Watch.Who, Build: s.config.Version, Contract: strconv.Itoa(contract)}
		m.Writing = func() templates.WritingModel { return writingModel(l) }
	}
	if s.config.Frame != nil {
		s.config.Frame(r, &m)
	}
	return m
}

// placeOf says where in the menu a page belongs: meters and variables are parts of sites.
func placeOf(path string) string {
	first, _, _ := strings.Cut(strings.TrimPrefix(path, "/"), "/")
	switch first {
	case "overview", "explore", "alarms", "dashboards", "quality":
		return first
	case "events":
		return "alarms"
	case "exports", "export":
		return "explore"
	case "sites", "sources", "variables", "groups", "forms", "files":
		return "sites"
	}
	return ""
}

// here is the address of this page, for what leads back to it. Pages that answer a form have none, and the steps of a sign-in give theirs to nobody: it holds a code.
func (s *Server) here(r *http.Request) string {
	if r.Method != http.MethodGet || slices.Contains(s.steps(), r.URL.Path) {
		return "/"
	}
	return settingsReturn(r.URL.RequestURI())
}

// clockModel shows the server's time in Belgium, where the platform lives.
func (s *Server) clockModel(l locale.Locale) templates.ClockModel {
	now := s.now().In(datahub.HomeZone())
	return templates.ClockModel{Text: l.Clock(now), ISO: now.Format(time.RFC3339), Zone: now.Location().String()}
}

// scriptWords are the sentences that scripts say.
var scriptWords = []locale.Key{"clock.skew", "widget.age", "wall.sign-in", "wall.hub", "wall.portal", "wall.offline", "part.waiting", "part.loading", "part.failed", "part.stopped", "error.retry", "part.request", "load.kept", "chart.cursor", "chart.no-value", "chart.versus", "carpet.cursor", "carpet.no-time", "live.renewed", "live.waits"}

func writingModel(l locale.Locale) templates.WritingModel {
	w := l.Writing()
	m := templates.WritingModel{Decimal: w.Decimal, Group: w.Group, Day: w.Day, Hour: w.Hour, Min: w.Min, Sec: w.Sec, Dot: w.DayDot, Weekdays: w.Weekdays, Months: w.Months, Words: map[string]string{}}
	for _, key := range scriptWords {
		m.Words[string(key)] = l.T(key, "$0", "$1")
	}
	return m
}
