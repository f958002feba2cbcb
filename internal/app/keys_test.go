package app

import (
	"bytes"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"portico/internal/config"
	"portico/internal/session"
)

// Nobody is told to restart anything for a key that could not be written down, as in a folder that an orchestrator mounts.
func TestRotationThatCannotBeWritten(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "keys")
	if err := os.WriteFile(path, session.FormatKeys([]session.Key{session.NewKey(time.Now())}), 0o600); err != nil {
		t.Fatal(err)
	}
	f, err := os.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = f.Close() }()
	c := config.Keys{Store: config.Store{Database: "memory:", KeysFile: fmt.Sprintf("/proc/self/fd/%d", f.Fd())}} // a folder in which not even root makes files
	for _, c.AtOnce = range []bool{false, true} {
		var out, errs bytes.Buffer
		if err := rotateKeys(t.Context(), c, &out, &errs); err == nil || !strings.HasPrefix(err.Error(), "--keys: ") || out.Len() > 0 {
			t.Errorf("rotateKeys = %v, and says %q", err, &out)
		}
	}
}

// Whoever names a file to web keys new hears of what they named, and not of a flag that the command lacks.
func TestKeyFilesThatCannotBeRead(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	bad := filepath.Join(dir, "bad")
	if err := os.WriteFile(bad, []byte("no keys\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	for path, next := range map[string]string{filepath.Join(dir, "none"): "; name a file with keys, or none to begin with a new key", bad: "", dir: "; name the file that web keys new made"} {
		var out bytes.Buffer
		err := newKeys(path, &out)
		if err == nil || !strings.HasPrefix(err.Error(), "<file>: ") || !strings.HasSuffix(err.Error(), next) || strings.Contains(err.Error(), "--keys") || out.Len() > 0 {
			t.Errorf("newKeys(%s) = %v, and says %q", path, err, &out)
		}
		if _, flag := readKeyFile(path); flag == nil || !strings.HasPrefix(flag.Error(), "--keys: ") {
			t.Errorf("readKeyFile(%s) = %v", path, flag)
		}
	}
	if _, err := readKeyFile(filepath.Join(dir, "none")); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("%v does not tell that nothing is there", err)
	}
}

// A command that works on what a portal has makes no empty database where there is none.
func TestCommandsMakeNoDatabase(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	path, keys := filepath.Join(dir, "none.db"), filepath.Join(dir, "keys")
	if err := os.WriteFile(keys, session.FormatKeys([]session.Key{session.NewKey(time.Now())}), 0o600); err != nil {
		t.Fatal(err)
	}
	store := config.Store{Database: "sqlite://" + path, KeysFile: keys}
	var out bytes.Buffer
	for name, err := range map[string]error{
		"keys list":     listKeys(t.Context(), config.Keys{Store: store}, &out),
		"sessions list": listSessions(t.Context(), config.SessionCommand{Store: store, Everyone: true}, &out),
		"sessions end":  endSessions(t.Context(), config.SessionCommand{Store: store, Everyone: true}, &out, &out),
	} {
		if err == nil || !strings.Contains(err.Error(), "--database: there is no "+path) {
			t.Errorf("%s: %v", name, err)
		}
	}
	if !missing(path) || out.Len() > 0 {
		t.Errorf("a database was made, or something said: %s", &out)
	}
}
