package datahub

import "time"

// dates reads the times of rows. Most rows lie in the same day as the one before, so it keeps what it found out about it.
type dates struct {
	zone  *time.Location // of wall clocks without an offset
	day   [10]byte       // yyyy-MM-dd of the row before
	start int64          // Unix time of that day's midnight in UTC
}

// parse reads yyyy-MM-ddTHH:mm:ss, a blank for the T, up to nine digits of a fraction, and Z, ±hh:mm, ±hhmm or no offset.
func (d *dates) parse(b []byte) (time.Time, bool) {
	if len(b) < 19 || b[10] != 'T' && b[10] != 't' && b[10] != ' ' || b[13] != ':' || b[16] != ':' {
		return time.Time{}, false
	}
	if string(b[:10]) != string(d.day[:]) && !d.begin(b[:10]) {
		return time.Time{}, false
	}
	hour, minute, second := twoDigits(b[11:]), twoDigits(b[14:]), twoDigits(b[17:])
	if hour > 23 || minute > 59 || second > 60 { // 60 is a leap second
		return time.Time{}, false
	}
	wall := d.start + int64(hour*3600+minute*60+second)
	if len(b) == 19 {
		if d.zone == time.UTC {
			return time.Unix(wall, 0).UTC(), true
		}
		return instant(d.zone, wall, 0), true
	}
	nanos, rest, ok := fraction(b[19:])
	if !ok {
		return time.Time{}, false
	}
	if len(rest) == 0 {
		return instant(d.zone, wall, nanos), true
	}
	offset, ok := offsetSeconds(rest)
	return time.Unix(wall-offset, nanos).UTC(), ok
}

// begin reads a day and remembers it.
func (d *dates) begin(b []byte) bool {
	if b[4] != '-' || b[7] != '-' {
		return false
	}
	century, year, month, day := twoDigits(b), twoDigits(b[2:]), twoDigits(b[5:]), twoDigits(b[8:])
	if century > 99 || year > 99 || month > 12 || day > 31 {
		return false
	}
	t := time.Date(100*century+year, time.Month(month), day, 0, 0, 0, 0, time.UTC)
	if t.Day() != day || int(t.Month()) != month {
		return false // such as 30 February
	}
	copy(d.day[:], b)
	d.start = t.Unix()
	return true
}

// twoDigits returns the number that b begins with, or more than 99 when it does not begin with two digits.
func twoDigits(b []byte) int {
	tens, ones := b[0]-'0', b[1]-'0'
	if tens > 9 || ones > 9 {
		return 100
	}
	return int(tens)*10 + int(ones)
}

// fraction reads a point and one to nine digits, if there is a point, and returns what follows.
func fraction(b []byte) (nanos int64, rest []byte, ok bool) {
	if b[0] != '.' {
		return 0, b, true
	}
	n := 1
	for scale := int64(100_000_000); n < len(b) && n <= 9 && b[n]-'0' <= 9; n++ {
		nanos += int64(b[n]-'0') * scale
		scale /= 10
	}
	return nanos, b[n:], n > 1
}

// offsetSeconds reads Z, ±hh:mm or ±hhmm.
func offsetSeconds(b []byte) (int64, bool) {
	if len(b) == 1 {
		return 0, b[0] == 'Z' || b[0] == 'z'
	}
	if len(b) != 5 && (len(b) != 6 || b[3] != ':') || b[0] != '+' && b[0] != '-' {
		return 0, false
	}
	hours, minutes := twoDigits(b[1:]), twoDigits(b[len(b)-2:])
	if hours > 23 || minutes > 59 {
		return 0, false
	}
	seconds := int64(hours*3600 + minutes*60)
	if b[0] == '-' {
		seconds = -seconds
	}
	return seconds, true
}

// instant returns the time in UTC at which clocks in zone show wall, given as if it were Unix time. Labels of buckets are
// beginnings: of two times that show the same, it is the earlier one, and for a time that clocks skip it is the moment of the change.
func instant(zone *time.Location, wall, nanos int64) time.Time {
	const day = 24 * 60 * 60
	before, after := offsetAt(zone, wall-day), offsetAt(zone, wall+day)
	first := time.Unix(wall-before, nanos)
	if before == after || offsetAt(zone, first.Unix()) == before {
		return first.UTC()
	}
	second := time.Unix(wall-after, nanos)
	if offsetAt(zone, second.Unix()) == after {
		return second.UTC()
	}
	_, change := second.In(zone).ZoneBounds()
	return change.UTC()
}

func offsetAt(zone *time.Location, unix int64) int64 {
	_, offset := time.Unix(unix, 0).In(zone).Zone()
	return int64(offset)
}
