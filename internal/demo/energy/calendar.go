package energy

import "time"

// day is a local day and what the calendars say about it.
type day struct {
	start, end int64 // seconds since 1970, [start, end)
	date       int   // 20261124
	month      time.Month
	dayOfMonth int
	yearDay    int
	weekday    time.Weekday
	holiday    bool // public holiday
	flemish    bool // Flemish schools are closed, weekends apart
	french     bool // schools of the French community are closed, weekends apart
	eve        bool // the day before was a public holiday
}

func dayOf(t time.Time) day {
	y, m, d := t.Date()
	start := time.Date(y, m, d, 0, 0, 0, 0, t.Location())
	return day{
		start: start.Unix(), end: start.AddDate(0, 0, 1).Unix(), date: y*10000 + int(m)*100 + d,
		month: m, dayOfMonth: d, yearDay: t.YearDay(), weekday: t.Weekday(),
		holiday: holiday(t), flemish: flemishHoliday(t), french: frenchHoliday(t), eve: holiday(t.AddDate(0, 0, -1)),
	}
}

// clock is the time of day in seconds that clocks show. At the clock changes, 2:00 becomes 3:00 in spring and 3:00 becomes 2:00
// in autumn.
func (d *day) clock(sec int64) int64 {
	s := sec - d.start
	switch length := d.end - d.start; {
	case length < 86400 && s >= 2*3600:
		return s + 3600
	case length > 86400 && s >= 3*3600:
		return s - 3600
	}
	return s
}

func (d *day) weekend() bool { return d.weekday == time.Saturday || d.weekday == time.Sunday }

// working reports whether the day is neither weekend nor public holiday.
func (d *day) working() bool { return !d.weekend() && !d.holiday }

// quiet reports whether the day lies in the weeks around New Year in which offices are empty: 24 December to 2 January.
func (d *day) quiet() bool {
	md := d.date % 10000
	return md >= 1224 || md <= 102
}

// firstTuesday reports whether the day is the first Tuesday of its month.
func (d *day) firstTuesday() bool { return d.weekday == time.Tuesday && d.dayOfMonth <= 7 }

// secondWednesday reports whether the day is the second Wednesday of its month.
func (d *day) secondWednesday() bool {
	return d.weekday == time.Wednesday && d.dayOfMonth >= 8 && d.dayOfMonth <= 14
}

// thirdMonday reports whether the day is the third Monday of its month.
func (d *day) thirdMonday() bool {
	return d.weekday == time.Monday && d.dayOfMonth >= 15 && d.dayOfMonth <= 21
}

// holiday reports whether a local day is one of Belgium's ten public holidays.
func holiday(t time.Time) bool {
	_, m, d := t.Date()
	switch int(m)*100 + d {
	case 101, 501, 721, 815, 1101, 1111, 1225:
		return true
	}
	switch daysSince(t, easter(t.Year())) {
	case 1, 39, 50: // Easter Monday, Ascension, Whit Monday
		return true
	}
	return false
}

// easter is Easter Sunday of a year, by the Gregorian computus.
func easter(y int) time.Time {
	a, b, c := y%19, y/100, y%100
	h := (19*a + b - b/4 - (b-(b+8)/25+1)/3 + 15) % 30
	l := (32 + 2*(b%4) + 2*(c/4) - h - c%4) % 7
	m := (a + 11*h + 22*l) / 451
	return date(y, time.Month((h+l-7*m+114)/31), (h+l-7*m+114)%31+1)
}

// flemishHoliday reports whether Flemish schools are closed: a week in autumn, two at Christmas, one at carnival, two at Easter, and
// July and August.
func flemishHoliday(t time.Time) bool {
	y := t.Year()
	sunday := easter(y)
	spring := firstMonday(date(y, 4, 1))
	switch {
	case sunday.Month() == 3:
		spring = sunday.AddDate(0, 0, 1)
	case sunday.Month() == 4 && sunday.Day() > 15:
		spring = sunday.AddDate(0, 0, -13)
	}
	autumn := monday(date(y, 11, 1))
	if date(y, 11, 1).Weekday() == time.Sunday {
		autumn = date(y, 11, 2)
	}
	return holiday(t) || t.Month() == 7 || t.Month() == 8 || christmas(t) ||
		weeks(t, autumn, 1) || weeks(t, sunday.AddDate(0, 0, -48), 1) || weeks(t, spring, 2)
}

// frenchHoliday reports whether schools of the French community are closed. Since 2022 their year has two weeks each in autumn, at
// Christmas, at carnival and in spring, and a shorter summer; the rules here come close to the published calendars.
func frenchHoliday(t time.Time) bool {
	y := t.Year()
	summer := date(y, 7, 1).AddDate(0, 0, int(time.Saturday-date(y, 7, 1).Weekday()))
	school := monday(date(y, 8, 29))
	return holiday(t) || christmas(t) || daysSince(t, summer) >= 0 && daysSince(t, school) < 0 ||
		weeks(t, monday(date(y, 11, 1)).AddDate(0, 0, -7), 2) || weeks(t, easter(y).AddDate(0, 0, -48), 2) || weeks(t, monday(date(y, 4, 30)), 2)
}

// christmas reports whether a day lies in the two weeks around Christmas and New Year, which the communities share.
func christmas(t time.Time) bool {
	for _, y := range []int{t.Year() - 1, t.Year()} {
		if weeks(t, monday(date(y, 12, 27)), 2) {
			return true
		}
	}
	return false
}

// weeks reports whether a day lies in the n weeks from first on.
func weeks(t, first time.Time, n int) bool {
	days := daysSince(t, first)
	return days >= 0 && days < 7*n
}

func date(y int, m time.Month, d int) time.Time { return time.Date(y, m, d, 12, 0, 0, 0, time.UTC) }

// daysSince counts the calendar days from first to t.
func daysSince(t, first time.Time) int {
	y, m, d := t.Date()
	return int(date(y, m, d).Sub(first) / (24 * time.Hour))
}

// monday is the Monday of t's week.
func monday(t time.Time) time.Time { return t.AddDate(0, 0, -(int(t.Weekday())+6)%7) }

// firstMonday is the first Monday from t on.
func firstMonday(t time.Time) time.Time { return monday(t.AddDate(0, 0, 6)) }
