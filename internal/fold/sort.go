package fold

import (
	"cmp"
	"slices"
	"strings"
)

// name is a text that is compared often: it is folded once.
type name struct{ folded, text string }

func (n name) compare(m name) int {
	return cmp.Or(strings.Compare(n.folded, m.folded), strings.Compare(n.text, m.text))
}

// Sort sorts a list by the names of its members, as people look for them: É stands with E. Names that differ in capitals and accents alone are in the order of their bytes. Of several names
// the first counts most. Members whose names are the same are in the order of then, and stay as they were without one.
func Sort[T any](list []T, then func(a, b T) int, names ...func(T) string) {
	keys, order := make([][]name, len(list)), make([]int, len(list))
	for i, x := range list {
		order[i] = i
		for _, of := range names {
			text := of(x)
			keys[i] = append(keys[i], name{Text(text), text})
		}
	}
	slices.SortFunc(order, func(a, b int) int {
		if c := slices.CompareFunc(keys[a], keys[b], name.compare); c != 0 || then == nil {
			return cmp.Or(c, cmp.Compare(a, b))
		}
		return cmp.Or(then(list[a], list[b]), cmp.Compare(a, b))
	})
	unsorted := slices.Clone(list)
	for i, at := range order {
		list[i] = unsorted[at]
	}
}
