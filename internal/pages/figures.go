package pages

import (
	"cmp"
	"slices"
	"strings"
	"time"

	"portico/internal/datahub"
	"portico/internal/series"
)

// Ids of energy types that the platform's own clients know.
const (
	energySolar       = 0
	energyElectricity = 1
	energyGas         = 2
	energyWater       = 3
	energyHeat        = 5
	energyCold        = 18
)

// mainVariable returns the variable that stands for a site in lists: of the first source of an energy type (by id, sources whose
// name says main or total before others), the variable that is the source's default, else one whose name says total, else the first amount or power. False when
// there is none.
func mainVariable(sources []datahub.Source, energyType int, variables map[datahub.SourceID][]datahub.Variable) (datahub.Variable, bool) {
	list := slices.DeleteFunc(slices.Clone(sources), func(s datahub.Source) bool { return s.EnergyTypeID != energyType || len(variables[s.ID]) == 0 })
	slices.SortFunc(list, func(a, b datahub.Source) int {
		return cmp.Or(cmp.Compare(rank(saysTotal(a.Name)), rank(saysTotal(b.Name))), cmp.Compare(a.ID, b.ID))
	})
	for _, s := range list {
		candidates := slices.DeleteFunc(slices.Clone(variables[s.ID]), func(v datahub.Variable) bool { return v.Step.Duration() <= 0 || v.Step.Duration() > time.Hour })
		slices.SortFunc(candidates, func(a, b datahub.Variable) int {
			return cmp.Or(cmp.Compare(rank(a.IsDefault), rank(b.IsDefault)), cmp.Compare(rank(saysTotal(a.Name)), rank(saysTotal(b.Name))),
				cmp.Compare(rank(a.QuantityType == datahub.Integrated), rank(b.QuantityType == datahub.Integrated)), cmp.Compare(a.ID, b.ID))
		})
		if len(candidates) > 0 {
			return candidates[0], true
		}
	}
	return datahub.Variable{}, false
}

func saysTotal(name string) bool {
	name = strings.ToLower(name)
	return strings.Contains(name, "total") || strings.Contains(name, "main") || strings.Contains(name, "grid")
}

func rank(first bool) int {
	if first {
		return 0
	}
	return 1
}

// figures are what lists and tiles show of a profile.
type figures struct {
	now        float64 // mean power of the newest step, in powerOf[unit]; or the amount of the step
	nowKnown   bool
	today      float64
	sofar      float64 // today up to the last full hour
	before     float64 // the same hours a week ago
	comparable bool    // both have values
	share      float64 // of the expected values of the last 24 hours, 0 to 1
	age        time.Duration
}

// change is by how much today differs from a week ago, as a part; false when that cannot be said.
func (f figures) change() (float64, bool) {
	if !f.comparable || f.before <= 0 {
		return 0, false
	}
	return f.sofar/f.before - 1, true
}

// figures compares today's full hours, as far as they have come, with the same local hours a week ago.
func (p profile) figures(zone *time.Location, now time.Time) figures {
	start := midnight(now, zone, 0)
	today := between(p.slots, start, midnight(now, zone, 1))
	sum := series.Summarize(today)
	f := figures{today: sum.Sum, age: now.Sub(p.last)}
	if sum.Count > 0 {
		hour := earlierOf(sum.LastAt.Add(p.step), p.last.Add(p.own)).Truncate(time.Hour) // what came of an hour that is not over is not compared with a whole one
		sofar := series.Summarize(between(today, start, hour))
		before := series.Summarize(between(p.before, earlier(start, zone, 7), earlier(hour, zone, 7)))
		f.sofar, f.before, f.comparable = sofar.Sum, before.Sum, sofar.Count > 0 && before.Count > 0
	}
	f.share = series.Summarize(between(p.slots, now.Add(-24*time.Hour), now)).Completeness()
	if p.recent.known {
		f.now, f.nowKnown = p.recent.value, now.Sub(p.last) < 2*time.Hour
		return f
	}
	for _, s := range slices.Backward(p.slots) {
		if !s.Missing && now.Sub(s.Start) < max(4*p.step, 2*time.Hour) {
			f.now, f.nowKnown = s.Value/s.End.Sub(s.Start).Hours(), true
			break
		}
	}
	return f
}

// Ages at which data count as late and as silent, in steps of the variable.
const (
	lateSteps   = 2
	silentSteps = 8
)

// freshness judges an age by the variable's own step: ok, late or silent. A point that stands at the start of its step is one step old when it
// comes, and a few minutes of transport are nobody's fault.
func freshness(age, step time.Duration) string {
	switch late, silent := ageLimits(step); {
	case age <= late:
		return "ok"
	case age <= silent:
		return "late"
	}
	return "silent"
}

// ageLimits are the ages up to which a variable's newest value is on time, and up to which it is late.
func ageLimits(step time.Duration) (late, silent time.Duration) {
	step = max(step, time.Minute)
	return lateSteps*step + 5*time.Minute, max(silentSteps*step, time.Hour)
}
