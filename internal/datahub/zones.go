package datahub

import (
	"maps"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"
)

// ParseZone returns the zone of a Windows or IANA name, or of an offset such as UTC+01 or UTC-03:30. False when the name is not known.
// Its names, as far as there are any, are IANA's, which every Data Hub understands.
func ParseZone(name string) (*time.Location, bool) {
	name = strings.TrimSpace(name)
	if iana, ok := windowsZones[strings.ToLower(name)]; ok {
		name = iana
	}
	if zone, ok := loaded.Load(name); ok {
		return zone.(*time.Location), true
	}
	if m := offsetName.FindStringSubmatch(name); m != nil {
		return fixedZone(name, m[1], m[2], m[3])
	}
	if name == "Local" || !ianaName.MatchString(name) {
		return nil, false
	}
	zone, err := time.LoadLocation(name)
	if err != nil {
		return nil, false
	}
	loaded.Store(name, zone)
	return zone, true
}

// loaded keeps what reading the zone database gave (IANA name → *time.Location), for lists ask for the same zone in each row. It
// is bounded by the number of zones that there are, and never changes an answer.
var loaded sync.Map

var ianaName = regexp.MustCompile(`^[A-Za-z0-9_+-]+(/[A-Za-z0-9_+-]+){0,2}$`)

var offsetName = regexp.MustCompile(`^(?i:UTC|GMT)([+-])(\d{1,2})(?::?(\d\d))?$`)

// fixedZone is a zone without summer time: one of IANA's when it is whole hours.
func fixedZone(name, sign, hours, minutes string) (*time.Location, bool) {
	h, _ := strconv.Atoi(hours)
	m, _ := strconv.Atoi("0" + minutes)
	if h > 14 || m > 59 {
		return nil, false
	}
	seconds := h*3600 + m*60
	switch {
	case seconds == 0:
		return time.UTC, true
	case m == 0 && sign == "+":
		return ParseZone("Etc/GMT-" + strconv.Itoa(h)) // POSIX counts westwards
	case m == 0 && h <= 12:
		return ParseZone("Etc/GMT+" + strconv.Itoa(h))
	case sign == "-":
		seconds = -seconds
	}
	return time.FixedZone(name, seconds), true
}

func zoneOrUTC(name string) *time.Location {
	if loc, ok := ParseZone(name); ok {
		return loc
	}
	return time.UTC
}

// windowsZones maps Windows zone names, in lower case, to the IANA zone of their first territory or of one that people here know
// better (Unicode CLDR, windowsZones).
var windowsZones = map[string]string{
	"utc":                             "UTC",
	"gmt standard time":               "Europe/London",
	"greenwich standard time":         "Atlantic/Reykjavik",
	"romance standard time":           "Europe/Brussels",
	"w. europe standard time":         "Europe/Berlin",
	"central europe standard time":    "Europe/Budapest",
	"central european standard time":  "Europe/Warsaw",
	"e. europe standard time":         "Europe/Chisinau",
	"fle standard time":               "Europe/Helsinki",
	"gtb standard time":               "Europe/Bucharest",
	"turkey standard time":            "Europe/Istanbul",
	"kaliningrad standard time":       "Europe/Kaliningrad",
	"russian standard time":           "Europe/Moscow",
	"belarus standard time":           "Europe/Minsk",
	"morocco standard time":           "Africa/Casablanca",
	"w. central africa standard time": "Africa/Lagos",
	"south africa standard time":      "Africa/Johannesburg",
	"e. africa standard time":         "Africa/Nairobi",
	"egypt standard time":             "Africa/Cairo",
	"israel standard time":            "Asia/Jerusalem",
	"arab standard time":              "Asia/Riyadh",
	"arabic standard time":            "Asia/Baghdad",
	"arabian standard time":           "Asia/Dubai",
	"iran standard time":              "Asia/Tehran",
	"georgian standard time":          "Asia/Tbilisi",
	"pakistan standard time":          "Asia/Karachi",
	"india standard time":             "Asia/Kolkata",
	"se asia standard time":           "Asia/Bangkok",
	"china standard time":             "Asia/Shanghai",
	"taipei standard time":            "Asia/Taipei",
	"singapore standard time":         "Asia/Singapore",
	"w. australia standard time":      "Australia/Perth",
	"tokyo standard time":             "Asia/Tokyo",
	"korea standard time":             "Asia/Seoul",
	"cen. australia standard time":    "Australia/Adelaide",
	"aus eastern standard time":       "Australia/Sydney",
	"e. australia standard time":      "Australia/Brisbane",
	"new zealand standard time":       "Pacific/Auckland",
	"azores standard time":            "Atlantic/Azores",
	"cape verde standard time":        "Atlantic/Cape_Verde",
	"e. south america standard time":  "America/Sao_Paulo",
	"argentina standard time":         "America/Argentina/Buenos_Aires",
	"sa eastern standard time":        "America/Cayenne",
	"sa western standard time":        "America/La_Paz",
	"sa pacific standard time":        "America/Bogota",
	"pacific sa standard time":        "America/Santiago",
	"newfoundland standard time":      "America/St_Johns",
	"atlantic standard time":          "America/Halifax",
	"eastern standard time":           "America/New_York",
	"central standard time":           "America/Chicago",
	"central america standard time":   "America/Guatemala",
	"canada central standard time":    "America/Regina",
	"central standard time (mexico)":  "America/Mexico_City",
	"mountain standard time":          "America/Denver",
	"us mountain standard time":       "America/Phoenix",
	"pacific standard time":           "America/Los_Angeles",
	"alaskan standard time":           "America/Anchorage",
	"hawaiian standard time":          "Pacific/Honolulu",
}

// ZoneNames lists the zones that people here know, by their IANA names, in alphabetical order; there are others.
func ZoneNames() []string {
	return slices.Compact(slices.Sorted(maps.Values(windowsZones)))
}

// HomeZone returns Belgium's zone, where the platform lives: for times that belong to no site.
func HomeZone() *time.Location {
	zone, known := ParseZone("Europe/Brussels")
	if !known {
		return time.UTC
	}
	return zone
}
