package hub

import (
	"iter"
	"math"
	"slices"
	"time"

	"portico/internal/demo/energy"
	"portico/internal/demo/formula"
)

// maxComputed is how many calculations may stand on one another, so that none stands on itself for ever.
const maxComputed = 4

// maxInputs is how many points may be read for one value, inputs of inputs among them: calculations come from strangers, and those on top of one another multiply.
const maxInputs = 256

// computable reports whether a variable has a formula, and one that can be computed with what there is to read.
func (c *call) computable(x *variable) bool {
	return x.calculation != nil && c.depth < maxComputed && (c.depth > 0 || c.inputs(x, maxComputed) <= maxInputs)
}

// inputs is how many points are read for one value of x, so many calculations deep. It stops counting above maxInputs.
func (c *call) inputs(x *variable, deep int) int {
	n := 0
	for _, k := range x.calculation {
		of := 0
		for _, alias := range k.script.Variables() {
			of++
			if y := c.view.variable[k.inputs[alias]]; y != nil && deep > 1 {
				of += c.inputs(y, deep-1)
			}
			if of > maxInputs {
				return of
			}
		}
		n = max(n, of)
	}
	return n
}

// computed is x at t from what its inputs are at now; false when one of them has no value there.
func (c *call) computed(x *variable, t, now time.Time) (p pushed, ok bool) {
	k, ok := x.calculation.at(t)
	if !ok {
		return p, false
	}
	p.t = t
	in := formula.Inputs{Variables: map[string]float64{}, Constants: k.constants, Forms: c.formValues(k.fields)}
	for _, alias := range k.script.Variables() {
		y := c.view.variable[k.inputs[alias]]
		if y == nil || k.units[alias] != 0 && k.units[alias] != y.unit {
			return p, false
		}
		value, ok := c.pointAt(y, t, now)
		if !ok {
			return p, false
		}
		in.Variables[alias] = value.Value
		p.late = p.late || value.Quality == energy.Late
		if value.Arrived.After(p.arrived) {
			p.arrived = value.Arrived
		}
	}
	p.value, ok = k.script.Value(in)
	p.value = math.Round(p.value*1e6) / 1e6
	return p, ok
}

// pointAt is the point of an input at t.
func (c *call) pointAt(y *variable, t, now time.Time) (energy.Point, bool) {
	deeper := *c
	deeper.depth++
	for p := range deeper.points(y, t, t.Add(1), now) {
		return p, true
	}
	return energy.Point{}, false
}

func (c *call) formValues(fields []formField) map[string]float64 {
	values := map[string]float64{}
	for _, f := range fields {
		var o object
		if s := c.view.site[f.site]; s != nil {
			o = s.o
		} else if s := c.view.source[f.source]; s != nil {
			o = s.o
		}
		text, _ := field(o, []string{f.name})
		if x, ok := number(text); ok {
			values[f.alias] = x
		}
	}
	return values
}

// recomputed are the points of a variable of the world that come out anew because something was pushed to one of its inputs, ascending. Where an
// input has no value, what was there before stays.
func (c *call) recomputed(x *variable, s series, from, to, now time.Time) []pushed {
	if x.world == nil || !c.computable(x) {
		return nil
	}
	var times []time.Time
	for _, y := range c.basis(x) {
		for _, p := range c.tenant.ledger.of(y.id).visible(from, to, now) {
			times = append(times, p.t)
		}
	}
	slices.SortFunc(times, time.Time.Compare)
	var points []pushed
	for _, t := range slices.CompactFunc(times, time.Time.Equal) {
		p, ok := c.computed(x, t, now)
		if ok && !slices.ContainsFunc(s.gaps, func(g gap) bool { return g.hides(p.point()) }) {
			points = append(points, p)
		}
	}
	return points
}

// results are the points of a calculated variable that somebody made: one for each point of the input whose dates it has.
func (c *call) results(x *variable, dates iter.Seq[energy.Point], now time.Time) iter.Seq[energy.Point] {
	return func(yield func(energy.Point) bool) {
		for d := range dates {
			p, ok := c.computed(x, d.Time, now)
			if !ok {
				continue
			}
			if !yield(energy.Point{Time: p.t, Value: p.value, Quality: energy.Computed, Arrived: p.arrived}) {
				return
			}
		}
	}
}

// dated is the variable whose dates a calculated one has that somebody made; nil for others.
func (c *call) dated(x *variable) *variable {
	if x.world != nil || !c.computable(x) {
		return nil
	}
	k := x.calculation[0]
	return c.view.variable[k.inputs[k.script.Dates()]]
}

// basis are the variables that x is computed from, and what those are computed from.
func (c *call) basis(x *variable) []*variable {
	var found []*variable
	level := []*variable{x}
	for range maxComputed {
		var below []*variable
		for _, y := range level {
			for _, k := range y.calculation {
				for _, id := range k.inputs {
					if in := c.view.variable[id]; in != nil && !slices.Contains(found, in) {
						found, below = append(found, in), append(below, in)
					}
				}
			}
		}
		level = below
	}
	return found
}

// with are x and the variables that are computed from it.
func (c *call) with(x *variable) []*variable {
	found := []*variable{x}
	for _, y := range c.view.variables {
		if y.calculation != nil && y != x && slices.Contains(c.basis(y), x) {
			found = append(found, y)
		}
	}
	return found
}
