package hub

import (
	"encoding/json"
	"math"
	"strconv"
	"strings"

	"portico/internal/demo/energy"
)

// kind reads a member's value, which comes as clients write it: words, numbers, numeric strings. It returns nil for "not set", and false
// for what cannot be read.
type kind func(v any) (any, bool)

// aText reads a text, or a number as its digits. An empty text is not set.
func aText(v any) (any, bool) {
	switch v := v.(type) {
	case string:
		if v == "" {
			return nil, true
		}
		return v, true
	case json.Number:
		return v.String(), true
	}
	return nil, false
}

// aNumber reads a finite number; a whole one becomes an int.
func aNumber(v any) (any, bool) {
	var text string
	switch v := v.(type) {
	case string:
		text = strings.TrimSpace(v)
	case json.Number:
		text = v.String()
	case int:
		return v, true
	case float64:
		text = strconv.FormatFloat(v, 'g', -1, 64)
	default:
		return nil, false
	}
	x, err := strconv.ParseFloat(text, 64)
	if err != nil || math.IsNaN(x) || math.IsInf(x, 0) {
		return nil, false
	}
	if x == math.Trunc(x) && math.Abs(x) < 1<<53 {
		return int(x), true
	}
	return x, true
}

// anID reads a whole number of 32 bits.
func anID(v any) (any, bool) {
	n, _ := aNumber(v)
	id, ok := n.(int)
	return id, ok && id >= math.MinInt32 && id <= math.MaxInt32
}

func aFlag(v any) (any, bool) {
	switch v := v.(type) {
	case bool:
		return v, true
	case string:
		b, err := strconv.ParseBool(strings.ToLower(v))
		return b, err == nil
	case json.Number:
		return v != "0", true
	}
	return nil, false
}

func texts(v any) (any, bool) {
	given, ok := v.([]any)
	var found []any
	for _, item := range given {
		text, is := aText(item)
		if ok = ok && is; text != nil {
			found = append(found, text)
		}
	}
	if len(found) == 0 {
		return nil, ok
	}
	return found, ok
}

// nested reads an object and leaves it as it is.
func nested(v any) (any, bool) {
	switch v := v.(type) {
	case object:
		return v, true
	case map[string]any:
		return objectOf(v), true
	}
	return nil, false
}

// objectOf turns what a decoder made into objects.
func objectOf(m map[string]any) object {
	o := object{}
	for name, v := range m {
		if v = plain(v); v != nil {
			o[name] = v
		}
	}
	return o
}

// plain turns the maps inside a decoded value into objects.
func plain(v any) any {
	switch v := v.(type) {
	case map[string]any:
		return objectOf(v)
	case []any:
		list := make([]any, len(v))
		for i, item := range v {
			list[i] = plain(item)
		}
		return list
	}
	return v
}

// list reads an array and leaves it as it is.
func list(v any) (any, bool) {
	items, ok := v.([]any)
	return plain(items), ok
}

func aZone(v any) (any, bool) {
	name, ok := v.(string)
	if !ok {
		return nil, false
	}
	_, err := parseZone(name)
	return name, err == nil
}

// anInstant reads a date; one without an offset is taken for UTC.
func anInstant(v any) (any, bool) {
	text, ok := v.(string)
	if !ok {
		return nil, false
	}
	b, err := parseBound("", text)
	return dateTime(b.t), err == nil
}

// member reads the word of an enumeration in any case, or its number, also as text. What is 0 and no member is not set.
func member(list []energy.Entry) kind {
	return func(v any) (any, bool) {
		text, ok := aText(v)
		if text == nil {
			return nil, ok
		}
		for _, e := range list {
			if strings.EqualFold(text.(string), e.Name) {
				return e.Name, true
			}
		}
		n, ok := anID(v)
		if !ok {
			return nil, false
		}
		word := wordOf(list, n.(int))
		if word == "" {
			return nil, n == 0
		}
		return word, true
	}
}
