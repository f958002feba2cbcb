// Package sqlite keeps sessions, tokens, shelves, counts of guesses and the audit log in one SQLite file: the portal's default, for one machine. Several processes may
// share the file. Each write is one immediate transaction and is on the disk when it returns (synchronous=FULL).
package sqlite

import (
	"context"
	"database/sql"
	"embed"
	"errors"
	"fmt"
	"io/fs"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/pressly/goose/v3"
	driver "modernc.org/sqlite"
	sqlite3 "modernc.org/sqlite/lib"

	"portico/internal/session"
	"portico/internal/token"
)

//go:embed migrations/*.sql
var migrations embed.FS

// callTimeout bounds one call, waiting for the file's lock included.
const callTimeout = 2 * time.Second

// Store is an open file. It is safe for concurrent use; Close it last.
type Store struct {
	write *sql.DB // one connection: writers of this process queue here and not on the file's lock
	read  *sql.DB
	now   func() time.Time

	loadSession, loadTokens *sql.Stmt // what every request asks, parsed once for each connection
}

// Open opens or creates the file at path, with its folder (0700) and itself (0600) readable by the owner only, and brings its tables up to date. A damaged file is
// an error: it is never replaced. now is the store's clock; nil means time.Now.
func Open(ctx context.Context, path string, now func() time.Time) (*Store, error) {
	if now == nil {
		now = time.Now
	}
	if err := prepare(path); err != nil {
		return nil, fmt.Errorf("sqlite: %w", err)
	}
	s := &Store{now: now}
	var err error
	if s.write, err = open(path, "_txlock=immediate", 1); err != nil {
		return nil, err
	}
	if s.read, err = open(path, "_txlock=deferred", 8); err != nil {
		return nil, errors.Join(err, s.write.Close())
	}
	if err := s.start(ctx, path); err != nil {
		return nil, errors.Join(err, s.Close())
	}
	return s, nil
}

// prepare makes the folder and the file with narrow rights before SQLite would make them with wide ones.
func prepare(path string) error {
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		return err
	}
	f, err := os.OpenFile(path, os.O_RDWR|os.O_CREATE, 0o600)
	if errors.Is(err, fs.ErrPermission) {
		return fmt.Errorf("%s cannot be written by this user: %w", path, err)
	}
	if err != nil {
		return err
	}
	if err := f.Close(); err != nil {
		return err
	}
	for _, name := range []string{path, path + "-wal", path + "-shm"} {
		if err := narrow(name); err != nil {
			return err
		}
	}
	return nil
}

// narrow takes away the rights of others on a file that somebody made or copied with wide ones.
func narrow(name string) error {
	info, err := os.Stat(name)
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if err != nil || info.Mode().Perm()&0o077 == 0 {
		return err
	}
	return os.Chmod(name, 0o600)
}

func open(path, extra string, connections int) (*sql.DB, error) {
	q := url.Values{"_pragma": {"busy_timeout(2000)", "journal_mode(WAL)", "synchronous(FULL)", "foreign_keys(1)", "secure_delete(1)"}}
	db, err := sql.Open("sqlite", "file:"+(&url.URL{Path: path}).EscapedPath()+"?"+q.Encode()+"&"+extra)
	if err != nil {
		return nil, fmt.Errorf("sqlite: %w", err)
	}
	db.SetMaxOpenConns(connections)
	db.SetMaxIdleConns(connections)
	return db, nil
}

// start checks that the file is sound and applies the migrations that it lacks.
func (s *Store) start(ctx context.Context, path string) error {
	var verdict string
	err := s.write.QueryRowContext(ctx, "PRAGMA quick_check(1)").Scan(&verdict)
	if err != nil && !damaged(err) {
		return fmt.Errorf("sqlite: %s cannot be opened: %w", path, err)
	}
	if err != nil || verdict != "ok" {
		return fmt.Errorf("sqlite: %s is damaged or no database (%s%s); restore a copy, or move it away to start with no sessions", path, verdict, reason(err))
	}
	dir, err := fs.Sub(migrations, "migrations")
	if err != nil {
		return err
	}
	p, err := goose.NewProvider(goose.DialectSQLite3, s.write, dir)
	if err != nil {
		return fmt.Errorf("sqlite: migrations: %w", err)
	}
	if _, err := p.Up(ctx); err != nil {
		return fmt.Errorf("sqlite: migrating %s: %w", path, err)
	}
	for query, statement := range map[string]**sql.Stmt{loadSession: &s.loadSession, loadTokens: &s.loadTokens} {
		if *statement, err = s.read.PrepareContext(ctx, query); err != nil {
			return fmt.Errorf("sqlite: %s: %w", path, err)
		}
	}
	return nil
}

// Schema returns the version of the file's tables and the one that this program knows. A greater one was made by a newer program, beside which this one goes on.
func (s *Store) Schema(ctx context.Context) (have, known int64, err error) {
	files, err := fs.Glob(migrations, "migrations/*.sql")
	if err != nil {
		return 0, 0, err
	}
	if err := s.read.QueryRowContext(ctx, "SELECT max(version_id) FROM goose_db_version").Scan(&have); err != nil {
		return 0, 0, fmt.Errorf("sqlite: %w", err)
	}
	return have, int64(len(files)), nil
}

// damaged tells what is wrong with a file from what keeps SQLite from it, such as a full disk or somebody else's lock. Its codes are those of sqlite.org/rescode.html, extended ones cut to their kind.
func damaged(err error) bool {
	e, ok := errors.AsType[*driver.Error](err)
	return ok && (e.Code()&0xff == sqlite3.SQLITE_CORRUPT || e.Code()&0xff == sqlite3.SQLITE_NOTADB)
}

func reason(err error) string {
	if err == nil {
		return ""
	}
	return strings.TrimSpace(err.Error())
}

// Close closes the file.
func (s *Store) Close() error {
	var err error
	if s.read != nil {
		err = s.read.Close()
	}
	return errors.Join(err, s.write.Close())
}

// Sessions returns the view that implements [session.Store].
func (s *Store) Sessions() session.Store { return sessions{s} }

// Tokens returns the view that implements [token.Store].
func (s *Store) Tokens() token.Store { return tokens{s} }

// change runs f in one immediate transaction.
func (s *Store) change(ctx context.Context, f func(tx *sql.Tx) error) error {
	ctx, cancel := context.WithTimeout(ctx, callTimeout)
	defer cancel()
	tx, err := s.write.BeginTx(ctx, nil)
	if err != nil {
		return fmt.Errorf("sqlite: %w", err)
	}
	if err := f(tx); err != nil {
		return errors.Join(err, rollback(tx))
	}
	if err := tx.Commit(); err != nil {
		return fmt.Errorf("sqlite: %w", err)
	}
	return nil
}

func rollback(tx *sql.Tx) error {
	if err := tx.Rollback(); err != nil && !errors.Is(err, sql.ErrTxDone) {
		return err
	}
	return nil
}

// affected returns the number of rows that a statement changed.
func affected(r sql.Result, err error) (int64, error) {
	if err != nil {
		return 0, fmt.Errorf("sqlite: %w", err)
	}
	return r.RowsAffected()
}

// CountKeys counts the records of sessions, of tokens and of shelves by the key that they are sealed under.
func (s *Store) CountKeys(ctx context.Context) (map[string]int, error) {
	rows, err := s.read.QueryContext(ctx, "SELECT substr(sealed, 1, ?1) FROM sessions UNION ALL SELECT substr(sealed, 1, ?1) FROM tokens WHERE sealed IS NOT NULL UNION ALL SELECT substr(sealed, 1, ?1) FROM shelf", session.SealedHead)
	if err != nil {
		return nil, fmt.Errorf("sqlite: %w", err)
	}
	defer func() { _ = rows.Close() }()
	counts := map[string]int{}
	for rows.Next() {
		var head []byte
		if err := rows.Scan(&head); err != nil {
			return nil, fmt.Errorf("sqlite: %w", err)
		}
		counts[session.KeyID(head)]++
	}
	return counts, rows.Err()
}
