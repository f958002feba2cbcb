// Package redis keeps sessions, tokens and counts of guesses in Redis or Valkey: one server, one that Sentinels watch, or a Cluster. Each operation is one Lua script on the keys of one id, which
// share a hash slot. What spans ids goes in an order of such steps that keeps the contract, see groups.go. Leases are judged by the server's clock.
package redis

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"time"

	goredis "github.com/redis/go-redis/v9"
	"github.com/redis/go-redis/v9/logging"
	"github.com/redis/go-redis/v9/maintnotifications"

	"portico/internal/secret"
	"portico/internal/session"
	"portico/internal/token"
)

const callTimeout = 2 * time.Second // of one call, waiting for a connection and a second try included

// Config says where the servers are.
type Config struct {
	Addresses    []string         // host:port of the server, of some of the Cluster's nodes, or of the Sentinels
	Cluster      bool             // the addresses are a Cluster's
	Master       string           // the name under which the Sentinels at the addresses know the master; "" means that they are no Sentinels
	SentinelAuth bool             // the Sentinels ask for the same user and password
	Database     int              // number of the database; 0 in a Cluster
	User         string           // "" is the server's default user
	Password     secret.Text      // empty: none
	TLS          bool             // without it only servers on loopback are spoken to
	Replicas     int              // how many must have a claim, or new tokens, before the portal goes on; 0: it goes on with the master alone
	Now          func() time.Time // the store's clock; nil means the server's
}

// Store is a pool of connections. It is safe for concurrent use; Close it last.
type Store struct {
	client   goredis.UniversalClient
	replicas int
	now      func() time.Time
	hints    hints
	reads    gather
}

// Open connects to the servers of c and returns when they answer. Errors never hold the password.
func Open(ctx context.Context, c Config) (*Store, error) {
	logging.Disable() // the library's lines say what the errors of calls say, on a log of its own
	s := &Store{client: newClient(c), replicas: c.Replicas, now: c.Now}
	if err := s.ping(ctx); err != nil {
		return nil, errors.Join(err, s.Close())
	}
	return s, nil
}

func newClient(c Config) goredis.UniversalClient {
	o := &goredis.UniversalOptions{
		Addrs: c.Addresses, MasterName: c.Master, DB: c.Database, Username: c.User, Password: c.Password.Reveal(), ClientName: "portico", DisableIdentity: true,
		ContextTimeoutEnabled: true, ReadTimeout: callTimeout, WriteTimeout: callTimeout, PoolTimeout: callTimeout, DialTimeout: dialTimeout, DialerRetries: 1, Dialer: dialLoopback, ConnMaxIdleTime: 5 * time.Minute,
		Protocol:                 2,  // with 3 the library looks for messages that nobody asked for around each call
		MaxRetries:               -1, // call knows what may be repeated, the library does not
		MaintNotificationsConfig: &maintnotifications.Config{Mode: maintnotifications.ModeDisabled},
	}
	if c.SentinelAuth {
		o.SentinelUsername, o.SentinelPassword = o.Username, o.Password
	}
	if c.TLS {
		o.Dialer = dialTLS
	}
	switch {
	case c.Cluster:
		cluster := o.Cluster()
		cluster.DisableRoutingPolicies = true // they know the library's own commands only
		return goredis.NewClusterClient(cluster)
	case c.Master != "":
		return goredis.NewFailoverClient(o.Failover())
	}
	return goredis.NewClient(o.Simple())
}

// Close closes all connections.
func (s *Store) Close() error {
	s.hints.close()
	return s.client.Close()
}

// Sessions returns the view that implements [session.Store].
func (s *Store) Sessions() session.Store { return sessions{s} }

// Tokens returns the view that implements [token.Store].
func (s *Store) Tokens() token.Store { return tokens{s} }

func (s *Store) ping(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, callTimeout)
	defer cancel()
	return wrap(s.eachServer(ctx, func(ctx context.Context, node *goredis.Client) error { return node.Ping(ctx).Err() }))
}

// time is the clock of the servers, of several the one that is behind: what began by it began before anything that another one dates later.
func (s *Store) time(ctx context.Context) (first time.Time, err error) {
	if s.now != nil {
		return s.now().UTC().Truncate(time.Millisecond), s.ping(ctx)
	}
	ctx, cancel := context.WithTimeout(ctx, callTimeout)
	defer cancel()
	var mu sync.Mutex
	err = s.eachServer(ctx, func(ctx context.Context, node *goredis.Client) error {
		now, err := node.Time(ctx).Result()
		mu.Lock()
		defer mu.Unlock()
		if err == nil && (first.IsZero() || now.Before(first)) {
			first = now
		}
		return err
	})
	return first.UTC().Truncate(time.Millisecond), wrap(err)
}

func wrap(err error) error {
	if err == nil {
		return nil
	}
	return fmt.Errorf("redis: %w", err)
}
