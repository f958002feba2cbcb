package audited_test

import (
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
	sessions := list[2].Session + " " + list[3].Session
	for _, id := range two {
		if !strings.Contains(sessions, ref(id)) {
			t.Errorf("no event for one of bob's sessions")
		}
	}
}
