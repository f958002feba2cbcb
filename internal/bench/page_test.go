package bench

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"portico/internal/chart"
	"portico/internal/locale"
	"portico/internal/series"
	"portico/web/templates"
)

// BenchmarkRenderList writes a page with a list of 200 sites, a small picture in each row, after its data is there.
func BenchmarkRenderList(b *testing.B) {
	m := listOf(200)
	var page strings.Builder
	must(b, templates.Sites(m).Render(context.Background(), &page))
	if n := strings.Count(page.String(), "192 kW"); n != 200 {
		b.Fatalf("the page shows the power of %d sites", n)
	}
	b.Run("200_rows", func(b *testing.B) {
		b.ReportAllocs()
		b.SetBytes(int64(page.Len()))
		for b.Loop() {
			must(b, templates.Sites(m).Render(context.Background(), io.Discard))
		}
	})
	b.Run("over_copying_the_bytes", func(b *testing.B) {
		text := page.String()
		against(b, func() { _, _ = io.Copy(io.Discard, struct{ io.Reader }{strings.NewReader(text)}) }, func() { must(b, templates.Sites(m).Render(context.Background(), io.Discard)) })
	})
}

func listOf(n int) templates.SitesModel {
	l := locale.Match("en", "")
	m := templates.SitesModel{Layout: templates.LayoutModel{T: func(key string, args ...any) string { return l.T(locale.Key(key), args...) }, Lang: "en", Theme: "system", Place: "sites",
		Writing: func() templates.WritingModel { return templates.WritingModel{} }, Person: &templates.PersonModel{Name: "Olivia Peeters"}}, Head: templates.PageHeadModel{Title: "Sites"}}
	for _, name := range templates.SiteColumns() {
		m.Columns = append(m.Columns, templates.ColumnModel{Name: name, Text: name, Href: "/sites?sort=" + name})
	}
	for i := range n {
		m.Rows = append(m.Rows, templates.SiteRowModel{Name: fmt.Sprint("Site ", i), Href: fmt.Sprint("/sites/", i), Town: "Namur", Kind: "Office", State: templates.StateModel{Name: "ok", Text: "on time"},
			Now: "192 kW", Today: "3 004 kWh", Change: "+4.9 %", Spark: chart.Sparkline(course(i), 1, 108, 24), Data: "100 %", Age: "6 min"})
	}
	return m
}

// course is a day of half hours.
func course(seed int) []series.Slot {
	slots := make([]series.Slot, 48)
	start := time.Date(2026, 11, 24, 0, 0, 0, 0, time.UTC)
	for i := range slots {
		at := start.Add(time.Duration(i) * 30 * time.Minute)
		slots[i] = series.Slot{Start: at, End: at.Add(30 * time.Minute), Value: float64((i*7 + seed) % 31)}
	}
	return slots
}

// BenchmarkAuthenticatedPage asks over real sockets for pages of a signed-in person, and for the same bytes from a bare net/http handler.
func BenchmarkAuthenticatedPage(b *testing.B) {
	for _, name := range []string{"memory", "sqlite"} {
		for page, path := range map[string]string{"own_page": "/auth/session", "list_of_sites": "/sites", "site": "/sites/204486"} {
			b.Run(name+"/"+page, func(b *testing.B) {
				p := newPortal(b, open[name](b))
				ours := httptest.NewServer(p.handler)
				b.Cleanup(ours.Close)
				body := fetch(b, ours, p, path)
				least := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
					w.Header().Set("Content-Type", "text/html; charset=utf-8")
					_, _ = w.Write(body)
				}))
				b.Cleanup(least.Close)
				against(b, func() { fetch(b, least, p, path) }, func() { fetch(b, ours, p, path) })
				b.ReportMetric(float64(len(body)), "page-B")
			})
		}
	}
}

func fetch(b *testing.B, s *httptest.Server, p *portal, path string) []byte {
	r, err := http.NewRequestWithContext(b.Context(), http.MethodGet, s.URL+path, nil)
	must(b, err)
	r.Host = "localhost"
	r.AddCookie(p.cookie)
	r.Header.Set("Accept", "text/html")
	resp, err := s.Client().Do(r)
	must(b, err)
	defer func() { _ = resp.Body.Close() }()
	body, err := io.ReadAll(resp.Body)
	must(b, err)
	if resp.StatusCode != http.StatusOK {
		b.Fatalf("%s: %d %s", path, resp.StatusCode, body)
	}
	return body
}
