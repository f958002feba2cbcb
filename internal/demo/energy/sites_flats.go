package energy

import "fmt"

func furnishFlats(b *builder) {
	pump := func(m *moment) float64 { return 1.9 * max(0, 15.5-m.temperature()) * (0.8 + 0.2*m.use()) }
	common, lifts, roof := b.load(9, 0, 0), b.load(4, 0, 0), solarField(64, false)
	demand := total(pump, common, lifts)
	grid := difference(demand, roof)
	b.source("Common electricity meter", electricity,
		energy("Electricity", quarter, grid),
		energy("Heat pump", quarter, pump),
		energy("Common parts", quarter, common),
		energy("Lifts", quarter, lifts),
		index("Electricity index", kilowattHour, quarter, newRegister(48_000, grid, quarter).exchanged(exchange)))
	b.source("PV roof", solar, energy("Production", quarter, roof))
	var heating, hot, tap []Variable
	for n := 1; n <= 48; n++ {
		f := flat{salt: b.salt(), leaks: n == 17}
		if f.size = 0.6 + 0.8*unit(f.salt); n == 7 || n == 23 || n == 41 {
			f.size = 0.02 // empty
		}
		heating = append(heating, energy(fmt.Sprintf("Flat %02d heat", n), day24, f.heat))
		hot = append(hot, energyIn(litre, 1000, 0, fmt.Sprintf("Flat %02d hot water", n), day24, f.hotWater))
		tap = append(tap, volume(fmt.Sprintf("Flat %02d water", n), f.water))
	}
	b.source("Heat meters", heat, heating...)
	b.source("Hot water meters", water, hot...)
	b.source("Water meters", water, tap...)
	b.station("Weather station Arlon")
	b.permanent("Flat 17 water", Alarm{Name: "Water runs in flat 17 at night", Set: 0.005, Reset: 0.001, Priority: 3})
	b.alarm("Heat pump", Alarm{Name: "Heat pump overload", Set: 16, Reset: 14, Priority: 2}, nil)
}

// flat is one of the 48 of Arlon.
type flat struct {
	salt  uint64
	size  float64 // of an average one
	leaks bool    // a tap runs day and night
}

// heat is a day's mean power in kW, by the day's mean temperature.
func (f flat) heat(m *moment) float64 {
	mean := m.at(m.day.start + 12*3600).seasonal()
	return f.size * (0.04 + 0.11*max(0, 15.5-mean)) * (1 + 0.15*smooth(f.salt, m.sec, 2*86400))
}

// hotWater is a day's mean flow in m³/h.
func (f flat) hotWater(m *moment) float64 {
	return f.size * 0.0042 * (1 + 0.4*smooth(f.salt^1, m.sec, 86400))
}

// water is a flow in m³/h, most in the evening.
func (f flat) water(m *moment) float64 {
	flow := f.size * 0.016 * max(0, m.use()-0.2) * (1 + 0.8*m.noise(f.salt^2))
	if f.leaks {
		flow += 0.006
	}
	return max(0, flow)
}
