package interop

import (
	"slices"
	"testing"

	"portico/internal/demo/identity"
)

// demoProvider gives each test a demo identity server of its own, in the test's process.
type demoProvider struct{}

func (demoProvider) can(what ability) bool {
	return !slices.Contains([]ability{postsForms, knowsKeys, wantsPushed}, what)
}

func (demoProvider) deploy(t *testing.T, portal string, s settings) *identityServer {
	t.Helper()
	f := newFront(t)
	p, err := identity.New(identity.Config{
		Issuer: f.origin, AccessTokenLifetime: s.life, RefreshPolicy: map[reuse]identity.Policy{oneTime: identity.Strict, onceMore: identity.Grace, always: identity.Reusable}[s.reuse],
		Clients: []identity.Client{{ID: "portico", Secret: clientSecret, RedirectURIs: []string{portal + "/auth/callback"}, PostLogoutRedirectURIs: []string{portal + "/auth/signed-out"}, BackChannelLogoutURI: portal + "/auth/backchannel-logout"}},
	})
	if err != nil {
		t.Fatal(err)
	}
	f.lead(p)
	subject := map[user]string{}
	for _, u := range identity.Personas() {
		subject[user{u.Username, u.Password, u.Name}] = u.ID
	}
	return &identityServer{
		front: f, env: []string{"DATAHUB_AUTH_URL=" + f.origin}, check: p.Introspect,
		end: func(_ *testing.T, _ *person, u user) { p.EndSessions(subject[u]) },
		newKeys: func(t *testing.T) {
			if err := p.RotateKeys(); err != nil {
				t.Fatal(err)
			}
		},
	}
}
