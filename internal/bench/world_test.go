package bench

import (
	"crypto/rand"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"portico/internal/demo/energy"
	"portico/internal/demo/fault"
	"portico/internal/demo/hub"
	"portico/internal/demo/identity"
	"portico/internal/testserver"
	"portico/internal/visitor"
)

// world is everything around the portal's processes: a strict identity server, a Data Hub, and what a portal needs to use them.
type world struct {
	b        *testing.B
	identity *identity.Provider
	base     string // the portal's public address
	program  string
	env      []string
	delay    atomic.Int64 // of the token endpoint
	down     atomic.Bool  // the identity server refuses everything
}

func newWorld(b *testing.B, lifetime time.Duration, sessions string) *world {
	b.Helper()
	w := &world{b: b}
	var err error
	w.program, err = program()
	must(b, err)
	port := testserver.FreePort(b)
	w.base = "http://localhost:" + port
	server := httptest.NewUnstartedServer(nil)
	_, idPort, err := net.SplitHostPort(server.Listener.Addr().String())
	must(b, err)
	secret := rand.Text()
	w.identity, err = identity.New(identity.Config{
		Issuer: "http://id.localhost:" + idPort, AccessTokenLifetime: lifetime, Fault: w.fault,
		Clients: []identity.Client{{ID: "portico", Secret: secret, RedirectURIs: []string{w.base + "/auth/callback"}, PostLogoutRedirectURIs: []string{w.base + "/auth/signed-out"}}},
	})
	must(b, err)
	server.Config.Handler = w.identity
	server.Start()
	b.Cleanup(server.Close)
	data := httptest.NewServer(hub.New(hub.Config{World: energy.New(42), Check: w.identity.Introspect}))
	b.Cleanup(data.Close)
	dir := b.TempDir()
	keys, err := exec.Command(w.program, "keys", "new").Output()
	must(b, err)
	must(b, os.WriteFile(filepath.Join(dir, "keys"), keys, 0o600))
	must(b, os.WriteFile(filepath.Join(dir, "secret"), []byte(secret), 0o600))
	w.env = []string{"PORTICO_BASE_URL=" + w.base, "PORTICO_ADMIN_LISTEN=off", "PORTICO_DRAIN_DELAY=0s", "PORTICO_SESSIONS_PER_PERSON=1000", "DATAHUB_AUTH_URL=http://id.localhost:" + idPort, "DATAHUB_CLIENT_ID=portico",
		"DATAHUB_CLIENT_SECRET_FILE=" + filepath.Join(dir, "secret"), "DATAHUB_API_URL=" + data.URL, "PORTICO_KEYS_FILE=" + filepath.Join(dir, "keys"),
		"PORTICO_DATABASE=sqlite://" + filepath.Join(dir, "portico.db")}
	if sessions != "" {
		w.env = append(w.env, "PORTICO_SESSIONS="+sessions)
	}
	return w
}

// fault delays the token endpoint, or takes the whole identity server away.
func (w *world) fault(r *http.Request) fault.Fault {
	if strings.HasSuffix(r.URL.Path, "/connect/token") {
		return fault.Fault{Delay: time.Duration(w.delay.Load()), Cut: w.down.Load()}
	}
	return fault.Fault{Cut: w.down.Load()}
}

// replica starts a process of the portal and waits until it is ready; it returns how long that took.
func (w *world) replica() (p *process, ready time.Duration) {
	w.b.Helper()
	address := "127.0.0.1:" + testserver.FreePort(w.b)
	start := time.Now()
	p = startProcess(w.b, "", w.env, w.program, "serve", "--listen="+address)
	p.url = "http://" + address
	for range 20_000 {
		resp, err := http.Get(p.url + "/readyz")
		if err == nil {
			_ = resp.Body.Close()
			if resp.StatusCode == http.StatusOK {
				return p, time.Since(start)
			}
		}
		time.Sleep(time.Millisecond)
	}
	w.b.Fatal("the portal was not ready within 20 s")
	return nil, 0
}

// signIn signs a persona in through a replica, as a browser does, and returns the Cookie header for further requests.
func (w *world) signIn(p *process, persona string) string {
	w.b.Helper()
	v := visitor.New(w.base, visitor.Options{Route: func(port string) string {
		if strings.HasSuffix(w.base, ":"+port) {
			return strings.TrimPrefix(p.url, "http://")
		}
		return "127.0.0.1:" + port
	}})
	defer v.Close()
	page, err := v.SignIn("/explore", visitor.User{Name: persona, Password: persona + "-demo"})
	must(w.b, err)
	cookie := v.Cookies()["portico"]
	if page.URL().Path != "/explore" || cookie == "" {
		w.b.Fatalf("the sign-in ended at %s", page.URL())
	}
	return "portico=" + cookie
}

// browser asks a replica for a path with a session's cookie.
func (w *world) browser(p *process, path, cookie string) *browser {
	return newBrowser(p.url, path, strings.TrimPrefix(w.base, "http://"), cookie)
}
