package main

import (
	"crypto/rand"
	"net"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"portico/internal/demo/energy"
	"portico/internal/demo/fault"
	"portico/internal/demo/hub"
	"portico/internal/demo/identity"
	"portico/internal/testserver"
)

// deployment is an identity server and a Data Hub in the test's own process, and what a portal needs to use them.
type deployment struct {
	identity *identity.Provider
	issuer   string
	env      []string
	base     string
	faults   fault.Switch                                                      // of the identity server
	instead  atomic.Pointer[func(w http.ResponseWriter, r *http.Request) bool] // answers a request in the identity server's place
}

func deploy(t *testing.T, lifetime time.Duration) *deployment {
	t.Helper()
	d := &deployment{}
	port := testserver.FreePort(t)
	d.base = "http://localhost:" + port
	server := httptest.NewUnstartedServer(nil)
	d.issuer = "http://id.localhost:" + portOf(t, server.Listener)
	secret := rand.Text()
	provider, err := identity.New(identity.Config{
		Issuer: d.issuer, AccessTokenLifetime: lifetime,
		Clients: []identity.Client{{ID: "portico", Secret: secret, RedirectURIs: []string{d.base + "/auth/callback"}, PostLogoutRedirectURIs: []string{d.base + "/auth/signed-out"}, BackChannelLogoutURI: d.base + "/auth/backchannel-logout"}},
		Fault:   d.faults.Pick,
	})
	if err != nil {
		t.Fatal(err)
	}
	d.identity = provider
	server.Config.Handler = http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if f := d.instead.Load(); f == nil || !(*f)(w, r) {
			provider.ServeHTTP(w, r)
		}
	})
	server.Start()
	t.Cleanup(server.Close)
	data := httptest.NewServer(hub.New(hub.Config{World: energy.New(42), Check: provider.Introspect}))
	t.Cleanup(data.Close)
	dir := t.TempDir()
	keys, err := newCommand("keys", "new").Output()
	if err != nil {
		t.Fatal(err)
	}
	for name, content := range map[string]string{"keys": string(keys), "secret": secret} {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(content), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	d.env = []string{"PORTICO_BASE_URL=" + d.base, "PORTICO_LISTEN=127.0.0.1:" + port, "PORTICO_ADMIN_LISTEN=off", "PORTICO_DRAIN_DELAY=0s", "DATAHUB_AUTH_URL=" + d.issuer, "DATAHUB_CLIENT_ID=portico", "DATAHUB_CLIENT_SECRET_FILE=" + filepath.Join(dir, "secret"),
		"DATAHUB_API_URL=" + data.URL, "PORTICO_KEYS_FILE=" + filepath.Join(dir, "keys"), "PORTICO_DATABASE=sqlite://" + filepath.Join(dir, "data", "portico.db")}
	return d
}

func portOf(t *testing.T, l net.Listener) string {
	t.Helper()
	_, port, err := net.SplitHostPort(l.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	return port
}

// serve starts `web serve` at the public port and waits until it is ready.
func (d *deployment) serve(t *testing.T) *program {
	t.Helper()
	return d.serveAt(t, d.base[strings.LastIndex(d.base, ":")+1:])
}

// serveAt starts a process of the portal at another port of this machine.
func (d *deployment) serveAt(t *testing.T, port string) *program {
	t.Helper()
	return d.serveOther(t, binary, port)
}

// serveOther starts a process of another build.
func (d *deployment) serveOther(t *testing.T, binary, port string) *program {
	t.Helper()
	p := startOther(t, binary, d.env, "serve", "--listen=127.0.0.1:"+port)
	eventually(t, "readiness", func() bool {
		resp, err := http.Get("http://127.0.0.1:" + port + "/readyz")
		if err != nil {
			return false
		}
		_ = resp.Body.Close()
		return resp.StatusCode == http.StatusOK
	})
	if t.Failed() {
		t.Logf("its log:\n%s", p.log)
	}
	return p
}

func TestSessionSurvivesARestart(t *testing.T) {
	t.Parallel()
	d := deploy(t, time.Minute)
	first := d.serve(t)
	p := newPerson(t, d.base)
	p.signIn("/sites", "viewer").want(t, http.StatusOK, "Kouter Offices")
	if err := first.stop(syscall.SIGTERM); err != nil {
		t.Errorf("SIGTERM: %v\n%s", err, first.log)
	}
	d.serve(t)
	p.get("/sites").want(t, http.StatusOK, "Kouter Offices")
}

// TestHangup: a terminal that is closed ends the program in order, also when it says so twice; one that was started with nohup stays.
func TestHangup(t *testing.T) {
	t.Parallel()
	d := deploy(t, time.Minute)
	d.env = append(d.env, "PORTICO_DRAIN_DELAY=1s")
	stays := d.serveInto(t, nil, "/bin/sh", "-c", `trap "" HUP; exec "$0" serve`, binary)
	ends := d.serveAt(t, testserver.FreePort(t))
	for _, p := range []*os.Process{stays.Process, ends.cmd.Process} {
		if err := p.Signal(syscall.SIGHUP); err != nil {
			t.Fatal(err)
		}
	}
	eventually(t, "the end", func() bool { return strings.Contains(ends.log.String(), `"msg":"shutting down"`) })
	if err := ends.stop(syscall.SIGHUP); err != nil {
		t.Errorf("SIGHUP: %v\n%s", err, ends.log)
	}
	if status, _ := fetch(t, d.base+"/readyz"); status != http.StatusOK {
		t.Errorf("after nohup: %d", status)
	}
}

func TestIdentityServerAndDataHubDown(t *testing.T) {
	t.Parallel()
	d := deploy(t, 4*time.Second)
	d.serve(t)
	p := newPerson(t, d.base)
	p.signIn("/sites", "viewer").want(t, http.StatusOK)
	d.faults.Set(fault.Rule{Fault: fault.Fault{Status: http.StatusServiceUnavailable}})
	p.get("/sites").want(t, http.StatusOK) // the access token lives
	time.Sleep(5 * time.Second)
	a := p.get("/sites")
	a.want(t, http.StatusServiceUnavailable)
	if a.Header.Get("Retry-After") == "" || len(a.Header.Values("Set-Cookie")) > 0 {
		t.Errorf("Retry-After %q, cookies %v", a.Header.Get("Retry-After"), a.Header.Values("Set-Cookie"))
	}
	newPerson(t, d.base).get("/auth/login") // metadata is known: the browser is sent there and finds out
	d.faults.Set()
	eventually(t, "recovery", func() bool { return p.get("/sites").StatusCode == http.StatusOK })
	if n := d.identity.Replays(); n != 0 {
		t.Errorf("%d refresh tokens were presented after they had been used", n)
	}
}

func TestWithoutRefreshTokenSignsInAgainSilently(t *testing.T) {
	t.Parallel()
	d := deploy(t, 3*time.Second)
	d.env = append(d.env, "PORTICO_OFFLINE_ACCESS=never")
	d.serve(t)
	p := newPerson(t, d.base)
	p.signIn("/sites", "viewer").want(t, http.StatusOK)
	time.Sleep(4 * time.Second)
	a, redirects := p.open("/sites?q=kouter")
	a.want(t, http.StatusOK, "Kouter Offices")
	if a.Request.URL.RequestURI() != "/sites?q=kouter" || redirects == 0 || redirects > 5 {
		t.Errorf("ended at %s after %d redirects", a.Request.URL, redirects)
	}
	d.identity.RevokeAll()
	time.Sleep(4 * time.Second)
	if a := p.get("/sites/204481"); a.StatusCode == http.StatusSeeOther { // the third sign-in within a minute is not automatic
		a, _ = p.open("/sites/204481")
		a.want(t, http.StatusForbidden, "/auth/login?return_to=%2Fsites%2F204481")
	}
	portal, err := url.Parse(d.base)
	if err != nil {
		t.Fatal(err)
	}
	p.HTTP.Jar.SetCookies(portal, []*http.Cookie{{Name: "portico-recent", Path: "/", MaxAge: -1}}) // as if the minute were over
	a, redirects = p.open("/sites/204481")
	if !strings.Contains(a.Body, `name="password"`) || redirects > 5 {
		t.Errorf("nobody is signed in anywhere, but %s answers %d after %d redirects", a.Request.URL, a.StatusCode, redirects)
	}
}
