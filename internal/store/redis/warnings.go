package redis

import (
	"context"
	"fmt"
	"sync"

	goredis "github.com/redis/go-redis/v9"
)

// wanted are settings of a server without which sessions can get lost, and what to say of others.
var wanted = []struct{ setting, value, otherwise string }{
	{"maxmemory-policy", "noeviction", "can evict sessions when memory runs short: people sign in again; set noeviction"},
	{"appendonly", "yes", "a restart loses what was not in the last snapshot: people sign in again, and refresh tokens may be presented twice; set yes"},
}

// Warnings returns a line for each setting of the servers that can lose sessions, and for what could not be found out.
func (s *Store) Warnings(ctx context.Context) []string {
	ctx, cancel := context.WithTimeout(ctx, callTimeout)
	defer cancel()
	var mu sync.Mutex
	var lines []string
	err := s.eachServer(ctx, func(ctx context.Context, node *goredis.Client) error {
		found := warnings(ctx, node)
		mu.Lock()
		defer mu.Unlock()
		lines = append(lines, found...)
		return nil
	})
	if err != nil {
		lines = append(lines, fmt.Sprintf("maxmemory-policy and appendonly could not be checked: %v", err))
	}
	return lines
}

func warnings(ctx context.Context, node *goredis.Client) (lines []string) {
	where := node.Options().Addr
	for _, w := range wanted {
		got, err := node.ConfigGet(ctx, w.setting).Result()
		switch value := got[w.setting]; {
		case err != nil:
			lines = append(lines, fmt.Sprintf("%s: %s could not be checked: %v", where, w.setting, err))
		case value != w.value:
			lines = append(lines, fmt.Sprintf("%s: %s is %q: %s", where, w.setting, value, w.otherwise))
		}
	}
	return lines
}

// eachServer calls f for the server, or for each master of a Cluster, several at once.
func (s *Store) eachServer(ctx context.Context, f func(ctx context.Context, node *goredis.Client) error) error {
	switch c := s.client.(type) {
	case *goredis.ClusterClient:
		return c.ForEachMaster(ctx, f)
	case *goredis.Client:
		return f(ctx, c)
	}
	return fmt.Errorf("no such client: %T", s.client)
}
