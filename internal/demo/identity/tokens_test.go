package identity

import (
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"testing"
	"time"
)

func TestRefreshTokensAreOneTime(t *testing.T) {
	for name, era := range eras {
		t.Run(name, func(t *testing.T) {
			v := newVisit(t, era)
			first := v.signIn()
			status, second := v.token(refresh(first["refresh_token"]))
			if status != http.StatusOK || second["refresh_token"] == first["refresh_token"] || second["refresh_token"] == nil || v.p.Refreshes() != 1 {
				t.Fatalf("refresh: %d %v", status, second)
			}
			if status, m := v.token(refresh(first["refresh_token"])); status != http.StatusBadRequest || m["error"] != "invalid_grant" || v.p.Replays() != 1 {
				t.Errorf("the first token again: %d %v, %d replays", status, m, v.p.Replays())
			}
			if status, m := v.token(refresh(second["refresh_token"])); status != http.StatusBadRequest || m["error"] != "invalid_grant" {
				t.Errorf("after a replay the family lives on: %d %v", status, m)
			}
			access, _ := second["access_token"].(string)
			if _, _, _, ok := v.p.Introspect(access); ok {
				t.Error("after a replay the access token lives on")
			}
		})
	}
}

func TestRefreshPolicies(t *testing.T) {
	grace := newVisit(t, "", func(c *Config) { c.RefreshPolicy = Grace })
	first := grace.signIn()
	for range 2 {
		if status, m := grace.token(refresh(first["refresh_token"])); status != http.StatusOK {
			t.Errorf("grace: %d %v", status, m)
		}
	}
	reusable := newVisit(t, "", func(c *Config) { c.RefreshPolicy = Reusable })
	first = reusable.signIn()
	for range 2 {
		if status, m := reusable.token(refresh(first["refresh_token"])); status != http.StatusOK || m["refresh_token"] != first["refresh_token"] {
			t.Errorf("reusable: %d %v", status, m)
		}
	}
}

func TestPasswordGrant(t *testing.T) {
	for name, era := range eras {
		t.Run(name, func(t *testing.T) {
			v := newVisit(t, era)
			form := func(more ...string) url.Values {
				f := url.Values{"grant_type": {"password"}, "username": {"operator"}, "password": {"operator-demo"}, "scope": {"datahub-api"}}
				for i := 0; i < len(more); i += 2 {
					f.Set(more[i], more[i+1])
				}
				return f
			}
			named, ignored := "acr_values=accountId:102", "account=102"
			if era != "" {
				named, ignored = ignored, named
			}
			for _, step := range []struct {
				choice string
				want   int64
			}{{"", 101}, {ignored, 101}, {named, 102}, {"", 102}, {ignored, 102}} { // who names none gets the account used last
				choice, want := step.choice, step.want
				f := form()
				if n, value, ok := strings.Cut(choice, "="); ok {
					f.Set(n, value)
				}
				status, m := v.token(f)
				access, _ := m["access_token"].(string)
				if _, account, _, ok := v.p.Introspect(access); status != http.StatusOK || !ok || account != want {
					t.Errorf("%q: %d %v, account %d, want %d", choice, status, m, account, want)
				}
				if (m["refresh_token"] != nil) != (era != "") {
					t.Errorf("%q: refresh token %v; only Keycloak gives one unasked", choice, m["refresh_token"])
				}
				if _, number := m["refresh_expires_in"].(float64); number != (era != "") || (m["session_state"] != nil) != (era != "") {
					t.Errorf("%q: additions of Keycloak: %v", choice, m)
				}
			}
			if _, m := v.token(form("scope", "openid datahub-api offline_access")); m["refresh_token"] == nil || m["id_token"] == nil {
				t.Errorf("with offline_access and openid: %v", m)
			}
			for problem, f := range map[string]url.Values{"wrong password": form("password", "x"), "foreign account": form("account", "999", "acr_values", "accountId:999"), "unknown scope": form("scope", "x")} {
				if status, m := v.token(f); status/100 != 4 || m["error"] == nil {
					t.Errorf("%s: %d %v", problem, status, m)
				}
			}
		})
	}
}

// TestRefreshWithoutAccount: in the Keycloak era the account must be named at each refresh, or the answer may be for another one. IdentityServer's tokens keep theirs.
func TestRefreshWithoutAccount(t *testing.T) {
	for name, era := range eras {
		t.Run(name, func(t *testing.T) {
			v := newVisit(t, era)
			grant := func(account string) any {
				_, m := v.token(url.Values{"grant_type": {"password"}, "username": {"operator"}, "password": {"operator-demo"}, "scope": {"datahub-api offline_access"}, "account": {account}, "acr_values": {"accountId:" + account}})
				return m["refresh_token"]
			}
			account := func(m map[string]any) float64 { a, _ := claims(t, m["access_token"])["account"].(float64); return a }
			first := grant("101")
			grant("102") // the account used last
			_, m := v.token(refresh(first))
			if want := map[bool]float64{true: 102, false: 101}[era != ""]; account(m) != want {
				t.Errorf("a refresh without account: %v, want %v", account(m), want)
			}
			named := refresh(m["refresh_token"])
			named.Set("account", "101")
			if _, m = v.token(named); account(m) != 101 {
				t.Errorf("a refresh that names its account: %v, want 101", account(m))
			}
			foreign := refresh(m["refresh_token"])
			foreign.Set("account", "999")
			if status, m := v.token(foreign); (status == http.StatusBadRequest && m["error"] == "invalid_grant") != (era != "") {
				t.Errorf("a refresh for a foreign account: %d %v", status, m["error"])
			}
		})
	}
}

func TestAccessTokensEnd(t *testing.T) {
	v := newVisit(t, "", func(c *Config) { c.AccessTokenLifetime = 3 * time.Second })
	access, _ := v.signIn()["access_token"].(string)
	for name, bad := range map[string]string{"garbage": "x", "altered": access[:len(access)-4] + "AAAA", "unsigned": strings.Join(strings.Split(access, ".")[:2], ".") + "."} {
		if _, _, _, ok := v.p.Introspect(bad); ok {
			t.Errorf("%s: taken", name)
		}
	}
	if _, _, _, ok := v.p.Introspect(access); !ok {
		t.Error("a fresh token is not taken")
	}
	time.Sleep(3100 * time.Millisecond)
	if _, _, _, ok := v.p.Introspect(access); ok {
		t.Error("an expired token is taken")
	}
}

func TestRevocation(t *testing.T) {
	v := newVisit(t, "")
	tokens := v.signIn()
	text, _ := tokens["refresh_token"].(string)
	if status, _ := v.post(v.endpoint("revocation_endpoint"), url.Values{"token": {text}, "token_type_hint": {"refresh_token"}}); status != http.StatusOK {
		t.Errorf("revocation: %d", status)
	}
	if status, m := v.token(refresh(text)); status != http.StatusBadRequest || m["error"] != "invalid_grant" {
		t.Errorf("a revoked token: %d %v", status, m)
	}
	access, _ := tokens["access_token"].(string)
	if _, _, _, ok := v.p.Introspect(access); ok {
		t.Error("the access token of a revoked grant is taken")
	}
}

func TestOtherClientsKeepOut(t *testing.T) {
	v := newVisit(t, "")
	tokens := v.signIn()
	f := refresh(tokens["refresh_token"])
	r, _ := http.NewRequest(http.MethodPost, v.endpoint("token_endpoint"), strings.NewReader(f.Encode()))
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	r.SetBasicAuth("other", "other")
	if resp, body := v.do(r); resp.StatusCode == http.StatusOK {
		t.Errorf("another client refreshed: %s", body)
	}
	r, _ = http.NewRequest(http.MethodPost, v.endpoint("token_endpoint"), strings.NewReader(f.Encode()))
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	r.SetBasicAuth("portico", "wrong")
	if resp, body := v.do(r); resp.StatusCode/100 != 4 || !strings.Contains(body, "invalid_client") {
		t.Errorf("a wrong secret: %d %s", resp.StatusCode, body)
	}
}

// A demo that runs for weeks does not grow: what is over is forgotten when there is much of it.
func TestOldThingsAreForgotten(t *testing.T) {
	t.Parallel()
	v := newVisit(t, "")
	s := v.p.storage
	for n := range 2000 {
		id := strconv.Itoa(n)
		s.sessions[id] = &sso{id: id, user: &s.c.Users[0], authTime: time.Now().Add(-time.Duration(n) * time.Minute)}
		s.requests[id] = &authRequest{id: id, created: time.Now().Add(-time.Duration(n) * time.Second)}
		s.codes["code "+id] = id
	}
	v.signIn()
	if len(s.sessions) > 1442 || len(s.requests) > 902 || len(s.codes) > 902 {
		t.Errorf("%d sessions, %d requests, %d codes are kept", len(s.sessions), len(s.requests), len(s.codes))
	}
	if s.sessions["1400"] == nil || s.codes["code 800"] == "" {
		t.Error("what is not over is forgotten")
	}
}
