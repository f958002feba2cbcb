package energy

import (
	"math"
	"time"
)

// model gives a variable's value at a moment.
type model func(m moment) float64

// use is the share of full use of a site at a moment, 0 to 1, by what the site is for.
func (m moment) use() float64 {
	switch m.site.kind {
	case office:
		if !m.working() || m.quietWeeks() {
			return 0.18
		}
		return 0.18 + 0.82*plateau(m.hour, 7, 19, 1.2)
	case school:
		if !m.working() || schoolHoliday(m.local, false) {
			return 0.12
		}
		end := 16.0
		if m.local.Weekday() == time.Wednesday {
			end = 12.5
		}
		return 0.12 + 0.88*plateau(m.hour, 8, end, 0.7)
	case shop:
		if m.local.Weekday() == time.Sunday || holiday(m.local) {
			return 0.35
		}
		return 0.35 + 0.65*plateau(m.hour, 7.5, 20, 0.5) + 0.12*bump(m.hour, 7.5, 1.2)
	case hospital:
		return 0.72 + 0.28*plateau(m.hour, 6.5, 20, 2) + 0.06*bump(m.hour, 5.5, 0.5)
	case pool:
		if schoolHoliday(m.local, true) {
			return 0.4 + 0.6*plateau(m.hour, 9, 21, 0.8)
		}
		return 0.4 + 0.5*plateau(m.hour, 8, 21, 0.8)
	case flats:
		return 0.3 + 0.35*bump(m.hour, 7.5, 1.6) + 0.6*bump(m.hour, 19.5, 2.6)
	case parking:
		use := 0.05 + 0.55*bump(m.hour, 10, 1.6) + 0.75*bump(m.hour, 19.5, 2.2)
		if m.weekend() {
			use *= 0.6
		}
		return min(1, use)
	}
	return 1
}

func (m moment) quietWeeks() bool {
	day := m.local.Format("01-02")
	return day >= "12-24" || day <= "01-02"
}

// plateau is 1 between from and to, with soft shoulders.
func plateau(x, from, to, soft float64) float64 {
	return 1 / (1 + math.Exp(-(x-from)/(soft/4))) / (1 + math.Exp((x-to)/(soft/4)))
}

// load is a power in kW that follows the site's use; weather adds cooling and heating.
func load(full, cooling, heating float64) model {
	return func(m moment) float64 {
		t := m.temperature()
		p := full * m.use()
		p += cooling * max(0, t-18) * (0.3 + 0.7*m.use())
		p += heating * max(0, 15-t) * (0.4 + 0.6*m.use())
		return max(0, p*(1+0.08*m.noise()))
	}
}

// flat is a load that does not follow the day.
func flat(full, perDegree float64) model {
	return func(m moment) float64 { return max(0, full*(1+perDegree*(m.temperature()-10.8))*(1+0.04*m.noise())) }
}

// perStep turns a power in kW into the energy of one step in kWh.
func perStep(power model, step time.Duration) model {
	return func(m moment) float64 { return power(m) * step.Hours() }
}

// index is a counter that grows with the seasons and the day; it never falls by itself.
func index(start, perHour, season float64) model {
	epoch := time.Date(2020, 1, 1, 0, 0, 0, 0, time.UTC)
	return func(m moment) float64 {
		h := m.t.Sub(epoch).Hours()
		year, day := 2*math.Pi/8765.8, 2*math.Pi/24
		return start + perHour*(h+season/year*math.Sin(year*(h-20*24))+0.6/day*math.Sin(day*(h-8)))
	}
}

// outdoor temperature, irradiance, wind and price as variables.
func outdoor() model   { return func(m moment) float64 { return m.temperature() } }
func sunlight() model  { return func(m moment) float64 { return m.irradiance() } }
func windSpeed() model { return func(m moment) float64 { return m.wind() } }
func dayAhead() model  { return func(m moment) float64 { return m.price() } }
func carbon() model {
	return func(m moment) float64 {
		return min(260, max(60, 210-0.12*m.irradiance()-8*max(0, m.wind()-4)+25*bump(m.hour, 19, 2)+12*m.noise()))
	}
}

// solar is a PV plant's power in kW: peak in kWp, less when modules are hot, nothing under snow, curtailed at negative prices.
func solar(peak float64, curtail bool) model {
	return func(m moment) float64 {
		g := m.irradiance()
		p := peak * g / 1000 * (1 - 0.004*max(0, m.temperature()+0.025*g-25)) * 0.93
		if m.temperature() < -4 {
			p *= 0.05
		}
		if curtail && m.price() < 0 {
			p *= 0.2
		}
		return max(0, p)
	}
}

// turbine is a wind turbine's power in kW by the cube of the wind, curtailed in storm.
func turbine(rated float64) model {
	return func(m moment) float64 {
		v := m.wind()
		switch {
		case v < 3 || v > 22:
			return 0
		case v > 12:
			return rated
		}
		return rated * (v*v*v - 27) / (1728 - 27)
	}
}

// indoor is a room temperature in °C around set, a little warmer in use and in summer.
func indoor(set float64) model {
	return func(m moment) float64 {
		return set - 2.5*(1-m.use()) + 0.12*(m.temperature()-10.8) + 0.6*m.noise()
	}
}

// cold is a cold room in °C with a defrost each six hours; every twenty minutes by the clock a door of the Liège store stays open for six.
func cold(set, swing float64, door bool) model {
	return func(m moment) float64 {
		t := set + swing*0.4*m.noise() + swing*bump(math.Mod(m.hour+24-float64(m.salt%6), 6), 0.4, 0.25)
		if door {
			since := math.Mod(float64(m.t.Unix())/60+18, 20) // minutes since the door opened at 02, 22, 42
			t += 4.2 * bump(since, 5.5, 3)
		}
		return t
	}
}

// air is the CO₂ in a room in ppm.
func air() model {
	return func(m moment) float64 { return 430 + 620*max(0, m.use()-0.15) + 40*m.noise() }
}

// people is a count of people.
func people(most float64) model {
	return func(m moment) float64 { return math.Round(max(0, most*(m.use()-0.18)/0.82*(1+0.1*m.noise()))) }
}

// water is a flow in m³ per step; at night there is hardly any.
func water(full float64) model {
	return func(m moment) float64 { return max(0, full*(m.use()-0.1)*(1+0.3*m.noise())) }
}

// gas is a consumption in m³ per step that follows the cold.
func gas(perDegree, base float64) model {
	return func(m moment) float64 {
		return max(0, (base+perDegree*max(0, 16.5-m.temperature())*(0.5+0.5*m.use()))*(1+0.1*m.noise()))
	}
}

// level is something between low and high that wanders slowly.
func level(low, high float64, span time.Duration) model {
	return func(m moment) float64 { return low + (high-low)*(0.5+0.5*smooth(m.salt, m.t, span)) }
}

// charger is one charge point in kW: on or off by turns, at a current that the load balancing leaves.
func charger(rated float64) model {
	return func(m moment) float64 {
		slot := uint64(m.t.Unix() / 5400)
		if unit(mix(m.salt, slot, 4)) > m.use()*0.9 {
			return 0
		}
		return rated * (0.55 + 0.45*unit(mix(m.salt, slot, 6)))
	}
}

// battery is a state of charge in percent that follows the price.
func battery() model {
	return func(m moment) float64 {
		return min(90, max(10, 52+32*math.Sin(2*math.Pi*(m.hour-9)/24)+10*m.noise()))
	}
}
