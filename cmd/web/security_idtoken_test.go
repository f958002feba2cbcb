package main

import (
	"encoding/base64"
	"fmt"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"portico/internal/testserver"
)

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
