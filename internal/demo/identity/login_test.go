package identity

import (
	"net/http"
	"net/http/cookiejar"
	"net/url"
	"strings"
	"testing"
)

func TestAuthorizationRequestsThatAreRefused(t *testing.T) {
	v := newVisit(t, "")
	for name, tt := range map[string]struct {
		more url.Values
		want string
	}{
		"no PKCE":    {url.Values{"code_challenge": nil, "code_challenge_method": nil}, "invalid_request"},
		"plain PKCE": {url.Values{"code_challenge_method": {"plain"}}, "invalid_request"},
		"silent":     {url.Values{"prompt": {"none"}}, "login_required"},
	} {
		if at, _ := v.authorize(tt.more); at.Query().Get("error") != tt.want || at.Query().Get("iss") != v.issuer {
			t.Errorf("%s: sent to %s, want error=%s", name, at, tt.want)
		}
	}
	r, _ := http.NewRequest(http.MethodGet, v.endpoint("authorization_endpoint")+"?client_id=portico&response_type=code&scope=openid&redirect_uri=https://evil.example", nil)
	if resp, _ := v.do(r); resp.StatusCode/100 == 3 {
		t.Errorf("a foreign redirect URI: %d to %s", resp.StatusCode, resp.Header.Get("Location"))
	}
}

func TestLoginPage(t *testing.T) {
	v := newVisit(t, "")
	at, _ := v.authorize(nil)
	r, _ := http.NewRequest(http.MethodGet, at.String(), nil)
	resp, page := v.do(r)
	for _, want := range []string{"Olivia Peeters", "Victor Lambert", "Control room screen"} {
		if !strings.Contains(page, want) {
			t.Errorf("the login page lacks %s", want)
		}
	}
	if csp := resp.Header.Get("Content-Security-Policy"); csp == "" || strings.Contains(csp, "unsafe") {
		t.Errorf("Content-Security-Policy %q", csp)
	}
	id := hidden.FindStringSubmatch(page)[1]
	if resp, page := v.submit("/login", url.Values{"id": {id}, "username": {"operator"}, "password": {"wrong"}}); resp.StatusCode/100 != 4 || !strings.Contains(page, id) {
		t.Errorf("a wrong password: %d, form kept %t", resp.StatusCode, strings.Contains(page, id))
	}
	if resp, _ := v.submit("/login/account", url.Values{"id": {id}, "account": {"101"}}); resp.StatusCode/100 == 3 {
		t.Error("an account was chosen by somebody who has not signed in")
	}
	if resp, _ := v.submit("/login", url.Values{"id": {"unknown"}, "username": {"operator"}, "password": {"operator-demo"}}); resp.StatusCode/100 != 4 {
		t.Errorf("an unknown request: %d", resp.StatusCode)
	}
	if resp, _ := v.submit("/login", url.Values{"id": {id}, "username": {"operator"}, "password": {"operator-demo"}}); resp.StatusCode != http.StatusOK {
		t.Fatalf("operator: %d, want the choice of an account", resp.StatusCode)
	}
	if resp, _ := v.submit("/login/account", url.Values{"id": {id}, "account": {"999"}}); resp.StatusCode/100 == 3 {
		t.Error("a foreign account was chosen")
	}
}

func TestHintSignsInAtOnce(t *testing.T) {
	v := newVisit(t, "")
	at, verifier := v.authorize(url.Values{"login_hint": {"viewer"}})
	r, _ := http.NewRequest(http.MethodGet, at.String(), nil)
	resp, body := v.do(r)
	if resp.StatusCode != http.StatusSeeOther {
		t.Fatalf("the hint of a persona: %d %s", resp.StatusCode, body)
	}
	status, tokens := v.exchange(v.back(resp), verifier)
	if status != http.StatusOK || claims(t, tokens["id_token"])["sub"] != "7be40911-viewer" {
		t.Fatalf("exchange: %d %v", status, tokens)
	}
	at, verifier = v.authorize(url.Values{"login_hint": {"operator"}}) // although the browser has a session of somebody else
	r, _ = http.NewRequest(http.MethodGet, at.String(), nil)
	resp, _ = v.do(r)
	if status, tokens = v.exchange(v.back(resp), verifier); status != http.StatusOK || claims(t, tokens["id_token"])["sub"] != "d3a1f2c0-operator" {
		t.Errorf("the other persona: %d %v", status, tokens)
	}
	v.http.Jar, _ = cookiejar.New(nil)
	at, _ = v.authorize(url.Values{"login_hint": {"nobody@example.com"}})
	r, _ = http.NewRequest(http.MethodGet, at.String(), nil)
	if _, page := v.do(r); !strings.Contains(page, "Victor Lambert") {
		t.Error("the hint of nobody shows no login page")
	}
}

func TestS97ButtonsOnly(t *testing.T) {
	v := newVisit(t, "", func(c *Config) { c.ButtonsOnly = true })
	at, verifier := v.authorize(nil)
	r, _ := http.NewRequest(http.MethodGet, at.String(), nil)
	_, page := v.do(r)
	for _, secret := range []string{"viewer-demo", "operator-demo", `type="password"`, "your own machine"} {
		if strings.Contains(page, secret) {
			t.Errorf("the login page shows %q", secret)
		}
	}
	id := hidden.FindStringSubmatch(page)[1]
	if resp, _ := v.submit("/login", url.Values{"id": {id}, "username": {"viewer"}, "password": {"viewer-demo"}}); resp.StatusCode != http.StatusUnauthorized {
		t.Errorf("a password: %d", resp.StatusCode)
	}
	if status, _ := v.token(url.Values{"grant_type": {"password"}, "username": {"viewer"}, "password": {"viewer-demo"}, "scope": {"datahub-api"}}); status != http.StatusBadRequest {
		t.Errorf("the password grant: %d", status)
	}
	resp, _ := v.submit("/login", url.Values{"id": {id}, "persona": {"7be40911-viewer"}})
	if status, _ := v.exchange(v.back(resp), verifier); status != http.StatusOK {
		t.Errorf("a button: %d", status)
	}
	late := 0
	for range signInBurst {
		if resp, _ := v.submit("/login", url.Values{"id": {id}, "persona": {"nobody"}}); resp.StatusCode == http.StatusTooManyRequests && resp.Header.Get("Retry-After") != "" {
			late++
		}
	}
	if late == 0 {
		t.Errorf("%d sign-ins at once were all taken", signInBurst+2)
	}
}
