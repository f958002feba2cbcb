package main

import (
	"crypto/sha256"
	"encoding/base64"
	"fmt"
	"net/http"
	"net/http/httptest"
	"net/url"
	"regexp"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"portico/internal/testserver"
)

func TestS01CodeFlowWithPKCEOnly(t *testing.T) {
	t.Parallel()
	s := besiege(t, 1)
	p := s.visitor(t, 0)
	var verifiers []string
	for range 2 {
		a := p.get("/auth/login")
		a.want(t, http.StatusSeeOther)
		q := location(t, a).Query()
		if q.Get("response_type") != "code" || q.Get("code_challenge_method") != "S256" || len(q["code_challenge"]) != 1 || q.Has("request") || q.Has("request_uri") {
			t.Errorf("authorization request %v", q)
		}
		a = p.get(a.Header.Get("Location"))
		p.get(a.Header.Get("Location")).want(t, http.StatusSeeOther)
		sent := s.op.requests("/connect/token")
		verifier := sent[len(sent)-1].form.Get("code_verifier")
		sum := sha256.Sum256([]byte(verifier))
		if len(verifier) < 43 || base64.RawURLEncoding.EncodeToString(sum[:]) != q.Get("code_challenge") {
			t.Errorf("verifier %q does not fit challenge %s", verifier, q.Get("code_challenge"))
		}
		verifiers = append(verifiers, verifier)
	}
	if verifiers[0] == verifiers[1] {
		t.Error("two sign-ins share a verifier")
	}
	s.op.set(func() { s.op.metadata["code_challenge_methods_supported"] = []string{"plain"} })
	a := p.get("/auth/login")
	if a.StatusCode < 500 || a.Header.Get("Location") != "" || len(a.Cookies()) > 0 {
		t.Errorf("a provider without S256: %d to %q", a.StatusCode, a.Header.Get("Location"))
	}
	if out, err := s.command(t, "check"); err == nil || !strings.Contains(out, "S256") {
		t.Errorf("web check says nothing of it: %v\n%s", err, out)
	}
}

func location(t *testing.T, a answer) *url.URL {
	t.Helper()
	u, err := a.Location()
	if err != nil {
		t.Fatalf("%s: %d without a place", a.Request.URL, a.StatusCode)
	}
	return u
}

// One-click login CSRF: the attacker's own code and state, sent to a victim who has a sign-in under way, or none, or a session.
func TestS02StateOfAnotherBrowserIsRefused(t *testing.T) {
	t.Parallel()
	s := besiege(t, 1)
	s.op.set(func() { s.op.person["sub"] = "mallory" })
	attack := s.visitor(t, 0).toCallback("/sites")
	s.op.set(func() { s.op.person["sub"] = "alice" })
	before := len(s.op.requests("/connect/token"))
	pending := s.visitor(t, 0)
	pending.toCallback("/sites")
	for name, victim := range map[string]*person{"nothing under way": s.visitor(t, 0), "a sign-in under way": pending} {
		a := victim.get(attack)
		a.want(t, http.StatusBadRequest)
		if _, in := victim.Cookies()[sessionCookie]; in {
			t.Errorf("%s: signed in", name)
		}
	}
	signedIn := s.alice(t, 0)
	before++ // alice's own
	own := signedIn.Cookies()[sessionCookie]
	signedIn.get(attack).want(t, http.StatusSeeOther)
	if signedIn.Cookies()[sessionCookie] != own {
		t.Error("a session was exchanged for another one")
	}
	if n := len(s.op.requests("/connect/token")); n != before {
		t.Errorf("%d token requests, want %d", n, before)
	}
	for _, state := range []string{"", "x", url.Values{"state": {""}}.Encode()} {
		if a := pending.get("/auth/callback?code=c&state=" + state); a.StatusCode != http.StatusBadRequest {
			t.Errorf("state %q: %d", state, a.StatusCode)
		}
	}
}

func TestS03RacingCallbacksExchangeTheCodeOnce(t *testing.T) {
	t.Parallel()
	s := besiege(t, 2)
	p := s.visitor(t, -1)
	callback := p.toCallback("/sites")
	jar := p.Cookies()
	var in atomic.Int32
	var wg sync.WaitGroup
	for range 16 {
		wg.Go(func() {
			racer := s.visitor(t, -1)
			racer.setCookies(jar)
			racer.get(callback)
			if racer.Cookies()[sessionCookie] != "" {
				in.Add(1)
			}
		})
	}
	wg.Wait()
	if n := len(s.op.requests("/connect/token")); n != 1 || in.Load() != 1 {
		t.Errorf("%d token requests and %d sessions of one callback", n, in.Load())
	}
	replay := s.visitor(t, 1)
	replay.setCookies(jar)
	replay.get(callback).want(t, http.StatusBadRequest)
	if n := len(s.op.requests("/connect/token")); n != 1 {
		t.Errorf("a replay: %d token requests", n)
	}
}

// Five tabs that begin at the same moment: none sends the cookies of the others.
func TestS04FiveTabsAtOnceAllFinish(t *testing.T) {
	t.Parallel()
	s := besiege(t, 2)
	p := s.visitor(t, -1)
	paths := []string{"/sites", "/overview", "/explore", "/sites/204481", "/sites/204482"}
	begun := make([]answer, len(paths))
	var wg sync.WaitGroup
	for i, path := range paths {
		wg.Go(func() {
			begun[i] = s.visitor(t, -1).get("/auth/login?" + url.Values{"return_to": {path}}.Encode())
		})
	}
	wg.Wait()
	u, _ := url.Parse(s.base)
	for _, a := range begun {
		a.want(t, http.StatusSeeOther)
		p.HTTP.Jar.SetCookies(u, a.Cookies())
	}
	for i, a := range begun {
		a = p.get(a.Header.Get("Location"))
		a = p.get(a.Header.Get("Location"))
		if a.StatusCode != http.StatusSeeOther || a.Header.Get("Location") != paths[i] {
			t.Errorf("tab %d: %d to %q, want %s", i, a.StatusCode, a.Header.Get("Location"), paths[i])
		}
	}
	for i := range 40 {
		p.get("/auth/login?"+url.Values{"return_to": {"/sites?q=" + strings.Repeat("a", 1900+i)}}.Encode()).want(t, http.StatusSeeOther)
	}
	pending, size := 0, 0
	for name, value := range p.Cookies() {
		size += len(name) + len(value) + 3
		if strings.Contains(name, "-login-") {
			pending++
		}
	}
	if pending > 5 || size > 24<<10 {
		t.Errorf("%d sign-ins under way in %d bytes of cookies", pending, size)
	}
	p.get("/sites").want(t, http.StatusOK)
}

func TestS05IssuerOfTheCallback(t *testing.T) {
	t.Parallel()
	s := besiege(t, 1)
	for name, c := range map[string]struct {
		iss        string // "" for none
		advertised bool
		ok         bool
	}{
		"ours": {s.op.url, false, true}, "ours, promised": {s.op.url, true, true}, "none": {"", false, true}, "none though promised": {"", true, false}, "another": {"https://evil.example", false, false},
		"ours with a slash": {s.op.url + "/", false, false}, "in capitals": {strings.ToUpper(s.op.url), false, false}, "empty": {" ", false, false},
	} {
		s.op.set(func() { s.op.metadata["authorization_response_iss_parameter_supported"] = c.advertised })
		p := s.visitor(t, 0)
		callback := p.toCallback("/sites")
		if c.iss != "" {
			callback += "&" + url.Values{"iss": {strings.TrimSpace(c.iss)}}.Encode()
		}
		before := len(s.op.requests("/connect/token"))
		a := p.get(callback)
		in, asked := p.Cookies()[sessionCookie] != "", len(s.op.requests("/connect/token")) > before
		if in != c.ok || asked != c.ok {
			t.Errorf("%s: %d, signed in %t, token asked for %t", name, a.StatusCode, in, asked)
		}
	}
}

func TestS06CallbacksAreRefusedBeforeAnybodyIsAsked(t *testing.T) {
	t.Parallel()
	s := besiege(t, 1)
	p := s.visitor(t, 0)
	callback := p.toCallback("/sites")
	s.op.set(func() { s.op.seen = nil })
	u, _ := url.Parse(callback)
	state := "&state=" + url.QueryEscape(u.Query().Get("state"))
	for name, query := range map[string]string{
		"two codes": "code=a&code=b" + state, "two states": "code=a&state=x" + state, "two issuers": "code=a&iss=x&iss=x" + state, "two errors": "error=a&error=b" + state,
		"code and error": "code=a&error=access_denied" + state, "neither": "x=y" + state, "an empty code": "code=" + state, "nothing": "", "a code without a state": "code=a",
	} {
		a := p.get("/auth/callback?" + query)
		if a.StatusCode != http.StatusBadRequest || p.Cookies()[sessionCookie] != "" {
			t.Errorf("%s: %d", name, a.StatusCode)
		}
	}
	for _, method := range []string{http.MethodHead, http.MethodPut, http.MethodDelete, http.MethodPatch, http.MethodOptions, http.MethodTrace} {
		a := p.ask(method, callback, "")
		if a.StatusCode != http.StatusMethodNotAllowed || a.Header.Get("Allow") != "GET, POST" || len(a.Cookies()) > 0 {
			t.Errorf("%s: %d, Allow %q, cookies %v", method, a.StatusCode, a.Header.Get("Allow"), a.Cookies())
		}
	}
	if n := len(s.op.seen); n != 0 {
		t.Errorf("the identity server was asked %d times: %v", n, s.op.seen)
	}
	// A form does what a link does: it is turned into one, whoever sends it and whatever comes along.
	a := p.ask(http.MethodPost, "/auth/callback?code=ignored", u.RawQuery+"&evil=1", "Origin", s.op.url, "Sec-Fetch-Site", "cross-site")
	if place := location(t, a); a.StatusCode != http.StatusSeeOther || place.Path != "/auth/callback" || place.Query().Has("evil") || place.Query().Get("code") == "ignored" || len(a.Cookies()) > 0 || len(s.op.seen) != 0 {
		t.Errorf("a form: %d to %s, cookies %v", a.StatusCode, place, a.Cookies())
	}
	p.get(a.Header.Get("Location")).want(t, http.StatusSeeOther)
	if p.Cookies()[sessionCookie] == "" {
		t.Error("an answer by form does not sign in")
	}
}

func TestS07ErrorsOfTheProviderStayOurWords(t *testing.T) {
	t.Parallel()
	s := besiege(t, 1)
	for _, code := range []string{"access_denied", "login_required", "server_error", "temporarily_unavailable", "<script>alert(1)</script>", "invalid_request\r\nX-Evil: 1"} {
		p := s.visitor(t, 0)
		u, _ := url.Parse(p.toCallback("/sites"))
		q := url.Values{"state": {u.Query().Get("state")}, "error": {code}, "error_description": {"canary-description <b>now</b>"}, "error_uri": {"https://evil.example/canary"}}
		a := p.get("/auth/callback?" + q.Encode())
		if a.StatusCode < 400 || a.Header.Get("Location") != "" || a.Header.Get("X-Evil") != "" {
			t.Errorf("%q: %d to %q", code, a.StatusCode, a.Header.Get("Location"))
		}
		for _, hostile := range []string{"canary", "<script", "evil.example", "<b>now"} {
			if strings.Contains(a.Body, hostile) {
				t.Errorf("%q: the page says %q", code, hostile)
			}
		}
	}
	for _, hostile := range []string{"canary", "<script", "evil.example"} {
		if strings.Contains(s.log(), hostile) {
			t.Errorf("the log says %q", hostile)
		}
	}
}

// A provider that refuses whatever it is asked for: the silent question is followed by one that is not, and then there is an end.
func TestS07NoErrorStartsALoop(t *testing.T) {
	t.Parallel()
	s := besiege(t, 1)
	p := s.alice(t, 0)
	s.op.set(func() {
		s.op.hook = func(w http.ResponseWriter, r *http.Request) bool {
			if r.URL.Path != "/authorize" {
				return false
			}
			http.Redirect(w, r, r.Form.Get("redirect_uri")+"?"+url.Values{"error": {"login_required"}, "state": {r.Form.Get("state")}}.Encode(), http.StatusFound)
			return true
		}
	})
	p.setCookies(map[string]string{sessionCookie: "1." + strings.Repeat("A", 86)})
	a, redirects := p.open("/sites")
	if a.StatusCode != http.StatusForbidden || redirects > 6 || len(s.op.requests("/authorize")) != 3 {
		t.Errorf("%d after %d redirects and %d authorization requests", a.StatusCode, redirects, len(s.op.requests("/authorize")))
	}
}

// What internal/rp judges claim by claim, once more from outside: nobody is signed in, and the page says nothing of why.
func TestS08ForgedIDTokensSignNobodyIn(t *testing.T) {
	t.Parallel()
	s := besiege(t, 1)
	set := func(name string, value any) func() {
		return func() { s.op.claims = func(c map[string]any) { c[name] = value } }
	}
	for name, forge := range map[string]func(){
		"issuer": set("iss", "https://evil.example"), "audience": set("aud", "another"), "two audiences": set("aud", []string{"portico", "another"}), "azp": set("azp", "another"), "nonce": set("nonce", "canary"),
		"no subject": set("sub", ""), "long subject": set("sub", strings.Repeat("s", 256)), "expired": set("exp", time.Now().Add(-2*time.Minute).Unix()), "future": set("iat", time.Now().Add(2*time.Minute).Unix()),
		"at_hash": set("at_hash", "AAAAAAAAAAAAAAAAAAAAAA"), "unsigned": func() { s.op.raw = unsignedToken }, "a key of its own": func() { s.op.raw = func(c map[string]any) string { return newRogue(t).sign(c, "k1", "") } },
		"two signatures": func() {
			s.op.raw = func(c map[string]any) string {
				return `{"payload":"e30","signatures":[{"protected":"e30","signature":""},{"protected":"e30","signature":""}]}`
			}
		},
		"encrypted and compressed": func() {
			s.op.raw = func(map[string]any) string {
				return base64.RawURLEncoding.EncodeToString([]byte(`{"alg":"dir","enc":"A256GCM","zip":"DEF"}`)) + "..AAAA.AAAA.AAAA"
			}
		},
		"a logout token": func() { s.op.raw = func(map[string]any) string { return s.op.logoutToken(nil) } },
	} {
		s.op.set(func() { s.op.claims, s.op.raw = nil, nil; forge() })
		p := s.visitor(t, 0)
		a := p.get(p.toCallback("/sites"))
		if a.StatusCode < 400 || p.Cookies()[sessionCookie] != "" || strings.Contains(a.Body, "evil.example") || strings.Contains(a.Body, "canary") {
			t.Errorf("%s: %d, cookies %v", name, a.StatusCode, p.Cookies())
		}
	}
	s.op.set(func() { s.op.claims, s.op.raw = nil, nil })
	s.alice(t, 0)
}

func unsignedToken(claims map[string]any) string {
	b := new(strings.Builder)
	fmt.Fprintf(b, `{"iss":%q,"sub":"alice","aud":"portico","exp":%v,"iat":%v,"nonce":%q}`, claims["iss"], claims["exp"], claims["iat"], claims["nonce"])
	return base64.RawURLEncoding.EncodeToString([]byte(`{"alg":"none"}`)) + "." + base64.RawURLEncoding.EncodeToString([]byte(b.String())) + "."
}

func TestS09ClocksThatDiffer(t *testing.T) {
	t.Parallel()
	s := besiege(t, 1)
	for skew, ok := range map[time.Duration]bool{10 * time.Second: true, -10 * time.Second: true, 55 * time.Second: true, -55 * time.Second: true, 90 * time.Second: false, -90 * time.Second: false} {
		s.op.set(func() {
			s.op.claims = func(c map[string]any) { // a token of one second, by a clock that differs
				c["iat"], c["nbf"], c["exp"] = time.Now().Add(skew).Unix(), time.Now().Add(skew).Unix(), time.Now().Add(skew+time.Second).Unix()
			}
		})
		p := s.visitor(t, 0)
		p.get(p.toCallback("/sites"))
		if in := p.Cookies()[sessionCookie] != ""; in != ok {
			t.Errorf("%v: signed in %t", skew, in)
		}
	}
}

// Keys that a token brings along or points to are not looked at, and forged tokens cause no more than one fetch.
func TestS10KeysComeFromTheKeySetOnly(t *testing.T) {
	t.Parallel()
	s := besiege(t, 1)
	s.alice(t, 0)
	var asked atomic.Int32
	evil := newRogue(t)
	evil.set(func() { evil.hook = func(http.ResponseWriter, *http.Request) bool { asked.Add(1); return false } })
	before := len(s.op.requests("/jwks"))
	for i := range 40 {
		token := evil.signWith(map[string]any{"jku": evil.url + "/jwks", "x5u": evil.url + "/x", "kid": fmt.Sprint("k", i)}, map[string]any{"iss": s.op.url, "aud": "portico", "sub": "alice", "jti": "1", "iat": time.Now().Unix(), "exp": time.Now().Add(time.Minute).Unix(),
			"events": map[string]any{"http://schemas.openid.net/event/backchannel-logout": map[string]any{}}})
		s.visitor(t, 0).post("/auth/backchannel-logout", url.Values{"logout_token": {token}})
	}
	if n := len(s.op.requests("/jwks")) - before; n > 1 || asked.Load() > 0 {
		t.Errorf("%d key fetches for 40 forged tokens, %d at the forger's", n, asked.Load())
	}
}

func TestS11HostileDiscoveryDocuments(t *testing.T) {
	t.Parallel()
	s := besiege(t, 1)
	var asked atomic.Int32
	evil := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { asked.Add(1) }))
	t.Cleanup(evil.Close)
	good := map[string]any{}
	for name, value := range s.op.metadata {
		good[name] = value
	}
	user := strings.Replace(s.op.url, "http://", "http://user:pw@", 1)
	for name, change := range map[string]func(m map[string]any){
		"issuer with a slash":       func(m map[string]any) { m["issuer"] = s.op.url + "/" },
		"another issuer":            func(m map[string]any) { m["issuer"] = evil.URL },
		"a user in an endpoint":     func(m map[string]any) { m["token_endpoint"] = user + "/connect/token" },
		"a user at the keys":        func(m map[string]any) { m["jwks_uri"] = user + "/jwks" },
		"plain http elsewhere":      func(m map[string]any) { m["token_endpoint"] = "http://evil.example/token" },
		"another scheme":            func(m map[string]any) { m["userinfo_endpoint"] = "ftp://evil.example" },
		"script as the sign-in":     func(m map[string]any) { m["authorization_endpoint"] = "javascript:alert(1)" },
		"a policy in the host":      func(m map[string]any) { m["end_session_endpoint"] = "https://evil.example;script-src" },
		"a star for a host":         func(m map[string]any) { m["end_session_endpoint"] = "https://*" },
		"no authorization endpoint": func(m map[string]any) { delete(m, "authorization_endpoint") },
	} {
		s.op.set(func() {
			s.op.metadata = map[string]any{}
			for name, value := range good {
				s.op.metadata[name] = value
			}
			change(s.op.metadata)
		})
		a := s.visitor(t, 0).get("/auth/login")
		if a.StatusCode < 500 || a.Header.Get("Location") != "" {
			t.Errorf("%s: %d to %q", name, a.StatusCode, a.Header.Get("Location"))
		}
		if policy := a.Header.Get("Content-Security-Policy"); strings.Contains(policy, "evil") || strings.Contains(policy, "*") {
			t.Errorf("%s: policy %q", name, policy)
		}
	}
	for name, hook := range map[string]func(w http.ResponseWriter, r *http.Request) bool{
		"a redirect": func(w http.ResponseWriter, r *http.Request) bool {
			http.Redirect(w, r, evil.URL, http.StatusFound)
			return true
		},
		"endless": func(w http.ResponseWriter, r *http.Request) bool {
			_, _ = fmt.Fprintf(w, `{"issuer":%q,"x":"%s"}`, s.op.url, strings.Repeat("x", 2<<20))
			return true
		},
	} {
		fresh := besiegeWith(t, s, hook)
		a := fresh.get("/auth/login")
		if a.StatusCode < 500 || asked.Load() > 0 {
			t.Errorf("%s: %d, %d requests elsewhere", name, a.StatusCode, asked.Load())
		}
	}
}

// besiegeWith is a visitor of a new portal whose identity server answers everything by hook.
func besiegeWith(t *testing.T, s *siege, hook func(w http.ResponseWriter, r *http.Request) bool) *person {
	t.Helper()
	s.op.set(func() { s.op.hook = hook })
	port := testserver.FreePort(t)
	s.programs = append(s.programs, s.serveAt(t, port))
	s.ports = append(s.ports, port)
	return s.visitor(t, len(s.ports)-1)
}

// Mallory may call herself whatever she wants: a person is issuer and subject.
func TestS12NamesAndAddressesAreNobody(t *testing.T) {
	t.Parallel()
	s := besiege(t, 1)
	alice := s.alice(t, 0)
	s.op.set(func() {
		s.op.person = map[string]any{"sub": "mallory", "name": "Alice Peeters", "email": "alice@example.com", "preferred_username": "alice", "account": 101, "sid": "sid-mallory"}
	})
	mallory := s.alice(t, 0)
	if out, err := s.command(t, "sessions", "end", "--issuer", s.op.url, "--subject", "mallory"); err != nil || !strings.Contains(out, "1 sessions ended") {
		t.Fatalf("end: %v\n%s", err, out)
	}
	alice.get("/sites").want(t, http.StatusOK)
	mallory.get("/sites").want(t, http.StatusSeeOther)
	if out, err := s.command(t, "sessions", "list", "--issuer", s.op.url, "--subject", "alice@example.com"); err != nil || !strings.Contains(out, "0 sessions") {
		t.Errorf("list by address: %v\n%s", err, out)
	}
}

func TestS13SomebodyElsesAnswersEndTheSession(t *testing.T) {
	t.Parallel()
	s := besiege(t, 1)
	s.op.set(func() {
		s.op.hook = func(w http.ResponseWriter, r *http.Request) bool {
			if r.URL.Path != "/userinfo" {
				return false
			}
			_, _ = fmt.Fprint(w, `{"sub":"mallory","name":"Mallory"}`)
			return true
		}
	})
	p := s.visitor(t, 0)
	if a := p.get(p.toCallback("/sites")); a.StatusCode < 400 || p.Cookies()[sessionCookie] != "" {
		t.Errorf("userinfo about somebody else: %d", a.StatusCode)
	}
	for name, claim := range map[string][2]any{"subject": {"sub", "mallory"}, "issuer": {"iss", "https://evil.example"}, "audience": {"aud", "another"}} {
		s.op.set(func() {
			s.op.hook, s.op.claims = nil, nil
			s.op.token = func(_ http.ResponseWriter, _ *http.Request, answer map[string]any) bool {
				answer["expires_in"] = 1
				return false
			}
		})
		p := s.visitor(t, 0)
		p.get(p.toCallback("/sites")).want(t, http.StatusSeeOther)
		s.op.set(func() {
			s.op.claims = func(c map[string]any) { c[claim[0].(string)] = claim[1] }
		})
		eventually(t, "the session of another "+name+" ends", func() bool {
			return p.get("/sites").StatusCode != http.StatusOK && p.get("/sites").Header.Get("Location") != ""
		})
		if out, err := s.command(t, "sessions", "list", "--everyone"); err != nil || !strings.Contains(out, "0 sessions") {
			t.Errorf("%s: %v\n%s", name, err, out)
		}
	}
}

func TestS14CodeIsPresentedOnceInOneStyle(t *testing.T) {
	t.Parallel()
	for style, want := range map[string]bool{"basic": true, "post": false, "discovered": true} {
		s := besiege(t, 1, "PORTICO_CLIENT_AUTH="+style)
		for _, status := range []int{400, 401, 500, 503} {
			s.op.set(func() {
				s.op.seen = nil
				s.op.token = func(w http.ResponseWriter, _ *http.Request, _ map[string]any) bool {
					w.WriteHeader(status)
					_, _ = fmt.Fprint(w, `{"error":"invalid_client"}`)
					return true
				}
			})
			p := s.visitor(t, 0)
			p.get(p.toCallback("/sites"))
			sent := s.op.requests("/connect/token")
			if len(sent) != 1 {
				t.Fatalf("%s, answered with %d: %d token requests", style, status, len(sent))
			}
			if basic := sent[0].header.Get("Authorization") != ""; basic != want || sent[0].form.Has("client_secret") == want {
				t.Errorf("%s: header %t, secret in the form %t", style, basic, sent[0].form.Has("client_secret"))
			}
		}
	}
}

func TestS15SignInTakesNothingButTheReturnPath(t *testing.T) {
	t.Parallel()
	s := besiege(t, 1)
	p := s.visitor(t, 0)
	plain := location(t, p.get("/auth/login")).Query()
	evil := location(t, p.get("/auth/login?scope=admin&prompt=none&redirect_uri=https://evil.example/cb&iss=https://evil.example&client_id=x&acr_values=x&response_mode=fragment&account=102&login_hint=x&max_age=0&resource=x&response_type=token&stay=1")).Query()
	for _, q := range []url.Values{plain, evil} {
		for _, name := range []string{"state", "nonce", "code_challenge"} {
			if q.Get(name) == "" {
				t.Errorf("no %s", name)
			}
			q.Del(name)
		}
	}
	if plain.Encode() != evil.Encode() {
		t.Errorf("authorization request %s, want %s", evil.Encode(), plain.Encode())
	}
	if plain.Get("redirect_uri") != s.base+"/auth/callback" {
		t.Errorf("redirect_uri %q", plain.Get("redirect_uri"))
	}
	for name, header := range map[string][]string{
		"image": {"Sec-Fetch-Site", "same-origin", "Sec-Fetch-Mode", "no-cors", "Sec-Fetch-Dest", "image"}, "frame": {"Sec-Fetch-Site", "same-origin", "Sec-Fetch-Mode", "navigate", "Sec-Fetch-Dest", "iframe"},
		"script": {"Sec-Fetch-Site", "same-origin", "Sec-Fetch-Mode", "cors", "Sec-Fetch-Dest", "empty"}, "only the site": {"Sec-Fetch-Site", "cross-site"}, "only the destination": {"Sec-Fetch-Dest", "embed"},
		"ahead": {"Sec-Fetch-Site", "none", "Sec-Fetch-Mode", "navigate", "Sec-Fetch-Dest", "document", "Sec-Purpose", "prefetch;prerender"},
	} {
		for _, path := range []string{"/auth/login", "/auth/initiate?iss=" + s.op.url} {
			a := p.ask(http.MethodGet, path, "", header...)
			if a.StatusCode != http.StatusForbidden || len(a.Cookies()) > 0 {
				t.Errorf("%s: %s gives %d, cookies %v", name, path, a.StatusCode, a.Cookies())
			}
		}
	}
	p.ask(http.MethodGet, "/auth/login", "", "Sec-Fetch-Site", "cross-site", "Sec-Fetch-Mode", "navigate", "Sec-Fetch-Dest", "document").want(t, http.StatusSeeOther)
	if a := p.ask(http.MethodHead, "/auth/login", ""); a.StatusCode != http.StatusMethodNotAllowed || len(a.Cookies()) > 0 {
		t.Errorf("HEAD: %d, cookies %v", a.StatusCode, a.Cookies())
	}
}

func TestS16StrengthAndAgeAreCheckedInTheAnswer(t *testing.T) {
	t.Parallel()
	s := besiege(t, 1, "PORTICO_LOGIN_MAX_AGE=10m", "PORTICO_LOGIN_ACR_VALUES=gold platinum")
	now := time.Now()
	for name, c := range map[string]struct {
		claims map[string]any
		ok     bool
	}{
		"good":       {map[string]any{"auth_time": now.Unix(), "acr": "gold"}, true},
		"old":        {map[string]any{"auth_time": now.Add(-time.Hour).Unix(), "acr": "gold"}, false},
		"no time":    {map[string]any{"acr": "gold"}, false},
		"weak":       {map[string]any{"auth_time": now.Unix(), "acr": "bronze"}, false},
		"no context": {map[string]any{"auth_time": now.Unix()}, false},
	} {
		s.op.set(func() {
			s.op.claims = func(have map[string]any) {
				for n, v := range c.claims {
					have[n] = v
				}
			}
		})
		p := s.visitor(t, 0)
		callback := p.toCallback("/sites")
		if q := s.op.requests("/authorize")[0].form; q.Get("max_age") != "600" || q.Get("acr_values") != "gold platinum" {
			t.Errorf("asked for %v", q)
		}
		p.get(callback)
		if in := p.Cookies()[sessionCookie] != ""; in != c.ok {
			t.Errorf("%s: signed in %t", name, in)
		}
	}
}

var foreign = regexp.MustCompile(`(?i)(?:src|href|action|content|srcset|url\()\s*=?\s*["'(]?\s*(?:https?:)?//[^"' )]+`)

func TestS17CallbackTellsNobodyTheCode(t *testing.T) {
	t.Parallel()
	for _, path := range []string{"/auth/callback", "/signin-oidc"} {
		s := besiege(t, 1, "PORTICO_CALLBACK_PATH="+path)
		p := s.visitor(t, 0)
		callback := p.toCallback("/sites?q=gent")
		if !strings.HasPrefix(callback, s.base+path+"?") {
			t.Fatalf("called back at %s", callback)
		}
		for name, a := range map[string]answer{"good": p.get(callback), "stray": s.visitor(t, 0).get(callback), "error": s.visitor(t, 0).get(callback + "&code=y"), "form": p.ask(http.MethodPost, path, "code=a&state=b"), "method": p.ask(http.MethodPut, callback, "")} {
			if a.Header.Get("Cache-Control") != "no-store" || a.Header.Get("Referrer-Policy") != "no-referrer" {
				t.Errorf("%s: Cache-Control %q, Referrer-Policy %q", name, a.Header.Get("Cache-Control"), a.Header.Get("Referrer-Policy"))
			}
			if found := foreign.FindString(strings.ReplaceAll(a.Body, s.base, "")); found != "" {
				t.Errorf("%s: loads %s", name, found)
			}
			if u, _ := url.Parse(callback); strings.Contains(a.Body, u.Query().Get("code")) || strings.Contains(a.Body, u.Query().Get("state")) {
				t.Errorf("%s: the page holds the code or the state", name)
			}
			if name == "good" && (a.StatusCode != http.StatusSeeOther || a.Header.Get("Location") != "/sites?q=gent") {
				t.Errorf("%d to %q", a.StatusCode, a.Header.Get("Location"))
			}
		}
		if a := s.alice(t, 0).get(callback); a.Header.Get("Location") != "/" {
			t.Errorf("a stray callback of somebody who is signed in leads to %q", a.Header.Get("Location"))
		}
	}
}

// A provider that grants less than was asked for: the page names what is missing, and so it does when the operator lets people in and the Data Hub does not.
func TestS19SmallerScopeIsExplained(t *testing.T) {
	t.Parallel()
	for _, policy := range []string{"refuse", "accept"} {
		s := besiege(t, 1, "PORTICO_MISSING_SCOPES="+policy)
		if q := location(t, s.visitor(t, 0).get("/auth/login")).Query(); q.Get("scope") != "openid profile email datahub-api offline_access" {
			t.Errorf("scope %q", q.Get("scope"))
		}
		s.op.set(func() {
			s.op.token = func(_ http.ResponseWriter, _ *http.Request, answer map[string]any) bool {
				answer["scope"] = "openid"
				return false
			}
		})
		for _, status := range []int{http.StatusUnauthorized, http.StatusForbidden} {
			s.setHubRaw(func(w http.ResponseWriter, _ *http.Request) bool { w.WriteHeader(status); return true })
			p := s.visitor(t, 0)
			a, _ := p.open("/sites")
			if policy == "refuse" {
				a.want(t, http.StatusForbidden, "<h1", "datahub-api")
				break
			}
			if a.StatusCode != http.StatusForbidden && a.StatusCode != http.StatusBadGateway || !strings.Contains(a.Body, "<h1") || p.Cookies()[sessionCookie] == "" {
				t.Errorf("the Data Hub says %d: %d\n%.500s", status, a.StatusCode, a.Body)
			}
			p.get("/auth/session").want(t, http.StatusOK, "openid")
		}
	}
}

// Token answers that no honest provider gives: a page, never a crash, and no session of them.
func TestS20TokenAnswersAreJudged(t *testing.T) {
	t.Parallel()
	s := besiege(t, 1)
	edit := func(name string, value any) func(http.ResponseWriter, *http.Request, map[string]any) bool {
		return func(_ http.ResponseWriter, _ *http.Request, answer map[string]any) bool {
			if answer[name] = value; value == nil {
				delete(answer, name)
			}
			return false
		}
	}
	says := func(body string) func(http.ResponseWriter, *http.Request, map[string]any) bool {
		return func(w http.ResponseWriter, _ *http.Request, _ map[string]any) bool {
			w.Header().Set("Content-Type", "application/json")
			_, _ = fmt.Fprint(w, body)
			return true
		}
	}
	for name, c := range map[string]struct {
		token func(http.ResponseWriter, *http.Request, map[string]any) bool
		ok    bool
	}{
		"another type": {edit("token_type", "mac"), false}, "DPoP": {edit("token_type", "DPoP"), false}, "type in capitals": {edit("token_type", "BEARER"), true},
		"no lifetime": {edit("expires_in", nil), true}, "lifetime 0": {edit("expires_in", 0), true}, "lifetime below 0": {edit("expires_in", -5), true}, "huge lifetime": {edit("expires_in", 1<<40), true}, "lifetime in words": {edit("expires_in", "300"), true},
		"a line end in the token": {edit("access_token", "a\r\nX-Evil: 1"), false}, "a blank in the token": {edit("access_token", "a b"), false}, "no token": {edit("access_token", nil), false}, "a token as a number": {edit("access_token", 7), false},
		"a line end in the refresh token": {edit("refresh_token", "a\nb"), false}, "no ID token": {edit("id_token", nil), false}, "nothing": {says(""), false}, "a page": {says("<html>"), false}, "null": {says("null"), false}, "a list": {says("[]"), false},
		"endless": {says(`{"x":"` + strings.Repeat("x", 2<<20) + `"}`), false}, "deep": {says(strings.Repeat("[", 100000)), false},
	} {
		s.op.set(func() { s.op.token = c.token })
		p := s.visitor(t, 0)
		a := p.get(p.toCallback("/sites"))
		in := p.Cookies()[sessionCookie] != ""
		if in != c.ok || !c.ok && a.StatusCode < 400 || a.StatusCode == http.StatusInternalServerError {
			t.Errorf("%s: %d, signed in %t", name, a.StatusCode, in)
		}
		if in {
			p.get("/auth/session").want(t, http.StatusOK)
		}
	}
}

// A Data Hub that sends the portal elsewhere gets no token to that place.
func TestS25TokenGoesToTheDataHubOnly(t *testing.T) {
	t.Parallel()
	s := besiege(t, 1)
	var asked atomic.Int32
	evil := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { asked.Add(1) }))
	t.Cleanup(evil.Close)
	p := s.alice(t, 0)
	for _, status := range []int{301, 302, 303, 307, 308} {
		s.setHubRaw(func(w http.ResponseWriter, r *http.Request) bool {
			http.Redirect(w, r, evil.URL+r.URL.Path, status)
			return true
		})
		if a := p.get("/sites"); a.StatusCode != http.StatusBadGateway || a.Header.Get("Location") != "" || strings.Contains(a.Body, evil.URL) {
			t.Errorf("%d: %d to %q", status, a.StatusCode, a.Header.Get("Location"))
		}
	}
	s.setHubRaw(nil)
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, r := range s.hubSeen {
		if r.path == "/account" && r.header.Get("Authorization") == "" && r.header.Get("Cookie") == "" {
			continue // whether it is there, for the operator; a Data Hub refuses to say more
		}
		if !strings.HasPrefix(r.header.Get("Authorization"), "Bearer at.") || r.header.Get("Cookie") != "" {
			t.Errorf("%s asked with %v", r.path, r.header)
		}
	}
	if asked.Load() != 0 {
		t.Errorf("%d requests elsewhere", asked.Load())
	}
}
