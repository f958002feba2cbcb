package audited_test

import (
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"portico/internal/audit"
	"portico/internal/session"
	"portico/internal/store/audited"
	"portico/internal/store/memory"
	"portico/internal/store/storetest"
)

func keyring(t *testing.T) *session.Keyring {
	t.Helper()
	keys, err := session.NewKeyring(session.NewKey(time.Now()))
	if err != nil {
		t.Fatal(err)
	}
	return keys
}

// An audited store is still a store.
func TestContract(t *testing.T) {
	keys := keyring(t)
	storetest.Sessions(t, func(_ *testing.T, c *storetest.Clock) session.Store {
		return audited.Sessions(memory.New(c.Now).Sessions(), keys, audit.New(audit.Config{}))
	})
}

func TestWhatIsTold(t *testing.T) {
	t.Parallel()
	keys, inner := keyring(t), memory.New(nil)
	log := audit.New(audit.Config{Store: inner.Audit()})
	s := audited.Sessions(inner.Sessions(), keys, log)
	add := func(subject string, until time.Time) session.ID {
		r := session.Record{ID: session.NewHandle().ID(), Issuer: "https://op", Subject: subject, Until: until, LoginStarted: time.Now()}
		if err := s.Create(t.Context(), r); err != nil {
			t.Fatal(err)
		}
		return r.ID
	}
	later := time.Now().Add(time.Hour)
	id := add("alice", later)
	two := []session.ID{add("bob", later), add("bob", later)}
	for range 300 {
		add("carol", later)
	}
	add("dora", time.Now().Add(-time.Hour))
	for _, end := range []func() error{
		func() error { return s.Delete(t.Context(), id, session.ReasonLogout) },
		func() error { return s.Delete(t.Context(), id, session.ReasonLogout) }, // gone already
		func() error {
			_, err := s.DeleteMatching(t.Context(), session.Match{Issuer: "https://op", Subject: "bob"}, session.ReasonBackChannel)
			return err
		},
		func() error {
			_, err := s.DeleteMatching(t.Context(), session.Match{Issuer: "https://op", Subject: "carol"}, session.ReasonOperator)
			return err
		},
		func() error { _, err := s.DeleteExpired(t.Context(), time.Now(), 10); return err },
	} {
		if err := end(); err != nil {
			t.Fatal(err)
		}
	}
	if err := log.Close(t.Context()); err != nil {
		t.Fatal(err)
	}
	list, err := log.List(t.Context(), audit.Filter{Limit: 100})
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, e := range list {
		if e.Kind != audit.SessionEnd {
			t.Errorf("event %+v", e)
		}
		got = append(got, strings.TrimSpace(fmt.Sprint(e.Reason, " ", e.Details["sessions"])))
	}
	if want := "[expired 1 operator 300 back-channel back-channel logout]"; fmt.Sprint(got) != want {
		t.Errorf("events %v, want %s", got, want)
	}
	ref := func(id session.ID) string { return keys.SessionReferences(id.String())[0] }
	if e := list[4]; e.Session != ref(id) || e.Person != keys.PersonReferences("https://op", "alice")[0] || e.Issuer != "https://op" {
		t.Errorf("alice's event is %+v", e)
	}
	if bob := keys.PersonReferences("https://op", "bob")[0]; list[2].Person != bob || list[3].Person != bob {
		t.Errorf("bob's events are %+v and %+v", list[2], list[3])
	}
	sessions := list[2].Session + " " + list[3].Session
	for _, id := range two {
		if !strings.Contains(sessions, ref(id)) {
			t.Errorf("no event for one of bob's sessions")
		}
	}
}

// What the store could not do is its caller's to know, and nothing is told of it. Sessions that could not be looked at first are told without their person.
func TestStoreThatFails(t *testing.T) {
	t.Parallel()
	keys, inner := keyring(t), memory.New(nil)
	log := audit.New(audit.Config{Store: inner.Audit()})
	faulty := storetest.NewFaulty(inner.Sessions(), inner.Tokens())
	s := audited.Sessions(faulty.Sessions(), keys, log)
	r := session.Record{ID: session.NewHandle().ID(), Issuer: "https://op", Subject: "alice", Until: time.Now().Add(-time.Hour), LoginStarted: time.Now()}
	if err := s.Create(t.Context(), r); err != nil {
		t.Fatal(err)
	}
	alice := session.Match{Issuer: "https://op", Subject: "alice"}
	down := storetest.Fault{Before: storetest.Fail(nil)}
	faulty.Always(down, storetest.SessionDelete, storetest.SessionDeleteMatching, storetest.SessionDeleteExpired)
	_, matching := s.DeleteMatching(t.Context(), alice, session.ReasonOperator)
	_, expired := s.DeleteExpired(t.Context(), time.Now(), 10)
	for _, err := range []error{s.Delete(t.Context(), r.ID, session.ReasonLogout), matching, expired} {
		if !errors.Is(err, storetest.ErrFault) {
			t.Errorf("a store that fails: %v", err)
		}
	}
	faulty.Heal()
	faulty.Always(down, storetest.SessionList)
	if ids, err := s.DeleteMatching(t.Context(), alice, session.ReasonOperator); len(ids) != 1 || err != nil {
		t.Errorf("DeleteMatching = %v, %v", ids, err)
	}
	if err := log.Close(t.Context()); err != nil {
		t.Fatal(err)
	}
	list, err := log.List(t.Context(), audit.Filter{Limit: 100})
	if err != nil || len(list) != 1 || list[0].Session != keys.SessionReferences(r.ID.String())[0] || list[0].Person != "" || list[0].Issuer != "" {
		t.Errorf("events %+v, %v", list, err)
	}
}
