package conformance

import (
	"net/http"
	"strings"
	"testing"
	"time"
)

// What a sign-in asks for must be true of the answer: a provider that ignores it, or lies, signs nobody in. Each refusal is a page, after one authorization request.
func TestStepUp(t *testing.T) {
	t.Parallel()
	ago := func(d time.Duration) func(map[string]any) { // when the token is made, not when the test waits for its turn
		return func(c map[string]any) { c["auth_time"] = time.Now().Add(-d).Unix() }
	}
	const hour, values = "--login-max-age=1h", "--login-acr-values=urn:gold urn:silver"
	for name, tt := range map[string]struct {
		flag   string
		claims func(map[string]any)
		asked  [2]string // parameter and value of the authorization request
		good   bool
	}{
		"max_age, authenticated lately":         {hour, ago(30 * time.Minute), [2]string{"max_age", "3600"}, true},
		"max_age, a clock that differs":         {hour, ago(time.Hour + 50*time.Second), [2]string{"max_age", "3600"}, true},
		"max_age, authenticated long ago":       {hour, ago(2 * time.Hour), [2]string{"max_age", "3600"}, false},
		"max_age, no auth_time":                 {hour, set("auth_time", nil), [2]string{"max_age", "3600"}, false},
		"max_age, auth_time is a word":          {hour, set("auth_time", "now"), [2]string{"max_age", "3600"}, false},
		"max_age, auth_time in the future":      {hour, ago(-2 * time.Minute), [2]string{"max_age", "3600"}, false},
		"max_age, a clock that is ahead":        {hour, ago(-50 * time.Second), [2]string{"max_age", "3600"}, true},
		"prompt, authenticated in the future":   {"--login-prompt=login", ago(-2 * time.Minute), [2]string{"prompt", "login"}, false},
		"prompt, authenticated now":             {"--login-prompt=login", ago(0), [2]string{"prompt", "login"}, true},
		"prompt, authenticated a while ago":     {"--login-prompt=login", ago(5 * time.Minute), [2]string{"prompt", "login"}, false},
		"prompt, no auth_time":                  {"--login-prompt=login", set("auth_time", nil), [2]string{"max_age", "600"}, false},
		"acr, the first":                        {values, set("acr", "urn:gold"), [2]string{"acr_values", "urn:gold urn:silver"}, true},
		"acr, the second":                       {values, set("acr", "urn:silver"), [2]string{"acr_values", "urn:gold urn:silver"}, true},
		"acr, another one":                      {values, set("acr", "urn:bronze"), [2]string{"acr_values", "urn:gold urn:silver"}, false},
		"acr, part of one":                      {values, set("acr", "urn"), [2]string{"acr_values", "urn:gold urn:silver"}, false},
		"acr, both as one":                      {values, set("acr", "urn:gold urn:silver"), [2]string{"acr_values", "urn:gold urn:silver"}, false},
		"acr, none":                             {values, set("acr", nil), [2]string{"acr_values", "urn:gold urn:silver"}, false},
		"nothing asked, authenticated ages ago": {"--log-level=info", ago(300 * time.Hour), [2]string{"prompt", ""}, true},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := newSuite(t, bent{claims: tt.claims})
			p := startPortal(t, s, false, tt.flag)
			v := newVisitor(t)
			end := v.signIn(p)
			if got := s.request.Get(tt.asked[0]); got != tt.asked[1] {
				t.Errorf("asked with %s=%q, want %q", tt.asked[0], got, tt.asked[1])
			}
			if good := v.signedIn(p) == subject; good != tt.good || s.seen("authorize") != 1 || s.seen("token") != 1 {
				t.Errorf("signed in: %t, want %t; %v\n%s", good, tt.good, s.calls, p.log)
			}
			if !tt.good && (end.status != http.StatusForbidden && end.status != http.StatusBadGateway || !strings.Contains(end.body, "sign-in-")) {
				t.Errorf("ends with %d %.500s", end.status, end.body)
			}
			s.verdict(t)
		})
	}
}

// Somebody who is known is asked for silently first. An answer that is not good enough is like no answer: they are asked, once, and a provider that lies then as well is refused.
func TestStepUpAfterASilentSignIn(t *testing.T) {
	t.Parallel()
	s := newSuite(t, bent{claims: set("auth_time", time.Now().Unix())})
	p := startPortal(t, s, false, "--login-max-age=1h")
	v := newVisitor(t)
	if v.signIn(p); v.signedIn(p) != subject {
		t.Fatalf("not signed in\n%s", p.log)
	}
	s.next(t, bent{claims: set("auth_time", time.Now().Add(-2*time.Hour).Unix())})
	end := v.signIn(p)
	if got := s.request.Get("prompt"); s.seen("authorize") != 2 || got != "" || end.status != http.StatusForbidden || !strings.Contains(end.body, "sign-in-weak") {
		t.Errorf("%d authorization requests, the last with prompt %q; ends with %d at %s", s.seen("authorize"), got, end.status, end.url)
	}
	if v.signedIn(p) != subject {
		t.Error("the session from before has ended")
	}
}
