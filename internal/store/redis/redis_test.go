package redis_test

import (
	"strings"
	"testing"
	"time"

	"portico/internal/limit"
	"portico/internal/session"
	"portico/internal/store/redis"
	"portico/internal/store/storetest"
	"portico/internal/testserver"
	"portico/internal/token"
)

func open(t *testing.T, c redis.Config) *redis.Store {
	t.Helper()
	s, err := redis.Open(t.Context(), c)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := s.Close(); err != nil {
			t.Error(err)
		}
	})
	return s
}

// suites runs what every store passes. config returns the way to an empty store.
func suites(t *testing.T, config func(t *testing.T) redis.Config) {
	at := func(t *testing.T, now func() time.Time) redis.Config {
		c := config(t)
		c.Now = now
		return c
	}
	t.Run("sessions", func(t *testing.T) {
		storetest.Sessions(t, func(t *testing.T, c *storetest.Clock) session.Store { return open(t, at(t, c.Now)).Sessions() })
	})
	t.Run("tokens, two replicas", func(t *testing.T) {
		storetest.Tokens(t, func(t *testing.T, c *storetest.Clock) (session.Store, token.Store) {
			one := at(t, c.Now)
			return open(t, one).Sessions(), open(t, one).Tokens()
		})
	})
	t.Run("tries, two replicas", func(t *testing.T) {
		storetest.Tries(t, func(t *testing.T, c *storetest.Clock) (limit.Store, limit.Store) {
			one := at(t, c.Now)
			return open(t, one).Tries(), open(t, one).Tries()
		})
	})
	t.Run("count of keys", func(t *testing.T) { storetest.Keys(t, open(t, config(t))) })
	t.Run("hints", func(t *testing.T) {
		c := config(t)
		storetest.Hints(t, open(t, c).Tokens(), open(t, c).Tokens())
	})
}

func TestServer(t *testing.T) {
	t.Parallel()
	for name, start := range map[string]func(testserver.TB, ...string) *testserver.Redis{"Redis": testserver.StartRedis, "Valkey": testserver.StartValkey} {
		t.Run(name, func(t *testing.T) {
			server := start(t)
			suites(t, func(t *testing.T) redis.Config {
				server.Do(t, "FLUSHALL")
				return redis.Config{Addresses: []string{server.Address()}}
			})
		})
	}
}

func containsAll(lines []string, text string) bool {
	for _, line := range lines {
		if !strings.Contains(line, text) {
			return false
		}
	}
	return true
}
