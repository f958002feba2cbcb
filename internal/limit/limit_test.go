package limit

import (
	"runtime"
	"runtime/debug"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"
)

func TestRate(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		r := NewRate[string](3, time.Second, 100, nil)
		for i := range 3 {
			if wait := r.Take("a"); wait != 0 {
				t.Errorf("Take %d = %v, want 0", i, wait)
			}
		}
		for range 2 { // asking in vain costs nothing
			if wait := r.Take("a"); wait != time.Second {
				t.Errorf("Take of an empty bucket = %v, want 1s", wait)
			}
		}
		if wait := r.Take("b"); wait != 0 {
			t.Errorf("Take of another key = %v, want 0", wait)
		}
		time.Sleep(600 * time.Millisecond)
		if wait := r.Take("a"); wait < 399*time.Millisecond || wait > 401*time.Millisecond {
			t.Errorf("Take after 0.6 s = %v, want 0.4s", wait)
		}
		time.Sleep(500 * time.Millisecond)
		if wait := r.Take("a"); wait != 0 {
			t.Errorf("Take after 1.1 s = %v, want 0", wait)
		}
		r.Give("a")
		if wait := r.Take("a"); wait != 0 {
			t.Errorf("Take after Give = %v, want 0", wait)
		}
		time.Sleep(time.Hour)
		for range 3 {
			r.Give("a")
		}
		n := 0
		for r.Take("a") == 0 {
			n++
		}
		if n != 3 {
			t.Errorf("%d at once after a long time and gifts, want 3", n)
		}
	})
}

func TestRateSlowlyNeverWaits(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		r := NewRate[int](2, time.Second, 10, nil)
		for i := range 500 {
			if wait := r.Take(1); wait != 0 {
				t.Fatalf("Take %d = %v", i, wait)
			}
			time.Sleep(time.Second)
		}
	})
}

// A clock that is set back takes nothing from anybody.
func TestRateWhileTheClockIsSetBack(t *testing.T) {
	t.Parallel()
	now := time.Date(2026, 11, 26, 12, 0, 0, 0, time.UTC)
	r := NewRate[string](3, time.Second, 100, func() time.Time { return now })
	for i := range 3 {
		if wait := r.Take("a"); wait != 0 {
			t.Errorf("Take %d = %v, want 0", i, wait)
		}
		now = now.Add(-time.Hour)
	}
}

func TestRateIsBounded(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		r := NewRate[int](2, time.Second, 100, nil)
		for n := range 50 {
			r.Take(n)
		}
		for n := range 2 {
			time.Sleep(3 * time.Second)
			r.Take(100 + n)
		}
		if n := len(r.young) + len(r.old); n != 2 {
			t.Errorf("%d keys are kept, want 2: the others have their whole burst again", n)
		}
	})
	r := NewRate[int](2, time.Hour, 100, nil)
	r.Take(-1)
	r.Take(-1)
	for i := range 100_000 {
		r.Take(i)
		if i%50 == 0 && r.Take(-1) == 0 {
			t.Fatalf("after %d other keys a key that keeps asking starts anew", i)
		}
	}
	if n := len(r.young) + len(r.old); n > 200 {
		t.Errorf("%d keys are kept, want at most 200", n)
	}
}

func TestSlots(t *testing.T) {
	t.Parallel()
	s := NewSlots[string](2)
	one, two := s.Take("a"), s.Take("a")
	if one == nil || two == nil || s.Take("a") != nil || s.Take("b") == nil {
		t.Fatal("want two slots for each key")
	}
	one()
	one() // counts once
	if s.Held("a") != 1 || s.Take("a") == nil || s.Take("a") != nil {
		t.Error("a slot given back twice counts twice")
	}
	s = NewSlots[string](5)
	var wg sync.WaitGroup
	var most, refused atomic.Int64
	for range 100 {
		wg.Go(func() {
			for range 100 {
				release := s.Take("a")
				if release == nil {
					refused.Add(1)
					runtime.Gosched()
					continue
				}
				if n := int64(s.Held("a")); n > most.Load() {
					most.Store(n)
				}
				release()
			}
		})
	}
	wg.Wait()
	if most.Load() > 5 || s.Held("a") != 0 || len(s.held) != 0 {
		t.Errorf("at most %d held, %d in the end, %d keys kept", most.Load(), s.Held("a"), len(s.held))
	}
}

// While there is too much, collections are asked for, but not one after the other.
func TestMemoryIsCollected(t *testing.T) { // not at once with others: collections are the process's
	var before, now runtime.MemStats
	runtime.ReadMemStats(&before)
	synctest.Test(t, func(t *testing.T) {
		m := &Memory{limit: 1000, live: func() uint64 { return 900 }}
		var asked []time.Time
		for range 30 {
			m.High()
			if n := len(asked); n == 0 || m.collected != asked[n-1] {
				asked = append(asked, m.collected)
			}
			time.Sleep(memoryEvery)
		}
		if len(asked) != 2 || asked[1].Sub(asked[0]) != collectWait {
			t.Errorf("collections were asked for at %v", asked)
		}
	})
	for end := time.Now().Add(time.Minute); ; runtime.Gosched() {
		if runtime.ReadMemStats(&now); now.NumForcedGC > before.NumForcedGC {
			break
		}
		if time.Now().After(end) {
			t.Fatal("nothing was collected")
		}
	}
	m := &Memory{limit: 1000, live: func() uint64 { return 100 }}
	if m.High(); !m.collected.IsZero() {
		t.Error("a collection was asked for without need")
	}
}

func TestMemory(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		live := uint64(0)
		m := &Memory{limit: 1000, live: func() uint64 { return live }}
		if m.High() {
			t.Error("an empty heap is high")
		}
		live = 801
		if m.High() {
			t.Error("looks twice within a moment")
		}
		time.Sleep(memoryEvery)
		if !m.High() {
			t.Error("801 of 1000 is not high")
		}
		live = 799
		time.Sleep(memoryEvery)
		if m.High() {
			t.Error("799 of 1000 is high")
		}
	})
	if NewMemory().High() {
		t.Error("high without a limit")
	}
	if limit := debug.SetMemoryLimit(-1); NewMemory().limit != limit {
		t.Errorf("limit %d, want %d", NewMemory().limit, limit)
	}
	runtime.GC()
	m := NewMemory()
	if m.limit = 1; !m.High() {
		t.Error("the live heap is not measured")
	}
}
