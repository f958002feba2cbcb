package storetest

import (
	"errors"
	"fmt"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"portico/internal/session"
)

func createRaces(t *testing.T, s session.Store, c *Clock) {
	r := record(c, "alice", "s1")
	var created atomic.Int32
	var wg sync.WaitGroup
	for i := range 12 {
		wg.Go(func() {
			mine := r
			mine.Sealed = []byte(fmt.Sprint(i))
			switch err := s.Create(t.Context(), mine); {
			case err == nil:
				created.Add(1)
			case !errors.Is(err, session.ErrExists):
				t.Error(err)
			}
		})
	}
	wg.Wait()
	if created.Load() != 1 {
		t.Errorf("%d of 12 creations of one id succeeded, want 1", created.Load())
	}
}

// Writers that are at work while a session ends never bring it back.
func endsWinRaces(t *testing.T, s session.Store, c *Clock) {
	for range 5 {
		r := record(c, "alice", "s1")
		must(t, s.Create(t.Context(), r))
		var wg sync.WaitGroup
		for i := range 6 {
			wg.Go(func() {
				var err error
				if i%2 == 0 {
					next := r
					next.Version = 2
					err = s.Save(t.Context(), next)
				} else {
					seen := c.Now().Add(time.Duration(i) * time.Minute)
					err = s.Touch(t.Context(), r.ID, seen, []byte("t"), seen.Add(time.Hour))
				}
				if err != nil && !errors.Is(err, session.ErrNotFound) && !errors.Is(err, session.ErrConflict) {
					t.Error(err)
				}
			})
		}
		wg.Go(func() {
			if err := s.Delete(t.Context(), r.ID, session.ReasonLogout); err != nil {
				t.Error(err)
			}
		})
		wg.Wait()
		if _, err := s.Load(t.Context(), r.ID); endReason(err) != session.ReasonLogout {
			t.Fatalf("Load after the end = %v, want *EndedError: logout", err)
		}
	}
}

// A sign-in that finishes while its provider session, its person or everyone is ended is stopped, or ended with the others: never left.
func endedSignInsLoseRaces(t *testing.T, s session.Store, c *Clock) {
	for range 4 {
		for name, m := range map[string]session.Match{"sid": {Issuer: "https://op", SID: "s1"}, "subject": {Issuer: "https://op", Subject: "alice"}, "everyone": {Everyone: true}} {
			began := c.Now()
			c.Advance(time.Second)
			var wg sync.WaitGroup
			for range 8 {
				wg.Go(func() {
					r := record(c, "alice", "s1")
					r.LoginStarted = began
					if err := s.Create(t.Context(), r); err != nil && endReason(err) == "" {
						t.Error(err)
					}
				})
			}
			wg.Go(func() {
				if _, err := s.DeleteMatching(t.Context(), m, session.ReasonBackChannel); err != nil {
					t.Error(err)
				}
			})
			wg.Wait()
			if rs, err := s.List(t.Context(), session.Match{Everyone: true}); err != nil || len(rs) != 0 {
				t.Errorf("%s: %d sessions are left, %v", name, len(rs), err)
			}
			c.Advance(session.TombstoneLife)
		}
	}
}
