package shelf_test

import (
	"bytes"
	"context"
	"errors"
	"strings"
	"testing"
	"time"

	"portico/internal/session"
	"portico/internal/shelf"
	"portico/internal/store/memory"
)

var (
	alice = shelf.OwnerOf("https://op", "alice", "1")
	bob   = shelf.OwnerOf("https://op", "bob", "1")
)

type list struct {
	Names []string `json:"names"`
}

func ring(t *testing.T, keys ...session.Key) *session.Keyring {
	t.Helper()
	k, err := session.NewKeyring(keys...)
	if err != nil {
		t.Fatal(err)
	}
	return k
}

func add(name string) func(*list) error {
	return func(l *list) error { l.Names = append(l.Names, name); return nil }
}

func TestOwnersAreApart(t *testing.T) {
	seen := map[shelf.Owner]string{}
	for _, parts := range [][3]string{{"a", "b", "c"}, {"ab", "", "c"}, {"a", "bc", ""}, {"a", "b", ""}, {"", "", ""}, {"a", "b\x00c", ""}} {
		o := shelf.OwnerOf(parts[0], parts[1], parts[2])
		if other, twice := seen[o]; twice {
			t.Errorf("%q has the shelf of %s", parts, other)
		}
		seen[o] = strings.Join(parts[:], "|")
	}
}

func TestChangeAndGet(t *testing.T) {
	store := memory.New(nil).Shelf()
	now := time.Date(2026, 11, 24, 12, 0, 0, 0, time.UTC)
	k := shelf.New(store, ring(t, session.NewKey(now)), func() time.Time { return now })
	ctx := t.Context()
	if _, err := shelf.Get[list](ctx, k, alice, shelf.Stars, "x"); !errors.Is(err, shelf.ErrNotFound) {
		t.Fatalf("Get from an empty shelf = %v", err)
	}
	for _, name := range []string{"one", "two"} {
		if _, err := shelf.Change(ctx, k, alice, shelf.Stars, "x", time.Hour, add(name)); err != nil {
			t.Fatal(err)
		}
	}
	got, err := shelf.Get[list](ctx, k, alice, shelf.Stars, "x")
	if err != nil || strings.Join(got.Names, " ") != "one two" {
		t.Errorf("Get = %v, %v", got, err)
	}
	if _, err := shelf.Get[list](ctx, k, bob, shelf.Stars, "x"); !errors.Is(err, shelf.ErrNotFound) {
		t.Errorf("bob reads alice's item: %v", err)
	}
	refused := errors.New("refused")
	if _, err := shelf.Change(ctx, k, alice, shelf.Stars, "x", time.Hour, func(*list) error { return refused }); !errors.Is(err, refused) {
		t.Errorf("Change = %v", err)
	}
	i, err := store.Load(ctx, alice, shelf.Stars, "x")
	if err != nil || bytes.Contains(i.Sealed, []byte("one")) || i.Version != 2 {
		t.Errorf("the store holds version %d, in the clear: %v, %v", i.Version, bytes.Contains(i.Sealed, []byte("one")), err)
	}
	now = now.Add(time.Hour)
	if _, err := shelf.Get[list](ctx, k, alice, shelf.Stars, "x"); !errors.Is(err, shelf.ErrNotFound) {
		t.Errorf("an item is read after its time: %v", err)
	}
	if got, err := shelf.Change(ctx, k, alice, shelf.Stars, "x", time.Hour, add("three")); err != nil || strings.Join(got.Names, " ") != "three" {
		t.Errorf("Change of what is over = %v, %v, want a new start", got, err)
	}
}

// An item that somebody moves in the database opens nowhere else: not under another name, not on another's shelf, not as another kind.
func TestItemsOpenInTheirPlaceOnly(t *testing.T) {
	store := memory.New(nil).Shelf()
	k := shelf.New(store, ring(t, session.NewKey(time.Now())), nil)
	if _, err := shelf.Change(t.Context(), k, alice, shelf.Stars, "x", time.Hour, add("one")); err != nil {
		t.Fatal(err)
	}
	i, err := store.Load(t.Context(), alice, shelf.Stars, "x")
	if err != nil {
		t.Fatal(err)
	}
	for _, moved := range []shelf.Item{{Owner: bob, Kind: shelf.Stars, Name: "x"}, {Owner: alice, Kind: shelf.Recent, Name: "x"}, {Owner: alice, Kind: shelf.Stars, Name: "y"}} {
		moved.Until, moved.Sealed = i.Until, i.Sealed
		if _, err := store.Save(t.Context(), moved); err != nil {
			t.Fatal(err)
		}
		if _, err := shelf.Get[list](t.Context(), k, moved.Owner, moved.Kind, moved.Name); !errors.Is(err, shelf.ErrNotFound) {
			t.Errorf("%s %s opens: %v", moved.Kind, moved.Name, err)
		}
		if all, err := shelf.All[list](t.Context(), k, moved.Owner, moved.Kind); err != nil || len(all) > 1 {
			t.Errorf("All = %v, %v", all, err)
		}
	}
}

func TestReadingMovesItemsToThePresentKey(t *testing.T) {
	store := memory.New(nil).Shelf()
	old, present := session.NewKey(time.Now()), session.NewKey(time.Now())
	if _, err := shelf.Change(t.Context(), shelf.New(store, ring(t, old), nil), alice, shelf.Stars, "x", time.Hour, add("one")); err != nil {
		t.Fatal(err)
	}
	if _, err := shelf.Get[list](t.Context(), shelf.New(store, ring(t, present, old), nil), alice, shelf.Stars, "x"); err != nil {
		t.Fatal(err)
	}
	if got, err := shelf.Get[list](t.Context(), shelf.New(store, ring(t, present), nil), alice, shelf.Stars, "x"); err != nil || len(got.Names) != 1 {
		t.Errorf("without the old key: %v, %v", got, err)
	}
	if _, err := shelf.Get[list](t.Context(), shelf.New(store, ring(t, old), nil), alice, shelf.Stars, "x"); !errors.Is(err, shelf.ErrNotFound) {
		t.Errorf("under a key that is gone: %v, want ErrNotFound", err)
	}
}

func TestReseal(t *testing.T) {
	store := memory.New(nil).Shelf()
	old, present, gone := session.NewKey(time.Now()), session.NewKey(time.Now()), session.NewKey(time.Now())
	for n, key := range []session.Key{old, present, gone, old} {
		if _, err := shelf.Change(t.Context(), shelf.New(store, ring(t, key), nil), alice, shelf.Stars, strings.Repeat("x", n+1), time.Hour, add("one")); err != nil {
			t.Fatal(err)
		}
	}
	if n, err := shelf.New(store, ring(t, present, old), nil).Reseal(t.Context()); err != nil || n != 2 {
		t.Errorf("Reseal = %d, %v, want 2", n, err)
	}
	if all, err := shelf.All[list](t.Context(), shelf.New(store, ring(t, present), nil), alice, shelf.Stars); err != nil || len(all) != 3 {
		t.Errorf("%d items open under the present key, %v, want 3", len(all), err)
	}
}

// racing is a store in which somebody else is always a little faster, so many times.
type racing struct {
	shelf.Store
	times int
}

func (r *racing) Save(ctx context.Context, i shelf.Item) (int64, error) {
	if r.times--; r.times >= 0 {
		return 0, shelf.ErrConflict
	}
	return r.Store.Save(ctx, i)
}

// broken is a store that does not answer.
type broken struct{ shelf.Store }

func (broken) Load(context.Context, shelf.Owner, shelf.Kind, string) (shelf.Item, error) {
	return shelf.Item{}, errors.New("disk full")
}

func (broken) List(context.Context, shelf.Owner, shelf.Kind) ([]shelf.Item, error) {
	return nil, errors.New("disk full")
}

func TestAStoreThatDoesNotAnswer(t *testing.T) {
	k := shelf.New(broken{}, ring(t, session.NewKey(time.Now())), nil)
	_, get := shelf.Get[list](t.Context(), k, alice, shelf.Stars, "x")
	_, all := shelf.All[list](t.Context(), k, alice, shelf.Stars)
	_, change := shelf.Change(t.Context(), k, alice, shelf.Stars, "x", time.Hour, add("one"))
	for what, err := range map[string]error{"Get": get, "All": all, "Change": change} {
		if !errors.Is(err, shelf.ErrUnavailable) {
			t.Errorf("%s = %v, want ErrUnavailable", what, err)
		}
	}
}

func TestChangeTriesAgain(t *testing.T) {
	keys := ring(t, session.NewKey(time.Now()))
	for times, want := range map[int]error{3: nil, 9: shelf.ErrConflict} {
		k := shelf.New(&racing{memory.New(nil).Shelf(), times}, keys, nil)
		got, err := shelf.Change(t.Context(), k, alice, shelf.Stars, "x", time.Hour, add("one"))
		if !errors.Is(err, want) || len(got.Names) != 1 {
			t.Errorf("after %d conflicts: %v, %v, want %v", times, got, err, want)
		}
	}
}

func TestTooLongIsRefused(t *testing.T) {
	k := shelf.New(memory.New(nil).Shelf(), ring(t, session.NewKey(time.Now())), nil)
	if _, err := shelf.Change(t.Context(), k, alice, shelf.Stars, "x", time.Hour, add(strings.Repeat("a", shelf.MaxSize))); err == nil {
		t.Error("an item that could not be opened again is kept")
	}
}
