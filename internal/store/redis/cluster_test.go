package redis_test

import (
	"errors"
	"fmt"
	"strings"
	"sync"
	"testing"
	"time"

	"portico/internal/secret"
	"portico/internal/session"
	"portico/internal/store/redis"
	"portico/internal/store/storetest"
	"portico/internal/testserver"
	"portico/internal/token"
)

func TestCluster(t *testing.T) {
	t.Parallel()
	nodes := testserver.StartRedisCluster(t)
	c := redis.Config{Addresses: []string{nodes[0].Address()}, Cluster: true}
	suites(t, func(t *testing.T) redis.Config {
		for _, n := range nodes {
			n.Do(t, "FLUSHALL")
		}
		return c
	})
	t.Run("slots on the move", func(t *testing.T) { slotsOnTheMove(t, open(t, c), nodes) })
	t.Run("lost indexes", func(t *testing.T) { lostIndexes(t, open(t, c), nodes) })
	t.Run("narrow user", func(t *testing.T) {
		c := c
		c.User, c.Password = "portico", secret.New("x")
		for _, n := range nodes {
			n.Do(t, append([]any{"ACL", "SETUSER", "portico", "on", ">x", "~portico:*", "resetchannels", "&portico:hints", "+cluster|slots"}, narrow...)...)
		}
		s := open(t, c)
		r := create(t, s, "alice")
		if err := advance(t, s, r, 2); err != nil {
			t.Error(err)
		}
	})
	t.Run("warnings", func(t *testing.T) {
		nodes[1].Do(t, "CONFIG", "SET", "maxmemory-policy", "allkeys-lru")
		if lines := open(t, c).Warnings(t.Context()); len(lines) != 1 || !containsAll(lines, nodes[1].Address()) {
			t.Errorf("Warnings = %q", lines)
		}
	})
	t.Run("replicas confirm", func(t *testing.T) {
		c := c
		c.Replicas = 1
		s := open(t, c)
		for range 5 { // on all nodes, probably
			r := create(t, s, "alice")
			_, _, err := s.Tokens().Claim(t.Context(), token.ClaimRequest{ID: r.ID, Seen: 1, Attempt: "a", Lease: time.Minute, MaxPresented: 1})
			if err == nil || !strings.Contains(err.Error(), "0 of 1 replicas") {
				t.Errorf("Claim without replicas = %v", err)
			}
		}
	})
}

// lostIndexes forgets indexes, as a failover of their nodes may. A session enters them again when it is used, and when the sweep comes by.
func lostIndexes(t *testing.T, s *redis.Store, nodes []*testserver.Redis) {
	forget := func(except string) {
		for _, n := range nodes {
			for _, key := range n.Do(t, "KEYS", "portico:*:i").([]any) {
				if !strings.Contains(key.(string), except) {
					n.Do(t, "DEL", key)
				}
			}
		}
	}
	ended := func(r session.Record) {
		t.Helper()
		ids, err := s.Sessions().DeleteMatching(t.Context(), session.Match{Issuer: r.Issuer, Subject: r.Subject}, session.ReasonOperator)
		if err != nil || len(ids) != 1 || ids[0] != r.ID {
			t.Errorf("%s: DeleteMatching = %v, %v", r.Subject, ids, err)
		}
	}
	use := func(r session.Record) {
		t.Helper()
		soon := time.Now().Add(2 * time.Second)
		if err := s.Sessions().Touch(t.Context(), r.ID, soon, []byte{2}, soon.Add(time.Hour)); err != nil {
			t.Fatal(err)
		}
	}
	used := create(t, s, "used")
	forget("nothing")
	use(used)
	if rs, err := s.Sessions().List(t.Context(), session.Match{Everyone: true}); err != nil || len(rs) != 1 {
		t.Errorf("List of everyone = %+v, %v", rs, err)
	}
	ended(used)

	swept := storetest.SessionOf("swept")
	swept.Until = time.Now().Add(-time.Minute) // which is what everyone's index knows
	if err := s.Sessions().Create(t.Context(), swept); err != nil {
		t.Fatal(err)
	}
	use(swept)
	forget(redis.EveryoneTag())
	if n, err := s.Sessions().DeleteExpired(t.Context(), time.Now(), 10); n != 0 || err != nil {
		t.Errorf("DeleteExpired = %d, %v", n, err)
	}
	ended(swept)
}

// slotsOnTheMove works with sessions while their slots go to another node.
func slotsOnTheMove(t *testing.T, s *redis.Store, nodes []*testserver.Redis) {
	done := make(chan struct{})
	var wg sync.WaitGroup
	for worker := range 4 {
		wg.Go(func() {
			var rs []session.Record
			for n := range 50 {
				rs = append(rs, create(t, s, fmt.Sprint(worker, "-", n)))
			}
			for version := int64(2); ; version++ {
				for _, r := range rs {
					if err := advance(t, s, r, version); err != nil {
						t.Errorf("to version %d: %v", version, err)
					}
				}
				select {
				case <-done:
					return
				default:
				}
			}
		})
	}
	testserver.Reshard(t, nodes, 400)
	close(done)
	wg.Wait()
	if ids, err := s.Sessions().DeleteMatching(t.Context(), session.Match{Everyone: true}, session.ReasonOperator); err != nil || len(ids) != 200 {
		t.Errorf("DeleteMatching = %d of 200, %v", len(ids), err)
	}
}

// advance takes a session and its tokens one version on.
func advance(t *testing.T, s *redis.Store, r session.Record, version int64) error {
	attempt := fmt.Sprint(version)
	v, _, err := s.Tokens().Claim(t.Context(), token.ClaimRequest{ID: r.ID, Seen: version - 1, Attempt: attempt, Lease: time.Minute, MaxPresented: 1})
	if v != token.ClaimOK {
		return errors.Join(err, fmt.Errorf("Claim = %v", v))
	}
	r.Version = version
	return errors.Join(s.Sessions().Save(t.Context(), r), s.Tokens().Send(t.Context(), r.ID, attempt),
		s.Tokens().Commit(t.Context(), r.ID, attempt, token.NewTokens{Seen: version - 1, Until: time.Now().Add(time.Hour), Sealed: []byte("x")}))
}
