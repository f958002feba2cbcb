package hub

import (
	"cmp"
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"
	"time"
)

// operators are the comparisons of filters, in the three languages of the platform. They do not look at case.
var operators = map[string]func(have, want string) bool{
	"=":  func(a, b string) bool { return compare(a, b) == 0 },
	"<>": func(a, b string) bool { return compare(a, b) != 0 },
	"!=": func(a, b string) bool { return compare(a, b) != 0 },
	">":  func(a, b string) bool { return compare(a, b) > 0 },
	">=": func(a, b string) bool { return compare(a, b) >= 0 },
	"<":  func(a, b string) bool { return compare(a, b) < 0 },
	"<=": func(a, b string) bool { return compare(a, b) <= 0 },

	"~": like, "like": like, "comme": like, "zoals": like,
	"!~": unlike, "!like": unlike, "!comme": unlike, "!zoals": unlike,
	"startswith": prefix, "commencepar": prefix, "beginmet": prefix,
	"endswith": suffix, "finitpar": suffix, "eindigtmet": suffix,
}

func contains(have, want string) bool {
	return strings.Contains(strings.ToLower(have), strings.ToLower(want))
}

// like needs no wildcards and forgives them.
func like(have, want string) bool   { return contains(have, strings.Trim(want, "%*")) }
func unlike(have, want string) bool { return !like(have, want) }

func prefix(have, want string) bool {
	return strings.HasPrefix(strings.ToLower(have), strings.ToLower(want))
}

func suffix(have, want string) bool {
	return strings.HasSuffix(strings.ToLower(have), strings.ToLower(want))
}

// compare orders numbers as numbers, dates as dates and everything else as text without case.
func compare(a, b string) int {
	if digits(a) && digits(b) { // EAN numbers are longer than a float is exact
		a, b = strings.TrimLeft(a, "0"), strings.TrimLeft(b, "0")
		return cmp.Or(cmp.Compare(len(a), len(b)), strings.Compare(a, b))
	}
	x, err := strconv.ParseFloat(a, 64)
	y, err2 := strconv.ParseFloat(b, 64)
	if err == nil && err2 == nil {
		return cmp.Compare(x, y)
	}
	s, err := parseBound("", a)
	t, err2 := parseBound("", b)
	if err == nil && err2 == nil {
		return s.in(time.UTC).Compare(t.in(time.UTC))
	}
	return strings.Compare(strings.ToLower(a), strings.ToLower(b))
}

// digits reports whether a text is a whole number without a sign.
func digits(s string) bool { return s != "" && strings.Trim(s, "0123456789") == "" }

// field finds a value in an entity, in any case: a member by its name, a form's field by its path or by its name alone.
func field(o object, path []string) (string, bool) {
	if len(path) == 1 {
		for name, v := range o {
			if _, nested := v.(object); !nested && strings.EqualFold(name, path[0]) {
				return textOf(v), true
			}
		}
	}
	forms, ok := o["clientData"].(object)
	if !ok {
		return "", false
	}
	if len(path) == 1 {
		return anywhere(forms, path[0])
	}
	if strings.EqualFold(path[0], "clientData") {
		path = path[1:]
	}
	return descend(forms, path)
}

// descend follows a path through nested objects.
func descend(o object, path []string) (string, bool) {
	for name, v := range o {
		if !strings.EqualFold(name, path[0]) {
			continue
		}
		nested, ok := v.(object)
		switch {
		case ok && len(path) > 1:
			return descend(nested, path[1:])
		case !ok && len(path) == 1:
			return textOf(v), true
		}
	}
	return "", false
}

// anywhere finds the first field of a name, in the order of forms and groups.
func anywhere(o object, name string) (string, bool) {
	for _, key := range slices.Sorted(maps.Keys(o)) {
		if nested, ok := o[key].(object); ok {
			if text, ok := anywhere(nested, name); ok {
				return text, true
			}
		} else if strings.EqualFold(key, name) {
			return textOf(o[key]), true
		}
	}
	return "", false
}

// textOf is a member as text.
func textOf(v any) string {
	switch v := v.(type) {
	case string:
		return v
	case json.Number:
		return v.String()
	case float64:
		return strconv.FormatFloat(v, 'f', -1, 64)
	}
	return fmt.Sprint(v)
}
