package energy

import "time"

// delay is how many seconds a point of v is on its way: 5 to 40, the same for all variables of a meter.
func (v *Variable) delay() int64 { return 5 + int64(unit(v.salt)*36) }

// arrival is when the value of m could first be read, in seconds since 1970. A daily value comes when its day is over.
func (v *Variable) arrival(m *moment) int64 {
	arrived := m.sec + v.delay()
	switch {
	case v.Step >= day24:
		return m.day.end + v.delay()
	case v.number == 7 && m.day.dayOfMonth == 1 && m.hour >= 1 && m.hour < 4.5:
		return m.day.start + (4*3600 + 40*60) + v.delay() // Charleroi's gateway was offline and sends the block in one push
	case v.Name == driftingInverter:
		return arrived - 7*60 // its clock is ahead: labels lie in the future
	}
	return arrived
}

// driftingInverter is the one of Zaventem that trips when hot and whose clock is ahead.
const driftingInverter = "Inverter 4"

var (
	stuckFrom  = time.Date(2025, 11, 4, 0, 0, 0, 0, time.UTC).Unix()
	stuckUntil = time.Date(2025, 11, 7, 0, 0, 0, 0, time.UTC).Unix()
	exchange   = time.Date(2026, 5, 18, 7, 0, 0, 0, time.UTC) // 9:00 in Arlon
)

// silent reports whether a meter sent nothing: planned gaps, which pages must show as gaps.
func (v *Variable) silent(m *moment) bool {
	switch v.number {
	case 1:
		return m.day.date == 20260211 // a whole day without the Gent gateway
	case 9: // Namur's water meter, each third Monday
		return v.medium == water && m.day.weekday == time.Monday && m.day.dayOfMonth >= 15 && m.day.dayOfMonth <= 21 &&
			m.hour >= 11+47.0/60 && m.hour < 16+10.0/60
	}
	return false
}

// distort changes a value as broken meters do. now places the leak, in seconds since 1970.
func (v *Variable) distort(m *moment, now int64, value float64) float64 {
	switch {
	case v.number == 8 && v.medium == gas && m.sec >= stuckFrom && m.sec < stuckUntil:
		return 41.3 // stuck for three days
	case v.number == 3 && v.Name == "Refrigeration case 3" && m.chance(v.salt, 900) < 5.0/35040:
		return value + 400*v.Step.Hours() // a spike of 400 kW for one quarter of an hour, about five a year
	case v.number == 9 && v.Name == "Water" && now-m.sec < 9*86400:
		return max(value, 0.42*v.Step.Hours()) // a leak at night, for nine days now
	case v.number == 10 && v.Name == "Battery charge" && m.day.month%3 == 0 && (m.day.dayOfMonth == 14 || m.day.dayOfMonth == 15):
		return value * 1000 // sent in Wh for two days of each quarter
	}
	return value
}
