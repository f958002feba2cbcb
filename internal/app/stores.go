package app

import (
	"context"
	"errors"
	"fmt"

	"portico/internal/audit"
	"portico/internal/config"
	"portico/internal/faultpoint"
	"portico/internal/limit"
	"portico/internal/session"
	"portico/internal/shelf"
	"portico/internal/store/memory"
	"portico/internal/store/postgres"
	"portico/internal/store/redis"
	"portico/internal/store/sqlite"
	"portico/internal/token"
)

// stores are the views of one database that all processes share.
type stores interface {
	Sessions() session.Store
	Tokens() token.Store
	Tries() limit.Store
	CountKeys(ctx context.Context) (map[string]int, error)
	Close() error
}

// database is the portal's own, which also keeps its audit log and what people keep.
type database interface {
	stores
	Audit() audit.Store
	Shelf() shelf.Store
}

// inMemory gives the memory store a Close.
type inMemory struct{ *memory.Store }

func (inMemory) Close() error { return nil }

// open opens the portal's database and, if it is another, the store of its sessions.
func (p *Portal) open(ctx context.Context, c config.Store) error {
	database, err := openDatabase(ctx, c)
	if err != nil {
		err = fmt.Errorf("--database: %w", err)
	} else {
		p.database, p.store = database, database
	}
	if c.Sessions == "" {
		return err
	}
	store, away := openSessions(ctx, c)
	if away != nil {
		return errors.Join(err, fmt.Errorf("--sessions: %w", away))
	}
	p.store = store
	if err != nil {
		return err
	}
	for _, line := range warnings(ctx, store) {
		p.log.WarnContext(ctx, "sessions can get lost", "warning", line)
	}
	return nil
}

// warnings returns what a store says of its server's settings.
func warnings(ctx context.Context, s stores) []string {
	if w, ok := s.(interface {
		Warnings(ctx context.Context) []string
	}); ok {
		return w.Warnings(ctx)
	}
	return nil
}

// closeStores closes what is open; the audit log first, which waits for what is not written yet.
func (p *Portal) closeStores() error {
	var err error
	if p.audit != nil {
		ctx, cancel := context.WithTimeout(context.Background(), auditTime)
		defer cancel()
		if lost := p.audit.Close(ctx); lost != nil {
			p.log.Error("audit log not written to its end", "error", lost)
		}
	}
	if lost := p.traces.Close(context.Background()); lost != nil {
		p.log.Warn("traces not sent to their end", "error", lost)
	}
	if p.store != nil && p.store != stores(p.database) {
		err = errors.Join(err, p.store.Close())
	}
	if p.database != nil {
		err = errors.Join(err, p.database.Close())
	}
	return err
}

func openDatabase(ctx context.Context, c config.Store) (database, error) {
	if path, ok := config.SQLitePath(c.Database); ok {
		return sqlite.Open(ctx, path, faultpoint.Now)
	}
	if dsn, ok := c.PostgresURL(); ok {
		return postgres.Open(ctx, dsn.Reveal(), nil)
	}
	return inMemory{memory.New(faultpoint.Now)}, nil
}

// openSessions opens the store of sessions and tokens.
func openSessions(ctx context.Context, c config.Store) (stores, error) {
	r, ok, err := c.Redis()
	switch {
	case err != nil:
		return nil, err
	case ok:
		return redis.Open(ctx, redis.Config{Addresses: r.Addresses, Cluster: r.Cluster, Master: r.Master, SentinelAuth: r.Sentinels, Database: r.Database, User: r.User, Password: r.Password, TLS: r.TLS, Replicas: r.Replicas})
	case c.Sessions == "memory:":
		return inMemory{memory.New(faultpoint.Now)}, nil
	}
	return openDatabase(ctx, c)
}
