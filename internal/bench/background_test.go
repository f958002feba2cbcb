package bench

import (
	"fmt"
	"sort"
	"testing"
	"time"
)

const (
	shortLife    = 20 * time.Second       // of access tokens: a refresh in the background begins after 16 s, more or less
	refreshTakes = 500 * time.Millisecond // at the identity server
	turn         = time.Second            // a person comes again long before the token that is being refreshed is over
)

// BenchmarkBackground compares the requests of people whose access tokens are refreshed again and again, in the background, with the requests of people whose tokens last: goal P6. Two portals stand side by side, each
// with twenty people, and are asked in short turns, so that both see the same machine. The page asks the Data Hub with the token. Whoever waited for a refresh would wait for about half a second;
// one request of thirty comes while one of its person is under way.
func BenchmarkBackground(b *testing.B) {
	const people, perSecond = 20, 40
	calm, busy := newBackground(b, time.Hour, people), newBackground(b, shortLife, people)
	_, _ = pace(b, calm.people, perSecond, turn), pace(b, busy.people, perSecond, shortLife) // warm, and nobody's token is as old as everybody's
	before := busy.world.identity.Refreshes()
	for b.Loop() {
		for range 6 * *loadTime / turn {
			calm.results = append(calm.results, pace(b, calm.people, perSecond, turn))
			busy.results = append(busy.results, pace(b, busy.people, perSecond, turn))
		}
	}
	without, with := together(calm.results, 0), together(busy.results, 0)
	fmt.Printf("\n%d people, %d requests per second; an access token lasts %v, or for the run; a refresh takes %v\n", people, perSecond, shortLife, refreshTakes)
	fmt.Printf("without refreshes: %s\nwith %d refreshes: %s\n", without.described(), busy.world.identity.Refreshes()-before, with.described())
	ratio := func(q float64) float64 { return with.quantile(q).Seconds() / without.quantile(q).Seconds() }
	fmt.Printf("P6 with over without: p50 %.2f, p99 %.2f, medians of the turns' p50 %.2f (goal: 1, within noise)\n", ratio(0.5), ratio(0.99), busy.middle()/calm.middle())
}

func (r result) described() string {
	slow := r.requests - sort.Search(len(r.latency), func(i int) bool { return r.latency[i] > refreshTakes/2 })
	return fmt.Sprintf("%d requests, %d failed, %d took longer than %v, p50 %.2f ms, p99 %.2f ms", r.requests, r.failed, slow, refreshTakes/2, 1e3*r.quantile(0.5).Seconds(), 1e3*r.quantile(0.99).Seconds())
}

// background is a portal whose people's access tokens have a lifetime.
type background struct {
	world   *world
	people  []*browser
	results []result // of each turn
}

func newBackground(b *testing.B, lifetime time.Duration, people int) *background {
	b.Helper()
	s := &background{world: newWorld(b, lifetime, "redis://"+startRedis(b))}
	s.world.delay.Store(int64(refreshTakes))
	p, _ := s.world.replica()
	for range people {
		s.people = append(s.people, s.world.browser(p, stormPage, s.world.signIn(p, "viewer")))
	}
	return s
}

// middle is the median of the turns' medians, in seconds.
func (s *background) middle() float64 {
	var middles []float64
	for _, r := range s.results {
		middles = append(middles, r.quantile(0.5).Seconds())
	}
	return median(middles)
}
