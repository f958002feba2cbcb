package fleet

import (
	"context"
	"fmt"
	"regexp"
	"slices"
	"sync"
	"time"
)

// Load is people who look at their pages at a steady rate.
type Load struct {
	People []*Person
	Rate   int // requests a second, of all people together
}

// Tally is what a load has met.
type Tally struct {
	Failures map[string]int // what came instead of a page → how often
	Lost     int            // sessions: people who had to sign in again

	mu        sync.Mutex
	latencies []time.Duration // of all requests, sorted when the load is over
}

// mostUnderWay bounds the requests that have not been answered; beyond it the load is late, not larger.
const mostUnderWay = 64

// Run sends requests until ctx ends and waits for their answers. Somebody who is sent to sign in does so and goes on.
func (l Load) Run(ctx context.Context) *Tally {
	t := &Tally{Failures: map[string]int{}}
	tick := time.NewTicker(time.Second / time.Duration(l.Rate))
	defer tick.Stop()
	slots := make(chan struct{}, mostUnderWay)
	var wg sync.WaitGroup
	for n := 0; ; n++ {
		select {
		case <-ctx.Done():
			wg.Wait()
			slices.Sort(t.latencies)
			return t
		case <-tick.C:
		}
		slots <- struct{}{}
		wg.Go(func() {
			t.look(l.People[n%len(l.People)])
			<-slots
		})
	}
}

// look asks for a person's page.
func (t *Tally) look(p *Person) {
	began := time.Now()
	a, err := p.Get(p.Page)
	took := time.Since(began)
	lost := err == nil && a.StatusCode/100 == 3
	if lost {
		_, _ = p.SignIn()
	}
	t.mu.Lock()
	defer t.mu.Unlock()
	t.latencies = append(t.latencies, took)
	switch {
	case err != nil:
		t.Failures[err.Error()]++
	case lost:
		t.Lost++
	case !p.Owns(a):
		t.Failures[fmt.Sprintf("status %d: %.100s", a.StatusCode, title.FindString(a.Body))]++
	}
}

// title finds what a page, or the balancer, says.
var title = regexp.MustCompile(`<title>[^<]*|^[^<]*`)

// Requests returns how many there were.
func (t *Tally) Requests() int { return len(t.latencies) }

// Failed returns how many of them brought no page.
func (t *Tally) Failed() int {
	n := 0
	for _, k := range t.Failures {
		n += k
	}
	return n
}

// Quantile returns the time within which a share of the requests was answered.
func (t *Tally) Quantile(share float64) time.Duration {
	if len(t.latencies) == 0 {
		return 0
	}
	return t.latencies[min(int(share*float64(len(t.latencies))), len(t.latencies)-1)]
}
