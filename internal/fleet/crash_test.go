package fleet

import (
	"errors"
	"net/http"
	"net/url"
	"strings"
	"sync"
	"testing"
	"time"

	"portico/internal/demo/identity"
	"portico/internal/faultpoint"
	"portico/internal/visitor"
)

// lease is how long a dead process keeps a claim.
const lease = 20 * time.Second

// mostWait is how long an answer may keep anybody waiting: a refresh of the same process takes 10 s of it, and a machine that is busy with other tests the rest.
const mostWait = 15 * time.Second

// crashes is what a person notices when the process that refreshes their tokens dies at a point.
type crashes struct {
	row     string
	waits   bool // until the dead process's lease is over
	signsIn bool // silently, with a strict identity server
}

var refreshCrashes = map[faultpoint.Point]crashes{
	faultpoint.RefreshLocked:   {"R-34", true, false},
	faultpoint.RefreshMarked:   {"R-35", true, false}, // the mark lies: nothing was presented, and the token is good
	faultpoint.RefreshSent:     {"R-35", true, true},
	faultpoint.RefreshReceived: {"R-35", true, true},
	faultpoint.RefreshSaved:    {"R-36", false, false},
}

// a process is killed at each point of a refresh, and another one is started. Nobody needs to do anything; with an identity server that forgives, nobody notices
// more than a wait; with a strict one, people whose answer was lost are signed in silently, once, and are where they were.
func TestR35KilledInARefresh(t *testing.T) {
	t.Parallel()
	t.Run("strict", func(t *testing.T) {
		t.Parallel()
		onEachStore(t, func(t *testing.T, store Store) { killedInARefresh(t, store, identity.Strict) })
	})
	t.Run("grace", func(t *testing.T) {
		t.Parallel()
		killedInARefresh(t, stores[0].new(t), identity.Grace)
	})
}

func killedInARefresh(t *testing.T, store Store, policy identity.Policy) {
	points := faultpoint.Refresh()
	f := newFleet(t, Config{Program: withFaultpoints(t), Store: store, Replicas: 1, People: len(points), RefreshPolicy: policy})
	signedIn(t, f.People...)
	var doomed []*Process
	for _, p := range points {
		doomed = append(doomed, f.StartAside("PORTICO_FAULTPOINT="+string(p)+"=kill"))
	}
	time.Sleep(4 * time.Second)
	var began []time.Time
	for i, d := range doomed {
		began = append(began, time.Now())
		killedAsking(t, f.People[i], d)
	}
	f.Start()
	var wg sync.WaitGroup
	for i, p := range points {
		wg.Go(func() { refreshCrashes[p].check(t, p, f.People[i], policy, began[i]) })
	}
	wg.Wait()
	if n := f.Identity.Replays(); n != 2 {
		t.Errorf("%d refresh tokens were presented twice, want the two whose answers were lost", n)
	}
}

// killedAsking lets a person ask a process that dies of it.
func killedAsking(t *testing.T, p *Person, doomed *Process) {
	t.Helper()
	p.Use(doomed)
	defer p.Use(nil)
	if a, err := p.Get(p.Page); err == nil {
		t.Errorf("the process should have died and not answered %s", describe(a, nil))
	}
	if doomed.Wait(10 * time.Second); !doomed.Died() {
		t.Errorf("the process has not died:\n%s", doomed.Log())
	}
}

// check comes back as a person whose process died until there is a page, and compares what it took.
func (c crashes) check(t *testing.T, at faultpoint.Point, p *Person, policy identity.Policy, began time.Time) {
	t.Helper()
	a, err := comeBack(t, p, lease+10*time.Second)
	if err != nil || !p.Owns(a) || a.Request.URL.RequestURI() != p.Page {
		t.Errorf("%s %s: %s", c.row, at, describe(a, err))
		return
	}
	if silently := len(a.Way) > 0; silently != (c.signsIn && policy == identity.Strict) || len(a.Way) > 5 {
		t.Errorf("%s %s: %d redirects", c.row, at, len(a.Way))
	}
	if took := time.Since(began); (took > 10*time.Second) != c.waits {
		t.Errorf("%s %s: a page after %v", c.row, at, took)
	}
}

// comeBack asks for the person's page as often as it is told to try again later, and no answer may keep anybody waiting.
func comeBack(t *testing.T, p *Person, limit time.Duration) (a visitor.Page, err error) {
	t.Helper()
	for end := time.Now().Add(limit); time.Now().Before(end); time.Sleep(500 * time.Millisecond) {
		asked := time.Now()
		a, err = p.Open(p.Page)
		if took := time.Since(asked); took > mostWait {
			t.Errorf("an answer took %v", took)
		}
		if err != nil || a.StatusCode != http.StatusServiceUnavailable {
			return a, err
		}
		if a.Header.Get("Retry-After") == "" || len(a.Header.Values("Set-Cookie")) > 0 {
			t.Errorf("503 with Retry-After %q and cookies %v", a.Header.Get("Retry-After"), a.Header.Values("Set-Cookie"))
		}
	}
	return a, err
}

// a process is killed at each point of the end of a sign-in and started again. The browser has no session, coming back to the same address makes none, and a fresh start does.
func TestR45KilledInASignIn(t *testing.T) {
	t.Parallel()
	onEachStore(t, func(t *testing.T, store Store) {
		points := faultpoint.Callback()
		f := newFleet(t, Config{Program: withFaultpoints(t), Store: store, People: len(points), AccessTokenLifetime: time.Minute})
		for i, point := range points {
			p := f.People[i]
			doomed := f.StartAside("PORTICO_FAULTPOINT=" + string(point) + "=kill")
			p.Use(doomed)
			_, err := p.SignIn()
			broken, _ := errors.AsType[*url.Error](err)
			if broken == nil || !strings.Contains(broken.URL, "/auth/callback?") {
				t.Fatalf("%s: the sign-in ends with %v", point, err)
			}
			if doomed.Wait(10 * time.Second); !doomed.Died() {
				t.Errorf("%s: the process has not died", point)
			}
			p.Use(f.StartAside())
			for range 2 {
				if a, err := p.Get(broken.URL); err != nil || a.StatusCode != http.StatusBadRequest || !strings.Contains(a.Body, "/auth/login") {
					t.Errorf("%s: reloading the callback: %s", point, describe(a, err))
				}
			}
			if a, err := p.Get(p.Page); err != nil || a.StatusCode != http.StatusSeeOther {
				t.Errorf("%s: half a sign-in opens %s", point, describe(a, err))
			}
			if a, err := p.Open(p.Page); err != nil || !p.Owns(a) || len(a.Way) > 5 {
				t.Errorf("%s: after the restart: %s", point, describe(a, err))
			}
		}
	})
}

// a process is killed when it has deleted a session and before the browser knows. The cookie that the browser still has opens nothing.
func TestR45KilledInASignOut(t *testing.T) {
	t.Parallel()
	onEachStore(t, func(t *testing.T, store Store) {
		f := newFleet(t, Config{Program: withFaultpoints(t), Store: store, People: 1, AccessTokenLifetime: time.Minute})
		p := f.People[0]
		doomed := f.StartAside("PORTICO_FAULTPOINT=" + string(faultpoint.LogoutDeleted) + "=kill")
		p.Use(doomed)
		signedIn(t, p)
		if a, err := p.Post("/auth/logout", nil); err == nil {
			t.Errorf("the process should have died and not answered %s", describe(a, nil))
		}
		if doomed.Wait(10 * time.Second); !doomed.Died() {
			t.Error("the process has not died")
		}
		p.Use(f.StartAside())
		if a, err := p.Get(p.Page); err != nil || a.StatusCode != http.StatusSeeOther {
			t.Errorf("the deleted session opens %s", describe(a, err))
		}
		if out, err := f.Command("sessions", "list", "--everyone"); err != nil || !strings.Contains(out, "0 sessions") {
			t.Errorf("sessions list: %v\n%s", err, out)
		}
	})
}
