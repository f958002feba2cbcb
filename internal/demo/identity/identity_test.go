package identity

import (
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"
)

func TestCodeFlow(t *testing.T) {
	for name, era := range eras {
		t.Run(name, func(t *testing.T) {
			v := newVisit(t, era)
			at, verifier := v.authorize(nil)
			callback := v.logIn(at, "operator", "operator-demo", "102")
			if callback.Get("state") != "st" || callback.Get("iss") != v.issuer {
				t.Errorf("callback %v, want state and the issuer of the era", callback)
			}
			if status, m := v.exchange(callback, "wrong"+verifier); status == http.StatusOK {
				t.Errorf("a wrong verifier was taken: %v", m)
			}
			if status, m := v.exchange(callback, verifier); status == http.StatusOK {
				t.Errorf("a code was taken a second time: %v", m)
			}
			tokens := v.signInAgain()
			id := claims(t, tokens["id_token"])
			if id["iss"] != v.issuer || id["nonce"] != "no" || id["sub"] != "d3a1f2c0-operator" || id["sid"] == nil || id["auth_time"] == nil {
				t.Errorf("ID token %v", id)
			}
			access, _ := tokens["access_token"].(string)
			if info := v.get(v.endpoint("userinfo_endpoint"), &access); info["sub"] != id["sub"] || info["name"] != "Olivia Peeters" {
				t.Errorf("userinfo %v", info)
			}
			if subject, account, scopes, ok := v.p.Introspect(access); !ok || subject != id["sub"] || account != 102 || !strings.Contains(strings.Join(scopes, " "), "datahub-api") {
				t.Errorf("Introspect = %v %v %v %v, want the account that was chosen", subject, account, scopes, ok)
			}
			if keycloak := era != ""; keycloak != (tokens["refresh_expires_in"] != nil) {
				t.Errorf("refresh_expires_in = %v", tokens["refresh_expires_in"])
			}
		})
	}
}

func TestKeyRotation(t *testing.T) {
	v := newVisit(t, "")
	old := v.signIn()["access_token"].(string)
	if err := v.p.RotateKeys(); err != nil {
		t.Fatal(err)
	}
	if keys, _ := v.get(v.endpoint("jwks_uri"), nil)["keys"].([]any); len(keys) != 2 {
		t.Errorf("%d keys, want the old one and the new one", len(keys))
	}
	fresh := v.signInAgain()["access_token"].(string)
	if strings.Split(old, ".")[0] == strings.Split(fresh, ".")[0] {
		t.Error("the new token names the old key")
	}
	for _, token := range []string{old, fresh} {
		if _, _, _, ok := v.p.Introspect(token); !ok {
			t.Error("a token of a published key is not taken")
		}
	}
}

func TestEndSession(t *testing.T) {
	for name, era := range eras {
		t.Run(name, func(t *testing.T) {
			v := newVisit(t, era)
			tokens := v.signIn()
			hint, _ := tokens["id_token"].(string)
			r, _ := http.NewRequest(http.MethodGet, v.endpoint("end_session_endpoint")+"?"+url.Values{"id_token_hint": {hint}, "post_logout_redirect_uri": {"http://localhost/bye"}, "state": {"s"}}.Encode(), nil)
			resp, body := v.do(r)
			if at := resp.Header.Get("Location"); at != "http://localhost/bye?state=s" {
				t.Errorf("end session: %d to %q %s", resp.StatusCode, at, body)
			}
			select {
			case form := <-v.loggedOut:
				c := claims(t, form.Get("logout_token"))
				if id := claims(t, hint); c["iss"] != v.issuer || c["sid"] != id["sid"] || c["aud"] != "portico" || c["nonce"] != nil || c["jti"] == nil || c["events"] == nil {
					t.Errorf("logout token %v", c)
				}
			case <-time.After(time.Minute):
				t.Error("the back channel delivered nothing")
			}
			if at, _ := v.authorize(url.Values{"prompt": {"none"}}); at.Query().Get("error") != "login_required" {
				t.Errorf("the browser is still signed in at the provider: %s", at)
			}
			if status, _ := v.token(refresh(tokens["refresh_token"])); status != http.StatusBadRequest {
				t.Errorf("the refresh token outlives the session: %d", status)
			}
		})
	}
}
