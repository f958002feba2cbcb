package energy

import "fmt"

func furnishOffice(b *builder) {
	hvac, light, servers := b.load(64, 2.6, 1.1), b.load(52, 0, 0), b.flat(16, 0.006)
	lifts, sockets := b.load(9, 0, 0), b.load(46, 0, 0)
	b.source("Main electricity meter", electricity,
		energy("Electricity", quarter, total(hvac, light, servers, lifts, sockets)),
		energy("HVAC", quarter, hvac),
		energy("Lighting", quarter, light),
		energy("Server room", quarter, servers),
		energy("Lifts", quarter, lifts),
		energy("Sockets", quarter, sockets))
	b.source("Gas meter", gas, volume("Gas", b.gasFlow(0.4, 1.9)))
	b.source("Water meter", water, volume("Water", b.waterFlow(0.9, 0.01)))
	b.source("Indoor climate", sensors,
		reading("CO₂", ppm, quarter, 0, b.air(560)).of(Averaged, Avg),
		reading("Occupancy", none, quarter, 0, b.people(380)),
		temperature("Floor 1 temperature", b.room(21.5)),
		temperature("Floor 3 temperature", b.room(22)))
	b.silence("Electricity", 0.5, 24, func(d *day) bool { return d.date == silentDay })
	b.alarm("Electricity", Alarm{Name: "Quarter-hour peak above contract", Set: 90, Reset: 80, Priority: 2}, nil)
}

func furnishSchool(b *builder) {
	light, kitchen, ventilation, rest := b.load(21, 0, 0), b.daily(16, 9, 13), b.load(11, 0.2, 0.1), b.load(18, 0, 0.3)
	b.source("Main electricity meter", electricity,
		energy("Electricity", quarter, total(light, kitchen, ventilation, rest)),
		energy("Lighting", quarter, light),
		energy("Kitchen", quarter, kitchen),
		energy("Ventilation", quarter, ventilation))
	flow := b.schoolGas()
	b.source("Gas meter", gas,
		volume("Gas", flow),
		index("Gas index", cubicMetre, hour1, newRegister(22_300, flow, hour1).rolling))
	var rooms []Variable
	for n := 1; n <= 3; n++ {
		rooms = append(rooms,
			reading(fmt.Sprintf("Class %d CO₂", n), ppm, minutes5, 0, b.air(900)).of(Averaged, Avg),
			temperature(fmt.Sprintf("Class %d temperature", n), b.room(21)))
	}
	b.source("Classrooms", sensors, rooms...)
	b.alarm("Gas", Alarm{Name: "Base load at night", Set: 8, Reset: 6.5, Priority: 2, Alive: Hours{2.5, 6}}, func(m *moment) []episode {
		if !m.day.eve {
			return nil
		}
		e := episode{set: m.day.start + 2*3600 + 1800, reset: m.day.start + 6*3600}
		e.on, e.off = round(flow(m.at(m.day.start+2*3600)), 3), round(flow(m.at(e.reset)), 3)
		return []episode{e}
	})
	b.alarm("Class 1 CO₂", Alarm{Name: "Class 1 needs air", Set: 1800, Reset: 1500, Priority: 3}, nil)
}

// schoolGas follows the cold; in the night after each public holiday nobody turns the heating down.
func (b *builder) schoolGas() model {
	normal := b.gasFlow(0.3, 0.75)
	return func(m *moment) float64 {
		night := m.hour < 6 && m.day.eve || m.hour >= 22 && m.day.holiday
		if night {
			return normal(m) + 9
		}
		return normal(m)
	}
}

func furnishShop(b *builder) {
	parts := []model{b.flat(24, 0.021), b.flat(22, 0.021), b.flat(28, 0.024), b.daily(46, 6, 9), b.shopLight(), b.load(16, 0.6, 0.3)}
	all := total(parts...)
	b.source("Main electricity meter", electricity,
		energy("Electricity", quarter, all),
		energy("Refrigeration case 1", quarter, parts[0]),
		energy("Refrigeration case 2", quarter, parts[1]),
		energy("Refrigeration case 3", quarter, parts[2]),
		energy("Bake-off", quarter, parts[3]),
		energy("Lighting", quarter, parts[4]),
		energyIn(kWhPerM2, 1/b.w.Sites[b.site].Area, 6, "Electricity per m²", quarter, all).
			calculated(script("a/inputForms$area"), "Electricity").withField("area", "FloorArea"))
	b.source("Gas meter", gas, volume("Gas", b.gasFlow(0.5, 0.9)))
	b.source("Water meter", water, volume("Water", b.waterFlow(0.6, 0.01)))
	b.source("Refrigerated cases", cold,
		temperature("Case 1 temperature", b.coldRoom(3, 0.8, 1)),
		temperature("Case 2 temperature", b.coldRoom(4, 0.8, 2.5)),
		temperature("Case 3 temperature", b.coldRoom(-20, 1.2, 3.5)),
		temperature("Case 4 temperature", b.coldRoom(2, 0.7, 5)))
	b.watch("Case 3 temperature", Alarm{Name: "Freezer case 3 too warm", Set: -19.3, Reset: -19.6, Priority: 2}, minutes5, b.variable("Case 3 temperature").model)
	b.alarm("Case 1 temperature", Alarm{Name: "Case 1 too warm", Set: 7, Reset: 6, Priority: 1}, nil)
}

// shopLight is off on Sundays.
func (b *builder) shopLight() model {
	light := b.load(34, 0, 0)
	return func(m *moment) float64 {
		if m.day.weekday == 0 {
			return 1.1
		}
		return light(m)
	}
}

// furnishSmallOffice is for the sites of the second account.
func furnishSmallOffice(b *builder) {
	area := b.w.Sites[b.site].Area / 1000
	light, machines := b.load(6*area, 0, 0), b.load(11*area, 0.3*area, 0.1*area)
	b.source("Main electricity meter", electricity,
		energy("Electricity", quarter, total(light, machines)),
		energy("Lighting", quarter, light),
		power("Power", quarter, total(light, machines)))
	b.source("Gas meter", gas, volume("Gas", b.gasFlow(0.2, 0.3*area)))
	b.source("Water meter", water, volume("Water", b.waterFlow(0.12*area, 0)))
	b.source("Indoor climate", sensors, temperature("Temperature", b.room(21)))
	b.watch("Power", Alarm{Name: "Morning peak", Set: 10 * area, Reset: 9 * area, Priority: 3, Alive: Hours{7, 10}}, quarter, total(light, machines))
}
