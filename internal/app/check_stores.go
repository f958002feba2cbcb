package app

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"time"

	"portico/internal/config"
	"portico/internal/session"
)

const keyLife = 90 * 24 * time.Hour // after which the sealing key should be another one (docs/operations.md)

// keys judges the file with the sealing keys and returns what is in it.
func (f *findings) keys(path string) []session.Key {
	const what = "sealing keys"
	if path == "" {
		f.skip(what, "no file is named")
		return nil
	}
	keys, err := readKeyFile(path)
	if unread, ok := errors.AsType[*keyFileError](err); ok {
		f.fail(what, unread.next(), unread.err)
		return nil
	}
	if err != nil {
		f.fail(what, "restore a copy, or start with new keys: everybody signs in again", err)
		return nil
	}
	if info, err := os.Stat(path); err == nil && openToOthers(info) {
		f.warn(what, "chmod 600 "+path, "others can read the file (mode %04o)", info.Mode().Perm())
	}
	switch age := time.Since(keys[0].Created); {
	case keys[0].Created.IsZero():
		f.ok(what, "%d in the file; nothing says when %s was made", len(keys), keys[0].ID)
	case age > keyLife:
		f.warn(what, "web keys rotate", "%s seals and is %d days old, more than %d", keys[0].ID, int(age.Hours()/24), int(keyLife.Hours()/24))
	default:
		f.ok(what, "%d in the file; %s seals, made %s", len(keys), keys[0].ID, keys[0].Created.Format(time.DateOnly))
	}
	return keys
}

// openToOthers reports whether somebody else can read the file. What an orchestrator mounts for the group of this user, who cannot change it, is as narrow as it can be.
func openToOthers(info fs.FileInfo) bool {
	mode := info.Mode().Perm()
	return mode&0o007 != 0 || mode&0o070 != 0 && ours(info)
}

// stores opens the databases as the start would, and writes something that is forgotten at once.
func (f *findings) stores(ctx context.Context, c config.Store, keys []session.Key) {
	f.database(ctx, c, keys)
	if c.Sessions == "" {
		return
	}
	if c.CheckSessions() != nil {
		f.skip("sessions", mendFirst)
		return
	}
	sessions, err := openSessions(ctx, c)
	if err != nil {
		f.fail("sessions", "check --sessions, its user, password and TLS, and the network in between", err)
		return
	}
	f.store(ctx, "sessions", sessions, keys)
}

// database makes no file: whoever checks may be somebody else than who serves.
func (f *findings) database(ctx context.Context, c config.Store, keys []session.Key) {
	const what, next = "database", "check --database, its password, and the rights of this user"
	if c.CheckDatabase() != nil {
		f.skip(what, mendFirst)
		return
	}
	if path, file := config.SQLitePath(c.Database); file && missing(path) {
		if err := creatable(path); err != nil {
			f.fail(what, "give the user who serves the right to write there", err)
			return
		}
		f.ok(what, "%s is not there yet; the start makes it", path)
		return
	}
	db, err := openDatabase(ctx, c)
	if err != nil {
		f.fail(what, next, err)
		return
	}
	f.store(ctx, what, db, keys)
}

func missing(path string) bool {
	_, err := os.Stat(path)
	return errors.Is(err, fs.ErrNotExist)
}

// creatable tries the nearest folder of path that there is.
func creatable(path string) error {
	dir := filepath.Dir(path)
	for missing(dir) && dir != filepath.Dir(dir) {
		dir = filepath.Dir(dir)
	}
	f, err := os.CreateTemp(dir, ".portico-check-*")
	if failed, ok := errors.AsType[*fs.PathError](err); ok {
		return fmt.Errorf("nothing can be written to %s: %w", dir, failed.Err)
	}
	if err != nil {
		return err
	}
	return errors.Join(f.Close(), os.Remove(f.Name()))
}

func (f *findings) store(ctx context.Context, what string, s stores, keys []session.Key) {
	defer func() { _ = s.Close() }()
	if _, err := s.Sessions().Once(ctx, "check "+rand.Text(), time.Second); err != nil {
		f.fail(what, "free its disk or memory, and give this user the right to write", fmt.Errorf("cannot be written: %w", err))
		return
	}
	if _, memory := s.(inMemory); memory {
		f.warn(what, "name a database for anything but a trial", "in memory: everybody signs in again after a restart, and there is one process only")
		return
	}
	for _, line := range warnings(ctx, s) {
		f.warn(what, "change the server's setting", "%s", line)
	}
	detail := "writable"
	if v, ok := s.(interface {
		Schema(ctx context.Context) (have, known int64, err error)
	}); ok {
		have, known, err := v.Schema(ctx)
		switch {
		case err != nil:
			f.fail(what, "see the database's own log", err)
			return
		case have > known:
			f.warn(what, "finish the update: this program works beside the newer one, and knows less", "tables are of version %d, this program knows %d", have, known)
			return
		}
		detail = fmt.Sprintf("writable, tables of version %d", have)
	}
	f.ok(what, "%s", detail)
	f.sealed(ctx, what, s, keys)
}

// sealed looks for records under keys that the file lacks, which nobody can open.
func (f *findings) sealed(ctx context.Context, what string, s stores, keys []session.Key) {
	counts, err := s.CountKeys(ctx)
	if err != nil {
		f.fail(what, "see the database's own log", fmt.Errorf("cannot be read: %w", err))
		return
	}
	for id, n := range counts {
		if len(keys) > 0 && !slices.ContainsFunc(keys, func(k session.Key) bool { return k.ID == id }) {
			f.warn(what, "put the key back into the file, or let its people sign in again", "%d records are sealed under key %s, which the file lacks", n, id)
		}
	}
}
