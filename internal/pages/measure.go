package pages

import (
	"time"

	"portico/internal/datahub"
	"portico/internal/series"
)

// aggregateOf is how a variable's points become one when nobody chose: its own aggregate if the Data Hub names one that suits, else by its quantity.
func aggregateOf(v datahub.Variable) datahub.Aggregate {
	if v.QuantityType == datahub.Cumulative {
		return datahub.Max
	}
	if v.Aggregate >= datahub.Sum && v.Aggregate <= datahub.Avg {
		return v.Aggregate
	}
	return series.DefaultAggregate(v.QuantityType)
}

// perHour are units of power and the unit of the energy that they make in an hour.
var perHour = map[string]string{"W": "Wh", "kW": "kWh", "MW": "MWh"}

// powerOf are units of energy and the unit of power that makes one in an hour.
var powerOf = map[string]string{"Wh": "W", "kWh": "kW", "MWh": "MW"}

// amounts turns slots of a variable into amounts per slot and names their unit: amounts stay, counters become differences, power becomes energy.
// ok is false for states, such as a temperature, which have no amount.
func amounts(v datahub.Variable, unit string, slots []series.Slot) (list []series.Slot, amountUnit string, ok bool) {
	switch v.QuantityType {
	case datahub.Integrated:
		return slots, unit, true
	case datahub.Cumulative:
		return series.Differences(slots), unit, true
	}
	energy, ok := perHour[unit]
	if !ok {
		return nil, "", false
	}
	return scaled(slots, func(s series.Slot) float64 { return s.Value * s.End.Sub(s.Start).Hours() }), energy, true
}

// power turns energy per slot into mean power.
func power(slots []series.Slot) []series.Slot {
	return scaled(slots, func(s series.Slot) float64 { return s.Value / s.End.Sub(s.Start).Hours() })
}

func scaled(slots []series.Slot, f func(series.Slot) float64) []series.Slot {
	out := make([]series.Slot, len(slots))
	for i, s := range slots {
		out[i] = s
		if !s.Missing {
			out[i].Value = f(s)
		}
	}
	return out
}

// between returns the slots that start in [from, to).
func between(slots []series.Slot, from, to time.Time) []series.Slot {
	a := 0
	for a < len(slots) && slots[a].Start.Before(from) {
		a++
	}
	b := a
	for b < len(slots) && slots[b].Start.Before(to) {
		b++
	}
	return slots[a:b]
}

// midnight is the start of t's local day, moved by days. It is an hour later where clocks are put forward at midnight.
func midnight(t time.Time, zone *time.Location, days int) time.Time {
	y, m, d := t.In(zone).Date()
	return series.DayStart(y, m, d+days, zone)
}

// earlier moves t back by whole local days: the same wall clock, also across a change of clocks.
func earlier(t time.Time, zone *time.Location, days int) time.Time {
	return t.In(zone).AddDate(0, 0, -days)
}

// shownAt returns slots of an earlier time where they are compared: days later by the local clock.
func shownAt(slots []series.Slot, zone *time.Location, days int) []series.Slot {
	out := make([]series.Slot, len(slots))
	for i, s := range slots {
		out[i] = s
		out[i].Start, out[i].End = earlier(s.Start, zone, -days), earlier(s.End, zone, -days)
	}
	return out
}
