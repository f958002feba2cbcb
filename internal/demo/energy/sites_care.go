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
		energy("Unmetered rest", quarter, rest).calculated("list(TimeSeries=a-b-c-d-e-f-g-h)",
			"Electricity", "Ventilation", "Cooling", "Imaging", "Kitchen", "Lighting", "Sterilisation", "Wards"),
		power("Emergency generator", quarter, generatorTest))
	b.source("Gas meter", gas, volume("Gas", hour1, b.gasFlow(38, 7.5)))
	flow := b.waterFlow(7.2, 0.8)
	b.source("Water meter", water,
		volume("Water", hour1, flow),
		index("Water index", cubicMetre, hour1, newRegister(210_000, flow, hour1).reading))
	b.source("Steam boiler", heat, energy("Steam", hour1, func(m *moment) float64 { return 260 + 420*bump(m.hour, 5.5, 1) + 40*m.use() }))
	b.source("Operating theatres", sensors,
		temperature("Theatre 1 temperature", b.room(20.6)),
		temperature("Theatre 2 temperature", b.room(20.4)),
		reading("Theatre 1 humidity", percent, minutes5, 1, b.level(42, 55, 5)),
		temperature("Pharmacy temperature", b.room(19)))
}

// generatorTest runs on the first Tuesday of each month from 10 to 11.
func generatorTest(m *moment) float64 {
	if m.day.firstTuesday() && m.hour >= 10 && m.hour < 11 {
		return 420
	}
	return 0
}

func furnishPool(b *builder) {
	parts := []model{b.load(34, 0, 0.5), b.flat(18, 0), b.load(15, 0, 0), b.load(24, 0.3, 0.3)}
	rest := b.load(12, 0, 0)
	all := total(append(parts, rest)...)
	b.source("Main electricity meter", electricity,
		energy("Electricity", quarter, all),
		energy("Dehumidification", quarter, parts[0]),
		energy("Circulation pumps", quarter, parts[1]),
		energy("Lighting", quarter, parts[2]),
		energy("Ventilation", quarter, parts[3]),
		energyIn(kilogramCO2, 0.001, 3, "CO₂ emission", quarter, func(m *moment) float64 { return all(m) * m.carbon() }).
			calculated("list(TimeSeries=a*inputConstants$gramPerKWh/1000)", "Electricity"))
	showers := b.waterFlow(2.6, 0)
	filters := b.daily(1.4, 7, 9)
	b.source("Water meter", water,
		volume("Water", hour1, total(showers, filters)),
		volume("Showers", hour1, showers))
	b.source("Gas meter", gas, volume("Gas", hour1, b.gasFlow(6, 2.1)))
	b.source("Pool hall", sensors,
		temperature("Basin temperature", b.level(27.9, 28.6, 9)),
		temperature("Hall temperature", b.room(30)),
		reading("Humidity", percent, minutes5, 1, b.level(52, 63, 6)),
		temperature("Learner basin temperature", b.level(30.6, 31.3, 8)))
}
