// Package energy is the demo's data: a pure function of seed, variable and time. Nothing is stored and nothing is computed at
// start; any range can be read at any moment, and is the same on every machine.
//
// Patterns live in Belgian local time, points in UTC. The catalogue describes twelve invented sites in real Belgian towns with
// what a building portfolio shows: base loads, office hours, school holidays, weather, prices, and meters that fail.
package energy

import (
	"fmt"
	"iter"
	"math"
	"time"
	_ "time/tzdata" // patterns follow Belgian clocks on machines without a zone database too
)

// History is how far back data go: three years and a little, so that "the same period last year" exists at any time.
const History = 1100 * 24 * time.Hour

// World is the demo's data for one seed. Its fields are not to be changed. It is safe for concurrent use.
type World struct {
	Sites     []Site     // ascending by id
	Sources   []Source   // ascending by id
	Variables []Variable // ascending by id
	Alarms    []Alarm    // ascending by id

	seed uint64
	zone *time.Location // Europe/Brussels
	byID map[int]int    // variable id → index
}

// Point is a value at a time.
type Point struct {
	Time    time.Time // UTC; the start of the span that the value is for
	Value   float64
	Quality Quality
	Arrived time.Time // UTC; nobody could read the point before
}

// New returns the world of a seed. The catalogue is the same for every seed, the values differ.
func New(seed uint64) *World { return Scaled(seed, 1) }

// Scaled returns a world whose first account has scale times its twelve sites, for lists, searches and maps that are full: the first
// twelve are those of New, the others are copies with numbers, names, places and values of their own, and without alarms.
func Scaled(seed uint64, scale int) *World {
	zone, err := time.LoadLocation("Europe/Brussels")
	if err != nil {
		panic(fmt.Sprintf("energy: the embedded zone database lacks Belgium: %v", err))
	}
	w := &World{seed: seed, zone: zone, byID: map[int]int{}}
	w.furnish(scale)
	return w
}

// Warm adds up what counters show at now, which the first reading of a year would otherwise wait for. It changes nothing that can be read.
func (w *World) Warm(now time.Time) {
	for _, v := range w.Variables {
		if v.register && w.Sites[v.site].Copy == 0 {
			w.Value(v, now, now)
		}
	}
}

// Variable returns a variable of the catalogue, and false when there is none with this id.
func (w *World) Variable(id int) (Variable, bool) {
	i, ok := w.byID[id]
	if !ok {
		return Variable{}, false
	}
	return w.Variables[i], true
}

// Value returns the value of v at t, and false when there is none because the meter was silent. now places what happens "these
// days", such as a leak that began nine days ago.
func (w *World) Value(v Variable, t, now time.Time) (float64, bool) {
	x, quality := w.valueAt(&v, w.moment(v.site, t.Unix()), now.Unix())
	return x, quality != Missing
}

func (w *World) valueAt(v *Variable, m *moment, now int64) (float64, Quality) {
	if v.silent(m) {
		return 0, Missing
	}
	x, quality := v.distort(m, now, v.model(m))
	return round(x, v.digits), quality
}

// Points yields the points of v in [from, to) that have arrived at now, oldest first.
func (w *World) Points(v Variable, from, to, now time.Time) iter.Seq[Point] {
	return w.walk(v, w.times(v, from, to, now), now)
}

// Backward yields the same points as Points, newest first.
func (w *World) Backward(v Variable, from, to, now time.Time) iter.Seq[Point] {
	return w.walk(v, w.times(v, from, to, now).reversed(), now)
}

func (w *World) walk(v Variable, times instants, now time.Time) iter.Seq[Point] {
	return func(yield func(Point) bool) {
		m := w.moment(v.site, times.at(0))
		for i := range times.n {
			m.move(times.at(i))
			arrived := v.arrival(m)
			if arrived > now.Unix() {
				continue
			}
			value, quality := w.valueAt(&v, m, now.Unix())
			if quality != Missing && !yield(Point{time.Unix(m.sec, 0).UTC(), value, quality, time.Unix(arrived, 0).UTC()}) {
				return
			}
		}
	}
}

// instants are a row of moments at which a variable may have points.
type instants struct {
	first, step int64 // seconds since 1970, and between moments
	days        bool  // moments are local midnights; then first is the first one's noon
	zone        *time.Location
	n           int
}

// times are the moments of v in [from, to) within the history that ends at now.
func (w *World) times(v Variable, from, to, now time.Time) instants {
	if oldest := now.Add(-History); from.Before(oldest) {
		from = oldest
	}
	if latest := now.Add(24 * time.Hour); to.After(latest) {
		to = latest
	}
	if v.Step >= day24 {
		return w.midnights(from, to)
	}
	step := int64(v.Step / time.Second)
	first, end := ceilDiv(ceilSecond(from), step)*step, ceilSecond(to)
	if first >= end {
		return instants{}
	}
	return instants{first: first, step: step, n: int((end - first + step - 1) / step)}
}

// midnights are the local midnights in [from, to). They are told apart by their noons, which are 24 hours apart by the clock.
func (w *World) midnights(from, to time.Time) instants {
	l := from.In(w.zone)
	t := time.Date(l.Year(), l.Month(), l.Day(), 0, 0, 0, 0, w.zone)
	if t.Before(from) {
		t = t.AddDate(0, 0, 1)
	}
	noon := time.Date(t.Year(), t.Month(), t.Day(), 12, 0, 0, 0, time.UTC)
	n := 0
	for ; t.Before(to); t = t.AddDate(0, 0, 1) {
		n++
	}
	return instants{first: noon.Unix(), step: 86400, days: true, zone: w.zone, n: n}
}

func (t instants) reversed() instants {
	t.first += int64(t.n-1) * t.step
	t.step = -t.step
	return t
}

func (t instants) at(i int) int64 {
	sec := t.first + int64(i)*t.step
	if !t.days {
		return sec
	}
	y, m, d := time.Unix(sec, 0).UTC().Date()
	return time.Date(y, m, d, 0, 0, 0, 0, t.zone).Unix()
}

// ceilSecond is t in seconds since 1970, rounded up.
func ceilSecond(t time.Time) int64 {
	sec := t.Unix()
	if t.Nanosecond() > 0 {
		sec++
	}
	return sec
}

func ceilDiv(a, b int64) int64 {
	q := a / b
	if a%b > 0 {
		q++
	}
	return q
}

func round(x float64, digits int) float64 {
	p := math.Pow10(digits)
	return math.Round(x*p) / p
}
