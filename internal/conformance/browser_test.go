package conformance

import (
	"context"
	"os"
	"os/exec"
	"strings"
	"testing"
	"time"
)

// A real browser decides which cookies come with an answer by form from another site: none with the form itself, those of the sign-in with the address that the portal makes of it.
func TestFormPostInABrowser(t *testing.T) {
	t.Parallel()
	chromium, err := exec.LookPath("chromium")
	if err != nil {
		if os.Getenv("PORTICO_TEST_BROWSER") == "required" {
			t.Fatal("no Chromium on this machine")
		}
		t.Skip("no Chromium on this machine: install Debian's package chromium")
	}
	s := newSuite(t, bent{formPost: true})
	p := startPortal(t, s, false, "--response-mode=form_post")
	ctx, cancel := context.WithTimeout(t.Context(), 30*time.Second)
	defer cancel()
	args := []string{"--headless", "--disable-gpu", "--disable-dev-shm-usage", "--user-data-dir=" + t.TempDir(), "--virtual-time-budget=10000", "--dump-dom", p.base + "/auth/login?return_to=/settings"}
	if os.Getuid() == 0 {
		args = append([]string{"--no-sandbox"}, args...)
	}
	shown, err := exec.CommandContext(ctx, chromium, args...).Output()
	if err != nil || !strings.Contains(string(shown), "Demo T. User") || s.seen("userinfo") != 1 {
		t.Errorf("%v; the suite saw %v; the browser shows %.1500s", err, s.calls, shown)
	}
	if got := s.request.Get("response_mode"); got != "form_post" {
		t.Errorf("response_mode %q", got)
	}
	s.verdict(t)
}
