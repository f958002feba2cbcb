package series

import (
	"math"
	"time"
)

// Cell is one of the 168 hours of a week.
type Cell struct {
	Mean  float64
	Count int // slots with a value; 0 leaves Mean 0, which is then no value
}

// Profile is what an hour of a weekday is like: [0] is Monday, [0][0] its first hour by the local clock. An hour that clocks show twice counts twice.
type Profile [7][24]Cell

// ByWeekday averages slots of an hour or less over the hours of the week.
func ByWeekday(slots []Slot, zone *time.Location) Profile {
	var p Profile
	for _, s := range slots {
		if s.Missing {
			continue
		}
		at := s.Start.In(zone)
		c := &p[(int(at.Weekday())+6)%7][at.Hour()]
		c.Count++
		c.Mean += (s.Value - c.Mean) / float64(c.Count)
	}
	return p
}

// Grid has a column for each local day and a row for each step of the clock. NaN is a missing value, +Inf one that is still to come or that clocks skip.
type Grid struct {
	Days []time.Time // starts of the local days
	Step time.Duration
	Rows int       // steps of a day of 24 hours
	A, B []float64 // [day*Rows+row]; where clocks show a step twice, A is the first and B the second, elsewhere they are the same
}

// ByDay lays slots of step, which divides an hour or is one, onto days and steps of the local clock.
func ByDay(slots []Slot, r Range, step time.Duration) Grid {
	g := Grid{Step: step, Rows: int(24 * time.Hour / step)}
	for t := floor(r.From.In(r.Zone), "d"); t.Before(r.To); t = shift(t, 1, "d") {
		g.Days = append(g.Days, t)
	}
	g.A = make([]float64, len(g.Days)*g.Rows)
	for i := range g.A {
		g.A[i] = math.Inf(1)
	}
	g.B = append([]float64(nil), g.A...)
	first := day(r.From, r.Zone)
	for _, s := range slots {
		g.put(s, wall(s.Start.In(r.Zone)), first)
	}
	return g
}

func (g Grid) put(s Slot, at time.Time, first int) {
	column := int(at.Unix()/86400) - first
	if column < 0 || column >= len(g.Days) || s.Missing && s.Future {
		return
	}
	i := column*g.Rows + int(at.Sub(at.Truncate(24*time.Hour))/g.Step)
	v := s.Value
	if s.Missing {
		v = math.NaN()
	}
	if math.IsInf(g.A[i], 1) {
		g.A[i] = v
	}
	g.B[i] = v
}

// Twice reports whether any step comes twice, with another value.
func (g Grid) Twice() bool {
	for i, a := range g.A {
		if a != g.B[i] && !(math.IsNaN(a) && math.IsNaN(g.B[i])) {
			return true
		}
	}
	return false
}
