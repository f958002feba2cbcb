package conformance

import (
	"slices"
	"testing"
)

// configRP is the plan for Config RP. All its modules have one issuer, whose content changes from one to the next.
var configRP = []module{
	{name: "oidcc-client-test-discovery-openid-config", ends: userinfo},
	{name: "oidcc-client-test-discovery-jwks-uri-keys", ends: userinfo, check: keysAfterMetadata},
	{name: "oidcc-client-test-discovery-issuer-mismatch", bent: bent{metadata: add("issuer", "INVALID")}, ends: nothing},
	{name: "oidcc-client-test-idtoken-sig-none", bent: bent{sign: unsigned}, ends: silence},
	{name: "oidcc-client-test-signing-key-rotation-just-before-signing", bent: bent{rotate: "before signing"}, ends: userinfo, check: keysAfterToken},
	{name: "oidcc-client-test-discovery-openid-config", ends: userinfo}, // and back to an honest one
}

// The portal runs on from module to module, as in a certification; nothing of one may be left in the next.
func TestConfigRP(t *testing.T) {
	t.Parallel()
	s := newSuite(t, bent{})
	p := startPortal(t, s, false)
	for _, m := range configRP {
		t.Run(m.name, func(t *testing.T) {
			s.next(t, m.bent)
			v := newVisitor(t)
			m.judge(t, s, p, v, v.signIn(p))
			if s.seen(".well-known/openid-configuration") != 1 {
				t.Errorf("%d requests for metadata in one login", s.seen(".well-known/openid-configuration"))
			}
		})
	}
	t.Run("oidcc-client-test-signing-key-rotation", func(t *testing.T) {
		s.next(t, bent{rotate: "second login"})
		for n := 1; n <= 2; n++ {
			v := newVisitor(t)
			v.signIn(p)
			if v.signedIn(p) != subject || s.seen("userinfo") != n || s.seen(s.jwksPath) != n {
				t.Errorf("login %d: signed in %q, %d userinfo and %d key set requests\n%s", n, v.signedIn(p), s.seen("userinfo"), s.seen(s.jwksPath), p.log)
			}
		}
		s.verdict(t)
	})
}

func keysAfterMetadata(t *testing.T, s *suite) {
	if at := slices.Index(s.calls, s.jwksPath); at < slices.Index(s.calls, ".well-known/openid-configuration") || at > slices.Index(s.calls, "userinfo") || at < 0 {
		t.Errorf("the key set was not fetched between metadata and userinfo: %v", s.calls)
	}
}

func keysAfterToken(t *testing.T, s *suite) {
	last := len(s.calls) - 1 - slices.Index(reversed(s.calls), s.jwksPath)
	if token := slices.Index(s.calls, "token"); last < token || last > slices.Index(s.calls, "userinfo") {
		t.Errorf("the key set was not fetched between the token answer and userinfo: %v", s.calls)
	}
}

func reversed(list []string) []string {
	list = slices.Clone(list)
	slices.Reverse(list)
	return list
}

// A whole certification, one module after the other at one portal and without a pause: new keys each time are no reason to refuse anybody.
func TestModulesInARow(t *testing.T) {
	t.Parallel()
	s := newSuite(t, bent{})
	p := startPortal(t, s, false)
	for round := range 2 {
		for _, m := range basicRP {
			b := m.bent
			s.next(t, b)
			if b.keys != nil {
				s.locked(func() { s.keys = b.keys(t) })
			}
			s.locked(func() { s.jwksPath = "jwks" })
			v := newVisitor(t)
			if v.signIn(p); (v.signedIn(p) == subject) != (m.ends == userinfo) {
				t.Errorf("round %d, %s: signed in %q, want the %s\n", round, m.name, v.signedIn(p), m.ends)
			}
			s.verdict(t)
		}
	}
}
