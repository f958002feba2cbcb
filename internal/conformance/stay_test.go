package conformance

import (
	"net/url"
	"strings"
	"testing"
	"time"
)

// cookie is the session cookie as the portal set it last.
func (v *visitor) cookie(p *portal) (maxAge int) {
	v.t.Helper()
	return v.ages["portico"]
}

// Staying signed in is offered on every page with a way in, where the operator allows it, and chosen by the person: by nobody else, and for one sign-in.
func TestStaySignedIn(t *testing.T) {
	t.Parallel()
	s := newSuite(t, bent{refresh: true})
	p := startPortal(t, s, false, "--stay-signed-in=720h")
	v := newVisitor(t)
	for _, path := range []string{"/auth/expired?to=/sites", "/auth/signed-out", "/auth/session", "/auth/callback?code=c&state=s"} {
		if end := v.open(p.base + path); !strings.Contains(end.body, `href="/auth/login?`) || !strings.Contains(end.body, "stay=1") || !strings.Contains(end.body, "up to 30 days") {
			t.Errorf("%s offers no way to stay: %d %.1500s", path, end.status, end.body)
		}
	}
	if v.signIn(p); v.status(p).Stay || v.cookie(p) != 0 {
		t.Errorf("a plain sign-in stays: %+v, cookie for %d s", v.status(p), v.cookie(p))
	}
	if end := v.open(p.base + "/auth/session"); !strings.Contains(end.body, "Stay signed in on this device") {
		t.Error("the page of the session offers no way to stay")
	}
	v.follow("GET", p.base+"/auth/login?stay=1", nil, "https://elsewhere.example")
	if v.status(p).Stay {
		t.Error("a link elsewhere chose to stay")
	}
	v.follow("GET", p.base+"/auth/login?stay=1&return_to=/settings/sessions", nil, p.base)
	st := v.status(p)
	if left := time.Until(st.Expires); !st.Stay || left < 29*24*time.Hour || left > 30*24*time.Hour || v.cookie(p) < 29*24*3600 {
		t.Errorf("chosen on a page of ours: %+v, cookie for %d s", st, v.cookie(p))
	}
	if got := s.request.Get("prompt"); got != "none" {
		t.Errorf("who is signed in was asked with prompt %q, want none", got)
	}
	v.submit(p.base+"/auth/account", url.Values{"account": {"102"}})
	if !v.status(p).Stay {
		t.Error("a change of account ends the choice")
	}
	v.submit(p.base+"/auth/logout", nil)
	if v.signIn(p); v.status(p).Stay {
		t.Error("the choice outlives its session")
	}

	strict := startPortal(t, s, false)
	other := newVisitor(t)
	other.follow("GET", strict.base+"/auth/login?stay=1", nil, strict.base)
	if end := other.open(strict.base + "/auth/session"); other.status(strict).Stay || other.cookie(strict) != 0 || strings.Contains(end.body, "stay=1") {
		t.Error("somebody stays where nobody may")
	}
}
