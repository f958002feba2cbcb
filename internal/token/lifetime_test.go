package token

import (
	"testing"
	"time"

	"portico/internal/rp"
)

// The provider counts from when it answers. What the answer takes to arrive, and a userinfo request after it, must not be added to a token's life: the Data Hub would
// refuse a token that the portal takes for fresh.
func TestLifetimeCountsFromTheRequest(t *testing.T) {
	now := time.Date(2026, 11, 26, 12, 0, 0, 0, time.UTC)
	for name, c := range map[string]struct {
		tokens rp.Tokens
		issued time.Duration // relative to now
		expiry time.Duration
	}{
		"at once":                     {rp.Tokens{ExpiresIn: time.Minute, Asked: now}, 0, time.Minute},
		"after four seconds":          {rp.Tokens{ExpiresIn: time.Minute, Asked: now.Add(-4 * time.Second)}, -4 * time.Second, 56 * time.Second},
		"after longer than the life":  {rp.Tokens{ExpiresIn: time.Minute, Asked: now.Add(-2 * time.Minute)}, -30 * time.Second, 30 * time.Second},
		"asked in the future":         {rp.Tokens{ExpiresIn: time.Minute, Asked: now.Add(time.Hour)}, 0, time.Minute},
		"it is not said when":         {rp.Tokens{ExpiresIn: time.Minute}, 0, time.Minute},
		"it is not said for how long": {rp.Tokens{Asked: now.Add(-time.Second)}, -time.Second, unknownLifetime - time.Second},
	} {
		issued, expiry := lifetime(c.tokens, now)
		if issued.Sub(now) != c.issued || expiry.Sub(now) != c.expiry {
			t.Errorf("%s: from %v to %v, want %v to %v", name, issued.Sub(now), expiry.Sub(now), c.issued, c.expiry)
		}
	}
}
