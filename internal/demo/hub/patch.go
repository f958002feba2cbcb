package hub

import (
	"reflect"
	"slices"
	"strconv"
	"strings"
)

// operation is one of a JSON Patch (RFC 6902). Differences to the RFC, as the platform's clients need them: pointers match in any
// case, replace and add make what is missing on the way, and operations on members that the entity does not have are ignored.
type operation struct {
	Op, Path, From string
	Value          any
}

// patch applies operations to a copy of o and returns it.
func (s schema) patch(o object, operations []operation) (object, error) {
	o = o.clone()
	for _, op := range operations {
		path, known := s.pointer(op.Path)
		if !known {
			continue
		}
		if err := s.apply(o, op, path); err != nil {
			return nil, err
		}
	}
	return o, nil
}

// pointer splits a JSON pointer (RFC 6901) and gives its first part the member's proper name; false when there is no such member.
func (s schema) pointer(text string) ([]string, bool) {
	parts := strings.Split(strings.TrimPrefix(text, "/"), "/")
	for i, part := range parts {
		parts[i] = strings.NewReplacer("~1", "/", "~0", "~").Replace(part)
	}
	name, ok := s.names[strings.ToLower(parts[0])]
	parts[0] = name
	return parts, ok
}

func (s schema) apply(o object, op operation, path []string) error {
	wrong := func(why string) error {
		return invalid("patch", "The operation '%.10s' on '%.80s' cannot be done: %s.", op.Op, op.Path, why)
	}
	switch strings.ToLower(op.Op) {
	case "add":
		set(o, path, plain(op.Value), true)
	case "replace":
		set(o, path, plain(op.Value), false)
	case "remove":
		if !remove(o, path) {
			return wrong("there is nothing")
		}
	case "test":
		if have, ok := lookUp(o, path); !ok || !same(have, op.Value) {
			return wrong("the value is another one")
		}
	case "move", "copy":
		from, known := s.pointer(op.From)
		value, ok := lookUp(o, from)
		if !known || !ok {
			return wrong("there is nothing to take")
		}
		value = cloned(value)
		if strings.EqualFold(op.Op, "move") {
			remove(o, from)
		}
		set(o, path, value, true)
	default:
		return wrong("it is not known")
	}
	return nil
}

// child finds a part of an object or an array.
func child(v any, name string) (any, bool) {
	switch v := v.(type) {
	case object:
		name = v.spelling(name)
		x, ok := v[name]
		return x, ok
	case []any:
		if i, err := strconv.Atoi(name); err == nil && i >= 0 && i < len(v) {
			return v[i], true
		}
	}
	return nil, false
}

// spelling is how a name that is there in another case is written, and the name itself when it is not there.
func (o object) spelling(name string) string {
	if _, ok := o[name]; ok {
		return name
	}
	for have := range o {
		if strings.EqualFold(have, name) {
			return have
		}
	}
	return name
}

func lookUp(v any, path []string) (any, bool) {
	ok := true
	for _, name := range path {
		if v, ok = child(v, name); !ok {
			return nil, false
		}
	}
	return v, true
}

// set puts a value at a path and returns what v has become. Objects on the way are made; insert makes room in an array.
func set(v any, path []string, value any, insert bool) any {
	if len(path) == 0 {
		return value
	}
	if list, ok := v.([]any); ok {
		i, err := strconv.Atoi(path[0])
		switch {
		case err != nil || i < 0 || i >= len(list):
			return append(list, set(nil, path[1:], value, insert))
		case insert && len(path) == 1:
			return slices.Insert(list, i, value)
		}
		list[i] = set(list[i], path[1:], value, insert)
		return list
	}
	o, ok := v.(object)
	if !ok {
		o = object{}
	}
	name := o.spelling(path[0])
	if o[name] = set(o[name], path[1:], value, insert); o[name] == nil {
		delete(o, name)
	}
	return o
}

func remove(o object, path []string) bool {
	last := len(path) - 1
	parent, ok := lookUp(o, path[:last])
	if _, there := child(parent, path[last]); !ok || !there {
		return false
	}
	switch p := parent.(type) {
	case object:
		delete(p, p.spelling(path[last]))
	case []any:
		i, _ := strconv.Atoi(path[last])
		set(o, path[:last], slices.Delete(p, i, i+1), false)
	}
	return true
}

// same compares a value that is there with one of a patch: by what they are as JSON.
func same(have, want any) bool {
	if x, ok := aNumber(have); ok {
		if y, ok := aNumber(want); ok {
			return x == y
		}
	}
	return reflect.DeepEqual(have, plain(want))
}
