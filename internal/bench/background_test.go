package bench

import (
	"fmt"
	"testing"
	"time"
)

const (
	shortLife    = 6 * time.Second        // of access tokens: a refresh in the background begins after 4.8 s
	refreshTakes = 500 * time.Millisecond // at the identity server
)

// BenchmarkBackground compares the requests of people whose access tokens are refreshed all the time, in the background, with the requests of people whose tokens last: goal P6. Two portals stand side by side, each
// with twenty people, and are asked in turns. The page is one that asks the Data Hub with the token.
func BenchmarkBackground(b *testing.B) {
	const people, perSecond = 20, 40
	calm, busy := newBackground(b, time.Hour, people), newBackground(b, shortLife, people)
	for b.Loop() {
		for range *loadRounds {
			calm.round(b, perSecond)
			busy.round(b, perSecond)
		}
	}
	fmt.Printf("\n%d people, %d requests per second; an access token lasts %v, or for the run; a refresh takes %v; medians of %d rounds\n", people, perSecond, shortLife, refreshTakes, *loadRounds)
	for _, s := range []*background{calm, busy} {
		fmt.Printf("%5d refreshes  p50 %.2fms  p99 %.2fms  failed %d\n", s.refreshes, s.latency(0.5), s.latency(0.99), s.failed)
	}
	fmt.Printf("P6 with refreshes in the background over without  p50 %.2f  p99 %.2f (goal: 1, within noise)\n", busy.latency(0.5)/calm.latency(0.5), busy.latency(0.99)/calm.latency(0.99))
}

// background is a portal whose people's access tokens have a lifetime.
type background struct {
	*contender
	world     *world
	people    []*browser
	refreshes int // while requests were counted
	failed    int
}

func newBackground(b *testing.B, lifetime time.Duration, people int) *background {
	b.Helper()
	s := &background{contender: &contender{}, world: newWorld(b, lifetime, "redis://"+startRedis(b))}
	s.world.delay.Store(int64(refreshTakes))
	p, _ := s.world.replica()
	for range people {
		s.people = append(s.people, s.world.browser(p, stormPage, s.world.signIn(p, "viewer")))
	}
	return s
}

// round gives people whose tokens have expired since the last one new ones before anything is counted: they wait for them, as they should.
func (s *background) round(b *testing.B, perSecond int) {
	_ = pace(b, s.people, perSecond, 2*time.Second)
	before := s.world.identity.Refreshes()
	r := pace(b, s.people, perSecond, max(*loadTime, 2*shortLife))
	s.refreshes += s.world.identity.Refreshes() - before
	s.paced, s.failed = append(s.paced, r), s.failed+r.failed
}
