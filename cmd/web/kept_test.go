package main

import (
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"portico/internal/demo/fault"
)

// what somebody has written when their session ends under them stays on the page, and is sent when they are signed in again and say so.
func TestR59WhatWasWrittenIsKept(t *testing.T) {
	t.Parallel()
	d := deploy(t, time.Minute)
	d.serve(t)
	p := newPerson(t, d.base)
	p.signIn("/dashboards", "operator").want(t, http.StatusOK)
	if out, err := d.command(t, "sessions", "end", "--everyone"); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}

	const title, folder = "Hall 3 & \"boiler\" <b>", "Noordzee, ground floor"
	a := p.post("/dashboards", url.Values{"title": {title}, "folder": {folder}})
	a.want(t, http.StatusUnauthorized, "Sign in again", `target="_blank"`, "Send it again")
	form := a.Form("folder")
	if form.Value("title") != title || form.Value("folder") != folder {
		t.Fatalf("the page holds %q and %q", form.Value("title"), form.Value("folder"))
	}
	if strings.Contains(a.Body, "<b>") {
		t.Error("what was written is markup on the page")
	}

	list := p.signIn("/dashboards", "operator") // in another tab
	list.want(t, http.StatusOK)
	if strings.Contains(list.Body, "boiler") {
		t.Error("it was sent by itself")
	}
	p.arrives(p.Send(form, nil)).want(t, http.StatusOK, "Hall 3 &amp;")
	p.get("/dashboards").want(t, http.StatusOK, "Hall 3 &amp;")
}

// the portal starts though nobody answers at the identity server, says so to who wants to sign in, and needs no second start.
func TestR01StartsWithoutTheIdentityServer(t *testing.T) {
	t.Parallel()
	d := deploy(t, time.Minute)
	d.faults.Set(fault.Rule{Fault: fault.Fault{Cut: true}})
	d.serve(t)
	p := newPerson(t, d.base)
	a := p.get("/auth/login?return_to=/sites")
	a.want(t, http.StatusServiceUnavailable, "/auth/login?return_to=%2Fsites")
	if a.Header.Get("Retry-After") == "" || strings.Contains(a.Body, `http-equiv="refresh"`) {
		t.Errorf("Retry-After %q, or the page loads itself again", a.Header.Get("Retry-After"))
	}
	struck := d.faults.Struck()
	for range 20 {
		p.get("/auth/login").want(t, http.StatusServiceUnavailable)
	}
	if n := d.faults.Struck() - struck; n > 3 {
		t.Errorf("twenty people cost the identity server %d requests while it is away", n)
	}
	d.faults.Set()
	eventually(t, "signing in", func() bool { return p.get("/auth/login").StatusCode == http.StatusSeeOther })
	p.signIn("/sites", "operator").want(t, http.StatusOK, "Kouter Offices")
}
