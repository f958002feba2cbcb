package energy

func furnishHospital(b *builder) {
	parts := []model{b.load(170, 1.5, 0.6), b.load(30, 6, 0), b.load(84, 0, 0), b.daily(46, 6, 18), b.load(92, 0, 0), b.load(32, 0, 0), b.load(118, 0, 0)}
	rest := b.load(64, 0, 0)
	b.source("Main electricity meter", electricity,
		energy("Electricity", quarter, total(append(parts, rest)...)),
		energy("Ventilation", quarter, parts[0]),
		energy("Cooling", quarter, parts[1]),
		energy("Imaging", quarter, parts[2]),
		energy("Kitchen", quarter, parts[3]),
		energy("Lighting", quarter, parts[4]),
		energy("Sterilisation", quarter, parts[5]),
		energy("Wards", quarter, parts[6]),
		energy("Unmetered rest", quarter, rest).calculated(script("a-b-c-d-e-f-g-h"),
			"Electricity", "Ventilation", "Cooling", "Imaging", "Kitchen", "Lighting", "Sterilisation", "Wards"),
		power("Emergency generator", quarter, generatorTest))
	b.source("Gas meter", gas, volume("Gas", b.gasFlow(38, 7.5)))
	flow := b.waterFlow(7.2, 0.8)
	b.source("Water meter", water,
		volume("Water", flow),
		index("Water index", cubicMetre, hour1, newRegister(210_000, flow, hour1).reading))
	b.source("Steam boiler", heat, energy("Steam", hour1, func(m *moment) float64 { return 260 + 420*bump(m.hour, 5.5, 1) + 40*m.use() }))
	b.source("Operating theatres", sensors,
		temperature("Theatre 1 temperature", b.room(20.6)),
		temperature("Theatre 2 temperature", b.room(20.4)),
		reading("Theatre 1 humidity", percent, minutes5, 1, b.level(42, 55, 5)),
		temperature("Pharmacy temperature", b.room(19)))
	b.watch("Steam", Alarm{Name: "Steam demand high", Set: 600, Reset: 590, Priority: 3, Alive: Hours{4, 9}}, hour1, b.variable("Steam").model)
	b.storm()
}

// storm adds the alarms that the generator test sets off, all 38 within four minutes: each variable dips when the wing changes over to
// the generator and peaks when it changes back, and the generator has two of its own. Within half an hour they are gone.
func (b *builder) storm() {
	n := int64(0)
	add := func(variable, name string) {
		shift := 6 * n
		n++
		a := Alarm{Name: name, Binary: true, Set: 1, Reset: 0, Priority: 2}
		b.alarm(variable, a, func(m *moment) []episode {
			if !m.day.firstTuesday() {
				return nil
			}
			set := m.day.start + 10*3600 + shift
			return []episode{{set: set, reset: set + 480 + 97*shift%1140, on: 1, off: 0}}
		})
	}
	for _, v := range b.w.Variables {
		if v.site == b.site {
			add(v.Name, "Supply dip: "+v.Name)
			add(v.Name, "Restart peak: "+v.Name)
		}
	}
	add("Emergency generator", "Generator runs")
	add("Emergency generator", "Transfer switch on generator")
}

// generatorTest runs on the first Tuesday of each month from 10 to 11.
func generatorTest(m *moment) float64 {
	if m.day.firstTuesday() && m.hour >= 10 && m.hour < 11 {
		return 420
	}
	return 0
}

func furnishPool(b *builder) {
	parts := []model{b.load(34, 0, 0.5), clogging(b.flat(18, 0)), b.load(15, 0, 0), b.load(24, 0.3, 0.3)}
	rest := b.load(12, 0, 0)
	all := total(append(parts, rest)...)
	b.source("Main electricity meter", electricity,
		energy("Electricity", quarter, all),
		energy("Dehumidification", quarter, parts[0]),
		energy("Circulation pumps", quarter, parts[1]),
		energy("Lighting", quarter, parts[2]),
		energy("Ventilation", quarter, parts[3]),
		energyIn(kilogramCO2, 0.001, 3, "CO₂ emission", quarter, func(m *moment) float64 { return all(m) * m.carbon() }).
			calculated(script("a*b/inputConstants$kilo"), "Electricity", "Harbour wind and battery/Grid CO₂").with("kilo", 1000))
	showers := b.waterFlow(2.6, 0)
	rinsing := b.daily(1.4, 7, 9)
	b.source("Water meter", water,
		volume("Water", total(showers, rinsing)),
		volume("Showers", showers))
	b.source("Gas meter", gas, volume("Gas", b.gasFlow(6, 2.1)))
	b.source("Pool hall", sensors,
		temperature("Basin temperature", b.level(27.9, 28.6, 9)),
		temperature("Hall temperature", b.room(30)),
		reading("Humidity", percent, minutes5, 1, b.level(52, 63, 6)),
		temperature("Learner basin temperature", b.level(30.6, 31.3, 8)))
	b.slow("Circulation pumps", Alarm{Name: "Filters clogged: pumps take more", Set: 4.84, Reset: 4.6, Priority: 3, Window: day24}, filters, 0)
	b.silence("Water", 13, 17, func(d *day) bool { return d.thirdMonday() })
	b.alarm("Basin temperature", Alarm{Name: "Basin too cold", Low: true, Set: 26.5, Reset: 27, Priority: 2}, nil)
}

// clogging is a pump whose filter gets dirty.
func clogging(pump model) model {
	return func(m *moment) float64 { return pump(m) * (1 + 0.15*creeping(m, filters)) }
}
