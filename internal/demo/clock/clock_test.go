package clock

import (
	"math"
	"testing"
	"testing/synctest"
	"time"
)

var start = time.Date(2026, 10, 25, 0, 55, 0, 0, time.UTC)

func TestClock(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := New(start, 60)
		want := func(what string, at time.Time) {
			t.Helper()
			if got := c.Now(); !got.Equal(at) || got.Location() != time.UTC {
				t.Errorf("%s: the clock shows %v, want %v", what, got, at)
			}
		}
		want("at the start", start)
		time.Sleep(time.Minute)
		want("after a minute at ×60", start.Add(time.Hour))
		if err := c.Run(0); err != nil {
			t.Fatal(err)
		}
		time.Sleep(time.Hour)
		want("standing still", start.Add(time.Hour))
		if err := c.Set(start); err != nil || c.Speed() != 0 {
			t.Fatalf("Set: %v, speed %v", err, c.Speed())
		}
		if err := c.Run(0.5); err != nil {
			t.Fatal(err)
		}
		time.Sleep(10 * time.Second)
		want("at half speed, set back", start.Add(5*time.Second))
		if c.Follows() {
			t.Error("a moved clock says that it follows the real one")
		}
		c.Reset()
		time.Sleep(time.Hour)
		want("after the reset", time.Now())
		if !c.Follows() {
			t.Error("the clock was reset and does not follow the real one")
		}
	})
}

func TestClockRefuses(t *testing.T) {
	t.Parallel()
	c := New(start, 0)
	for _, at := range []time.Time{{}, Earliest.Add(-1), Latest.Add(1)} {
		if c.Set(at) == nil {
			t.Errorf("Set(%v) was accepted", at)
		}
	}
	for _, speed := range []float64{-1, MaxSpeed + 1, math.NaN(), math.Inf(1)} {
		if c.Run(speed) == nil {
			t.Errorf("Run(%v) was accepted", speed)
		}
	}
	if !c.Now().Equal(start) || c.Speed() != 0 {
		t.Errorf("what was refused changed the clock: %v, speed %v", c.Now(), c.Speed())
	}
}

func TestClockStopsAtTheEnd(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := New(Latest.Add(-time.Hour), MaxSpeed)
		time.Sleep(24 * time.Hour)
		if got := c.Now(); !got.Equal(Latest) {
			t.Errorf("the clock shows %v, want %v", got, Latest)
		}
	})
}
