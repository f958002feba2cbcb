package metered_test

import (
	"context"
	"sync"
	"testing"
	"time"

	"portico/internal/limit"
	"portico/internal/session"
	"portico/internal/store/memory"
	"portico/internal/store/metered"
	"portico/internal/store/storetest"
	"portico/internal/token"
)

type counter struct {
	mu     sync.Mutex
	calls  map[string]int
	failed map[string]int
	ended  map[string]int
}

func newCounter() *counter {
	return &counter{calls: map[string]int{}, failed: map[string]int{}, ended: map[string]int{}}
}

func (c *counter) StoreCall(_ context.Context, operation string, _ time.Duration, failed bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.calls[operation]++; failed {
		c.failed[operation]++
	}
}

func (c *counter) SessionsEnded(reason string, n int) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.ended[reason] += n
}

// A measured store is still a store.
func TestContracts(t *testing.T) {
	o := newCounter()
	storetest.Sessions(t, func(_ *testing.T, c *storetest.Clock) session.Store {
		return metered.Sessions(memory.New(c.Now).Sessions(), o)
	})
	storetest.Tokens(t, func(_ *testing.T, c *storetest.Clock) (session.Store, token.Store) {
		s := memory.New(c.Now)
		return metered.Sessions(s.Sessions(), o), metered.Tokens(s.Tokens(), o)
	})
	storetest.Tries(t, func(_ *testing.T, c *storetest.Clock) (limit.Store, limit.Store) {
		s := memory.New(c.Now)
		return metered.Tries(s.Tries(), o), metered.Tries(s.Tries(), o)
	})
	for _, operation := range []string{"session_create", "session_load", "session_save", "session_touch", "session_delete", "session_delete_matching", "session_sweep", "session_list", "once",
		"token_create", "token_load", "token_load_many", "token_claim", "token_renew", "token_send", "token_commit", "token_release", "try"} {
		if o.calls[operation] == 0 {
			t.Errorf("%s is not measured", operation)
		}
		if n := o.failed[operation]; n > 0 {
			t.Errorf("%s: %d calls count as failures of a store that answered", operation, n)
		}
	}
	for _, reason := range []string{session.ReasonLogout, session.ReasonBackChannel, session.ReasonExpired} {
		if o.ended[reason] == 0 {
			t.Errorf("no session ended by %s", reason)
		}
	}
}

func TestFailures(t *testing.T) {
	o := newCounter()
	inner := memory.New(nil)
	f := storetest.NewFaulty(inner.Sessions(), inner.Tokens())
	f.Always(storetest.Fault{Before: storetest.Fail(nil)}, storetest.SessionLoad, storetest.TokenClaim, storetest.SessionDelete)
	s, k := metered.Sessions(f.Sessions(), o), metered.Tokens(f.Tokens(), o)
	id := session.NewHandle().ID()
	_, _ = s.Load(t.Context(), id)
	_ = s.Delete(t.Context(), id, session.ReasonLogout)
	_, _, _ = k.Claim(t.Context(), token.ClaimRequest{ID: id})
	if o.failed["session_load"] != 1 || o.failed["token_claim"] != 1 || o.failed["session_delete"] != 1 || o.ended[session.ReasonLogout] != 0 {
		t.Errorf("failed %v, ended %v", o.failed, o.ended)
	}
}
