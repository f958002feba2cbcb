package datahub

import (
	"strings"
	"time"
)

// ParseZone returns the zone of a Windows or IANA name, or of a fixed offset such as UTC+01. False when the name is not known.
func ParseZone(name string) (*time.Location, bool) {
	name = strings.TrimSpace(name)
	if name == "" || strings.EqualFold(name, "local") {
		return nil, false
	}
	if iana, ok := windowsZones[strings.ToLower(name)]; ok {
		name = iana
	}
	if offset, err := time.Parse("UTC-07", name); err == nil {
		_, seconds := offset.Zone()
		return time.FixedZone(name, seconds), true
	}
	loc, err := time.LoadLocation(name)
	if err != nil {
		return nil, false
	}
	return loc, true
}

func zoneOrUTC(name string) *time.Location {
	if loc, ok := ParseZone(name); ok {
		return loc
	}
	return time.UTC
}

// windowsZones maps Windows zone names, in lower case, to the IANA zone of their first territory (Unicode CLDR, windowsZones).
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
	"russian standard time":           "Europe/Moscow",
	"belarus standard time":           "Europe/Minsk",
	"morocco standard time":           "Africa/Casablanca",
	"w. central africa standard time": "Africa/Lagos",
	"south africa standard time":      "Africa/Johannesburg",
	"e. africa standard time":         "Africa/Nairobi",
	"egypt standard time":             "Africa/Cairo",
	"israel standard time":            "Asia/Jerusalem",
	"arab standard time":              "Asia/Riyadh",
	"arabian standard time":           "Asia/Dubai",
	"india standard time":             "Asia/Kolkata",
	"china standard time":             "Asia/Shanghai",
	"singapore standard time":         "Asia/Singapore",
	"w. australia standard time":      "Australia/Perth",
	"tokyo standard time":             "Asia/Tokyo",
	"korea standard time":             "Asia/Seoul",
	"aus eastern standard time":       "Australia/Sydney",
	"e. australia standard time":      "Australia/Brisbane",
	"new zealand standard time":       "Pacific/Auckland",
	"azores standard time":            "Atlantic/Azores",
	"cape verde standard time":        "Atlantic/Cape_Verde",
	"e. south america standard time":  "America/Sao_Paulo",
	"argentina standard time":         "America/Buenos_Aires",
	"sa pacific standard time":        "America/Bogota",
	"atlantic standard time":          "America/Halifax",
	"eastern standard time":           "America/New_York",
	"central standard time":           "America/Chicago",
	"central standard time (mexico)":  "America/Mexico_City",
	"mountain standard time":          "America/Denver",
	"us mountain standard time":       "America/Phoenix",
	"pacific standard time":           "America/Los_Angeles",
	"alaskan standard time":           "America/Anchorage",
	"hawaiian standard time":          "Pacific/Honolulu",
}
