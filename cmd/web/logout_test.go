package main

import (
	"fmt"
	"html"
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/chromedp"
)

var sessionRef = regexp.MustCompile(`name="end" value="([0-9a-f]{16})"`)

// A browser that its person signs out from another one is out at its next request, and must prove who it is although the identity server still knows it.
func TestSignedOutFromAnotherBrowser(t *testing.T) {
	t.Parallel()
	d := deploy(t, time.Minute)
	d.serve(t)
	mine, lost := newPerson(t, d.base), newPerson(t, d.base)
	mine.signIn("/sites", "viewer").want(t, http.StatusOK)
	lost.signIn("/sites", "viewer").want(t, http.StatusOK)
	m := sessionRef.FindStringSubmatch(mine.get("/settings/sessions").Body)
	if m == nil {
		t.Fatal("the list shows no other browser")
	}
	if out, err := d.command(t, "sessions", "list", "--everyone"); err != nil || !strings.Contains(out, m[1]) || !strings.Contains(out, "127.0.0.1") {
		t.Errorf("list: %v\n%s", err, out)
	}
	mine.post("/settings/sessions", url.Values{"end": {m[1]}}).want(t, http.StatusSeeOther)
	lost.get("/sites").want(t, http.StatusSeeOther)
	a, _ := lost.open("/sites")
	if a.Form("password") == nil {
		t.Errorf("the lost browser was signed in again without a password, at %s", a.Request.URL)
	}
	mine.get("/sites").want(t, http.StatusOK)
}

// framesOf is a page of the identity server that loads the portal's front-channel logout in a frame, as identity servers do when somebody signs out there.
func framesOf(w http.ResponseWriter, r *http.Request, portal, issuer string) {
	sid := ""
	if cookie, err := r.Cookie("portico-demo-sso"); err == nil {
		sid = cookie.Value
	}
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	fmt.Fprintf(w, `<!DOCTYPE html><title>Signing out</title><h1>Signing out</h1><iframe src="%s/auth/frontchannel-logout?%s"></iframe><a href="%s">on</a>`,
		portal, url.Values{"iss": {issuer}, "sid": {sid}}.Encode(), html.EscapeString(r.URL.Query().Get("post_logout_redirect_uri")+"?state="+r.URL.Query().Get("state")))
}

// The frame belongs to another site, so that the browser sends no cookie with it, and its policy lets the identity server frame it.
func TestFrontChannelLogoutInABrowser(t *testing.T) {
	t.Parallel()
	d := deploy(t, time.Minute)
	portal := d.serve(t)
	answer := func(w http.ResponseWriter, r *http.Request) bool {
		switch r.URL.Path {
		case "/leave", "/connect/endsession":
			framesOf(w, r, d.base, d.issuer)
			return true
		case "/favicon.ico":
			return true
		}
		return false
	}
	d.instead.Store(&answer)
	w := openWindow(t, true)
	for n, leave := range []func(){
		func() { w.do(chromedp.Navigate(d.issuer+"/leave"), chromedp.WaitVisible(chromedp.CSS("iframe"))) },
		func() {
			w.click(".account > summary", `form[action="/auth/logout"] button`)
			w.click(`form[action="/auth/logout"] button`, "iframe")
		},
	} {
		w.do(chromedp.Navigate(d.base+"/sites"), chromedp.WaitVisible(chromedp.CSS("button.persona, .site-table")))
		if n == 0 {
			w.click("button.persona", "button[name=account]")
			w.click("button[name=account]", ".site-table")
		}
		w.sees("main#content", "Cold store Meuse")
		leave()
		eventually(t, "the frame's request", func() bool { return portal.log.Count(`"event":"sign-out"`, `"reason":"front-channel"`) == n+1 })
	}
	if portal.log.Count(`"reason":"front-channel"`, `"sessions":"1"`) != 1 || portal.log.Count(`"reason":"front-channel"`, `"sessions":"0"`) != 1 {
		t.Errorf("want one session ended by the frame, and one by its person before:\n%s", portal.log)
	}
	w.click("a", `a[href^="/auth/login"]`)
	w.sees("main", "signed you out as well")
	w.mu.Lock()
	defer w.mu.Unlock()
	if len(w.complaints) > 0 {
		t.Errorf("the browser complains: %q", w.complaints)
	}
}

// After signing out on a shared computer the back button shows nobody's data.
func TestBackButtonAfterSigningOut(t *testing.T) {
	t.Parallel()
	d := deploy(t, time.Minute)
	d.serve(t)
	w := openWindow(t, true)
	w.do(chromedp.Navigate(d.base+"/sites"), chromedp.WaitVisible(chromedp.CSS("button.persona")))
	w.click("button.persona", "button[name=account]")
	w.click("button[name=account]", ".site-table")
	w.do(chromedp.Navigate(d.base+"/sites/204486"), chromedp.WaitVisible(chromedp.CSS("main#content h1")))
	w.sees("main#content", "Cold store Meuse")
	w.click(".account > summary", `form[action="/auth/logout"] button`)
	w.click(`form[action="/auth/logout"] button`, `a[href^="/auth/login"]`)
	before := ""
	for range 2 {
		w.run("history.back()")
		eventually(t, "the way back leads to the sign-in", func() bool {
			at := w.value(`document.readyState === "complete" ? location.href : ""`)
			there := strings.HasPrefix(at, d.issuer+"/login") && at != before
			if there {
				before = at
			}
			return there
		})
		if text := w.value("document.body.innerText"); strings.Contains(text, "Cold store Meuse") {
			t.Fatalf("the back button shows:\n%s", text)
		}
	}
}
