package conformance

import (
	"net/http"
	"strings"
	"testing"
)

// Fewer scopes than the portal needs: a page that names them, unless the operator knows that the provider does not tell the truth about them.
func TestSmallerScope(t *testing.T) {
	t.Parallel()
	const asked = "--scopes=openid profile datahub-api push-data"
	for name, tt := range map[string]struct {
		granted any // the answer's scope
		flags   []string
		missing string // "" when the sign-in is good
	}{
		"all":                  {"openid profile datahub-api push-data", nil, ""},
		"not told":             {nil, nil, ""},
		"empty":                {"", nil, ""},
		"more":                 {"datahub-api push-data admin", nil, ""},
		"no profile":           {"openid datahub-api push-data", nil, ""},
		"one of two":           {"openid profile datahub-api", nil, "push-data"},
		"none of two":          {"openid profile", nil, "datahub-api push-data"},
		"none, and that is so": {"openid profile", []string{"--missing-scopes=accept"}, ""},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := newSuite(t, bent{token: set("scope", tt.granted)})
			p := startPortal(t, s, false, append(tt.flags, asked)...)
			v := newVisitor(t)
			end := v.signIn(p)
			if good := v.signedIn(p) == subject; good != (tt.missing == "") {
				t.Errorf("signed in: %t\n%s", good, p.log)
			}
			if tt.missing != "" && (end.status != http.StatusForbidden || !strings.Contains(end.body, "did not grant "+tt.missing+",") || !strings.Contains(p.log.String(), "not granted: "+tt.missing)) {
				t.Errorf("%d does not name %q: %s", end.status, tt.missing, end.body)
			}
			s.verdict(t)
		})
	}
}

// RFC 8707: the API that tokens are for is named in every request that asks for one.
func TestResource(t *testing.T) {
	t.Parallel()
	s := newSuite(t, bent{refresh: true})
	p := startPortal(t, s, false, "--resource=https://api.example/", "--audience=data hub")
	v := newVisitor(t)
	v.signIn(p)
	v.submit(p.base+"/auth/session", nil)
	if len(s.tokenForms) != 2 {
		t.Fatalf("%d token requests, want code and refresh", len(s.tokenForms))
	}
	for i, form := range append(s.tokenForms, s.request) {
		if form.Get("resource") != "https://api.example/" || form.Get("audience") != "data hub" {
			t.Errorf("request %d: %v", i, form)
		}
	}
	s.verdict(t)
}
