package energy

import (
	"fmt"
	"math"
)

func furnishPlant(b *builder) {
	var inverters []model
	var each []Variable
	for n := 1; n <= 6; n++ {
		field := solarField(1900.0/6, true)
		name := fmt.Sprintf("Inverter %d", n)
		if name == driftingInverter {
			field = tripping(field)
		}
		inverters = append(inverters, field)
		each = append(each, power(name, minutes5, field))
	}
	sun, load := total(inverters...), b.load(420, 1.2, 0.4)
	b.source("Grid meter", electricity,
		energy("Electricity", quarter, difference(load, sun)),
		energy("Export", quarter, difference(sun, load)),
		reading("Self-consumption", percent, quarter, 1, ratio(100, func(m *moment) float64 { return min(sun(m), load(m)) }, sun)).
			calculated(script("100*(a-b)/a"), "Production", "Export"))
	b.source("PV production", solar, energy("Production", quarter, sun))
	b.source("Inverters", solar, each...)
	b.source("Roof sensors", sensors,
		reading("Irradiance", wattPerM2, minutes5, 0, (*moment).irradiance),
		temperature("Module temperature", func(m *moment) float64 { return m.temperature() + 0.025*m.irradiance() }))
	b.station("Weather station Zaventem")
	b.watch(driftingInverter, Alarm{Name: "Inverter 4 stands still in the sun", Low: true, Set: 1, Reset: 20, Priority: 2, Alive: Hours{13, 16.5}}, minutes5, func(m *moment) float64 {
		if tripped(m) {
			return 0
		}
		return 20
	})
	b.alarm("Module temperature", Alarm{Name: "Modules too hot", Set: 75, Reset: 70, Priority: 3}, nil)
}

// tripping is an inverter that stops on hot afternoons.
func tripping(field model) model {
	return func(m *moment) float64 {
		if tripped(m) {
			return 0
		}
		return field(m)
	}
}

func tripped(m *moment) bool { return m.hour > 13 && m.hour < 16 && m.temperature() > 26 }

// station adds a weather station of five variables.
func (b *builder) station(name string) {
	b.source(name, weather,
		Variable{Name: "Outdoor temperature", Unit: celsius, Step: quarter, QuantityType: Instantaneous, Aggregate: Avg, Type: temperatureType, digits: 1,
			model: (*moment).temperature},
		reading("Relative humidity", percent, quarter, 0, (*moment).humidity),
		reading("Global irradiance", wattPerM2, quarter, 0, (*moment).irradiance).of(Averaged, Avg),
		reading("Wind speed", metrePerSecond, quarter, 1, (*moment).wind).of(Averaged, Avg),
		reading("Air pressure", hectopascal, quarter, 1, (*moment).pressure))
}

// gridLimit is what the charging park may draw, in kW.
const gridLimit = 180

func furnishParking(b *builder) {
	p := park{salt: b.salt()}
	for range 24 {
		p.points = append(p.points, b.salt())
	}
	flicker := b.salt()
	b.source("Charging total", electricity,
		energy("Electricity", quarter, p.power),
		count("Sessions started", p.started),
		power("Total power", minute1, func(m *moment) float64 { return p.power(m) * (1 + 0.02*smooth(flicker, m.sec, 60)) }),
		power("Power limit", minute1, func(*moment) float64 { return gridLimit }).of(Instantaneous, Min))
	var points []Variable
	for n := range p.points {
		points = append(points, power(fmt.Sprintf("Charge point %02d", n+1), quarter, func(m *moment) float64 { return p.point(m, n) }))
	}
	b.source("Charge points", electricity, points...)
	limit := Alarm{Name: "Quarter-hour forecast above the limit", Set: gridLimit, Reset: 172, Priority: 2, Window: quarter, Alive: Hours{18.25, 19}}
	b.watch("Total power", limit, quarter, p.forecast)
}

// park is a charging park with load balancing.
type park struct {
	salt   uint64
	points []uint64 // a salt each
}

// wanted is the power in kW that a point's car would take: a car is there by turns of an hour and a half, more often when the park
// is busy.
func (p park) wanted(m *moment, n int) float64 {
	const turn = 5400
	salt := p.points[n]
	if m.chance(salt, turn) > 0.95*m.use() {
		return 0
	}
	if n == 16 {
		return 1.38 // its cable allows 6 A
	}
	return 11 * (0.6 + 0.4*m.chance(salt^6, turn))
}

// forecast is the power in kW that all cars would take without balancing.
func (p park) forecast(m *moment) float64 {
	sum := 0.0
	for n := range p.points {
		sum += p.wanted(m, n)
	}
	return sum
}

// share is what balancing leaves of the wishes.
func (p park) share(m *moment) float64 { return gridLimit / max(gridLimit, p.forecast(m)) }

func (p park) point(m *moment, n int) float64 {
	if w := p.wanted(m, n); w > 0 {
		return w * p.share(m)
	}
	return 0
}

func (p park) power(m *moment) float64 { return min(p.forecast(m), gridLimit) }

// started counts the points with a car that had none a quarter of an hour before.
func (p park) started(m *moment) float64 {
	before, cars := m.at(m.sec-900), 0.0
	for n := range p.points {
		if p.wanted(m, n) > 0 && p.wanted(before, n) == 0 {
			cars++
		}
	}
	return cars
}

func furnishHarbour(b *builder) {
	own, wind, s := b.flat(28, -0.004), turbine(800), storage{b.salt()}
	net := func(m *moment) float64 { return own(m) + s.charge(m) - s.discharge(m) - wind(m) }
	b.source("Grid meter", electricity,
		energy("Electricity", quarter, func(m *moment) float64 { return max(0, net(m)) }),
		energy("Export", quarter, func(m *moment) float64 { return max(0, -net(m)) }),
		energy("Battery charge", quarter, s.charge),
		energy("Battery discharge", quarter, s.discharge))
	b.source("Wind turbine", electricity,
		energy("Production", quarter, wind),
		power("Turbine power", minutes5, wind),
		reading("Hub wind speed", metrePerSecond, minutes5, 1, (*moment).wind))
	b.source("Battery", electricity,
		reading("State of charge", percent, minutes5, 1, s.level),
		power("Battery power", minutes5, func(m *moment) float64 { return s.charge(m) - s.discharge(m) }))
	b.station("Weather station Oostende")
	b.source("Electricity market", sensors,
		reading("Day-ahead price", euroPerMWh, quarter, 2, (*moment).price),
		reading("Grid CO₂", gramPerKWh, quarter, 0, (*moment).carbon))
	b.watch("Battery charge", Alarm{Name: "Battery charges near its limit", Set: 39, Reset: 38, Priority: 3, Alive: Hours{12.5, 13.5}}, quarter, b.variable("Battery charge").model)
	b.watch("Battery discharge", Alarm{Name: "Battery discharges near its limit", Set: 40, Reset: 39, Priority: 3, Alive: Hours{19.25, 19.75}}, quarter, b.variable("Battery discharge").model)
	b.alarm("Turbine power", Alarm{Name: "Turbine above rated power", Set: 820, Reset: 800, Priority: 1}, nil)
	b.alarm("Hub wind speed", Alarm{Name: "Storm: turbine stops", Set: 45, Reset: 40, Priority: 2}, nil)
}

// storage is a battery of 1 MWh that charges at noon, when power is cheap, and discharges in the evening.
type storage struct{ salt uint64 }

const (
	chargeHour, chargeWidth       = 13, 2.0
	dischargeHour, dischargeWidth = 19.5, 1.6
	efficiency                    = 0.95 // each way
)

// depth is the energy in kWh that a day's cycle moves: 560 to 760.
func (s storage) depth(m *moment) float64 { return 560 + 200*unit(mix(s.salt, uint64(m.day.date), 1)) }

func (s storage) charge(m *moment) float64 {
	return s.depth(m) / efficiency * bump(m.hour, chargeHour, chargeWidth) / (chargeWidth * math.SqrtPi)
}

func (s storage) discharge(m *moment) float64 {
	return s.depth(m) * efficiency * bump(m.hour, dischargeHour, dischargeWidth) / (dischargeWidth * math.SqrtPi)
}

// level is the state of charge in percent: what has been charged since midnight less what has been discharged.
func (s storage) level(m *moment) float64 {
	in := (1 + math.Erf((m.hour-chargeHour)/chargeWidth)) / 2
	out := (1 + math.Erf((m.hour-dischargeHour)/dischargeWidth)) / 2
	return clamp(12+s.depth(m)/10*(in-out), 10, 90)
}
