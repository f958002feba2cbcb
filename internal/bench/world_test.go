package bench

import (
	"context"
	"crypto/rand"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/cookiejar"
	"net/http/httptest"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"portico/internal/demo/energy"
	"portico/internal/demo/fault"
	"portico/internal/demo/hub"
	"portico/internal/demo/identity"
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
	port := freePort(b)
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
	address := "127.0.0.1:" + freePort(w.b)
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

var hiddenID = regexp.MustCompile(`name="id" value="([^"]+)"`)

// signIn signs a persona in through a replica, as a browser does, and returns the Cookie header for further requests.
func (w *world) signIn(p *process, persona string) string {
	w.b.Helper()
	jar, err := cookiejar.New(nil)
	must(w.b, err)
	client := &http.Client{Jar: jar, Transport: &http.Transport{DialContext: func(ctx context.Context, network, address string) (net.Conn, error) {
		_, port, _ := net.SplitHostPort(address)
		if strings.HasSuffix(w.base, ":"+port) {
			return new(net.Dialer).DialContext(ctx, network, strings.TrimPrefix(p.url, "http://"))
		}
		return new(net.Dialer).DialContext(ctx, network, "127.0.0.1:"+port)
	}}}
	defer client.CloseIdleConnections()
	get := func(resp *http.Response, err error) (string, *url.URL) {
		must(w.b, err)
		defer func() { _ = resp.Body.Close() }()
		body, err := io.ReadAll(resp.Body)
		must(w.b, err)
		return string(body), resp.Request.URL
	}
	body, at := get(client.Get(w.base + "/auth/login?return_to=/explore"))
	m := hiddenID.FindStringSubmatch(body)
	if m == nil {
		w.b.Fatalf("no sign-in page at %s", at)
	}
	if _, at = get(client.PostForm(at.Scheme+"://"+at.Host+"/login", url.Values{"id": {m[1]}, "username": {persona}, "password": {persona + "-demo"}})); at.Path != "/explore" {
		w.b.Fatalf("the sign-in ended at %s", at)
	}
	base, err := url.Parse(w.base)
	must(w.b, err)
	for _, c := range jar.Cookies(base) {
		if c.Name == "portico" {
			return c.Name + "=" + c.Value
		}
	}
	w.b.Fatal("no session cookie")
	return ""
}

// browser asks a replica for a path with a session's cookie.
func (w *world) browser(p *process, path, cookie string) *browser {
	return newBrowser(p.url, path, strings.TrimPrefix(w.base, "http://"), cookie)
}

func freePort(b *testing.B) string {
	b.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	must(b, err)
	defer func() { _ = l.Close() }()
	return fmt.Sprint(l.Addr().(*net.TCPAddr).Port)
}
