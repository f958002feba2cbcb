package rp

import (
	"encoding/json"
	"slices"
	"strings"
)

// role returns c.Role if the person has it, and whether data says anything about roles. A claim's value is a text or a list of texts; a dot in the claim's name leads into an object
// unless there is a claim of just that name.
func (c Config) role(data []byte) (role string, said bool) {
	if c.Role == "" {
		return "", false
	}
	value, said := member(data, c.RoleClaim)
	for path := c.RoleClaim; !said && strings.Contains(path, "."); {
		var name string
		name, path, _ = strings.Cut(path, ".")
		if data, said = member(data, name); !said {
			return "", false
		}
		value, said = member(data, path)
	}
	if said && (holds[string](value, func(one string) bool { return one == c.Role }) || holds[[]string](value, func(list []string) bool { return slices.Contains(list, c.Role) })) {
		return c.Role, true
	}
	return "", said
}

func member(data []byte, name string) (value json.RawMessage, there bool) {
	var object map[string]json.RawMessage
	if json.Unmarshal(data, &object) != nil {
		return nil, false
	}
	value, there = object[name]
	return value, there
}

func holds[T any](value json.RawMessage, f func(T) bool) bool {
	var v T
	return json.Unmarshal(value, &v) == nil && f(v)
}
