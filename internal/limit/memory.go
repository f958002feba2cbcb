package limit

import (
	"math"
	"runtime"
	"runtime/debug"
	"runtime/metrics"
	"sync"
	"time"
)

const (
	memoryShare = 0.8                    // of the limit that live objects may take
	memoryEvery = 100 * time.Millisecond // between two looks
	collectWait = 2 * time.Second        // between two collections while there is too much
)

// Memory watches the heap against the limit that the process was given (GOMEMLIMIT). It is safe for concurrent use.
type Memory struct {
	limit int64
	live  func() uint64 // bytes that the last collection found in use

	mu        sync.Mutex
	high      bool
	looked    time.Time
	collected time.Time
}

// NewMemory returns a Memory for the process's limit as it is now.
func NewMemory() *Memory { return &Memory{limit: debug.SetMemoryLimit(-1), live: liveHeap} }

// High reports whether live objects take so much of the limit that new work should wait. Without a limit it never does. While it does, collections are asked for, so
// that the end of it is noticed also when nothing allocates.
func (m *Memory) High() bool {
	if m.limit == math.MaxInt64 {
		return false
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	now := time.Now()
	if now.Sub(m.looked) < memoryEvery {
		return m.high
	}
	m.looked, m.high = now, float64(m.live()) > memoryShare*float64(m.limit)
	if m.high && now.Sub(m.collected) >= collectWait {
		m.collected = now
		go runtime.GC()
	}
	return m.high
}

func liveHeap() uint64 {
	sample := []metrics.Sample{{Name: "/gc/heap/live:bytes"}}
	metrics.Read(sample)
	if sample[0].Value.Kind() != metrics.KindUint64 {
		return 0
	}
	return sample[0].Value.Uint64()
}
