package energy

import "math"

// load is a power in kW that follows the use of its site: full at full use, more for each °C above 21 and below 15.
func (b *builder) load(full, cooling, heating float64) model {
	salt := b.salt()
	return func(m *moment) float64 {
		p := full*m.use() + cooling*max(0, m.temperature()-21)*(0.3+0.7*m.use()) + heating*max(0, 15-m.temperature())*(0.4+0.6*m.use())
		return max(0, p*(1+0.09*m.noise(salt)))
	}
}

// flat is a power in kW that does not follow the day; perDegree is the share that it grows for each °C outdoors above the mean.
func (b *builder) flat(full, perDegree float64) model {
	salt := b.salt()
	return func(m *moment) float64 {
		return max(0, full*(1+perDegree*(m.temperature()-10.8))*(1+0.05*m.noise(salt)))
	}
}

// daily is a power in kW that is there each day from one hour to another, at the use of the site.
func (b *builder) daily(full, from, to float64) model {
	salt := b.salt()
	return func(m *moment) float64 {
		return max(0, full*plateau(m.hour, from, to, 0.5)*m.use()*(1+0.1*m.noise(salt)))
	}
}

// total is the sum of models.
func total(parts ...model) model {
	return func(m *moment) float64 {
		sum := 0.0
		for _, part := range parts {
			sum += part(m)
		}
		return sum
	}
}

// difference is what a has more than b, never below zero.
func difference(a, b model) model {
	return func(m *moment) float64 { return max(0, a(m)-b(m)) }
}

// ratio is scale times a over b, and 0 where b is 0.
func ratio(scale float64, a, b model) model {
	return func(m *moment) float64 {
		if d := b(m); d != 0 {
			return scale * a(m) / d
		}
		return 0
	}
}

// degreeDayBase is the outdoor temperature in °C from which on Belgian degree days count.
const degreeDayBase = 16.5

// solarField is the power in kW of a PV field: peak in kWp, less when modules are hot, hardly any under snow, and a fifth while prices
// are negative if it is curtailed.
func solarField(peak float64, curtailed bool) model {
	return func(m *moment) float64 {
		g := m.irradiance()
		p := peak * g / 1000 * (1 - 0.004*max(0, m.temperature()+0.025*g-25)) * 0.93
		if m.snow() {
			p *= 0.04
		}
		if curtailed && m.price() < 0 {
			p *= 0.2
		}
		return max(0, p)
	}
}

// snow reports whether roofs lie under snow: days of the coldest spells.
func (m *moment) snow() bool { return m.at(m.day.start+9*3600).seasonal() < -1.5 }

// turbine is the power in kW of a wind turbine: the cube of the wind up to the rated power, none in storm.
func turbine(rated float64) model {
	return func(m *moment) float64 {
		switch v := m.wind(); {
		case v < 3 || v > 20:
			return 0
		case v > 12:
			return rated
		default:
			return rated * (v*v*v - 27) / (1728 - 27)
		}
	}
}

// gasFlow is a consumption in m³/h that follows the cold.
func (b *builder) gasFlow(base, perDegree float64) model {
	salt := b.salt()
	return func(m *moment) float64 {
		return max(0, (base+perDegree*max(0, degreeDayBase-m.temperature())*(0.35+0.65*m.use()))*(1+0.1*m.noise(salt)))
	}
}

// waterFlow is a consumption in m³/h; at night there is hardly any.
func (b *builder) waterFlow(full, night float64) model {
	salt := b.salt()
	return func(m *moment) float64 { return max(0, night+full*max(0, m.use()-0.2)*(1+0.5*m.noise(salt))) }
}

// room is a room's temperature in °C: set while in use, cooler when not, a little warmer in summer.
func (b *builder) room(set float64) model {
	salt := b.salt()
	return func(m *moment) float64 {
		return set - 2.4*(1-m.use()) + 0.1*(m.temperature()-10.8) + 0.7*m.noise(salt)
	}
}

// coldRoom is a cold room's temperature in °C, with a defrost each six hours, offset hours after midnight.
func (b *builder) coldRoom(set, swing, offset float64) model {
	salt := b.salt()
	return func(m *moment) float64 {
		return set + swing*(0.35*m.noise(salt)+bump(math.Mod(m.hour+6-offset, 6), 0.6, 0.35))
	}
}

// air is the CO₂ in a room in ppm.
func (b *builder) air(full float64) model {
	salt := b.salt()
	return func(m *moment) float64 { return 425 + full*max(0, m.use()-0.2) + 35*m.noise(salt) }
}

// people is a count of people.
func (b *builder) people(most float64) model {
	salt := b.salt()
	return func(m *moment) float64 { return math.Round(max(0, most*(m.use()-0.2)/0.8*(1+0.15*m.noise(salt)))) }
}

// level is something between low and high that wanders, over hours.
func (b *builder) level(low, high, hours float64) model {
	salt := b.salt()
	return func(m *moment) float64 { return low + (high-low)*(0.5+0.5*smooth(salt, m.sec, int64(hours*3600))) }
}
