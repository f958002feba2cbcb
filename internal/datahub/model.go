package datahub

import (
	"maps"
	"slices"
	"strings"
	"time"
)

// Ids of the Data Hub's entities. They are types of their own, so that a source cannot be passed for a site.
type (
	SiteID     int64
	SourceID   int64
	VariableID int64
)

// Account is a tenant of the platform.
type Account struct {
	ID   int64
	Name string
}

// User is the person whose token is used. ID is an opaque string.
type User struct {
	ID, Name, Email string
}

// Site is a place with an address, a time zone and sources.
type Site struct {
	ID         SiteID
	Name       string
	TypeID     int
	Street     string
	PostalCode string
	City       string
	Country    string
	TimeZoneID string    // Windows or IANA name
	Location   *Location // nil when the Data Hub does not know it
	ClientData ClientData
}

// Zone returns the site's time zone, UTC when its name is not known.
func (s Site) Zone() *time.Location { return zoneOrUTC(s.TimeZoneID) }

// Location is a place on the map, in degrees: Lat within ±90, north positive, and Lon within ±180, east positive.
type Location struct {
	Lat, Lon float64
}

// ClientData is what people keep in forms: form → group → field → value.
type ClientData map[string]map[string]map[string]any

// Field returns a field's value wherever it stands, by its name in any case. Of several it is the first by the names of
// form, group and field.
func (d ClientData) Field(name string) (any, bool) {
	for _, form := range slices.Sorted(maps.Keys(d)) {
		for _, group := range slices.Sorted(maps.Keys(d[form])) {
			fields := d[form][group]
			for _, field := range slices.Sorted(maps.Keys(fields)) {
				if strings.EqualFold(field, name) {
					return fields[field], true
				}
			}
		}
	}
	return nil, false
}

// Source is a meter or another provider of data on a site.
type Source struct {
	ID            SourceID
	SiteID        SiteID
	Name          string
	SiteName      string
	SerialNumber  string
	MeterNumber   string
	EANNumber     string
	SourceTypeID  int
	EnergyTypeID  int
	EnergyUsageID int
	TimeZoneID    string
	Description   string
	Localisation  string
	Tags          []string
	ClientData    ClientData
}

// Zone returns the source's time zone, UTC when its name is not known.
func (s Source) Zone() *time.Location { return zoneOrUTC(s.TimeZoneID) }

// Variable is one time series of a source.
type Variable struct {
	ID             VariableID
	SourceID       SourceID
	Name           string
	VariableTypeID int
	UnitID         int
	Step           Step
	QuantityType   QuantityType
	Aggregate      Aggregate
	MappingConfig  string
	IsDefault      bool
	Calculated     bool
}

// Step is the distance between two points of a variable: so many of a period. The zero Step is "not known".
type Step struct {
	Count  float64
	Period TimePeriod
}

// Duration returns the step's length, and 0 for months and years, whose length varies, and for steps without a count.
func (s Step) Duration() time.Duration {
	unit, ok := periods[s.Period]
	if !ok || s.Count <= 0 || s.Count > 1e6 {
		return 0
	}
	return time.Duration(s.Count * float64(unit))
}

// periods are the lengths of the periods that have one.
var periods = map[TimePeriod]time.Duration{
	Millisecond: time.Millisecond, Second: time.Second, Minute: time.Minute, Hour: time.Hour, Day: 24 * time.Hour, Week: 7 * 24 * time.Hour,
}

// Unit is a unit of measurement. Divisor and Offset relate it to its parent; the Data Hub does not publish how, and both are 0 when it
// leaves them out.
type Unit struct {
	ID       int
	Name     string
	Symbol   string
	Divisor  float64
	Offset   float64
	ParentID int
	FamilyID int
}

// Named is an entry of a reference list.
type Named struct {
	ID   int
	Name string
}

// DataPoint is a value at a time, in UTC. A bucket's time is its start.
type DataPoint struct {
	Time  time.Time
	Value float64
}
