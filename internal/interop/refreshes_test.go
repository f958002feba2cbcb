package interop

import (
	"net/http"
	"sync"
	"sync/atomic"
	"testing"
	"time"
)

// short is how long access tokens live where a test waits for their end.
const short = 8 * time.Second

// expire waits until the access token that was given last has expired.
func expire() { time.Sleep(short + time.Second) }

// burst makes twenty requests at once and returns how many were answered with 200.
func (p *person) burst() int {
	var good atomic.Int64
	var wg sync.WaitGroup
	for range 20 {
		wg.Go(func() {
			if p.status("/sites") == http.StatusOK {
				good.Add(1)
			}
		})
	}
	wg.Wait()
	return int(good.Load())
}

func oneRefresh(t *testing.T, from provider) {
	d := deploy(t, from, settings{life: short, reuse: oneTime})
	p := newPerson(t, d.portal)
	p.signIn("/sites", viewer).want(t, http.StatusOK, "/sites")
	for round := 1; round <= 2; round++ {
		expire()
		if good := p.burst(); good != 20 {
			t.Errorf("round %d: %d of 20 requests succeeded", round, good)
		}
		if answered, again := d.refreshes(); answered != round || again != 0 {
			t.Errorf("round %d: %d refreshes, %d presentations of a used refresh token", round, answered, again)
		}
	}
}

// The identity server has taken the refresh token, and its answer is lost; it takes no refresh token twice. Nothing can bring the tokens back: the person
// is signed in again without noticing.
func answerLostStrict(t *testing.T, from provider) {
	d := deploy(t, from, settings{life: short, reuse: oneTime}, "PORTICO_REFRESH_POLICY=strict")
	p := newPerson(t, d.portal)
	p.signIn("/sites", viewer).want(t, http.StatusOK, "/sites")
	d.fail(loseAnswer)
	expire()
	g := d.insist(t, p, "/sites?q=kouter")
	g.want(t, http.StatusOK, "/sites", "Kouter Offices")
	if g.URL().RawQuery != "q=kouter" || len(g.Way) == 0 {
		t.Errorf("at %s by way of %q", g.URL(), g.Way)
	}
	if _, again := d.refreshes(); again != 1 {
		t.Errorf("the used refresh token was presented %d times more, want once", again)
	}
}

// insist opens a page until it is not 503: a page that says to come back in a moment is one that a browser loads again.
func (d *deployment) insist(t *testing.T, p *person, path string) (g page) {
	t.Helper()
	if !within(20*time.Second, func() bool { g = p.open(path); return g.StatusCode != http.StatusServiceUnavailable }) {
		t.Errorf("%s is not to be had", path)
	}
	return g
}

// It takes one twice: as the operator says so, the refresh that begins before the access token ends is made again at once, and nobody notices or waits.
func answerLostGrace(t *testing.T, from provider) {
	const life = 24 * time.Second
	d := deploy(t, from, settings{life: life, reuse: onceMore}, "PORTICO_REFRESH_POLICY=grace")
	p := newPerson(t, d.portal)
	g := p.fillIn(p.open("/sites"), viewer, "")
	began := time.Now()
	g.want(t, http.StatusOK, "/sites")
	d.fail(loseAnswer)
	good, recovered := true, func() bool {
		answered, again := d.refreshes()
		return answered == 2 && again == 1
	}
	for time.Since(began) < life-time.Second && !recovered() {
		good = p.status("/sites") == http.StatusOK && good
		time.Sleep(200 * time.Millisecond)
	}
	if answered, again := d.refreshes(); !good || !recovered() {
		t.Errorf("every page was there: %t; before the access token ended, the refresh token was presented %d times more, and %d answers given", good, again, answered)
	}
	time.Sleep(time.Until(began.Add(life + time.Second)))
	p.open("/sites").want(t, http.StatusOK, "/sites", "Kouter Offices")
}

// Its refresh tokens stay valid.
func answerLostReusable(t *testing.T, from provider) {
	d := deploy(t, from, settings{life: short, reuse: always}, "PORTICO_REFRESH_POLICY=reusable")
	d.recovers(t, loseAnswer, loseAnswer)
}

// The refresh token never arrived: also a strict provider takes it when it comes again.
func requestLost(t *testing.T, from provider) {
	d := deploy(t, from, settings{life: short, reuse: oneTime}, "PORTICO_REFRESH_POLICY=strict")
	d.recovers(t, loseRequest)
}

// recovers wants a session to survive what goes wrong with a refresh, without a redirect.
func (d *deployment) recovers(t *testing.T, faults ...fault) {
	t.Helper()
	p := newPerson(t, d.portal)
	p.signIn("/sites", viewer).want(t, http.StatusOK, "/sites")
	d.fail(faults...)
	expire()
	g := d.insist(t, p, "/sites")
	g.want(t, http.StatusOK, "/sites", "Kouter Offices")
	if len(g.Way) != 0 {
		t.Errorf("by way of %q", g.Way)
	}
	if _, again := d.refreshes(); again != len(faults) {
		t.Errorf("a refresh token was presented again %d times, want %d", again, len(faults))
	}
	expire()
	p.open("/sites").want(t, http.StatusOK, "/sites") // and the session goes on as before
}

func downForFiveSeconds(t *testing.T, from provider) {
	d := deploy(t, from, settings{life: short, reuse: oneTime})
	p := newPerson(t, d.portal)
	p.signIn("/sites", viewer).want(t, http.StatusOK, "/sites")
	d.stop()
	expire()
	g := p.open("/sites")
	g.want(t, http.StatusServiceUnavailable, "/sites")
	if g.Header.Get("Retry-After") == "" {
		t.Error("the page does not say when to come back")
	}
	d.start()
	g = d.insist(t, p, "/sites")
	g.want(t, http.StatusOK, "/sites")
	if _, again := d.refreshes(); len(g.Way) != 0 || again != 0 {
		t.Errorf("by way of %q, %d presentations of a used refresh token", g.Way, again)
	}
}
