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

// preferences are what a browser's owner chose. They live in a small cookie, because they count before anybody signs in.
type preferences struct {
	theme string // one of themes
	lang  string // code of a language, "" for what the browser prefers
}

func (s *Server) preferencesName() string {
	if s.baseURL.Scheme == "https" {
		return "__Host-portico-prefs"
	}
	return "portico-prefs"
}

// preferencesOf reads the cookie. What cannot be read is as if it were not there.
func (s *Server) preferencesOf(r *http.Request) preferences {
	p := preferences{theme: themes[0]}
	cookie, err := r.Cookie(s.preferencesName())
	if err != nil || len(cookie.Value) > 64 {
		return p
	}
	theme, lang, _ := strings.Cut(cookie.Value, ".")
	if slices.Contains(themes, theme) {
		p.theme = theme
	}
	if l, ok := locale.Parse(lang); ok {
		p.lang = string(l)
	}
	return p
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
	if r.PostForm.Has("theme") {
		if p.theme = r.PostForm.Get("theme"); !slices.Contains(themes, p.theme) {
			return badRequest("theme", query.ErrChoice)
		}
	}
	if r.PostForm.Has("lang") {
		l, ok := locale.Parse(r.PostForm.Get("lang"))
		if !ok {
			return badRequest("lang", query.ErrChoice)
		}
		p.lang = string(l)
	}
	s.setCookie(w, s.preferencesName(), p.theme+"."+p.lang, int((365 * 24 * time.Hour).Seconds()))
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
	l := s.locale(r)
	e := eventOf(r.Context())
	m := templates.LayoutModel{
		T:    func(key string, args ...any) string { return l.T(locale.Key(key), args...) },
		Lang: l.Lang(), Theme: s.preferencesOf(r).theme, ReturnTo: s.here(r), Clock: s.clockModel(l), Version: s.version,
		RequestID: e.ID, NoIndex: s.noIndex, Nonce: e.Nonce, Fixed: &s.fixed,
		Assets: templates.AssetsModel{Stylesheet: static.URL("app.css"), Icons: static.URL("icons.svg"), Favicon: static.URL("favicon.svg"), Font: static.URL("inter-latin.woff2"), SessionWatch: static.URL("session_watch.js")},
	}
	m.Place = placeOf(r.URL.Path)
	if s.notice != "" {
		m.Notice = m.T("notice." + s.notice)
	}
	if sess, ok := session.FromContext(r.Context()); ok {
		m.Manager = s.managers.allow(sess)
		m.Person = &templates.PersonModel{Name: sess.Identity.Name, Account: sess.Identity.AccountName}
		m.Watch = s.watchModel(r, sess)
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
	return templates.ClockModel{Text: l.Clock(now), ISO: now.Format(time.RFC3339)}
}
