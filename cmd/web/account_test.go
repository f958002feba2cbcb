package main

import (
	"net/http"
	"net/url"
	"strings"
	"testing"
)

// The operator of the demo works for two accounts: changing shows the other one's sites, and nothing of the first; what the identity server refuses changes nothing.
func TestChangeOfAccount(t *testing.T) {
	t.Parallel()
	d := demo(t)
	p := newPerson(t, d.urls["portal"])
	p.signIn("/sites", "operator").want(t, http.StatusOK, "Kouter Offices", `href="/auth/account"`)
	p.get("/auth/account").want(t, http.StatusOK, "Noordzee Energie", ">101<")
	change := func(form url.Values) answer {
		t.Helper()
		a := p.post("/auth/account", form)
		a.want(t, http.StatusSeeOther)
		a, _ = p.open(a.Header.Get("Location"))
		return a
	}
	change(url.Values{"account": {"102"}}).want(t, http.StatusOK, "Meuse Services") // without a word: the identity server knows the person
	p.get("/sites/204601").want(t, http.StatusOK)
	p.get("/sites/204481").want(t, http.StatusNotFound)
	if a, _ := p.open("/sites"); strings.Contains(a.Body, "Kouter Offices") {
		t.Error("sites of the first account are listed in the second")
	}
	a := change(url.Values{"choose": {"1"}})
	id := a.Form("password").Value("id")
	if id == "" {
		t.Fatalf("no choice at the identity server: %d %s", a.StatusCode, a.Request.URL)
	}
	p.post(d.urls["identity"]+"/login", url.Values{"id": {id}, "persona": {"d3a1f2c0-operator"}}).want(t, http.StatusOK, "Choose an account")
	a = p.post(d.urls["identity"]+"/login/account", url.Values{"id": {id}, "account": {"101"}})
	a.want(t, http.StatusSeeOther)
	a, _ = p.open(a.Header.Get("Location"))
	a.want(t, http.StatusOK, "Noordzee Energie")
	p.get("/sites/204481").want(t, http.StatusOK)

	viewer := newPerson(t, d.urls["portal"])
	viewer.signIn("/sites", "viewer").want(t, http.StatusOK)
	viewer.post("/auth/account", url.Values{"account": {"102"}}).want(t, http.StatusSeeOther)
	viewer.get("/sites/204481").want(t, http.StatusOK) // until another one is there, the session stays
	viewer.get("/sites/204601").want(t, http.StatusNotFound)
}
