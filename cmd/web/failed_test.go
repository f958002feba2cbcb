package main

import (
	"net/http"
	"net/url"
	"regexp"
	"testing"
	"time"

	"portico/internal/demo/fault"
)

var titleOf = regexp.MustCompile(`<title>[^<]*</title>`)

// an identity server that never answers the exchange of the code costs ten seconds, and a page that offers a fresh sign-in. Whoever loads that page again reads the same, and nobody
// is asked anything.
func TestR03SilentExchange(t *testing.T) {
	t.Parallel()
	d := deploy(t, time.Minute)
	d.serve(t)
	d.faults.Set(fault.Rule{Path: "/token", Fault: fault.Fault{Hang: true}})
	p := newPerson(t, d.base)
	began := time.Now()
	a := p.signIn("/sites?q=kouter", "operator")
	a.want(t, http.StatusServiceUnavailable, "/auth/login?return_to=%2Fsites%3Fq%3Dkouter")
	if took := time.Since(began); took > 20*time.Second {
		t.Errorf("the page came after %v", took)
	}
	callback := a.URL().RequestURI()
	for range 2 {
		again := p.get(callback)
		again.want(t, http.StatusServiceUnavailable, "/auth/login?return_to=%2Fsites%3Fq%3Dkouter", titleOf.FindString(a.Body))
		if again.Header.Get("Retry-After") == "" {
			t.Error("the page does not say when to come again")
		}
	}
	if n := d.faults.Struck(); n != 1 {
		t.Errorf("the code was presented %d times", n)
	}
	stranger := newPerson(t, d.base)
	stranger.get(callback).want(t, http.StatusBadRequest) // knows of no sign-in
	d.faults.Set()
	a, _ = p.open("/sites?q=kouter")
	a.want(t, http.StatusOK, "Kouter Offices")
	p.get(callback).want(t, http.StatusSeeOther) // is signed in
}

// The same for a sign-in that the identity server refused: loading the page again says why again.
func TestARefusedSignInStaysRefused(t *testing.T) {
	t.Parallel()
	d := deploy(t, time.Minute)
	d.serve(t)
	p := newPerson(t, d.base)
	a := p.get("/auth/login?return_to=/sites")
	a.want(t, http.StatusSeeOther)
	to, err := a.Response.Location()
	if err != nil {
		t.Fatal(err)
	}
	callback := "/auth/callback?" + url.Values{"error": {"access_denied"}, "state": {to.Query().Get("state")}, "iss": {d.issuer}}.Encode()
	refused := p.get(callback)
	refused.want(t, http.StatusForbidden)
	p.get(callback).want(t, http.StatusForbidden, titleOf.FindString(refused.Body))
	if len(p.Cookies()) != 1 {
		t.Errorf("cookies %v", p.Cookies())
	}
}
