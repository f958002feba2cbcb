package energy

import (
	"fmt"
	"math"
	"time"
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
		temperature("Dock temperature", func(m *moment) float64 { return dockBase(m) + doorRise(sinceDoor(m.sec)) }),
		temperature("Freezer 2 product maximum", func(m *moment) float64 { return freezer(m) + 0.6 }).of(Maximum, Max),
		temperature("Chill room product minimum", func(m *moment) float64 { return chill(m) - 0.5 }).of(Minimum, Min))
	b.alarm("Dock temperature", Alarm{Name: "Dock door left open", Set: dockSet, Reset: dockReset, Priority: 1}, dockEpisodes)
	b.watch("Freezer 1 temperature", Alarm{Name: "Freezer 1 too warm", Set: -19.5, Reset: -19.7, Priority: 2}, minutes5, b.variable("Freezer 1 temperature").model)
	b.alarm("Freezer 2 product maximum", Alarm{Name: "Product in freezer 2 too warm", Set: -14, Reset: -15, Priority: 1}, nil)
	b.alarm("Chill room product minimum", Alarm{Name: "Product in chill room near freezing", Low: true, Set: 0.5, Reset: 1, Priority: 1}, nil)
}

// defrosting is the heating power in kW, each six hours.
func defrosting(m *moment) float64 { return 34 * bump(math.Mod(m.hour, 6), 0.5, 0.3) }

// The alarm about the dock of Liège, in °C.
const dockSet, dockReset = 7.6, 7.3

// doorSlots are 20 minutes long: the dock door of Liège is left open for six minutes from minutes 2, 22 and 42 of each hour on.
const doorSlot, doorOpen = 1200, 360 // seconds

// sinceDoor is how many seconds ago the door was last opened.
func sinceDoor(sec int64) int64 { return (sec + doorSlot - 120) % doorSlot }

// dockBase is the temperature of the dock in °C with its door closed.
func dockBase(m *moment) float64 { return 6 + 0.01*max(0, m.temperature()-10) }

// doorRise is how much warmer the dock is in °C some seconds after its door was opened: the air warms by 1.1 °C a minute after a lag
// of one, and cools with a time constant of two.
func doorRise(sec int64) float64 {
	since := float64(sec) / 60
	if since <= 7 {
		return 1.1 * max(0, since-1)
	}
	return 6.6 * math.Exp(-(since-7)/2)
}

// dockEpisodes are the episodes of a day's 72 openings: present from about two and a half minutes after an opening to ten minutes after it.
func dockEpisodes(m *moment) []episode {
	var found []episode
	for opened := m.day.start + 120; opened < m.day.end; opened += doorSlot {
		m.move(opened)
		base := dockBase(m)
		on, off := opened+60, opened+420
		for base+doorRise(on-opened) < dockSet {
			on += 5
		}
		for base+doorRise(off-opened) > dockReset {
			off += 5
		}
		found = append(found, episode{set: on, reset: off, on: round(base+doorRise(on-opened), 1), off: round(base+doorRise(off-opened), 1)})
	}
	return found
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
		energy("Degree-day corrected heat", quarter, ratio(6, n.delivered, func(m *moment) float64 { return max(6, degreeDayBase-m.temperature()) })).
			calculated(degreeDays("b")+script("1000*a*inputConstants$norm/pmax(inputConstants$norm, degreeDays)"), "Heat delivered", "PV roof Logistics Park/Outdoor temperature").
			with("norm", 6).with("base", degreeDayBase),
		temperature("Flow temperature", func(m *moment) float64 { return 72 + 0.9*max(0, 12-m.temperature()) + 0.8*m.noise(boiler) }),
		temperature("Return temperature", func(m *moment) float64 {
			return 48 + 0.02*max(0, 12-m.temperature()) + 5.5*creeping(m, exchangers) + 0.7*m.noise(boiler^1)
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
	b.slow("Return temperature", Alarm{Name: "Return temperature high", Set: 50.75, Reset: 49, Priority: 2, Window: day24}, exchangers, 20*time.Hour)
	b.alarm("Flow temperature", Alarm{Name: "Flow temperature low", Low: true, Set: 60, Reset: 65, Priority: 1}, nil)
	b.alarm("Network pressure", Alarm{Name: "Network pressure low", Low: true, Set: 4.5, Reset: 5, Priority: 1}, nil)
}

// network is a heating network of twenty substations.
type network struct{ stations []uint64 } // a salt each

// station is the heat in kW that a substation takes: hot water all year, and heating when it is cold, most in the morning.
func (n network) station(m *moment, i int) float64 {
	size := 0.4 + 1.2*unit(n.stations[i])
	return size * (12 + 5.9*max(0, degreeDayBase-m.temperature())*(0.85+0.3*bump(m.hour, 7, 2))) * (1 + 0.15*m.rough(n.stations[i]))
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
		reading("PUE", none, quarter, 3, ratio(1, all, it)).calculated(script("(a-b)/c"), "Electricity", "UPS losses", "IT load"))
	b.source("Rack rows", electricity, each...)
	var aisles []Variable
	for n := 1; n <= 4; n++ {
		aisles = append(aisles, temperature(fmt.Sprintf("Cold aisle %d temperature", n), b.level(21, 24, 4)))
	}
	b.source("Aisles", cold, aisles...)
	b.alarm("Cold aisle 1 temperature", Alarm{Name: "Cold aisle 1 too warm", Set: 27, Reset: 25.5, Priority: 1}, nil)
	b.alarm("PUE", Alarm{Name: "PUE above target", Set: 1.45, Reset: 1.4, Priority: 3, Window: hour1}, nil)
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
	if m.day.secondWednesday() && m.hour >= 6 && m.hour < 6.5 {
		return 61
	}
	return 14
}
