package main

import (
	"encoding/json"
	"net/http"
	"strings"
	"testing"
	"time"
)

// The demo's pages and data live by its clock; sessions and tokens do not.
func TestDemoStartsAtTheTimeThatItIsTold(t *testing.T) {
	t.Parallel()
	d := demo(t, "--demo-now=2025-10-26T00:55:00Z", "--demo-speed=0")
	p := newPerson(t, d.urls["portal"])
	a := p.signIn("/overview", "viewer")
	a.want(t, http.StatusOK, "2025-10-26T02:55:00+02:00")
	a = p.get("/sites")
	a.want(t, http.StatusOK, "Kouter Offices")
	for _, old := range []string{`data-state="late"`, `data-state="silent"`} {
		if strings.Contains(a.Body, old) {
			t.Errorf("the list of sites has %s in the hour that comes twice", old)
		}
	}
	var session struct {
		ServerTime    time.Time `json:"server_time"`
		AccessExpires time.Time `json:"access_token_expires"`
	}
	body := p.ask(http.MethodGet, "/auth/session", "", "Accept", "application/json").Body
	if err := json.Unmarshal([]byte(body), &session); err != nil {
		t.Fatal(err)
	}
	if time.Since(session.ServerTime).Abs() > time.Minute || time.Until(session.AccessExpires).Abs() > 2*time.Minute {
		t.Errorf("the session lives by the demo's clock: %s", body)
	}
}
