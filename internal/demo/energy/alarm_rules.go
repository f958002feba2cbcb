package energy

import (
	"cmp"
	"fmt"
	"time"
)

// alarm adds an alarm about a variable of the builder's site. begin is asked for each day, unless a.cell says otherwise; nil never fires.
func (b *builder) alarm(variable string, a Alarm, begin func(m *moment) []episode) {
	if b.w.Sites[b.site].Copy > 0 {
		return
	}
	v := b.variable(variable)
	b.alarms++
	a.ID = fmt.Sprintf("0a1a%04x%08x%08x", v.number, v.ID, b.alarms)
	a.Variable, a.Source, a.Site = v.ID, v.Source, b.w.Sites[b.site].ID
	a.begin, a.cell = begin, cmp.Or(a.cell, 1)
	b.w.Alarms = append(b.w.Alarms, a)
}

// variable returns a variable of the site that was added before. It panics when there is none of this name.
func (b *builder) variable(name string) Variable {
	for _, v := range b.w.Variables {
		if v.site == b.site && v.Name == name {
			return v
		}
	}
	panic(fmt.Sprintf("energy: %s has no variable %q", b.w.Sites[b.site].Name, name))
}

// watch adds an alarm that compares value with its thresholds, in steps through its hours of each day. What the meter did not send and
// what came late is passed over. What is still present when the hours end is reset then.
func (b *builder) watch(variable string, a Alarm, step time.Duration, value model) {
	v := b.variable(variable)
	hours := a.Alive
	if hours == (Hours{}) {
		hours.To = 24
	}
	b.alarm(variable, a, func(m *moment) []episode {
		var found []episode
		open := false
		for today := m.day; m.sec < today.end; m.move(m.sec + int64(step/time.Second)) {
			over := m.hour >= hours.To
			if m.hour < hours.From || !over && (v.silent(m) || v.late(m)) {
				continue
			}
			x := round(value(m), v.digits)
			switch {
			case !open && !over && a.sets(x):
				open = true
				found = append(found, episode{set: m.sec, reset: today.end, on: x, off: a.Reset})
			case open && (over || a.resets(x)):
				open = false
				found[len(found)-1].reset, found[len(found)-1].off = m.sec, x
			}
			if over {
				break
			}
		}
		return found
	})
}

// slow adds an alarm about something that creeps up for 56 days: it is present in the second half of them. after is when somebody
// acknowledges it, 0 for never.
func (b *builder) slow(variable string, a Alarm, shift int64, after time.Duration) {
	a.cell = creepDays
	b.alarm(variable, a, func(m *moment) []episode {
		date := (m.sec + 43200) / 86400
		set := (date + (creepDays/2+creepDays-shift)%creepDays) * 86400
		e := episode{set: set, reset: set + creepDays/2*86400 + 600, on: a.Set, off: a.Reset}
		if after > 0 {
			e.acknowledged = set + int64(after/time.Second)
		}
		return []episode{e}
	})
}

// creepDays is how long a heat exchanger or a filter gets dirty before somebody cleans it. They take turns, so that one of the two alarms is
// always present.
const (
	creepDays  = 56
	exchangers = 4 // shift; Sundays
	filters    = exchangers + creepDays/2
)

// creeping grows from 0 to 1 until something is cleaned; shift is in days.
func creeping(m *moment, shift int64) float64 {
	return float64((m.sec+shift*86400)%(creepDays*86400)) / (creepDays * 86400)
}

// permanent adds an alarm that is present for four weeks, was acknowledged in its first half hour, and is back ten minutes after it went.
func (b *builder) permanent(variable string, a Alarm) {
	a.cell = 28
	b.alarm(variable, a, func(m *moment) []episode {
		set, next := m.sec+2*3600, b.w.midnight(b.w.dateOf(time.Unix(m.sec, 0))+a.cell)+2*3600
		return []episode{{set: set, reset: next - 600, acknowledged: set + 1200, on: a.Set, off: a.Reset}}
	})
}

// silence adds an alarm about a meter that sends nothing: on the days that when tells, from one hour to another and on until the next
// point has come. It is noticed after twice the step.
func (b *builder) silence(variable string, from, to float64, when func(*day) bool) {
	v := b.variable(variable)
	a := Alarm{Name: "No data: " + variable, Binary: true, Set: 1, Reset: 0, Priority: 2}
	b.alarm(variable, a, func(m *moment) []episode {
		if !when(&m.day) {
			return nil
		}
		return []episode{{set: m.day.start + int64(from*3600), reset: m.day.start + int64(to*3600) + v.delay(), on: 1, off: 0}}
	})
}
