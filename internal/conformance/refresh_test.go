package conformance

import (
	"net/http"
	"slices"
	"strings"
	"testing"
)

// refreshRP is the plan for refresh tokens: a login, then a refresh, which the suite's ten minutes of expires_in make somebody ask for.
var refreshRP = []module{
	{name: "oidcc-client-test-refresh-token", bent: bent{refresh: true}, ends: userinfo},
	{name: "oidcc-client-test-refresh-token-invalid-issuer", bent: bent{refresh: true, refreshed: add("iss", "1")}, ends: silence},
	{name: "oidcc-client-test-refresh-token-invalid-sub", bent: bent{refresh: true, refreshed: add("sub", "1")}, ends: silence},
}

func TestRefreshTokenRP(t *testing.T) {
	for _, m := range refreshRP {
		t.Run(m.name, func(t *testing.T) {
			t.Parallel()
			s := newSuite(t, m.bent)
			p := startPortal(t, s, false)
			v := newVisitor(t)
			if v.signIn(p); v.signedIn(p) != subject || s.seen("userinfo") != 1 {
				t.Fatalf("not signed in: %v\n%s", s.calls, p.log)
			}
			end := v.submit(p.base+"/auth/session", nil)
			s.locked(func() {
				last := s.calls[len(s.calls)-1]
				refreshed := slices.Index(s.calls, "token") != len(s.calls)-1-slices.Index(reversed(s.calls), "token")
				if asked := last == "userinfo"; !refreshed || asked != (m.ends == userinfo) {
					t.Errorf("after the refresh the suite saw %v, want the %s", s.calls, m.ends)
				}
			})
			if alive := v.signedIn(p) == subject; alive != (m.ends == userinfo) {
				t.Errorf("the session lives: %t; ends at %s with %d", alive, end.url, end.status)
			}
			s.verdict(t)
		})
	}
}

// Userinfo after a refresh counts: another name is shown, somebody else ends the session, and no answer changes nothing.
func TestUserinfoAfterRefresh(t *testing.T) {
	t.Parallel()
	s := newSuite(t, bent{refresh: true})
	p := startPortal(t, s, false)
	v := newVisitor(t)
	v.signIn(p)
	s.locked(func() { s.bent.userinfo = set("name", "Renamed Person") })
	if end := v.submit(p.base+"/auth/session", nil); end.status != http.StatusOK || !strings.Contains(end.body, "Renamed Person") {
		t.Errorf("%d at %s does not show the new name", end.status, end.url)
	}
	before := s.seen("token")
	if v.submit(p.base+"/auth/session", nil); s.seen("token") != before {
		t.Error("two refreshes within ten seconds")
	}
	s.locked(func() { s.bent.userinfo = add("sub", "invalid") })
	if end := v.submit(p.base+"/auth/session", nil); v.signedIn(p) != "" || end.status != http.StatusUnauthorized {
		t.Errorf("userinfo about somebody else: %d, signed in %q", end.status, v.signedIn(p))
	}
	s.verdict(t)
}
