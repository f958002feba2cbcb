package live

import (
	"context"
	"fmt"
	"runtime"
	"sync"
	"testing"
	"time"
)

// An open stream on which nothing happens costs little.
func TestIdleStreamsAreSmall(t *testing.T) {
	const streams = 2000
	h := New(Config{Heartbeat: time.Hour})
	defer h.Close()
	var s source
	s.set(`{"open":3}`, nil)
	var m runtime.MemStats
	measure := func() uint64 {
		runtime.GC()
		runtime.GC()
		runtime.ReadMemStats(&m)
		return m.HeapAlloc + m.StackInuse
	}
	before := measure()
	ctx, cancel := context.WithCancel(t.Context())
	var running, told sync.WaitGroup
	for i := range streams {
		stream, err := h.Open([]Topic{s.topic(fmt.Sprint("person ", i)), s.topic(fmt.Sprint("else ", i))}, "")
		if err != nil {
			t.Fatal(err)
		}
		told.Add(3)
		running.Go(func() {
			_ = stream.Run(ctx, nil, func(events []Event) error {
				told.Add(-len(events))
				return nil
			})
		})
	}
	told.Wait()
	each := (measure() - before) / streams
	t.Logf("%d bytes of heap and stack for an idle stream", each)
	if each > 16<<10 { // of 40 KiB, of which the connection takes the most
		t.Errorf("an idle stream takes %d bytes", each)
	}
	cancel()
	running.Wait()
}

func BenchmarkFanOut10000(b *testing.B) {
	h := New(Config{Heartbeat: time.Hour})
	defer h.Close()
	var s source
	s.set("0", nil)
	ctx, cancel := context.WithCancel(b.Context())
	defer cancel()
	var told, running sync.WaitGroup
	told.Add(2 * 10_000)
	for range 10_000 {
		stream, err := h.Open([]Topic{s.topic("everybody")}, "")
		if err != nil {
			b.Fatal(err)
		}
		running.Go(func() {
			_ = stream.Run(ctx, nil, func(events []Event) error {
				told.Add(-len(events))
				return nil
			})
		})
	}
	told.Wait()
	h.mu.Lock()
	f := h.feeds["everybody"]
	h.mu.Unlock()
	for i := 0; b.Loop(); i++ {
		told.Add(10_000)
		h.mu.Lock()
		h.publish(f, fmt.Append(nil, "n", i))
		h.mu.Unlock()
		told.Wait()
	}
	b.ReportMetric(float64(s.asked.Load()), "polls")
	cancel()
	running.Wait()
}
