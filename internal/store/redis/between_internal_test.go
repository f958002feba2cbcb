package redis

import (
	"errors"
	"testing"
	"time"

	"portico/internal/session"
	"portico/internal/testserver"
)

// A sign-in enters its groups and then writes its record, on slots of their own. Whoever ends one of the groups in between stops it.
func TestEndsBetweenTheStepsOfASignIn(t *testing.T) {
	t.Parallel()
	server := testserver.StartRedis(t)
	store, err := Open(t.Context(), Config{Addresses: []string{server.Address()}})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = store.Close() })
	s := sessions{store}
	for name, m := range map[string]session.Match{"sid": {Issuer: "https://op", SID: "s1"}, "subject": {Issuer: "https://op", Subject: "alice"}, "everyone": {Everyone: true}} {
		now := time.Now()
		r := session.Record{ID: session.NewHandle().ID(), Issuer: "https://op", Subject: "alice", SID: "s1", Created: now, LastSeen: now, Until: now.Add(time.Hour), LoginStarted: now.Add(session.TombstoneLife)}
		if err := s.enter(t.Context(), r.ID, r.Until, r.LoginStarted, groupsOf(r.Issuer, r.Subject, r.SID)); err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		if ids, err := s.DeleteMatching(t.Context(), m, session.ReasonBackChannel); err != nil || len(ids) != 0 {
			t.Errorf("%s: ended %d sessions, %v", name, len(ids), err)
		}
		if e, ok := errors.AsType[*session.EndedError](s.create(t.Context(), r)); !ok || e.Reason != session.ReasonBackChannel {
			t.Errorf("%s: a sign-in that was ended between its steps finishes", name)
		}
	}
}
