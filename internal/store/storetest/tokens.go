package storetest

import (
	"errors"
	"fmt"
	"reflect"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"portico/internal/session"
	"portico/internal/token"
)

// Tokens runs the suite of token.Store. open returns the two views of one new, empty store whose clock is c.
func Tokens(t *testing.T, open func(t *testing.T, c *Clock) (session.Store, token.Store)) {
	for name, test := range map[string]func(*testing.T, *tokenBench){
		"create and load": tokensCreate, "many at once": tokensMany, "claim": tokensClaim, "one claim of many": tokensOneClaim, "leases": tokensLeases, "send": tokensSend, "commit": tokensCommit, "late commit": tokensLateCommit,
		"release": tokensRelease, "ended stays ended": tokensEnded, "claim answers in order": tokensClaimOrder, "the clock is set back": tokensClockSetBack, "records come back whole": tokensWhole, "ended with their session": tokensEndedWithSession,
		"swept": tokensSwept, "one commit of many": tokensOneCommit, "the end wins races": tokensEndWins, "many refreshes": tokensManyRefreshes,
	} {
		t.Run(name, func(t *testing.T) {
			c := NewClock()
			sessions, tokens := open(t, c)
			b := &tokenBench{t: t, c: c, sessions: sessions, s: tokens, id: newID()}
			must(t, tokens.Create(t.Context(), token.Record{ID: b.id, AccessIssued: c.Now(), AccessExpiry: c.Now().Add(time.Minute), Until: c.Now().Add(time.Hour), Sealed: []byte("one")}))
			test(t, b)
		})
	}
}

type tokenBench struct {
	t        *testing.T
	c        *Clock
	sessions session.Store
	s        token.Store
	id       session.ID
}

func (b *tokenBench) claim(attempt string, seen int64, most int) (token.Verdict, token.Record) {
	b.t.Helper()
	v, r, err := b.s.Claim(b.t.Context(), token.ClaimRequest{ID: b.id, Seen: seen, Attempt: attempt, Owner: "o", Reason: "r", Lease: 20 * time.Second, MaxPresented: most})
	must(b.t, err)
	return v, r
}

func (b *tokenBench) want(attempt string, seen int64, most int, want token.Verdict) token.Record {
	b.t.Helper()
	v, r := b.claim(attempt, seen, most)
	if v != want {
		b.t.Fatalf("Claim(%s, version %d, at most %d) = verdict %d, want %d; record %+v", attempt, seen, most, v, want, r)
	}
	return r
}

func tokensMany(t *testing.T, b *tokenBench) {
	const many = 1200
	ids := []session.ID{newID(), b.id}
	for n := range 20 {
		r := token.Record{ID: newID(), AccessIssued: b.c.Now(), AccessExpiry: b.c.Now().Add(time.Minute), Until: b.c.Now().Add(time.Hour), Sealed: fmt.Append(nil, n)}
		must(t, b.s.Create(t.Context(), r))
		ids = append(ids, r.ID)
	}
	for range many {
		ids = append(ids, newID())
	}
	found, err := b.s.LoadMany(t.Context(), ids)
	must(t, err)
	if len(found) != 21 {
		t.Errorf("LoadMany of %d ids returns %d records, want the 21 that there are", len(ids), len(found))
	}
	for _, r := range found {
		if want, err := b.s.Load(t.Context(), r.ID); err != nil || !reflect.DeepEqual(r, want) {
			t.Errorf("LoadMany has %+v, Load %+v, %v", r, want, err)
		}
	}
	if none, err := b.s.LoadMany(t.Context(), nil); err != nil || len(none) != 0 {
		t.Errorf("LoadMany of nothing = %v, %v", none, err)
	}
}

func (b *tokenBench) load() token.Record {
	b.t.Helper()
	r, err := b.s.Load(b.t.Context(), b.id)
	must(b.t, err)
	return r
}

func tokensCreate(t *testing.T, b *tokenBench) {
	r := b.load()
	if r.Version != 1 || r.State != token.Fresh || string(r.Sealed) != "one" || !r.AccessExpiry.Equal(b.c.Now().Add(time.Minute)) || !r.NotBefore.IsZero() || r.Presented != 0 {
		t.Errorf("Load = %+v", r)
	}
	if err := b.s.Create(t.Context(), token.Record{ID: b.id}); !errors.Is(err, token.ErrExists) {
		t.Errorf("Create again = %v, want ErrExists", err)
	}
	if _, err := b.s.Load(t.Context(), newID()); !errors.Is(err, token.ErrGone) {
		t.Errorf("Load of an unknown id = %v, want ErrGone", err)
	}
}

func tokensClaim(t *testing.T, b *tokenBench) {
	r := b.want("a", 1, 1, token.ClaimOK)
	if r.State != token.Claimed || r.Attempt.ID != "a" || r.Attempt.Owner != "o" || r.Attempt.Reason != "r" || !r.Attempt.Started.Equal(b.c.Now()) || !r.Attempt.LeaseUntil.Equal(b.c.Now().Add(20*time.Second)) || string(r.Sealed) != "one" {
		t.Errorf("claimed record %+v", r)
	}
	b.want("b", 1, 1, token.ClaimBusy)
	b.want("b", 2, 1, token.ClaimNewer)
	if _, _, err := b.s.Claim(t.Context(), token.ClaimRequest{ID: newID(), Seen: 1, Attempt: "x", MaxPresented: 1}); !errors.Is(err, token.ErrGone) {
		t.Errorf("Claim of an unknown id = %v, want ErrGone", err)
	}
}

func tokensOneClaim(t *testing.T, b *tokenBench) {
	var won atomic.Int32
	var wg sync.WaitGroup
	for i := range 16 {
		wg.Go(func() {
			v, _, err := b.s.Claim(t.Context(), token.ClaimRequest{ID: b.id, Seen: 1, Attempt: fmt.Sprint(i), Lease: 20 * time.Second, MaxPresented: 1})
			if err != nil {
				t.Error(err)
			}
			if v == token.ClaimOK {
				won.Add(1)
			}
		})
	}
	wg.Wait()
	if won.Load() != 1 {
		t.Errorf("%d of 16 claims succeeded, want 1", won.Load())
	}
}

func tokensLeases(t *testing.T, b *tokenBench) {
	b.want("a", 1, 1, token.ClaimOK)
	b.c.Advance(15 * time.Second)
	must(t, b.s.Renew(t.Context(), b.id, "a", 20*time.Second))
	b.c.Advance(15 * time.Second)
	b.want("b", 1, 1, token.ClaimBusy)
	b.c.Advance(6 * time.Second)
	b.want("b", 1, 1, token.ClaimOK) // nothing was sent: taking over is safe
	if err := b.s.Renew(t.Context(), b.id, "a", time.Second); !errors.Is(err, token.ErrLost) {
		t.Errorf("Renew of a lost claim = %v, want ErrLost", err)
	}
	if err := b.s.Send(t.Context(), b.id, "a"); !errors.Is(err, token.ErrLost) {
		t.Errorf("Send of a lost claim = %v, want ErrLost", err)
	}
}

func tokensSend(t *testing.T, b *tokenBench) {
	b.want("a", 1, 1, token.ClaimOK)
	must(t, b.s.Send(t.Context(), b.id, "a"))
	if r := b.load(); r.State != token.Sent || r.Presented != 1 {
		t.Errorf("after Send: %s, presented %d", r.State, r.Presented)
	}
	if err := b.s.Send(t.Context(), b.id, "a"); !errors.Is(err, token.ErrLost) {
		t.Errorf("Send twice = %v, want ErrLost", err)
	}
	b.c.Advance(21 * time.Second)
	if r := b.want("b", 1, 1, token.ClaimSpent); r.State != token.Unknown {
		t.Errorf("a lease that ended after sending leaves %s, want unknown", r.State)
	}
	if r := b.load(); r.State != token.Unknown {
		t.Errorf("kept as %s, want unknown", r.State)
	}
	b.want("c", 1, 2, token.ClaimOK) // a recovery, by policy
	b.c.Advance(20 * time.Second)
	if err := b.s.Send(t.Context(), b.id, "c"); !errors.Is(err, token.ErrLost) {
		t.Errorf("Send after the lease = %v, want ErrLost", err)
	}
}

func (b *tokenBench) commit(attempt string, seen int64, sealed string) error {
	return b.s.Commit(b.t.Context(), b.id, attempt, token.NewTokens{Seen: seen, AccessIssued: b.c.Now(), AccessExpiry: b.c.Now().Add(time.Minute), Until: b.c.Now().Add(time.Hour), Sealed: []byte(sealed)})
}

func tokensCommit(t *testing.T, b *tokenBench) {
	b.want("a", 1, 1, token.ClaimOK)
	must(t, b.s.Send(t.Context(), b.id, "a"))
	must(t, b.commit("a", 1, "two"))
	if r := b.load(); r.ID != b.id || r.Version != 2 || r.State != token.Fresh || r.Presented != 0 || r.Attempt.ID != "" || string(r.Sealed) != "two" {
		t.Errorf("after Commit: %+v", r)
	}
	if err := b.commit("a", 1, "old"); !errors.Is(err, token.ErrLost) {
		t.Errorf("Commit of an old version = %v, want ErrLost: tokens never go backwards", err)
	}
	if err := b.commit("a", 3, "ahead"); !errors.Is(err, token.ErrLost) {
		t.Errorf("Commit over a version that is not there = %v, want ErrLost", err)
	}
}

func tokensLateCommit(t *testing.T, b *tokenBench) {
	b.want("a", 1, 1, token.ClaimOK)
	must(t, b.s.Send(t.Context(), b.id, "a"))
	b.c.Advance(time.Minute)
	b.want("b", 1, 2, token.ClaimOK) // somebody else took over
	must(t, b.commit("a", 1, "two")) // an answer that arrived counts
	if err := b.s.Send(t.Context(), b.id, "b"); !errors.Is(err, token.ErrLost) {
		t.Errorf("the one who took over sends: %v, want ErrLost", err)
	}
	if err := b.s.Release(t.Context(), b.id, "b", token.Outcome{State: token.Dead}); !errors.Is(err, token.ErrLost) {
		t.Errorf("the one who took over buries: %v, want ErrLost", err)
	}
	b.want("c", 2, 1, token.ClaimOK)
	must(t, b.s.Release(t.Context(), b.id, "c", token.Outcome{State: token.Dead, LastError: "x"}))
	must(t, b.commit("c", 2, "three")) // also after it was declared dead
	if r := b.load(); r.Version != 3 || r.State != token.Fresh {
		t.Errorf("after the late commit: %+v", r)
	}
}

func tokensRelease(t *testing.T, b *tokenBench) {
	b.want("a", 1, 1, token.ClaimOK)
	must(t, b.s.Send(t.Context(), b.id, "a"))
	must(t, b.s.Release(t.Context(), b.id, "a", token.Outcome{State: token.Fresh, NotPresented: true, NotBefore: b.c.Now().Add(10 * time.Second), LastError: "dial"}))
	if r := b.load(); r.State != token.Fresh || r.Presented != 0 || r.LastError != "dial" || r.Attempt.ID != "" || string(r.Sealed) != "one" {
		t.Errorf("after Release: %+v", r)
	}
	b.want("b", 1, 1, token.ClaimWait)
	b.c.Advance(11 * time.Second)
	b.want("b", 1, 1, token.ClaimOK)
	if err := b.s.Release(t.Context(), b.id, "a", token.Outcome{State: token.Fresh}); !errors.Is(err, token.ErrLost) {
		t.Errorf("Release of a lost claim = %v, want ErrLost", err)
	}
	must(t, b.s.Send(t.Context(), b.id, "b"))
	must(t, b.s.Release(t.Context(), b.id, "b", token.Outcome{State: token.Unknown, LastError: "reset"}))
	if r := b.load(); r.State != token.Unknown || r.Presented != 1 || r.Attempt.ID != "b" {
		t.Errorf("after a lost answer: %+v", r)
	}
	b.want("c", 1, 1, token.ClaimSpent)
	b.want("c", 1, 2, token.ClaimOK)
	must(t, b.s.Release(t.Context(), b.id, "c", token.Outcome{State: token.Dead, LastError: "invalid_grant"}))
	if r := b.load(); r.State != token.Dead || r.Sealed != nil {
		t.Errorf("dead, but %+v", r)
	}
	b.want("d", 1, 9, token.ClaimDead)
}

func tokensEnded(t *testing.T, b *tokenBench) {
	must(t, b.sessions.Create(t.Context(), session.Record{ID: b.id, Issuer: "i", Subject: "s", Until: b.c.Now().Add(time.Hour), SeenTag: []byte{1}, Sealed: []byte{1}, LoginStarted: b.c.Now()}))
	b.want("a", 1, 1, token.ClaimOK)
	must(t, b.s.Send(t.Context(), b.id, "a"))
	must(t, b.sessions.Delete(t.Context(), b.id, session.ReasonLogout))
	for what, err := range map[string]error{
		"Commit": b.commit("a", 1, "late"), "Renew": b.s.Renew(t.Context(), b.id, "a", time.Second), "Send": b.s.Send(t.Context(), b.id, "a"),
		"Release": b.s.Release(t.Context(), b.id, "a", token.Outcome{State: token.Fresh}),
	} {
		if !errors.Is(err, token.ErrGone) {
			t.Errorf("%s after the end = %v, want ErrGone", what, err)
		}
	}
	if _, err := b.s.Load(t.Context(), b.id); !errors.Is(err, token.ErrGone) {
		t.Errorf("Load after the end = %v, want ErrGone", err)
	}
}
