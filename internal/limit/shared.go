package limit

import (
	"context"
	"sync"
	"time"
)

// Bucket lets Burst come at once for Key, and one more every Every.
type Bucket struct {
	Key   string // at most 64 printable ASCII characters, of which nobody learns whom it is about: it stands in a store
	Burst int    // at least 1
	Every time.Duration
}

// MostKept is how many buckets of a kind a Store keeps that are not full. When there are more, those that are full soonest start anew.
const MostKept = 10_000

// Store counts for all processes of a portal. It is safe for concurrent use, also from several processes on one database. Implementations pass storetest.Tries.
type Store interface {
	// Take counts one in each bucket of a kind, in one write, and returns 0; or, when one of them has no room, it changes nothing and returns how long to wait until all have. Buckets that are counted together
	// have different keys, and time is the store's clock.
	Take(ctx context.Context, kind string, buckets ...Bucket) (time.Duration, error)
}

// Count takes one at now from a bucket that is full at full, the zero time for one that was never used. It returns when it is full afterwards, or how long to wait until there is one to take, for
// implementations of Store. A time further ahead than an empty bucket needs was written before the clock was set back, and counts as over.
func (b Bucket) Count(full, now time.Time) (after time.Time, wait time.Duration) {
	all := time.Duration(b.Burst) * b.Every
	if full.Before(now) || full.Sub(now) > all {
		full = now
	}
	return full.Add(b.Every), max(full.Sub(now)-all+b.Every, 0)
}

// Shared bounds how often something may be tried, over all processes together. What turned out well does not count: the process that counted it keeps it for the next try of the same key, so that no try costs more
// than one write of the store. It is safe for concurrent use.
type Shared struct {
	store Store
	kind  string

	mu   sync.Mutex
	kept map[string]bool // key → one try of it is counted already; one at most, so that nobody saves them up
}

const mostHeld = 1000 // tries that a process keeps; each that it forgets costs its owner one

// NewShared returns a Shared that counts in a store, apart from those of other kinds.
func NewShared(s Store, kind string) *Shared {
	return &Shared{store: s, kind: kind, kept: map[string]bool{}}
}

// Take counts a try in all buckets and returns 0, or how long to wait. The first one's key is whose try it is.
func (s *Shared) Take(ctx context.Context, buckets ...Bucket) (time.Duration, error) {
	s.mu.Lock()
	counted := s.kept[buckets[0].Key]
	delete(s.kept, buckets[0].Key)
	s.mu.Unlock()
	if counted {
		return 0, nil
	}
	return s.store.Take(ctx, s.kind, buckets...)
}

// Give takes back a try that Take has counted for a key.
func (s *Shared) Give(key string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if len(s.kept) >= mostHeld {
		clear(s.kept)
	}
	s.kept[key] = true
}
