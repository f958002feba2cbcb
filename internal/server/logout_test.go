package server

import (
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"

	"portico/internal/session"
	"portico/internal/store/storetest"
)

// The rows of the conformance suite's plan for RP-initiated logout: whatever state comes back, the person is told what is certain.
func TestConformanceRPInitiatedLogout(t *testing.T) {
	t.Parallel()
	p := newSuite(t)
	b := newBenchAt(t, "https://portal.example", p.issuer, away{})
	b.server.config.LogoutHint = true
	const sure, unsure = "The sign-in service has signed you out as well.", "You may still be signed in at the sign-in service."
	for row, c := range map[string]struct {
		back func(state string) string
		says string
	}{
		"oidcc-client-test-rp-init-logout":             {func(state string) string { return "?state=" + state }, sure},
		"oidcc-client-test-rp-init-logout-other-state": {func(state string) string { return "?state=" + state + "_INVALID" }, unsure},
		"oidcc-client-test-rp-init-logout-no-state":    {func(string) string { return "" }, unsure},
		"state twice, one of them ours":                {func(state string) string { return "?state=x&state=" + state }, unsure},
	} {
		t.Run(row, func(t *testing.T) {
			cookie := b.start(aliceOf("s"), session.About{})
			out := b.ask("POST", "/auth/logout", "", with(cookie)...)
			out.want(t, "sign out", http.StatusSeeOther)
			end, _ := url.Parse(out.Header.Get("Location"))
			q := end.Query()
			if len(q.Get("state")) < 22 || q.Get("id_token_hint") != "id-token-secret" || q.Get("post_logout_redirect_uri") != "https://portal.example/auth/signed-out" || q.Get("client_id") != "portico" {
				t.Errorf("sent to %s", end)
			}
			back := b.get("/auth/signed-out"+c.back(q.Get("state")), "Cookie", cookieLine(out))
			back.want(t, "back", http.StatusOK, "You are signed out", c.says)
			again := b.get("/auth/signed-out?state="+q.Get("state"), "Cookie", cookieLine(back))
			again.want(t, "the same state again", http.StatusOK, unsure)
		})
	}
}

// What signing out leaves behind: nothing that opens anything, here or at another replica.
func TestSignOut(t *testing.T) {
	t.Parallel()
	p := newSuite(t)
	b := newBenchAt(t, "https://portal.example", p.issuer, away{})
	b.must(b.server.config.RP.Ready(t.Context()))
	origin, _ := url.Parse(p.issuer)
	page := b.get("/sites").Header.Get("Content-Security-Policy")
	if want := "form-action 'self' http://" + origin.Host + ";"; !strings.Contains(page, want) {
		t.Errorf("the policy of a page with the form is %q, lacks %q", page, want)
	}
	two := *b
	two.serve()
	out := b.ask("POST", "/auth/logout", "", "Cookie", b.cookie.Name+"="+b.cookie.Value+"; __Host-portico-recent=x")
	out.want(t, "sign out", http.StatusSeeOther)
	if !slices.ContainsFunc(out.Cookies(), func(c *http.Cookie) bool { return c.Name == "__Host-portico-recent" && c.MaxAge < 0 }) {
		t.Error("a sign-in after signing out by hand counts as one of a loop")
	}
	if got := out.Header.Get("Clear-Site-Data"); got != `"cache", "storage"` {
		t.Errorf("Clear-Site-Data %s", got)
	}
	cleared := false
	for _, c := range out.Cookies() {
		cleared = cleared || c.Name == "__Host-portico" && c.MaxAge < 0 && c.Value == "" && c.Secure && c.HttpOnly && c.Path == "/" && c.Domain == "" && c.SameSite == http.SameSiteLaxMode
	}
	if !cleared || strings.Contains(out.Header.Get("Location"), "id_token_hint") {
		t.Errorf("cookies %v, sent to %s", out.Cookies(), out.Header.Get("Location"))
	}
	for name, replica := range map[string]*bench{"this replica": b, "another": &two} {
		replica.get("/sites").want(t, "the old cookie at "+name, http.StatusSeeOther)
		replica.get("/sites", "Accept", "application/json").want(t, "a script with the old cookie at "+name, http.StatusUnauthorized)
		replica.get("/auth/session", "Accept", "application/json").want(t, "its session at "+name, http.StatusOK, `"active":false`)
	}
}

func TestSignOutWithoutASession(t *testing.T) {
	t.Parallel()
	p := newSuite(t)
	b := newBenchAt(t, "https://portal.example", p.issuer, away{})
	ended := b.start(aliceOf("s"), session.About{})
	b.must(b.store.Sessions().Delete(t.Context(), handleOf(t, ended).ID(), session.ReasonBackChannel))
	for name, cookie := range map[string]string{"ended by the identity server": ended.Name + "=" + ended.Value, "no cookie": "", "garbage": ended.Name + "=x"} {
		a := b.ask("POST", "/auth/logout", "", "Cookie", cookie)
		a.want(t, name, http.StatusSeeOther)
		if to := a.Header.Get("Location"); !strings.HasPrefix(to, p.issuer+"end_session_endpoint?") || a.Header.Get("Clear-Site-Data") == "" {
			t.Errorf("%s: sent to %s, Clear-Site-Data %q", name, to, a.Header.Get("Clear-Site-Data"))
		}
	}
}

// An identity server that is away, or a store, changes what the person is told, and in the first case nothing else.
func TestSignOutInTrouble(t *testing.T) {
	t.Parallel()
	b := newBench(t, "https://portal.example")
	b.store.Always(storetest.Fault{Before: storetest.Fail(nil)}, storetest.SessionDelete)
	if a := b.ask("POST", "/auth/logout", ""); a.StatusCode != http.StatusServiceUnavailable || len(a.Cookies()) > 0 {
		t.Errorf("the store is down: %d, cookies %v", a.StatusCode, a.Cookies())
	}
	b.store.Heal()
	b.get("/sites").want(t, "still signed in", http.StatusOK)
	a := b.ask("POST", "/auth/logout", "")
	a.want(t, "the identity server is away", http.StatusSeeOther)
	b.get("/sites").want(t, "the session", http.StatusSeeOther)
	b.get(a.Header.Get("Location"), "Cookie", "").want(t, "told so", http.StatusOK, "You are signed out", "could not be reached")
}
