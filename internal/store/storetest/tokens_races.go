package storetest

import (
	"errors"
	"fmt"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"portico/internal/session"
	"portico/internal/token"
)

func tokensOneCommit(t *testing.T, b *tokenBench) {
	var won atomic.Int32
	var wg sync.WaitGroup
	for i := range 12 {
		wg.Go(func() {
			switch err := b.commit(fmt.Sprint(i), 1, fmt.Sprint(i)); {
			case err == nil:
				won.Add(1)
			case !errors.Is(err, token.ErrLost):
				t.Error(err)
			}
		})
	}
	wg.Wait()
	if r := b.load(); won.Load() != 1 || r.Version != 2 {
		t.Errorf("%d of 12 commits of one version succeeded, want 1; version %d", won.Load(), r.Version)
	}
}

// Tokens that arrive while the session ends are not stored.
func tokensEndWins(t *testing.T, b *tokenBench) {
	for i := range 5 {
		b.id = newID()
		must(t, b.s.Create(t.Context(), token.Record{ID: b.id, Until: b.c.Now().Add(time.Hour), Sealed: []byte("one")}))
		var wg sync.WaitGroup
		for _, f := range []func() error{
			func() error { return b.commit("a", 1, "two") },
			func() error { return b.commit("b", 2, "three") },
			func() error { return b.sessions.Delete(t.Context(), b.id, session.ReasonLogout) },
		} {
			wg.Go(func() {
				if err := f(); err != nil && !errors.Is(err, token.ErrGone) && !errors.Is(err, token.ErrLost) {
					t.Error(err)
				}
			})
		}
		wg.Wait()
		if _, err := b.s.Load(t.Context(), b.id); !errors.Is(err, token.ErrGone) {
			t.Fatalf("round %d: Load after the end = %v, want ErrGone", i, err)
		}
	}
}

// Several at once refresh again and again: versions only grow, one by one, and nobody sends without a claim.
func tokensManyRefreshes(t *testing.T, b *tokenBench) {
	var committed atomic.Int64
	var sending atomic.Int32
	var wg sync.WaitGroup
	for worker := range 4 {
		wg.Go(func() {
			for n := range 6 {
				attempt := fmt.Sprint(worker, "-", n)
				r, err := b.s.Load(t.Context(), b.id)
				if err != nil {
					t.Error(err)
					return
				}
				v, r, err := b.s.Claim(t.Context(), token.ClaimRequest{ID: b.id, Seen: r.Version, Attempt: attempt, Lease: time.Minute, MaxPresented: 1})
				if err != nil {
					t.Error(err)
				}
				if v != token.ClaimOK {
					continue
				}
				if sending.Add(1) != 1 {
					t.Error("two hold the claim at once")
				}
				err = errors.Join(b.s.Send(t.Context(), b.id, attempt), b.s.Renew(t.Context(), b.id, attempt, time.Minute))
				sending.Add(-1)
				if err := errors.Join(err, b.commit(attempt, r.Version, attempt)); err != nil {
					t.Error(err)
				}
				committed.Add(1)
			}
		})
	}
	wg.Wait()
	if r := b.load(); r.Version != 1+committed.Load() || r.State != token.Fresh || r.Presented != 0 {
		t.Errorf("after %d commits: %+v", committed.Load(), r)
	}
}
