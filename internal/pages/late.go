package pages

import (
	"fmt"
	"slices"
	"time"

	"portico/internal/datahub"
	"portico/internal/series"
)

// The Data Hub does not say when a value came: what came late is known only to those who looked before. So a session remembers for each variable which values it saw missing although they were due,
// and which of them came after all; see docs/divergences.md.
const (
	absencesLife = 24 * time.Hour // since somebody looked last
	absencesMost = 64             // stretches of each kind that are remembered of a variable
	absenceBytes = 96
)

// absences is what a session remembers of one variable. It is never changed once it is kept.
type absences struct {
	open []absence // without values when somebody looked last
	came []absence // with values since
}

// absence is a stretch in which values were missing although they were due.
type absence struct {
	series.Gap
	seen time.Time // when they were missing still
}

// absences returns what is remembered of a variable after looking at its slots, which are no longer than an hour each.
func (rd *reader) absences(v datahub.Variable, slots []series.Slot) absences {
	rd.kept.noting.Lock() // pages read a variable in several ways at once, and none may lose what another saw
	defer rd.kept.noting.Unlock()
	known := rd.kept.absences(rd.who, v.ID, rd.real)
	if len(slots) == 0 || slots[0].End.Sub(slots[0].Start) > time.Hour || rd.standsIn() {
		return known
	}
	now := known.after(slots, due(slots, v.Step.Duration(), rd.now), rd.now)
	if len(now.open)+len(now.came)+len(known.open) > 0 {
		rd.kept.keep(absenceKey(rd.who, v.ID), now, (len(now.open)+len(now.came))*absenceBytes+200, rd.real, absencesLife)
	}
	return now
}

func absenceKey(who Who, v datahub.VariableID) keptKey {
	return keptKey{who, fmt.Sprint("absences ", v)}
}

// absences is what a session remembers of a variable by now.
func (k *kept) absences(who Who, v datahub.VariableID, now time.Time) (known absences) {
	if value, _, ok := k.get(absenceKey(who, v), now); ok {
		known = value.(absences)
	}
	return known
}

// due are the gaps in what should have come by now, by the variable's own step.
func due(slots []series.Slot, step time.Duration, now time.Time) []series.Gap {
	patience, _ := ageLimits(step)
	n := len(slots)
	for n > 0 && slots[n-1].End.After(now.Add(-patience)) {
		n--
	}
	return series.Gaps(slots[:n])
}

// after is what is known when slots were read, whose gaps are missing now.
func (a absences) after(slots []series.Slot, gaps []series.Gap, now time.Time) absences {
	next := absences{came: slices.Clone(a.came)}
	for _, was := range a.open {
		if came, told := arrived(was, slots); told {
			next.came = append(next.came, came...)
			continue
		}
		next.open = append(next.open, was.with(gaps, now)) // not looked at closely, or missing still
	}
	for _, g := range gaps {
		if !slices.ContainsFunc(next.open, func(o absence) bool { return o.From.Before(g.To) && g.From.Before(o.To) }) {
			next.open = append(next.open, absence{g, now})
		}
	}
	next.open, next.came = newest(next.open), newest(next.came)
	return next
}

// with is the absence as it is seen now: longer, if what is missing still goes on beyond it. A look by the hour sees less of it than one by the quarter, and takes nothing away.
func (a absence) with(gaps []series.Gap, now time.Time) absence {
	for _, g := range gaps {
		if a.From.Before(g.To) && g.From.Before(a.To) {
			a.seen = now
			if g.From.Before(a.From) {
				a.From = g.From
			}
			if g.To.After(a.To) {
				a.To = g.To
			}
		}
	}
	return a
}

// arrived are the stretches of an absence for which there are values now. It is false when there are none, and when slots do not tell: they are not of all of it, or one of them is of more, in which other values
// were there before.
func arrived(was absence, slots []series.Slot) (list []absence, told bool) {
	if was.From.Before(slots[0].Start) || was.To.After(slots[len(slots)-1].End) {
		return nil, false
	}
	for _, s := range slots {
		if s.Missing || !s.Start.Before(was.To) || !was.From.Before(s.End) {
			continue
		}
		if s.Start.Before(was.From) || s.End.After(was.To) {
			return nil, false
		}
		if n := len(list); n > 0 && list[n-1].To.Equal(s.Start) {
			list[n-1].To = s.End
			continue
		}
		list = append(list, absence{series.Gap{From: s.Start, To: s.End}, was.seen})
	}
	return list, len(list) > 0
}

func newest(list []absence) []absence { return list[max(len(list)-absencesMost, 0):] }

// late are the stretches whose values came late.
func (a absences) late() []series.Gap {
	gaps := make([]series.Gap, len(a.came))
	for i, c := range a.came {
		gaps[i] = c.Gap
	}
	return gaps
}

// within are the stretches of r whose values came late.
func (a absences) within(r series.Range) []absence {
	var list []absence
	for _, c := range a.came {
		if c.From.Before(r.To) && r.From.Before(c.To) {
			list = append(list, c)
		}
	}
	return list
}
