package pages

import (
	"bytes"
	"compress/gzip"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"portico/internal/datahub"
	"portico/internal/demo/energy"
	"portico/internal/demo/hub"
)

// BenchmarkSites makes the list of 600 sites for somebody who has just signed in, and again for who comes back to it, with a Data Hub that answers each question after 20 ms.
func BenchmarkSites(b *testing.B) {
	p := newBench(b)
	data := httptest.NewServer(hub.New(hub.Config{World: energy.Scaled(1, 50), Check: func(string) (string, int64, []string, bool) { return "alice", 101, []string{"datahub-api"}, true }}))
	b.Cleanup(data.Close)
	quick := httptest.NewServer(remembers(b, data.URL, 20*time.Millisecond))
	b.Cleanup(quick.Close)
	var err error
	if p.hub, err = datahub.New(datahub.Config{BaseURL: quick.URL, Timeout: 20 * time.Second}); err != nil {
		b.Fatal(err)
	}
	p.until = 300 * time.Millisecond
	p.now = time.Date(2026, 11, 26, 12, 0, 0, 0, time.UTC)
	for _, target := range []string{"/sites", "/sites?view=map", "/overview", "/alarms"} {
		for name, again := range map[string]bool{"first": false, "again": true} {
			b.Run(strings.Trim(target, "/")+"/"+name, func(b *testing.B) {
				page := p.get(target)
				b.ReportAllocs()
				for b.Loop() {
					if !again {
						p.pages = New()
					}
					if page = p.get(target); page.status != http.StatusOK {
						b.Fatalf("%d %.300s", page.status, page.body)
					}
				}
				b.ReportMetric(float64(squeezed(page.body))/1e3, "kB/page")
			})
		}
	}
}

// squeezed is how many bytes of text travel to a browser.
func squeezed(text string) int {
	var b bytes.Buffer
	z := gzip.NewWriter(&b)
	_, _ = z.Write([]byte(text)) // a buffer takes everything
	_ = z.Close()
	return b.Len()
}
