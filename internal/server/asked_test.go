package server

import (
	"errors"
	"net/http"
	"net/http/httptest"
	"testing"
	"time"

	"portico/internal/session"
)

// Whom an operator, or the person themselves, signed out here is asked who they are. Everybody else is signed in silently where the identity server knows them.
func TestPromptAfter(t *testing.T) {
	t.Parallel()
	asked := map[string]bool{session.ReasonElsewhere: true, session.ReasonOperator: true}
	for _, reason := range []string{session.ReasonLogout, session.ReasonElsewhere, session.ReasonBackChannel, session.ReasonFrontChannel, session.ReasonReplaced, session.ReasonRefused, session.ReasonExpired, session.ReasonOperator, session.ReasonCap} {
		want := map[bool]string{true: promptLogin, false: promptSilent}[asked[reason]]
		if got := promptAfter(&session.EndedError{Reason: reason}); got != want {
			t.Errorf("after %s: %q, want %q", reason, got, want)
		}
	}
	for _, err := range []error{nil, session.ErrNone, errors.New("store is down")} {
		if got := promptAfter(err); got != promptSilent {
			t.Errorf("after %v: %q", err, got)
		}
	}
}

// A link elsewhere does not choose for anybody to stay signed in, and nobody can where the operator does not allow it.
func TestChoosesToStay(t *testing.T) {
	t.Parallel()
	b := newBench(t, "https://portal.example")
	for _, tt := range []struct {
		query, site string
		allowed     time.Duration
		want        bool
	}{
		{"stay=1", "same-origin", time.Hour, true}, {"stay=1", "", time.Hour, true}, {"stay=1", "cross-site", time.Hour, false}, {"stay=1", "same-site", time.Hour, false}, {"stay=1", "none", time.Hour, false},
		{"stay=1", "same-origin", 0, false}, {"stay=0", "same-origin", time.Hour, false}, {"", "same-origin", time.Hour, false},
	} {
		b.server.config.StaySignedIn = tt.allowed
		r := httptest.NewRequest(http.MethodGet, "/auth/login?"+tt.query, nil)
		if tt.site != "" {
			r.Header.Set("Sec-Fetch-Site", tt.site)
		}
		if got := b.server.choosesToStay(r); got != tt.want {
			t.Errorf("%q from %q, %v allowed: %t", tt.query, tt.site, tt.allowed, got)
		}
	}
}

// Where somebody else wants a sign-in to lead is a page of ours or the start page.
func TestOwnPage(t *testing.T) {
	t.Parallel()
	b := newBench(t, "https://portal.example")
	for address, want := range map[string]string{
		"https://portal.example/sites?q=a": "/sites?q=a", "https://PORTAL.example/sites": "/sites", "https://portal.example": "/", "http://portal.example/sites": "/", "https://portal.example:444/sites": "/",
		"https://evil.example/sites": "/", "https://user@portal.example/sites": "/", "https://portal.example.evil.example/": "/", "//portal.example/sites": "/", "/sites": "/", "": "/", "https://portal.example//evil.example": "/",
		"https://portal.example/auth/logout": "/", "https://portal.example/%zz": "/",
	} {
		if got := b.server.ownPage(address); got != want {
			t.Errorf("ownPage(%q) = %q, want %q", address, got, want)
		}
	}
}

func TestAccountNumber(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]bool{"1": true, "102": true, "999999999999999999": true, "1000000000000000000": false, "0": false, "012": false, "": false, "-1": false, "1.5": false, "١": false, "1 ": false, "a": false} {
		if got := accountNumber(text); got != want {
			t.Errorf("accountNumber(%q) = %t", text, got)
		}
	}
}
