package fleet

import (
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"sync"
	"testing"
	"time"

	"portico/internal/demo/fault"
	"portico/internal/visitor"
)

// wrongClock is a process whose wall clock a test sets.
type wrongClock struct {
	*Process
	t    *testing.T
	file string
}

func startWithClock(t *testing.T, f *Fleet) wrongClock {
	t.Helper()
	c := wrongClock{t: t, file: filepath.Join(t.TempDir(), "clock")}
	c.set(0)
	c.Process = f.StartAside("PORTICO_FAULTPOINT_CLOCK=" + c.file)
	return c
}

// set makes the clock wrong by off.
func (c wrongClock) set(off time.Duration) {
	c.t.Helper()
	next := c.file + ".next"
	if err := os.WriteFile(next, []byte(off.String()), 0o600); err != nil {
		c.t.Fatal(err)
	}
	if err := os.Rename(next, c.file); err != nil {
		c.t.Fatal(err)
	}
}

// the wall clock of a process jumps, forwards below the limits of sessions and backwards, in the middle of a request and of a refresh, and back again. Nobody is signed out, and refreshes
// go on. Beyond the limits a session is over.
func TestR46WallClockJumps(t *testing.T) {
	t.Parallel()
	jumps := []time.Duration{time.Hour, -time.Hour, 23 * time.Hour, -24 * time.Hour}
	f := newFleet(t, Config{Program: withFaultpoints(t), Store: stores[0].new(t), People: len(jumps), Env: []string{"PORTICO_SESSION_IDLE=24h", "PORTICO_SESSION_MAX=24h"}})
	var wg sync.WaitGroup
	f.HubFaults.Set(fault.Rule{Fault: fault.Fault{Delay: 200 * time.Millisecond}})
	for i, jump := range jumps {
		c, p := startWithClock(t, f), f.People[i]
		p.Use(c.Process)
		signedIn(t, p)
		wg.Go(func() {
			for _, off := range []time.Duration{jump, 0} {
				time.Sleep(4100 * time.Millisecond) // the access token has expired at the identity server and at the Data Hub
				jumped := make(chan struct{})
				time.AfterFunc(150*time.Millisecond, func() { c.set(off); close(jumped) })
				if a, err := comeBack(t, p, 10*time.Second); err != nil || !p.Owns(a) || len(a.Way) > 0 { // a token that is new and seems to be old costs one more try
					t.Errorf("in the middle of a jump by %v: %s", off, describe(a, err))
				}
				<-jumped
				seesPage(t, p)
				time.Sleep(4100 * time.Millisecond)
				seesPage(t, p)
			}
			c.set(25 * time.Hour)
			answers(t, p, p.Page, http.StatusSeeOther)
		})
	}
	wg.Wait()
	if n := f.Identity.Replays(); n > 0 {
		t.Errorf("%d refresh tokens were presented twice", n)
	}
}

// a sign-in begins at a process whose clock is minutes off and ends at another one. When it began is a matter of the store's clock, so it is neither too old nor from the future, and
// what was ended before it is not what was ended meanwhile.
func TestR46SignInsAcrossClocks(t *testing.T) {
	t.Parallel()
	for _, store := range stores[1:] { // processes on one file have one clock
		t.Run(store.name, func(t *testing.T) {
			t.Parallel()
			f := newFleet(t, Config{Program: withFaultpoints(t), Store: store.new(t), People: 1, AccessTokenLifetime: time.Minute})
			p, wrong, right := f.People[0], startWithClock(t, f), f.StartAside()
			user := visitor.User{Name: p.user.Username, Password: p.user.Password}
			begin := func() string {
				p.Use(wrong.Process)
				defer p.Use(right)
				return answers(t, p, "/auth/login?"+url.Values{"return_to": {p.Page}}.Encode(), http.StatusSeeOther).Header.Get("Location")
			}
			finish := func(there string) visitor.Page {
				a, err := p.Open(there)
				if err == nil && !p.Back(a) {
					a, err = p.FillIn(a, user, "")
				}
				if err != nil {
					t.Fatal(err)
				}
				return a
			}
			for _, off := range []time.Duration{5 * time.Minute, -5 * time.Minute} {
				wrong.set(off)
				end := func() {
					if out, err := f.Command("sessions", "end", "--issuer", f.Issuer, "--subject", p.user.ID); err != nil {
						t.Fatalf("%v\n%s", err, out)
					}
					p.SetCookie("portico", "")
				}
				end()
				if a := finish(begin()); !p.Owns(a) {
					t.Errorf("a clock that is %v off: %s", off, describe(a, nil))
				}
				there := begin()
				end()
				if a := finish(there); a.StatusCode != http.StatusForbidden {
					t.Errorf("a clock that is %v off, and everything ended meanwhile: %s", off, describe(a, nil))
				}
			}
		})
	}
}
