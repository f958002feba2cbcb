// Package postgres keeps sessions, tokens, shelves, counts of guesses and the audit log in PostgreSQL, for several replicas. Each write is one transaction under READ COMMITTED with row locks; what must not cross is
// kept apart by advisory locks. Leases are judged by the database's clock.
package postgres

import (
	"context"
	"embed"
	"errors"
	"fmt"
	"io/fs"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
	"github.com/jackc/pgx/v5/pgxpool"
	"github.com/jackc/pgx/v5/stdlib"
	"github.com/pressly/goose/v3"
	"github.com/pressly/goose/v3/lock"

	"portico/internal/session"
	"portico/internal/shelf"
	"portico/internal/token"
)

//go:embed migrations/*.sql
var migrations embed.FS

const (
	callTimeout    = 2 * time.Second // of one call, waiting for a connection and a second try included
	migrateTimeout = time.Minute     // another replica may be migrating
	idleTimeout    = callTimeout + time.Second
)

// Store is a pool of connections to one database. It is safe for concurrent use; Close it last.
type Store struct {
	pool  *pgxpool.Pool
	now   func() time.Time // nil: the database's clock
	hints hints
}

// Open connects to the database of a postgres:// URL (or key=value string, as libpq has them) and brings its tables up to date; replicas that start together wait for
// each other. Errors never hold the password. now is the store's clock; nil means the database's.
func Open(ctx context.Context, dsn string, now func() time.Time) (*Store, error) {
	c, err := pgxpool.ParseConfig(dsn)
	if err != nil {
		return nil, errors.New("postgres: the database's URL cannot be read") // pgx's own words hold parts of it
	}
	c.MaxConnIdleTime, c.HealthCheckPeriod = 5*time.Minute, 15*time.Second
	c.ConnConfig.ConnectTimeout = callTimeout
	if c.ConnConfig.RuntimeParams["application_name"] == "" {
		c.ConnConfig.RuntimeParams["application_name"] = "portico"
	}
	c.AfterConnect = endIdleTransactions
	pool, err := pgxpool.NewWithConfig(ctx, c)
	if err != nil {
		return nil, fmt.Errorf("postgres: %w", err)
	}
	s := &Store{pool: pool, now: now}
	for _, step := range []func(context.Context) error{s.reach, s.migrate} {
		if err := step(ctx); err != nil {
			pool.Close()
			return nil, err
		}
	}
	return s, nil
}

// endIdleTransactions lets the server end a transaction whose owner says nothing for longer than any call lasts: a process that is halted, or cut off, must not keep others from a
// session that it has locked.
func endIdleTransactions(ctx context.Context, c *pgx.Conn) error {
	_, err := c.Exec(ctx, fmt.Sprintf("SET idle_in_transaction_session_timeout = %d", idleTimeout.Milliseconds()))
	return err
}

// migrate applies the migrations that the database lacks. They only add, so that old and new replicas work side by side.
func (s *Store) migrate(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, migrateTimeout)
	defer cancel()
	db := stdlib.OpenDBFromPool(s.pool)
	defer func() { _ = db.Close() }()
	dir, err := fs.Sub(migrations, "migrations")
	if err != nil {
		return err
	}
	locker, err := lock.NewPostgresSessionLocker()
	if err != nil {
		return fmt.Errorf("postgres: %w", err)
	}
	p, err := goose.NewProvider(goose.DialectPostgres, db, dir, goose.WithSessionLocker(locker), goose.WithTableName("portico_migrations"))
	if err != nil {
		return fmt.Errorf("postgres: migrations: %w", err)
	}
	if _, err := p.Up(ctx); err != nil {
		return fmt.Errorf("postgres: migrating: %w", err)
	}
	return nil
}

// Schema returns the version of the database's tables and the one that this program knows. A greater one was made by a newer program, beside which this one goes on.
func (s *Store) Schema(ctx context.Context) (have, known int64, err error) {
	files, err := fs.Glob(migrations, "migrations/*.sql")
	if err != nil {
		return 0, 0, err
	}
	err = s.read(ctx, func(ctx context.Context) error {
		return s.pool.QueryRow(ctx, "SELECT max(version_id) FROM portico_migrations").Scan(&have)
	})
	return have, int64(len(files)), err
}

// Close closes all connections.
func (s *Store) Close() error {
	s.hints.close()
	s.pool.Close()
	return nil
}

// Sessions returns the view that implements [session.Store].
func (s *Store) Sessions() session.Store { return sessions{s} }

// Tokens returns the view that implements [token.Store].
func (s *Store) Tokens() token.Store { return tokens{s} }

// read runs f, once more on another connection when the first one turned out to be dead: nothing is lost by reading twice.
func (s *Store) read(ctx context.Context, f func(ctx context.Context) error) error {
	ctx, cancel := context.WithTimeout(ctx, callTimeout)
	defer cancel()
	err := f(ctx)
	if lost(err) && ctx.Err() == nil {
		err = f(ctx)
	}
	return wrap(err)
}

// change runs f in one transaction, once more when it is certain that the first one changed nothing.
func (s *Store) change(ctx context.Context, f func(ctx context.Context, tx pgx.Tx) error) error {
	ctx, cancel := context.WithTimeout(ctx, callTimeout)
	defer cancel()
	var err error
	for range 2 {
		began := false
		err = pgx.BeginFunc(ctx, s.pool, func(tx pgx.Tx) error { began = true; return f(ctx, tx) })
		if ctx.Err() != nil || !undone(err) && (began || !lost(err)) {
			break
		}
	}
	return wrap(err)
}

// lost reports whether a connection broke: the server went away, or ended it.
func lost(err error) bool {
	if err == nil || ours(err) || errors.Is(err, pgx.ErrNoRows) {
		return false
	}
	if e, ok := errors.AsType[*pgconn.PgError](err); ok {
		return e.Code[:2] == "57" || e.Code[:2] == "08" // operator intervention, connection exception
	}
	return !errors.Is(err, context.Canceled) && !errors.Is(err, context.DeadlineExceeded)
}

// undone reports whether the server says that it rolled the transaction back for reasons that a second try does not meet.
func undone(err error) bool {
	e, ok := errors.AsType[*pgconn.PgError](err)
	return ok && (e.Code == "40001" || e.Code == "40P01") || pgconn.SafeToRetry(err)
}

// ours reports whether err is an answer of this store and not the database's trouble.
func ours(err error) bool {
	for _, e := range []error{session.ErrNotFound, session.ErrExists, session.ErrConflict, token.ErrGone, token.ErrLost, token.ErrExists, shelf.ErrNotFound, shelf.ErrConflict} {
		if errors.Is(err, e) {
			return true
		}
	}
	_, ended := errors.AsType[*session.EndedError](err)
	return ended
}

func wrap(err error) error {
	if err == nil || ours(err) {
		return err
	}
	return fmt.Errorf("postgres: %w", err)
}

// clock is the present time for a statement, in Unix milliseconds: nil where the database's own counts.
func (s *Store) clock() *int64 {
	if s.now == nil {
		return nil
	}
	ms := s.now().UnixMilli()
	return &ms
}

// nowSQL is the time of a statement whose parameter is clock's.
const nowSQL = "COALESCE($1::bigint, (extract(epoch FROM clock_timestamp()) * 1000)::bigint)"

// CountKeys counts the records of sessions, of tokens and of shelves by the key that they are sealed under.
func (s *Store) CountKeys(ctx context.Context) (map[string]int, error) {
	rows, err := s.pool.Query(ctx, "SELECT substr(sealed, 1, $1) FROM portico_sessions UNION ALL SELECT substr(sealed, 1, $1) FROM portico_tokens WHERE sealed IS NOT NULL UNION ALL SELECT substr(sealed, 1, $1) FROM portico_shelf", session.SealedHead)
	if err != nil {
		return nil, wrap(err)
	}
	counts := map[string]int{}
	var head []byte
	_, err = pgx.ForEachRow(rows, []any{&head}, func() error {
		counts[session.KeyID(head)]++
		return nil
	})
	return counts, wrap(err)
}
