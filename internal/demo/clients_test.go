//go:build !nodemo

package demo

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"portico/internal/config"
	"portico/internal/testserver"
)

// packages are the platform's published clients, one for each of its times, and what they need.
var packages = []string{"opinum-api-connector==1.2.7", "datahub-api-connector==1.7", "opisense-client==1.5.3", "requests-oauthlib==2.0.0"}

// TestPlatformClients runs the platform's own published client packages, unmodified, against the demo.
func TestPlatformClients(t *testing.T) {
	t.Parallel()
	python, err := clientsPython(t.Context())
	if err != nil {
		testserver.Missing(t, "the platform's own clients against the demo: "+err.Error())
	}
	c := settings()
	c.AccessTokenLifetime = config.Duration{Duration: 10 * time.Minute} // the newest package renews before each call what lives two minutes or less
	for era, scope := range map[string]string{"identity-server": "opisense-api push-data", "keycloak": "datahub-api push-data", "first-generation": ""} {
		t.Run(era, func(t *testing.T) {
			t.Parallel()
			d := startWith(t, c)
			ctx, cancel := context.WithTimeout(t.Context(), 2*time.Minute)
			defer cancel()
			cmd := exec.CommandContext(ctx, python, "-W", "ignore", "testdata/platform_clients.py", era)
			cmd.Env = append(os.Environ(), "OAUTHLIB_INSECURE_TRANSPORT=1", "NO_PROXY=127.0.0.1", "no_proxy=127.0.0.1", "PYTHONDONTWRITEBYTECODE=1",
				"OPINUM_API_URL="+byAddress(d.HubURL), "OPINUM_PUSH_URL="+byAddress(d.HubURL), "OPINUM_AUTH_URL="+byAddress(d.IdentityURL), "OPINUM_SCOPE="+scope,
				"OPINUM_CLIENT_ID="+ScriptClient, "OPINUM_SECRET="+ScriptSecret, "OPINUM_USERNAME=operator", "OPINUM_PASSWORD=operator-demo")
			if out, err := cmd.CombinedOutput(); err != nil {
				t.Errorf("%s: %v\n%s", era, err, out)
			}
		})
	}
}

// byAddress is a demo server's address without its name, which not every resolver knows.
func byAddress(address string) string {
	u, err := url.Parse(address)
	if err != nil {
		panic(err)
	}
	return "http://127.0.0.1:" + u.Port()
}

// clientsPython returns an interpreter that has the packages, which are installed once into the user's cache.
func clientsPython(ctx context.Context) (string, error) {
	ctx, cancel := context.WithTimeout(ctx, 3*time.Minute)
	defer cancel()
	cache, err := os.UserCacheDir()
	if err != nil {
		return "", err
	}
	sum := sha256.Sum256([]byte(strings.Join(packages, "\n")))
	home := filepath.Join(cache, "portico", "platform-clients-"+hex.EncodeToString(sum[:6]))
	python := filepath.Join(home, "bin", "python")
	ready := func() error {
		return exec.CommandContext(ctx, python, "-c", "import opinum_api_connector, datahub_api_connector, opisense_client").Run()
	}
	if ready() == nil {
		return python, nil
	}
	if err := os.MkdirAll(filepath.Dir(home), 0o755); err != nil {
		return "", err
	}
	fresh, err := os.MkdirTemp(filepath.Dir(home), "platform-clients-new-")
	if err != nil {
		return "", err
	}
	defer func() { _ = os.RemoveAll(fresh) }()
	if out, err := exec.CommandContext(ctx, "python3", "-m", "venv", fresh).CombinedOutput(); err != nil {
		return "", fmt.Errorf("python3 -m venv: %w: %s", err, out)
	}
	install := exec.CommandContext(ctx, filepath.Join(fresh, "bin", "python"), append([]string{"-m", "pip", "install", "--quiet", "--disable-pip-version-check"}, packages...)...)
	if out, err := install.CombinedOutput(); err != nil {
		return "", fmt.Errorf("pip install %s: %w: %s", strings.Join(packages, " "), err, out)
	}
	_ = os.RemoveAll(home) // half of an installation that was interrupted
	_ = os.Rename(fresh, home)
	return python, ready() // somebody else may have been faster
}
