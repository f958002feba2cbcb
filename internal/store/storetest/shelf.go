package storetest

import (
	"bytes"
	"errors"
	"fmt"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"portico/internal/shelf"
)

// Shelf runs the suite of shelf.Store. open returns a new, empty store.
func Shelf(t *testing.T, open func(t *testing.T) shelf.Store) {
	for name, test := range map[string]func(*testing.T, shelf.Store){
		"items come back whole": itemsComeBackWhole, "shelves are apart": shelvesAreApart, "one version at a time": oneVersionAtATime, "one takes": oneTakes, "all of them, in portions": allInPortions, "old ones go": oldItemsGo, "writers at once": savedAtOnce,
	} {
		t.Run(name, func(t *testing.T) { test(t, open(t)) })
	}
}

var (
	alice = shelf.OwnerOf("https://op", "alice", "1")
	bob   = shelf.OwnerOf("https://op", "bob", "1")
)

func itemOf(o shelf.Owner, name string) shelf.Item {
	return shelf.Item{Owner: o, Kind: shelf.Stars, Name: name, Until: firstEvent.Add(123 * time.Millisecond), Sealed: []byte{0, 1, 255}}
}

func itemsComeBackWhole(t *testing.T, s shelf.Store) {
	if _, err := s.Load(t.Context(), alice, shelf.Stars, "x"); !errors.Is(err, shelf.ErrNotFound) {
		t.Fatalf("Load from an empty store = %v, want ErrNotFound", err)
	}
	i := itemOf(alice, "x")
	i.Sealed = bytes.Repeat([]byte{7, 0}, shelf.MaxSize/2)
	want := bytes.Clone(i.Sealed)
	i.Until = i.Until.Add(456 * time.Microsecond) // stores keep milliseconds
	v, err := s.Save(t.Context(), i)
	must(t, err)
	clear(i.Sealed)
	for _, read := range []func() ([]shelf.Item, error){
		func() ([]shelf.Item, error) { return s.List(t.Context(), alice, shelf.Stars) },
		func() ([]shelf.Item, error) { return s.After(t.Context(), shelf.Item{}, 1) },
	} {
		list, err := read()
		must(t, err)
		clear(list[0].Sealed)
	}
	got, err := s.Load(t.Context(), alice, shelf.Stars, "x")
	must(t, err)
	clear(got.Sealed) // nobody shares memory with the store
	got, err = s.Load(t.Context(), alice, shelf.Stars, "x")
	must(t, err)
	if got.Owner != alice || got.Kind != shelf.Stars || got.Name != "x" || got.Version != v || v != 1 || !got.Until.Equal(i.Until.Truncate(time.Millisecond)) || !bytes.Equal(got.Sealed, want) {
		t.Errorf("Load = %v %s %s version %d until %v with %d bytes", got.Owner, got.Kind, got.Name, got.Version, got.Until, len(got.Sealed))
	}
}

func shelvesAreApart(t *testing.T, s shelf.Store) {
	for _, i := range []shelf.Item{itemOf(alice, "b"), itemOf(alice, "a"), itemOf(bob, "c")} {
		_, err := s.Save(t.Context(), i)
		must(t, err)
	}
	other := itemOf(alice, "a")
	other.Kind = shelf.Recent
	_, err := s.Save(t.Context(), other)
	must(t, err)
	list, err := s.List(t.Context(), alice, shelf.Stars)
	must(t, err)
	if len(list) != 2 || list[0].Name != "a" || list[1].Name != "b" || list[0].Owner != alice || list[0].Version != 1 || len(list[0].Sealed) != 3 {
		t.Errorf("List = %+v, want alice's a and b", list)
	}
	if _, err := s.Load(t.Context(), bob, shelf.Stars, "a"); !errors.Is(err, shelf.ErrNotFound) {
		t.Errorf("bob reads alice's item: %v", err)
	}
	if _, err := s.Take(t.Context(), bob, shelf.Stars, "a"); !errors.Is(err, shelf.ErrNotFound) {
		t.Errorf("bob takes alice's item: %v", err)
	}
}

func oneVersionAtATime(t *testing.T, s shelf.Store) {
	i := itemOf(alice, "x")
	i.Version = 1
	if _, err := s.Save(t.Context(), i); !errors.Is(err, shelf.ErrConflict) {
		t.Errorf("Save of a later version of nothing = %v, want ErrConflict", err)
	}
	i.Version = 0
	_, err := s.Save(t.Context(), i)
	must(t, err)
	if _, err := s.Save(t.Context(), i); !errors.Is(err, shelf.ErrConflict) {
		t.Errorf("Save over what is there = %v, want ErrConflict", err)
	}
	i.Version, i.Sealed = 1, []byte("new")
	v, err := s.Save(t.Context(), i)
	must(t, err)
	got, err := s.Load(t.Context(), alice, shelf.Stars, "x")
	must(t, err)
	if v != 2 || got.Version != 2 || string(got.Sealed) != "new" {
		t.Errorf("after a change: version %d, %q", got.Version, got.Sealed)
	}
}

func oneTakes(t *testing.T, s shelf.Store) {
	_, err := s.Save(t.Context(), itemOf(alice, "x"))
	must(t, err)
	var taken atomic.Int32
	var wg sync.WaitGroup
	for range 8 {
		wg.Go(func() {
			i, err := s.Take(t.Context(), alice, shelf.Stars, "x")
			switch {
			case err == nil && string(i.Sealed) == "\x00\x01\xff":
				taken.Add(1)
			case !errors.Is(err, shelf.ErrNotFound):
				t.Errorf("Take = %v, %v", i, err)
			}
		})
	}
	wg.Wait()
	if taken.Load() != 1 {
		t.Errorf("%d callers took the item", taken.Load())
	}
	if v, err := s.Save(t.Context(), itemOf(alice, "x")); err != nil || v != 1 {
		t.Errorf("Save after Take = %d, %v", v, err)
	}
}

func allInPortions(t *testing.T, s shelf.Store) {
	want := map[string]bool{}
	for _, o := range []shelf.Owner{alice, bob} {
		for _, k := range []shelf.Kind{shelf.Stars, shelf.Recent} {
			for n := range 3 {
				i := itemOf(o, fmt.Sprint(n))
				i.Kind = k
				_, err := s.Save(t.Context(), i)
				must(t, err)
				want[fmt.Sprint(o, k, n)] = true
			}
		}
	}
	last := shelf.Item{}
	for range 4 {
		portion, err := s.After(t.Context(), last, 5)
		must(t, err)
		for _, i := range portion {
			if key := fmt.Sprint(i.Owner, i.Kind, i.Name); !want[key] || len(i.Sealed) != 3 {
				t.Errorf("%s comes twice, or is not whole", key)
			} else {
				delete(want, key)
			}
			last = i
		}
	}
	if len(want) > 0 {
		t.Errorf("%d items never came", len(want))
	}
}

func oldItemsGo(t *testing.T, s shelf.Store) {
	for n := range 5 {
		i := itemOf(alice, fmt.Sprint(n))
		i.Until = firstEvent.Add(time.Duration(n) * time.Hour)
		_, err := s.Save(t.Context(), i)
		must(t, err)
	}
	if n, err := s.DeleteExpired(t.Context(), firstEvent.Add(3*time.Hour), 2); err != nil || n != 2 {
		t.Errorf("DeleteExpired = %d, %v, want 2", n, err)
	}
	if n, err := s.DeleteExpired(t.Context(), firstEvent.Add(3*time.Hour), 100); err != nil || n != 2 {
		t.Errorf("DeleteExpired = %d, %v, want the other 2", n, err)
	}
	list, err := s.List(t.Context(), alice, shelf.Stars)
	must(t, err)
	if len(list) != 1 || list[0].Name != "4" {
		t.Errorf("left are %v, want 4", list)
	}
}

func savedAtOnce(t *testing.T, s shelf.Store) {
	var saved atomic.Int32
	var wg sync.WaitGroup
	for range 8 {
		wg.Go(func() {
			switch _, err := s.Save(t.Context(), itemOf(alice, "x")); {
			case err == nil:
				saved.Add(1)
			case !errors.Is(err, shelf.ErrConflict):
				t.Errorf("Save = %v", err)
			}
		})
	}
	wg.Wait()
	if saved.Load() != 1 {
		t.Errorf("%d of 8 writers made the first version", saved.Load())
	}
}
