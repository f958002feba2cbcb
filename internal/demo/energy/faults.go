package energy

import "time"

// Quality is what is known about how a point came about. The platform keeps none of it: pages must find it out.
type Quality int

// The qualities.
const (
	Measured Quality = iota
	Computed         // from other variables
	Late             // came hours after its time, with others
	Doubtful         // the meter was stuck, out of order, leaked or sent another unit
	Resent           // came twice
	Missing          // did not come
)

// delay is how many seconds a point of v is on its way: 5 to 40, the same for all variables of a meter.
func (v *Variable) delay() int64 { return 5 + int64(unit(v.salt)*36) }

// arrival is when the value of m could first be read, in seconds since 1970. A daily value comes when its day is over.
func (v *Variable) arrival(m *moment) int64 {
	arrived := m.sec + v.delay()
	switch {
	case v.Step >= day24:
		return m.day.end + v.delay()
	case v.late(m):
		return m.day.start + (4*3600 + 40*60) + v.delay()
	case v.Name == driftingInverter:
		return arrived - 7*60 // its clock is ahead: labels lie in the future
	}
	return arrived
}

// late reports whether a point comes with others, hours after its time: Charleroi's gateway is offline in the night of each 1st, from 1:00 to
// 4:30, and sends the block in one push.
func (v *Variable) late(m *moment) bool {
	return v.number == 7 && m.day.dayOfMonth == 1 && m.hour >= 1 && m.hour < 4.5 && v.Step < day24
}

// resent reports whether a point comes a second time: Mons sends the hour from 14:00 on the 10th of each month twice.
func (v *Variable) resent(m *moment) bool {
	return v.number == 11 && m.day.dayOfMonth == 10 && m.hour >= 14 && m.hour < 15
}

// driftingInverter is the one of Zaventem that trips when hot and whose clock is ahead.
const driftingInverter = "Inverter 4"

// silentDay is a day without data in Gent.
const silentDay = 20260211

var (
	stuckFrom  = time.Date(2025, 11, 4, 0, 0, 0, 0, time.UTC).Unix()
	stuckUntil = time.Date(2025, 11, 7, 0, 0, 0, 0, time.UTC).Unix()
	exchange   = time.Date(2026, 5, 18, 7, 0, 0, 0, time.UTC) // 9:00 in Arlon
)

// silent reports whether a meter sent nothing: planned gaps, which pages must show as gaps.
func (v *Variable) silent(m *moment) bool {
	switch v.number {
	case 1:
		return m.day.date == silentDay // a whole day without the Gent gateway
	case 9: // Namur's water meter, each third Monday
		return v.medium == water && m.day.thirdMonday() &&
			m.hour >= 11+47.0/60 && m.hour < 16+10.0/60
	}
	return false
}

// distort changes a value as broken meters do, and says how good it is. now places the leak, in seconds since 1970.
func (v *Variable) distort(m *moment, now int64, value float64) (float64, Quality) {
	switch {
	case v.number == 8 && v.medium == gas && m.sec >= stuckFrom && m.sec < stuckUntil:
		return 41.3, Doubtful // stuck for three days
	case v.number == 3 && v.Name == "Refrigeration case 3" && m.chance(v.salt, 900) < 5.0/35040:
		return value + 400*v.Step.Hours(), Doubtful // a spike of 400 kW for one quarter of an hour, about five a year
	case v.number == 9 && v.Name == "Water" && now-m.sec < 9*86400:
		return max(value, 0.42*v.Step.Hours()), Doubtful // a leak at night, for nine days now
	case v.number == 10 && v.Name == "Battery charge" && m.day.month%3 == 0 && (m.day.dayOfMonth == 14 || m.day.dayOfMonth == 15):
		return value * 1000, Doubtful // sent in Wh for two days of each quarter
	case v.late(m):
		return value, Late
	case v.resent(m):
		return value, Resent
	case v.Calculated != nil:
		return value, Computed
	}
	return value, Measured
}
