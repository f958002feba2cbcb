package bench

import (
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"runtime"
	"testing"

	"portico/internal/store/memory"
	"portico/internal/store/sqlite"
)

// BenchmarkSessionLoad is what each request pays to know who sends it: read the record, open it.
func BenchmarkSessionLoad(b *testing.B) {
	for _, name := range []string{"memory", "sqlite"} {
		b.Run(name, func(b *testing.B) {
			p := newPortal(b, open[name](b))
			r := p.request("/")
			b.ReportAllocs()
			for b.Loop() {
				if _, err := p.cookies.Load(r); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
	b.Run("sqlite_over_memory", func(b *testing.B) {
		inMemory, inFile := newPortal(b, open["memory"](b)), newPortal(b, open["sqlite"](b))
		one, other := inMemory.request("/"), inFile.request("/")
		load := func(p *portal, r *http.Request) {
			if _, err := p.cookies.Load(r); err != nil {
				b.Fatal(err)
			}
		}
		against(b, func() { load(inMemory, one) }, func() { load(inFile, other) })
	})
}

const many = 10_000

// BenchmarkMemoryOfSessions signs in ten thousand people and reports what one of them costs: in the process, and in the file.
func BenchmarkMemoryOfSessions(b *testing.B) {
	b.Run("memory", func(b *testing.B) {
		for b.Loop() {
			store := memory.New(nil)
			p := newPortal(b, store)
			b.ReportMetric(heapOf(b, p), "heap-B/session")
			runtime.KeepAlive(store)
		}
	})
	b.Run("sqlite", func(b *testing.B) {
		for b.Loop() {
			dir := b.TempDir()
			store, err := sqlite.Open(b.Context(), filepath.Join(dir, "portal.db"), nil)
			must(b, err)
			p := newPortal(b, store)
			b.ReportMetric(heapOf(b, p), "heap-B/session")
			must(b, store.Close())
			info, err := os.Stat(filepath.Join(dir, "portal.db"))
			must(b, err)
			b.ReportMetric(float64(info.Size())/many, "file-B/session")
		}
	})
}

// heapOf makes the sessions and returns how much the heap grew for each.
func heapOf(b *testing.B, p *portal) float64 {
	before := heap()
	for i := range many {
		p.signIn(b, fmt.Sprint("subject-", i))
	}
	grown := float64(heap()) - float64(before)
	runtime.KeepAlive(p)
	return max(grown, 0) / many
}

func heap() uint64 {
	runtime.GC()
	runtime.GC()
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return m.HeapAlloc
}
