package memory

import (
	"bytes"
	"cmp"
	"context"
	"slices"
	"strings"
	"sync"
	"time"

	"portico/internal/shelf"
)

// items keeps people's shelves.
type items struct {
	mu  sync.Mutex
	all map[place]shelf.Item
}

type place struct {
	owner shelf.Owner
	kind  shelf.Kind
	name  string
}

// Shelf returns the view that implements [shelf.Store].
func (s *Store) Shelf() shelf.Store { return &s.items }

func (s *items) Load(_ context.Context, o shelf.Owner, k shelf.Kind, name string) (shelf.Item, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	i, ok := s.all[place{o, k, name}]
	if !ok {
		return shelf.Item{}, shelf.ErrNotFound
	}
	i.Sealed = slices.Clone(i.Sealed)
	return i, nil
}

func (s *items) List(_ context.Context, o shelf.Owner, k shelf.Kind) ([]shelf.Item, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	var found []shelf.Item
	for at, i := range s.all {
		if at.owner == o && at.kind == k {
			i.Sealed = slices.Clone(i.Sealed)
			found = append(found, i)
		}
	}
	slices.SortFunc(found, func(a, b shelf.Item) int { return strings.Compare(a.Name, b.Name) })
	return found, nil
}

func (s *items) Save(_ context.Context, i shelf.Item) (int64, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	at := place{i.Owner, i.Kind, i.Name}
	if s.all[at].Version != i.Version {
		return 0, shelf.ErrConflict
	}
	i.Version++
	i.Until = i.Until.UTC().Truncate(time.Millisecond)
	i.Sealed = slices.Clone(i.Sealed)
	if s.all == nil {
		s.all = map[place]shelf.Item{}
	}
	s.all[at] = i
	return i.Version, nil
}

func (s *items) Take(_ context.Context, o shelf.Owner, k shelf.Kind, name string) (shelf.Item, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	at := place{o, k, name}
	i, ok := s.all[at]
	if !ok {
		return shelf.Item{}, shelf.ErrNotFound
	}
	delete(s.all, at)
	return i, nil
}

func (s *items) After(_ context.Context, p shelf.Item, limit int) ([]shelf.Item, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	var found []shelf.Item
	for _, i := range s.all {
		if byPlace(p, i) < 0 {
			i.Sealed = slices.Clone(i.Sealed)
			found = append(found, i)
		}
	}
	slices.SortFunc(found, byPlace)
	return found[:min(limit, len(found))], nil
}

func byPlace(a, b shelf.Item) int {
	return cmp.Or(bytes.Compare(a.Owner[:], b.Owner[:]), strings.Compare(string(a.Kind), string(b.Kind)), strings.Compare(a.Name, b.Name))
}

func (s *items) DeleteExpired(_ context.Context, t time.Time, limit int) (int, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	n := 0
	for at, i := range s.all {
		if n < limit && !i.Until.After(t) {
			delete(s.all, at)
			n++
		}
	}
	return n, nil
}
