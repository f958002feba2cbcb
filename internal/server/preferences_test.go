package server

import (
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"portico/internal/session"
)

func TestPreferencesAreReadAsTheyWereWritten(t *testing.T) {
	t.Parallel()
	for _, c := range choosable {
		for _, value := range c.choices {
			p := preferences{}
			if !p.set(c.name, value) || parsePreferences(p.String()).get(c.name) != value {
				t.Errorf("%s=%q comes back as %q", c.name, value, parsePreferences(p.String()).get(c.name))
			}
		}
	}
	old := parsePreferences("dark.nl") // as browsers have it from before
	if old.get("theme") != "dark" || old.get("lang") != "nl" || old.get("density") != "comfortable" {
		t.Errorf("an older cookie reads %v", old)
	}
	for _, text := range []string{"", "...", "neon.xx.tight", strings.Repeat("dark.", 60), "\x00"} {
		if p := parsePreferences(text); p.String() != (preferences{}).String() && !strings.HasPrefix(text, "dark.dark") {
			t.Errorf("%q reads %v", text, p)
		}
	}
}

func TestSettingsPageOffersAllChoices(t *testing.T) {
	t.Parallel()
	b := newBench(t, "https://portal.example")
	b.get("/settings").want(t, "page", http.StatusOK, `name="density" value="compact"`, `name="formats" value="iso"`, `name="units" value="own"`, `name="zone" value="UTC"`, `name="keys" value="off"`, "12.4\u00a0MWh", "12\u202f400\u00a0kWh", "Europe/Brussels")
	for name, value := range map[string]string{"theme": "neon", "lang": "xx", "density": "", "formats": "us", "units": "btu", "zone": "Mars", "keys": "maybe"} {
		if a := b.ask("POST", "/settings", name+"="+value); a.StatusCode != http.StatusBadRequest {
			t.Errorf("%s=%s: %d", name, value, a.StatusCode)
		}
	}
}

func TestPreferencesFollowThePerson(t *testing.T) {
	t.Parallel()
	b := newBench(t, "https://portal.example")
	if a := b.ask("POST", "/settings", "theme=dark&lang=fr&formats=iso&density=compact&keys=off"); a.StatusCode != http.StatusSeeOther {
		t.Fatal(a.StatusCode)
	}
	mine := httptest.NewRequest("GET", "/", nil)
	mine.AddCookie(b.cookie)
	sess, err := b.cookies.Load(mine)
	if err != nil {
		t.Fatal(err)
	}
	brought := func(sess *session.Session, cookie string) *http.Cookie {
		t.Helper()
		w, r := httptest.NewRecorder(), httptest.NewRequest("GET", "/auth/callback", nil)
		if cookie != "" {
			r.Header.Set("Cookie", "__Host-portico-prefs="+cookie)
		}
		b.server.bringPreferences(t.Context(), w, r, sess)
		for _, c := range w.Result().Cookies() {
			return c
		}
		return nil
	}
	c := brought(sess, "light.de")
	if c == nil || !strings.HasPrefix(c.Value, "dark.fr.compact.off.iso") {
		t.Fatalf("another browser gets %v", c)
	}
	if again := brought(sess, c.Value); again != nil {
		t.Errorf("a browser that has them already gets %v", again)
	}
	other := *sess
	other.Identity.Subject = "bob"
	if c := brought(&other, "light.de"); c != nil {
		t.Errorf("somebody who never chose gets %v", c)
	}
	a := b.get("/settings", "Cookie", b.cookie.Name+"="+b.cookie.Value+"; "+c.Name+"="+c.Value)
	a.want(t, "all of them count", http.StatusOK, `lang="fr"`, `data-theme="dark"`, `data-density="compact"`, `data-keys="off"`)
}
