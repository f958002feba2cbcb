//go:build !nodemo

package demo

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"net/http"
	"net/url"
	"slices"
	"testing"
	"time"

	"portico/internal/datahub"
	"portico/internal/secret"
)

// token is a token source of one token.
type token string

func (t token) Token(context.Context) (secret.Text, error) { return secret.New(string(t)), nil }
func (token) Renew(context.Context, secret.Text) (secret.Text, error) {
	return secret.Text{}, errors.New("refused")
}

// client is the portal's own client with an operator's rights.
func client(t *testing.T, d *Demo) *datahub.Client {
	t.Helper()
	status, body := ask(t, d.IdentityURL, "/connect/token", "", url.Values{"grant_type": {"password"}, "client_id": {ScriptClient}, "client_secret": {ScriptSecret}, "username": {"operator@noordzee.example"},
		"password": {"operator-demo"}, "scope": {"datahub-api"}})
	var tokens struct {
		Access string `json:"access_token"`
	}
	if err := json.Unmarshal([]byte(body), &tokens); err != nil || status != http.StatusOK {
		t.Fatalf("password grant: %d %s", status, body)
	}
	hub, err := datahub.New(datahub.Config{BaseURL: byAddress(d.HubURL), Skipped: func(path string, err error) { t.Errorf("%s: an item cannot be read: %v", path, err) }})
	if err != nil {
		t.Fatal(err)
	}
	return hub.Client(token(tokens.Access))
}

// TestPortalsClient reads with the portal's own client, which shares no types with the demo, what pages need.
func TestPortalsClient(t *testing.T) {
	t.Parallel()
	d := start(t)
	c := client(t, d)
	now := time.Now()
	alarms, err := c.Alarms(t.Context(), datahub.AlarmQuery{Sites: []datahub.SiteID{204486}})
	if err != nil || len(alarms) != 4 {
		t.Fatalf("alarms of a site: %d, %v", len(alarms), err)
	}
	dock := alarms[slices.IndexFunc(alarms, func(a datahub.Alarm) bool { return a.Name == "Dock door left open" })]
	if history, err := c.AlarmHistory(t.Context(), dock.ID, now.Add(-2*time.Hour), now); err != nil || len(history) < 10 || history[0].Time.Before(history[1].Time) {
		t.Errorf("history of %q: %d changes, %v", dock.Name, len(history), err)
	}
	if err := c.AcknowledgeAlarm(t.Context(), dock.ID, "seen"); err != nil {
		t.Error(err)
	}
	if a, err := c.Alarm(t.Context(), dock.ID); err != nil || a.Latest == nil || !a.Latest.State.Acknowledged && a.Latest.Time.Before(now) {
		t.Errorf("acknowledged: %+v, %v", a.Latest, err)
	}
	id, err := c.CreateEvent(t.Context(), datahub.Event{Site: 204486, Title: "Seal replaced", TypeID: 2, From: now.Add(-time.Minute), To: now})
	if err != nil || id == 0 {
		t.Errorf("a new event: %d, %v", id, err)
	}
	if events, err := c.Events(t.Context(), datahub.EventQuery{Site: 204486, From: now.Add(-time.Hour), To: now.Add(time.Hour)}); err != nil || len(events) < 4 {
		t.Errorf("events of an hour: %v, %v", events, err)
	}
	if groups, err := c.Groups(t.Context()); err != nil || len(groups) != 5 {
		t.Errorf("groups %v, %v", groups, err)
	} else if sites, err := c.GroupSites(t.Context(), groups[0].ID); err != nil || len(sites) != 6 {
		t.Errorf("sites of %s: %d, %v", groups[0].Name, len(sites), err)
	}
	if forms, err := c.Forms(t.Context()); err != nil || len(forms) != 2 || len(forms[0].Groups[0].Fields) != 2 {
		t.Errorf("forms %v, %v", forms, err)
	}
	files, err := c.Files(t.Context(), datahub.FileQuery{Site: 204486})
	if err != nil || len(files) != 3 {
		t.Fatalf("files of a site: %v, %v", files, err)
	}
	var b bytes.Buffer
	if err := c.Download(t.Context(), files[0].ID, &b); err != nil || int64(b.Len()) != files[0].Size {
		t.Errorf("%q has %d bytes, want %d, %v", files[0].Name, b.Len(), files[0].Size, err)
	}
	if k, err := c.Calculation(t.Context(), 80109); err != nil || k == nil || len(k.Formulas) != 1 || len(k.Formulas[0].Inputs) != 8 {
		t.Errorf("calculation %+v, %v", k, err)
	}
	if k, err := c.Calculation(t.Context(), 80101); err != nil || k != nil {
		t.Errorf("a measured variable is calculated: %+v, %v", k, err)
	}
}
