package main

import (
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"testing"
	"time"
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
	m := sessionRef.FindStringSubmatch(mine.get("/settings/sessions").body)
	if m == nil {
		t.Fatal("the list shows no other browser")
	}
	if out, err := d.command(t, "sessions", "list", "--everyone"); err != nil || !strings.Contains(out, m[1]) || !strings.Contains(out, "127.0.0.1") {
		t.Errorf("list: %v\n%s", err, out)
	}
	mine.post("/settings/sessions", url.Values{"end": {m[1]}}).want(t, http.StatusSeeOther)
	lost.get("/sites").want(t, http.StatusSeeOther)
	a, _ := lost.open("/sites")
	if !hiddenID.MatchString(a.body) {
		t.Errorf("the lost browser was signed in again without a password, at %s", a.Request.URL)
	}
	mine.get("/sites").want(t, http.StatusOK)
}
