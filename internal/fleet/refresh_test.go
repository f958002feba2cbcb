package fleet

import (
	"sync"
	"testing"
	"time"
)

// fifty requests at once, three processes, an expired access token: one refresh, and everybody gets their own page. Two people at once, each with fifty tabs.
func TestR33OneRefreshForFiftyRequests(t *testing.T) {
	t.Parallel()
	onEachStore(t, func(t *testing.T, store Store) {
		const lifetime = 15 * time.Second // longer than a slow machine needs for the hundred pages
		f := newFleet(t, Config{Store: store, Replicas: 3, People: 2, AccessTokenLifetime: lifetime})
		signedIn(t, f.People...)
		time.Sleep(lifetime)
		var wg sync.WaitGroup
		for _, p := range f.People {
			for range 50 {
				wg.Go(func() { seesPage(t, p) })
			}
		}
		wg.Wait()
		wantRefreshes(t, f, len(f.People))
	})
}
