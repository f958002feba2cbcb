package locale

// families are units that measure the same, each with its size in the first one's terms, from small to large.
var families = [][]struct {
	unit string
	size float64
}{
	{{"Wh", 1}, {"kWh", 1e3}, {"MWh", 1e6}, {"GWh", 1e9}, {"kJ", 1 / 3.6}, {"MJ", 1e3 / 3.6}, {"GJ", 1e6 / 3.6}},
	{{"W", 1}, {"kW", 1e3}, {"MW", 1e6}, {"GW", 1e9}},
	{{"l", 1}, {"hl", 100}, {"m³", 1e3}},
	{{"l/h", 1}, {"l/min", 60}, {"l/s", 3600}, {"m³/h", 1e3}},
	{{"g", 1}, {"kg", 1e3}, {"t", 1e6}},
	{{"Pa", 1}, {"hPa", 100}, {"mbar", 100}, {"kPa", 1e3}, {"bar", 1e5}},
	{{"W/m²", 1}, {"kW/m²", 1e3}},
	{{"var", 1}, {"kvar", 1e3}},
	{{"VA", 1}, {"kVA", 1e3}},
}

// Convert returns by what values in one unit are multiplied to be in another, false when they do not measure the same. Every unit converts to itself.
func Convert(from, to string) (factor float64, ok bool) {
	if from == to {
		return 1, true
	}
	for _, family := range families {
		a, b := 0.0, 0.0
		for _, u := range family {
			if u.unit == from {
				a = u.size
			}
			if u.unit == to {
				b = u.size
			}
		}
		if a > 0 && b > 0 {
			return a / b, true
		}
	}
	return 0, false
}

// Convertible returns the units that values in unit can be converted to, itself among them; nothing for a unit without relatives.
func Convertible(unit string) []string {
	for _, family := range families {
		var list []string
		found := false
		for _, u := range family {
			list = append(list, u.unit)
			found = found || u.unit == unit
		}
		if found {
			return list
		}
	}
	return nil
}
