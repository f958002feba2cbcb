package energy

import (
	"fmt"
	"math"
)

func furnishColdStore(b *builder) {
	var compressors []model
	var each []Variable
	for n := 1; n <= 3; n++ {
		c := b.flat(58, 0.021)
		compressors = append(compressors, c)
		each = append(each, power(fmt.Sprintf("Compressor %d", n), minute1, c))
	}
	defrost, rest := defrosting, b.load(22, 0, 0)
	b.source("Main electricity meter", electricity,
		energy("Electricity", quarter, total(append(compressors, defrost, rest)...)),
		energy("Defrost", quarter, defrost),
		energy("Lighting and doors", quarter, rest),
		count("Door openings", b.people(9)))
	b.source("Compressors", cold, each...)
	freezer, chill := b.coldRoom(-18.2, 0.9, 3), b.coldRoom(3, 0.6, 4.5)
	b.source("Rooms", cold,
		temperature("Freezer 1 temperature", b.coldRoom(-20, 0.9, 1.5)),
		temperature("Freezer 2 temperature", freezer),
		temperature("Chill room temperature", chill),
		temperature("Dock temperature", func(m *moment) float64 { return 6 + doorRise(m) + 0.1*max(0, m.temperature()-10) }),
		temperature("Freezer 2 product maximum", func(m *moment) float64 { return freezer(m) + 0.6 }).of(Maximum, Max),
		temperature("Chill room product minimum", func(m *moment) float64 { return chill(m) - 0.5 }).of(Minimum, Min))
}

// defrosting is the heating power in kW, each six hours.
func defrosting(m *moment) float64 { return 34 * bump(math.Mod(m.hour, 6), 0.5, 0.3) }

// doorRise is how much warmer the dock of Liège is in °C since its door was last opened: at minutes 2, 22 and 42 of each hour it
// stays open for six minutes, the air warms by 1.1 °C a minute after a lag of one, and cools with a time constant of four.
func doorRise(m *moment) float64 {
	since := float64((m.sec+18*60)%1200) / 60 // minutes since the door was opened
	if since <= 7 {
		return 1.1 * max(0, since-1)
	}
	return 6.6 * math.Exp(-(since-7)/4)
}

func furnishHeating(b *builder) {
	n := network{}
	for range 20 {
		n.stations = append(n.stations, b.salt())
	}
	aux, pumps, boiler := b.flat(26, 0), b.flat(38, -0.015), b.salt()
	plant := func(m *moment) float64 { return n.delivered(m) + n.loss(m) }
	chp := func(m *moment) float64 { return min(560, 0.42*plant(m)) }
	b.source("Plant electricity meter", electricity,
		energy("Electricity", quarter, total(aux, pumps)),
		energy("Pumps", quarter, pumps))
	b.source("Boiler house", heat,
		energyIn(megawattHour, 0.001, 4, "Heat to network", quarter, plant),
		energyIn(megawattHour, 0.001, 4, "Heat delivered", quarter, n.delivered),
		energy("Degree-day corrected heat", quarter, ratio(6, n.delivered, func(m *moment) float64 { return max(6, 16.5-m.temperature()) })).
			calculated("list(TimeSeries=1000*a*inputConstants$norm/inputConstants$degreeDays)", "Heat delivered"),
		temperature("Flow temperature", func(m *moment) float64 { return 72 + 0.9*max(0, 12-m.temperature()) + 0.8*m.noise(boiler) }),
		temperature("Return temperature", func(m *moment) float64 {
			return 48 + 0.4*max(0, 12-m.temperature()) + creeping(m) + 0.7*m.noise(boiler^1)
		}),
		reading("Network pressure", bar, minutes5, 2, b.level(5.8, 6.4, 3)),
		temperature("Boiler 1 temperature", b.level(84, 92, 2)),
		temperature("Boiler 2 temperature", b.level(80, 92, 2)),
		power("Boiler 1 power", minutes5, func(m *moment) float64 { return max(0, plant(m)-1.25*chp(m)) * 0.6 }),
		power("Boiler 2 power", minutes5, func(m *moment) float64 { return max(0, plant(m)-1.25*chp(m)) * 0.4 }),
		power("CHP electricity", minutes5, chp))
	var stations []Variable
	for i := range n.stations {
		stations = append(stations, energyIn(gigajoule, 0.0036, 4, fmt.Sprintf("Substation %02d", i+1), hour1, func(m *moment) float64 { return n.station(m, i) }))
	}
	b.source("Substations", heat, stations...)
}

// network is a heating network of twenty substations.
type network struct{ stations []uint64 } // a salt each

// station is the heat in kW that a substation takes: hot water all year, and heating when it is cold, most in the morning.
func (n network) station(m *moment, i int) float64 {
	size := 0.4 + 1.2*unit(n.stations[i])
	return size * (12 + 5.9*max(0, 16.5-m.temperature())*(0.85+0.3*bump(m.hour, 7, 2))) * (1 + 0.15*m.noise(n.stations[i]))
}

func (n network) delivered(m *moment) float64 {
	sum := 0.0
	for i := range n.stations {
		sum += n.station(m, i)
	}
	return sum
}

// loss is what pipes lose in kW: hardly less in summer, when it is 55 % of the heat.
func (n network) loss(m *moment) float64 { return 295 - 2.5*(m.temperature()-10) }

// creeping is a return temperature that rises for 400 days until somebody cleans the exchangers.
func creeping(m *moment) float64 { return 5.5 * float64(m.sec/86400%400) / 400 }

func furnishDataHall(b *builder) {
	var rows []model
	var each []Variable
	for n := 1; n <= 4; n++ {
		row := b.rackRow(n)
		rows = append(rows, row)
		each = append(each, power(fmt.Sprintf("Row %d power", n), minute1, row))
	}
	it, light := total(rows...), b.load(3, 0, 0)
	ups := upsLosses
	all := func(m *moment) float64 { return it(m) * (1.19 + 0.23*clamp((m.temperature()-4)/26, 0, 1)) }
	b.source("Main electricity meter", electricity,
		energy("Electricity", quarter, total(all, ups)),
		energy("IT load", quarter, it),
		energy("Cooling", quarter, func(m *moment) float64 { return 0.85 * (all(m) - it(m)) }),
		energyIn(wattHour, 1000, 0, "Lighting", quarter, light),
		energy("UPS losses", quarter, ups),
		reading("PUE", none, quarter, 3, ratio(1, all, it)).calculated("list(TimeSeries=(a-b)/c)", "Electricity", "UPS losses", "IT load"))
	b.source("Rack rows", electricity, each...)
	var aisles []Variable
	for n := 1; n <= 4; n++ {
		aisles = append(aisles, temperature(fmt.Sprintf("Cold aisle %d temperature", n), b.level(21, 24, 4)))
	}
	b.source("Aisles", cold, aisles...)
}

// rackRow is about 95 kW, day and night. On 16 March 2026 a part of row 3 moved to row 4.
func (b *builder) rackRow(n int) model {
	salt := b.salt()
	return func(m *moment) float64 {
		p := 95.0
		if moved := 34.0; m.day.date >= 20260316 && n == 3 {
			p -= moved
		} else if m.day.date >= 20260316 && n == 4 {
			p += moved
		}
		return p * (1 + 0.03*m.noise(salt) + 0.01*smooth(salt^3, m.sec, 60))
	}
}

// upsLosses are in kW; the batteries are tested on the second Wednesday of each month from 6:00 to 6:30.
func upsLosses(m *moment) float64 {
	if m.day.weekday == 3 && m.day.dayOfMonth >= 8 && m.day.dayOfMonth <= 14 && m.hour >= 6 && m.hour < 6.5 {
		return 61
	}
	return 14
}
