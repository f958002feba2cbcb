package fleet

import (
	"net/http"
	"strings"
	"sync"
	"testing"
	"time"
)

// endings are the ways in which a session ends from outside.
var endings = []struct {
	name string
	end  func(t *testing.T, f *Fleet, p *Person)
}{
	{"logout", func(t *testing.T, _ *Fleet, p *Person) {
		if a, err := p.Post("/auth/logout", nil); err != nil || a.StatusCode != http.StatusSeeOther {
			t.Errorf("logout: %s", describe(a, err))
		}
	}},
	{"back-channel logout", func(_ *testing.T, f *Fleet, p *Person) { f.Identity.EndSessions(p.user.ID) }},
	{"operator", func(t *testing.T, f *Fleet, p *Person) {
		if out, err := f.Command("sessions", "end", "--issuer", f.Issuer, "--subject", p.user.ID); err != nil || !strings.Contains(out, "1 sessions ended") {
			t.Errorf("sessions end: %v\n%s", err, out)
		}
	}},
}

// sessions end while their refresh is under way in another process. They stay ended, and the tokens that arrive late are given back.
func TestR38EndedDuringARefresh(t *testing.T) {
	t.Parallel()
	onEachStore(t, func(t *testing.T, store Store) {
		f := newFleet(t, Config{Store: store, Replicas: 1, People: len(endings)})
		signedIn(t, f.People...)
		holder := f.StartAside()
		time.Sleep(4 * time.Second)
		f.IdentityLine.Delay(2500 * time.Millisecond) // the tokens are made after two and a half seconds, and arrive after five
		var wg sync.WaitGroup
		for _, p := range f.People {
			tab := p.Tab()
			tab.Use(holder)
			wg.Go(func() {
				if a, err := tab.Get(p.Page); err != nil || a.StatusCode != http.StatusSeeOther || !strings.HasPrefix(a.Header.Get("Location"), "/auth/login") {
					t.Errorf("the request of %s that waited: %s", p.Name, describe(a, err))
				}
			})
		}
		eventually(t, "the refreshes", func() bool { return f.Identity.Refreshes() == len(endings) })
		for i, e := range endings {
			e.end(t, f, f.People[i])
		}
		wg.Wait()
		f.IdentityLine.Delay(0)
		eventually(t, "the late tokens given back", func() bool { return f.Identity.Live() == 0 })
		if n := holder.Await(len(endings), "arrived after the session had ended"); n != len(endings) || holder.Count("not revoked") > 0 {
			t.Errorf("%d answers were late, want %d, all given back:\n%s", n, len(endings), holder.Log())
		}
		for _, p := range f.People {
			for _, use := range []*Process{holder, nil} {
				p.Use(use)
				if a, err := p.Get(p.Page); err != nil || a.StatusCode != http.StatusSeeOther {
					t.Errorf("the ended session of %s opens %s", p.Name, describe(a, err))
				}
			}
		}
		if out, err := f.Command("sessions", "list", "--everyone"); err != nil || !strings.Contains(out, "0 sessions") {
			t.Errorf("sessions list: %v\n%s", err, out)
		}
	})
}
