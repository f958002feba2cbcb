package interop

import (
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"sync"
	"syscall"
	"testing"
	"time"

	"portico/internal/demo/energy"
	"portico/internal/demo/hub"
	"portico/internal/testserver"
)

const clientSecret = "portico-demo-secret" // of the portal at every identity server, as in deploy/keycloak/portico-realm.json

// world is what the Data Hub knows. It is not written to.
var world = sync.OnceValue(func() *energy.World { return energy.New(42) })

// deployment is a portal with its identity server and a Data Hub that knows that one's access tokens.
type deployment struct {
	*identityServer
	portal string // origin
	log    *testserver.Log
	cmd    *exec.Cmd
}

// deploy starts everything. env is more environment for the portal.
func deploy(t *testing.T, from provider, s settings, env ...string) *deployment {
	t.Helper()
	port := testserver.FreePort(t)
	d := &deployment{portal: "http://localhost:" + port, log: &testserver.Log{}}
	d.identityServer = from.deploy(t, d.portal, s)
	data := httptest.NewServer(hub.New(hub.Config{World: world(), Check: d.check}))
	t.Cleanup(data.Close)
	dir := t.TempDir()
	keys, err := exec.Command(binary, "keys", "new").Output()
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(dir, "keys"), keys, 0o600); err != nil {
		t.Fatal(err)
	}
	d.cmd = exec.Command(binary, "serve")
	d.cmd.Env = append([]string{"PORTICO_BASE_URL=" + d.portal, "PORTICO_LISTEN=127.0.0.1:" + port, "PORTICO_ADMIN_LISTEN=off", "PORTICO_DRAIN_DELAY=0s", "DATAHUB_CLIENT_ID=portico",
		"DATAHUB_API_URL=" + data.URL, "PORTICO_KEYS_FILE=" + filepath.Join(dir, "keys"), "PORTICO_DATABASE=sqlite://" + filepath.Join(dir, "portico.db")}, append(d.env, env...)...)
	if s.auth == "" {
		d.cmd.Env = append(d.cmd.Env, "DATAHUB_CLIENT_SECRET="+clientSecret)
	}
	d.cmd.Stderr = d.log
	d.run(t)
	return d
}

// run starts the portal until the test ends.
func (d *deployment) run(t *testing.T) {
	t.Helper()
	tie(d.cmd)
	if err := d.cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		_ = d.cmd.Process.Signal(syscall.SIGTERM)
		_ = d.cmd.Wait()
		if t.Failed() {
			t.Logf("the portal's log:\n%s", d.log)
		}
	})
	eventually(t, "the portal answers", func() bool {
		resp, err := http.Get(d.portal + "/readyz")
		if err != nil {
			return false
		}
		_ = resp.Body.Close()
		return resp.StatusCode == http.StatusOK
	})
}

// eventually waits for something that happens in another process.
func eventually(t *testing.T, what string, f func() bool) {
	t.Helper()
	if !within(time.Minute, f) {
		t.Errorf("%s: not within a minute", what)
	}
}

func within(d time.Duration, f func() bool) bool {
	for end := time.Now().Add(d); time.Now().Before(end); time.Sleep(50 * time.Millisecond) {
		if f() {
			return true
		}
	}
	return false
}
