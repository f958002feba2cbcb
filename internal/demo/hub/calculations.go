package hub

import (
	"slices"
	"strings"

	"portico/internal/demo/energy"
)

// aCalculation reads "calculated". An empty one is none. Members come in any case and enumerations as words or numbers; numbers are kept.
func aCalculation(v any) (any, bool) {
	given, ok := nested(v)
	if !ok || len(given.(object)) == 0 {
		return nil, ok
	}
	o := camelCase(given).(object)
	formulas, _ := o["calculatedVariableFormulas"].([]any)
	for i, f := range formulas {
		formula, ok := f.(object)
		if !ok {
			return nil, false
		}
		for _, part := range []string{"variables", "entities", "constants"} {
			if _, ok := formula[part].([]any); !ok {
				formula[part] = []any{}
			}
		}
		formulas[i] = numbered(formula)
	}
	if formulas == nil {
		formulas = []any{}
	}
	o["calculatedVariableFormulas"] = formulas
	return o, true
}

// camelCase lowers the first letter of all names in a value.
func camelCase(v any) any {
	switch v := v.(type) {
	case object:
		o := object{}
		for name, x := range v {
			if name != "" {
				name = strings.ToLower(name[:1]) + name[1:]
			}
			o[name] = camelCase(x)
		}
		return o
	case []any:
		items := make([]any, len(v))
		for i, x := range v {
			items[i] = camelCase(x)
		}
		return items
	}
	return v
}

// calculationWords are the enumerations inside "calculated", which has numbers for them.
var calculationWords = map[string][]energy.Entry{"granularity": granularities, "aggregation": energy.Aggregates, "periodType": periodTypes, "periodTimeBase": timePeriods, "entityType": entityTypes}

func numbered(v any) any {
	switch v := v.(type) {
	case object:
		for name, x := range v {
			if word, ok := x.(string); ok && calculationWords[name] != nil {
				if i := slices.IndexFunc(calculationWords[name], func(e energy.Entry) bool { return strings.EqualFold(e.Name, word) }); i >= 0 {
					x = calculationWords[name][i].ID
				}
			}
			v[name] = numbered(x)
		}
	case []any:
		for i, x := range v {
			v[i] = numbered(x)
		}
	}
	return v
}
