package series

import (
	"errors"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"

	"portico/internal/datahub"
)

// Ref names a variable and how it is shown, in a few characters of an address: 4711!r~MWh@max*-1 is the highest values of variable 4711 in MWh with their
// sign turned, on the right axis.
type Ref struct {
	Variable  datahub.VariableID
	Right     bool              // !r: on the right axis
	Unit      string            // ~unit: converted to it; "" for the variable's own
	Aggregate datahub.Aggregate // @word: how points become one; 0 for the variable's own way
	Negative  bool              // *-1: with the other sign
}

var errRef = errors.New("is not like 4711!r~MWh@max*-1")

const maxRef, maxUnit = 64, 16

// ParseRef reads a reference. The parts after the number come in any order, each once at most.
func ParseRef(s string) (Ref, error) {
	if len(s) > maxRef || !utf8.ValidString(s) {
		return Ref{}, errRef
	}
	number, rest := s, ""
	if i := strings.IndexAny(s, "!~@*"); i >= 0 {
		number, rest = s[:i], s[i:]
	}
	id, err := strconv.ParseUint(number, 10, 53)
	if err != nil || id == 0 || number[0] == '0' {
		return Ref{}, errRef
	}
	r := Ref{Variable: datahub.VariableID(id)}
	for rest != "" {
		sign, part := rest[0], rest[1:]
		rest = ""
		if i := strings.IndexAny(part, "!~@*"); i >= 0 {
			part, rest = part[:i], part[i:]
		}
		if !r.set(sign, part) {
			return Ref{}, errRef
		}
	}
	return r, nil
}

// set reads one part; false when it makes no sense or comes twice.
func (r *Ref) set(sign byte, part string) bool {
	before := *r
	switch sign {
	case '!':
		r.Right = part == "r"
	case '~':
		if len(part) <= maxUnit && strings.IndexFunc(part, func(c rune) bool { return !unicode.IsPrint(c) || c == '<' || c == '&' }) < 0 {
			r.Unit = part
		}
	case '@':
		for _, a := range Aggregates {
			if a.Word == part {
				r.Aggregate = a.Aggregate
			}
		}
	case '*':
		r.Negative = part == "-1"
	}
	return *r != before && (before.Unit == "" || sign != '~') && (before.Aggregate == 0 || sign != '@')
}

// String writes the reference as ParseRef reads it, its parts in one order.
func (r Ref) String() string {
	s := strconv.FormatInt(int64(r.Variable), 10)
	if r.Right {
		s += "!r"
	}
	if r.Unit != "" {
		s += "~" + r.Unit
	}
	for _, a := range Aggregates {
		if a.Aggregate == r.Aggregate {
			s += "@" + a.Word
		}
	}
	if r.Negative {
		s += "*-1"
	}
	return s
}

// Aggregates are the words that addresses use.
var Aggregates = []struct {
	Word      string
	Aggregate datahub.Aggregate
}{{"sum", datahub.Sum}, {"avg", datahub.Avg}, {"min", datahub.Min}, {"max", datahub.Max}, {"count", datahub.Count}, {"stdev", datahub.StdDev}}
