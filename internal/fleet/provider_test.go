package fleet

import (
	"net/http"
	"sync"
	"testing"
	"time"

	"portico/internal/demo/fault"
)

// The identity server takes longer for a refresh than any lease lasts. The claim is renewed meanwhile: nobody else presents the token. People wait for nothing while their access token
// lives, and are answered in bounded time afterwards.
func TestR39SlowerThanAnyLease(t *testing.T) {
	t.Parallel()
	onEachStore(t, func(t *testing.T, store Store) {
		const lifetime, slow = 14 * time.Second, 25 * time.Second
		f := newFleet(t, Config{Store: store, Replicas: 2, People: 1, AccessTokenLifetime: lifetime})
		p := f.People[0]
		signedIn(t, p)
		f.IdentityFaults.Set(fault.Rule{Path: "/token", Fault: fault.Fault{Delay: slow}})
		expires := time.Now().Add(lifetime) // or earlier, by as long as signing in took
		for f.IdentityFaults.Struck() == 0 && time.Now().Before(expires) {
			asked := time.Now()
			seesPage(t, p) // the one that begins the refresh too
			if took := time.Since(asked); took > 8*time.Second {
				t.Errorf("with a valid access token a page took %v, as if it had waited for the refresh", took)
			}
			time.Sleep(500 * time.Millisecond)
		}
		if f.IdentityFaults.Struck() != 1 {
			t.Errorf("%d refreshes are under way before the access token has expired, want 1", f.IdentityFaults.Struck())
		}
		time.Sleep(time.Until(expires) + 2*time.Second)
		a, err := comeBack(t, p, slow+5*time.Second)
		if err != nil || !p.Owns(a) || len(a.Way) > 0 {
			t.Errorf("after the slow refresh: %s", describe(a, err))
		}
		wantRefreshes(t, f, 1)
	})
}

// The identity server is away for five seconds just when everybody's access token expires. Nobody is signed out, every answer comes soon, and within five seconds of its return
// everybody has their pages.
func TestR04IdentityServerAwayAtExpiry(t *testing.T) {
	t.Parallel()
	for name, away := range map[string]func(f *Fleet) error{
		"refuses": func(f *Fleet) error { return f.IdentityLine.Refuse() },
		"503":     func(f *Fleet) error { f.IdentityFaults.Set(fault.Rule{Fault: fault.Fault{Status: 503}}); return nil },
		"resets":  func(f *Fleet) error { f.IdentityFaults.Set(fault.Rule{Fault: fault.Fault{Cut: true}}); return nil },
		"silent":  func(f *Fleet) error { f.IdentityLine.Blackhole(); return nil },
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			f := newFleet(t, Config{Store: stores[0].new(t), Replicas: 2, People: 4, AccessTokenLifetime: 8 * time.Second})
			signedIn(t, f.People...)
			time.Sleep(4 * time.Second)
			if err := away(f); err != nil {
				t.Fatal(err)
			}
			back := time.Now().Add(9 * time.Second) // five after the last one's expiry
			var wg sync.WaitGroup
			for _, p := range f.People {
				wg.Go(func() { patient(t, p, back) })
			}
			time.Sleep(time.Until(back))
			f.IdentityFaults.Set()
			if err := f.IdentityLine.Heal(); err != nil {
				t.Fatal(err)
			}
			wg.Wait()
			wantRefreshes(t, f, len(f.People))
		})
	}
}

// patient asks for a person's page again and again until it is there when the identity server is back.
func patient(t *testing.T, p *Person, back time.Time) {
	t.Helper()
	for {
		asked := time.Now()
		a, err := p.Get(p.Page)
		now := time.Now()
		switch {
		case err != nil || a.StatusCode != http.StatusServiceUnavailable && !p.Owns(a):
			t.Errorf("%s: %s", p.Name, describe(a, err))
			return
		case now.Sub(asked) > mostWait:
			t.Errorf("%s: an answer took %v", p.Name, now.Sub(asked))
		case now.After(back) && p.Owns(a):
			return
		case now.After(back.Add(5 * time.Second)):
			t.Errorf("%s has no page %v after the identity server is back: %s", p.Name, now.Sub(back), describe(a, nil))
			return
		}
		time.Sleep(250 * time.Millisecond)
	}
}
