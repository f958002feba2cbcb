package redis_test

import (
	"errors"
	"testing"
	"time"

	"portico/internal/secret"
	"portico/internal/session"
	"portico/internal/store/redis"
	"portico/internal/testserver"
	"portico/internal/token"
)

// The master that Sentinels watch dies. What replicas confirmed is there afterwards; until then calls say that the store is away, and never that something is not there.
func TestSentinels(t *testing.T) {
	t.Parallel()
	watched := testserver.StartSentinels(t, "sesame")
	c := redis.Config{Addresses: watched.Addresses, Master: testserver.SentinelMaster, SentinelAuth: true, Password: secret.New("sesame"), Replicas: 1}
	suites(t, func(t *testing.T) redis.Config {
		watched.Master.Do(t, "FLUSHALL")
		c := c
		c.Replicas = 0
		return c
	})
	s := open(t, c)
	var r session.Record
	if !eventually(func() bool { // a busy machine may take longer than a replica may
		r = create(t, s, "alice")
		v, _, err := s.Tokens().Claim(t.Context(), token.ClaimRequest{ID: r.ID, Seen: 1, Attempt: "a", Lease: time.Minute, MaxPresented: 1})
		return v == token.ClaimOK && err == nil && s.Tokens().Send(t.Context(), r.ID, "a") == nil
	}) {
		t.Fatal("no claim is confirmed")
	}
	watched.Master.Kill()
	if !eventually(func() bool {
		tokens, err := s.Tokens().Load(t.Context(), r.ID)
		if err != nil && !unavailable(err) {
			t.Fatalf("in the middle of a failover: %v", err)
		}
		return err == nil && tokens.State == token.Sent && tokens.Presented == 1
	}) {
		t.Fatal("nothing after the failover")
	}
	c.Replicas = 0
	alone := open(t, c)
	if err := alone.Tokens().Commit(t.Context(), r.ID, "a", token.NewTokens{Seen: 1, Until: time.Now().Add(time.Hour), Sealed: []byte("two")}); err != nil {
		t.Errorf("Commit at the new master: %v", err)
	}
	if got, err := s.Sessions().Load(t.Context(), r.ID); err != nil || got.Subject != "alice" {
		t.Errorf("Load at the new master: %+v, %v", got, err)
	}
	if err := s.Sessions().Delete(t.Context(), r.ID, session.ReasonLogout); err != nil {
		t.Errorf("Delete at the new master: %v", err)
	}
	if _, err := s.Tokens().Load(t.Context(), r.ID); !errors.Is(err, token.ErrGone) {
		t.Errorf("Load after Delete = %v", err)
	}
}
