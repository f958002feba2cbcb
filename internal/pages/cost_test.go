package pages

import "testing"

// BenchmarkPages is what a page costs with the demo's Data Hub in the same process; profile it to tell them apart.
func BenchmarkPages(b *testing.B) {
	bench := newBench(b)
	for _, path := range []string{"/overview", "/sites", "/sites/204486"} {
		b.Run(path, func(b *testing.B) {
			bench.get(path)
			for b.Loop() {
				if a := bench.get(path); a.status != 200 {
					b.Fatal(a.err)
				}
			}
		})
	}
}
