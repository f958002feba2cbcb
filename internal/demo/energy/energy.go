// Package energy is the demo's data: a pure function of seed, variable and time. Nothing is stored and nothing is computed at
// start; any range can be read at any moment, and is the same on every machine.
//
// Patterns live in Belgian local time, points in UTC. The catalogue describes twelve invented sites in real Belgian towns with what a
// building portfolio shows: base loads, office hours, school holidays, weather, prices, and meters that fail.
package energy

import (
	"math"
	"time"
)

// World is the demo's data for one seed. It is safe for concurrent use.
type World struct {
	seed      uint64
	zone      *time.Location
	Sites     []Site
	Sources   []Source
	Variables []Variable
	byID      map[int]int // variable id → index
}

// History is how far back data go.
const History = 3 * 365 * 24 * time.Hour

// New returns the world of a seed. The catalogue is the same for every seed, the values differ.
func New(seed uint64) *World {
	zone, err := time.LoadLocation("Europe/Brussels")
	if err != nil {
		zone = time.FixedZone("CET", 3600) // no zone database: patterns stay, clock changes do not
	}
	w := &World{seed: seed, zone: zone, byID: map[int]int{}}
	w.catalogue()
	return w
}

// Variable returns a variable of the catalogue.
func (w *World) Variable(id int) (Variable, bool) {
	i, ok := w.byID[id]
	if !ok {
		return Variable{}, false
	}
	return w.Variables[i], true
}

// Point is a value at a time.
type Point struct {
	Time  time.Time // UTC
	Value float64
}

// Points calls yield with the points of v in [from, to) that have arrived at now, oldest first, until it returns false.
func (w *World) Points(v Variable, from, to, now time.Time, yield func(Point) bool) {
	if oldest := now.Add(-History); from.Before(oldest) {
		from = oldest
	}
	if v.Step >= 24*time.Hour {
		w.days(v, from, to, now, yield)
		return
	}
	first := from.Truncate(v.Step)
	if first.Before(from) {
		first = first.Add(v.Step)
	}
	for t := first; t.Before(to) && !t.Add(v.delay(w.seed)).After(now); t = t.Add(v.Step) {
		value, ok := w.Value(v, t, now)
		if ok && !yield(Point{t, value}) {
			return
		}
	}
}

// days are points at local midnight, because a daily value is a local day's.
func (w *World) days(v Variable, from, to, now time.Time, yield func(Point) bool) {
	l := from.In(w.zone)
	for t := time.Date(l.Year(), l.Month(), l.Day(), 0, 0, 0, 0, w.zone); t.Before(to); t = t.AddDate(0, 0, 1) {
		if t.Before(from) {
			continue
		}
		if t.AddDate(0, 0, 1).After(now) {
			return
		}
		if value, ok := w.Value(v, t.UTC(), now); ok && !yield(Point{t.UTC(), value}) {
			return
		}
	}
}

// delay is how long a point of v is on its way: 5 to 40 s, the same for each meter.
func (v Variable) delay(seed uint64) time.Duration {
	return 5*time.Second + time.Duration(unit(mix(seed, uint64(v.Source), 77))*35)*time.Second
}

// Value returns the value of v at t, and false when there is none: the meter was silent. now places what happens "these days".
func (w *World) Value(v Variable, t, now time.Time) (float64, bool) {
	site := w.Sites[v.site]
	m := moment{t: t, local: t.In(w.zone), world: w, site: site, salt: mix(w.seed, uint64(v.ID), 1)}
	m.hour = float64(m.local.Hour()) + float64(m.local.Minute())/60
	if w.silent(v, site, m) {
		return 0, false
	}
	value := v.model(m)
	value = w.faulty(v, site, m, now, value)
	return round(value, v.digits), true
}

func round(x float64, digits int) float64 {
	p := math.Pow10(digits)
	return math.Round(x*p) / p
}

// moment is what a model looks at.
type moment struct {
	t     time.Time
	local time.Time
	hour  float64 // of the local day, with fractions
	world *World
	site  Site
	salt  uint64
}

// mix is splitmix64 over three words: well-spread bits for any input.
func mix(a, b, c uint64) uint64 {
	x := a + 0x9e3779b97f4a7c15*(b+1) + 0xbf58476d1ce4e5b9*(c+1)
	x ^= x >> 30
	x *= 0xbf58476d1ce4e5b9
	x ^= x >> 27
	x *= 0x94d049bb133111eb
	return x ^ x>>31
}

// unit maps bits to [0, 1).
func unit(x uint64) float64 { return float64(x>>11) / (1 << 53) }

// smooth is value noise in [-1, 1]: random at multiples of span, eased in between.
func smooth(salt uint64, t time.Time, span time.Duration) float64 {
	s := t.Unix() / int64(span/time.Second)
	f := float64(t.Unix()%int64(span/time.Second)) / (float64(span) / float64(time.Second))
	f = f * f * (3 - 2*f)
	a, b := unit(mix(salt, uint64(s), 3)), unit(mix(salt, uint64(s+1), 3))
	return 2*(a+(b-a)*f) - 1
}

// noise is smooth noise over quarter hours, hours and days, about within [-1, 1].
func (m moment) noise() float64 {
	return 0.45*smooth(m.salt, m.t, 15*time.Minute) + 0.35*smooth(m.salt^5, m.t, time.Hour) + 0.2*smooth(m.salt^9, m.t, 24*time.Hour)
}
