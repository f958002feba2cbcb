package sqlite

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"portico/internal/session"
)

// faulted is a store with one session, in a file that a test can spoil.
type faulted struct {
	*Store
	t    *testing.T
	path string
	r    session.Record
}

func newFaulted(t *testing.T) *faulted {
	t.Helper()
	f := &faulted{t: t, path: filepath.Join(t.TempDir(), "p.db")}
	var err error
	if f.Store, err = Open(t.Context(), f.path, nil); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = f.Close() })
	f.r = f.record()
	if err := f.Sessions().Create(t.Context(), f.r); err != nil {
		t.Fatal(err)
	}
	return f
}

func (f *faulted) record() session.Record {
	return session.Record{ID: session.NewHandle().ID(), Issuer: "https://op", Subject: "alice", Until: time.Now().Add(time.Hour), SeenTag: []byte{1}, Sealed: make([]byte, 2000), LoginStarted: time.Now()}
}

// refuses checks that writing fails soon, with an error that is no answer of the store's, and that reading goes on.
func (f *faulted) refuses() {
	f.t.Helper()
	began := time.Now()
	err := f.Sessions().Create(f.t.Context(), f.record())
	for range 1000 { // until there is no room in the pages that are there
		if err != nil {
			break
		}
		err = f.Sessions().Create(f.t.Context(), f.record())
	}
	if err == nil || errors.Is(err, session.ErrExists) || errors.Is(err, session.ErrNotFound) || time.Since(began) > 2*callTimeout {
		f.t.Errorf("Create = %v after %v", err, time.Since(began))
	}
	if got, err := f.Sessions().Load(f.t.Context(), f.r.ID); err != nil || got.Subject != "alice" {
		f.t.Errorf("Load = %+v, %v", got, err)
	}
}

// heals checks that writing works again.
func (f *faulted) heals() {
	f.t.Helper()
	if err := f.Sessions().Create(f.t.Context(), f.record()); err != nil {
		f.t.Errorf("afterwards: %v", err)
	}
}

func (f *faulted) pragma(format string, args ...any) {
	f.t.Helper()
	if _, err := f.write.ExecContext(f.t.Context(), "PRAGMA "+fmt.Sprintf(format, args...)); err != nil {
		f.t.Fatal(err)
	}
}

// another process holds the lock.
func TestR30Busy(t *testing.T) {
	t.Parallel()
	f := newFaulted(t)
	other, err := sql.Open("sqlite", "file:"+f.path+"?_txlock=immediate")
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = other.Close() }()
	tx, err := other.BeginTx(context.Background(), nil)
	if err != nil {
		t.Fatal(err)
	}
	f.refuses()
	if err := tx.Rollback(); err != nil {
		t.Fatal(err)
	}
	f.heals()
}

// What keeps SQLite from a file is not told as a damage, for which a file would be moved away.
func TestHeldIsNotDamaged(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "held.db")
	other, err := sql.Open("sqlite", "file:"+path+"?_txlock=exclusive")
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = other.Close() }()
	tx, err := other.BeginTx(context.Background(), nil)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = tx.Rollback() }()
	if s, err := Open(t.Context(), path, nil); err == nil || strings.Contains(err.Error(), "damaged") || !strings.Contains(err.Error(), path+" cannot be opened: ") {
		t.Errorf("Open = %v, %v", s, err)
	}
}

// there is no room for another page.
func TestR30Full(t *testing.T) {
	t.Parallel()
	f := newFaulted(t)
	var pages int
	if err := f.write.QueryRowContext(t.Context(), "PRAGMA page_count").Scan(&pages); err != nil {
		t.Fatal(err)
	}
	f.pragma("max_page_count = %d", pages+2)
	f.refuses()
	f.pragma("max_page_count = %d", 1<<20)
	f.heals()
}

// the file takes no writes.
func TestR30ReadOnly(t *testing.T) {
	t.Parallel()
	f := newFaulted(t)
	f.pragma("query_only = true")
	f.refuses()
	f.pragma("query_only = false")
	f.heals()
}
