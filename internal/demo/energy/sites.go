package energy

import (
	"fmt"
	"time"
)

const (
	minute  = time.Minute
	five    = 5 * time.Minute
	quarter = 15 * time.Minute
	hourly  = time.Hour
	daily   = 24 * time.Hour
)

// furnish gives a site its meters. The first variable of the first source of a site is its main meter: electricity per quarter of an hour.
func furnish(b *builder, s Site) {
	switch s.kind {
	case office:
		furnishOffice(b, s)
	case school:
		b.source("Main electricity meter", mediumElectricity).energy("Electricity", quarter, load(58, 0.4, 0.3)).power("Power", quarter, load(58, 0.4, 0.3)).
			energy("Lighting", quarter, load(19, 0, 0)).energy("Kitchen", quarter, load(12, 0, 0))
		b.source("Gas meter", mediumGas).volume("Gas", hourly, gas(1.2, 0.3)).counter("Gas index", unitM3, hourly, index(93_000, 1.9, 0.7))
		rooms := b.source("Classrooms", mediumOther)
		for n := 1; n <= 3; n++ {
			rooms.reading(fmt.Sprintf("Class %d CO₂", n), unitPPM, five, air()).reading(fmt.Sprintf("Class %d temperature", n), unitCelsius, five, indoor(21))
		}
	case shop:
		furnishShop(b)
	case plant:
		furnishPlant(b)
	case parking:
		total := func(m moment) float64 { return min(180, 24*7.4*m.use()*(1+0.1*m.noise())) }
		b.source("Charging total", mediumElectricity).energy("Electricity", quarter, total).power("Total power", minute, total).power("Power limit", minute, func(moment) float64 { return 180 }).
			add(Variable{Name: "Sessions", Unit: unitNone, Step: quarter, QuantityType: Integrated, Aggregate: Sum, model: people(6)})
		points := b.source("Charge points", mediumElectricity)
		for n := 1; n <= 24; n++ {
			points.power(fmt.Sprintf("Charge point %02d", n), quarter, charger(11))
		}
	case coldStore:
		furnishColdStore(b)
	case heating:
		furnishHeating(b)
	case hospital:
		furnishHospital(b)
	case pool:
		b.source("Main electricity meter", mediumElectricity).energy("Electricity", quarter, load(96, 0.5, 0.6)).power("Power", quarter, load(96, 0.5, 0.6)).energy("Dehumidification", quarter, load(34, 0.2, 0)).
			energy("Circulation pumps", quarter, flat(18, 0)).energy("Lighting", quarter, load(14, 0, 0)).energy("Ventilation", quarter, load(20, 0, 0.2))
		b.source("Water meter", mediumWater).volume("Water", hourly, water(3.4)).counter("Water index", unitM3, hourly, index(12_400, 1.7, 0.2))
		b.source("Gas meter", mediumGas).volume("Gas", hourly, gas(2.1, 4))
		b.source("Pool hall", mediumOther).reading("Basin temperature", unitCelsius, five, indoor(28.4)).reading("Hall temperature", unitCelsius, five, indoor(30)).
			reading("Humidity", unitPercent, five, level(52, 63, 6*time.Hour)).reading("Learner basin temperature", unitCelsius, five, indoor(31))
	case harbour:
		furnishHarbour(b)
	case dataHall:
		furnishDataHall(b)
	case flats:
		furnishFlats(b)
	}
}

func furnishOffice(b *builder, s Site) {
	full := s.Area * 0.021
	b.source("Main electricity meter", mediumElectricity).energy("Electricity", quarter, load(full, 1.6, 0.3)).power("Power", quarter, load(full, 1.6, 0.3)).
		energy("HVAC", quarter, load(full*0.35, 1.4, 0.4)).energy("Lighting", quarter, load(full*0.25, 0, 0)).energy("Server room", quarter, flat(11, 0.004)).energy("Lifts", quarter, load(full*0.04, 0, 0))
	b.source("Gas meter", mediumGas).volume("Gas", hourly, gas(1.9, 0.4))
	b.source("Water meter", mediumWater).volume("Water", hourly, water(0.9))
	b.source("Indoor climate", mediumOther).reading("CO₂", unitPPM, quarter, air()).add(Variable{Name: "Occupancy", Unit: unitNone, Step: quarter, QuantityType: Instantaneous, Aggregate: Avg, model: people(s.Area / 24)}).
		reading("Floor 1 temperature", unitCelsius, five, indoor(21.5)).reading("Floor 3 temperature", unitCelsius, five, indoor(22))
}

func furnishShop(b *builder) {
	b.source("Main electricity meter", mediumElectricity).energy("Electricity", quarter, load(168, 2.4, 0)).power("Power", quarter, load(168, 2.4, 0)).energy("Refrigeration", quarter, flat(62, 0.021)).
		energy("Lighting", quarter, load(38, 0, 0)).energy("Bake-off", quarter, func(m moment) float64 { return 46 * plateau(m.hour, 6, 9, 0.5) * m.use() }).energy("Ventilation", quarter, load(22, 0.3, 0.2)).energy("Checkouts", quarter, load(9, 0, 0))
	b.source("Gas meter", mediumGas).volume("Gas", hourly, gas(0.9, 0.5))
	b.source("Water meter", mediumWater).volume("Water", hourly, water(0.6))
	cases := b.source("Refrigerated cases", mediumCold)
	for n, set := range []float64{3, 4, -20, 2} {
		cases.reading(fmt.Sprintf("Case %d temperature", n+1), unitCelsius, five, cold(set, 0.8, false))
	}
}

func furnishPlant(b *builder) {
	b.source("Grid meter", mediumElectricity).energy("Electricity", quarter, load(120, 0.6, 0)).energy("Export", quarter, func(m moment) float64 { return max(0, solar(1900, true)(m)-load(120, 0.6, 0)(m)) }).
		energy("Self use", quarter, func(m moment) float64 { return min(solar(1900, true)(m), load(120, 0.6, 0)(m)) })
	b.source("PV production", mediumSolar).energy("Production", quarter, solar(1900, true))
	inverters := b.source("Inverters", mediumSolar)
	for n := 1; n <= 6; n++ {
		inverter := solar(316, true)
		if n == 4 {
			inverter = func(m moment) float64 { // trips when hot
				if m.temperature() > 27 && m.hour > 13 && m.hour < 16 {
					return 0
				}
				return solar(316, true)(m)
			}
		}
		inverters.power(fmt.Sprintf("Inverter %d", n), five, inverter)
	}
	b.source("Weather station", mediumOther).reading("Irradiance", unitWattM2, five, sunlight()).reading("Module temperature", unitCelsius, five, func(m moment) float64 { return m.temperature() + 0.025*m.irradiance() })
}

func furnishColdStore(b *builder) {
	total := flat(205, 0.021)
	b.source("Main electricity meter", mediumElectricity).energy("Electricity", quarter, total).add(Variable{Name: "Door openings", Unit: unitNone, Step: quarter, QuantityType: Integrated, Aggregate: Sum, model: people(9)}).
		energy("Defrost", quarter, func(m moment) float64 { return 34 * bump(float64(int(m.hour)%6)+m.hour-float64(int(m.hour)), 0.3, 0.3) }).energy("Lighting", quarter, flat(6, 0))
	compressors := b.source("Compressors", mediumCold)
	for n := 1; n <= 3; n++ {
		compressors.power(fmt.Sprintf("Compressor %d", n), minute, flat(58, 0.021))
	}
	rooms := b.source("Rooms", mediumCold)
	rooms.reading("Freezer 1 temperature", unitCelsius, five, cold(-20, 0.9, false)).reading("Freezer 2 temperature", unitCelsius, five, cold(-18.2, 0.9, true)).
		reading("Chill room temperature", unitCelsius, five, cold(3, 0.6, false)).reading("Dock temperature", unitCelsius, five, cold(8, 1.2, true)).
		reading("Product temperature F2", unitCelsius, five, cold(-18.6, 0.3, true)).reading("Product temperature F1", unitCelsius, five, cold(-20.2, 0.3, false))
}

func furnishHeating(b *builder) {
	b.source("Plant electricity meter", mediumElectricity).energy("Electricity", quarter, flat(64, -0.012)).energy("Pumps", quarter, flat(38, -0.015))
	demand := func(m moment) float64 { return 240 + 118*max(0, 16.5-m.temperature())*(0.85+0.3*bump(m.hour, 7, 2)) }
	b.source("Boiler house", mediumHeat).energy("Heat delivered", quarter, demand).power("CHP electricity", quarter, func(m moment) float64 { return min(800, demand(m)*0.35) }).energy("Heat to network", quarter, func(m moment) float64 { return demand(m) * 1.12 }).
		reading("Flow temperature", unitCelsius, five, func(m moment) float64 { return 72 + 0.9*max(0, 12-m.temperature()) + 0.8*m.noise() }).
		reading("Return temperature", unitCelsius, five, func(m moment) float64 { return 49 + 0.4*max(0, 12-m.temperature()) + 0.7*m.noise() }).
		reading("Network pressure", unitNone, five, level(5.8, 6.4, 3*time.Hour)).reading("Boiler 1 temperature", unitCelsius, five, level(84, 92, 2*time.Hour)).reading("Boiler 2 temperature", unitCelsius, five, level(80, 92, 2*time.Hour))
	stations := b.source("Substations", mediumHeat)
	for n := 1; n <= 20; n++ {
		share := 0.02 + 0.06*unit(mix(7, uint64(n), 2))
		stations.energy(fmt.Sprintf("Substation %02d", n), hourly, func(m moment) float64 { return demand(m) * share * (1 + 0.15*m.noise()) })
	}
}

func furnishHospital(b *builder) {
	b.source("Main electricity meter", mediumElectricity).energy("Electricity", quarter, load(610, 6, 0)).power("Power", quarter, load(610, 6, 0)).energy("Ventilation", quarter, load(170, 1.5, 0)).energy("Cooling", quarter, load(40, 5, 0)).
		energy("Imaging", quarter, load(85, 0, 0)).energy("Kitchen", quarter, load(46, 0, 0)).energy("Lighting", quarter, load(90, 0, 0)).energy("Sterilisation", quarter, load(32, 0, 0)).energy("Wards", quarter, load(120, 0, 0)).
		power("Generator", quarter, func(m moment) float64 {
			if m.local.Weekday() == time.Tuesday && m.local.Day() <= 7 && m.hour >= 10 && m.hour < 11 {
				return 420
			}
			return 0
		})
	b.source("Gas meter", mediumGas).volume("Gas", hourly, gas(7.5, 38))
	b.source("Water meter", mediumWater).volume("Water", hourly, water(7.2)).counter("Water index", unitM3, hourly, index(210_000, 5.4, 0.1))
	b.source("Steam", mediumHeat).energy("Steam", hourly, func(m moment) float64 { return 260 + 420*bump(m.hour, 5.5, 1) })
	b.source("Operating theatres", mediumOther).reading("Theatre 1 temperature", unitCelsius, five, indoor(20)).reading("Theatre 2 temperature", unitCelsius, five, indoor(20)).
		reading("Theatre 1 humidity", unitPercent, five, level(42, 55, 5*time.Hour)).reading("Pharmacy temperature", unitCelsius, five, indoor(19))
}

func furnishHarbour(b *builder) {
	b.source("Grid meter", mediumElectricity).energy("Electricity", quarter, flat(28, 0)).energy("Export", quarter, turbine(760)).energy("Battery charge", quarter, func(m moment) float64 { return 220 * bump(m.hour, 13, 2) }).
		energy("Battery discharge", quarter, func(m moment) float64 { return 190 * bump(m.hour, 19, 1.8) })
	b.source("Wind turbine", mediumOther).power("Turbine power", five, turbine(800)).reading("Wind speed", unitMetreSecond, five, windSpeed())
	b.source("Battery", mediumElectricity).reading("State of charge", unitPercent, five, battery()).power("Battery power", five, func(m moment) float64 { return 220*bump(m.hour, 13, 2) - 190*bump(m.hour, 19, 1.8) })
	b.source("Market and weather", mediumOther).reading("Day-ahead price", unitEuroMWh, quarter, dayAhead()).reading("Grid CO₂", unitGram, quarter, carbon()).reading("Outdoor temperature", unitCelsius, quarter, outdoor()).reading("Irradiance", unitWattM2, quarter, sunlight())
}

func furnishDataHall(b *builder) {
	it := flat(380, 0)
	total := func(m moment) float64 { return it(m) * (1.19 + 0.23*min(1, max(0, (m.temperature()-4)/26))) }
	b.source("Main electricity meter", mediumElectricity).energy("Electricity", quarter, total).energy("IT load", quarter, it).energy("Cooling", quarter, func(m moment) float64 { return (total(m) - it(m)) * 0.8 }).
		energy("UPS losses", quarter, flat(14, 0)).energy("Lighting", quarter, flat(3, 0)).reading("PUE", unitNone, quarter, func(m moment) float64 { return total(m) / it(m) })
	rows := b.source("Rack rows", mediumElectricity)
	for n := 1; n <= 4; n++ {
		rows.power(fmt.Sprintf("Row %d power", n), minute, flat(95, 0))
	}
	aisles := b.source("Aisles", mediumCold)
	for n := 1; n <= 4; n++ {
		aisles.reading(fmt.Sprintf("Cold aisle %d temperature", n), unitCelsius, five, level(21, 24, 4*time.Hour))
	}
}

func furnishFlats(b *builder) {
	b.source("Common electricity meter", mediumElectricity).energy("Electricity", quarter, load(42, 0, 0.9)).energy("Heat pump", quarter, func(m moment) float64 { return 2.2 * max(0, 15-m.temperature()) }).
		energy("Common parts", quarter, load(9, 0, 0)).energy("Lifts", quarter, load(4, 0, 0)).counter("Electricity index", unitKWh, quarter, index(48_000, 31, 0.3))
	b.source("PV roof", mediumSolar).energy("Production", quarter, solar(64, false))
	heat, hot, cold := b.source("Heat meters", mediumHeat), b.source("Hot water meters", mediumWater), b.source("Water meters", mediumWater)
	for n := 1; n <= 48; n++ {
		size := 0.6 + 0.8*unit(mix(11, uint64(n), 5))
		if n == 7 || n == 23 || n == 41 {
			size = 0.02 // empty
		}
		heat.energy(fmt.Sprintf("Flat %02d heat", n), daily, func(m moment) float64 { return size * (0.12 + 0.11*max(0, 16.5-m.temperature())) })
		hot.volume(fmt.Sprintf("Flat %02d hot water", n), daily, func(m moment) float64 { return size * 0.09 * (1 + 0.3*m.noise()) })
		cold.volume(fmt.Sprintf("Flat %02d water", n), hourly, func(m moment) float64 { return size * max(0, 0.011*m.use()*(1+0.6*m.noise())) })
	}
}
