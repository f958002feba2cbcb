package hub

import (
	"cmp"
	"iter"
	"slices"
	"time"

	"portico/internal/demo/energy"
)

// change is a change of an alarm's state.
type change struct {
	t                     time.Time
	value                 float64
	present, acknowledged bool
	by, comment           string
}

// ack is that somebody acknowledged an alarm.
type ack struct {
	t           time.Time
	by, comment string
}

// hint is something that may change an alarm's state.
type hint struct {
	change
	kind hintKind
}

type hintKind int

const (
	sets hintKind = iota
	resets
	acknowledges
)

// maxWatched is how far back an alarm that somebody made looks.
const maxWatched = 31 * 24 * time.Hour

// latest is the newest change of an alarm at now; false when it never changed.
func (c *call) latest(a *alarm, now time.Time) (change, bool) {
	before, ok, changes := c.history(a, now, now.Add(1), now)
	if len(changes) > 0 {
		return changes[len(changes)-1], true
	}
	return before, ok
}

// history is what an alarm was before from, and the changes in [from, to) that had happened at now, oldest first.
func (c *call) history(a *alarm, from, to, now time.Time) (before change, ok bool, changes []change) {
	to = earlier(to, now.Add(1))
	if !a.until.IsZero() {
		to = earlier(to, a.until)
	}
	extra := c.extraHints(a, to, now)
	start := from
	if len(extra) > 0 {
		start = earlier(start, extra[0].t)
	}
	before, ok = c.worldBefore(a, start)
	state := before
	for _, h := range c.withWorld(a, extra, start, to) {
		next, changed := state.after(h)
		if !changed {
			continue
		}
		if state = next; h.t.Before(from) {
			before, ok = next, true
		} else {
			changes = append(changes, next)
		}
	}
	return before, ok, changes
}

func earlier(a, b time.Time) time.Time {
	if b.Before(a) {
		return b
	}
	return a
}

// after is the state after a hint, and whether it is another one. An occurrence that begins is nobody's yet.
func (s change) after(h hint) (change, bool) {
	next := h.change
	switch {
	case h.kind == acknowledges && !s.acknowledged:
		next.value, next.present, next.acknowledged = s.value, s.present, true
	case h.kind == sets && !s.present:
		next.present, next.acknowledged = true, false
	case h.kind == resets && s.present:
		next.present, next.acknowledged = false, s.acknowledged
	default:
		return s, false
	}
	return next, true
}

// worldBefore is the world's newest change of an alarm before t.
func (c *call) worldBefore(a *alarm, t time.Time) (change, bool) {
	if a.world == nil {
		return change{}, false
	}
	if !a.since.IsZero() {
		t = earlier(t, a.since)
	}
	last, ok := c.hub.c.World.LastChange(*a.world, t.Add(-1))
	return ofWorld(last).change, ok
}

func ofWorld(x energy.Change) hint {
	h := hint{change{t: x.Time, value: x.Value, present: x.Present, acknowledged: x.Acknowledged, by: x.By}, resets}
	switch {
	case x.Acknowledged:
		h.kind = acknowledges
	case x.Present:
		h.kind = sets
	}
	return h
}

// withWorld adds the world's own changes in [from, to) to others, in the order of time.
func (c *call) withWorld(a *alarm, hints []hint, from, to time.Time) []hint {
	if a.world == nil {
		return hints
	}
	if !a.since.IsZero() {
		to = earlier(to, a.since)
	}
	for _, x := range c.hub.c.World.Changes(*a.world, from, to) {
		hints = append(hints, ofWorld(x))
	}
	return byTime(hints)
}

func byTime(hints []hint) []hint {
	slices.SortStableFunc(hints, func(a, b hint) int { return a.t.Compare(b.t) })
	return hints
}

// extraHints are what the world does not know of: acknowledgements, points that were pushed, and what an alarm that somebody made sees.
func (c *call) extraHints(a *alarm, to, now time.Time) []hint {
	var hints []hint
	c.tenant.mu.Lock()
	for _, k := range c.tenant.acks[a.id] {
		if k.t.Before(to) {
			hints = append(hints, hint{change{t: k.t, by: k.by, comment: k.comment}, acknowledges})
		}
	}
	c.tenant.mu.Unlock()
	x := c.view.variable[a.o.idOf("variableId")]
	if a.world != nil && !a.world.Binary {
		for _, p := range c.written(x, time.Time{}, to, now) {
			if !p.late && (a.since.IsZero() || p.t.Before(a.since)) {
				hints = a.judge(hints, p.t, p.value)
			}
		}
	}
	if !a.since.IsZero() {
		for t, value := range c.watched(a, x, to, now) {
			hints = a.judge(hints, t, value)
		}
	}
	return byTime(hints)
}

// judge adds what a value does to an alarm, if it does anything.
func (a *alarm) judge(hints []hint, t time.Time, value float64) []hint {
	set, reset, sign := a.o.real("setValue"), a.o.real("resetValue"), 1.0
	if a.o["thresholdType"] == "Low" {
		sign = -1
	}
	switch {
	case sign*value >= sign*set:
		return append(hints, hint{change{t: t, value: value}, sets})
	case sign*value <= sign*reset:
		return append(hints, hint{change{t: t, value: value}, resets})
	}
	return hints
}

// watched are the values that an alarm which somebody made or changed looks at: what arrived since, one by one, or for a rolling or scheduled
// alarm a value for each of its steps, at the step's end. What is late is passed over.
func (c *call) watched(a *alarm, x *variable, to, now time.Time) iter.Seq2[time.Time, float64] {
	from := a.since.Add(-x.step)
	if oldest := now.Add(-maxWatched); from.Before(oldest) {
		from = oldest
	}
	fresh := func(yield func(energy.Point) bool) {
		for p := range c.points(x, from, to, now) {
			if p.Quality != energy.Late && p.Arrived.After(a.since) && !yield(p) {
				return
			}
		}
	}
	window := stepOf(a.o)
	return func(yield func(time.Time, float64) bool) {
		if a.o["frequencyType"] == "Raw" || window <= 0 {
			for p := range fresh {
				if !yield(p.Time, p.Value) {
					return
				}
			}
			return
		}
		aggregate := cmp.Or(idOf(energy.Aggregates, a.o.textOf("aggregationType")), x.aggregate)
		for r := range aggregated(fresh, steps(window), aggregate) {
			if end := r.t.Add(window); end.Before(to) && !yield(end, r.value) {
				return
			}
		}
	}
}

// steps divides time into spans of one length.
type steps time.Duration

func (s steps) bucket(t time.Time) (start, end time.Time) {
	start = t.Truncate(time.Duration(s))
	return start, start.Add(time.Duration(s))
}
