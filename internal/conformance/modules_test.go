package conformance

import (
	"encoding/base64"
	"encoding/json"
	"net/url"
	"slices"
	"strings"
	"testing"

	"github.com/go-jose/go-jose/v4"
)

// module is one module of a plan: how the provider is bent, and how a good relying party comes out of it.
type module struct {
	name  string
	bent  bent
	ends  ending
	flags []string // of the portal, beside the plan's
	check func(*testing.T, *suite)
}

// ending is what the suite sees last.
type ending string

const (
	userinfo ending = "userinfo"   // the whole login, with userinfo asked
	silence  ending = "silence"    // the token request, and then no userinfo
	asked    ending = "asked"      // userinfo is asked, and the answer refused
	nothing  ending = "no request" // metadata, and then no authorization request
)

// set returns an edit that sets a claim, or takes it away.
func set(name string, value any) func(map[string]any) {
	return func(c map[string]any) {
		if value == nil {
			delete(c, name)
			return
		}
		c[name] = value
	}
}

// add returns an edit that appends to a claim.
func add(name, suffix string) func(map[string]any) {
	return func(c map[string]any) { c[name] = c[name].(string) + suffix }
}

func unsigned(_ *suite, claims map[string]any) string {
	b, _ := json.Marshal(claims)
	return base64.RawURLEncoding.EncodeToString([]byte(`{"alg":"none"}`)) + "." + base64.RawURLEncoding.EncodeToString(b) + "."
}

// flipped changes each byte of a signature.
func flipped(token string) string {
	i := strings.LastIndexByte(token, '.') + 1
	b, _ := base64.RawURLEncoding.DecodeString(token[i:])
	for n := range b {
		b[n] ^= 0x5a
	}
	return token[:i] + base64.RawURLEncoding.EncodeToString(b)
}

func badSignature(s *suite, claims map[string]any) string { return flipped(s.sign(claims)) }

func badHMAC(s *suite, claims map[string]any) string {
	return flipped(s.signWith([]byte(strings.Repeat(clientSecret, 4)), "", jose.HS256, claims))
}

func badEC(s *suite, claims map[string]any) string {
	return flipped(s.signWith(s.keys.elliptic, s.keys.ecKid, jose.ES256, claims))
}

// only makes metadata advertise one algorithm.
func only(alg string) func(map[string]any) {
	return set("id_token_signing_alg_values_supported", []string{alg})
}

// basicRP is the plan for Basic RP; with form_post it is the plan for Form Post RP.
var basicRP = []module{
	{name: "oidcc-client-test", ends: userinfo},
	{name: "oidcc-client-test-invalid-iss", bent: bent{claims: add("iss", "1")}, ends: silence},
	{name: "oidcc-client-test-missing-sub", bent: bent{claims: set("sub", nil)}, ends: silence},
	{name: "oidcc-client-test-invalid-aud", bent: bent{claims: add("aud", "1")}, ends: silence},
	{name: "oidcc-client-test-missing-iat", bent: bent{claims: set("iat", nil)}, ends: silence},
	{name: "oidcc-client-test-kid-absent-single-jwks", bent: bent{keys: keysWithoutKid(1)}, ends: userinfo},
	{name: "oidcc-client-test-kid-absent-multiple-jwks", bent: bent{keys: keysWithoutKid(3)}, ends: userinfo},
	{name: "oidcc-client-test-idtoken-sig-rs256", bent: bent{metadata: only("RS256")}, ends: userinfo},
	{name: "oidcc-client-test-idtoken-sig-none", bent: bent{sign: unsigned}, ends: silence}, // SKIPPED, which certification takes
	{name: "oidcc-client-test-invalid-sig-rs256", bent: bent{sign: badSignature}, ends: silence},
	{name: "oidcc-client-test-userinfo-invalid-sub", bent: bent{userinfo: add("sub", "invalid")}, ends: asked},
	{name: "oidcc-client-test-nonce-invalid", bent: bent{claims: add("nonce", "1")}, ends: silence},
	{name: "oidcc-client-test-scope-userinfo-claims", ends: userinfo, check: scopeAsksForClaims},
	{name: "oidcc-client-test-client-secret-basic", bent: bent{metadata: set("token_endpoint_auth_methods_supported", []string{"client_secret_basic"})}, ends: userinfo},
}

// more are modules of the comprehensive plan that concern the code flow.
var more = []module{
	{name: "oidcc-client-test-missing-aud", bent: bent{claims: set("aud", nil)}, ends: silence},
	{name: "oidcc-client-test-invalid-sig-hs256", bent: bent{metadata: only("HS256"), sign: badHMAC}, ends: silence},
	{name: "oidcc-client-test-invalid-sig-es256", bent: bent{metadata: only("ES256"), sign: badEC}, flags: []string{"--id-token-algorithms=ES256"}, ends: silence},
	{name: "oidcc-client-test-userinfo-bearer-header", bent: bent{bearerHeader: true}, ends: userinfo},
	{name: "oidcc-client-test-aggregated-claims", bent: bent{userinfo: aggregated}, ends: userinfo},
	{name: "oidcc-client-test-userinfo-signed", bent: bent{userinfoJWT: true}, ends: userinfo},
}

func aggregated(c map[string]any) {
	c["_claim_names"] = map[string]string{"address": "src1"}
	c["_claim_sources"] = map[string]any{"src1": map[string]string{"JWT": "eyJhbGciOiJub25lIn0.e30."}}
}

func scopeAsksForClaims(t *testing.T, s *suite) {
	if scope := s.request.Get("scope"); !strings.Contains(scope, "profile") && !strings.Contains(scope, "email") {
		t.Errorf("scope %q asks for no claims of userinfo", scope)
	}
}

func TestBasicRP(t *testing.T) { run(t, basicRP) }

func TestFormPostRP(t *testing.T) {
	modules := slices.Clone(basicRP)
	for i := range modules {
		modules[i].bent.formPost = true
		modules[i].flags = append(slices.Clone(modules[i].flags), "--response-mode=form_post")
	}
	run(t, modules)
}

func TestComprehensive(t *testing.T) { run(t, more) }

func run(t *testing.T, modules []module) {
	for _, m := range modules {
		t.Run(m.name, func(t *testing.T) {
			t.Parallel()
			s := newSuite(t, m.bent)
			p := startPortal(t, s, false, m.flags...)
			v := newVisitor(t)
			end := v.signIn(p)
			m.judge(t, s, p, v, end)
		})
	}
}

// judge compares what the suite saw, and what the person sees, with what the module wants.
func (m module) judge(t *testing.T, s *suite, p *portal, v *visitor, end page) {
	t.Helper()
	wantTokens, wantUserinfo, wantSubject := 1, 0, ""
	switch m.ends {
	case userinfo:
		wantUserinfo, wantSubject = 1, subject
	case asked:
		wantUserinfo = 1
	case nothing:
		wantTokens = 0
	}
	if got := s.seen("token"); got != wantTokens {
		t.Errorf("%d token requests, want %d", got, wantTokens)
	}
	if got := s.seen("userinfo"); got != wantUserinfo {
		t.Errorf("%d userinfo requests, want %d", got, wantUserinfo)
	}
	if got := s.seen("authorize"); got > 1 || m.ends == nothing && got > 0 {
		t.Errorf("%d authorization requests", got)
	}
	if got := v.signedIn(p); got != wantSubject {
		t.Errorf("signed in is %q, want %q; the last page: %d %s\n%s", got, wantSubject, end.status, end.url, p.log)
	}
	if wantSubject == "" && (end.status < 400 || !strings.Contains(end.body, "/auth/login")) {
		t.Errorf("a refused sign-in ends at %s with %d, want a page that says so and offers a new one", end.url, end.status)
	}
	if m.check != nil {
		m.check(t, s)
	}
	s.verdict(t)
}

// verdict fails the test for everything that the suite would fail the module for.
func (s *suite) verdict(t *testing.T) {
	t.Helper()
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, v := range s.violations {
		t.Errorf("the suite: %s", v)
	}
}

func TestFormPostError(t *testing.T) {
	t.Parallel()
	s := newSuite(t, bent{formPost: true, answer: func(q url.Values) url.Values {
		return url.Values{"error": {"access_denied"}, "error_description": {"<script>"}, "state": {q.Get("state")}}
	}})
	p := startPortal(t, s, false, "--response-mode=form_post")
	v := newVisitor(t)
	end := v.signIn(p)
	if s.seen("token") != 0 || end.status != 403 || !strings.Contains(end.body, "sign-in-denied") || strings.Contains(end.body, "<script>") {
		t.Errorf("%d token requests; %d %s", s.seen("token"), end.status, end.body)
	}
	s.verdict(t)
}
