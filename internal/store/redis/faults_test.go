package redis_test

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	goredis "github.com/redis/go-redis/v9"

	"portico/internal/secret"
	"portico/internal/session"
	"portico/internal/store/redis"
	"portico/internal/store/storetest"
	"portico/internal/testserver"
	"portico/internal/token"
)

// unavailable reports an error that says that the store does not answer, and nothing about what is in it.
func unavailable(err error) bool {
	return err != nil && !errors.Is(err, session.ErrNotFound) && !errors.Is(err, token.ErrGone) && !errors.Is(err, token.ErrLost)
}

func eventually(f func() bool) bool {
	for end := time.Now().Add(time.Minute); time.Now().Before(end); time.Sleep(100 * time.Millisecond) {
		if f() {
			return true
		}
	}
	return false
}

func create(t *testing.T, s *redis.Store, subject string) session.Record {
	t.Helper()
	r := storetest.SessionOf(subject)
	if err := errors.Join(s.Tokens().Create(t.Context(), token.Record{ID: r.ID, AccessExpiry: time.Now().Add(time.Minute), Until: time.Now().Add(time.Hour), Sealed: []byte(subject)}), s.Sessions().Create(t.Context(), r)); err != nil {
		t.Fatal(err)
	}
	return r
}

// The server dies in the middle: calls fail quickly, and all that was confirmed is there afterwards.
func TestRestart(t *testing.T) {
	t.Parallel()
	server := testserver.StartRedis(t)
	s := open(t, redis.Config{Addresses: []string{server.Address()}})
	r := create(t, s, "alice")
	claim := token.ClaimRequest{ID: r.ID, Seen: 1, Attempt: "a", Lease: time.Minute, MaxPresented: 1}
	if v, _, err := s.Tokens().Claim(t.Context(), claim); v != token.ClaimOK || err != nil {
		t.Fatal(v, err)
	}
	server.Kill()
	start := time.Now()
	_, err := s.Sessions().Load(t.Context(), r.ID)
	if !unavailable(err) || time.Since(start) > 6*time.Second {
		t.Errorf("Load without a server = %v after %v", err, time.Since(start))
	}
	if err := s.Sessions().Delete(t.Context(), r.ID, session.ReasonLogout); !unavailable(err) {
		t.Errorf("Delete without a server = %v", err)
	}
	if err := s.Tokens().Send(t.Context(), r.ID, "a"); !unavailable(err) {
		t.Errorf("Send without a server = %v", err)
	}
	server.Start(t)
	if got, err := s.Sessions().Load(t.Context(), r.ID); err != nil || got.Subject != "alice" {
		t.Errorf("Load after the restart = %+v, %v", got, err)
	}
	if err := s.Tokens().Send(t.Context(), r.ID, "a"); err != nil {
		t.Errorf("Send after the restart = %v: the claim is lost", err)
	}
	if ids, err := s.Sessions().DeleteMatching(t.Context(), session.Match{Issuer: r.Issuer, Subject: "alice"}, session.ReasonOperator); err != nil || len(ids) != 1 {
		t.Errorf("DeleteMatching after the restart = %v, %v", ids, err)
	}
}

// The server ends connections while they are in use: nobody notices, and nothing happens twice.
func TestEndedConnections(t *testing.T) {
	t.Parallel()
	server := testserver.StartRedis(t)
	s := open(t, redis.Config{Addresses: []string{server.Address()}})
	rs := []session.Record{create(t, s, "alice"), create(t, s, "bob"), create(t, s, "carol"), create(t, s, "dave")}
	ctx, cancel := context.WithCancel(t.Context())
	var wg, killer sync.WaitGroup
	const through = 1 << 40
	steps := make([]atomic.Int64, len(rs)) // of each, or through
	killer.Go(func() {
		for ctx.Err() == nil {
			server.Do(t, "CLIENT", "KILL", "TYPE", "normal", "SKIPME", "yes")
			for i := range steps { // what was repeated is not broken again, however slow it is
				for was := steps[i].Load(); ctx.Err() == nil && steps[i].Load() < min(was+2, through); {
					time.Sleep(5 * time.Millisecond)
				}
			}
		}
	})
	for i, r := range rs {
		wg.Go(func() {
			defer steps[i].Store(through)
			for n := range 50 {
				steps[i].Add(1)
				next := r
				next.Version, next.Sealed = int64(n+2), []byte(fmt.Sprint(r.Subject, n))
				if err := s.Sessions().Save(t.Context(), next); err != nil {
					t.Errorf("Save %d: %v", n, err)
					return
				}
				attempt := fmt.Sprint("a", n)
				v, _, err := s.Tokens().Claim(t.Context(), token.ClaimRequest{ID: r.ID, Seen: int64(n + 1), Attempt: attempt, Lease: time.Minute, MaxPresented: 1})
				if v != token.ClaimOK || err != nil {
					t.Errorf("Claim %d = %v, %v", n, v, err)
					return
				}
				err = errors.Join(s.Tokens().Send(t.Context(), r.ID, attempt), s.Tokens().Commit(t.Context(), r.ID, attempt, token.NewTokens{Seen: int64(n + 1), Until: time.Now().Add(time.Hour), Sealed: []byte(attempt)}))
				if err != nil {
					t.Errorf("refresh %d: %v", n, err)
					return
				}
			}
		})
	}
	wg.Wait()
	cancel()
	killer.Wait()
	for _, r := range rs {
		got, err := s.Sessions().Load(t.Context(), r.ID)
		tokens, terr := s.Tokens().Load(t.Context(), r.ID)
		if err != nil || terr != nil || got.Version != 51 || tokens.Version != 51 || tokens.State != token.Fresh {
			t.Errorf("%s: version %d, tokens %d %s; %v, %v", r.Subject, got.Version, tokens.Version, tokens.State, err, terr)
		}
	}
}

// a caller that leaves in the middle of a read must not leave its answer to the next one.
func TestCancelledReads(t *testing.T) {
	t.Parallel()
	server := testserver.StartRedis(t)
	s := open(t, redis.Config{Addresses: []string{server.Address()}})
	rs := []session.Record{create(t, s, "alice"), create(t, s, "bob")}
	var wg sync.WaitGroup
	for worker := range 8 {
		wg.Go(func() {
			for n := range 625 {
				want := rs[(worker+n)%2]
				ctx, cancel := context.WithTimeout(context.Background(), time.Duration(n%40)*10*time.Microsecond)
				if n%3 == 0 {
					ctx, cancel = context.WithCancel(context.Background())
					time.AfterFunc(time.Duration(n%40)*10*time.Microsecond, cancel)
				}
				r, err := s.Sessions().Load(ctx, want.ID)
				tokens, terr := s.Tokens().Load(ctx, want.ID)
				cancel()
				if err == nil && (r.Subject != want.Subject || string(r.Sealed) != want.Subject) || terr == nil && string(tokens.Sealed) != want.Subject {
					t.Errorf("asked for %s, got %s and %q", want.Subject, r.Subject, tokens.Sealed)
				}
				if err != nil && !unavailable(err) || terr != nil && !unavailable(terr) {
					t.Errorf("a cancelled read says that nothing is there: %v, %v", err, terr)
				}
			}
		})
	}
	wg.Wait()
}

// what was flushed is gone, and everything can begin anew, the scripts included.
func TestFlush(t *testing.T) {
	t.Parallel()
	server := testserver.StartRedis(t)
	s := open(t, redis.Config{Addresses: []string{server.Address()}})
	r := create(t, s, "alice")
	server.Do(t, "FLUSHALL")
	server.Do(t, "SCRIPT", "FLUSH")
	if _, err := s.Sessions().Load(t.Context(), r.ID); !errors.Is(err, session.ErrNotFound) || errors.As(err, new(*session.EndedError)) {
		t.Errorf("Load = %v", err)
	}
	if err := s.Tokens().Send(t.Context(), r.ID, "a"); !errors.Is(err, token.ErrGone) {
		t.Errorf("Send = %v", err)
	}
	again := create(t, s, "alice")
	if rs, err := s.Sessions().List(t.Context(), session.Match{Issuer: r.Issuer, Subject: "alice"}); err != nil || len(rs) != 1 || rs[0].ID != again.ID {
		t.Errorf("List = %+v, %v", rs, err)
	}
}

// a server without memory takes no new sessions. Who is signed in goes on and can sign out.
func TestFullMemory(t *testing.T) {
	t.Parallel()
	server := testserver.StartRedis(t)
	s := open(t, redis.Config{Addresses: []string{server.Address()}})
	r, leaving := create(t, s, "alice"), create(t, s, "bob")
	server.Do(t, "CONFIG", "SET", "maxmemory", "100kb")
	if err := s.Sessions().Create(t.Context(), storetest.SessionOf("carol")); !unavailable(err) {
		t.Errorf("Create = %v", err)
	}
	if first, err := s.Sessions().Once(t.Context(), "x", time.Minute); first || !unavailable(err) {
		t.Errorf("Once = %t, %v", first, err)
	}
	v, _, err := s.Tokens().Claim(t.Context(), token.ClaimRequest{ID: r.ID, Seen: 1, Attempt: "a", Lease: time.Minute, MaxPresented: 1})
	if v != token.ClaimOK {
		t.Errorf("Claim = %v, %v", v, err)
	}
	next := r
	next.Version = 2
	for what, err := range map[string]error{
		"Send": s.Tokens().Send(t.Context(), r.ID, "a"), "Renew": s.Tokens().Renew(t.Context(), r.ID, "a", time.Minute), "Commit": s.Tokens().Commit(t.Context(), r.ID, "a", token.NewTokens{Seen: 1, Until: time.Now().Add(time.Hour), Sealed: []byte("two")}),
		"Touch": s.Sessions().Touch(t.Context(), r.ID, time.Now().Add(time.Second), []byte{2}, time.Now().Add(time.Hour)), "Save": s.Sessions().Save(t.Context(), next), "Delete": s.Sessions().Delete(t.Context(), leaving.ID, session.ReasonLogout),
	} {
		if err != nil {
			t.Errorf("%s with a full memory: %v", what, err)
		}
	}
	if tokens, err := s.Tokens().Load(t.Context(), r.ID); err != nil || tokens.Version != 2 {
		t.Errorf("Load = %+v, %v", tokens, err)
	}
	var ended *session.EndedError
	if _, err := s.Sessions().Load(t.Context(), leaving.ID); !errors.As(err, &ended) {
		t.Errorf("Load of who signed out = %v", err)
	}
	if ids, err := s.Sessions().DeleteMatching(t.Context(), session.Match{Issuer: r.Issuer, Subject: "alice"}, session.ReasonOperator); err != nil || len(ids) != 1 {
		t.Errorf("DeleteMatching = %v, %v", ids, err)
	}
}

// A user who may do only what operations.md lists, with a password that no error tells.
func TestNarrowUser(t *testing.T) {
	t.Parallel()
	server := testserver.StartRedis(t)
	server.Do(t, append([]any{"ACL", "SETUSER", "portico", "on", ">canary", "~portico:*", "resetchannels", "&portico:hints"}, narrow...)...)
	c := redis.Config{Addresses: []string{server.Address()}, User: "portico", Password: secret.New("canary")}
	s := open(t, c)
	suites(t, func(t *testing.T) redis.Config {
		server.Do(t, "FLUSHALL")
		return c
	})
	if lines := s.Warnings(t.Context()); len(lines) != 2 || !containsAll(lines, "could not be checked") {
		t.Errorf("Warnings = %q", lines)
	}
	c.Password = secret.New("another canary")
	if s, err := redis.Open(t.Context(), c); err == nil || containsAll([]string{err.Error()}, "canary") {
		t.Errorf("Open with a wrong password = %v", err)
		_ = s.Close()
	}
}

var narrow = []any{"+ping", "+hello", "+client|setname", "+eval", "+evalsha", "+time", "+get", "+set", "+del", "+zadd", "+zrem", "+zrange", "+zrangebyscore", "+zremrangebyscore", "+zremrangebyrank", "+zscore", "+expire", "+ttl", "+publish", "+subscribe"}

func TestWarnings(t *testing.T) {
	t.Parallel()
	server := testserver.StartRedis(t)
	s := open(t, redis.Config{Addresses: []string{server.Address()}})
	if lines := s.Warnings(t.Context()); len(lines) != 0 {
		t.Errorf("Warnings = %q", lines)
	}
	server.Do(t, "CONFIG", "SET", "maxmemory-policy", "volatile-ttl")
	server.Do(t, "CONFIG", "SET", "appendonly", "no")
	if lines := s.Warnings(t.Context()); len(lines) != 2 || !containsAll(lines[:1], `maxmemory-policy is "volatile-ttl"`) || !containsAll(lines[1:], `appendonly is "no"`) {
		t.Errorf("Warnings = %q", lines)
	}
	alone := open(t, redis.Config{Addresses: []string{server.Address()}, Replicas: 1})
	if lines := alone.Warnings(t.Context()); len(lines) != 3 || !containsAll(lines[2:], "0 of 1 replicas confirm") {
		t.Errorf("Warnings without a replica = %q", lines)
	}
	server.Stop()
	if lines := s.Warnings(t.Context()); len(lines) == 0 || !containsAll(lines, "could not be checked") {
		t.Errorf("Warnings without a server = %q", lines)
	}
}

// With replicas=1 nothing may be presented that no replica knows of.
func TestReplicasConfirm(t *testing.T) {
	t.Parallel()
	server := testserver.StartRedis(t, "--repl-diskless-sync-delay", "0")
	s := open(t, redis.Config{Addresses: []string{server.Address()}, Replicas: 1})
	r := create(t, s, "alice")
	v, _, err := s.Tokens().Claim(t.Context(), token.ClaimRequest{ID: r.ID, Seen: 1, Attempt: "a", Lease: time.Minute, MaxPresented: 1})
	if !unavailable(err) {
		t.Errorf("Claim without a replica = %v, %v", v, err)
	}
	if err := s.Tokens().Send(t.Context(), r.ID, "a"); !unavailable(err) {
		t.Errorf("Send without a replica = %v", err)
	}
	if err := s.Tokens().Commit(t.Context(), r.ID, "a", token.NewTokens{Seen: 7}); !errors.Is(err, token.ErrLost) {
		t.Errorf("Commit of another version without a replica = %v", err)
	}
	if err := s.Tokens().Commit(t.Context(), r.ID, "a", token.NewTokens{Seen: 1, Until: time.Now().Add(time.Hour), Sealed: []byte("two")}); err != nil {
		t.Errorf("Commit without a replica = %v: the answer cannot be had again", err)
	}
	replica := testserver.StartRedis(t, "--replicaof", "127.0.0.1", server.Port)
	server.AwaitReplica(t)
	if !eventually(func() bool { // a busy machine may take longer than a replica may
		r = create(t, s, "alice")
		v, _, err := s.Tokens().Claim(t.Context(), token.ClaimRequest{ID: r.ID, Seen: 1, Attempt: "b", Lease: time.Minute, MaxPresented: 1})
		return v == token.ClaimOK && err == nil && s.Tokens().Send(t.Context(), r.ID, "b") == nil
	}) {
		t.Error("a replica is there, but claims are not confirmed")
	}
	// The replica alone may be read, not written.
	reader := open(t, redis.Config{Addresses: []string{replica.Address()}})
	if tokens, err := reader.Tokens().Load(t.Context(), r.ID); err != nil || tokens.State != token.Sent {
		t.Errorf("Load from the replica = %s, %v", tokens.State, err)
	}
	if err := reader.Sessions().Delete(t.Context(), r.ID, session.ReasonLogout); !unavailable(err) || !goredis.IsReadOnlyError(err) {
		t.Errorf("Delete at a replica = %v", err)
	}
}
