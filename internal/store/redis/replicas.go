package redis

import (
	"context"
	"fmt"
	"time"

	goredis "github.com/redis/go-redis/v9"
)

// replicaTime is how long replicas may take to confirm.
const replicaTime = 100 * time.Millisecond

// replicated runs a command and waits, on the same connection, for replicas to have what it wrote. It returns how many have.
func (s *Store) replicated(ctx context.Context, cmd command) (int, error) {
	node, err := s.master(ctx, cmd.Args()[3].(string))
	if err != nil {
		return 0, err
	}
	p := node.Pipeline()
	if err := p.Process(ctx, cmd); err != nil {
		return 0, err
	}
	confirmed := p.Do(ctx, "WAIT", s.replicas, replicaTime.Milliseconds())
	if _, err := p.Exec(ctx); err != nil {
		s.moved(ctx, err)
		return 0, err
	}
	return confirmed.Int()
}

// replicasError says that something is written, and that too few replicas know of it: a claim that a failover could forget must not lead to a presentation.
type replicasError struct{ confirmed, wanted int }

func (e *replicasError) Error() string {
	return fmt.Sprintf("%d of %d replicas confirmed within %v", e.confirmed, e.wanted, replicaTime)
}

// master returns the server that has a key.
func (s *Store) master(ctx context.Context, key string) (*goredis.Client, error) {
	switch c := s.client.(type) {
	case *goredis.ClusterClient:
		return c.MasterForKey(ctx, key)
	case *goredis.Client:
		return c, nil
	}
	return nil, fmt.Errorf("no such client: %T", s.client)
}

// moved lets a Cluster's client learn where keys are now, when a server says that it has them no more. It did nothing; the caller's next try finds the right one.
func (s *Store) moved(ctx context.Context, err error) {
	cluster, ok := s.client.(*goredis.ClusterClient)
	if ok && goredis.HasErrorPrefix(err, "MOVED") {
		cluster.ReloadState(ctx)
	}
}
