package interop

import (
	"encoding/json"
	"net/http"
	"net/url"
	"testing"
)

// television is a browser that a person made a screen.
type television struct {
	*person
	id string
}

// pair lets a person approve a new screen with a sign-in of its own, and returns it.
func (p *person) pair(t *testing.T, portal string, u user) television {
	t.Helper()
	board, err := p.NewBoard()
	if err != nil {
		t.Fatal(err)
	}
	tv := newPerson(t, portal)
	g := p.arrives(p.Approve(tv.Visitor, board, "own"))
	if p.back(g) || g.Form("password") == nil {
		t.Fatalf("approving asks for no password: at %s with %d by way of %q", g.URL(), g.StatusCode, g.Way)
	}
	done := p.fillIn(g, u, "")
	done.want(t, http.StatusOK, "/pair")
	list := tv.open("/screen")
	list.want(t, http.StatusOK, "/tv/list/"+done.URL().Query().Get("done"), "Wall")
	return television{tv, done.URL().Query().Get("done")}
}

// told is what the screen's report is answered by: "" that it goes on, "ended" that it is none any more.
func (tv television) told(t *testing.T) string {
	t.Helper()
	var a struct{ Do string }
	g, err := tv.Post("/tv/report", url.Values{"screen": {tv.id}})
	if err != nil || g.StatusCode != http.StatusOK || json.Unmarshal([]byte(g.Body), &a) != nil {
		t.Fatalf("the report is answered by %d, %v", g.StatusCode, err)
	}
	return a.Do
}

func (tv television) goesOn(t *testing.T, when string) {
	t.Helper()
	if do := tv.told(t); do != "" {
		t.Errorf("%s the screen is told %q", when, do)
	}
	tv.open("/tv/list/"+tv.id).want(t, http.StatusOK, "/tv/list/"+tv.id)
}

// A screen has an offline session of its own at Keycloak. Its refresh tokens are one-time; it outlives the person's sign-out, and ends when somebody revokes it here or ends that session there. The person's own session is
// not touched by any of that.
func screenOffline(t *testing.T) {
	r := &registration{}
	d := deploy(t, r, settings{life: short, reuse: oneTime})
	p := newPerson(t, d.portal)
	p.signIn("/sites", viewer).want(t, http.StatusOK, "/sites")
	tv := p.pair(t, d.portal, viewer)
	if offline := r.offlineSessions(t, viewer); len(offline) != 1 {
		t.Errorf("offline sessions %q, want the screen's", offline)
	}
	expire()
	tv.goesOn(t, "after its token was over")
	if g := p.open("/sites"); g.StatusCode != http.StatusOK || len(g.Way) != 0 {
		t.Errorf("the person's own session: %d by way of %q", g.StatusCode, g.Way)
	}
	if answered, again := d.refreshes(); answered != 2 || again != 0 {
		t.Errorf("%d refreshes, %d presentations of a used refresh token; want one for the screen and one for the person", answered, again)
	}
	p.signOut().want(t, http.StatusOK, "/auth/signed-out")
	expire()
	tv.goesOn(t, "after the person's sign-out")

	p.signIn("/sites", viewer).want(t, http.StatusOK, "/sites")
	other := p.pair(t, d.portal, viewer)
	p.send("/settings/screens/"+tv.id, url.Values{"do": {"revoke"}, "sure": {"1"}}).want(t, http.StatusOK, "/settings/sessions")
	if do := tv.told(t); do != "ended" {
		t.Errorf("a revoked screen is told %q", do)
	}
	other.goesOn(t, "after another one was revoked")
	eventually(t, "Keycloak has forgotten the revoked screen's session", func() bool { return len(r.offlineSessions(t, viewer)) == 1 })

	expire()
	eventually(t, "the screen whose session was ended there shows its code", func() bool {
		for _, id := range r.offlineSessions(t, viewer) { // again when it is still listed: Keycloak writes sessions a while after they have changed
			keycloak.admin(t, http.MethodDelete, "/"+r.realm.name+"/sessions/"+id+"?isOffline=true", nil)
		}
		return other.told(t) == "ended"
	})
}

// Where offline_access is never asked for, a screen's grant is part of the browser's session at Keycloak in which it was approved: it refreshes beside the person's, and the logout token of that session ends both.
func screenOnline(t *testing.T) {
	r := &registration{}
	d := deploy(t, r, settings{life: short, reuse: oneTime}, "PORTICO_OFFLINE_ACCESS=never")
	p := newPerson(t, d.portal)
	p.signIn("/sites", viewer).want(t, http.StatusOK, "/sites")
	tv := p.pair(t, d.portal, viewer)
	expire()
	tv.goesOn(t, "after its token was over")
	if g := p.open("/sites"); g.StatusCode != http.StatusOK || len(g.Way) != 0 {
		t.Errorf("the person's own session: %d by way of %q", g.StatusCode, g.Way)
	}
	if _, again := d.refreshes(); again != 0 {
		t.Errorf("%d presentations of a used refresh token", again)
	}
	d.end(t, p, viewer)
	eventually(t, "the logout token reaches the screen", func() bool { return tv.told(t) == "ended" })
}
