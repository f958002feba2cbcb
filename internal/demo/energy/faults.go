package energy

import "time"

// silent reports whether a meter sent nothing: planned gaps that pages must show as gaps.
func (w *World) silent(v Variable, site Site, m moment) bool {
	switch {
	case site.Number == 1 && m.local.Format("2006-01-02") == "2026-02-11":
		return true // a whole day without the Gent gateway
	case site.Number == 9 && v.medium == mediumWater && m.local.Weekday() == time.Monday && m.local.Day() >= 15 && m.local.Day() <= 21:
		return m.hour >= 11+47.0/60 && m.hour < 16+10.0/60 // each third Monday
	case site.Number == 7 && m.local.Day() == 1 && m.hour >= 1 && m.hour < 4.5:
		return m.t.Unix()%7 == 0 // the nightly block came in one push, with a few points missing
	}
	return false
}

// faulty changes values as broken meters do.
func (w *World) faulty(v Variable, site Site, m moment, now time.Time, value float64) float64 {
	switch {
	case site.Number == 8 && v.medium == mediumGas && m.t.After(time.Date(2025, 11, 4, 0, 0, 0, 0, time.UTC)) && m.t.Before(time.Date(2025, 11, 7, 0, 0, 0, 0, time.UTC)):
		return 41.3 // stuck for three days
	case v.Name == "Case 3 temperature" && unit(mix(m.salt, uint64(m.t.Unix()/900), 8)) < 5.0/35040:
		return value + 400 // a spike for one quarter of an hour
	case site.Number == 9 && v.medium == mediumWater && !v.cumulative && now.Sub(m.t) < 9*24*time.Hour && value < 0.42:
		return 0.42 // a leak at night, for nine days now
	case site.Number == 2 && v.heating && (m.hour >= 22 || m.hour < 6) && holiday(m.local.AddDate(0, 0, -1)):
		return value + 38 // the heating stayed on in the night after a holiday
	case site.Number == 2 && v.cumulative && v.medium == mediumGas:
		for value > 99_999.9 {
			value -= 99_999.9 // rolled over
		}
	case site.Number == 12 && v.cumulative && m.t.After(time.Date(2026, 5, 18, 7, 0, 0, 0, time.UTC)):
		return value - v.model(moment{t: time.Date(2026, 5, 18, 7, 0, 0, 0, time.UTC)}) // exchanged on 18 May 2026, 9:00
	}
	return value
}
