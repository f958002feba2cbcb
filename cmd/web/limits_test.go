package main

import (
	"net/http"
	"net/url"
	"regexp"
	"strconv"
	"strings"
	"testing"
	"time"

	"portico/internal/testserver"
)

// What is finished does not count; what is forged does, and keeps nobody from finishing.
func TestLimitsLockNobodyOut(t *testing.T) {
	t.Parallel()
	d := deploy(t, time.Minute)
	admin := "127.0.0.1:" + testserver.FreePort(t)
	d.env = append(d.env, "PORTICO_ADMIN_LISTEN="+admin, "PORTICO_SIGN_INS_PER_MINUTE=3")
	d.serve(t)
	for range 6 {
		newPerson(t, d.base).signIn("/sites", "viewer").want(t, http.StatusOK)
	}
	late := newPerson(t, d.base)
	form, _ := late.open("/sites")
	id := form.Form("password").Value("id")
	stranger := newPerson(t, d.base)
	var last answer
	for range 4 {
		last = stranger.get("/auth/login")
	}
	last.want(t, http.StatusTooManyRequests)
	if seconds, err := strconv.Atoi(last.Header.Get("Retry-After")); err != nil || seconds < 1 || seconds > 20 {
		t.Errorf("Retry-After %q", last.Header.Get("Retry-After"))
	}
	limited := 0
	for range 100 {
		if a := stranger.get("/auth/callback?code=c&state=s"); a.StatusCode == http.StatusTooManyRequests {
			limited++
		}
		if a := stranger.post("/auth/backchannel-logout", url.Values{"logout_token": {"x.y.z"}}); a.StatusCode != http.StatusBadRequest && a.StatusCode != http.StatusTooManyRequests {
			t.Fatalf("a forged logout token: %d", a.StatusCode)
		}
	}
	if limited < 20 {
		t.Errorf("%d of 100 stray callbacks are limited", limited)
	}
	a := late.post(strings.SplitN(form.Request.URL.String(), "/login", 2)[0]+"/login", url.Values{"id": {id}, "persona": {"7be40911-viewer"}})
	for a.StatusCode/100 == 3 {
		a = late.get(a.Header.Get("Location"))
	}
	a.want(t, http.StatusOK, "Cold store Meuse")
	late.post("/auth/logout", nil).want(t, http.StatusSeeOther)
	_, metrics := fetch(t, "http://"+admin+"/metrics")
	for _, want := range []string{`portico_limits_hit_total\{limit="sign-ins"\} [1-9]`, `portico_limits_hit_total\{limit="callbacks"\} [1-9]`, `portico_limits_hit_total\{limit="logout-tokens"\} [1-9]`} {
		if !regexp.MustCompile(`(?m)^` + want).MatchString(metrics) {
			t.Errorf("/metrics lacks %s", want)
		}
	}
}
