package storetest_test

import (
	"context"
	"errors"
	"testing"
	"testing/synctest"
	"time"

	"portico/internal/session"
	"portico/internal/store/memory"
	"portico/internal/store/storetest"
	"portico/internal/token"
)

// Without a fault the wrapper changes nothing.
func TestFaultyPassesTheSuites(t *testing.T) {
	storetest.Sessions(t, func(_ *testing.T, c *storetest.Clock) session.Store {
		return storetest.NewFaulty(memory.New(c.Now).Sessions(), nil).Sessions()
	})
	storetest.Tokens(t, func(_ *testing.T, c *storetest.Clock) (session.Store, token.Store) {
		s := memory.New(c.Now)
		f := storetest.NewFaulty(s.Sessions(), s.Tokens())
		return f.Sessions(), f.Tokens()
	})
}

func TestFaults(t *testing.T) {
	s := memory.New(nil)
	f := storetest.NewFaulty(s.Sessions(), s.Tokens())
	ctx := t.Context()
	create := func() (session.ID, error) {
		id := session.NewHandle().ID()
		return id, f.Tokens().Create(ctx, token.Record{ID: id})
	}
	there := func(id session.ID) bool {
		_, err := s.Tokens().Load(ctx, id)
		return err == nil
	}

	f.Next(storetest.TokenCreate, 2, storetest.Fault{Before: storetest.Fail(nil)})
	f.Next(storetest.TokenCreate, 3, storetest.Fault{After: storetest.Fail(nil)})
	f.Next(storetest.TokenCreate, 4, storetest.Fault{Lose: true})
	for i, want := range []struct {
		name        string
		fails, kept bool
	}{{"no fault", false, true}, {"before the effect", true, false}, {"after the effect", true, true}, {"lost", false, false}, {"no fault any more", false, true}} {
		id, err := create()
		if errors.Is(err, storetest.ErrFault) != want.fails || there(id) != want.kept {
			t.Errorf("call %d, %s: error %v, kept %v", i+1, want.name, err, there(id))
		}
	}
	if n := f.Calls(storetest.TokenCreate); n != 5 {
		t.Errorf("%d calls, want 5", n)
	}
	f.Always(storetest.Fault{Before: storetest.Fail(nil)}, storetest.Writes()...)
	if _, err := create(); !errors.Is(err, storetest.ErrFault) {
		t.Errorf("all writes fail, but %v", err)
	}
	f.Heal()
	if _, err := create(); err != nil {
		t.Errorf("healed, but %v", err)
	}
}

func TestLostClaimAndStaleRead(t *testing.T) {
	s := memory.New(nil)
	f := storetest.NewFaulty(s.Sessions(), s.Tokens())
	ctx, id := t.Context(), session.NewHandle().ID()
	if err := f.Tokens().Create(ctx, token.Record{ID: id, Sealed: []byte("one")}); err != nil {
		t.Fatal(err)
	}
	f.Next(storetest.TokenClaim, 1, storetest.Fault{Lose: true})
	c := token.ClaimRequest{ID: id, Seen: 1, Attempt: "a", Lease: time.Minute, MaxPresented: 1}
	if v, r, err := f.Tokens().Claim(ctx, c); v != token.ClaimOK || r.State != token.Claimed || err != nil {
		t.Errorf("lost Claim = %v, %+v, %v", v, r, err)
	}
	if r, _ := f.Tokens().Load(ctx, id); r.State != token.Fresh {
		t.Errorf("the lost claim is there: %s", r.State)
	}
	if err := s.Tokens().Commit(ctx, id, "b", token.NewTokens{Seen: 1, Sealed: []byte("two")}); err != nil {
		t.Fatal(err)
	}
	f.Next(storetest.TokenLoad, 1, storetest.Fault{Stale: true})
	if r, _ := f.Tokens().Load(ctx, id); r.Version != 1 {
		t.Errorf("stale Load gives version %d, want 1", r.Version)
	}
	if r, _ := f.Tokens().Load(ctx, id); r.Version != 2 {
		t.Errorf("the Load after it gives version %d, want 2", r.Version)
	}
}

func TestDelay(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		f := storetest.NewFaulty(memory.New(nil).Sessions(), nil)
		f.Always(storetest.Fault{Before: storetest.Delay(time.Minute)}, storetest.SessionPing)
		start := time.Now()
		if err := f.Sessions().Ping(t.Context()); err != nil || time.Since(start) != time.Minute {
			t.Errorf("Ping = %v after %v", err, time.Since(start))
		}
		ctx, cancel := context.WithTimeout(t.Context(), time.Second)
		defer cancel()
		if err := f.Sessions().Ping(ctx); !errors.Is(err, context.DeadlineExceeded) {
			t.Errorf("Ping of a caller that left = %v", err)
		}
	})
}
