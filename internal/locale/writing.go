package locale

// Writing is how a language writes numbers and dates, for those who write them elsewhere: scripts in a browser.
type Writing struct {
	Decimal, Group      string
	Day, Hour, Min, Sec string   // short forms of units of time
	DayDot              string   // after the day of the month
	Weekdays            []string // short, Sunday first
	Months              []string // short
}

// Writing returns how l writes.
func (l Locale) Writing() Writing {
	f := l.form
	return Writing{Decimal: f.decimal, Group: f.group, Day: f.day, Hour: f.hour, Min: f.min, Sec: f.sec, DayDot: f.dayDot, Weekdays: f.weekdays[:], Months: f.months[:]}
}
