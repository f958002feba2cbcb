package storetest

import (
	"context"
	"maps"
	"testing"
	"time"

	"portico/internal/session"
	"portico/internal/shelf"
	"portico/internal/token"
)

// Keyed is a store that counts its records by the key that they are sealed under.
type Keyed interface {
	Sessions() session.Store
	Tokens() token.Store
	CountKeys(ctx context.Context) (map[string]int, error)
}

// Keys checks CountKeys on an empty store.
func Keys(t *testing.T, s Keyed) {
	t.Helper()
	c := NewClock()
	want := map[string]int{}
	seal := func(key session.Key) []byte {
		ring, err := session.NewKeyring(key)
		must(t, err)
		want[key.ID]++
		return ring.Seal(session.PurposeSession, session.NewHandle(), nil, []byte("x"))
	}
	short, long := session.NewKey(time.Now()), session.NewKey(time.Now())
	short.ID, long.ID = "k", "key-with-the-longest-possible-id"
	for _, key := range []session.Key{short, long, short, session.NewKey(time.Now())} {
		r := record(c, "alice", "")
		r.Sealed = seal(key)
		must(t, s.Sessions().Create(t.Context(), r))
		must(t, s.Tokens().Create(t.Context(), token.Record{ID: r.ID, Until: c.Now().Add(time.Hour), Sealed: seal(key)}))
	}
	if shelves, ok := s.(interface{ Shelf() shelf.Store }); ok {
		i := itemOf(alice, "x")
		i.Sealed = seal(short)
		_, err := shelves.Shelf().Save(t.Context(), i)
		must(t, err)
	}
	if got, err := s.CountKeys(t.Context()); err != nil || !maps.Equal(got, want) {
		t.Errorf("CountKeys = %v, %v, want %v", got, err, want)
	}
}
