package hub

import "strings"

// identifier is a way to say which variable is meant. mapped ones name sources, and a mapping picks the variable.
type identifier struct {
	given  func(d delivery) string
	member string // of sources; empty for the id of a variable or source
}

// identifiers are the ways that there are, in the order in which they rule.
var identifiers = []identifier{
	{func(d delivery) string { return digitsOf(d.VariableID) }, ""},
	{func(d delivery) string { return digitsOf(d.SourceID) }, "id"},
	{func(d delivery) string { return string(d.SourceSerialNumber) }, "serialNumber"},
	{func(d delivery) string { return string(d.SourceEan) }, "eanNumber"},
	{func(d delivery) string { return string(d.SourceName) }, "name"},
	{func(d delivery) string { return string(d.MeterNumber) }, "meterNumber"},
}

func digitsOf(n numeral) string {
	if n == 0 {
		return ""
	}
	return textOf(int(n))
}

// finder returns what finds the variables of a call, nil for none. The first kind of identifier in the call is used for all of it: what is
// identified otherwise leads nowhere.
func (c *call) finder(deliveries []delivery) func(delivery) *variable {
	for _, d := range deliveries {
		for _, kind := range identifiers {
			if kind.given(d) != "" {
				return c.findBy(kind)
			}
		}
	}
	return func(delivery) *variable { return nil }
}

func (c *call) findBy(kind identifier) func(delivery) *variable {
	if kind.member == "" {
		return func(d delivery) *variable { return c.view.variable[int(d.VariableID)] }
	}
	sources := map[string][]*source{} // by what identifies them, in exact case
	for _, s := range c.view.sources {
		if text := textOf(s.o[kind.member]); s.o[kind.member] != nil {
			sources[text] = append(sources[text], s)
		}
	}
	type pair struct{ source, mapping string }
	found := map[pair]*variable{}
	return func(d delivery) *variable {
		asked := pair{kind.given(d), string(d.MappingConfig)}
		x, ok := found[asked]
		if !ok && asked.source != "" {
			x = c.mapped(sources[asked.source], asked.mapping)
			found[asked] = x
		}
		return x
	}
}

// mapped is the first variable of the sources that has the mapping: in exact case, and otherwise in any.
func (c *call) mapped(sources []*source, mapping string) *variable {
	if mapping == "" {
		return nil
	}
	var close *variable
	for _, s := range sources {
		for _, x := range c.view.of(s.id) {
			switch have := x.o.textOf("mappingConfig"); {
			case have == mapping:
				return x
			case close == nil && strings.EqualFold(have, mapping):
				close = x
			}
		}
	}
	return close
}
