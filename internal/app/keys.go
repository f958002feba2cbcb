package app

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"log/slog"
	"os"
	"path/filepath"
	"strconv"
	"text/tabwriter"
	"time"

	"portico/internal/config"
	"portico/internal/rp"
	"portico/internal/session"
)

// newKeys prints a key file with a new key in front of those of an existing one.
func newKeys(file string, out io.Writer) error {
	keys := []session.Key{session.NewKey(time.Now())}
	if file != "" {
		old, err := readKeysOf(keysArgument, file)
		if err != nil {
			return err
		}
		keys = append(keys, old...)
	}
	_, err := out.Write(session.FormatKeys(keys))
	return err
}

// newClientKey prints a private key for private_key_jwt.
func newClientKey(algorithm string, out io.Writer) error {
	key, err := rp.NewClientKey(algorithm)
	if err != nil {
		return err
	}
	_, err = fmt.Fprintln(out, key.Reveal())
	return err
}

// Where the path of a key file comes from.
const (
	keysFlag     = "--keys"
	keysArgument = "<file>" // of web keys new, as its help has it
)

func readKeyFile(path string) ([]session.Key, error) { return readKeysOf(keysFlag, path) }

func readKeysOf(source, path string) ([]session.Key, error) {
	text, err := os.ReadFile(path)
	if err != nil {
		return nil, &keyFileError{source, err}
	}
	keys, err := session.ParseKeys(text)
	if err != nil {
		return nil, fmt.Errorf("%s: %s: %w", source, path, err)
	}
	if _, err := session.NewKeyring(keys...); err != nil {
		return nil, fmt.Errorf("%s: %s: %w", source, path, err)
	}
	return keys, nil
}

// keyFileError is a key file that cannot be read.
type keyFileError struct {
	source string
	err    error
}

func (e *keyFileError) Error() string { return fmt.Sprintf("%s: %v; %s", e.source, e.err, e.next()) }

func (e *keyFileError) Unwrap() error { return e.err }

// next says what helps.
func (e *keyFileError) next() string {
	switch {
	case errors.Is(e.err, fs.ErrNotExist) && e.source == keysArgument:
		return "name a file with keys, or none to begin with a new key"
	case errors.Is(e.err, fs.ErrNotExist):
		return "make the file with: web keys new > portico.keys"
	case errors.Is(e.err, fs.ErrPermission):
		return "give this user the right to read it"
	}
	return "name the file that web keys new made"
}

// rotateKeys takes the next step of a rotation. A key first opens only, so that when it begins to seal, every process can open what it sealed.
func rotateKeys(ctx context.Context, c config.Keys, out, errs io.Writer) error {
	keys, err := readKeyFile(c.Store.KeysFile)
	if err != nil {
		return err
	}
	write := func(keys []session.Key, step string, key session.Key, next string) error {
		if err := writeKeyFile(c.Store.KeysFile, keys); err != nil {
			return err
		}
		fmt.Fprintf(out, next, key.ID)
		return noteCommand(ctx, c.Store, errs, commandEvent("keys-rotate", map[string]string{"step": step, "key_id": key.ID}))
	}
	n := session.Pending(keys)
	if n < 0 {
		added := session.NewKey(later(time.Now(), keys[0].Created.Add(time.Second)))
		keys, n = append(keys, added), len(keys)
		if !c.AtOnce {
			return write(keys, "added", added, "Added %s, which opens and does not seal yet.\nNext: restart every process of the portal, then run this command again.\n")
		}
	}
	keys = session.Promote(keys, n)
	return write(keys, "seals", keys[0], "%s seals from now on.\nNext: restart every process of the portal. When \"web keys list\" counts no records under the other keys, retire those.\n")
}

func later(a, b time.Time) time.Time {
	if a.Before(b) {
		return b
	}
	return a
}

// warnOfOldKey reminds of a rotation that is due. A key whose file does not say when it was made is not judged.
func warnOfOldKey(log *slog.Logger, path string, now time.Time) {
	keys, err := readKeyFile(path)
	if err != nil || keys[0].Created.IsZero() {
		return
	}
	if age := now.Sub(keys[0].Created); age > keyLife {
		log.Warn("sealing key is old, rotate it with: web keys rotate", "key_id", keys[0].ID, "days", int(age.Hours()/24))
	}
}

// writeKeyFile replaces the file as a whole, readable by its owner only.
func writeKeyFile(path string, keys []session.Key) error {
	f, err := os.CreateTemp(filepath.Dir(path), ".keys-*") // made with 0600
	if err != nil {
		return fmt.Errorf("--keys: %w", err)
	}
	_, err = f.Write(session.FormatKeys(keys))
	if err = errors.Join(err, f.Sync(), f.Close()); err == nil {
		err = os.Rename(f.Name(), path)
	}
	if err != nil {
		return fmt.Errorf("--keys: %w", errors.Join(err, os.Remove(f.Name())))
	}
	return nil
}

// listKeys prints the keys with their part in sealing and how many records stand under each; keys that the file lacks as well.
func listKeys(ctx context.Context, c config.Keys, out io.Writer) error {
	keys, err := readKeyFile(c.Store.KeysFile)
	if err != nil {
		return err
	}
	counts, err := countKeys(ctx, c.Store)
	if err != nil {
		return err
	}
	w := tabwriter.NewWriter(out, 0, 0, 2, ' ', 0)
	fmt.Fprintln(w, "KEY\tMADE\tPART\tRECORDS")
	pending := session.Pending(keys)
	for i, k := range keys {
		part, made := "opens", "unknown"
		switch i {
		case 0:
			part = "seals"
		case pending:
			part = "opens, will seal"
		}
		if !k.Created.IsZero() {
			made = k.Created.Format(time.RFC3339)
		}
		fmt.Fprintf(w, "%s\t%s\t%s\t%d\n", k.ID, made, part, counts[k.ID])
		delete(counts, k.ID)
	}
	for id, n := range counts {
		fmt.Fprintf(w, "%s\t\tmissing from the file\t%d\n", id, n)
	}
	return w.Flush()
}

func countKeys(ctx context.Context, c config.Store) (map[string]int, error) {
	if c.InMemory() {
		return nil, errors.New("--database, --sessions: records in memory: cannot be counted from outside; name what the portal uses")
	}
	if err := inUse(c); err != nil {
		return nil, err
	}
	s, err := openSessions(ctx, c)
	if err != nil {
		return nil, err
	}
	counts, err := s.CountKeys(ctx)
	if err = errors.Join(err, s.Close()); err != nil || c.Sessions == "" {
		return counts, err
	}
	return counts, addKeys(ctx, c, counts)
}

// addKeys adds what the portal's own database holds where sessions are in another store.
func addKeys(ctx context.Context, c config.Store, counts map[string]int) error {
	db, err := openDatabase(ctx, c)
	if err != nil {
		return err
	}
	more, err := db.CountKeys(ctx)
	for id, n := range more {
		counts[id] += n
	}
	return errors.Join(err, db.Close())
}

// retireKey removes a key when nothing is sealed under it any more.
func retireKey(ctx context.Context, c config.Keys, out, errs io.Writer) error {
	keys, err := readKeyFile(c.Store.KeysFile)
	if err != nil {
		return err
	}
	left, err := session.Retire(keys, c.ID)
	if err != nil {
		return fmt.Errorf("%s: %w", c.ID, err)
	}
	if !c.Force {
		counts, err := countKeys(ctx, c.Store)
		if err != nil {
			return err
		}
		if n := counts[c.ID]; n > 0 {
			return fmt.Errorf("%s: %d records are still sealed under it; they move to the new key as people go on, and end by --session-max at the latest. Try again later, or --force it: their people sign in again", c.ID, n)
		}
	}
	if err := writeKeyFile(c.Store.KeysFile, left); err != nil {
		return err
	}
	fmt.Fprintf(out, "Retired %s.\nNext: restart every process of the portal.\n", c.ID)
	return noteCommand(ctx, c.Store, errs, commandEvent("keys-retire", map[string]string{"key_id": c.ID, "forced": strconv.FormatBool(c.Force)}))
}
