package energy

import "time"

// weekend reports whether a local day is a Saturday or a Sunday.
func (m moment) weekend() bool {
	d := m.local.Weekday()
	return d == time.Saturday || d == time.Sunday
}

// working reports whether a local day is neither weekend nor public holiday.
func (m moment) working() bool { return !m.weekend() && !holiday(m.local) }

// holiday reports whether a local day is one of Belgium's ten public holidays.
func holiday(d time.Time) bool {
	switch d.Format("01-02") {
	case "01-01", "05-01", "07-21", "08-15", "11-01", "11-11", "12-25":
		return true
	}
	switch daysAfterEaster(d) {
	case 1, 39, 50: // Easter Monday, Ascension, Whit Monday
		return true
	}
	return false
}

// daysAfterEaster counts the days from Easter Sunday of the year, by the Gregorian computus.
func daysAfterEaster(d time.Time) int {
	y := d.Year()
	a, b, c := y%19, y/100, y%100
	h := (19*a + b - b/4 - (b-(b+8)/25+1)/3 + 15) % 30
	l := (32 + 2*(b%4) + 2*(c/4) - h - c%4) % 7
	m := (a + 11*h + 22*l) / 451
	month, day := (h+l-7*m+114)/31, (h+l-7*m+114)%31+1
	easter := time.Date(y, time.Month(month), day, 12, 0, 0, 0, time.UTC)
	return int(time.Date(y, d.Month(), d.Day(), 12, 0, 0, 0, time.UTC).Sub(easter) / (24 * time.Hour))
}

// schoolHoliday reports whether schools are closed. The two communities do not share one calendar: Flemish schools have a summer of two months and Easter
// holidays, French ones a shorter summer and two weeks in autumn, at carnival and in spring.
func schoolHoliday(d time.Time, french bool) bool {
	day := d.Format("01-02")
	if holiday(d) || day >= "12-23" || day <= "01-04" {
		return true
	}
	after := daysAfterEaster(d)
	if french {
		return day >= "07-05" && day <= "08-24" || day >= "10-20" && day <= "11-02" || after >= -48 && after <= -35 || after >= 8 && after <= 21
	}
	return day >= "07-01" && day <= "08-31" || day >= "10-28" && day <= "11-03" || after >= -48 && after <= -42 || after >= -13 && after <= 1
}
