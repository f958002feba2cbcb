package server

import (
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"

	"portico/internal/datahub"
	"portico/internal/locale"
	"portico/internal/query"
	"portico/internal/session"
	"portico/web/static"
	"portico/web/templates"
)

// themes are the looks that a person can choose; system follows the device.
var themes = []string{"system", "light", "dark"}

// densities are how high the rows of tables are; keySettings, whether keys of a single letter do anything.
var (
	densities   = []string{"comfortable", "compact"}
	keySettings = []string{"on", "off"}
)

// preferences are what a browser's owner chose. They live in a small cookie, because they count before anybody signs in.
type preferences struct {
	theme   string // one of themes
	lang    string // code of a language, "" for what the browser prefers
	density string // one of densities
	keys    string // one of keySettings
}

func (s *Server) preferencesName() string {
	if s.baseURL.Scheme == "https" {
		return "__Host-portico-prefs"
	}
	return "portico-prefs"
}

// preferencesOf reads the cookie. What cannot be read is as if it were not there.
func (s *Server) preferencesOf(r *http.Request) preferences {
	p := preferences{theme: themes[0], density: densities[0], keys: keySettings[0]}
	cookie, err := r.Cookie(s.preferencesName())
	if err != nil || len(cookie.Value) > 64 {
		return p
	}
	parts := append(strings.Split(cookie.Value, "."), "", "", "", "") // of an older portal there are fewer
	choose(&p.theme, parts[0], themes)
	choose(&p.density, parts[2], densities)
	choose(&p.keys, parts[3], keySettings)
	if l, ok := locale.Parse(parts[1]); ok {
		p.lang = string(l)
	}
	return p
}

// choose takes what is offered and reports whether it was.
func choose(to *string, value string, offered []string) bool {
	if !slices.Contains(offered, value) {
		return false
	}
	*to = value
	return true
}

// text is what the cookie says.
func (p preferences) text() string {
	return strings.Join([]string{p.theme, p.lang, p.density, p.keys}, ".")
}

// locale returns the locale of the request: the person's choice, else the browser's.
func (s *Server) locale(r *http.Request) locale.Locale {
	return locale.Match(s.preferencesOf(r).lang, r.Header.Get("Accept-Language"))
}

// saveSettings takes the theme and language forms. A value that is not offered is refused; what is not sent stays.
func (s *Server) saveSettings(w http.ResponseWriter, r *http.Request) error {
	if err := r.ParseForm(); err != nil {
		return &pageError{Status: http.StatusBadRequest, Kind: kindTooLarge, RetryTo: "/", Err: err}
	}
	p := s.preferencesOf(r)
	for _, c := range []struct {
		name    string
		to      *string
		offered []string
	}{{"theme", &p.theme, themes}, {"density", &p.density, densities}, {"keys", &p.keys, keySettings}} {
		if r.PostForm.Has(c.name) && !choose(c.to, r.PostForm.Get(c.name), c.offered) {
			return badRequest(c.name, query.ErrChoice)
		}
	}
	if r.PostForm.Has("lang") {
		l, ok := locale.Parse(r.PostForm.Get("lang"))
		if !ok {
			return badRequest("lang", query.ErrChoice)
		}
		p.lang = string(l)
	}
	s.setCookie(w, s.preferencesName(), p.text(), int((365 * 24 * time.Hour).Seconds()))
	http.Redirect(w, r, settingsReturn(r.PostForm.Get("return_to")), http.StatusSeeOther)
	return nil
}

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
		Lang: l.Lang(), Theme: p.theme, Density: p.density, Keys: p.keys, ReturnTo: s.here(r), Clock: s.clockModel(l), Version: s.version,
		RequestID: e.ID, NoIndex: s.noIndex, Nonce: e.Nonce, Fixed: &s.fixed,
		Assets: templates.AssetsModel{Stylesheet: static.URL("app.css"), Icons: static.URL("icons.svg"), Favicon: static.URL("favicon.svg"), Font: static.URL("inter-latin.woff2"), SessionWatch: static.URL("session_watch.js"), App: static.URL("app.js"), UPlot: static.URL("uplot.min.js")},
	}
	m.Place = placeOf(r.URL.Path)
	if s.notice != "" {
		m.Notice = m.T("notice." + s.notice)
	}
	if sess, ok := session.FromContext(r.Context()); ok {
		m.Manager = s.managers.allow(sess)
		m.Person = &templates.PersonModel{Name: sess.Identity.Name, Account: sess.Identity.AccountName}
		m.Watch = s.watchModel(r, sess)
		m.Live = &templates.LiveModel{URL: "/live?topics=alarms,freshness", Who: m.Watch.Who, Build: s.version}
		m.Writing = writingModel(l)
	}
	if s.frame != nil {
		s.frame(r, &m)
	}
	return m
}

// placeOf says where in the menu a page belongs: meters and variables are parts of sites.
func placeOf(path string) string {
	first, _, _ := strings.Cut(strings.TrimPrefix(path, "/"), "/")
	switch first {
	case "overview", "explore", "alarms":
		return first
	case "events":
		return "alarms"
	case "sites", "sources", "variables":
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
var scriptWords = []locale.Key{"clock.skew", "part.waiting", "part.failed", "part.stopped", "part.again", "chart.cursor", "chart.no-value", "chart.versus"}

func writingModel(l locale.Locale) templates.WritingModel {
	w := l.Writing()
	m := templates.WritingModel{Decimal: w.Decimal, Group: w.Group, Day: w.Day, Hour: w.Hour, Min: w.Min, Sec: w.Sec, Dot: w.DayDot, Weekdays: w.Weekdays, Months: w.Months, Words: map[string]string{}}
	for _, key := range scriptWords {
		m.Words[string(key)] = l.T(key, "$0", "$1")
	}
	return m
}
