package conformance

import (
	"net/http"
	"net/url"
	"strings"
	"testing"

	"github.com/go-jose/go-jose/v4"
)

// endSession takes the browser at the end session endpoint, tells the portal over the back channel, and sends the browser back.
func (s *suite) endSession(w http.ResponseWriter, r *http.Request) {
	_ = r.ParseForm()
	s.mu.Lock()
	hint, back, state := r.Form.Get("id_token_hint"), r.Form.Get("post_logout_redirect_uri"), r.Form.Get("state")
	if hint == "" || hint != s.idToken {
		s.violation("id_token_hint is not the ID token of this run")
	}
	if back != s.client.postLogoutURI {
		s.violation("post_logout_redirect_uri %q, want %q", back, s.client.postLogoutURI)
	}
	if state == "" {
		s.violation("no state")
	}
	token := ""
	if s.bent.logoutToken != nil {
		token = s.bent.logoutToken(s, s.logoutClaims())
	}
	s.mu.Unlock()
	if token != "" {
		s.backChannel(token)
	}
	if s.bent.logoutState != nil {
		state = s.bent.logoutState(state)
	}
	address := s.client.postLogoutURI
	if state != "" {
		address += "?" + url.Values{"state": {state}}.Encode()
	}
	http.Redirect(w, r, address, http.StatusFound)
}

// backChannel posts a logout token while the browser waits.
func (s *suite) backChannel(token string) {
	form := url.Values{"logout_token": {token}, "ignored_parameter": {"x"}}
	req, err := http.NewRequest(http.MethodPost, s.client.backChannelURI, strings.NewReader(form.Encode()))
	if err != nil {
		s.t.Error(err)
		return
	}
	req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		s.t.Error(err)
		return
	}
	_ = resp.Body.Close()
	s.locked(func() {
		if s.logout = resp.StatusCode; resp.Header.Get("Cache-Control") != "no-store" {
			s.violation("Cache-Control %q of a back-channel logout", resp.Header.Get("Cache-Control"))
		}
	})
}

const logoutEvent = "http://schemas.openid.net/event/backchannel-logout"

// logoutClaims are those of an honest logout token. The lock is held.
func (s *suite) logoutClaims() map[string]any {
	c := s.claims()
	delete(c, "nonce")
	c["exp"] = c["iat"].(int64) + 120
	c["jti"], c["events"], c["ignored_claim"] = "jti-"+s.access, map[string]any{logoutEvent: map[string]any{}}, "x"
	return c
}

// logoutModule is a login, and a sign-out that ends at the portal's own page.
type logoutModule struct {
	name   string
	bent   bent
	status int // of the back-channel logout, 0 when there is none
	text   string
}

const (
	everywhere = "has signed you out as well"
	here       = "may still be signed in"
)

func honestToken(s *suite, claims map[string]any) string { return s.sign(claims) }

// rpInitiated is the plan for RP-Initiated Logout RP.
var rpInitiated = []logoutModule{
	{"oidcc-client-test-rp-init-logout", bent{logoutToken: honestToken}, http.StatusOK, everywhere},
	{"oidcc-client-test-rp-init-logout-other-state", bent{logoutToken: honestToken, logoutState: func(s string) string { return s + "_INVALID" }}, http.StatusOK, here},
	{"oidcc-client-test-rp-init-logout-no-state", bent{logoutToken: honestToken, logoutState: func(string) string { return "" }}, http.StatusOK, here},
}

// signedOver makes a logout token of edited claims.
func signedOver(edit func(map[string]any)) func(*suite, map[string]any) string {
	return func(s *suite, claims map[string]any) string {
		edit(claims)
		return s.sign(claims)
	}
}

// backChannel is the plan for Back-Channel Logout RP. The good token comes when the session is gone already, and while the browser's own request is open.
var backChannel = []logoutModule{
	{"oidcc-client-test-rp-backchannel-rpinitlogout", bent{logoutToken: honestToken}, http.StatusOK, everywhere},
	{"oidcc-client-test-rp-backchannel-rpinitlogout-alg-none", bent{logoutToken: unsigned}, http.StatusBadRequest, everywhere},
	{"oidcc-client-test-rp-backchannel-rpinitlogout-wrong-alg", bent{logoutToken: func(s *suite, claims map[string]any) string {
		return s.signWith(s.keys.elliptic, s.keys.ecKid, jose.ES256, claims)
	}}, http.StatusBadRequest, everywhere},
	{"oidcc-client-test-rp-backchannel-rpinitlogout-no-event", bent{logoutToken: signedOver(set("events", nil))}, http.StatusBadRequest, everywhere},
	{"oidcc-client-test-rp-backchannel-rpinitlogout-wrong-event", bent{logoutToken: signedOver(set("events", map[string]any{"http://schemas.openid.net/event/foobar": map[string]any{}}))}, http.StatusBadRequest, everywhere},
	{"oidcc-client-test-rp-backchannel-rpinitlogout-with-nonce", bent{logoutToken: signedOver(set("nonce", "n"))}, http.StatusBadRequest, everywhere},
	{"oidcc-client-test-rp-backchannel-rpinitlogout-wrong-aud", bent{logoutToken: signedOver(add("aud", "INVALID"))}, http.StatusBadRequest, everywhere},
	{"oidcc-client-test-rp-backchannel-rpinitlogout-wrong-iss", bent{logoutToken: signedOver(add("iss", "INVALID"))}, http.StatusBadRequest, everywhere},
}

func TestRPInitiatedLogoutRP(t *testing.T) { runLogout(t, rpInitiated) }

func TestBackChannelLogoutRP(t *testing.T) { runLogout(t, backChannel) }

func runLogout(t *testing.T, modules []logoutModule) {
	for _, m := range modules {
		t.Run(m.name, func(t *testing.T) {
			t.Parallel()
			s := newSuite(t, m.bent)
			p := startPortal(t, s, false, "--logout-hint")
			v := newVisitor(t)
			if v.signIn(p); v.signedIn(p) != subject {
				t.Fatalf("not signed in\n%s", p.log)
			}
			end := v.submit(p.base+"/auth/logout", nil)
			if s.seen("end_session") != 1 || s.logout != m.status || v.signedIn(p) != "" {
				t.Errorf("%d end session requests, back channel %d, want %d; signed in %q", s.seen("end_session"), s.logout, m.status, v.signedIn(p))
			}
			if end.status != http.StatusOK || end.url.Path != "/auth/signed-out" || !strings.Contains(end.body, m.text) {
				t.Errorf("ends at %s with %d, lacks %q", end.url, end.status, m.text)
			}
			s.verdict(t)
		})
	}
}

// The same tokens while the session is still there: the good one ends it, the others leave it alone.
func TestBackChannelLogoutOfALiveSession(t *testing.T) {
	t.Parallel()
	for _, m := range backChannel {
		s := newSuite(t, m.bent)
		p := startPortal(t, s, false)
		v := newVisitor(t)
		v.signIn(p)
		var token string
		s.locked(func() { token = m.bent.logoutToken(s, s.logoutClaims()) })
		s.backChannel(token)
		if alive := v.signedIn(p) == subject; s.logout != m.status || alive != (m.status == http.StatusBadRequest) {
			t.Errorf("%s: %d, the session lives: %t", m.name, s.logout, alive)
		}
		s.verdict(t)
	}
}
