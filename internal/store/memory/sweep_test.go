package memory

import (
	"testing"
	"time"

	"portico/internal/limit"
	"portico/internal/session"
	"portico/internal/token"
)

// The sweep takes everything whose time is over, in portions, and nothing else.
func TestSweepLeavesNothing(t *testing.T) {
	t.Parallel()
	now := time.Date(2026, 11, 26, 12, 0, 0, 0, time.UTC)
	s := New(func() time.Time { return now })
	must := func(err error) {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
	}
	for range 3 {
		id := session.NewHandle().ID()
		must(s.Sessions().Create(t.Context(), session.Record{ID: id, Issuer: "https://op", Subject: id.String(), Until: now.Add(time.Hour), LoginStarted: now}))
		must(s.Sessions().Delete(t.Context(), id, session.ReasonLogout))
		_, err := s.Sessions().DeleteMatching(t.Context(), session.Match{Issuer: "https://op", Subject: id.String()}, session.ReasonOperator)
		must(err)
		must(s.Tokens().Create(t.Context(), token.Record{ID: id, Until: now.Add(session.TombstoneLife)}))
		_, err = s.Sessions().Once(t.Context(), id.String(), session.TombstoneLife)
		must(err)
		_, err = s.Tries().Take(t.Context(), "kind", limit.Bucket{Key: id.String(), Burst: 2, Every: session.TombstoneLife})
		must(err)
	}
	for _, step := range []struct {
		wait time.Duration
		left int
	}{{session.TombstoneLife, 3}, {time.Second, 2}, {0, 1}, {0, 0}} {
		now = now.Add(step.wait)
		_, err := s.Sessions().DeleteExpired(t.Context(), now, 1)
		must(err)
		for name, n := range map[string]int{"tokens": len(s.tokens), "tombstones": len(s.tombstones), "ended groups": len(s.ended), "keys of Once": len(s.once), "tries": len(s.tries)} {
			if n != step.left {
				t.Errorf("%d %s are left, want %d", n, name, step.left)
			}
		}
	}
}
