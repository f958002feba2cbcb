package limit_test

import (
	"context"
	"fmt"
	"testing"
	"time"

	"portico/internal/limit"
)

// asked is a store that says how long to wait, and how often it was asked.
type asked struct {
	wait time.Duration
	n    int
	kind string
}

func (a *asked) Take(_ context.Context, kind string, _ ...limit.Bucket) (time.Duration, error) {
	a.n++
	a.kind = kind
	return a.wait, nil
}

// A try that did not count is used for the next one of the same key, once; nobody saves them up.
func TestSharedKeepsOneTry(t *testing.T) {
	store := &asked{}
	s := limit.NewShared(store, "kind")
	take := func(key string, want time.Duration, asks int) {
		t.Helper()
		before := store.n
		if wait, err := s.Take(t.Context(), limit.Bucket{Key: key, Burst: 1, Every: time.Minute}); wait != want || err != nil || store.n-before != asks {
			t.Errorf("Take(%s) = %v, %v and asks the store %d times, want %v and %d", key, wait, err, store.n-before, want, asks)
		}
	}
	take("a", 0, 1)
	s.Give("a")
	s.Give("a")
	store.wait = time.Minute
	take("b", time.Minute, 1)
	take("a", 0, 0)
	take("a", time.Minute, 1)
	if store.kind != "kind" {
		t.Errorf("counted as %q", store.kind)
	}
	for n := range 1000 {
		s.Give(fmt.Sprint(n))
	}
	take("0", 0, 0)
	for n := range 1001 {
		s.Give(fmt.Sprint(n))
	}
	take("0", time.Minute, 1) // only so many are kept
}

func TestBucketCounts(t *testing.T) {
	now := time.Date(2026, 11, 26, 12, 0, 0, 0, time.UTC)
	b := limit.Bucket{Burst: 2, Every: time.Minute}
	for name, row := range map[string]struct{ full, wait time.Duration }{
		"never used": {-24 * time.Hour, 0}, "full": {0, 0}, "one left": {time.Minute, 0}, "none left": {2 * time.Minute, time.Minute}, "soon one": {70 * time.Second, 10 * time.Second}, "the clock was set back": {time.Hour, 0},
	} {
		if _, wait := b.Count(now.Add(row.full), now); wait != row.wait {
			t.Errorf("%s: %v to wait, want %v", name, wait, row.wait)
		}
	}
}
