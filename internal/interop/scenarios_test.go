package interop

import (
	"net/http"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"
)

func TestKeycloak(t *testing.T) {
	t.Parallel()
	t.Run("all", func(t *testing.T) {
		runAll(t, keycloakProvider{})
		for name, run := range keycloakRows {
			t.Run(name, func(t *testing.T) {
				t.Parallel()
				run(t)
			})
		}
	})
	t.Run("restart", restart)
}

func TestOIDCProvider(t *testing.T) {
	t.Parallel()
	runAll(t, nodeProvider{})
}

func TestDemo(t *testing.T) {
	t.Parallel()
	runAll(t, demoProvider{})
}

// scenarios is what must hold with every identity server that can do what they need: "" for anything that all can.
var scenarios = []struct {
	name  string
	run   func(t *testing.T, from provider)
	needs ability
}{
	{"sign in, sign out here", signInAndOut, ""},
	{"sign out with a hint", signOutWithHint, ""},
	{"signed out there", signedOutThere, ""},
	{"one refresh for twenty requests", oneRefresh, ""},
	{"answer lost, strict", answerLostStrict, ""},
	{"answer lost, grace", answerLostGrace, rotatesOnceMore},
	{"answer lost, reusable", answerLostReusable, ""},
	{"request lost", requestLost, ""},
	{"down for five seconds", downForFiveSeconds, ""},
	{"session over, silent sign-in", silentSignIn, ""},
	{"new keys", newKeys, ""},
	{"form post", formPost, postsForms},
	{"offline access", offlineAccess, ""},
	{"another account", anotherAccount, ""},
	{"check", check, ""},
	{"pushed requests", pushedRequests, wantsPushed},
	{"private_key_jwt", privateKeyJWT, knowsKeys},
	{"longest time since authentication", maxAge, ""},
}

func runAll(t *testing.T, from provider) {
	for _, s := range scenarios {
		if s.needs != "" && !from.can(s.needs) {
			continue
		}
		t.Run(s.name, func(t *testing.T) {
			t.Parallel()
			s.run(t, from)
		})
	}
}

func signInAndOut(t *testing.T, from provider) {
	d := deploy(t, from, settings{life: time.Minute, reuse: oneTime})
	p := newPerson(t, d.portal)
	p.signIn("/sites/204481/sources", viewer).want(t, http.StatusOK, "/sites/204481/sources", "Kouter Offices", viewer.shown)
	p.signOut().want(t, http.StatusOK, "/auth/signed-out", "signed you out as well")
	d.wantSignedOut(t, p)
}

// wantSignedOut opens a page as somebody who is signed in nowhere: a password is asked for.
func (d *deployment) wantSignedOut(t *testing.T, p *person) {
	t.Helper()
	if g := p.open("/sites"); p.back(g) || g.Form("password") == nil {
		t.Errorf("somebody who is signed out is at %s with %d by way of %q", g.URL(), g.StatusCode, g.Way)
	}
}

func signOutWithHint(t *testing.T, from provider) {
	d := deploy(t, from, settings{life: short, reuse: oneTime}, "PORTICO_LOGOUT_HINT=true")
	p := newPerson(t, d.portal)
	p.signIn("/sites", viewer).want(t, http.StatusOK, "/sites")
	expire()
	p.open("/sites").want(t, http.StatusOK, "/sites") // the hint is an ID token that came with a refresh
	p.signOut().want(t, http.StatusOK, "/auth/signed-out", "signed you out as well")
	d.wantSignedOut(t, p)
}

func signedOutThere(t *testing.T, from provider) {
	d := deploy(t, from, settings{life: time.Minute, reuse: oneTime})
	p, other := newPerson(t, d.portal), newPerson(t, d.portal)
	p.signIn("/sites", viewer).want(t, http.StatusOK, "/sites")
	other.signIn("/sites", operator).want(t, http.StatusOK, "/sites")
	d.end(t, p, viewer)
	eventually(t, "the portal hears of it", func() bool { return p.status("/sites") != http.StatusOK })
	if d.log.Await(1, `"event":"sign-out"`, "back-channel", `"sessions":"1"`) != 1 {
		t.Error("no audit line for the back-channel logout")
	}
	d.wantSignedOut(t, p)
	if status := other.status("/sites"); status != http.StatusOK {
		t.Errorf("another person's session answers %d", status)
	}
}

// The portal's session is gone, the identity server's is not: two redirects, and no form.
func silentSignIn(t *testing.T, from provider) {
	d := deploy(t, from, settings{life: time.Minute, reuse: oneTime})
	p := newPerson(t, d.portal)
	p.signIn("/sites", viewer).want(t, http.StatusOK, "/sites")
	d.forgetSession(t, p)
	g := p.open("/sites/204481")
	g.want(t, http.StatusOK, "/sites/204481", "Kouter Offices")
	if d.log.Await(1, `"event":"sign-in"`, `"prompt":"none"`) != 1 {
		t.Errorf("not signed in silently, but by way of %q", g.Way)
	}
	d.end(t, p, viewer)
	eventually(t, "the portal hears of it", func() bool { return p.status("/sites") != http.StatusOK })
	d.wantSignedOut(t, p) // prompt=none is refused, and the sign-in goes on with a form
}

// forgetSession makes the person's cookie worthless, as the end of the portal's session does.
func (d *deployment) forgetSession(t *testing.T, p *person) {
	t.Helper()
	at, err := url.Parse(d.portal)
	if err != nil {
		t.Fatal(err)
	}
	p.HTTP.Jar.SetCookies(at, []*http.Cookie{{Name: "portico", Value: "1." + strings.Repeat("A", 86), Path: "/"}, {Name: "portico-recent", Path: "/", MaxAge: -1}}) // as if the minute of the loop's guard were over
}

func newKeys(t *testing.T, from provider) {
	d := deploy(t, from, settings{life: time.Minute, reuse: oneTime})
	p := newPerson(t, d.portal)
	p.signIn("/sites", viewer).want(t, http.StatusOK, "/sites")
	d.newKeys(t)
	if from.can(keepsSessions) { // a logout token is the first thing that the portal sees of the new key
		d.end(t, p, viewer)
		eventually(t, "the portal hears of the sign-out", func() bool { return p.status("/sites") != http.StatusOK })
	}
	newPerson(t, d.portal).signIn("/sites", viewer).want(t, http.StatusOK, "/sites", "Kouter Offices")
}

func formPost(t *testing.T, from provider) {
	d := deploy(t, from, settings{life: time.Minute, reuse: oneTime}, "PORTICO_RESPONSE_MODE=form_post")
	p := newPerson(t, d.portal)
	g := p.signIn("/sites/204481/sources", viewer)
	g.want(t, http.StatusOK, "/sites/204481/sources", "Kouter Offices")
	if d.log.Await(1, `"POST`, "/auth/callback") == 0 {
		t.Errorf("nothing was posted to the callback; by way of %q", g.Way)
	}
}

func offlineAccess(t *testing.T, from provider) {
	d := deploy(t, from, settings{life: short, reuse: oneTime}, "PORTICO_OFFLINE_ACCESS=always")
	p := newPerson(t, d.portal)
	p.signIn("/sites", viewer).want(t, http.StatusOK, "/sites")
	expire()
	if g := p.open("/sites"); g.StatusCode != http.StatusOK || len(g.Way) != 0 {
		t.Errorf("status %d by way of %q", g.StatusCode, g.Way)
	}
	if answered, _ := d.refreshes(); answered != 1 {
		t.Errorf("%d refreshes", answered)
	}
	p.signOut().want(t, http.StatusOK, "/auth/signed-out")
	d.wantSignedOut(t, p)
}

func anotherAccount(t *testing.T, from provider) {
	d := deploy(t, from, settings{life: short, reuse: oneTime})
	p := newPerson(t, d.portal)
	p.signIn("/sites", operator).want(t, http.StatusOK, "/sites", "Kouter Offices")
	g := p.send("/auth/account", url.Values{"account": {"102"}})
	if g.Form("password") != nil {
		g = p.fillIn(g, operator, "102")
	}
	if !from.can(findsAccounts) {
		g.want(t, http.StatusForbidden, "/auth/callback", "Signed in to another account")
		p.open("/sites").want(t, http.StatusOK, "/sites", "Kouter Offices") // and the session of before goes on
		return
	}
	p.open("/sites").want(t, http.StatusOK, "/sites", "Meuse Services")
	expire()
	p.open("/sites").want(t, http.StatusOK, "/sites", "Meuse Services") // also after a refresh
}

func maxAge(t *testing.T, from provider) {
	d := deploy(t, from, settings{life: time.Minute, reuse: oneTime}, "PORTICO_LOGIN_MAX_AGE=2s")
	p := newPerson(t, d.portal)
	p.signIn("/sites", viewer).want(t, http.StatusOK, "/sites")
	time.Sleep(3 * time.Second)
	d.forgetSession(t, p)
	g := p.open("/sites")
	if p.back(g) || g.Form("password") == nil {
		t.Fatalf("the password is not asked for again, at %s with %d by way of %q", g.URL(), g.StatusCode, g.Way)
	}
	p.fillIn(g, viewer, "101").want(t, http.StatusOK, "/sites")
}

// The identity server takes nothing but pushed requests.
func pushedRequests(t *testing.T, from provider) {
	d := deploy(t, from, settings{life: time.Minute, reuse: oneTime, push: true})
	newPerson(t, d.portal).signIn("/sites", viewer).want(t, http.StatusOK, "/sites", "Kouter Offices")
	d = deploy(t, from, settings{life: time.Minute, reuse: oneTime, push: true}, "PORTICO_PAR=never")
	if g := newPerson(t, d.portal).open("/sites"); g.Form("password") != nil {
		t.Errorf("a request that was not pushed comes to %s", g.URL())
	}
}

// The client has a key and no secret, for every request that it authenticates: pushed, code, refresh, revocation.
func privateKeyJWT(t *testing.T, from provider) {
	file := filepath.Join(t.TempDir(), "client.key")
	key, err := exec.Command(binary, "keys", "client").Output()
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(file, key, 0o600); err != nil {
		t.Fatal(err)
	}
	d := deploy(t, from, settings{life: short, reuse: oneTime, auth: "private_key_jwt", push: true}, "PORTICO_CLIENT_AUTH=private_key_jwt", "PORTICO_CLIENT_KEY_FILE="+file)
	d.signsInRefreshesAndLeaves(t)
}

// signsInRefreshesAndLeaves lets the portal make every request that a client authenticates.
func (d *deployment) signsInRefreshesAndLeaves(t *testing.T) {
	t.Helper()
	p := newPerson(t, d.portal)
	p.signIn("/sites", viewer).want(t, http.StatusOK, "/sites", "Kouter Offices")
	expire()
	if g := p.open("/sites"); g.StatusCode != http.StatusOK || len(g.Way) != 0 {
		t.Errorf("after a refresh: status %d by way of %q", g.StatusCode, g.Way)
	}
	p.signOut().want(t, http.StatusOK, "/auth/signed-out", "signed you out as well")
	if d.log.Count("not revoked") != 0 {
		t.Error("the tokens were not given back")
	}
}

// What web check says of a registration that is right, and of each mistake in it, whether or not requests are pushed.
func check(t *testing.T, from provider) {
	d := deploy(t, from, settings{life: time.Minute, reuse: oneTime})
	for _, par := range []string{"PORTICO_PAR=auto", "PORTICO_PAR=never"} {
		d.webCheck(t, `(?s)client +ok.*redirect URI +ok`, par)
		d.webCheck(t, `client +failed .*--client-id`, par, "DATAHUB_CLIENT_SECRET=wrong")
		d.webCheck(t, `client +failed .*--client-id`, par, "DATAHUB_CLIENT_ID=nobody")
		d.webCheck(t, `redirect URI +failed .*register \S+/elsewhere for client`, par, "PORTICO_CALLBACK_PATH=/elsewhere")
	}
}

// webCheck runs web check with more environment and looks for a line in what it prints.
func (d *deployment) webCheck(t *testing.T, line string, env ...string) {
	t.Helper()
	cmd := exec.Command(binary, "check")
	cmd.Env = append(slices.Clone(d.cmd.Env), env...)
	if out, err := cmd.CombinedOutput(); !regexp.MustCompile(line).Match(out) || (err != nil) != strings.Contains(line, "failed") {
		t.Errorf("web check with %q: %v, want %s\n%s", env, err, line, out)
	}
}
