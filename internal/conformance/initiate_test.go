package conformance

import (
	"net/http"
	"net/url"
	"testing"
)

// The plan for third-party-initiated login: the portal's initiate_login_uri is https, and leads into a whole login.
func TestThirdPartyInitiatedLogin(t *testing.T) {
	t.Parallel()
	t.Run("oidcc-client-test-3rd-party-init-login", func(t *testing.T) {
		s := newSuite(t, bent{})
		p := startPortal(t, s, true)
		v := newVisitor(t)
		v.open(p.base + "/auth/initiate?" + url.Values{"iss": {s.issuer}}.Encode())
		if v.signedIn(p) != subject || s.seen("authorize") != 1 || s.seen("userinfo") != 1 {
			t.Errorf("signed in is %q after %v", v.signedIn(p), s.calls)
		}
		s.verdict(t)
	})
}

// What the suite does not check: by form as well, with a hint, only for our issuer, and to no place but ours.
func TestThirdPartyInitiatedLoginByOthers(t *testing.T) {
	t.Parallel()
	s := newSuite(t, bent{})
	p := startPortal(t, s, true)
	for name, tt := range map[string]struct {
		query  url.Values
		refuse bool
		hint   string
	}{
		"with a hint":           {url.Values{"iss": {s.issuer}, "login_hint": {"alice@example.com"}}, false, "alice@example.com"},
		"a hostile target":      {url.Values{"iss": {s.issuer}, "target_link_uri": {"https://evil.example/"}}, false, ""},
		"a hint with line ends": {url.Values{"iss": {s.issuer}, "login_hint": {"a\r\nb"}}, false, ""},
		"another issuer":        {url.Values{"iss": {"https://evil.example/"}}, true, ""},
		"no issuer":             {url.Values{"login_hint": {"alice"}}, true, ""},
		"two issuers":           {url.Values{"iss": {s.issuer, s.issuer}}, true, ""},
	} {
		for _, method := range []string{http.MethodGet, http.MethodPost} {
			s.next(t, bent{})
			v := newVisitor(t)
			address, form, origin := p.base+"/auth/initiate", tt.query, "https://elsewhere.example"
			if method == http.MethodGet {
				address, form = address+"?"+form.Encode(), nil
			}
			end := v.follow(method, address, form, origin)
			switch {
			case tt.refuse && (end.status != http.StatusBadRequest || s.seen("authorize") != 0):
				t.Errorf("%s by %s: %d %s, want 400 and no sign-in", name, method, end.status, end.url)
			case !tt.refuse && (s.seen("authorize") != 1 || s.request.Get("login_hint") != tt.hint || v.signedIn(p) != subject || end.url.Host != hostOf(p.base)):
				t.Errorf("%s by %s: ends at %s with hint %q, signed in %q", name, method, end.url, s.request.Get("login_hint"), v.signedIn(p))
			}
		}
	}
}

func hostOf(base string) string {
	u, _ := url.Parse(base)
	return u.Host
}

// Who is signed in already is not signed in as somebody else from outside.
func TestThirdPartyInitiatedLoginOfSomebodySignedIn(t *testing.T) {
	t.Parallel()
	s := newSuite(t, bent{})
	p := startPortal(t, s, true)
	v := newVisitor(t)
	v.signIn(p)
	v.follow(http.MethodGet, p.base+"/auth/initiate?"+url.Values{"iss": {s.issuer}, "login_hint": {"mallory"}}.Encode(), nil, "https://elsewhere.example")
	if n := s.seen("authorize"); n != 1 {
		t.Errorf("%d sign-ins, want the first only", n)
	}
}
