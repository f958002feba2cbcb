package main

import (
	"fmt"
	"net/http"
	"os"
	"slices"
	"strings"
	"syscall"
	"testing"
	"time"

	"portico/internal/audit"
	"portico/internal/store/sqlite"
)

// auditLog reads the audit log of the deployment's database.
func (d *deployment) auditLog(t *testing.T) []audit.Event {
	t.Helper()
	var path string
	for _, v := range d.env {
		if p, ok := strings.CutPrefix(v, "PORTICO_DATABASE=sqlite://"); ok {
			path = p
		}
	}
	s, err := sqlite.Open(t.Context(), path, nil)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = s.Close() }()
	list, err := s.Audit().List(t.Context(), audit.Filter{Limit: 1000})
	if err != nil {
		t.Fatal(err)
	}
	slices.Reverse(list)
	return list
}

// TestAuditLog follows people and an operator through a day, and reads it afterwards.
func TestAuditLog(t *testing.T) {
	t.Parallel()
	d := deploy(t, 3*time.Second)
	portal := d.serve(t)
	left, lost, ended := newPerson(t, d.base), newPerson(t, d.base), newPerson(t, d.base)
	left.signIn("/sites", "viewer").want(t, http.StatusOK)
	left.post("/auth/logout", nil).want(t, http.StatusSeeOther)
	ended.signIn("/sites", "operator").want(t, http.StatusOK)
	d.identity.EndSessions("d3a1f2c0-operator")
	eventually(t, "back-channel logout", func() bool { return ended.get("/sites").StatusCode == http.StatusSeeOther })
	ended.signIn("/sites", "operator").want(t, http.StatusOK)
	if out, err := d.command(t, "sessions", "end", "--everyone"); err != nil {
		t.Fatalf("sessions end: %v\n%s", err, out)
	}
	time.Sleep(time.Second) // whoever signed in at the same moment is ended, too
	lost.signIn("/sites", "viewer").want(t, http.StatusOK)
	d.identity.RevokeAll()
	time.Sleep(3500 * time.Millisecond) // the access token expires
	lost.get("/sites").want(t, http.StatusSeeOther)
	left.get("/auth/callback?code=code-canary&state=state-canary").want(t, http.StatusBadRequest)
	if err := portal.stop(syscall.SIGTERM); err != nil {
		t.Fatal(err)
	}
	if out, err := d.command(t, "keys", "rotate"); err != nil {
		t.Fatalf("keys rotate: %v\n%s", err, out)
	}
	var got []string
	persons := map[string]string{}
	for _, e := range d.auditLog(t) {
		got = append(got, strings.TrimSpace(fmt.Sprint(e.Kind, " ", e.Reason)))
		if text := fmt.Sprint(e); strings.Contains(text, "viewer") || strings.Contains(text, "canary") || strings.Contains(text, "Victor") {
			t.Errorf("an event tells too much: %s", text)
		}
		switch e.Kind {
		case audit.Start:
			if e.Details["issuer"] == "" || e.Details["base-url"] != d.base || e.Details["client-secret-file"] == "" {
				t.Errorf("start: %v", e.Details)
			}
		case audit.Operator:
			if !strings.Contains(e.Details["by"], "@") {
				t.Errorf("operator: %v", e.Details)
			}
		case audit.SignIn:
			persons[e.Person] = e.Issuer
		}
		if e.Request == "" && (e.Kind == audit.SignIn || e.Kind == audit.SignOut && e.Reason == "here" || e.Kind == audit.RefreshRefused) {
			t.Errorf("no request in %+v", e)
		}
	}
	for _, want := range []string{"start", "sign-in", "sign-out here", "session-end logout", "sign-out back-channel", "session-end back-channel", "operator sessions-end", "session-end operator", "refresh-refused refused", "sign-in-failed stray", "stop", "operator keys-rotate"} {
		if !slices.Contains(got, want) {
			t.Errorf("the audit log lacks %q: %q", want, got)
		}
	}
	if len(persons) != 2 {
		t.Errorf("sign-ins of %d persons, want 2: %v", len(persons), persons)
	}
	if _, err := os.Stat("portico.db"); err == nil {
		t.Error("a command made a database of its own")
	}
}
