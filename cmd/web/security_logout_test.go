package main

import (
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/go-jose/go-jose/v4"

	"portico/internal/testserver"
)

func TestS48SigningOutTakesAFormOfOurs(t *testing.T) {
	t.Parallel()
	s := besiege(t, 1)
	p := s.alice(t, 0)
	for _, method := range []string{http.MethodGet, http.MethodHead, http.MethodOptions, http.MethodTrace, http.MethodPut} {
		for _, path := range []string{"/auth/logout", "/auth/logout?confirm=1"} {
			a := p.ask(method, path, "")
			if a.StatusCode != http.StatusMethodNotAllowed || len(a.Cookies()) > 0 {
				t.Errorf("%s %s: %d, cookies %v", method, path, a.StatusCode, a.Cookies())
			}
		}
	}
	for _, header := range [][]string{{"Origin", "https://evil.example"}, {"Origin", "null"}, {"Sec-Fetch-Site", "cross-site"}, {"Sec-Fetch-Site", "same-site"}} {
		p.ask(http.MethodPost, "/auth/logout", "x=y", header...).want(t, http.StatusForbidden)
	}
	p.get("/sites").want(t, http.StatusOK)
}

// The record goes first; then whatever the identity server does, the person is signed out here, soon, and told how it went there.
func TestS49SignedOutHereWhateverThere(t *testing.T) {
	t.Parallel()
	s := besiege(t, 1)
	p := s.alice(t, 0)
	a := p.post("/auth/logout", nil)
	end := location(t, a)
	q := end.Query()
	if end.Path != "/end" || q.Get("post_logout_redirect_uri") != s.base+"/auth/signed-out" || len(q.Get("state")) < 22 || q.Get("client_id") != "portico" || q.Has("id_token_hint") {
		t.Errorf("sent to %s", end)
	}
	back, _ := p.open(end.String())
	back.want(t, http.StatusOK)
	warm := s.alice(t, 0)
	s.op.set(func() {
		s.op.hook = func(w http.ResponseWriter, r *http.Request) bool {
			w.WriteHeader(http.StatusServiceUnavailable)
			return true
		}
	})
	cold := s.serveAt(t, testserver.FreePort(t)) // has never reached the identity server
	s.programs, s.ports = append(s.programs, cold), append(s.ports, strings.TrimPrefix(cold.cmd.Args[len(cold.cmd.Args)-1], "--listen=127.0.0.1:"))
	at := s.moveTo(warm, 1)
	start := time.Now()
	a = at.post("/auth/logout", nil)
	if a.StatusCode != http.StatusSeeOther || a.Header.Get("Location") != "/auth/signed-out?provider=unreachable" || time.Since(start) > 4*time.Second {
		t.Errorf("the identity server is away: %d to %q after %v", a.StatusCode, a.Header.Get("Location"), time.Since(start))
	}
	at.get(a.Header.Get("Location")).want(t, http.StatusOK)
	for i := range s.ports {
		s.moveTo(warm, i).get("/sites").want(t, http.StatusSeeOther)
	}
}

// A revocation that hangs holds nobody up.
func TestS26RevocationNeverBlocksSigningOut(t *testing.T) {
	t.Parallel()
	s := besiege(t, 1)
	p := s.alice(t, 0)
	hanging := make(chan struct{}, 8)
	s.op.set(func() {
		s.op.hook = func(w http.ResponseWriter, r *http.Request) bool {
			if r.URL.Path != "/revoke" {
				return false
			}
			hanging <- struct{}{}
			<-r.Context().Done()
			return true
		}
	})
	start := time.Now()
	p.post("/auth/logout", nil).want(t, http.StatusSeeOther)
	if took := time.Since(start); took > 2500*time.Millisecond {
		t.Errorf("signing out took %v", took)
	}
	p.get("/sites").want(t, http.StatusSeeOther)
	select {
	case <-hanging:
	case <-time.After(5 * time.Second):
		t.Error("no token was revoked")
	}
	sent := s.op.requests("/revoke")
	if len(sent) == 0 || sent[0].form.Get("token_type_hint") != "refresh_token" || !strings.HasPrefix(sent[0].form.Get("token"), "rt.") {
		t.Errorf("revocations %v", sent)
	}
}

// The old cookie is dead at every process, also when a refresh is under way at one and a page at another.
func TestS50SignedOutEverywhereAtOnce(t *testing.T) {
	t.Parallel()
	s := besiege(t, 2)
	s.op.set(func() {
		s.op.token = func(_ http.ResponseWriter, _ *http.Request, answer map[string]any) bool {
			answer["expires_in"] = 1
			return false
		}
	})
	p := s.alice(t, 0)
	cookie := p.Cookies()[sessionCookie]
	asked, answer := make(chan struct{}, 4), make(chan struct{})
	s.op.set(func() {
		s.op.hook = func(w http.ResponseWriter, r *http.Request) bool {
			if r.URL.Path == "/connect/token" {
				asked <- struct{}{}
				<-answer
			}
			return false
		}
	})
	time.Sleep(1100 * time.Millisecond)
	var wg sync.WaitGroup
	var late lateAnswer
	wg.Go(func() {
		slow := s.visitor(t, 0)
		slow.setCookies(map[string]string{sessionCookie: cookie})
		a := slow.get("/sites")
		late.status, late.body, late.session = a.StatusCode, a.Body, slow.Cookies()[sessionCookie]
	})
	<-asked
	a := s.moveTo(p, 1).post("/auth/logout", nil)
	a.want(t, http.StatusSeeOther)
	if a.Header.Get("Clear-Site-Data") != `"cache", "storage"` || a.Header.Get("Cache-Control") != "no-store" {
		t.Errorf("Clear-Site-Data %q, Cache-Control %q", a.Header.Get("Clear-Site-Data"), a.Header.Get("Cache-Control"))
	}
	close(answer)
	wg.Wait()
	if late.status == http.StatusOK && strings.Contains(late.body, "Alice Peeters") {
		t.Error("a page that waited for a refresh is shown after signing out")
	}
	for at := range s.ports {
		thief := s.visitor(t, at)
		thief.setCookies(map[string]string{sessionCookie: cookie})
		thief.get("/sites").want(t, http.StatusSeeOther)
	}
	eventually(t, "what the late refresh brought is given back", func() bool {
		given := map[string]bool{}
		for _, r := range s.op.requests("/revoke") {
			given[r.form.Get("token")] = true
		}
		refreshes := s.op.requests("/connect/token")
		return len(refreshes) >= 2 && len(given) >= 3
	})
}

type lateAnswer struct {
	status        int
	body, session string
}

func TestS51FormsMayEndAtTheSignOutOriginOnly(t *testing.T) {
	t.Parallel()
	s := besiege(t, 1)
	p := s.alice(t, 0)
	for _, path := range []string{"/sites", "/settings/sessions", "/auth/account", "/nothing"} {
		a := p.get(path)
		directives := policyOf(a.Header.Get("Content-Security-Policy"))
		if got := directives["form-action"]; got != "'self' "+s.op.url {
			t.Errorf("%s: form-action %q, want ourselves and %s", path, got, s.op.url)
		}
	}
}

// policyOf splits a Content-Security-Policy.
func policyOf(policy string) map[string]string {
	m := map[string]string{}
	for directive := range strings.SplitSeq(policy, ";") {
		name, value, _ := strings.Cut(strings.TrimSpace(directive), " ")
		m[name] = value
	}
	return m
}

func TestS52BackChannelLogoutAnswers(t *testing.T) {
	t.Parallel()
	s := besiege(t, 1)
	p := s.alice(t, 0)
	form := "application/x-www-form-urlencoded"
	good := url.Values{"logout_token": {s.op.logoutToken(nil)}}.Encode()
	for name, c := range map[string]struct {
		method, contentType, body string
		status                    int
	}{
		"by GET":           {http.MethodGet, form, "", http.StatusMethodNotAllowed},
		"no form":          {http.MethodPost, "application/json", `{"logout_token":"x"}`, http.StatusBadRequest},
		"a form of files":  {http.MethodPost, "multipart/form-data; boundary=x", good, http.StatusBadRequest},
		"no type":          {http.MethodPost, "", good, http.StatusBadRequest},
		"no token":         {http.MethodPost, form, "x=y", http.StatusBadRequest},
		"an empty token":   {http.MethodPost, form, "logout_token=", http.StatusBadRequest},
		"two tokens":       {http.MethodPost, form, good + "&" + good, http.StatusBadRequest},
		"seventeen KiB":    {http.MethodPost, form, "logout_token=" + strings.Repeat("a", 17<<10), http.StatusBadRequest},
		"sixty-five KiB":   {http.MethodPost, form, "logout_token=" + strings.Repeat("a", 65<<10), http.StatusRequestEntityTooLarge},
		"a broken form":    {http.MethodPost, form, "logout_token=%zz", http.StatusBadRequest},
		"an unknown one":   {http.MethodPost, form, url.Values{"logout_token": {s.op.logoutToken(func(c map[string]any) { c["sid"], c["sub"] = "nobody's", "nobody" })}}.Encode(), http.StatusOK},
		"in the address":   {http.MethodPost + " ?" + good, form, "x=y", http.StatusBadRequest},
		"a foreign origin": {http.MethodPost + " origin", form, good, http.StatusForbidden},
	} {
		method, more, _ := strings.Cut(c.method, " ")
		path, header := "/auth/backchannel-logout", []string{"Content-Type", c.contentType, "Accept", "*/*"}
		switch {
		case more == "origin":
			header = append(header, "Origin", "https://evil.example")
		case more != "":
			path += more
		}
		a := s.visitor(t, 0).ask(method, path, c.body, header...)
		if a.StatusCode != c.status || a.Header.Get("Cache-Control") != "no-store" || len(a.Cookies()) > 0 {
			t.Errorf("%s: %d, want %d; Cache-Control %q, cookies %v", name, a.StatusCode, c.status, a.Header.Get("Cache-Control"), a.Cookies())
		}
		if c.status == http.StatusBadRequest && strings.TrimSpace(a.Body) != `{"error":"invalid_request"}` {
			t.Errorf("%s: says %q", name, a.Body)
		}
	}
	p.get("/sites").want(t, http.StatusOK)
	a := s.visitor(t, 0).ask(http.MethodPost, "/auth/backchannel-logout", good, "Accept", "*/*")
	if a.StatusCode != http.StatusOK || a.Body != "" {
		t.Errorf("a good one: %d %q", a.StatusCode, a.Body)
	}
	p.get("/sites").want(t, http.StatusSeeOther)
}

func TestS53OnlyLogoutTokensSignOut(t *testing.T) {
	t.Parallel()
	s := besiege(t, 2)
	p := s.alice(t, 0)
	var idToken string
	s.op.set(func() {
		for what, value := range s.op.planted {
			if strings.HasPrefix(what, "ID token") {
				idToken = value
			}
		}
	})
	event := map[string]any{"http://schemas.openid.net/event/backchannel-logout": map[string]any{}}
	edited := func(name string, value any) string {
		return s.op.logoutToken(func(c map[string]any) {
			if c[name] = value; value == nil {
				delete(c, name)
			}
		})
	}
	claims := map[string]any{"iss": s.op.url, "aud": "portico", "sub": "alice", "jti": "j", "iat": time.Now().Unix(), "exp": time.Now().Add(time.Minute).Unix(), "events": event}
	evil := newRogue(t)
	send := func(at int, token string) int {
		t.Helper()
		return s.visitor(t, at).post("/auth/backchannel-logout", url.Values{"logout_token": {token}}).StatusCode
	}
	for name, token := range map[string]string{
		"an ID token": idToken, "an access token": s.op.sign(claims, "k1", "at+jwt"), "another type": s.op.sign(claims, "k1", "secevent+jwt"), "unsigned": unsignedToken(claims), "another key": evil.sign(claims, "k1", "logout+jwt"),
		"HMAC with the client secret": signed(t, jose.HS256, []byte(s.secret), (&jose.SignerOptions{}).WithType("logout+jwt"), claims),
		"another issuer":              edited("iss", "https://evil.example"), "another audience": edited("aud", "another"), "no audience": edited("aud", nil), "no issue": edited("iat", nil), "of tomorrow": edited("iat", time.Now().Add(24*time.Hour).Unix()),
		"of yesterday": edited("iat", time.Now().Add(-25*time.Hour).Unix()), "expired": edited("exp", time.Now().Add(-2*time.Minute).Unix()), "no expiry": edited("exp", nil), "no event": edited("events", nil),
		"another event": edited("events", map[string]any{"https://evil.example/event": map[string]any{}}), "an event that is text": edited("events", "http://schemas.openid.net/event/backchannel-logout"),
		"about nobody": s.op.logoutToken(func(c map[string]any) { delete(c, "sub"); delete(c, "sid") }), "with a nonce": edited("nonce", "n"), "no id": edited("jti", nil), "cut": s.op.logoutToken(nil)[:200], "nothing": "..",
	} {
		if status := send(0, token); status != http.StatusBadRequest {
			t.Errorf("%s: %d", name, status)
		}
		if a := p.get("/sites"); a.StatusCode != http.StatusOK {
			t.Fatalf("%s signed alice out", name)
		}
	}
	token := s.op.logoutToken(nil)
	if status := send(0, token); status != http.StatusOK {
		t.Errorf("a good one: %d", status)
	}
	again := s.alice(t, 0)
	for at := range s.ports {
		if status := send(at, token); status != http.StatusBadRequest {
			t.Errorf("the same once more at process %d: %d", at, status)
		}
	}
	again.get("/sites").want(t, http.StatusOK)
}

// All sessions of the provider's session end, or all of the person when none is named, and nobody else's; also at the process that is refreshing one of them.
func TestS54EverySessionThatIsMeantEnds(t *testing.T) {
	t.Parallel()
	s := besiege(t, 2)
	in := func(sub, sid string, at int) *person {
		s.op.set(func() { s.op.person["sub"], s.op.person["sid"] = sub, sid })
		p := s.visitor(t, at)
		p.get(p.toCallback("/sites")).want(t, http.StatusSeeOther)
		return p
	}
	people := map[string]*person{}
	for i := range 2 {
		for _, who := range []string{"alice one", "alice two", "bob three"} {
			sub, sid, _ := strings.Cut(who, " ")
			people[fmt.Sprint(who, " ", i)] = in(sub, sid, i)
		}
	}
	check := func(what string, out ...string) {
		t.Helper()
		for who, p := range people {
			want := http.StatusOK
			for _, prefix := range out {
				if strings.HasPrefix(who, prefix) {
					want = http.StatusSeeOther
				}
			}
			for at := range s.ports {
				fresh := s.visitor(t, at)
				fresh.setCookies(map[string]string{sessionCookie: p.Cookies()[sessionCookie]})
				if a := fresh.get("/sites"); a.StatusCode != want {
					t.Errorf("%s: %s at process %d gets %d, want %d", what, who, at, a.StatusCode, want)
				}
			}
		}
	}
	send := func(change func(map[string]any)) {
		t.Helper()
		s.visitor(t, 1).post("/auth/backchannel-logout", url.Values{"logout_token": {s.op.logoutToken(change)}}).want(t, http.StatusOK)
	}
	send(func(c map[string]any) { c["sid"] = "one"; delete(c, "sub") })
	check("session one", "alice one")
	send(func(c map[string]any) { c["sid"], c["sub"] = "three", "alice" }) // a session that is bob's, said to be alice's
	send(func(c map[string]any) { delete(c, "sid") })
	check("all of alice", "alice", "bob three") // the provider's word about its own session counts
}

// The address is protected like any other, and needs no exception: servers send neither Origin nor Fetch Metadata.
func TestS55BackChannelIsNotExempted(t *testing.T) {
	t.Parallel()
	s := besiege(t, 1)
	p := s.alice(t, 0)
	body := url.Values{"logout_token": {s.op.logoutToken(nil)}}.Encode()
	for _, header := range [][]string{{"Origin", "https://evil.example"}, {"Origin", "null"}, {"Origin", s.op.url}, {"Sec-Fetch-Site", "cross-site"}, {"Sec-Fetch-Site", "same-site"}} {
		s.visitor(t, 0).ask(http.MethodPost, "/auth/backchannel-logout", body, header...).want(t, http.StatusForbidden)
	}
	p.get("/sites").want(t, http.StatusOK)
	refused := 0
	for range 80 {
		if s.visitor(t, 0).post("/auth/backchannel-logout", url.Values{"logout_token": {"x"}}).StatusCode == http.StatusTooManyRequests {
			refused++
		}
	}
	if refused == 0 {
		t.Error("eighty bad tokens in a row are all judged")
	}
	s.visitor(t, 0).ask(http.MethodPost, "/auth/backchannel-logout", body).want(t, http.StatusOK)
	p.get("/sites").want(t, http.StatusSeeOther)
}
