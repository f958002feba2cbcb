// Package clock is the clock that the demo's data live by: what is happening "now" in the invented buildings. It can be moved, run faster or
// stand still. Sessions, tokens and sign-ins do not follow it: they end by the real time, or moving it would sign everybody out.
package clock

import (
	"fmt"
	"sync"
	"time"
)

// Bounds of what the clock may be moved to, the first included. Before them counters had not been installed for long; after them, adding up what they
// show would take long.
var (
	Earliest = time.Date(2024, 1, 1, 0, 0, 0, 0, time.UTC)
	Latest   = time.Date(2032, 1, 1, 0, 0, 0, 0, time.UTC)
)

// MaxSpeed is the highest speed: a day in 24 seconds.
const MaxSpeed = 3600

// Clock is a clock of the demo. It is safe for concurrent use.
type Clock struct {
	mu    sync.Mutex
	set   time.Time // when it was set, by the real clock; guarded by mu
	shown time.Time // what it showed then; guarded by mu
	speed float64   // seconds that pass on it in a real one; guarded by mu
}

// New returns a clock that shows now, or the real time if now is zero, and runs speed times as fast as the real one.
func New(now time.Time, speed float64) *Clock {
	if now.IsZero() {
		now = time.Now()
	}
	c := &Clock{}
	c.put(now, speed)
	return c
}

// put sets everything. Without their monotonic part times go on while the machine sleeps.
func (c *Clock) put(shown time.Time, speed float64) {
	c.set, c.shown, c.speed = time.Now().Round(0), shown.Round(0).UTC(), speed
}

// Now returns what the clock shows, in UTC. It stops at Latest.
func (c *Clock) Now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.now()
}

func (c *Clock) now() time.Time {
	passed := float64(time.Since(c.set)) * c.speed
	if passed >= float64(Latest.Sub(c.shown)) {
		return Latest
	}
	return c.shown.Add(time.Duration(passed))
}

// Speed returns how many times faster than the real clock it runs; 0 when it stands still.
func (c *Clock) Speed() float64 {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.speed
}

// Follows reports whether the clock shows the real time and runs with it.
func (c *Clock) Follows() bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	off := time.Since(c.now())
	return c.speed == 1 && off < time.Second && off > -time.Second
}

// Set moves the clock. It returns an error, and does nothing, outside of [Earliest, Latest].
func (c *Clock) Set(t time.Time) error {
	if t.Before(Earliest) || t.After(Latest) {
		return fmt.Errorf("clock: %v is outside of %d to %d", t, Earliest.Year(), Latest.Year()-1)
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	c.put(t, c.speed)
	return nil
}

// Run lets the clock go on from where it is at another speed. It returns an error, and does nothing, outside of 0 to MaxSpeed.
func (c *Clock) Run(speed float64) error {
	if !(speed >= 0 && speed <= MaxSpeed) {
		return fmt.Errorf("clock: speed %v is outside of 0 to %d", speed, MaxSpeed)
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	c.put(c.now(), speed)
	return nil
}

// Reset goes back to the real time at its own speed.
func (c *Clock) Reset() {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.put(time.Now(), 1)
}
