package series

import (
	"time"

	"portico/internal/datahub"
)

// shift moves a local time by n units, days and longer by the calendar: a day's start stays one, and a month has an end, so that a month before
// 31 March is the last of February.
func shift(t time.Time, n int, unit string) time.Time {
	switch unit {
	case "s":
		return t.Add(time.Duration(n) * time.Second)
	case "m":
		return t.Add(time.Duration(n) * time.Minute)
	case "h":
		return t.Add(time.Duration(n) * time.Hour)
	case "w":
		unit, n = "d", 7*n
	case "y":
		unit, n = "M", 12*n
	}
	y, m, d := t.Date()
	if unit == "d" {
		d += n
	} else {
		m += time.Month(n)
		d = min(d, time.Date(y, m+1, 0, 0, 0, 0, 0, time.UTC).Day())
	}
	if t.Equal(floor(t, "d")) {
		return DayStart(y, m, d, t.Location())
	}
	moved, _ := clock(y, m, d, t, t.Location())
	return moved
}

// floor is the start of the local day, week (Monday), month or year.
func floor(t time.Time, unit string) time.Time {
	y, m, d := t.Date()
	switch unit {
	case "w":
		d -= (int(t.Weekday()) + 6) % 7
	case "M":
		d = 1
	case "y":
		m, d = time.January, 1
	}
	return DayStart(y, m, d, t.Location())
}

// DayStart is the first instant of a local day, which is not midnight where clocks are put forward at midnight. Days beyond a month's are those of the next ones, as in [time.Date].
func DayStart(y int, m time.Month, d int, zone *time.Location) time.Time {
	t, _ := clock(y, m, d, time.Time{}, zone)
	return t
}

// clock returns the first instant at which clocks in zone show a day and the time of day of at. For what they skip it is the moment of the change, and false.
// time.Date promises neither the one nor the other end of what is skipped, and neither the first nor the second of what comes twice.
func clock(y int, m time.Month, d int, at time.Time, zone *time.Location) (time.Time, bool) {
	shown := time.Date(y, m, d, at.Hour(), at.Minute(), at.Second(), at.Nanosecond(), time.UTC)
	t := time.Date(y, m, d, at.Hour(), at.Minute(), at.Second(), at.Nanosecond(), zone)
	change, end := t.ZoneBounds()
	switch got := wall(t); {
	case got.Before(shown):
		return end.In(zone), false
	case got.After(shown):
		return change.In(zone), false
	case change.IsZero():
		return t, true
	}
	_, now := t.Zone()
	_, before := change.Add(-time.Nanosecond).Zone()
	if back := time.Duration(before-now) * time.Second; t.Sub(change) < back {
		return t.Add(-back), true
	}
	return t, true
}

// wall is what the clock shows at t, as a time that can be compared and subtracted.
func wall(t time.Time) time.Time {
	y, m, d := t.Date()
	return time.Date(y, m, d, t.Hour(), t.Minute(), t.Second(), t.Nanosecond(), time.UTC)
}

// next returns the end of the bucket that begins at t, by the calendar for days and longer.
func next(t time.Time, g datahub.Granularity, step time.Duration, zone *time.Location) time.Time {
	y, m, d := t.In(zone).Date()
	switch g {
	case datahub.GranularityMinute:
		return t.Add(time.Minute)
	case datahub.GranularityHour:
		return t.Add(time.Hour)
	case datahub.GranularityDay:
		return DayStart(y, m, d+1, zone)
	case datahub.GranularityWeek:
		return DayStart(y, m, d+7, zone)
	case datahub.GranularityMonth:
		return DayStart(y, m+1, 1, zone)
	case datahub.GranularityYear:
		return DayStart(y+1, time.January, 1, zone)
	}
	if step >= 24*time.Hour { // daily values stand at local midnights
		return DayStart(y, m, d+int(step/(24*time.Hour)), zone)
	}
	return t.Add(step)
}

// begin returns the start of the bucket that t lies in.
func begin(t time.Time, g datahub.Granularity, step time.Duration, zone *time.Location) time.Time {
	l := t.In(zone)
	switch g {
	case datahub.GranularityMinute:
		return t.Truncate(time.Minute)
	case datahub.GranularityHour:
		return t.Truncate(time.Hour)
	case datahub.GranularityDay:
		return floor(l, "d")
	case datahub.GranularityWeek:
		return floor(l, "w")
	case datahub.GranularityMonth:
		return floor(l, "M")
	case datahub.GranularityYear:
		return floor(l, "y")
	}
	if step >= 24*time.Hour {
		return floor(l, "d")
	}
	return t.Truncate(step)
}

// day numbers local days, so that they can be counted and subtracted.
func day(t time.Time, zone *time.Location) int {
	return int(wall(t.In(zone)).Unix() / 86400)
}
