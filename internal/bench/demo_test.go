package bench

import (
	"encoding/json"
	"fmt"
	"html"
	"io"
	"net/http"
	"net/url"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"portico/internal/testserver"
	"portico/internal/visitor"
)

// demoGoals are what `web demo` may take, by its scale.
var demoGoals = []struct {
	scale  int
	memory float64 // MB resident after the tour
}{{1, 80}, {50, 250}}

// BenchmarkDemo starts `web demo` some times at each scale and prints when the first page came, what memory it holds after a person took the tour, and how long a year of quarter hours takes.
func BenchmarkDemo(b *testing.B) {
	program, err := program()
	must(b, err)
	for b.Loop() {
		for _, goal := range demoGoals {
			var first, year []time.Duration
			var memory []int64
			var pages int
			for range 3 {
				d, took := startDemo(b, program, goal.scale)
				first = append(first, took)
				pages = d.tour(b)
				memory = append(memory, d.resident(b))
				for range 5 {
					year = append(year, d.year(b))
				}
				d.stop()
			}
			slices.Sort(first)
			slices.Sort(memory)
			slices.Sort(year)
			fmt.Printf("\ndemo at scale %d: first page after %v (goal: 1s); after %d pages of the tour %.0f MB (goal: at most %.0f); a year of quarter hours in %v, slowest %v (goal: 250ms)\n",
				goal.scale, first[1].Round(time.Millisecond), pages, float64(memory[1])/(1<<20), goal.memory, year[len(year)/2].Round(time.Millisecond), year[len(year)-1].Round(time.Millisecond))
		}
	}
}

// demo is a running `web demo`.
type demo struct {
	*process
	identity, hub string // host and port
}

// startDemo runs the demo and waits for its first page.
func startDemo(b *testing.B, program string, scale int) (d demo, took time.Duration) {
	b.Helper()
	d.identity, d.hub = "127.0.0.1:"+testserver.FreePort(b), "127.0.0.1:"+testserver.FreePort(b)
	began := time.Now()
	d.process = startProcess(b, "portal ", nil, program, "demo", "--listen=127.0.0.1:0", "--identity-listen="+d.identity, "--hub-listen="+d.hub, "--access-token-lifetime=10m", "--demo-scale="+strconv.Itoa(scale))
	v := visitor.New(d.url, visitor.Options{})
	defer v.Close()
	for {
		if page, err := v.Open("/"); err == nil && page.StatusCode == http.StatusOK {
			return d, time.Since(began)
		}
		time.Sleep(time.Millisecond)
	}
}

var stop = regexp.MustCompile(`href="(/[^"]*[?&;]tour=[0-9]+[^"]*)"`)

// tour signs the operator in, goes to every stop of the tour, and to long lists, and returns how many pages that were.
func (d demo) tour(b *testing.B) int {
	b.Helper()
	v := visitor.New(d.url, visitor.Options{})
	defer v.Close()
	page, err := v.SignIn("/overview", visitor.User{Name: "operator", Password: "operator-demo"})
	must(b, err)
	if page.URL().Path != "/overview" {
		b.Fatalf("the sign-in ended at %s", page.URL())
	}
	page, err = v.Open("/demo/tour")
	must(b, err)
	paths := []string{"/", "/sites", "/alarms", "/demo/flow", "/demo/faults", "/variables/60101"}
	for _, m := range stop.FindAllStringSubmatch(page.Body, -1) {
		paths = append(paths, html.UnescapeString(m[1]))
	}
	if len(paths) < 14 {
		b.Fatalf("the tour has the stops %q", paths)
	}
	for _, path := range paths {
		if page, err := v.Open(path); err != nil || page.StatusCode != http.StatusOK {
			b.Fatalf("%s: %d, %v", path, page.StatusCode, err)
		}
	}
	return len(paths)
}

// year reads a year of quarter hours from the Data Hub, and returns how long that took.
func (d demo) year(b *testing.B) time.Duration {
	b.Helper()
	resp, err := http.PostForm("http://"+d.identity+"/connect/token", url.Values{"grant_type": {"password"}, "client_id": {"demo-script"}, "client_secret": {"demo-script-secret"}, "username": {"operator"}, "password": {"operator-demo"}, "scope": {"datahub-api"}, "acr_values": {"accountId:101"}})
	must(b, err)
	var tokens struct {
		Access string `json:"access_token"`
	}
	must(b, json.NewDecoder(resp.Body).Decode(&tokens))
	must(b, resp.Body.Close())
	to := time.Now().UTC().Truncate(24 * time.Hour)
	r, err := http.NewRequest(http.MethodGet, "http://"+d.hub+"/data?"+url.Values{"variableId": {"10101"}, "from": {to.AddDate(-1, 0, 0).Format("2006-01-02T15:04:05")}, "to": {to.Format("2006-01-02T15:04:05")}, "timeZoneId": {"UTC"}}.Encode(), nil)
	must(b, err)
	r.Header.Set("Authorization", "Bearer "+tokens.Access)
	began := time.Now()
	resp, err = http.DefaultClient.Do(r)
	must(b, err)
	body, err := io.ReadAll(resp.Body)
	took := time.Since(began)
	must(b, err)
	must(b, resp.Body.Close())
	if n := strings.Count(string(body), `"date"`); n < 34_000 {
		b.Fatalf("a year has %d quarter hours: %d %.200s", n, resp.StatusCode, body)
	}
	return took
}
