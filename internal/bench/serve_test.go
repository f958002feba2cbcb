package bench

import (
	"context"
	"flag"
	"fmt"
	"net/http"
	"testing"
	"time"
)

var (
	loadTime    = flag.Duration("load.time", 5*time.Second, "how long each server is loaded in a round")
	loadRounds  = flag.Int("load.rounds", 3, "rounds; the middle one counts")
	connections = flag.Int("load.connections", 32, "connections of the flood")
)

// contender is a server in the comparison.
type contender struct {
	name string
	p    *process
	w    *browser

	rates, cpus []float64 // of each round: requests per second, microseconds of processor time for each
	paced       []result
}

// BenchmarkServe loads the portal and the floors in turns, each as a process of its own, and prints what they do with the same machine: the goals P1 to P3.
// The page is one that the portal renders for a signed-in person without asking the Data Hub; the floors answer its bytes.
func BenchmarkServe(b *testing.B) {
	r := startRedis(b)
	w := newWorld(b, time.Hour, "redis://"+r)
	portal, _ := w.replica()
	cookie := w.signIn(portal, "viewer")
	ours := w.browser(portal, "/auth/account", cookie)
	status, page, err := ours.get(b.Context())
	if err != nil || status != http.StatusOK {
		b.Fatal(status, err)
	}
	contenders := []*contender{{name: "portal", p: portal, w: ours}}
	for _, kind := range []string{"static", "proxy", "session"} {
		p := startFloor(b, kind, page, redisVariable+"="+r)
		contenders = append(contenders, &contender{name: kind + " floor", p: p, w: newBrowser(p.url, "/", "", cookie)})
	}
	for b.Loop() {
		for range *loadRounds {
			for _, c := range contenders {
				c.round(b)
			}
		}
	}
	report(b, len(page), contenders)
	b.Run("parts", func(b *testing.B) { parts(b, w, portal, cookie) })
}

func (c *contender) round(b *testing.B) {
	_ = flood(b, c.w, *connections, *loadTime/5) // warm
	before := c.p.cpu(b)
	r := flood(b, c.w, *connections, *loadTime)
	if r.failed > 0 {
		b.Fatalf("%s: %d of %d requests failed", c.name, r.failed, r.requests)
	}
	c.rates = append(c.rates, r.rate())
	c.cpus = append(c.cpus, float64((c.p.cpu(b)-before).Microseconds())/float64(r.requests))
	c.paced = append(c.paced, pace(b, []*browser{c.w}, 200, *loadTime))
}

func report(b *testing.B, size int, contenders []*contender) {
	static, proxy, least := contenders[1], contenders[2], contenders[3]
	fmt.Printf("\nA page of %d bytes for a signed-in person, sessions in Redis, %d connections; medians of %d rounds\n", size, *connections, *loadRounds)
	fmt.Printf("%-14s %9s %9s %10s %10s %10s\n", "", "req/s", "CPU/req", "p50@200/s", "p99@200/s", "memory")
	for _, c := range contenders {
		p50, p99 := c.latency(0.5), c.latency(0.99)
		fmt.Printf("%-14s %9.0f %7.0fus %8.2fms %8.2fms %8.1fMB\n", c.name, median(c.rates), median(c.cpus), p50, p99, float64(c.p.resident(b))/(1<<20))
	}
	ours := contenders[0]
	fmt.Printf("P1 requests per second over the least session code  %.2f (goal: at least 0.9)\n", median(ours.rates)/median(least.rates))
	fmt.Printf("P2 processor time per request over the static floor  %.2f (goal: at most 2.5), where the least session code is at %.2f; over that code %.2f (goal: at most 1.17, see ADR 31)\n",
		median(ours.cpus)/median(static.cpus), median(least.cpus)/median(static.cpus), median(ours.cpus)/median(least.cpus))
	fmt.Printf("P3 p99 at 200 requests per second over the proxy      %.2f (goal: at most 1.3)\n", ours.latency(0.99)/proxy.latency(0.99))
}

// latency is the median over the rounds of a quantile, in milliseconds.
func (c *contender) latency(q float64) float64 {
	var ms []float64
	for _, r := range c.paced {
		ms = append(ms, float64(r.quantile(q).Microseconds())/1000)
	}
	return median(ms)
}

// parts asks for other pages of the portal, so that regressions have a place.
func parts(b *testing.B, w *world, portal *process, cookie string) {
	fmt.Println()
	for _, path := range []string{"/healthz", "/auth/session", "/settings/sessions", "/sites", "/sites/204486"} {
		c := &contender{name: path, p: portal, w: w.browser(portal, path, cookie)}
		if status, _, err := c.w.get(context.Background()); err != nil || status != http.StatusOK {
			fmt.Printf("%-20s %d %v\n", path, status, err)
			continue
		}
		before := c.p.cpu(b)
		r := flood(b, c.w, 8, *loadTime/5)
		fmt.Printf("%-20s %7.0f req/s %7.0f us of processor time\n", path, r.rate(), float64((c.p.cpu(b)-before).Microseconds())/float64(r.requests))
	}
}
