package hub

import (
	"maps"
	"slices"
	"strings"
)

// object is an entity with only the members that it has: what is null is left out, as on the platform.
type object map[string]any

// text adds a member unless it is empty.
func (o object) text(name, value string) {
	if value != "" {
		o[name] = value
	}
}

// schema says which members an entity has and how they are read. Members are found in any case; others are ignored.
type schema struct {
	kinds map[string]kind
	names map[string]string // in lower case → as the platform writes them
}

func newSchema(kinds map[string]kind) schema {
	s := schema{kinds: kinds, names: map[string]string{}}
	for name := range kinds {
		s.names[strings.ToLower(name)] = name
	}
	return s
}

// read puts what body says into o. A null takes the member away; what body does not name stays as it is.
func (s schema) read(o object, body map[string]any) error {
	for _, given := range slices.Sorted(maps.Keys(body)) {
		name, ok := s.names[strings.ToLower(given)]
		if !ok {
			continue
		}
		if body[given] == nil {
			delete(o, name)
			continue
		}
		value, ok := s.kinds[name](body[given])
		switch {
		case !ok:
			return invalid(name, "The value of '%s' cannot be read.", name)
		case value == nil:
			delete(o, name)
		default:
			o[name] = value
		}
	}
	return nil
}

// idOf is an entity's member that holds a whole number; 0 when it has none.
func (o object) idOf(name string) int {
	n, _ := o[name].(int)
	return n
}

func (o object) textOf(name string) string {
	text, _ := o[name].(string)
	return text
}

// clone is a copy down to the last value, so that changes of it are seen nowhere else.
func (o object) clone() object {
	c := make(object, len(o))
	for name, v := range o {
		c[name] = cloned(v)
	}
	return c
}

func cloned(v any) any {
	switch v := v.(type) {
	case object:
		return v.clone()
	case []any:
		list := make([]any, len(v))
		for i, item := range v {
			list[i] = cloned(item)
		}
		return list
	}
	return v
}
