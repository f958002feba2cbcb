package pages

import (
	"bytes"
	"io"
	"maps"
	"net/http"
	"net/http/httptest"
	"net/http/httputil"
	"net/url"
	"strings"
	"sync"
	"testing"
	"time"

	"portico/internal/datahub"
)

// BenchmarkExploreYear makes the page with a year of quarter hours of four variables, with a Data Hub that answers each question after 20 ms (P11).
func BenchmarkExploreYear(b *testing.B) {
	p := newBench(b)
	quick := httptest.NewServer(remembers(b, p.address, 20*time.Millisecond))
	b.Cleanup(quick.Close)
	hub, err := datahub.New(datahub.Config{BaseURL: quick.URL, Timeout: 20 * time.Second})
	if err != nil {
		b.Fatal(err)
	}
	p.hub = hub
	const target = "/explore?s=20101&s=20102&s=20103&s=20104&from=2025-10-01&to=2026-10-01"
	for name, query := range map[string]string{"quarter_hours": "&g=raw", "as_chosen": ""} {
		b.Run(name, func(b *testing.B) {
			p.get(target + query)
			b.ReportAllocs()
			for b.Loop() {
				p.pages = New()
				if a := p.get(target + query); a.status != http.StatusOK || !strings.Contains(a.body, `class="chart trend"`) {
					b.Fatalf("%d %.300s", a.status, a.body)
				}
			}
		})
	}
}

// remembers answers each question as the Data Hub at address did the first time.
func remembers(b *testing.B, address string, wait time.Duration) http.Handler {
	at, err := url.Parse(address)
	if err != nil {
		b.Fatal(err)
	}
	var mu sync.Mutex
	known, hub := map[string]*httptest.ResponseRecorder{}, httputil.NewSingleHostReverseProxy(at)
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body)
		r.Body = io.NopCloser(bytes.NewReader(body))
		question := r.URL.String() + string(body)
		mu.Lock()
		last := known[question]
		mu.Unlock()
		if last == nil {
			last = httptest.NewRecorder()
			hub.ServeHTTP(last, r)
			mu.Lock()
			known[question] = last
			mu.Unlock()
		}
		time.Sleep(wait)
		maps.Copy(w.Header(), last.Header())
		w.WriteHeader(last.Code)
		_, _ = w.Write(last.Body.Bytes())
	})
}
