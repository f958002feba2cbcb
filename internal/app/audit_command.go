package app

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/user"

	"portico/internal/audit"
	"portico/internal/config"
	"portico/internal/session"
)

// withAudit runs a command with an audit log in the portal's database. A command that has been carried out does not fail because nobody could write it down; it says so on errs. A
// database that does not exist yet is not made for it.
func withAudit(ctx context.Context, c config.Store, errs io.Writer, run func(*audit.Log) error) error {
	db, err := existingDatabase(ctx, c)
	if err != nil {
		fmt.Fprintln(errs, "Not in the audit log:", err)
	}
	var store audit.Store
	if db != nil {
		store = db.Audit()
	}
	log := audit.New(audit.Config{Store: store})
	err = run(log)
	closing, cancel := context.WithTimeout(context.WithoutCancel(ctx), auditTime)
	defer cancel()
	if lost := log.Close(closing); lost != nil {
		fmt.Fprintln(errs, "Not in the audit log:", lost)
	}
	if db != nil {
		err = errors.Join(err, db.Close())
	}
	return err
}

// noteCommand adds one event.
func noteCommand(ctx context.Context, c config.Store, errs io.Writer, e audit.Event) error {
	return withAudit(ctx, c, errs, func(log *audit.Log) error {
		log.Add(ctx, e)
		return nil
	})
}

// existingDatabase returns nil for a database that is in memory or not there.
func existingDatabase(ctx context.Context, c config.Store) (database, error) {
	path, file := config.SQLitePath(c.Database)
	if _, err := os.Stat(path); c.Database == "memory:" || file && errors.Is(err, os.ErrNotExist) {
		return nil, nil
	}
	db, err := openDatabase(ctx, c)
	if err != nil {
		return nil, err
	}
	return db, nil
}

// commandEvent says which command was carried out, and by whom.
func commandEvent(command string, details map[string]string) audit.Event {
	by := "unknown"
	if u, err := user.Current(); err == nil {
		by = u.Username
	}
	host, _ := os.Hostname()
	all := map[string]string{"by": by + "@" + host, "version": Version()}
	for k, v := range details {
		all[k] = v
	}
	return audit.Event{Kind: audit.Operator, Reason: command, Details: all}
}

// readKeysIfAny returns the keys that make references, nil without a key file.
func readKeysIfAny(c config.Store) (*session.Keyring, error) {
	if c.KeysFile == "" {
		return nil, nil
	}
	return readKeys(c.KeysFile)
}
