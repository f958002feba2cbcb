package server

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"testing"
	"time"

	"github.com/a-h/templ"

	"portico/internal/datahub"
	"portico/web/templates"
)

// furtherPages are some that a portal may be built with.
func furtherPages(entered chan<- string) []Page {
	return []Page{
		{Pattern: "GET /more/data", Serve: func(w http.ResponseWriter, v *Visit) error {
			sites, err := v.Hub().Sites(v.Request.Context(), datahub.SiteQuery{})
			if err != nil {
				return err
			}
			sess, _ := v.Session()
			_, err = fmt.Fprintln(w, len(sites), sess.Identity.Name)
			return err
		}},
		{Pattern: "GET /more/bad", Serve: func(http.ResponseWriter, *Visit) error { return BadParameter("n", errors.New("not this one")) }},
		{Pattern: "GET /more/open", Public: true, Serve: func(w http.ResponseWriter, v *Visit) error {
			return v.Render(w, http.StatusOK, templates.Settings(templates.SettingsModel{Layout: v.Layout()}))
		}},
		{Pattern: "GET /more/stream", Stream: true, Serve: func(w http.ResponseWriter, v *Visit) error {
			_, _ = fmt.Fprintln(w, "first")
			_ = http.NewResponseController(w).Flush()
			entered <- "stream"
			<-v.Request.Context().Done()
			return v.Request.Context().Err()
		}},
	}
}

func TestFurtherPagesGoThroughTheSameMiddleware(t *testing.T) {
	t.Parallel()
	b := newBench(t, "http://portal.localhost:8080")
	b.get("/more/data").want(t, "without further pages", http.StatusNotFound)
	b.pages = furtherPages(nil)
	b.serve()
	b.get("/more/data").want(t, "data", http.StatusOK, "12 Alice Peeters")
	if a := b.get("/more/data", "Cookie", ""); a.StatusCode != http.StatusSeeOther || a.Header.Get("Location") != "/auth/login?return_to=%2Fmore%2Fdata" {
		t.Errorf("nobody gets %d %s", a.StatusCode, a.Header.Get("Location"))
	}
	b.get("/more/bad").want(t, "a bad parameter", http.StatusBadRequest, "not this one", "<html")
	b.ask(http.MethodPost, "/more/data", "a=b").want(t, "another method", http.StatusMethodNotAllowed)
	b.get("/more/open").want(t, "a public page", http.StatusOK, "Alice Peeters")
	a := b.get("/more/open", "Cookie", "")
	a.want(t, "a public page of nobody's", http.StatusOK, "<html")
	if a.Header.Get("Content-Security-Policy") == strictPolicy || a.Header.Get("Cache-Control") != "no-store" {
		t.Errorf("headers %v", a.Header)
	}
	b.get("/more/open", "Sec-Fetch-Site", "cross-site", "Sec-Fetch-Mode", "no-cors").want(t, "a foreign load", http.StatusForbidden)
}

func TestFrontPageIsForWhoeverIsNotSignedIn(t *testing.T) {
	t.Parallel()
	b := newBench(t, "http://portal.localhost:8080")
	b.pages, b.front = furtherPages(nil), "/more/open"
	b.serve()
	for name, tt := range map[string]struct {
		header []string
		status int
		to     string
	}{
		"signed in":           {nil, http.StatusSeeOther, "/overview"},
		"nobody":              {[]string{"Cookie", ""}, http.StatusSeeOther, "/more/open"},
		"an old cookie":       {[]string{"Cookie", "portico=AAAA"}, http.StatusSeeOther, "/more/open"},
		"nobody, by a script": {[]string{"Cookie", "", "Accept", "application/json"}, http.StatusUnauthorized, ""},
	} {
		if a := b.get("/", tt.header...); a.StatusCode != tt.status || a.Header.Get("Location") != tt.to {
			t.Errorf("%s: %d %q, want %d %q", name, a.StatusCode, a.Header.Get("Location"), tt.status, tt.to)
		}
	}
}

func TestFrameIsAroundEachPage(t *testing.T) {
	t.Parallel()
	b := newBench(t, "http://portal.localhost:8080")
	b.frame = func(r *http.Request, m *templates.LayoutModel) {
		m.Above = templ.ComponentFunc(func(_ context.Context, w io.Writer) error {
			_, err := fmt.Fprintf(w, "<p>above %s</p>", r.URL.Path)
			return err
		})
		m.Assets.Sheets = append(m.Assets.Sheets, "/more.css")
	}
	b.serve()
	b.get("/settings").want(t, "a page", http.StatusOK, "<p>above /settings</p>", `href="/more.css"`)
	b.get("/nothing").want(t, "an error page", http.StatusNotFound, "<p>above /nothing</p>")
}

// An answer that goes on ends when the process drains, which is before anybody waits for answers to end.
func TestLastingAnswersEndWithTheProcess(t *testing.T) {
	t.Parallel()
	b := newBench(t, "http://portal.localhost:8080")
	entered := make(chan string, 1)
	b.pages = furtherPages(entered)
	b.serve()
	portal := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		r.Host = "portal.localhost:8080"
		b.handler.ServeHTTP(w, r)
	}))
	defer portal.Close()
	req, err := http.NewRequestWithContext(t.Context(), http.MethodGet, portal.URL+"/more/stream", nil)
	b.must(err)
	req.AddCookie(b.cookie)
	resp, err := http.DefaultClient.Do(req)
	b.must(err)
	defer func() { _ = resp.Body.Close() }()
	lines := bufio.NewScanner(resp.Body)
	if !lines.Scan() || lines.Text() != "first" {
		t.Fatalf("%d, first line %q", resp.StatusCode, lines.Text())
	}
	<-entered
	late := time.AfterFunc(10*time.Second, func() { _ = resp.Body.Close() })
	b.server.Drain()
	b.server.Drain() // a second signal
	for lines.Scan() {
	}
	if !late.Stop() {
		t.Error("the answer went on")
	}
}
