// Package storetest holds the suites that every store passes: what the contracts of session.Store, token.Store, shelf.Store, limit.Store and audit.Store say, sentence by sentence,
// also under concurrency. Only tests import it.
package storetest

import (
	"bytes"
	"crypto/rand"
	"errors"
	"fmt"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"portico/internal/session"
)

// Clock is a clock that tests move by hand.
type Clock struct{ now atomic.Int64 }

// NewClock returns a clock that stands at a whole second of 2026.
func NewClock() *Clock {
	c := &Clock{}
	c.now.Store(time.Date(2026, 11, 24, 12, 0, 0, 0, time.UTC).UnixMilli())
	return c
}

// Now is the clock's time.
func (c *Clock) Now() time.Time { return time.UnixMilli(c.now.Load()).UTC() }

// Advance moves the clock.
func (c *Clock) Advance(d time.Duration) { c.now.Add(d.Milliseconds()) }

func newID() (id session.ID) {
	_, _ = rand.Read(id[:])
	return id
}

func record(c *Clock, subject, sid string) session.Record {
	return session.Record{ID: newID(), Issuer: "https://op", Subject: subject, SID: sid, Created: c.Now(), LastSeen: c.Now(), Until: c.Now().Add(time.Hour), SeenTag: []byte("tag"), Sealed: []byte("sealed"), About: []byte("about"), LoginStarted: c.Now()}
}

// Sessions runs the suite of session.Store. open returns a new, empty store whose clock is c.
func Sessions(t *testing.T, open func(t *testing.T, c *Clock) session.Store) {
	for name, test := range map[string]func(*testing.T, session.Store, *Clock){
		"create and load": createAndLoad, "save compares and swaps": saveComparesAndSwaps, "touch never goes back": touchNeverGoesBack, "delete leaves a tombstone": deleteLeavesTombstone,
		"delete matching": deleteMatching, "a sign-in that began earlier cannot finish": endedSignIn, "expired records go": expired, "list": list, "once": once, "races": races,
		"save never shortens": saveNeverShortens, "sids change": sidsChange, "records come back whole": comeBackWhole, "everyone": endedEveryone, "ended by the expiry": endedByExpiry, "list selects": listSelects,
		"create races": createRaces, "ends win races": endsWinRaces, "ended sign-ins lose races": endedSignInsLoseRaces,
	} {
		t.Run(name, func(t *testing.T) {
			c := NewClock()
			test(t, open(t, c), c)
		})
	}
}

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func createAndLoad(t *testing.T, s session.Store, c *Clock) {
	r := record(c, "alice", "s1")
	r.Version = 7 // set by Create
	must(t, s.Create(t.Context(), r))
	if err := s.Create(t.Context(), r); !errors.Is(err, session.ErrExists) {
		t.Errorf("Create again = %v, want ErrExists", err)
	}
	got, err := s.Load(t.Context(), r.ID)
	must(t, err)
	if got.Version != 1 || got.ID != r.ID || got.Issuer != r.Issuer || got.Subject != "alice" || got.SID != "s1" || !got.Created.Equal(r.Created) || !got.LastSeen.Equal(r.LastSeen) ||
		!got.Until.Equal(r.Until) || !bytes.Equal(got.Sealed, r.Sealed) || !bytes.Equal(got.SeenTag, r.SeenTag) || !bytes.Equal(got.About, r.About) {
		t.Errorf("Load = %+v, want %+v with version 1", got, r)
	}
	got.Sealed[0], got.About[0] = 'X', 'X'
	if again, _ := s.Load(t.Context(), r.ID); again.Sealed[0] == 'X' || again.About[0] == 'X' {
		t.Error("a loaded record shares memory with the store")
	}
	if _, err := s.Load(t.Context(), newID()); !errors.Is(err, session.ErrNotFound) {
		t.Errorf("Load of an unknown id = %v, want ErrNotFound", err)
	}
	must(t, s.Ping(t.Context()))
	now, err := s.Now(t.Context())
	must(t, err)
	if !now.Equal(c.Now().Truncate(time.Millisecond)) || now.Location() != time.UTC {
		t.Errorf("Now = %v, want %v", now, c.Now())
	}
}

func saveComparesAndSwaps(t *testing.T, s session.Store, c *Clock) {
	r := record(c, "alice", "s1")
	must(t, s.Create(t.Context(), r))
	r.Version, r.Sealed, r.About = 2, []byte("two"), []byte("about two")
	must(t, s.Save(t.Context(), r))
	if err := s.Save(t.Context(), r); !errors.Is(err, session.ErrConflict) {
		t.Errorf("Save of an old version = %v, want ErrConflict", err)
	}
	ahead := r
	ahead.Version = 4 // of a store that has lost the write before
	if err := s.Save(t.Context(), ahead); !errors.Is(err, session.ErrConflict) {
		t.Errorf("Save over a version that is not there = %v, want ErrConflict", err)
	}
	if got, _ := s.Load(t.Context(), r.ID); got.Version != 2 || string(got.Sealed) != "two" || string(got.About) != "about two" {
		t.Errorf("Load = version %d %q %q", got.Version, got.Sealed, got.About)
	}
	gone := record(c, "bob", "")
	gone.Version = 1
	if err := s.Save(t.Context(), gone); !errors.Is(err, session.ErrNotFound) {
		t.Errorf("Save of what is not there = %v, want ErrNotFound", err)
	}
	if _, err := s.Load(t.Context(), gone.ID); !errors.Is(err, session.ErrNotFound) {
		t.Error("Save inserted a record")
	}
}

func touchNeverGoesBack(t *testing.T, s session.Store, c *Clock) {
	r := record(c, "alice", "")
	must(t, s.Create(t.Context(), r))
	later := c.Now().Add(5 * time.Minute)
	must(t, s.Touch(t.Context(), r.ID, later, []byte("new"), later.Add(time.Hour)))
	must(t, s.Touch(t.Context(), r.ID, c.Now().Add(time.Minute), []byte("old"), c.Now()))
	got, _ := s.Load(t.Context(), r.ID)
	if !got.LastSeen.Equal(later) || string(got.SeenTag) != "new" || !got.Until.Equal(later.Add(time.Hour)) || got.Version != 1 {
		t.Errorf("after Touch: %+v", got)
	}
	if err := s.Touch(t.Context(), newID(), later, nil, later); !errors.Is(err, session.ErrNotFound) {
		t.Errorf("Touch of what is not there = %v, want ErrNotFound", err)
	}
}

func deleteLeavesTombstone(t *testing.T, s session.Store, c *Clock) {
	r := record(c, "alice", "s1")
	must(t, s.Create(t.Context(), r))
	must(t, s.Delete(t.Context(), r.ID, session.ReasonLogout))
	must(t, s.Delete(t.Context(), r.ID, session.ReasonCap)) // no error, and the reason stays
	_, err := s.Load(t.Context(), r.ID)
	if e, ok := errors.AsType[*session.EndedError](err); !ok || e.Reason != session.ReasonLogout || !errors.Is(err, session.ErrNotFound) {
		t.Errorf("Load of an ended session = %v", err)
	}
	r.Version = 2
	if err := s.Save(t.Context(), r); !errors.Is(err, session.ErrNotFound) {
		t.Errorf("Save of an ended session = %v: it came back", err)
	}
	c.Advance(session.TombstoneLife + time.Second)
	if _, err := s.Load(t.Context(), r.ID); !errors.Is(err, session.ErrNotFound) || errors.As(err, new(*session.EndedError)) {
		t.Errorf("Load after the tombstone's time = %v, want plain ErrNotFound", err)
	}
}

func deleteMatching(t *testing.T, s session.Store, c *Clock) {
	a1, a2, b, foreign := record(c, "alice", "s1"), record(c, "alice", "s2"), record(c, "bob", "s1"), record(c, "alice", "s1")
	foreign.Issuer = "https://other"
	for _, r := range []session.Record{a1, a2, b, foreign} {
		must(t, s.Create(t.Context(), r))
	}
	ids, err := s.DeleteMatching(t.Context(), session.Match{Issuer: "https://op", SID: "s1", Subject: "alice"}, session.ReasonBackChannel)
	must(t, err)
	if len(ids) != 2 { // by sid alone: alice's and bob's
		t.Errorf("by sid: %d ended, want 2", len(ids))
	}
	for _, r := range []session.Record{a1, b} {
		if _, err := s.Load(t.Context(), r.ID); endReason(err) != session.ReasonBackChannel {
			t.Errorf("%s, ended by sid: Load = %v", r.Subject, err)
		}
	}
	for _, r := range []session.Record{a2, foreign} {
		if _, err := s.Load(t.Context(), r.ID); err != nil {
			t.Errorf("a session of another sid or issuer: Load = %v", err)
		}
	}
	if ids, _ = s.DeleteMatching(t.Context(), session.Match{Issuer: "https://op", Subject: "alice"}, session.ReasonBackChannel); len(ids) != 1 || ids[0] != a2.ID {
		t.Errorf("by subject: %v, want %v", ids, a2.ID)
	}
	if ids, _ = s.DeleteMatching(t.Context(), session.Match{Issuer: "https://other"}, session.ReasonBackChannel); len(ids) != 0 {
		t.Error("a match without sid and subject ended something")
	}
	if ids, _ = s.DeleteMatching(t.Context(), session.Match{Everyone: true}, session.ReasonOperator); len(ids) != 1 {
		t.Errorf("everyone: %d ended, want the one that was left", len(ids))
	}
}

func endedSignIn(t *testing.T, s session.Store, c *Clock) {
	began := c.Now()
	c.Advance(time.Second)
	_, err := s.DeleteMatching(t.Context(), session.Match{Issuer: "https://op", SID: "s1"}, session.ReasonBackChannel)
	must(t, err)
	_, err = s.DeleteMatching(t.Context(), session.Match{Issuer: "https://op", Subject: "bob"}, session.ReasonBackChannel)
	must(t, err)
	for _, r := range []session.Record{record(c, "alice", "s1"), record(c, "bob", "s9")} {
		r.LoginStarted = began
		if err := s.Create(t.Context(), r); endReason(err) != session.ReasonBackChannel {
			t.Errorf("%s: Create = %v, want *EndedError with the reason", r.Subject, err)
		}
	}
	if err := s.Create(t.Context(), record(c, "alice", "s1")); endReason(err) != session.ReasonBackChannel {
		t.Errorf("Create of a sign-in that began at the same moment = %v, want *EndedError", err)
	}
	c.Advance(time.Millisecond)
	must(t, s.Create(t.Context(), record(c, "alice", "s1"))) // a sign-in that began afterwards
	c.Advance(time.Second)
	other := record(c, "carol", "s3")
	other.LoginStarted = began
	must(t, s.Create(t.Context(), other))
	none := record(c, "dave", "")
	none.LoginStarted = began
	must(t, s.Create(t.Context(), none))
	c.Advance(session.TombstoneLife)
	late := record(c, "bob", "s9")
	late.LoginStarted = began
	must(t, s.Create(t.Context(), late))
}

func expired(t *testing.T, s session.Store, c *Clock) {
	var ids []session.ID
	for i := range 5 {
		r := record(c, fmt.Sprint(i), "")
		r.Until = c.Now().Add(time.Duration(i) * time.Minute)
		must(t, s.Create(t.Context(), r))
		ids = append(ids, r.ID)
	}
	n, err := s.DeleteExpired(t.Context(), c.Now().Add(150*time.Second), 2)
	must(t, err)
	if n != 2 {
		t.Errorf("DeleteExpired = %d, want the limit of 2", n)
	}
	if n, _ = s.DeleteExpired(t.Context(), c.Now().Add(150*time.Second), 100); n != 1 {
		t.Errorf("DeleteExpired = %d, want the one that was left", n)
	}
	for i, id := range ids {
		if _, err := s.Load(t.Context(), id); (err == nil) != (i >= 3) {
			t.Errorf("record %d: Load = %v", i, err)
		}
	}
}

func list(t *testing.T, s session.Store, c *Clock) {
	var second session.Record
	for i, seen := range []int{3, 1, 2} {
		r := record(c, "alice", fmt.Sprint(i))
		r.LastSeen = c.Now().Add(time.Duration(seen) * time.Minute)
		must(t, s.Create(t.Context(), r))
		if i == 1 {
			second = r
		}
	}
	must(t, s.Create(t.Context(), record(c, "bob", "b")))
	rs, err := s.List(t.Context(), session.Match{Issuer: "https://op", Subject: "alice"})
	must(t, err)
	if len(rs) != 3 || rs[0].SID != "1" || rs[1].SID != "2" || rs[2].SID != "0" || rs[0].Sealed != nil || string(rs[0].About) != "about" {
		t.Fatalf("List = %+v, want alice's three, oldest first, without what is sealed", rs)
	}
	second.Version, second.Sealed, second.LoginStarted = 1, nil, time.Time{}
	if diff := cmp.Diff(second, rs[0]); diff != "" {
		t.Errorf("List: -want +got\n%s", diff)
	}
}

func once(t *testing.T, s session.Store, c *Clock) {
	var first atomic.Int32
	var wg sync.WaitGroup
	for range 16 {
		wg.Go(func() {
			ok, err := s.Once(t.Context(), "key", time.Minute)
			if err != nil {
				t.Error(err)
			}
			if ok {
				first.Add(1)
			}
		})
	}
	wg.Wait()
	if first.Load() != 1 {
		t.Errorf("%d callers were first, want 1", first.Load())
	}
	if ok, _ := s.Once(t.Context(), "another", time.Minute); !ok {
		t.Error("another key is not first")
	}
	c.Advance(61 * time.Second)
	if ok, _ := s.Once(t.Context(), "key", time.Minute); !ok {
		t.Error("a key whose time is over is not first")
	}
}

func races(t *testing.T, s session.Store, c *Clock) {
	r := record(c, "alice", "s1")
	must(t, s.Create(t.Context(), r))
	var saved atomic.Int32
	var wg sync.WaitGroup
	for i := range 12 {
		wg.Go(func() {
			next := r
			next.Version, next.Sealed = 2, []byte(fmt.Sprint(i))
			switch err := s.Save(t.Context(), next); {
			case err == nil:
				saved.Add(1)
			case !errors.Is(err, session.ErrConflict):
				t.Error(err)
			}
		})
	}
	wg.Wait()
	if saved.Load() != 1 {
		t.Errorf("%d of 12 saves of one version succeeded, want 1", saved.Load())
	}
}
