package locale

import (
	"strconv"
	"time"
)

// Clock writes a time of day with seconds and its zone: 14:21:08 CET.
func (l Locale) Clock(t time.Time) string { return t.Format("15:04:05") + nbsp + t.Format("MST") }

// Time writes a time of day: 14:15.
func (l Locale) Time(t time.Time) string { return t.Format("15:04") }

// Weekday writes a day of the week: Mon.
func (l Locale) Weekday(d time.Weekday) string { return l.form.weekdays[d] }

// Day writes a day without its year: Mon 16 Nov.
func (l Locale) Day(t time.Time) string {
	return l.form.weekdays[t.Weekday()] + nbsp + l.DayMonth(t)
}

// DayMonth writes a day without weekday and year: 16 Nov.
func (l Locale) DayMonth(t time.Time) string {
	if l.iso {
		return t.Format("01-02")
	}
	return strconv.Itoa(t.Day()) + l.form.dayDot + nbsp + l.form.months[t.Month()-1]
}

// Date writes a day with its year: Mon 16 Nov 2026.
func (l Locale) Date(t time.Time) string {
	if l.iso {
		return t.Format(time.DateOnly)
	}
	return l.Day(t) + nbsp + strconv.Itoa(t.Year())
}

// Month writes a month with its year: November 2026.
func (l Locale) Month(t time.Time) string {
	return l.form.monthsLong[t.Month()-1] + nbsp + strconv.Itoa(t.Year())
}

// ShortMonth writes a month: Nov.
func (l Locale) ShortMonth(t time.Time) string { return l.form.months[t.Month()-1] }

// DateTime writes a day and a time of day: Mon 16 Nov 14:15; with its year when that is not the year of now.
func (l Locale) DateTime(t, now time.Time) string {
	if l.iso || t.Year() != now.In(t.Location()).Year() {
		return l.Date(t) + " " + l.Time(t)
	}
	return l.Day(t) + " " + l.Time(t)
}

// Range writes a span [from, to) in from's zone: a year, a month, a day, days, or times.
func (l Locale) Range(from, to time.Time) string {
	to = to.In(from.Location())
	if !midnight(from) || !midnight(to) {
		return l.times(from, to)
	}
	last := to.AddDate(0, 0, -1)
	switch {
	case from.YearDay() == 1 && to.Equal(from.AddDate(1, 0, 0)):
		return strconv.Itoa(from.Year())
	case from.Day() == 1 && to.Equal(from.AddDate(0, 1, 0)):
		return l.Month(from)
	case sameDay(from, last):
		return l.Date(from)
	case from.Year() == last.Year():
		return l.Day(from) + " " + dash + " " + l.Date(last)
	}
	return l.Date(from) + " " + dash + " " + l.Date(last)
}

func (l Locale) times(from, to time.Time) string {
	switch {
	case sameDay(from, to):
		return l.Date(from) + ", " + l.Time(from) + " " + dash + " " + l.Time(to)
	case from.Year() == to.Year():
		return l.Day(from) + " " + l.Time(from) + " " + dash + " " + l.Date(to) + " " + l.Time(to)
	}
	return l.Date(from) + " " + l.Time(from) + " " + dash + " " + l.Date(to) + " " + l.Time(to)
}

func midnight(t time.Time) bool {
	h, m, s := t.Clock()
	return h == 0 && m == 0 && s == 0
}

func sameDay(a, b time.Time) bool {
	ay, am, ad := a.Date()
	by, bm, bd := b.Date()
	return ay == by && am == bm && ad == bd
}

// Duration writes a length in its two largest parts: 38 s, 15 min, 3 h 25 min, 4 d 2 h. Negative lengths lose their sign.
func (l Locale) Duration(d time.Duration) string {
	d = d.Abs()
	f := l.form
	part := func(n time.Duration, unit string) string { return strconv.Itoa(int(n)) + nbsp + unit }
	two := func(big time.Duration, bigUnit string, small time.Duration, smallUnit string) string {
		if small == 0 {
			return part(big, bigUnit)
		}
		return part(big, bigUnit) + nbsp + part(small, smallUnit)
	}
	const day = 24 * time.Hour
	switch {
	case d < time.Minute:
		return part(d/time.Second, f.sec)
	case d < time.Hour:
		return part(d/time.Minute, f.min)
	case d < day:
		return two(d/time.Hour, f.hour, d%time.Hour/time.Minute, f.min)
	case d < 14*day:
		return two(d/day, f.day, d%day/time.Hour, f.hour)
	}
	return part(d/day, f.day)
}

// Ago writes how long ago something was: 38 s ago.
func (l Locale) Ago(d time.Duration) string { return l.T("time.ago", l.Duration(d)) }
