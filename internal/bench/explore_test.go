package bench

import (
	"bytes"
	"fmt"
	"net/http"
	"os"
	"slices"
	"testing"
	"time"
)

// BenchmarkExploreMemory asks fresh portals for a year of quarter hours of four variables and prints by how much the resident memory of the process was higher meanwhile than before: the Data Hub is another process,
// and garbage that nobody collected yet counts.
func BenchmarkExploreMemory(b *testing.B) {
	const four = "/explore?s=20101&s=20102&s=20103&s=20104"
	for b.Loop() {
		w := newWorld(b, time.Hour, "")
		var grown []int64
		var size int
		for range 5 {
			p, _ := w.replica()
			cookie := w.signIn(p, "viewer")
			w.shown(p, four+"&from=2026-09-30&to=2026-10-01&g=raw", cookie)
			before := p.resident(b)
			p.forgetPeak(b)
			size = len(w.shown(p, four+"&from=2025-10-01&to=2026-10-01&g=raw", cookie))
			grown = append(grown, p.memory(b, "VmHWM:")-before)
			p.stop()
		}
		slices.Sort(grown)
		fmt.Printf("\nP11 a year of quarter hours of four variables: a page of %d kB, resident memory of the process %+.1f MB meanwhile (goal: under 20), %+.1f at most\n",
			size>>10, float64(grown[len(grown)/2])/(1<<20), float64(grown[len(grown)-1])/(1<<20))
	}
}

// shown is a page of the explorer with a chart in it.
func (w *world) shown(p *process, path, cookie string) []byte {
	w.b.Helper()
	status, page, err := w.browser(p, path, cookie).get(w.b.Context())
	must(w.b, err)
	if status != http.StatusOK || !bytes.Contains(page, []byte(`class="chart trend"`)) {
		w.b.Fatalf("%s: %d, no chart", path, status)
	}
	return page
}

// forgetPeak lets the kernel's count of the highest resident memory begin again (proc(5), clear_refs).
func (p *process) forgetPeak(b *testing.B) {
	b.Helper()
	must(b, os.WriteFile(fmt.Sprintf("/proc/%d/clear_refs", p.cmd.Process.Pid), []byte("5"), 0o600))
}
