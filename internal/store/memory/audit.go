package memory

import (
	"context"
	"maps"
	"slices"
	"sort"
	"sync"
	"time"

	"portico/internal/audit"
)

// auditMost is how many events are kept: the oldest go.
const auditMost = 10_000

// events keeps the audit log, the oldest event first.
type events struct {
	mu   sync.Mutex
	list []audit.Event
}

// Audit returns the view that implements [audit.Store].
func (s *Store) Audit() audit.Store { return &s.events }

func (s *events) Append(_ context.Context, added []audit.Event) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, e := range added {
		i := sort.Search(len(s.list), func(i int) bool { return s.list[i].ID >= e.ID })
		if i < len(s.list) && s.list[i].ID == e.ID {
			continue
		}
		e.Details = maps.Clone(e.Details)
		s.list = slices.Insert(s.list, i, e)
	}
	if over := len(s.list) - auditMost; over > 0 {
		s.list = slices.Delete(s.list, 0, over)
	}
	return nil
}

func (s *events) List(_ context.Context, f audit.Filter) ([]audit.Event, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	var found []audit.Event
	take := func(e audit.Event) bool {
		if f.Match(e) {
			e.Details = maps.Clone(e.Details)
			found = append(found, e)
		}
		return len(found) < f.Limit
	}
	if f.After != "" {
		for _, e := range s.list {
			if !take(e) {
				break
			}
		}
		slices.Reverse(found)
		return found, nil
	}
	for _, e := range slices.Backward(s.list) {
		if !take(e) {
			break
		}
	}
	return found, nil
}

func (s *events) DeleteBefore(_ context.Context, t time.Time, limit int) (int, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	n := 0
	s.list = slices.DeleteFunc(s.list, func(e audit.Event) bool {
		old := n < limit && e.Time.Before(t)
		if old {
			n++
		}
		return old
	})
	return n, nil
}
