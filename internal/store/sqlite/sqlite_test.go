package sqlite_test

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"sync"
	"testing"
	"time"

	"portico/internal/audit"
	"portico/internal/limit"
	"portico/internal/session"
	"portico/internal/shelf"
	"portico/internal/store/sqlite"
	"portico/internal/store/storetest"
	"portico/internal/token"
)

func open(t *testing.T, path string, now func() time.Time) *sqlite.Store {
	t.Helper()
	s, err := sqlite.Open(t.Context(), path, now)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := s.Close(); err != nil {
			t.Error(err)
		}
	})
	return s
}

func TestContracts(t *testing.T) {
	storetest.Sessions(t, func(t *testing.T, c *storetest.Clock) session.Store {
		return open(t, filepath.Join(t.TempDir(), "p.db"), c.Now).Sessions()
	})
	storetest.Tokens(t, func(t *testing.T, c *storetest.Clock) (session.Store, token.Store) {
		s := open(t, filepath.Join(t.TempDir(), "p.db"), c.Now)
		return s.Sessions(), s.Tokens()
	})
}

func TestAudit(t *testing.T) {
	storetest.Audit(t, func(t *testing.T) audit.Store { return open(t, filepath.Join(t.TempDir(), "p.db"), nil).Audit() })
}

func TestShelf(t *testing.T) {
	storetest.Shelf(t, func(t *testing.T) shelf.Store { return open(t, filepath.Join(t.TempDir(), "p.db"), nil).Shelf() })
}

func TestTries(t *testing.T) {
	storetest.Tries(t, func(t *testing.T, c *storetest.Clock) (limit.Store, limit.Store) {
		path := filepath.Join(t.TempDir(), "p.db")
		return open(t, path, c.Now).Tries(), open(t, path, c.Now).Tries()
	})
}

func TestCountKeys(t *testing.T) { storetest.Keys(t, open(t, filepath.Join(t.TempDir(), "p.db"), nil)) }

// Two processes on one file: the session view of one, the token view of the other.
func TestContractsOverTwoHandles(t *testing.T) {
	storetest.Tokens(t, func(t *testing.T, c *storetest.Clock) (session.Store, token.Store) {
		path := filepath.Join(t.TempDir(), "p.db")
		return open(t, path, c.Now).Sessions(), open(t, path, c.Now).Tokens()
	})
}

func TestFileIsForItsOwnerOnly(t *testing.T) {
	path := filepath.Join(t.TempDir(), "new", "p.db")
	open(t, path, nil)
	for name, want := range map[string]os.FileMode{path: 0o600, filepath.Dir(path): 0o700} {
		info, err := os.Stat(name)
		if err != nil || info.Mode().Perm() != want {
			t.Errorf("%s has mode %v, %v, want %v", name, info.Mode().Perm(), err, want)
		}
	}
}

func TestDamagedFileIsNeverReplaced(t *testing.T) {
	path := filepath.Join(t.TempDir(), "p.db")
	if err := os.WriteFile(path, []byte("this is no database, and it stays as it is: "+fmt.Sprint(make([]byte, 4000))), 0o600); err != nil {
		t.Fatal(err)
	}
	before, _ := os.ReadFile(path)
	if s, err := sqlite.Open(t.Context(), path, nil); err == nil {
		_ = s.Close()
		t.Error("Open accepts a damaged file")
	}
	if after, _ := os.ReadFile(path); string(after) != string(before) {
		t.Error("the damaged file was changed")
	}
}

func TestRecordsSurviveReopening(t *testing.T) {
	path := filepath.Join(t.TempDir(), "p.db")
	s, err := sqlite.Open(t.Context(), path, nil)
	if err != nil {
		t.Fatal(err)
	}
	id := session.NewHandle().ID()
	if err := s.Tokens().Create(t.Context(), token.Record{ID: id, AccessExpiry: time.Now(), Until: time.Now(), Sealed: []byte("x")}); err != nil {
		t.Fatal(err)
	}
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	if r, err := open(t, path, nil).Tokens().Load(t.Context(), id); err != nil || string(r.Sealed) != "x" {
		t.Errorf("Load after reopening = %+v, %v", r, err)
	}
}

// A caller that leaves in the middle of a read must not leave its answer to the next one.
func TestCancelledReadsNeverMixUpSessions(t *testing.T) {
	s := open(t, filepath.Join(t.TempDir(), "p.db"), nil).Sessions()
	var ids []session.ID
	for i := range 2 {
		id := session.NewHandle().ID()
		ids = append(ids, id)
		if err := s.Create(t.Context(), session.Record{ID: id, Issuer: "i", Subject: fmt.Sprint(i), Until: time.Now().Add(time.Hour), SeenTag: []byte{1}, Sealed: []byte{byte(i)}, LoginStarted: time.Now()}); err != nil {
			t.Fatal(err)
		}
	}
	var wg sync.WaitGroup
	for worker := range 8 {
		wg.Go(func() {
			for n := range 625 {
				who := (worker + n) % 2
				ctx, cancel := context.WithTimeout(t.Context(), time.Duration(n%60)*time.Microsecond)
				r, err := s.Load(ctx, ids[who])
				cancel()
				if err == nil && (r.Subject != fmt.Sprint(who) || r.Sealed[0] != byte(who)) {
					t.Errorf("asked for %d, got %s", who, r.Subject)
				}
				if errors.Is(err, session.ErrNotFound) {
					t.Errorf("a cancelled read says not found: %v", err)
				}
			}
		})
	}
	wg.Wait()
}
