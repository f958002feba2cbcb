package conformance

import (
	"net/http"
	"net/url"
	"strings"
	"testing"
)

const reference = "urn:ietf:params:oauth:request_uri:6esc_11ACC5bwc014ltc14eY22c"

// push takes an authorization request (RFC 9126 section 2.1). The lock is held.
func (s *suite) push(w http.ResponseWriter, r *http.Request) {
	_ = r.ParseForm()
	s.checkClient(r)
	if r.Method != http.MethodPost || r.PostForm.Has("request_uri") {
		s.violation("pushed request by %s: %v", r.Method, r.PostForm)
	}
	s.pushed = r.PostForm
	writeJSON(w, http.StatusCreated, map[string]any{"request_uri": reference, "expires_in": 60})
}

// pulled returns the request that a browser brings, by itself or by reference. The lock is held.
func (s *suite) pulled(form url.Values) url.Values {
	if s.pushed == nil {
		return form
	}
	if want := (url.Values{"client_id": {clientID}, "request_uri": {reference}}); form.Encode() != want.Encode() {
		s.violation("the browser carries %v, want the reference only", form)
	}
	request := s.pushed
	s.pushed = nil
	return request
}

// offered makes metadata name an endpoint for pushed requests.
func offered(address func(issuer string) string, required bool) func(map[string]any) {
	return func(m map[string]any) {
		m["pushed_authorization_request_endpoint"], m["require_pushed_authorization_requests"] = address(m["issuer"].(string)), required
	}
}

// A whole sign-in with a request that never was in the browser.
func TestPushedAuthorizationRequest(t *testing.T) {
	t.Parallel()
	s := newSuite(t, bent{metadata: offered(func(issuer string) string { return issuer + "par" }, true)})
	p := startPortal(t, s, false)
	v := newVisitor(t)
	if v.signIn(p); v.signedIn(p) != subject || s.seen("par") != 1 || s.seen("userinfo") != 1 {
		t.Errorf("signed in %q after %v\n%s", v.signedIn(p), s.calls, p.log)
	}
	s.verdict(t)
}

// An endpoint for pushed requests that is down is a sign-in service that is down, also where plain requests would be taken: the page says when to come back, and to where.
func TestPushedAuthorizationRequestDown(t *testing.T) {
	t.Parallel()
	for name, required := range map[string]bool{"required": true, "offered": false} {
		s := newSuite(t, bent{metadata: offered(func(string) string { return "http://127.0.0.1:9/par" }, required)})
		p := startPortal(t, s, false)
		v := newVisitor(t)
		resp, body := v.ask(http.MethodGet, p.base+"/auth/login?return_to=/sites", nil, "")
		if resp.StatusCode != http.StatusServiceUnavailable || resp.Header.Get("Retry-After") == "" || resp.Header.Get("Location") != "" || !strings.Contains(body, "sign-in-down") || !strings.Contains(body, "/auth/login?return_to=%2Fsites") {
			t.Errorf("%s: %d %v %.600s", name, resp.StatusCode, resp.Header, body)
		}
		if len(resp.Cookies()) != 0 {
			t.Errorf("%s: a sign-in that did not begin leaves %v", name, resp.Cookies())
		}
		if strings.Contains(p.log.String(), "state=") {
			t.Errorf("%s: the log holds the request", name)
		}
	}
}
