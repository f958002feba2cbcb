//go:build !nodemo

package app

import (
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"testing"

	"portico/internal/config"
)

var root = regexp.MustCompile(`<html[^>]*>`)

// Every choice of the settings changes every page that it is about: look, language and keys all of them; formats, units and zone those that show such things, and their files.
func TestEverySettingChangesPages(t *testing.T) {
	t.Parallel()
	v := visitDemo(t, func(c *config.Demo) { c.Now = "2026-11-26T17:00:00Z" }) // by the evening sites have used some MWh, after midnight none
	v.signIn("Sign in as operator")
	pages := []string{
		"/overview", "/sites", "/sites?view=map", "/sites/204486", "/sites/204486/data", "/sites/204486/alarms", "/sources/6044861", "/variables/80101", "/explore?s=80101", "/alarms?state=all", "/events", "/events/new",
		"/search?q=cold", "/quality", "/files", "/groups", "/forms", "/exports", "/dashboards", "/dashboards/" + controlRoom, "/settings", "/settings/sessions", "/auth/session", "/admin/health", "/demo", "/nothing-here",
	}
	read := func(path string, pairs ...string) string {
		t.Helper()
		form := url.Values{}
		for i := 0; i < len(pairs); i += 2 {
			form.Set(pairs[i], pairs[i+1])
		}
		if len(form) > 0 {
			v.post("/settings", form)
		}
		_, _, body := v.open(path)
		return body
	}
	for _, look := range [][]string{{"theme", "contrast", "lang", "de", "density", "compact", "keys", "off"}, {"theme", "dark", "lang", "fr", "density", "comfortable", "keys", "on"}} {
		read("/settings", look...)
		for _, path := range pages {
			html := root.FindString(read(path))
			for i, attribute := range []string{"data-theme", "lang", "data-density", "data-keys"} {
				if want := attribute + `="` + look[2*i+1] + `"`; !strings.Contains(html, want) {
					t.Errorf("%s: %s, want %s", path, html, want)
				}
			}
		}
	}
	read("/settings", "theme", "system", "lang", "en")
	for _, tt := range []struct{ name, first, second, path, inFirst, inSecond string }{
		{"formats", "regional", "iso", "/events", `(Mon|Tue|Wed|Thu|Fri|Sat|Sun)[ \x{a0}]\d`, `>[^<]*20\d\d-\d\d-\d\d`},
		{"formats", "regional", "iso", "/alarms?state=all", `(Mon|Tue|Wed|Thu|Fri|Sat|Sun)[ \x{a0}]\d`, `>[^<]*20\d\d-\d\d-\d\d`},
		{"formats", "regional", "iso", "/sites/204486/events", `(Mon|Tue|Wed|Thu|Fri|Sat|Sun)[ \x{a0}]\d`, `>[^<]*20\d\d-\d\d-\d\d`},
		{"formats", "regional", "iso", "/variables/80101", `\d\x{202f}\d\d\d`, `\d{5}|\d{4}\.\d`},
		{"units", "auto", "own", "/overview", `MWh`, `\d\x{202f}\d\d\d[^<]*(<[^>]*>\s*)*\x{a0}?kWh`},
		{"units", "auto", "own", "/explore?s=80101&from=2026-10-01&to=2026-11-01&g=day", `\d\x{a0}MWh`, `\d\x{202f}\d\d\d\x{a0}kWh`},
		{"zone", "site", "UTC", "/sites/204486", `Europe/Brussels`, `UTC`},
		{"zone", "site", "UTC", "/explore?s=80101", `Europe/Brussels`, `UTC`},
		{"zone", "site", "UTC", "/alarms/" + v.d.Alarm("Liège", "Dock door left open"), `Europe/Brussels`, `UTC`},
		{"zone", "site", "UTC", "/events", `Europe/Brussels`, `UTC`},
	} {
		first, second := contentOf(read(tt.path, tt.name, tt.first)), contentOf(read(tt.path, tt.name, tt.second))
		if !regexp.MustCompile(tt.inFirst).MatchString(first) || !regexp.MustCompile(tt.inSecond).MatchString(second) || first == second {
			t.Errorf("%s on %s: %s there with %s: %v, %s there with %s: %v", tt.name, tt.path, tt.inFirst, tt.first, regexp.MustCompile(tt.inFirst).MatchString(first), tt.inSecond, tt.second, regexp.MustCompile(tt.inSecond).MatchString(second))
		}
		read("/settings", tt.name, tt.first)
	}
	for lang, number := range map[string]string{"fr": "0,005", "nl": "0,005", "de": "0,005", "en": "0.005"} {
		if file := read("/export/alarms?state=all&q=flat+17", "lang", lang, "formats", "regional"); !strings.Contains(file, number) {
			t.Errorf("a file in %s lacks %s:\n%.300s", lang, number, file)
		}
	}
	if file := read("/export/alarms?state=all&q=flat+17", "lang", "fr", "formats", "iso"); !strings.Contains(file, ",0.005,") {
		t.Errorf("a file in ISO form: %.300s", file)
	}
	if _, status, _ := v.post("/settings", url.Values{"theme": {"neon"}}); status != http.StatusBadRequest {
		t.Errorf("a theme that is not offered: %d", status)
	}
}

// contentOf is what a page is about, without what is around it.
func contentOf(body string) string {
	_, content, _ := strings.Cut(body, `<main `)
	content, _, _ = strings.Cut(content, `</main>`)
	return content
}
