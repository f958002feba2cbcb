package redis_test

import (
	"strings"
	"testing"
	"time"

	"portico/internal/limit"
	"portico/internal/session"
	"portico/internal/store/redis"
	"portico/internal/testserver"
	"portico/internal/token"
)

// Keys go by themselves, but not before their time: a record that goes earlier is somebody who has to sign in again, a tombstone that does one who comes back.
func TestKeysLastTheirTime(t *testing.T) {
	t.Parallel()
	server := testserver.StartRedis(t)
	s := open(t, redis.Config{Addresses: []string{server.Address()}})
	sessions, tokens := s.Sessions(), s.Tokens()
	until := time.Now().Add(10 * time.Hour)
	r := session.Record{ID: session.NewHandle().ID(), Issuer: "https://op", Subject: "alice", SID: "s1", Created: time.Now(), LastSeen: time.Now(), Until: until, Sealed: []byte("x"), LoginStarted: time.Now()}
	claim := func(seen int64, attempt string) error {
		_, _, err := tokens.Claim(t.Context(), token.ClaimRequest{ID: r.ID, Seen: seen, Attempt: attempt, Owner: "o", Lease: time.Minute, MaxPresented: 2})
		return err
	}
	for _, step := range []struct {
		name string
		do   func() error
		kind string        // end of the key
		last time.Duration // from now on, at least; and not two hours more, a month for an index
	}{
		{"create a session", func() error { return sessions.Create(t.Context(), r) }, ":s", 10 * time.Hour},
		{"its places in indexes", func() error { return nil }, ":i", 10*time.Hour + 30*24*time.Hour},
		{"save", func() error { r.Version = 2; return sessions.Save(t.Context(), r) }, ":s", 10 * time.Hour},
		{"touch", func() error {
			return sessions.Touch(t.Context(), r.ID, time.Now().Add(time.Minute), nil, until.Add(time.Hour))
		}, ":s", 11 * time.Hour},
		{"create tokens", func() error {
			return tokens.Create(t.Context(), token.Record{ID: r.ID, Until: until, Sealed: []byte("one")})
		}, ":t", 10 * time.Hour},
		{"claim", func() error { return claim(1, "a") }, ":t", 10 * time.Hour},
		{"renew", func() error { return tokens.Renew(t.Context(), r.ID, "a", time.Minute) }, ":t", 10 * time.Hour},
		{"send", func() error { return tokens.Send(t.Context(), r.ID, "a") }, ":t", 10 * time.Hour},
		{"release", func() error { return tokens.Release(t.Context(), r.ID, "a", token.Outcome{State: token.Fresh}) }, ":t", 10 * time.Hour},
		{"claim again", func() error { return claim(1, "b") }, ":t", 10 * time.Hour},
		{"commit", func() error {
			return tokens.Commit(t.Context(), r.ID, "b", token.NewTokens{Seen: 1, Until: until.Add(2 * time.Hour), Sealed: []byte("two")})
		}, ":t", 12 * time.Hour},
		{"consume", func() error { _, err := sessions.Once(t.Context(), "jti", 3*time.Hour); return err }, ":o", 3 * time.Hour},
		{"count tries", func() error {
			_, err := s.Tries().Take(t.Context(), "kind", limit.Bucket{Key: "short", Burst: 1, Every: time.Second}, limit.Bucket{Key: "long", Burst: 1, Every: 5 * time.Hour})
			return err
		}, ":c", 5 * time.Hour},
		{"end", func() error { return sessions.Delete(t.Context(), r.ID, session.ReasonLogout) }, ":e", session.TombstoneLife},
		{"end a group", func() error {
			_, err := sessions.DeleteMatching(t.Context(), session.Match{Issuer: "https://op", Subject: "bob"}, "x")
			return err
		}, ":e", session.TombstoneLife},
	} {
		if err := step.do(); err != nil {
			t.Fatalf("%s: %v", step.name, err)
		}
		most, found := step.last+2*time.Hour, 0
		if step.kind == ":i" {
			most += 30 * 24 * time.Hour
		}
		for _, key := range server.Do(t, "KEYS", "*"+step.kind).([]any) {
			found++
			if left := time.Duration(server.Do(t, "PTTL", key).(int64)) * time.Millisecond; left < step.last-time.Minute || left > most {
				t.Errorf("%s: %s goes in %v, want %v", step.name, strings.TrimPrefix(key.(string), "portico:"), left, step.last)
			}
		}
		if found == 0 {
			t.Errorf("%s: there is no such key", step.name)
		}
	}
}
