package memory

import (
	"context"
	"maps"
	"slices"
	"time"

	"portico/internal/limit"
)

// try is what is counted.
type try struct{ kind, key string }

type tries struct{ *Store }

// Tries returns the view that implements [limit.Store].
func (s *Store) Tries() limit.Store { return tries{s} }

func (s tries) Take(_ context.Context, kind string, buckets ...limit.Bucket) (wait time.Duration, err error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	now, after := s.now(), map[try]time.Time{}
	for _, b := range buckets {
		full, w := b.Count(s.tries[try{kind, b.Key}], now)
		after[try{kind, b.Key}], wait = full, max(wait, w)
	}
	if wait > 0 {
		return wait, nil
	}
	maps.Copy(s.tries, after)
	s.forgetTries(kind)
	return 0, nil
}

// forgetTries keeps limit.MostKept of a kind. The lock is held.
func (s tries) forgetTries(kind string) {
	if len(s.tries) <= limit.MostKept {
		return
	}
	var list []try
	for t := range s.tries {
		if t.kind == kind {
			list = append(list, t)
		}
	}
	slices.SortFunc(list, func(a, b try) int { return s.tries[b].Compare(s.tries[a]) })
	for _, t := range list[min(len(list), limit.MostKept):] {
		delete(s.tries, t)
	}
}
