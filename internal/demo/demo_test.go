//go:build !nodemo

package demo

import (
	"encoding/json"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"time"

	"portico/internal/config"
)

func settings() config.Demo {
	return config.Demo{Listen: "127.0.0.1:0", IdentityListen: "127.0.0.1:0", HubListen: "127.0.0.1:0", AccessTokenLifetime: config.Duration{Duration: time.Minute}, RefreshPolicy: "strict", Seed: 1}
}

func start(t *testing.T) *Demo {
	t.Helper()
	return startWith(t, settings())
}

func startWith(t *testing.T, c config.Demo) *Demo {
	t.Helper()
	d, err := Start(t.Context(), c, slog.New(slog.DiscardHandler))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		_ = d.Portal.Close()
		d.Close(t.Context())
	})
	return d
}

// ask sends a request to a server of the demo under a host name of choice.
func ask(t *testing.T, address, path, host string, form url.Values, header ...string) (int, string) {
	t.Helper()
	u, err := url.Parse(address)
	if err != nil {
		t.Fatal(err)
	}
	r, _ := http.NewRequest(http.MethodGet, "http://127.0.0.1:"+u.Port()+path, nil)
	if form != nil {
		r, _ = http.NewRequest(http.MethodPost, "http://127.0.0.1:"+u.Port()+path, strings.NewReader(form.Encode()))
		r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	}
	for i := 0; i < len(header); i += 2 {
		r.Header.Set(header[i], header[i+1])
	}
	if r.Host = host; host == "" {
		r.Host = u.Host
	}
	resp, err := http.DefaultClient.Do(r)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = resp.Body.Close() }()
	body, _ := io.ReadAll(resp.Body)
	return resp.StatusCode, string(body)
}

func TestTwoServersWithOriginsOfTheirOwn(t *testing.T) {
	d := start(t)
	for address, host := range map[string]string{d.PortalURL: "localhost", d.IdentityURL: "id.localhost", d.HubURL: "hub.localhost"} {
		if u, _ := url.Parse(address); u.Hostname() != host || !strings.Contains(d.Screen(), address) {
			t.Errorf("%s, want host %s, printed on the screen:\n%s", address, host, d.Screen())
		}
	}
	if status, body := ask(t, d.IdentityURL, "/.well-known/openid-configuration", "", nil); status != http.StatusOK || !strings.Contains(body, `"issuer":"`+d.IdentityURL+`"`) {
		t.Errorf("discovery: %d %s", status, body)
	}
	if status, _ := ask(t, d.HubURL, "/sites", "", nil); status != http.StatusUnauthorized {
		t.Errorf("the Data Hub without a token: %d", status)
	}
	for _, address := range []string{d.IdentityURL, d.HubURL} {
		for _, host := range []string{"evil.example", "localhost", "rebind.localhost"} {
			if status, _ := ask(t, address, "/", host, nil); status != http.StatusMisdirectedRequest {
				t.Errorf("%s asked as %s: %d, want 421", address, host, status)
			}
		}
	}
}

func TestTokensOfTheOneOpenTheOther(t *testing.T) {
	d := start(t)
	c := d.Config.Identity
	status, body := ask(t, d.IdentityURL, "/connect/token", "", url.Values{"grant_type": {"password"}, "client_id": {c.ClientID}, "client_secret": {c.ClientSecret.Reveal()}, "username": {"viewer"}, "password": {"viewer-demo"}, "scope": {"datahub-api"}})
	var tokens struct {
		Access string `json:"access_token"`
	}
	if err := json.Unmarshal([]byte(body), &tokens); err != nil || status != http.StatusOK {
		t.Fatalf("password grant: %d %s", status, body)
	}
	bearer := []string{"Authorization", "Bearer " + tokens.Access}
	if status, body := ask(t, d.HubURL, "/sites", "", nil, bearer...); status != http.StatusOK || !strings.Contains(body, "Cold store Meuse") {
		t.Errorf("the Data Hub with a token: %d %.200s", status, body)
	}
	if status, body := ask(t, d.HubURL, "/groups", "", url.Values{"name": {"x"}}, bearer...); status != http.StatusForbidden {
		t.Errorf("a viewer writes: %d %.200s", status, body)
	}
	d.Identity.RevokeAll()
	if status, _ := ask(t, d.HubURL, "/sites", "", nil, bearer...); status != http.StatusUnauthorized {
		t.Errorf("the Data Hub with a revoked token: %d", status)
	}
	other := start(t)
	if status, _ := ask(t, other.HubURL, "/sites", "", nil, bearer...); status != http.StatusUnauthorized {
		t.Errorf("the Data Hub with a token of another demo: %d", status)
	}
	if other.Config.Identity.ClientSecret.Equal(c.ClientSecret) {
		t.Error("two demos share a client secret")
	}
}

func TestTakenPortNamesItsFlag(t *testing.T) {
	taken := httptest.NewServer(nil)
	t.Cleanup(taken.Close)
	address := taken.Listener.Addr().String()
	for flag, change := range map[string]func(*config.Demo){
		"--listen": func(c *config.Demo) { c.Listen = address }, "--identity-listen": func(c *config.Demo) { c.IdentityListen = address }, "--hub-listen": func(c *config.Demo) { c.HubListen = address },
	} {
		c := settings()
		change(&c)
		_, err := Start(t.Context(), c, slog.New(slog.DiscardHandler))
		if err == nil || !strings.Contains(err.Error(), flag+"=") || !strings.Contains(err.Error(), address) {
			t.Errorf("%s taken: %v", flag, err)
		}
	}
}
