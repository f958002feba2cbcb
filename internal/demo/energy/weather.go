package energy

import (
	"math"
	"time"
)

const region = 0xbe1

// temperature is the outdoor temperature in °C: mean 10.8, annual swing 7.4, a daily swing that clouds damp, and spells of several days. The coast is milder,
// the Ardennes colder.
func (m moment) temperature() float64 {
	day := float64(m.t.Unix()) / 86400
	annual := -7.4 * math.Cos(2*math.Pi*(day-19)/365.2425)
	daily := (2 + 3.5*(1-m.cloud())) * math.Cos(2*math.Pi*(m.hour-15)/24)
	spell := 3.2 * 1.6 * smooth(m.world.seed^region, m.t, 96*time.Hour)
	switch m.site.climate {
	case coast:
		return 11.2 + annual*0.8 + daily*0.6 + spell*0.8
	case ardennes:
		return 9.0 + annual + daily + spell
	}
	return 10.8 + annual + daily + spell
}

// cloud is the cloud cover, 0 to 1.
func (m moment) cloud() float64 {
	c := 0.58 + 0.5*smooth(m.world.seed^region^7, m.t, 48*time.Hour) + 0.25*smooth(m.world.seed^region^8, m.t, 3*time.Hour)
	return min(max(c, 0), 1)
}

// irradiance is the global irradiance in W/m²: clear sky from the sun's height over Belgium, times what the clouds let through.
func (m moment) irradiance() float64 {
	utc := m.t.UTC()
	yearDay := float64(utc.YearDay()) + float64(utc.Hour())/24
	declination := 23.44 * math.Pi / 180 * math.Sin(2*math.Pi*(yearDay-80)/365.2425)
	latitude := 50.85 * math.Pi / 180
	solar := float64(utc.Hour()) + float64(utc.Minute())/60 + 4.35/15 // hours of local solar time
	angle := (solar - 12) * math.Pi / 12
	height := math.Sin(latitude)*math.Sin(declination) + math.Cos(latitude)*math.Cos(declination)*math.Cos(angle)
	if height <= 0 {
		return 0
	}
	clear := 1050 * math.Pow(height, 1.15)
	flicker := 1.0
	if c := m.cloud(); c > 0.3 && c < 0.8 {
		flicker += 0.25 * smooth(m.salt^21, m.t, 10*time.Minute)
	}
	return max(0, clear*(1-0.75*math.Pow(m.cloud(), 1.6))*flicker)
}

// wind is the wind speed in m/s, stronger in winter and at the coast.
func (m moment) wind() float64 {
	season := 1 + 0.25*math.Cos(2*math.Pi*(float64(m.local.YearDay())-15)/365)
	base := 6 + 4.5*smooth(m.world.seed^region^31, m.t, 30*time.Hour) + 1.5*smooth(m.world.seed^region^33, m.t, 2*time.Hour)
	if m.site.climate == coast {
		base *= 1.3
	}
	return max(0, base*season)
}

// price is the day-ahead price of a quarter hour in €/MWh: morning and evening peaks, a dip at noon when the sun shines, below zero about 250 quarter hours a year.
func (m moment) price() float64 {
	p := 78 + 35*bump(m.hour, 8, 1.6) + 55*bump(m.hour, 19, 2.2) - 22*bump(m.hour, 3.5, 3)
	p -= 0.095 * m.irradiance() * (1 + 0.4*bump(float64(m.local.YearDay()), 130, 60))
	p -= 2.2 * max(0, m.wind()-8)
	if m.weekend() {
		p -= 18
	}
	return p + 14*smooth(m.world.seed^region^41, m.t, 24*time.Hour)
}

// bump is a bell of height 1 around centre.
func bump(x, centre, width float64) float64 {
	d := (x - centre) / width
	return math.Exp(-d * d)
}
