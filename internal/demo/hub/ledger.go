package hub

import (
	"iter"
	"slices"
	"sort"
	"sync"
	"time"

	"portico/internal/demo/energy"
)

// ledger is what has been pushed to an account's variables and deleted from them. The world's own points are not in it.
type ledger struct {
	mu     sync.RWMutex
	series map[int]series // id of a variable → what is written; guarded by mu
	points int            // of all series; guarded by mu
}

// series is what is written to one variable. Slices are not changed where somebody may be reading: points are added behind the end, or in a
// new slice.
type series struct {
	points []pushed // ascending by time, each time once
	gaps   []gap
}

// pushed is a point that a client wrote.
type pushed struct {
	t       time.Time
	value   float64
	arrived time.Time // nobody can read it before
	late    bool      // more than two newer points came before it: alarms pass it over
}

// gap hides the world's points in [from, to) that had arrived when they were deleted.
type gap struct{ from, to, at time.Time }

func (g gap) hides(p energy.Point) bool {
	return !p.Time.Before(g.from) && p.Time.Before(g.to) && !p.Arrived.After(g.at)
}

// of returns what is written to a variable. It does not change any more.
func (l *ledger) of(variable int) series {
	l.mu.RLock()
	defer l.mu.RUnlock()
	return l.series[variable]
}

// add writes points to a variable; of several at one time the last one counts. It returns false when there is no room.
func (l *ledger) add(variable int, points []pushed) bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.points+len(points) > maxPoints {
		return false
	}
	if l.series == nil {
		l.series = map[int]series{}
	}
	s := l.series[variable]
	before := len(s.points)
	s.points = merge(s.points, points)
	l.points += len(s.points) - before
	l.series[variable] = s
	return true
}

// merge puts points among those that are there.
func merge(have, points []pushed) []pushed {
	points = slices.Clone(points)
	slices.SortStableFunc(points, func(a, b pushed) int { return a.t.Compare(b.t) })
	kept := points[:0]
	for i, p := range points {
		if i+1 == len(points) || !points[i+1].t.Equal(p.t) {
			kept = append(kept, p)
		}
	}
	if len(kept) == 0 || len(have) == 0 || have[len(have)-1].t.Before(kept[0].t) {
		return append(have, kept...)
	}
	all := make([]pushed, 0, len(have)+len(kept))
	for _, p := range kept {
		n := position(have, p.t)
		all = append(all, have[:n]...)
		if have = have[n:]; len(have) > 0 && have[0].t.Equal(p.t) {
			have = have[1:]
		}
		all = append(all, p)
	}
	return append(all, have...)
}

// position is the index of the first point at or after t.
func position(points []pushed, t time.Time) int {
	return sort.Search(len(points), func(i int) bool { return !points[i].t.Before(t) })
}

// remove deletes the points of a variable in [from, to), of the world and of clients, as they are at a moment. It returns false when there is
// no room to remember it.
func (l *ledger) remove(variable int, g gap) bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.series == nil {
		l.series = map[int]series{}
	}
	s := l.series[variable]
	gaps := slices.DeleteFunc(slices.Clone(s.gaps), func(old gap) bool { return !old.from.Before(g.from) && !old.to.After(g.to) })
	if len(gaps) >= maxGaps {
		return false
	}
	first, end := position(s.points, g.from), position(s.points, g.to)
	if first < end {
		s.points = slices.Concat(s.points[:first], s.points[end:])
		l.points -= end - first
	}
	s.gaps = append(gaps, g)
	l.series[variable] = s
	return true
}

// keep forgets what was written to variables that are not among those that are there.
func (l *ledger) keep(there map[int]*variable) {
	l.mu.Lock()
	defer l.mu.Unlock()
	for id, s := range l.series {
		if there[id] == nil {
			l.points -= len(s.points)
			delete(l.series, id)
		}
	}
}

// visible are the pushed points in [from, to) that can be read at now.
func (s series) visible(from, to, now time.Time) []pushed {
	if len(s.points) == 0 || !from.Before(to) {
		return nil
	}
	points := s.points[position(s.points, from):position(s.points, to)]
	if !slices.ContainsFunc(points, func(p pushed) bool { return p.arrived.After(now) }) {
		return points
	}
	return slices.DeleteFunc(slices.Clone(points), func(p pushed) bool { return p.arrived.After(now) })
}

// points yields what a variable has in [from, to) at now, oldest first: the world's points, or what its formula gives, and the pushed ones, each
// in the place of another one at its time.
func (c *call) points(x *variable, from, to, now time.Time) iter.Seq[energy.Point] {
	var below iter.Seq[energy.Point]
	if x.world != nil {
		below = c.hub.c.World.Points(*x.world, from, to, now)
	} else if d := c.dated(x); d != nil {
		below = c.results(x, c.points(d, from, to, now), now)
	}
	return c.tenant.ledger.of(x.id).over(below, c.written(x, from, to, now), 1)
}

// backward yields the same points, newest first.
func (c *call) backward(x *variable, from, to, now time.Time) iter.Seq[energy.Point] {
	var below iter.Seq[energy.Point]
	if x.world != nil {
		below = c.hub.c.World.Backward(*x.world, from, to, now)
	} else if d := c.dated(x); d != nil {
		below = c.results(x, c.backward(d, from, to, now), now)
	}
	points := slices.Clone(c.written(x, from, to, now))
	slices.Reverse(points)
	return c.tenant.ledger.of(x.id).over(below, points, -1)
}

// written are the points in [from, to) that were pushed to a variable, and those that come out anew because its inputs were pushed to.
func (c *call) written(x *variable, from, to, now time.Time) []pushed {
	s := c.tenant.ledger.of(x.id)
	own := s.visible(from, to, now)
	if again := c.recomputed(x, s, from, to, now); len(again) > 0 {
		return merge(again, own)
	}
	return own
}

// over lays pushed points over the world's. Both are in one order: direction is 1 for ascending and -1 for descending.
func (s series) over(world iter.Seq[energy.Point], points []pushed, direction int) iter.Seq[energy.Point] {
	if world != nil && len(points) == 0 && len(s.gaps) == 0 {
		return world
	}
	return func(yield func(energy.Point) bool) {
		i := 0
		for p := range orNone(world) {
			for ; i < len(points) && direction*points[i].t.Compare(p.Time) < 0; i++ {
				if !yield(points[i].point()) {
					return
				}
			}
			switch {
			case i < len(points) && points[i].t.Equal(p.Time):
			case slices.ContainsFunc(s.gaps, func(g gap) bool { return g.hides(p) }):
			case !yield(p):
				return
			}
		}
		for ; i < len(points); i++ {
			if !yield(points[i].point()) {
				return
			}
		}
	}
}

func orNone(points iter.Seq[energy.Point]) iter.Seq[energy.Point] {
	if points == nil {
		return func(func(energy.Point) bool) {}
	}
	return points
}

func (p pushed) point() energy.Point {
	quality := energy.Measured
	if p.late {
		quality = energy.Late
	}
	return energy.Point{Time: p.t, Value: p.value, Quality: quality, Arrived: p.arrived}
}
