package hub

import (
	"strings"
	"time"
)

// siteZone is the zone of all sites of the demo.
const siteZone = "Romance Standard Time"

// windowsZones maps the platform's names of time zones to IANA's (Unicode CLDR, windowsZones, territory 001, and Belgium's for its
// own).
var windowsZones = map[string]string{
	"UTC":                             "Etc/UTC",
	"GMT Standard Time":               "Europe/London",
	"Greenwich Standard Time":         "Atlantic/Reykjavik",
	"Romance Standard Time":           "Europe/Brussels",
	"W. Europe Standard Time":         "Europe/Berlin",
	"Central Europe Standard Time":    "Europe/Budapest",
	"Central European Standard Time":  "Europe/Warsaw",
	"E. Europe Standard Time":         "Europe/Chisinau",
	"FLE Standard Time":               "Europe/Kiev",
	"GTB Standard Time":               "Europe/Bucharest",
	"Turkey Standard Time":            "Europe/Istanbul",
	"Russian Standard Time":           "Europe/Moscow",
	"Morocco Standard Time":           "Africa/Casablanca",
	"W. Central Africa Standard Time": "Africa/Lagos",
	"South Africa Standard Time":      "Africa/Johannesburg",
	"Egypt Standard Time":             "Africa/Cairo",
	"E. Africa Standard Time":         "Africa/Nairobi",
	"Israel Standard Time":            "Asia/Jerusalem",
	"Arab Standard Time":              "Asia/Riyadh",
	"Arabian Standard Time":           "Asia/Dubai",
	"Pakistan Standard Time":          "Asia/Karachi",
	"India Standard Time":             "Asia/Calcutta",
	"Bangladesh Standard Time":        "Asia/Dhaka",
	"SE Asia Standard Time":           "Asia/Bangkok",
	"China Standard Time":             "Asia/Shanghai",
	"Singapore Standard Time":         "Asia/Singapore",
	"Tokyo Standard Time":             "Asia/Tokyo",
	"Korea Standard Time":             "Asia/Seoul",
	"AUS Eastern Standard Time":       "Australia/Sydney",
	"W. Australia Standard Time":      "Australia/Perth",
	"New Zealand Standard Time":       "Pacific/Auckland",
	"Hawaiian Standard Time":          "Pacific/Honolulu",
	"Alaskan Standard Time":           "America/Anchorage",
	"Pacific Standard Time":           "America/Los_Angeles",
	"Mountain Standard Time":          "America/Denver",
	"US Mountain Standard Time":       "America/Phoenix",
	"Central Standard Time":           "America/Chicago",
	"Eastern Standard Time":           "America/New_York",
	"Atlantic Standard Time":          "America/Halifax",
	"Newfoundland Standard Time":      "America/St_Johns",
	"E. South America Standard Time":  "America/Sao_Paulo",
	"Argentina Standard Time":         "America/Buenos_Aires",
	"SA Eastern Standard Time":        "America/Cayenne",
	"Azores Standard Time":            "Atlantic/Azores",
}

// parseZone returns the zone of a Windows name in any case, or of an IANA name.
func parseZone(name string) (*time.Location, error) {
	for windows, iana := range windowsZones {
		if strings.EqualFold(name, windows) {
			name = iana
			break
		}
	}
	zone, err := time.LoadLocation(name)
	if err != nil || zone == time.Local {
		return nil, invalid("timeZoneId", "The time zone '%.60s' is not known.", name)
	}
	return zone, nil
}

// wallTime returns the instants at which clocks of a zone show a wall clock, which is given as if it were UTC. Where clocks are set
// back there are two; where they are set forward there is none, and both are the moment that much later.
func wallTime(wall time.Time, zone *time.Location) (earlier, later time.Time) {
	before, after := offset(wall.Add(-24*time.Hour), zone), offset(wall.Add(24*time.Hour), zone)
	first, second := wall.Add(-before), wall.Add(-after)
	if before == after {
		return first, first
	}
	switch firstFits, secondFits := offset(first, zone) == before, offset(second, zone) == after; {
	case firstFits && secondFits:
		return first, second
	case secondFits:
		return second, second
	}
	return first, first
}

func offset(t time.Time, zone *time.Location) time.Duration {
	_, seconds := t.In(zone).Zone()
	return time.Duration(seconds) * time.Second
}

// bound is a date of a query: an instant, or the reading of a clock that waits for its zone.
type bound struct {
	t     time.Time // a clock's reading as if it were UTC
	wall  bool
	clock time.Time // of an instant: what the clock said that it was read from, as if it were UTC
}

// in is the instant of a bound. Of two instants of an hour that comes twice it is the later one, as the platform does.
func (b bound) in(zone *time.Location) time.Time {
	if !b.wall {
		return b.t
	}
	_, later := wallTime(b.t, zone)
	return later
}

// parseBound reads an ISO date with or without a time, a fraction and an offset, and with a blank for the T.
func parseBound(name, text string) (bound, error) {
	iso := text
	if len(iso) > 10 && iso[10] == ' ' {
		iso = iso[:10] + "T" + iso[11:]
	}
	iso = strings.Replace(iso, " ", "+", 1) // a plus sign that was not escaped
	for _, layout := range []string{"2006-01-02T15:04:05Z07:00", "2006-01-02T15:04:05Z0700", "2006-01-02T15:04Z07:00"} {
		if t, err := time.Parse(layout, iso); err == nil {
			return bound{t: t.UTC(), clock: time.Date(t.Year(), t.Month(), t.Day(), t.Hour(), t.Minute(), t.Second(), t.Nanosecond(), time.UTC)}, nil
		}
	}
	for _, layout := range []string{"2006-01-02T15:04:05", "2006-01-02T15:04", "2006-01-02"} {
		if t, err := time.Parse(layout, iso); err == nil {
			return bound{t: t, wall: true}, nil
		}
	}
	return bound{}, invalid(name, "The value '%.40s' is not a date.", text)
}
