package hub

import (
	"iter"
	"slices"
	"strings"
	"time"

	"portico/internal/demo/energy"
	"portico/internal/demo/formula"
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

// calculation is how a variable is computed from others: formulas for spans of time. One whose script is more than arithmetic is left out.
type calculation []calculated

// calculated is a formula with what its script knows.
type calculated struct {
	script      *formula.Script
	from, until time.Time      // zero: open
	inputs      map[string]int // alias → id of a variable
	units       map[string]int // alias → unit in which the script wants the values, if it says so
	constants   map[string]float64
	fields      []formField
}

// formField is a field of a form of a site or a source.
type formField struct {
	alias, name  string
	site, source int // id of the one or the other
}

// calculationOf reads a variable's "calculated", which aCalculation has put in order; nil when nothing of it can be computed.
func calculationOf(o object) calculation {
	body, _ := o["calculated"].(object)
	formulas, _ := body["calculatedVariableFormulas"].([]any)
	var found calculation
	for _, f := range formulas {
		if k, ok := calculatedBy(f); ok {
			found = append(found, k)
		}
	}
	return found
}

func calculatedBy(v any) (calculated, bool) {
	o, _ := v.(object)
	script, err := formula.Parse(o.textOf("formula"))
	if err != nil {
		return calculated{}, false
	}
	k := calculated{script: script, inputs: map[string]int{}, units: map[string]int{}, constants: map[string]float64{}}
	k.from, k.until = date(o.textOf("validFrom")), date(o.textOf("validUntil"))
	for in := range o.items("variables") {
		if whole(in["granularity"]) == raw {
			k.inputs[in.textOf("alias")] = whole(in["variableId"])
		}
		if unit := whole(in["unitId"]); unit != 0 {
			k.units[in.textOf("alias")] = unit
		}
	}
	for constant := range o.items("constants") {
		if x, ok := number(constant["value"]); ok {
			k.constants[constant.textOf("alias")] = x
		}
	}
	for f := range o.items("entities") {
		field := formField{alias: f.textOf("alias"), name: f.textOf("propId")}
		if id := whole(f["entityId"]); whole(f["entityType"]) == siteEntity {
			field.site = id
		} else {
			field.source = id
		}
		k.fields = append(k.fields, field)
	}
	return k, true
}

// date is an instant as text; zero when it is none.
func date(text string) time.Time {
	b, err := parseBound("", text)
	if err != nil {
		return time.Time{}
	}
	return b.in(time.UTC)
}

// whole is an id or a number of an enumeration; 0 when it is not there.
func whole(v any) int {
	n, _ := anID(v)
	id, _ := n.(int)
	return id
}

func number(v any) (float64, bool) {
	x, ok := aNumber(v)
	if n, is := x.(int); is {
		return float64(n), ok
	}
	f, is := x.(float64)
	return f, ok && is
}

// items are the objects of a list.
func (o object) items(name string) iter.Seq[object] {
	list, _ := o[name].([]any)
	return func(yield func(object) bool) {
		for _, v := range list {
			if item, ok := v.(object); ok && !yield(item) {
				return
			}
		}
	}
}

// at is the formula that counts at t.
func (k calculation) at(t time.Time) (calculated, bool) {
	i := slices.IndexFunc(k, func(f calculated) bool { return !t.Before(f.from) && (f.until.IsZero() || t.Before(f.until)) })
	if i < 0 {
		return calculated{}, false
	}
	return k[i], true
}
