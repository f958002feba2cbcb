package bench

import (
	"context"
	"fmt"
	"net/http"
	"slices"
	"testing"
	"time"

	"github.com/redis/go-redis/v9"
)

// BenchmarkIdle starts `web serve`, as the image has it, and `web demo` some times each and prints when the first answer came and what memory a process holds afterwards: goal P7.
func BenchmarkIdle(b *testing.B) {
	for b.Loop() {
		var ready, demo []time.Duration
		var memory, own, demoMemory int64
		w := newWorld(b, time.Hour, "")
		whole := w.program
		var err error
		w.program, err = image()
		must(b, err)
		for range 5 {
			p, took := w.replica()
			time.Sleep(3 * time.Second)
			ready, memory, own = append(ready, took), p.resident(b), p.memory(b, "RssAnon:")
			p.stop()
			start := time.Now()
			d := startProcess(b, "portal ", nil, whole, "demo", "--listen=127.0.0.1:0", "--identity-listen=127.0.0.1:0", "--hub-listen=127.0.0.1:0")
			browse := newBrowser(d.url, "/auth/signed-out", "", "")
			for {
				if status, _, err := browse.get(b.Context()); err == nil && status == http.StatusOK {
					break
				}
				time.Sleep(time.Millisecond)
			}
			demo = append(demo, time.Since(start))
			time.Sleep(time.Second)
			demoMemory = d.resident(b)
			d.stop()
		}
		slices.Sort(ready)
		slices.Sort(demo)
		fmt.Printf("\nP7 serve: ready after %v (goal: 60ms), %.1f MB idle (goal: at most 30), %.1f of them its own and the rest pages of the program; demo: first page after %v (goal: 1s), %.1f MB\n",
			ready[2].Round(time.Millisecond), float64(memory)/(1<<20), float64(own)/(1<<20), demo[2].Round(time.Millisecond), float64(demoMemory)/(1<<20))
	}
}

// BenchmarkBytesOfSessions signs people in and prints what one of them costs in Redis and in the portal's process: goal P8.
func BenchmarkBytesOfSessions(b *testing.B) {
	const people = 200
	for b.Loop() {
		address := startRedis(b)
		w := newWorld(b, time.Hour, "redis://"+address)
		p, _ := w.replica()
		w.signIn(p, "viewer")
		store := redis.NewClient(&redis.Options{Addr: address})
		before, heap := used(b, store), p.resident(b)
		for range people {
			w.signIn(p, "viewer")
		}
		after, grown := used(b, store), p.resident(b)-heap
		fmt.Printf("\nP8 %d sessions: %.0f bytes each in Redis (goal: at most 2048), resident memory of the process %+.1f MB\n", people, float64(after-before)/people, float64(grown)/(1<<20))
		must(b, store.Close())
	}
}

// used is what the keys of a Redis server take, by its own count.
func used(b *testing.B, store *redis.Client) (bytes int64) {
	b.Helper()
	ctx := context.Background()
	keys := store.Scan(ctx, 0, "*", 1000).Iterator()
	for keys.Next(ctx) {
		n, err := store.MemoryUsage(ctx, keys.Val(), 0).Result()
		must(b, err)
		bytes += n
	}
	must(b, keys.Err())
	return bytes
}
