package hub

import (
	"maps"
	"slices"

	"portico/internal/demo/energy"
)

// Reference lists that the catalogue does not need.
var (
	energyUsages  = []energy.Entry{{ID: 1, Name: "General"}}
	gatewayTypes  = []energy.Entry{{ID: 1, Name: "Generic"}}
	granularities = []energy.Entry{{ID: raw, Name: "Raw"}, {ID: byMinute, Name: "Minute"}, {ID: byHour, Name: "Hour"}, {ID: byDay, Name: "Day"},
		{ID: byMonth, Name: "Month"}, {ID: byYear, Name: "Year"}, {ID: byAll, Name: "All"}, {ID: byWeek, Name: "Week"}}
	timePeriods = []energy.Entry{{ID: 0, Name: "Millisecond"}, {ID: 1, Name: "Second"}, {ID: 2, Name: "Minute"}, {ID: 3, Name: "Hour"},
		{ID: 4, Name: "Day"}, {ID: 5, Name: "Week"}, {ID: 6, Name: "Month"}, {ID: 7, Name: "Year"}}
)

// entityTypes are what forms can be about, and periodTypes how the time of a formula's input is told.
var (
	entityTypes = []energy.Entry{{ID: siteEntity, Name: "Site"}, {ID: 2, Name: "Source"}}
	periodTypes = []energy.Entry{{ID: 1, Name: "RelativeDate"}, {ID: 2, Name: "AbsoluteDate"}, {ID: 3, Name: "LastNPoints"}}
)

// reference is the endpoint of a reference list.
func reference(items []object) endpoint {
	return func(c *call) (any, error) { return paged(c, items, func(o object) object { return o }) }
}

func entries(list []energy.Entry) []object {
	var items []object
	for _, e := range list {
		items = append(items, entry(e))
	}
	return items
}

func entry(e energy.Entry) object { return object{"id": e.ID, "name": e.Name} }

func units() []object {
	var items []object
	for _, u := range energy.Units {
		items = append(items, object{"id": u.ID, "name": u.Name, "symbol": u.Symbol, "divisor": u.Divisor, "offset": 0, "parentId": u.Parent, "unitFamilyId": u.Family})
	}
	return items
}

// variableTypes have their aggregate as a number.
func variableTypes() []object {
	var items []object
	for _, t := range energy.VariableTypes {
		items = append(items, object{"id": t.ID, "name": t.Name, "aggregate": t.Aggregate})
	}
	return items
}

func timeZones() []object {
	var items []object
	for _, name := range slices.Sorted(maps.Keys(windowsZones)) {
		items = append(items, object{"id": name, "name": name})
	}
	return items
}

// idOf returns the id of an entry by its name; 0 when there is none.
func idOf(list []energy.Entry, name string) int {
	for _, e := range list {
		if e.Name == name {
			return e.ID
		}
	}
	return 0
}

// wordOf returns the name of an entry.
func wordOf(list []energy.Entry, id int) string {
	for _, e := range list {
		if e.ID == id {
			return e.Name
		}
	}
	return ""
}
