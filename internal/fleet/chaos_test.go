package fleet

import (
	"flag"
	"math/rand/v2"
	"net/http"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"portico/internal/demo/fault"
	"portico/internal/faultproxy"
)

var (
	chaosFor  = flag.Duration("chaos.for", 12*time.Second, "how long TestChaos goes on")
	chaosSeed = flag.Uint64("chaos.seed", 0, "repeat the decisions of this seed; 0: a new one")
)

// chaos is people who do this and that while everything breaks at random.
type chaos struct {
	*Fleet
	t      *testing.T
	line   *faultproxy.Proxy // to the store
	faults atomic.Int32      // so far
	forced atomic.Int32      // sign-ins that nobody asked for
	asked  atomic.Int32      // requests
}

// Processes die and are restarted, the lines to the identity server and to the store break, answers get lost, while people look, sign out and sign in. Whatever happens: nobody sees anybody else's
// page, what was signed out stays so, every answer comes in bounded time, nobody is signed out more than once for each fault, no secret is logged, and within half a minute everything is well.
func TestChaos(t *testing.T) {
	t.Parallel()
	seed := *chaosSeed
	if seed == 0 {
		seed = uint64(time.Now().UnixNano())
	}
	t.Logf("repeat with -chaos.seed=%d", seed)
	line, store := throughProxy(t, postgresServer(t).NewDatabase(t))
	c := &chaos{Fleet: newFleet(t, Config{Store: store, Replicas: 2, People: 4}), t: t, line: line}
	signedIn(t, c.People...)
	end := time.Now().Add(*chaosFor)
	var wg sync.WaitGroup
	for i, p := range c.People {
		wg.Go(func() { c.live(p, rand.New(rand.NewPCG(seed, uint64(i))), end) })
	}
	logs := c.weather(rand.New(rand.NewPCG(seed, 99)), end)
	wg.Wait()
	for _, p := range c.People {
		if !within(30*time.Second, func() bool { a, err := p.Open(p.Page); return err == nil && p.Owns(a) }) {
			t.Errorf("%s is not back within 30 s", p.Name)
		}
	}
	if n, most := c.forced.Load(), c.faults.Load()*int32(len(c.People)); n > most {
		t.Errorf("%d sign-ins were forced by %d faults", n, c.faults.Load())
	}
	for _, p := range c.Processes() {
		logs += p.Log()
	}
	for _, secret := range []string{"rt.", "eyJ", "1." + strings.Repeat("A", 20)} {
		if strings.Contains(logs, secret) {
			t.Errorf("a log holds %q", secret)
		}
	}
	for _, p := range c.People {
		if strings.Contains(logs, sessionCookie(p)) || strings.Contains(logs, p.user.Password) {
			t.Errorf("a log holds a secret of %s", p.Name)
		}
	}
	t.Logf("%d requests, %d faults, %d sign-ins forced, %d refreshes, %d tokens presented twice", c.asked.Load(), c.faults.Load(), c.forced.Load(), c.Identity.Refreshes(), c.Identity.Replays())
}

// live is what one person does.
func (c *chaos) live(p *Person, r *rand.Rand, end time.Time) {
	var ended []string // cookies of sessions that were signed out
	for time.Now().Before(end) {
		switch n := r.IntN(20); {
		case n < 16:
			c.look(p)
		case n < 18:
			var tabs sync.WaitGroup
			for range 5 {
				tabs.Go(func() { c.look(p) })
			}
			tabs.Wait()
		case n < 19:
			old := sessionCookie(p)
			if a, err := p.Post("/auth/logout", nil); err == nil && a.StatusCode == http.StatusSeeOther && old != "" {
				ended = append(ended, old)
			}
		case len(ended) > 0:
			c.wantEnded(p, ended[r.IntN(len(ended))])
		}
		time.Sleep(time.Duration(r.IntN(150)) * time.Millisecond)
	}
}

// look asks for the person's page, and signs in when that is asked for.
func (c *chaos) look(p *Person) {
	c.asked.Add(1)
	began := time.Now()
	a, err := p.Get(p.Page)
	if took := time.Since(began); took > mostWait {
		c.t.Errorf("an answer took %v", took)
	}
	if err != nil {
		return // its process died
	}
	for _, other := range c.People {
		if other != p && strings.Contains(a.Body, other.Name) {
			c.t.Errorf("%s sees the page of %s", p.Name, other.Name)
		}
	}
	switch {
	case a.StatusCode == http.StatusSeeOther:
		if sessionCookie(p) != "" {
			c.forced.Add(1)
		}
		_, _ = p.SignIn()
	case p.Owns(a), a.StatusCode >= 500 && a.StatusCode != http.StatusInternalServerError, a.StatusCode == http.StatusForbidden: // forbidden: signed in twice within a minute
	default:
		c.t.Errorf("%s: %s", p.Name, describe(a, nil))
	}
}

// wantEnded presents the cookie of a session that was signed out.
func (c *chaos) wantEnded(p *Person, cookie string) {
	stranger := newPerson(c.Fleet, p.user)
	stranger.SetCookie("portico", cookie)
	if a, err := stranger.Get(p.Page); err == nil && a.StatusCode < 300 {
		c.t.Errorf("a session that was signed out opens %s", describe(a, nil))
	}
}

// weather breaks one thing after the other, and heals everything in the end. It returns what the processes that are gone had logged.
func (c *chaos) weather(r *rand.Rand, end time.Time) (logs string) {
	heal := func() {
		c.IdentityFaults.Set()
		if err := c.IdentityLine.Heal(); err != nil {
			c.t.Error(err)
		}
		if err := c.line.Heal(); err != nil {
			c.t.Error(err)
		}
	}
	for time.Now().Before(end) {
		c.faults.Add(1)
		switch r.IntN(9) {
		case 0:
			p := c.Processes()[0]
			_ = p.Kill()
			logs += p.Log()
			c.Start()
		case 1:
			p := c.Processes()[0]
			if err := p.Stop(); err != nil {
				c.t.Errorf("a process ended with %v", err)
			}
			logs += p.Log()
			c.Start()
		case 2:
			_ = c.IdentityLine.Refuse()
		case 3:
			c.IdentityLine.Blackhole()
		case 4:
			c.IdentityFaults.Set(fault.Rule{Path: "/token", Fault: fault.Fault{Status: http.StatusServiceUnavailable}})
		case 5:
			c.IdentityFaults.Set(fault.Rule{Path: "/token", Count: 1, Fault: fault.Fault{Cut: true, After: true}}) // an answer is lost
		case 6:
			_ = c.line.Refuse()
		case 7:
			c.line.Blackhole()
		case 8:
			c.line.ResetAfter(int64(r.IntN(2000)))
		}
		time.Sleep(time.Duration(200+r.IntN(1200)) * time.Millisecond)
		heal()
		time.Sleep(time.Duration(r.IntN(800)) * time.Millisecond)
	}
	return logs
}
