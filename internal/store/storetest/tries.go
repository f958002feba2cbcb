package storetest

import (
	"fmt"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"portico/internal/limit"
)

// Tries runs the suite of limit.Store. open returns two processes' views of a new, empty store whose clock is c.
func Tries(t *testing.T, open func(t *testing.T, c *Clock) (one, other limit.Store)) {
	for name, test := range map[string]func(t *testing.T, c *Clock, one, other limit.Store){
		"counted together": triesTogether, "all or none": triesAllOrNone, "kinds are apart": triesApart, "at once": triesAtOnce, "bounded": triesBounded, "a clock set back": triesClockBack,
	} {
		t.Run(name, func(t *testing.T) {
			c := NewClock()
			one, other := open(t, c)
			test(t, c, one, other)
		})
	}
}

func bucket(key string) limit.Bucket {
	return limit.Bucket{Key: key, Burst: 3, Every: time.Minute}
}

// tried counts one and compares how long there is to wait.
func tried(t *testing.T, s limit.Store, want time.Duration, buckets ...limit.Bucket) {
	t.Helper()
	if got, err := s.Take(t.Context(), "kind", buckets...); err != nil || got != want {
		t.Errorf("Take(%v) = %v, %v, want %v", buckets, got, err, want)
	}
}

func triesTogether(t *testing.T, c *Clock, one, other limit.Store) {
	for n := range 3 {
		tried(t, []limit.Store{one, other}[n%2], 0, bucket("a"))
	}
	tried(t, one, time.Minute, bucket("a"))
	tried(t, other, time.Minute, bucket("a"))
	c.Advance(20 * time.Second)
	tried(t, other, 40*time.Second, bucket("a"))
	c.Advance(40 * time.Second)
	tried(t, other, 0, bucket("a"))
	tried(t, one, time.Minute, bucket("a"))
	tried(t, one, 0, bucket("b"))
	c.Advance(time.Hour)
	for range 3 {
		tried(t, one, 0, bucket("a")) // no more than the burst is saved up
	}
	tried(t, other, time.Minute, bucket("a"))
}

func triesAllOrNone(t *testing.T, _ *Clock, one, other limit.Store) {
	for range 3 {
		tried(t, one, 0, bucket("a"), limit.Bucket{Key: "all", Burst: 5, Every: time.Second})
	}
	for range 5 {
		tried(t, other, time.Minute, bucket("a"), limit.Bucket{Key: "all", Burst: 5, Every: time.Second})
	}
	for range 2 {
		tried(t, one, 0, bucket("b"), limit.Bucket{Key: "all", Burst: 5, Every: time.Second}) // what was refused did not count
	}
	tried(t, one, time.Second, bucket("b"), limit.Bucket{Key: "all", Burst: 5, Every: time.Second})
	tried(t, one, 0, bucket("b"))
}

func triesApart(t *testing.T, _ *Clock, one, other limit.Store) {
	for range 3 {
		tried(t, one, 0, bucket("a"))
	}
	if wait, err := other.Take(t.Context(), "another kind", bucket("a")); wait != 0 || err != nil {
		t.Errorf("another kind: %v, %v", wait, err)
	}
}

func triesAtOnce(t *testing.T, _ *Clock, one, other limit.Store) {
	var taken atomic.Int32
	var wg sync.WaitGroup
	for n := range 16 {
		wg.Go(func() {
			wait, err := []limit.Store{one, other}[n%2].Take(t.Context(), "kind", bucket("a"), bucket(fmt.Sprint("own ", n)))
			if err != nil {
				t.Error(err)
			} else if wait == 0 {
				taken.Add(1)
			}
		})
	}
	wg.Wait()
	if taken.Load() != 3 {
		t.Errorf("%d of 16 tries at once were let in, want 3", taken.Load())
	}
}

// However many keys there are, only so many are kept, and those that were used most are not forgotten first.
func triesBounded(t *testing.T, c *Clock, one, other limit.Store) {
	for range 3 {
		tried(t, one, 0, bucket("busy"))
	}
	const together = 500
	for n := 0; n <= limit.MostKept; n += together {
		many := make([]limit.Bucket, together)
		for i := range many {
			many[i] = limit.Bucket{Key: fmt.Sprint("many ", n+i), Burst: 1, Every: time.Minute}
		}
		tried(t, other, 0, many...)
		c.Advance(time.Millisecond)
	}
	if wait, err := one.Take(t.Context(), "kind", bucket("busy")); err != nil || wait == 0 {
		t.Errorf("what was used most is forgotten: %v, %v", wait, err)
	}
	tried(t, one, 0, limit.Bucket{Key: "many 0", Burst: 1, Every: time.Minute})
}

func triesClockBack(t *testing.T, c *Clock, one, other limit.Store) {
	for range 3 {
		tried(t, one, 0, bucket("a"))
	}
	c.Advance(-24 * time.Hour)
	tried(t, other, 0, bucket("a"))
}
