package rp

import (
	"encoding/json"
	"maps"
	"slices"
	"strings"
	"unicode/utf8"
)

// readClaims reads the claims of an ID token or a userinfo answer.
func (c *Client) readClaims(data []byte) (claims, error) {
	var cl claims
	if err := json.Unmarshal(exactly(data), &cl); err != nil {
		return claims{}, err
	}
	cl.role, cl.saysRoles = c.c.role(data)
	return cl, nil
}

// exactly leaves out the members whose names have capitals or letters beyond ASCII. Names of claims tell one from the other (RFC 7519 section 10.1.1), encoding/json does not: a claim SUB that people may
// fill in themselves would be taken for sub. Of those that are read, accountId alone has a capital.
func exactly(data []byte) []byte {
	var all map[string]json.RawMessage
	if json.Unmarshal(data, &all) != nil {
		return data
	}
	maps.DeleteFunc(all, func(name string, _ json.RawMessage) bool {
		return name != "accountId" && strings.ContainsFunc(name, func(r rune) bool { return r >= 'A' && r <= 'Z' || r >= utf8.RuneSelf })
	})
	kept, err := json.Marshal(all)
	if err != nil {
		return data
	}
	return kept
}

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
