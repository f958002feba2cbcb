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
