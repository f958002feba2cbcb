package conformance

import (
	"context"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/chromedp"

	"portico/internal/testserver"
)

// A real browser decides which cookies come with an answer by form from another site: none with the form itself, those of the sign-in with the address that the portal makes of it.
func TestFormPostInABrowser(t *testing.T) {
	t.Parallel()
	s := newSuite(t, bent{formPost: true})
	p := startPortal(t, s, false, "--response-mode=form_post")
	ctx, cancel := context.WithTimeout(testserver.Chromium(t), 2*time.Minute)
	defer cancel()
	err := chromedp.Do(ctx, chromedp.Navigate(p.base+"/auth/login?return_to=/settings"), chromedp.WaitVisible(chromedp.CSS(".account-name")))
	if err != nil || s.seen("userinfo") != 1 {
		t.Fatalf("%v; the suite saw %v", err, s.calls)
	}
	shown, err := chromedp.Run(ctx, chromedp.Evaluate[string](`document.querySelector(".account-name").innerText`)) // in one step: the page may fill in what comes late
	if err != nil || !strings.Contains(shown, "Demo T. User") {
		t.Errorf("signed in as %q, %v", shown, err)
	}
	if got := s.request.Get("response_mode"); got != "form_post" {
		t.Errorf("response_mode %q", got)
	}
	s.verdict(t)
}
