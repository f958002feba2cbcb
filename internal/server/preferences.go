package server

import (
	"context"
	"errors"
	"net/http"
	"slices"
	"strings"
	"time"

	"portico/internal/datahub"
	"portico/internal/locale"
	"portico/internal/query"
	"portico/internal/session"
	"portico/internal/shelf"
)

// preference is something that people choose among a few; the first is what nobody chose.
type preference struct {
	name    string
	choices []string
}

// choosable are all preferences, in the order in which the cookie has them. New ones go to the end.
var choosable = []preference{
	{"theme", []string{"system", "light", "dark", "contrast"}}, // system follows the device
	{"lang", []string{"", "en", "fr", "nl", "de"}},             // "" is what the browser prefers
	{"density", []string{"comfortable", "compact"}},
	{"keys", []string{"on", "off"}}, // single letters as shortcuts
	{"formats", []string{"regional", "iso"}},
	{"units", []string{"auto", "own"}},                   // auto changes to larger units, own keeps the meter's
	{"zone", []string{"site", "UTC", "Europe/Brussels"}}, // site is each site's own
}

// preferences are what somebody chose, by name; what is missing is the first choice. A browser has them in a small cookie, because they count before anybody signs in, and because
// no page then waits for them; whoever signs in brings along what is on their shelf.
type preferences map[string]string

func (p preferences) get(name string) string {
	if v, ok := p[name]; ok {
		return v
	}
	return choicesOf(name)[0]
}

func choicesOf(name string) []string {
	i := slices.IndexFunc(choosable, func(c preference) bool { return c.name == name })
	return choosable[i].choices
}

// set changes one preference, if it is offered.
func (p preferences) set(name, value string) bool {
	if !slices.Contains(choicesOf(name), value) {
		return false
	}
	p[name] = value
	return true
}

// String is how the cookie has them.
func (p preferences) String() string {
	values := make([]string, len(choosable))
	for i, c := range choosable {
		values[i] = p.get(c.name)
	}
	return strings.Join(values, ".")
}

// parsePreferences reads what String wrote, also what an older version wrote. What cannot be read is as if it were not there.
func parsePreferences(text string) preferences {
	p := preferences{}
	if len(text) > 128 {
		return p
	}
	for i, value := range strings.Split(text, ".") {
		if i < len(choosable) {
			p.set(choosable[i].name, value)
		}
	}
	return p
}

func (s *Server) preferencesName() string { return s.jar.name("prefs") }

// preferencesOf reads the browser's cookie. A screen is read as the person who approved it wants to read.
func (s *Server) preferencesOf(r *http.Request) preferences {
	if scr, ok := screenOf(r.Context()); ok {
		return parsePreferences(scr.Look)
	}
	cookie, err := r.Cookie(s.preferencesName())
	if err != nil {
		return preferences{}
	}
	return parsePreferences(cookie.Value)
}

// locale returns the locale of the request: the person's choice, else the browser's.
func (s *Server) locale(r *http.Request) locale.Locale {
	p := s.preferencesOf(r)
	return locale.Match(p.get("lang"), r.Header.Get("Accept-Language")).Styled(p.get("formats") == "iso", p.get("units") == "own")
}

// preferencesLife is how long choices are kept after the last change, here and in the browser.
const preferencesLife = 365 * 24 * time.Hour

// saveSettings takes any form of preferences. A value that is not offered is refused; what is not sent stays. The choices of who is signed in are kept for their other browsers, too.
func (s *Server) saveSettings(w http.ResponseWriter, r *http.Request) error {
	if err := r.ParseForm(); err != nil {
		return &pageError{Status: http.StatusBadRequest, Kind: kindTooLarge, RetryTo: "/", Err: err}
	}
	p := s.preferencesOf(r)
	for _, c := range choosable {
		if r.PostForm.Has(c.name) && !p.set(c.name, r.PostForm.Get(c.name)) {
			return badRequest(c.name, query.ErrChoice)
		}
	}
	s.setPreferences(w, p)
	if sess, err := s.config.Cookies.Load(r); err == nil {
		s.keepPreferences(r.Context(), sess, p)
	}
	http.Redirect(w, r, settingsReturn(r.PostForm.Get("return_to")), http.StatusSeeOther)
	return nil
}

func (s *Server) setPreferences(w http.ResponseWriter, p preferences) {
	http.SetCookie(w, s.jar.cookie(s.preferencesName(), p.String(), preferencesLife))
}

// keepPreferences puts choices on the person's shelf. This browser has them in any case.
func (s *Server) keepPreferences(ctx context.Context, sess *session.Session, p preferences) {
	_, err := shelf.Change(ctx, s.config.Shelf, ownerOf(sess), shelf.Settings, "look", preferencesLife, func(kept *preferences) error { *kept = p; return nil })
	if err != nil {
		note(ctx, errAttr("preferences_error", err))
	}
}

// bringPreferences gives the browser in which somebody signed in what they chose elsewhere. Who never chose anything keeps what the browser has.
func (s *Server) bringPreferences(ctx context.Context, w http.ResponseWriter, r *http.Request, sess *session.Session) {
	kept, err := shelf.Get[preferences](ctx, s.config.Shelf, ownerOf(sess), shelf.Settings, "look")
	if err != nil {
		if !errors.Is(err, shelf.ErrNotFound) {
			note(ctx, errAttr("preferences_error", err))
		}
		return
	}
	p := preferences{}
	for _, c := range choosable {
		if v, ok := kept[c.name]; ok {
			p.set(c.name, v)
		}
	}
	if p.String() != s.preferencesOf(r).String() {
		s.setPreferences(w, p)
	}
}

// zone is the zone in which the person wants all times, nil for each site's own.
func (p preferences) zone() *time.Location {
	name := p.get("zone")
	if name == "site" {
		return nil
	}
	zone, _ := datahub.ParseZone(name)
	return zone
}
