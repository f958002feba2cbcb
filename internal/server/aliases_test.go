package server

import (
	"net/http"
	"net/url"
	"strings"
	"testing"
)

// The addresses of other portals do what ours do: a sign-in starts by GET, in a tab only, and one signs out by POST only.
func TestAliases(t *testing.T) {
	t.Parallel()
	p := newSuite(t)
	b := newBenchAt(t, "https://portal.example", p.issuer, away{})
	stranger := []string{"Cookie", "", "Sec-Fetch-Site", "none", "Sec-Fetch-Mode", "navigate", "Sec-Fetch-Dest", "document"}
	for _, path := range []string{"/auth/login", "/login", "/oauth2/start"} {
		a := b.get(path+"?return_to=/sites", stranger...)
		a.want(t, path, http.StatusSeeOther)
		to, _ := url.Parse(a.Header.Get("Location"))
		if !strings.HasPrefix(to.String(), p.issuer) || to.Query().Get("redirect_uri") != "https://portal.example/auth/callback" || to.Query().Get("state") == "" || !strings.Contains(cookieLine(a), "-login-") {
			t.Errorf("%s leads to %s and sets %q", path, to, cookieLine(a))
		}
		b.get(path, "Cookie", "", "Sec-Fetch-Site", "cross-site", "Sec-Fetch-Mode", "no-cors", "Sec-Fetch-Dest", "image").want(t, path+" as a picture", http.StatusForbidden)
		if a := b.ask("POST", path, ""); a.StatusCode != http.StatusMethodNotAllowed || a.Header.Get("Allow") != "GET" {
			t.Errorf("POST %s = %d, Allow %q", path, a.StatusCode, a.Header.Get("Allow"))
		}
	}
	if a := b.get("/logout"); a.StatusCode != http.StatusMethodNotAllowed || a.Header.Get("Allow") != "POST" {
		t.Errorf("GET /logout = %d, Allow %q", a.StatusCode, a.Header.Get("Allow"))
	}
	b.ask("POST", "/logout", "", "Sec-Fetch-Site", "cross-site", "Origin", "https://evil.example").want(t, "a form of another site", http.StatusForbidden)
	b.get("/settings").want(t, "still signed in", http.StatusOK)
	out := b.ask("POST", "/logout", "")
	out.want(t, "sign out", http.StatusSeeOther)
	if !strings.HasPrefix(out.Header.Get("Location"), p.issuer) || out.Header.Get("Clear-Site-Data") == "" {
		t.Errorf("signing out leads to %q", out.Header.Get("Location"))
	}
	b.get("/settings").want(t, "signed out", http.StatusSeeOther)
}
