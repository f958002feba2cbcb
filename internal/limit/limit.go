// Package limit bounds how often something may come from one place, how much is worked on at a time, and how much memory that takes. What it keeps is itself bounded.
package limit

import (
	"sync"
	"time"
)

// Rate lets Burst come at once from each key, and one more every Every. It keeps a few dozen bytes for a key, for at most twice Keys of them: when more come within the time that a
// bucket needs to fill, the ones not seen for longest start anew. It is safe for concurrent use.
//
// golang.org/x/time/rate has no way to give back, which is how something that turned out well does not count.
type Rate[K comparable] struct {
	burst float64
	every time.Duration
	keys  int
	now   func() time.Time

	mu         sync.Mutex
	young, old map[K]bucket // buckets seen since turned, and in the time before; a bucket that is in neither is full
	turned     time.Time
}

type bucket struct {
	left float64
	at   time.Time
}

// NewRate returns a Rate; burst and keys are at least 1, every is positive, and now nil means time.Now.
func NewRate[K comparable](burst int, every time.Duration, keys int, now func() time.Time) *Rate[K] {
	if now == nil {
		now = time.Now
	}
	return &Rate[K]{burst: float64(burst), every: every, keys: keys, now: now, young: map[K]bucket{}, turned: now()}
}

// Take counts one for key and returns 0, or returns how long to wait until there is room for one.
func (r *Rate[K]) Take(key K) time.Duration {
	r.mu.Lock()
	defer r.mu.Unlock()
	b := r.bucket(key)
	if b.left < 1 {
		r.keep(key, b)
		return max(time.Duration((1-b.left)*float64(r.every)), 1)
	}
	b.left--
	r.keep(key, b)
	return 0
}

// Give takes one back that Take has counted.
func (r *Rate[K]) Give(key K) {
	r.mu.Lock()
	defer r.mu.Unlock()
	b := r.bucket(key)
	b.left = min(b.left+1, r.burst)
	r.keep(key, b)
}

// bucket returns the key's bucket as it is now.
func (r *Rate[K]) bucket(key K) bucket {
	now := r.now()
	b, ok := r.young[key]
	if !ok {
		b, ok = r.old[key]
	}
	if !ok {
		return bucket{r.burst, now}
	}
	if passed := now.Sub(b.at); passed > 0 {
		b.left, b.at = min(b.left+float64(passed)/float64(r.every), r.burst), now
	}
	return b
}

func (r *Rate[K]) keep(key K, b bucket) {
	_, known := r.young[key]
	if now := r.now(); !known && (len(r.young) >= r.keys || now.Sub(r.turned) > time.Duration(r.burst)*r.every) {
		r.young, r.old, r.turned = map[K]bucket{}, r.young, now
	}
	r.young[key] = b
}

// Slots bounds how much is under way at a time for each key. It is safe for concurrent use.
type Slots[K comparable] struct {
	most int
	mu   sync.Mutex
	held map[K]int
}

// NewSlots returns Slots for most at a time.
func NewSlots[K comparable](most int) *Slots[K] { return &Slots[K]{most: most, held: map[K]int{}} }

// Take returns a function that gives the slot back, which may be called again, or nil when there is none left.
func (s *Slots[K]) Take(key K) (release func()) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.held[key] >= s.most {
		return nil
	}
	s.held[key]++
	return sync.OnceFunc(func() {
		s.mu.Lock()
		defer s.mu.Unlock()
		if s.held[key]--; s.held[key] == 0 {
			delete(s.held, key)
		}
	})
}

// Held returns how many slots of key are taken.
func (s *Slots[K]) Held(key K) int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.held[key]
}
