package interop

import (
	"bufio"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"portico/internal/testserver"
)

// nodeProvider gives each test an oidc-provider of its own.
type nodeProvider struct{}

func (nodeProvider) can(what ability) bool { return what != rotatesOnceMore && what != keepsSessions }

func (nodeProvider) deploy(t *testing.T, portal string, s settings) *identityServer {
	t.Helper()
	f := newFront(t)
	client := map[string]any{
		"client_id": "portico", "client_secret": clientSecret, "token_endpoint_auth_method": "client_secret_basic", "grant_types": []string{"authorization_code", "refresh_token"}, "redirect_uris": []string{portal + "/auth/callback"},
		"post_logout_redirect_uris": []string{portal + "/auth/signed-out"}, "backchannel_logout_uri": portal + "/auth/backchannel-logout", "backchannel_logout_session_required": true,
	}
	if s.auth != "" {
		delete(client, "client_secret")
		client["token_endpoint_auth_method"], client["jwks_uri"] = s.auth, portal+"/auth/jwks.json"
	}
	n := newNode(t, map[string]any{
		"issuer": f.origin, "client": client, "life": int(s.life / time.Second), "rotate": s.reuse != always, "requirePAR": s.push,
		"users": []map[string]any{{"name": operator.name, "password": operator.password, "shown": operator.shown, "accounts": []int{101, 102}}, {"name": viewer.name, "password": viewer.password, "shown": viewer.shown, "accounts": []int{101}}},
	})
	f.lead(forward("127.0.0.1:" + n.port))
	return &identityServer{
		front: f, env: []string{"DATAHUB_AUTH_URL=" + f.origin, "PORTICO_RESOURCE=urn:datahub-api"}, check: bearer(f.origin, f.origin+"/jwks"),
		end: func(t *testing.T, p *person, _ user) { // it has no administrator: the person signs out there, in another tab
			t.Helper()
			p.agree(p.open(f.origin+"/session/end")).want(t, http.StatusOK, "/session/end/success")
		},
		newKeys: n.restart,
	}
}

// node is an oidc-provider under way.
type node struct {
	settings map[string]any
	port     string
	cmd      *exec.Cmd
}

func newNode(t *testing.T, settings map[string]any) *node {
	t.Helper()
	if err := installNode(); err != nil {
		testserver.Missing(t, "oidc-provider: "+err.Error())
	}
	n := &node{settings: settings}
	n.start(t)
	return n
}

func (n *node) start(t *testing.T) {
	t.Helper()
	arg, err := json.Marshal(n.settings)
	if err != nil {
		t.Fatal(err)
	}
	log := &testserver.Log{}
	n.cmd = exec.Command("node", "server.mjs", string(arg))
	n.cmd.Dir, n.cmd.Stderr = "oidcprovider", log
	out, err := n.cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	tie(n.cmd)
	if err := n.cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		n.stop()
		if t.Failed() {
			t.Logf("oidc-provider says:\n%s", log)
		}
	})
	line, err := bufio.NewReader(out).ReadString('\n')
	if err != nil {
		t.Fatalf("oidc-provider does not start: %v\n%s", err, log)
	}
	n.port = strings.TrimSpace(line)
	go func() { _, _ = io.Copy(io.Discard, out) }()
}

func (n *node) stop() {
	_ = n.cmd.Process.Signal(syscall.SIGTERM)
	_ = n.cmd.Wait()
}

// restart begins anew on the same port: everything is forgotten, and the keys are new.
func (n *node) restart(t *testing.T) {
	t.Helper()
	n.stop()
	n.settings["port"] = json.Number(n.port)
	n.start(t)
}

// installNode brings oidc-provider with npm, as the lock file has it, unless it is there.
var installNode = sync.OnceValue(func() error {
	for _, program := range []string{"node", "npm"} {
		if _, err := exec.LookPath(program); err != nil {
			return fmt.Errorf("no %s on this machine: install Debian's packages nodejs and npm", program)
		}
	}
	if _, err := os.Stat(filepath.Join("oidcprovider", "node_modules", "oidc-provider")); err == nil {
		return nil
	}
	cmd := exec.Command("npm", "ci", "--no-audit", "--no-fund", "--ignore-scripts")
	cmd.Dir = "oidcprovider"
	if out, err := cmd.CombinedOutput(); err != nil {
		return fmt.Errorf("npm ci: %w\n%s", err, out)
	}
	return nil
})
