package identity

import (
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"io"
	"net/http"
	"net/http/cookiejar"
	"net/http/httptest"
	"net/url"
	"regexp"
	"strings"
	"testing"
	"time"
)

const redirect = "http://localhost/auth/callback"

// visit is a provider with one browser at it and one client behind the browser.
type visit struct {
	*testing.T
	p      *Provider
	server *httptest.Server
	http   *http.Client
	issuer string // of the era under test
	doc    map[string]any

	loggedOut chan url.Values // what the back channel delivered
}

func newVisit(t *testing.T, era string, change ...func(*Config)) *visit {
	t.Helper()
	v := &visit{T: t, loggedOut: make(chan url.Values, 4)}
	v.server = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { v.p.ServeHTTP(w, r) }))
	t.Cleanup(v.server.Close)
	client := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		_ = r.ParseForm()
		v.loggedOut <- r.PostForm
	}))
	t.Cleanup(client.Close)
	c := Config{Issuer: v.server.URL, Clients: []Client{
		{ID: "portico", Secret: "s:e c+r%t", RedirectURIs: []string{redirect}, PostLogoutRedirectURIs: []string{"http://localhost/bye"}, BackChannelLogoutURI: client.URL},
		{ID: "other", Secret: "other", RedirectURIs: []string{"http://localhost/other"}},
	}}
	for _, f := range change {
		f(&c)
	}
	var err error
	if v.p, err = New(c); err != nil {
		t.Fatal(err)
	}
	jar, _ := cookiejar.New(nil)
	v.http = &http.Client{Jar: jar, CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
	v.issuer = v.server.URL + era
	v.doc = v.get(v.issuer+"/.well-known/openid-configuration", nil)
	return v
}

var eras = map[string]string{"IdentityServer": "", "Keycloak": realmPath}

func (v *visit) endpoint(name string) string { s, _ := v.doc[name].(string); return s }

func (v *visit) do(r *http.Request) (*http.Response, string) {
	v.Helper()
	resp, err := v.http.Do(r)
	if err != nil {
		v.Fatal(err)
	}
	defer func() { _ = resp.Body.Close() }()
	body, _ := io.ReadAll(resp.Body)
	return resp, string(body)
}

func (v *visit) get(address string, bearer *string) map[string]any {
	v.Helper()
	r, _ := http.NewRequest(http.MethodGet, address, nil)
	if bearer != nil {
		r.Header.Set("Authorization", "Bearer "+*bearer)
	}
	resp, body := v.do(r)
	m := map[string]any{"status": resp.StatusCode}
	_ = json.Unmarshal([]byte(body), &m)
	return m
}

// post sends a form with the client's credentials in the Basic header, and returns the JSON answer with its status.
func (v *visit) post(address string, form url.Values) (int, map[string]any) {
	v.Helper()
	r, _ := http.NewRequest(http.MethodPost, address, strings.NewReader(form.Encode()))
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	r.SetBasicAuth("portico", url.QueryEscape("s:e c+r%t"))
	resp, body := v.do(r)
	var m map[string]any
	_ = json.Unmarshal([]byte(body), &m)
	return resp.StatusCode, m
}

func (v *visit) token(form url.Values) (int, map[string]any) {
	v.Helper()
	return v.post(v.endpoint("token_endpoint"), form)
}

// authorize sends the browser to the authorization endpoint and returns where it is sent then, with the verifier of the request.
func (v *visit) authorize(more url.Values) (*url.URL, string) {
	v.Helper()
	verifier := rand.Text() + rand.Text()
	sum := sha256.Sum256([]byte(verifier))
	q := url.Values{"client_id": {"portico"}, "redirect_uri": {redirect}, "response_type": {"code"}, "scope": {"openid profile datahub-api offline_access"}, "state": {"st"}, "nonce": {"no"},
		"code_challenge": {base64.RawURLEncoding.EncodeToString(sum[:])}, "code_challenge_method": {"S256"}}
	for name, values := range more {
		if q[name] = values; values == nil {
			q.Del(name)
		}
	}
	r, _ := http.NewRequest(http.MethodGet, v.endpoint("authorization_endpoint")+"?"+q.Encode(), nil)
	resp, body := v.do(r)
	at, err := resp.Location()
	if err != nil {
		v.Fatalf("authorization endpoint: %d %s", resp.StatusCode, body)
	}
	return at, verifier
}

var hidden = regexp.MustCompile(`name="id" value="([^"]+)"`)

// logIn fills in the login page, chooses an account when asked, and returns the callback's parameters.
func (v *visit) logIn(at *url.URL, username, password, account string) url.Values {
	v.Helper()
	r, _ := http.NewRequest(http.MethodGet, at.String(), nil)
	_, page := v.do(r)
	m := hidden.FindStringSubmatch(page)
	if m == nil {
		v.Fatalf("no login form at %s: %s", at, page)
	}
	resp, page := v.submit("/login", url.Values{"id": {m[1]}, "username": {username}, "password": {password}})
	if resp.StatusCode == http.StatusOK {
		resp, page = v.submit("/login/account", url.Values{"id": {m[1]}, "account": {account}})
	}
	if resp.StatusCode != http.StatusSeeOther {
		v.Fatalf("login as %s: %d %s", username, resp.StatusCode, page)
	}
	return v.back(resp)
}

// back follows the provider's own redirects up to the client's callback.
func (v *visit) back(resp *http.Response) url.Values {
	v.Helper()
	for range 3 {
		next, err := resp.Location()
		if err != nil {
			v.Fatal(err)
		}
		if strings.HasPrefix(next.String(), redirect) {
			return next.Query()
		}
		r, _ := http.NewRequest(http.MethodGet, next.String(), nil)
		resp, _ = v.do(r)
	}
	v.Fatal("never came back to the client")
	return nil
}

func (v *visit) submit(path string, form url.Values) (*http.Response, string) {
	v.Helper()
	r, _ := http.NewRequest(http.MethodPost, v.server.URL+path, strings.NewReader(form.Encode()))
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	return v.do(r)
}

func (v *visit) exchange(callback url.Values, verifier string) (int, map[string]any) {
	v.Helper()
	return v.token(url.Values{"grant_type": {"authorization_code"}, "code": {callback.Get("code")}, "redirect_uri": {redirect}, "code_verifier": {verifier}})
}

// signIn is the whole flow.
func (v *visit) signIn() map[string]any {
	v.Helper()
	at, verifier := v.authorize(nil)
	status, t := v.exchange(v.logIn(at, "operator", "operator-demo", "102"), verifier)
	if status != http.StatusOK {
		v.Fatalf("exchange: %d %v", status, t)
	}
	return t
}

func claims(t *testing.T, token any) map[string]any {
	t.Helper()
	text, _ := token.(string)
	parts := strings.Split(text, ".")
	if len(parts) != 3 {
		t.Fatalf("%v is not a JWT", token)
	}
	b, err := base64.RawURLEncoding.DecodeString(parts[1])
	var m map[string]any
	if err != nil || json.Unmarshal(b, &m) != nil {
		t.Fatalf("%v is not a JWT", token)
	}
	return m
}

func refresh(token any) url.Values {
	text, _ := token.(string)
	return url.Values{"grant_type": {"refresh_token"}, "refresh_token": {text}}
}

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

// signInAgain uses the browser's session at the provider: nobody types anything.
func (v *visit) signInAgain() map[string]any {
	v.Helper()
	at, verifier := v.authorize(url.Values{"prompt": {"none"}})
	r, _ := http.NewRequest(http.MethodGet, at.String(), nil)
	resp, _ := v.do(r)
	status, t := v.exchange(v.back(resp), verifier)
	if status != http.StatusOK {
		v.Fatalf("silent sign-in: %d %v", status, t)
	}
	return t
}

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
	v := newVisit(t, "", func(c *Config) { c.AccessTokenLifetime = time.Second })
	access, _ := v.signIn()["access_token"].(string)
	for name, bad := range map[string]string{"garbage": "x", "altered": access[:len(access)-4] + "AAAA", "unsigned": strings.Join(strings.Split(access, ".")[:2], ".") + "."} {
		if _, _, _, ok := v.p.Introspect(bad); ok {
			t.Errorf("%s: taken", name)
		}
	}
	if _, _, _, ok := v.p.Introspect(access); !ok {
		t.Error("a fresh token is not taken")
	}
	time.Sleep(1100 * time.Millisecond)
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
			case <-time.After(5 * time.Second):
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
