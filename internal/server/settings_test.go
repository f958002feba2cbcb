package server

import (
	"net/http"
	"strings"
	"testing"
)

func TestSettings(t *testing.T) {
	t.Parallel()
	b := newBench(t, "https://portal.example")
	a := b.ask("POST", "/settings", "theme=dark&lang=nl&return_to=/sites?q=gent", "Sec-Fetch-Site", "same-origin", "Cookie", "")
	if a.StatusCode != http.StatusSeeOther || a.Header.Get("Location") != "/sites?q=gent" || len(a.Cookies()) != 1 {
		t.Fatalf("%d to %s, cookies %v", a.StatusCode, a.Header.Get("Location"), a.Cookies())
	}
	c := a.Cookies()[0]
	if !c.Secure || !c.HttpOnly || c.SameSite != http.SameSiteLaxMode || c.Path != "/" || !strings.HasPrefix(c.Name, "__Host-") {
		t.Errorf("cookie %v", c)
	}
	b.get("/auth/signed-out", "Cookie", c.Name+"="+c.Value).want(t, "the choice counts", http.StatusOK, `lang="nl"`, `data-theme="dark"`)
	for _, evil := range []string{"https://evil.example", "//evil.example", "/auth/logout", "/\\evil"} {
		if a := b.ask("POST", "/settings", "theme=dark&return_to="+evil); a.Header.Get("Location") != "/" {
			t.Errorf("return_to %s leads to %s", evil, a.Header.Get("Location"))
		}
	}
}
