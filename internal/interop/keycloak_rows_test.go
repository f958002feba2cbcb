package interop

import (
	"fmt"
	"net/http"
	"path/filepath"
	"syscall"
	"testing"
	"time"
)

// registration is a portal at Keycloak with something special.
type registration struct {
	keycloakProvider
	realm   *realm                                    // nil: the one that the settings call for
	changes []func(client, attributes map[string]any) // of the client
	*keycloakClient
}

func (r *registration) deploy(t *testing.T, portal string, s settings) *identityServer {
	t.Helper()
	if r.realm == nil {
		r.realm = realmFor(t, s.reuse)
	}
	r.keycloakClient = r.realm.deploy(t, portal, s, r.changes...)
	return r.identityServer
}

// keycloakRows is what only Keycloak has, or only its administrators can do here.
var keycloakRows = map[string]func(t *testing.T){
	"account by parameter": accountByParameter, "bare host": bareHost, "client secret changed": secretChanged, "client session over": clientSessionOver, "user disabled": userDisabled,
	"choose an account": chooseAccount, "context": contextOne, "client certificate": clientCertificate, "offline session": offlineSession, "stay signed in": staySignedIn, "application user": applicationUser, "screen, offline": screenOffline, "screen, online": screenOnline,
	"in a browser": inBrowser, "in frames": inFrames, "levels": levels, "in a browser, with a hint": withHint,
}

// platformRealm is the realm of the platform's name, with a mapper that reads the account from the parameter, as the platform's own does. Keycloak's mappers know the person's
// attributes only: they give the first account, whatever is asked for.
func platformRealm(t *testing.T) *realm {
	t.Helper()
	runningKeycloak(t)
	making.Lock()
	defer making.Unlock()
	if platform == nil {
		platform = makeRealm(t, func(realm map[string]any) {
			realm["realm"], realm["revokeRefreshToken"], realm["refreshTokenMaxReuse"] = "opinum", true, 0
			for _, s := range realm["clientScopes"].([]any) {
				if s := s.(map[string]any); s["name"] == "datahub-api" {
					m := s["protocolMappers"].([]any)[1].(map[string]any)
					m["protocolMapper"] = "script-account.js"
					delete(m["config"].(map[string]any), "user.attribute")
				}
			}
		})
	}
	return platform
}

var platform *realm

func accountByParameter(t *testing.T) {
	anotherAccount(t, accounts{&registration{realm: platformRealm(t)}})
}

// accounts is a Keycloak with that mapper.
type accounts struct{ *registration }

func (accounts) can(ability) bool { return true }

// An operator who gives the platform's host gets its realm.
func bareHost(t *testing.T) {
	d := deploy(t, bare{&registration{realm: platformRealm(t)}}, settings{life: time.Minute, reuse: oneTime})
	newPerson(t, d.portal).signIn("/sites", viewer).want(t, http.StatusOK, "/sites", "Kouter Offices")
}

type bare struct{ *registration }

func (b bare) deploy(t *testing.T, portal string, s settings) *identityServer {
	t.Helper()
	i := b.registration.deploy(t, portal, s)
	i.env[0] = "DATAHUB_AUTH_URL=" + i.origin
	return i
}

// The client's secret is changed at Keycloak and not yet at the portal: no session ends, and when it is put right everybody goes on.
func secretChanged(t *testing.T) {
	r := &registration{}
	d := deploy(t, r, settings{life: short, reuse: oneTime})
	p := newPerson(t, d.portal)
	p.signIn("/sites", viewer).want(t, http.StatusOK, "/sites")
	r.setSecret(t, "another-secret")
	expire()
	p.open("/sites").want(t, http.StatusServiceUnavailable, "/sites")
	r.setSecret(t, clientSecret)
	var g page
	if !within(40*time.Second, func() bool { g = p.open("/sites"); return g.StatusCode == http.StatusOK }) || len(g.Way) != 0 {
		t.Errorf("at %s with %d by way of %q", g.URL(), g.StatusCode, g.Way)
	}
}

func (r *registration) setSecret(t *testing.T, secret string) {
	t.Helper()
	keycloak.admin(t, http.MethodPut, "/"+r.realm.name+"/clients/"+r.key, map[string]any{"clientId": r.id, "secret": secret})
}

// Refresh tokens end with the client's part of the session; the person's own session goes on, so that the next sign-in is silent.
func clientSessionOver(t *testing.T) {
	r := &registration{changes: []func(client, attributes map[string]any){func(_, attributes map[string]any) { attributes["client.session.max.lifespan"] = "10" }}}
	d := deploy(t, r, settings{life: short, reuse: oneTime})
	p := newPerson(t, d.portal)
	p.signIn("/sites", viewer).want(t, http.StatusOK, "/sites")
	time.Sleep(12 * time.Second)
	p.open("/sites/204481").want(t, http.StatusOK, "/sites/204481", "Kouter Offices")
	if d.log.Await(1, `"event":"sign-in"`, `"prompt":"none"`) != 1 {
		t.Errorf("not signed in silently:\n%s", d.log)
	}
}

// Who is disabled at Keycloak is out when the access token ends, at the latest.
func userDisabled(t *testing.T) {
	r := &registration{}
	d := deploy(t, r, settings{life: short, reuse: oneTime})
	guest := r.realm.invite(t)
	p := newPerson(t, d.portal)
	p.signIn("/sites", guest).want(t, http.StatusOK, "/sites")
	keycloak.admin(t, http.MethodPut, "/"+r.realm.name+"/users/"+r.realm.userID(t, guest), map[string]any{"enabled": false})
	expire()
	d.wantSignedOut(t, p)
}

// invite makes a user whom no other test knows.
func (r *realm) invite(t *testing.T) user {
	t.Helper()
	u := user{fmt.Sprint("guest-", made.Add(1)), "guest-demo", "Gwen Claes"}
	keycloak.admin(t, http.MethodPost, "/"+r.name+"/users", map[string]any{
		"username": u.name, "firstName": "Gwen", "lastName": "Claes", "email": u.name + "@noordzee.example", "enabled": true, "attributes": map[string][]string{"account": {"101"}},
		"credentials": []map[string]any{{"type": "password", "value": u.password}},
	})
	return u
}

// Keycloak lets nobody choose, and says so: people are not sent there for it.
func chooseAccount(t *testing.T) {
	d := deploy(t, &registration{}, settings{life: time.Minute, reuse: oneTime})
	p := newPerson(t, d.portal)
	p.signIn("/sites", operator).want(t, http.StatusOK, "/sites")
	if g := p.open("/auth/account"); g.Form("account") == nil || g.Form("choose") != nil {
		t.Errorf("the page has a button to choose an account:\n%s", g.Body)
	}
}

// Keycloak's contexts are 1 for who has just signed in and 0 for who was signed in already. An operator who wants 1 gets it: a silent sign-in is refused, and the
// password asked for.
func contextOne(t *testing.T) {
	d := deploy(t, &registration{}, settings{life: time.Minute, reuse: oneTime}, "PORTICO_LOGIN_ACR_VALUES=1")
	p := newPerson(t, d.portal)
	p.signIn("/sites", viewer).want(t, http.StatusOK, "/sites")
	d.forgetSession(t, p)
	g := p.open("/sites")
	if p.back(g) || g.Form("password") == nil {
		t.Fatalf("at %s with %d by way of %q", g.URL(), g.StatusCode, g.Way)
	}
}

// A client with a certificate, at the port where Keycloak asks for one.
func clientCertificate(t *testing.T) {
	dir := t.TempDir()
	a, err := testAuthority()
	if err != nil {
		t.Fatal(err)
	}
	if err := a.write(dir, "portico"); err != nil {
		t.Fatal(err)
	}
	r := &registration{changes: []func(client, attributes map[string]any){func(client, attributes map[string]any) {
		client["clientAuthenticatorType"], attributes["x509.subjectdn"] = "client-x509", "CN=portico"
	}}}
	d := deploy(t, overTLS{r}, settings{life: short, reuse: oneTime, auth: "tls_client_auth"}, "PORTICO_CLIENT_AUTH=tls_client_auth", "PORTICO_ISSUER_CA_FILE="+filepath.Join(dir, "ca.pem"),
		"PORTICO_CLIENT_CERTIFICATE_FILE="+filepath.Join(dir, "portico.pem"), "PORTICO_CLIENT_CERTIFICATE_KEY_FILE="+filepath.Join(dir, "portico.key"))
	d.signsInRefreshesAndLeaves(t)
}

// overTLS is Keycloak without a front before it.
type overTLS struct{ *registration }

func (o overTLS) deploy(t *testing.T, portal string, s settings) *identityServer {
	t.Helper()
	i := o.registration.deploy(t, portal, s)
	issuer := "https://id.localhost:" + keycloak.tls + "/realms/" + o.realm.name
	i.env[0], i.check = "DATAHUB_AUTH_URL="+issuer, bearer(issuer, issuer+"/protocol/openid-connect/certs")
	return i
}

// An offline session replaces Keycloak's own: a browser that comes back without its cookie is asked for the password, and nobody signs it out but this portal and an
// administrator who ends offline sessions.
func offlineSession(t *testing.T) {
	r := &registration{}
	d := deploy(t, r, settings{life: short, reuse: oneTime}, "PORTICO_OFFLINE_ACCESS=always")
	p := newPerson(t, d.portal)
	p.signIn("/sites", viewer).want(t, http.StatusOK, "/sites")
	offline := r.offlineSessions(t, viewer)
	if online := r.sessions(t, viewer); len(online) != 0 || len(offline) != 1 {
		t.Errorf("sessions %q, offline ones %q", online, offline)
	}
	keycloak.admin(t, http.MethodDelete, "/"+r.realm.name+"/sessions/"+offline[0]+"?isOffline=true", nil)
	eventually(t, "the portal hears of it", func() bool { return p.status("/sites") != http.StatusOK })
	g := p.open("/sites")
	if p.back(g) || g.Form("password") == nil {
		t.Fatalf("at %s with %d by way of %q", g.URL(), g.StatusCode, g.Way)
	}
	p.fillIn(g, viewer, "").want(t, http.StatusOK, "/sites")
	p.signOut()
	eventually(t, "Keycloak has forgotten the session", func() bool { return len(r.offlineSessions(t, viewer)) == 0 })
}

func (c *keycloakClient) offlineSessions(t *testing.T, u user) (ids []string) {
	t.Helper()
	var sessions []struct{ ID string }
	read(t, keycloak.admin(t, http.MethodGet, "/"+c.realm.name+"/users/"+c.realm.userID(t, u)+"/offline-sessions/"+c.key, nil), &sessions)
	for _, s := range sessions {
		ids = append(ids, s.ID)
	}
	return ids
}

// Who chooses to stay signed in gets an offline session, and nobody else does. Who has no right to one is told that the sign-in was refused.
func staySignedIn(t *testing.T) {
	r := &registration{}
	d := deploy(t, r, settings{life: time.Minute, reuse: oneTime}, "PORTICO_STAY_SIGNED_IN=720h", "PORTICO_OFFLINE_ACCESS=stay")
	const stay = "/auth/login?return_to=/sites&stay=1"
	newPerson(t, d.portal).signIn("/sites", viewer).want(t, http.StatusOK, "/sites")
	if online, offline := r.sessions(t, viewer), r.offlineSessions(t, viewer); len(online) != 1 || len(offline) != 0 {
		t.Errorf("for this time: sessions %q, offline ones %q", online, offline)
	}
	newPerson(t, d.portal).signIn(stay, viewer).want(t, http.StatusOK, "/sites")
	if offline := r.offlineSessions(t, viewer); len(offline) != 1 {
		t.Errorf("to stay: offline sessions %q", offline)
	}
	newPerson(t, d.portal).signIn(stay, r.realm.invite(t)).want(t, http.StatusBadGateway, "/auth/callback", "could not be completed")
}

// restart stops the only Keycloak while a session needs a refresh, and starts it again. Nothing else may use it meanwhile.
func restart(t *testing.T) {
	d := deploy(t, &registration{}, settings{life: short, reuse: oneTime})
	p := newPerson(t, d.portal)
	p.signIn("/sites", viewer).want(t, http.StatusOK, "/sites")
	keycloak.stop(syscall.SIGTERM)
	expire()
	p.open("/sites").want(t, http.StatusServiceUnavailable, "/sites")
	if err := keycloak.start(); err != nil {
		t.Fatal(err)
	}
	g := d.insist(t, p, "/sites")
	g.want(t, http.StatusOK, "/sites", "Kouter Offices")
	if len(g.Way) != 0 {
		t.Errorf("by way of %q", g.Way)
	}
	d.end(t, p, viewer)
	eventually(t, "the portal hears of the sign-out", func() bool { return p.status("/sites") != http.StatusOK })
}

// The application user signs in with a password, for the Data Hub.
func applicationUser(t *testing.T) {
	d := deploy(t, &registration{}, settings{life: time.Minute, reuse: oneTime})
	d.webCheck(t, `application user +ok`, "DATAHUB_USERNAME=screen", "DATAHUB_PASSWORD=screen-demo")
	d.webCheck(t, `application user +failed`, "DATAHUB_USERNAME=screen", "DATAHUB_PASSWORD=wrong")
	d.webCheck(t, `redirect URI +failed .*--scopes`, "DATAHUB_SCOPE=openid nonsense")
}
