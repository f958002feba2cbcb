package server

import (
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"portico/internal/rp"
	"portico/internal/secret"
)

// An identity server that gives more than a record holds has a sign-in refused; it is no fault of the portal's.
func TestTokensThatAreTooLarge(t *testing.T) {
	t.Parallel()
	for what, many := range map[string]struct {
		tokens rp.Tokens
		id     rp.Identity
	}{
		"access token": {tokens: rp.Tokens{Access: secret.New(strings.Repeat("a", 70<<10))}},
		"scopes":       {tokens: rp.Tokens{Access: secret.New("a"), Scopes: strings.Fields(strings.Repeat("s ", 100_000))}},
		"account":      {tokens: rp.Tokens{Access: secret.New("a")}, id: rp.Identity{Account: strings.Repeat("9", 100_000)}},
	} {
		t.Run(what, func(t *testing.T) {
			t.Parallel()
			b := newBench(t, "https://portal.example")
			w, r := httptest.NewRecorder(), httptest.NewRequest(http.MethodGet, b.base+"/auth/callback", nil)
			many.id.Issuer, many.id.Subject = b.issuer, "bob"
			err := b.server.signIn(w, r, rp.Attempt{LoginOptions: rp.LoginOptions{ReturnTo: "/sites/7"}}, many.id, many.tokens)
			if now := b.sessionOf(w.Result()); err == nil || now != nil {
				t.Fatalf("signIn = %v with session %+v, want an error and none", err, now)
			}
			again := httptest.NewRequest(http.MethodGet, "/auth/callback", nil)
			for _, c := range w.Result().Cookies() {
				again.AddCookie(c)
			}
			if b.server.attempts.failure(again, "") == nil {
				t.Error("the page does not know of it when it is loaded again")
			}
			if e := classify(err); e.Status != http.StatusBadGateway || e.Kind != kindSignInRefused || e.RetryTo != "/auth/login?return_to=%2Fsites%2F7" {
				t.Errorf("%d %s %s, want a sign-in that is refused, with the way back", e.Status, e.Kind, e.RetryTo)
			}
		})
	}
}
