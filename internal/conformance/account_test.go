package conformance

import (
	"net/http"
	"net/url"
	"strings"
	"testing"
)

// The account that a person changes to is named in every request, under the name and in the form that the provider wants.
func TestAccountParameter(t *testing.T) {
	t.Parallel()
	for flag, want := range map[string][2]string{"": {"acr_values", "accountId:102"}, "--account-param=account": {"account", "102"}, "--account-param=x_tenant.id": {"x_tenant.id", "102"}} {
		s := newSuite(t, bent{refresh: true, claims: set("account", 101)})
		flags := []string{"--scopes=openid profile"}
		if flag != "" {
			flags = append(flags, flag)
		}
		p := startPortal(t, s, false, flags...)
		v := newVisitor(t)
		if v.signIn(p); v.signedIn(p) != subject || s.request.Has(want[0]) {
			t.Fatalf("%s: signed in %q with %v", flag, v.signedIn(p), s.request)
		}
		s.locked(func() {
			s.bent.claims, s.bent.refreshed, s.tokenForms = set("account", "102"), set("account", 102), nil
		})
		v.submit(p.base+"/auth/account", url.Values{"account": {"102"}})
		v.submit(p.base+"/auth/session", nil)
		s.locked(func() {
			if got := s.request.Get(want[0]); got != want[1] {
				t.Errorf("%s: authorization request with %q, want %s=%s", flag, got, want[0], want[1])
			}
			if len(s.tokenForms) != 2 {
				t.Fatalf("%s: %d token requests, want code and refresh", flag, len(s.tokenForms))
			}
			for _, form := range s.tokenForms {
				if got := form.Get(want[0]); got != want[1] {
					t.Errorf("%s: %s with %q, want %s=%s", flag, form.Get("grant_type"), got, want[0], want[1])
				}
			}
		})
		if got := v.account(p); got != "102" {
			t.Errorf("%s: signed in to account %q, want 102", flag, got)
		}
		s.verdict(t)
	}
}

// An answer for another account than the one that was asked for is refused, and the session from before stays as it was.
func TestWrongAccountIsRefused(t *testing.T) {
	t.Parallel()
	s := newSuite(t, bent{claims: set("account", 101)})
	p := startPortal(t, s, false)
	v := newVisitor(t)
	v.signIn(p)
	end := v.submit(p.base+"/auth/account", url.Values{"account": {"102"}})
	if end.status != http.StatusForbidden || !strings.Contains(end.body, "sign-in-account") || !strings.Contains(end.body, `href="/auth/account"`) {
		t.Errorf("%d at %s, want a page that says so\n%.2000s", end.status, end.url, end.body)
	}
	if v.signedIn(p) != subject || v.account(p) != "101" {
		t.Errorf("the session from before: signed in %q to %q", v.signedIn(p), v.account(p))
	}
	for _, typed := range []string{"", "0", "-1", "1e3", "12345678901234567890", "10 2", "<script>"} {
		if end := v.submit(p.base+"/auth/account", url.Values{"account": {typed}}); end.status != http.StatusBadRequest || !strings.Contains(end.body, `aria-invalid="true"`) || strings.Contains(end.body, "<script>") {
			t.Errorf("account %q: %d at %s", typed, end.status, end.url)
		}
	}
	if n := s.seen("authorize"); n != 2 {
		t.Errorf("%d authorization requests, want the first and the switch", n)
	}
	v.submit(p.base+"/auth/account", url.Values{"choose": {"1"}})
	if got := s.request.Get("prompt"); got != "select_account" || s.request.Has("acr_values") {
		t.Errorf("a choice from the list: prompt %q", got)
	}
	s.verdict(t)
}

// An access token for another account shows another account's data: such a refresh ends the session.
func TestRefreshForAnotherAccountEndsTheSession(t *testing.T) {
	t.Parallel()
	s := newSuite(t, bent{refresh: true, claims: set("account", 101), refreshed: set("account", 102)})
	p := startPortal(t, s, false)
	v := newVisitor(t)
	v.signIn(p)
	if v.submit(p.base+"/auth/session", nil); v.signedIn(p) != "" || s.seen("userinfo") != 1 {
		t.Errorf("signed in %q after %v", v.signedIn(p), s.calls)
	}
	s.verdict(t)
}

// Browsers enforce form-action on redirects: the page with the form that leads to the sign-in names its origin, and no other page does.
func TestPolicyNamesTheSignInWhereAFormLeadsThere(t *testing.T) {
	t.Parallel()
	s := newSuite(t, bent{metadata: func(m map[string]any) {
		m["authorization_endpoint"] = strings.Replace(m["authorization_endpoint"].(string), "//localhost", "//sign-in.localhost", 1)
	}})
	p := startPortal(t, s, false)
	v := newVisitor(t)
	v.signIn(p)
	end, in := strings.TrimSuffix(s.issuer, issuerPath), strings.Replace(strings.TrimSuffix(s.issuer, issuerPath), "//localhost", "//sign-in.localhost", 1)
	for path, want := range map[string]string{"/auth/account": "form-action 'self' " + end + " " + in + ";", "/settings": "form-action 'self' " + end + ";"} {
		resp, _ := v.ask(http.MethodGet, p.base+path, nil, "")
		if got := resp.Header.Get("Content-Security-Policy"); resp.StatusCode != http.StatusOK || !strings.Contains(got, want) {
			t.Errorf("%s: %d, policy %q, want %q", path, resp.StatusCode, got, want)
		}
	}
}
