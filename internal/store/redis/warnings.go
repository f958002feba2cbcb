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
		found := append(warnings(ctx, node), s.unconfirmed(ctx, node)...)
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

// unconfirmed says that too few replicas answer for what replicas= asks for.
func (s *Store) unconfirmed(ctx context.Context, node *goredis.Client) []string {
	if s.replicas == 0 {
		return nil
	}
	n, err := node.Wait(ctx, s.replicas, replicaTime).Result()
	switch {
	case err != nil:
		return []string{fmt.Sprintf("%s: replicas could not be counted: %v", node.Options().Addr, err)}
	case n < int64(s.replicas):
		return []string{fmt.Sprintf("%s: %d of %d replicas confirm: nobody's tokens are refreshed meanwhile; start the replicas, or leave replicas= out", node.Options().Addr, n, s.replicas)}
	}
	return nil
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
