package main

import (
	"crypto/rand"
	"crypto/rsa"
	"encoding/json"
	"maps"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/go-jose/go-jose/v4"

	"portico/internal/demo/energy"
	"portico/internal/demo/hub"
	"portico/internal/testserver"
	"portico/internal/visitor"
)

// rogue is an identity server that signs everybody in without a question and does otherwise as the test says, for good or ill.
type rogue struct {
	t   *testing.T
	url string
	key *rsa.PrivateKey

	mu       sync.Mutex
	metadata map[string]any                                                           // of the discovery document
	person   map[string]any                                                           // claims about whoever signs in now
	claims   func(claims map[string]any)                                              // edits the claims of an ID token
	raw      func(claims map[string]any) string                                       // makes the ID token instead
	token    func(w http.ResponseWriter, r *http.Request, answer map[string]any) bool // answers a token request instead, or edits the answer
	hook     func(w http.ResponseWriter, r *http.Request) bool                        // answers any request instead
	nonces   map[string]string                                                        // code → nonce
	pushed   url.Values                                                               // the last pushed request
	seen     []seenRequest
	planted  map[string]string // secrets that were given out, by what they are
}

type seenRequest struct {
	path   string
	form   url.Values
	header http.Header
}

func newRogue(t *testing.T) *rogue {
	t.Helper()
	key, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		t.Fatal(err)
	}
	o := &rogue{t: t, key: key, nonces: map[string]string{}, planted: map[string]string{}, person: map[string]any{"sub": "alice", "name": "Alice Peeters", "email": "alice@example.com", "account": 101, "sid": "sid-alice"}}
	server := httptest.NewServer(o)
	t.Cleanup(server.Close)
	_, port, _ := strings.Cut(strings.TrimPrefix(server.URL, "http://"), ":")
	o.url = "http://id.localhost:" + port
	o.metadata = map[string]any{"issuer": o.url, "authorization_endpoint": o.url + "/authorize", "token_endpoint": o.url + "/connect/token", "userinfo_endpoint": o.url + "/userinfo", "jwks_uri": o.url + "/jwks",
		"end_session_endpoint": o.url + "/end", "revocation_endpoint": o.url + "/revoke", "scopes_supported": []string{"openid", "offline_access", "datahub-api"}, "code_challenge_methods_supported": []string{"S256"},
		"token_endpoint_auth_methods_supported": []string{"client_secret_basic"}}
	return o
}

// set changes how the server behaves.
func (o *rogue) set(change func()) {
	o.mu.Lock()
	defer o.mu.Unlock()
	change()
}

// requests returns what came to a path.
func (o *rogue) requests(path string) []seenRequest {
	o.mu.Lock()
	defer o.mu.Unlock()
	return slices.DeleteFunc(slices.Clone(o.seen), func(r seenRequest) bool { return r.path != path })
}

func (o *rogue) plant(what, value string) string {
	o.planted[what+" "+value] = value
	return value
}

func (o *rogue) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	_ = r.ParseForm()
	o.mu.Lock()
	o.seen = append(o.seen, seenRequest{r.URL.Path, maps.Clone(r.Form), r.Header.Clone()})
	hook := o.hook
	o.mu.Unlock()
	if hook != nil && hook(w, r) {
		return
	}
	o.mu.Lock()
	defer o.mu.Unlock()
	switch r.URL.Path {
	case "/.well-known/openid-configuration":
		_ = json.NewEncoder(w).Encode(o.metadata)
	case "/jwks":
		_ = json.NewEncoder(w).Encode(map[string]any{"keys": []any{jose.JSONWebKey{Key: &o.key.PublicKey, KeyID: "k1", Use: "sig", Algorithm: "RS256"}}})
	case "/par":
		o.pushed = r.Form
		w.Header().Set("Content-Type", "application/json")
		w.WriteHeader(http.StatusCreated)
		_ = json.NewEncoder(w).Encode(map[string]any{"request_uri": o.plant("request", "urn:request:"+rand.Text()), "expires_in": 60})
	case "/authorize":
		if r.Form.Has("request_uri") {
			r.Form = o.pushed
		}
		o.authorize(w, r)
	case "/connect/token":
		o.tokens(w, r)
	case "/userinfo":
		_ = json.NewEncoder(w).Encode(map[string]any{"sub": o.person["sub"]})
	case "/revoke":
	case "/end":
		http.Redirect(w, r, r.Form.Get("post_logout_redirect_uri")+"?state="+url.QueryEscape(r.Form.Get("state")), http.StatusFound)
	default:
		http.NotFound(w, r)
	}
}

func (o *rogue) authorize(w http.ResponseWriter, r *http.Request) {
	code := o.plant("code", "code-"+rand.Text())
	o.nonces[code] = o.plant("nonce", r.Form.Get("nonce"))
	q := url.Values{"code": {code}, "state": {o.plant("state", r.Form.Get("state"))}}
	http.Redirect(w, r, r.Form.Get("redirect_uri")+"?"+q.Encode(), http.StatusFound)
}

func (o *rogue) tokens(w http.ResponseWriter, r *http.Request) {
	nonce := o.nonces[r.Form.Get("code")]
	o.plant("verifier", r.Form.Get("code_verifier"))
	now := time.Now()
	claims := map[string]any{"iss": o.url, "aud": "portico", "exp": now.Add(5 * time.Minute).Unix(), "iat": now.Unix(), "nonce": nonce}
	maps.Copy(claims, o.person)
	if nonce == "" {
		delete(claims, "nonce")
	}
	if o.claims != nil {
		o.claims(claims)
	}
	answer := map[string]any{"access_token": o.plant("access token", "at."+rand.Text()), "refresh_token": o.plant("refresh token", "rt."+rand.Text()), "token_type": "Bearer", "expires_in": 300, "scope": "openid datahub-api"}
	if o.raw != nil {
		answer["id_token"] = o.raw(claims)
	} else {
		answer["id_token"] = o.sign(claims, "k1", "")
	}
	o.plant("ID token", answer["id_token"].(string))
	if o.token != nil && o.token(w, r, answer) {
		return
	}
	w.Header().Set("Content-Type", "application/json")
	_ = json.NewEncoder(w).Encode(answer)
}

// sign makes a token with the server's key.
func (o *rogue) sign(claims map[string]any, kid, typ string) string {
	options := (&jose.SignerOptions{}).WithHeader("kid", kid)
	if typ != "" {
		options = options.WithType(jose.ContentType(typ))
	}
	return signed(o.t, jose.RS256, o.key, options, claims)
}

func signed(t *testing.T, alg jose.SignatureAlgorithm, key any, options *jose.SignerOptions, claims map[string]any) string {
	signer, err := jose.NewSigner(jose.SigningKey{Algorithm: alg, Key: key}, options)
	if err != nil {
		t.Error(err)
		return ""
	}
	payload, _ := json.Marshal(claims)
	jws, err := signer.Sign(payload)
	if err != nil {
		t.Error(err)
		return ""
	}
	text, err := jws.CompactSerialize()
	if err != nil {
		t.Error(err)
	}
	return text
}

// logoutToken is a good one for alice's session, edited.
func (o *rogue) logoutToken(change func(claims map[string]any)) string {
	claims := map[string]any{"iss": o.url, "aud": "portico", "sub": "alice", "sid": "sid-alice", "jti": rand.Text(), "iat": time.Now().Unix(), "exp": time.Now().Add(2 * time.Minute).Unix(),
		"events": map[string]any{"http://schemas.openid.net/event/backchannel-logout": map[string]any{}}}
	if change != nil {
		change(claims)
	}
	return o.sign(claims, "k1", "logout+jwt")
}

// publicHost is the host of a portal that stands behind a proxy which ends TLS.
const publicHost = "portal.example"

// siege is a portal on https, as a proxy in front would show it, with a rogue identity server and a Data Hub that takes its tokens.
type siege struct {
	*deployment
	op       *rogue
	database string // file
	secret   string // of the client
	ports    []string
	programs []*program
	hub      http.Handler                                      // the Data Hub
	hubRaw   func(w http.ResponseWriter, r *http.Request) bool // answers instead of it
	mu       sync.Mutex
	hubSeen  []seenRequest
}

// besiege starts a portal of so many processes; env is added to its environment.
func besiege(t *testing.T, processes int, env ...string) *siege {
	t.Helper()
	s := &siege{deployment: &deployment{base: "https://" + publicHost}, op: newRogue(t), secret: "client-secret-" + rand.Text()}
	s.hub = hub.New(hub.Config{World: energy.New(42), Check: func(token string) (string, int64, []string, bool) {
		s.op.mu.Lock()
		defer s.op.mu.Unlock()
		_, ours := s.op.planted["access token "+token]
		return "alice", 101, []string{"datahub-api"}, ours
	}})
	data := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		s.mu.Lock()
		s.hubSeen = append(s.hubSeen, seenRequest{r.URL.Path, r.URL.Query(), r.Header.Clone()})
		raw := s.hubRaw
		s.mu.Unlock()
		if raw == nil || !raw(w, r) {
			s.hub.ServeHTTP(w, r)
		}
	}))
	t.Cleanup(data.Close)
	dir := t.TempDir()
	s.database = filepath.Join(dir, "data", "portico.db")
	keys, err := newCommand("keys", "new").Output()
	if err != nil {
		t.Fatal(err)
	}
	for name, content := range map[string]string{"keys": string(keys), "secret": s.secret} {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(content), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	s.env = append([]string{"PORTICO_BASE_URL=" + s.base, "PORTICO_ADMIN_LISTEN=off", "PORTICO_DRAIN_DELAY=0s", "DATAHUB_AUTH_URL=" + s.op.url, "DATAHUB_CLIENT_ID=portico", "DATAHUB_CLIENT_SECRET_FILE=" + filepath.Join(dir, "secret"),
		"DATAHUB_API_URL=" + data.URL, "PORTICO_KEYS_FILE=" + filepath.Join(dir, "keys"), "PORTICO_DATABASE=sqlite://" + s.database}, env...)
	for range processes {
		port := testserver.FreePort(t)
		s.programs = append(s.programs, s.serveAt(t, port))
		s.ports = append(s.ports, port)
	}
	return s
}

func (s *siege) setHubRaw(raw func(w http.ResponseWriter, r *http.Request) bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.hubRaw = raw
}

// log is everything that the processes wrote.
func (s *siege) log() string {
	var b strings.Builder
	for _, p := range s.programs {
		b.WriteString(p.log.String())
	}
	return b.String()
}

// proxy is what stands in front of a portal: it ends TLS and sends requests to one process after the other, or always to the same one.
type proxy struct {
	ports []string
	next  http.RoundTripper
	mu    sync.Mutex
	turn  int
}

func (p *proxy) RoundTrip(r *http.Request) (*http.Response, error) {
	if r.URL.Scheme != "https" {
		return p.next.RoundTrip(r)
	}
	p.mu.Lock()
	port := p.ports[p.turn%len(p.ports)]
	p.turn++
	p.mu.Unlock()
	plain := r.Clone(r.Context())
	if plain.Host == "" {
		plain.Host = r.URL.Host
	}
	plain.URL.Scheme, plain.URL.Host = "http", "127.0.0.1:"+port
	resp, err := p.next.RoundTrip(plain)
	if resp != nil {
		resp.Request = r
	}
	return resp, err
}

// visitor is a browser in front of the portal; at names the process that it talks to, -1 for one after the other.
func (s *siege) visitor(t *testing.T, at int) *person {
	t.Helper()
	p := newPerson(t, s.base)
	ports := s.ports
	if at >= 0 {
		ports = ports[at : at+1]
	}
	p.HTTP.Transport = &proxy{ports: ports, next: p.HTTP.Transport}
	return p
}

// alice is a browser in which alice is signed in.
func (s *siege) alice(t *testing.T, at int) *person {
	t.Helper()
	p := s.visitor(t, at)
	a, _ := p.open("/sites")
	a.want(t, http.StatusOK, "Alice Peeters")
	return p
}

// at sends a person's cookies to another process.
func (s *siege) moveTo(p *person, at int) *person {
	client := *p.HTTP
	client.Transport = &proxy{ports: s.ports[at : at+1], next: p.HTTP.Transport.(*proxy).next}
	return &person{&visitor.Visitor{Base: p.Base, HTTP: &client}, p.t}
}

// setCookies puts cookies into a browser, as somebody who can do that would.
func (p *person) setCookies(pairs map[string]string) {
	for name, value := range pairs {
		p.SetCookie(name, value)
	}
}

const sessionCookie = "__Host-" + "portico"

// ask sends a request with headers, pairs of names and values.
func (p *person) ask(method, path, body string, header ...string) answer {
	p.t.Helper()
	req, err := http.NewRequest(method, p.At(path), strings.NewReader(body))
	if err != nil {
		p.t.Fatal(err)
	}
	if body != "" {
		req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	}
	for i := 0; i < len(header); i += 2 {
		if header[i] == "Host" {
			req.Host = header[i+1]
		}
		req.Header.Set(header[i], header[i+1])
	}
	return p.do(req)
}

// toCallback begins a sign-in and goes as far as the address that the identity server sends the browser to.
func (p *person) toCallback(path string) string {
	p.t.Helper()
	a := p.get("/auth/login?" + url.Values{"return_to": {path}}.Encode())
	a.want(p.t, http.StatusSeeOther)
	a = p.get(a.Header.Get("Location"))
	a.want(p.t, http.StatusFound)
	return a.Header.Get("Location")
}

// signWith makes a token whose header holds more than it should.
func (o *rogue) signWith(header, claims map[string]any) string {
	options := &jose.SignerOptions{}
	for name, value := range header {
		options = options.WithHeader(jose.HeaderKey(name), value)
	}
	return signed(o.t, jose.RS256, o.key, options, claims)
}
