package energy

import "math"

// region salts what the whole country shares.
const region = 0xbe1

// climate is how the weather of a site differs from the country's: °C of the annual mean, shares of the annual and of the daily
// swing, and a share of the wind.
type climate struct{ mean, annual, daily, wind float64 }

var (
	inland   = climate{10.8, 1, 1, 1}
	coast    = climate{11.2, 0.7, 0.7, 1.35}
	ardennes = climate{9.0, 1, 1.05, 1.05}
)

// sky keeps what was found out about the weather of a moment.
type sky struct {
	hasTemperature, hasCloud, hasIrradiance, hasPrice bool
	temperature, cloud, irradiance, price             float64
}

// temperature is the outdoor temperature in °C: mean 10.8, annual swing 7.4 with the coldest days about 20 January, a daily swing
// that clouds damp, and spells of several days.
func (m *moment) temperature() float64 {
	if s := &m.sky; !s.hasTemperature {
		s.hasTemperature, s.temperature = true, m.seasonal()+m.daily()
	}
	return m.sky.temperature
}

// seasonal is the temperature without the hour's part.
func (m *moment) seasonal() float64 {
	c := m.site.climate
	annual := -7.4 * math.Cos(2*math.Pi*(float64(m.sec)/86400-19)/365.2425)
	spell := 6.4 * smooth(m.w.seed^region, m.sec, 4*86400)
	return c.mean + c.annual*annual + spell
}

// daily is the hour's part of the temperature: warmest at 15:00, 1 °C about the day's mean under clouds and 4.5 when the sky is clear.
func (m *moment) daily() float64 {
	return m.site.climate.daily * (1 + 3.5*(1-m.cloud())) * math.Cos(2*math.Pi*(m.hour-15)/24)
}

// cloud is the cloud cover, 0 to 1.
func (m *moment) cloud() float64 {
	if s := &m.sky; !s.hasCloud {
		s.hasCloud = true
		s.cloud = clamp(0.58+0.55*smooth(m.w.seed^region^7, m.sec, 2*86400)+0.25*smooth(m.w.seed^region^8, m.sec, 3*3600), 0, 1)
	}
	return m.sky.cloud
}

// irradiance is the global irradiance in W/m²: clear sky from the sun's height over Belgium, times what the clouds let through.
func (m *moment) irradiance() float64 {
	if s := &m.sky; !s.hasIrradiance {
		s.hasIrradiance, s.irradiance = true, m.sun()
	}
	return m.sky.irradiance
}

func (m *moment) sun() float64 {
	const latitude = 50.85 * math.Pi / 180
	declination := 23.44 * math.Pi / 180 * math.Sin(2*math.Pi*(float64(m.day.yearDay)-80.5)/365.2425)
	solar := float64(m.sec%86400)/3600 + m.site.Longitude/15 // hours of the mean solar day
	height := math.Sin(latitude)*math.Sin(declination) + math.Cos(latitude)*math.Cos(declination)*math.Cos((solar-12)*math.Pi/12)
	if height <= 0 {
		return 0
	}
	g := 1080 * math.Pow(height, 1.15) * (1 - 0.78*math.Pow(m.cloud(), 1.6))
	if c := m.cloud(); c > 0.25 && c < 0.85 { // a broken sky flickers
		g *= 1 + 0.3*smooth(m.w.seed^region^uint64(m.site.Number)<<8, m.sec, 900)
	}
	return g
}

// wind is the wind speed in m/s, skewed like a Weibull distribution, stronger in winter and at the coast.
func (m *moment) wind() float64 {
	season := 1 + 0.22*math.Cos(2*math.Pi*(float64(m.day.yearDay)-15)/365)
	x := 0.62 + 0.42*smooth(m.w.seed^region^31, m.sec, 30*3600) + 0.16*smooth(m.w.seed^region^33, m.sec, 2*3600) +
		0.05*smooth(m.w.seed^region^35, m.sec, 600)
	return 10.2 * season * m.site.climate.wind * math.Pow(max(0.02, x), 1.6)
}

// humidity is the relative humidity in percent.
func (m *moment) humidity() float64 {
	return clamp(78+14*m.cloud()-2.2*m.daily()+6*smooth(m.w.seed^region^51, m.sec, 6*3600), 28, 100)
}

// pressure is the air pressure at sea level in hPa.
func (m *moment) pressure() float64 {
	return 1015 + 17*smooth(m.w.seed^region^53, m.sec, 3*86400) + 2*smooth(m.w.seed^region^54, m.sec, 6*3600)
}

// price is the day-ahead price of a quarter hour in €/MWh: morning and evening peaks, a dip at noon when the sun shines, below zero
// about 250 quarter hours a year.
func (m *moment) price() float64 {
	if s := &m.sky; !s.hasPrice {
		s.hasPrice, s.price = true, m.middle().clearing()
	}
	return m.sky.price
}

// middle is the same instant in the middle of the country, whose weather makes the prices.
func (m *moment) middle() *moment {
	other := *m
	other.site, other.sky, other.used = &m.w.Sites[3], sky{}, false
	return &other
}

func (m *moment) clearing() float64 {
	p := 84 + 34*bump(m.hour, 8, 1.6) + 55*bump(m.hour, 19.5, 2.2) - 22*bump(m.hour, 3.5, 3)
	p -= 0.074 * m.irradiance() * (1 + 0.35*bump(float64(m.day.yearDay), 130, 60))
	p -= 2.2 * max(0, m.wind()-8)
	if !m.day.working() {
		p -= 16
	}
	return p + 16*smooth(m.w.seed^region^41, m.sec, 86400)
}

// carbon is what a kilowatt hour from the grid emits in g CO₂, 60 to 260: less with sun and wind.
func (m *moment) carbon() float64 {
	m = m.middle()
	return clamp(215-0.13*m.irradiance()-9*max(0, m.wind()-4)+28*bump(m.hour, 19, 2)+14*smooth(m.w.seed^region^61, m.sec, 7200), 60, 260)
}

func clamp(x, low, high float64) float64 { return min(max(x, low), high) }
