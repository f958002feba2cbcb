package app

import (
	"log/slog"
	"testing"
	"testing/synctest"
	"time"

	"portico/internal/audit"
	"portico/internal/session"
	"portico/internal/shelf"
	"portico/internal/store/memory"
	"portico/internal/token"
)

// The job that removes what has expired runs, by itself, and in portions.
func TestS39ExpiredSessionsAreRemoved(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		store := memory.New(time.Now)
		events := audit.New(audit.Config{})
		defer func() { _ = events.Close(t.Context()) }()
		p := &Portal{sessions: store.Sessions(), shelf: shelf.New(store.Shelf(), nil, nil), audit: events, log: slog.New(slog.DiscardHandler)}
		if _, err := store.Shelf().Save(t.Context(), shelf.Item{Kind: shelf.Recent, Name: "x", Until: time.Now().Add(time.Minute)}); err != nil {
			t.Fatal(err)
		}
		var ids []session.ID
		for n := range 3 {
			id := session.NewHandle().ID()
			ids = append(ids, id)
			until := time.Now().Add(time.Duration(n+1) * 90 * time.Second)
			if err := store.Sessions().Create(t.Context(), session.Record{ID: id, Issuer: "i", Subject: "s", Until: until, LoginStarted: time.Now()}); err != nil {
				t.Fatal(err)
			}
			if err := store.Tokens().Create(t.Context(), token.Record{ID: id, Until: until, Sealed: []byte("x")}); err != nil {
				t.Fatal(err)
			}
		}
		go p.sweep(t.Context())
		left := func() int {
			records, err := store.Sessions().List(t.Context(), session.Match{Everyone: true})
			if err != nil {
				t.Fatal(err)
			}
			return len(records)
		}
		for n := range 4 {
			if got := left(); got != 3-n {
				t.Errorf("after about %v minutes %d sessions are kept, want %d", n*2, got, 3-n)
			}
			time.Sleep(2*time.Minute + time.Second)
		}
		if _, err := store.Tokens().Load(t.Context(), ids[0]); err == nil {
			t.Error("tokens outlive their session")
		}
		if _, err := store.Shelf().Load(t.Context(), shelf.Owner{}, shelf.Recent, "x"); err == nil {
			t.Error("what people kept outlives its time")
		}
	})
}

func TestS46OldKeysAreTold(t *testing.T) {
	t.Parallel()
	for days, want := range map[int]bool{10: false, 89: false, 91: true, 400: true} {
		key := session.NewKey(time.Now().Add(-time.Duration(days) * 24 * time.Hour))
		path := t.TempDir() + "/keys"
		if err := writeKeyFile(path, []session.Key{key}); err != nil {
			t.Fatal(err)
		}
		var told lines
		warnOfOldKey(slog.New(slog.NewTextHandler(&told, nil)), path, time.Now())
		if (told > 0) != want {
			t.Errorf("a key of %d days: %d lines", days, told)
		}
	}
}

// lines counts what is written.
type lines int

func (l *lines) Write(p []byte) (int, error) { *l++; return len(p), nil }
