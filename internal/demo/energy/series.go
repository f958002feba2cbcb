package energy

import (
	"regexp"
	"time"
)

// Steps between the points of variables.
const (
	minute1  = time.Minute
	minutes5 = 5 * time.Minute
	quarter  = 15 * time.Minute
	hour1    = time.Hour
	day24    = 24 * time.Hour
)

// model gives a variable's value at a moment.
type model func(m *moment) float64

// energy is a meter's kWh per step, from its power in kW.
func energy(name string, step time.Duration, power model) Variable {
	return energyIn(kilowattHour, 1, 3, name, step, power)
}

// energyIn is the same in another unit, of which factor are a kWh.
func energyIn(unit int, factor float64, digits int, name string, step time.Duration, power model) Variable {
	share := factor * step.Hours()
	return Variable{Name: name, Unit: unit, Step: step, QuantityType: Integrated, Aggregate: Sum, Type: consumption, digits: digits,
		model: func(m *moment) float64 { return power(m) * share }}
}

// power is a mean power in kW.
func power(name string, step time.Duration, kw model) Variable {
	return Variable{Name: name, Unit: kilowatt, Step: step, QuantityType: Averaged, Aggregate: Avg, Type: powerType, digits: 2, model: kw}
}

// volume is a meter's m³ per hour, from its flow in m³/h.
func volume(name string, flow model) Variable {
	return energyIn(cubicMetre, 1, 3, name, hour1, flow)
}

// index is a counter's reading.
func index(name string, unit int, step time.Duration, reading model) Variable {
	return Variable{Name: name, Unit: unit, Step: step, QuantityType: Cumulative, Aggregate: Max, Type: indexType, digits: 1, register: true, model: reading}
}

// temperature is a temperature in °C each five minutes.
func temperature(name string, celsiusAt model) Variable {
	return Variable{Name: name, Unit: celsius, Step: minutes5, QuantityType: Instantaneous, Aggregate: Avg, Type: temperatureType, digits: 1, model: celsiusAt}
}

// reading is something that a sensor says.
func reading(name string, unit int, step time.Duration, digits int, value model) Variable {
	return Variable{Name: name, Unit: unit, Step: step, QuantityType: Instantaneous, Aggregate: Avg, Type: measurement, digits: digits, model: value}
}

// count is a number of events in each quarter of an hour.
func count(name string, events model) Variable {
	return Variable{Name: name, Unit: event, Step: quarter, QuantityType: Integrated, Aggregate: Sum, Type: consumption, model: events}
}

// of sets a variable's quantity type and aggregate.
func (v Variable) of(quantity, aggregate int) Variable {
	v.QuantityType, v.Aggregate = quantity, aggregate
	return v
}

// script is an R script that combines the values of its inputs by a formula. The first one's dates are the result's.
func script(formula string) string {
	names := regexp.MustCompile(`\b[a-h]\b`)
	return "list(TimeSeries=data.frame(Dates=inputVariables$a$TimeSeries$Dates, Values=" +
		names.ReplaceAllString(formula, "inputVariables$$$0$$TimeSeries$$Values") + "))"
}

// degreeDays is the line of a script that makes degree days of an outdoor temperature: how far it is below the base, which a constant holds.
func degreeDays(temperature string) string {
	return "degreeDays <- pmax(0, inputConstants$base-inputVariables$" + temperature + "$TimeSeries$Values)\n"
}

// calculated makes v one that is computed from the named variables of its site, or of the site before a slash. The script knows them as
// a, b and so on.
func (v Variable) calculated(script string, inputs ...string) Variable {
	v.Calculated, v.inputs = &Calculated{Script: script}, inputs
	return v
}

// with adds a constant to a calculated variable.
func (v Variable) with(alias string, value float64) Variable {
	v.Calculated.Constants = append(v.Calculated.Constants, Constant{alias, value})
	return v
}

// withField adds a field of the site's form.
func (v Variable) withField(alias, field string) Variable {
	v.Calculated.Fields = append(v.Calculated.Fields, FormField{Alias: alias, Field: field})
	return v
}
