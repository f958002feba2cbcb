// Package filter reads what people type to narrow a list: words that may stand anywhere, and comparisons of a field with a value, with the operators of the Data Hub's own filters in their three languages.
//
//	cold "quai de la" city:Liège status:late,silent kwh>100 name !~ store
//
// All that is typed must hold; of values with commas between them one is enough. What cannot be understood is a term all the same, which says why, so that nothing is dropped on the way.
package filter

import (
	"errors"
	"slices"
	"strconv"
	"strings"

	"portico/internal/fold"
)

// What can be wrong with a term.
var (
	ErrField    = errors.New("there is no such field")
	ErrValue    = errors.New("the value is missing")
	ErrQuote    = errors.New("the quotation mark at its end is missing")
	ErrChoice   = errors.New("the field has no such value")
	ErrNumber   = errors.New("the value is no number")
	ErrOperator = errors.New("the field cannot be compared so")
	ErrOr       = errors.New("or is written as a comma between values")
	ErrTooMany  = errors.New("these are too many terms")
)

// Most bounds how many terms are understood.
const Most = 20

// Field is something that can be asked for.
type Field struct {
	Name    string   // in small letters
	Also    []string // other names
	Choices []string // all values that it can have; nil for any text
	Number  bool     // compared by size, and holds numbers
}

// Op is how a field is compared with values.
type Op int

// The comparisons. Texts are compared in any case.
const (
	Has     Op = iota // : ~ like comme zoals; for words too
	HasNot            // !~ !like !comme !zoals
	Begins            // startswith commencepar beginmet
	Is                // =
	IsNot             // <> !=
	Less              // <
	AtMost            // <=
	More              // >
	AtLeast           // >=
)

// signs are the operators that stand directly behind a field's name, the longer ones first; words are those that stand apart from it.
var (
	signs = []sign{{"!~", HasNot}, {"<>", IsNot}, {"!=", IsNot}, {"<=", AtMost}, {">=", AtLeast}, {"<", Less}, {">", More}, {"=", Is}, {":", Has}, {"~", Has}}
	words = map[string]Op{"like": Has, "comme": Has, "zoals": Has, "!like": HasNot, "!comme": HasNot, "!zoals": HasNot, "startswith": Begins, "commencepar": Begins, "beginmet": Begins}
)

type sign struct {
	text string
	op   Op
}

// Term is one thing that must hold.
type Term struct {
	Text    string // as it was typed
	Field   string // its name, as Field has it; "" for words that may stand anywhere, and what was typed where there is none of that name
	Op      Op
	Values  []string // one of them must fit; one at least unless there is a problem
	Problem error    // why it is not understood: one of the errors above, nil if it is
}

// Words reports whether the term may stand anywhere.
func (t Term) Words() bool { return t.Field == "" }

// Fits reports whether any of texts, compared without regard to capitals and accents, is what the term asks for. A negation holds when none of them is what it excludes.
func (t Term) Fits(texts ...string) bool { return t.Names(texts...) != t.Excludes() }

// Names reports whether one of texts is what the term speaks of, be it to ask for it or to exclude it.
func (t Term) Names(texts ...string) bool {
	return slices.ContainsFunc(t.Values, func(value string) bool {
		value = fold.Text(value)
		return slices.ContainsFunc(texts, func(text string) bool { return t.Op.fits(fold.Text(text), value) })
	})
}

// Excludes reports whether the term is a negation.
func (t Term) Excludes() bool { return t.Op == HasNot || t.Op == IsNot }

func (o Op) fits(text, value string) bool {
	switch o {
	case Is, IsNot:
		return text == value
	case Begins:
		return strings.HasPrefix(text, value)
	}
	return strings.Contains(text, value)
}

// FitsNumber reports whether v is what the term asks for.
func (t Term) FitsNumber(v float64) bool {
	return slices.ContainsFunc(t.Values, func(text string) bool {
		value, ok := number(text)
		return ok && t.Op.holds(v, value)
	})
}

func (o Op) holds(v, value float64) bool {
	switch o {
	case Less:
		return v < value
	case AtMost:
		return v <= value
	case More:
		return v > value
	case AtLeast:
		return v >= value
	case IsNot:
		return v != value
	}
	return v == value
}

// number reads a number with a point or a comma.
func number(text string) (float64, bool) {
	v, err := strconv.ParseFloat(strings.Replace(text, ",", ".", 1), 64)
	return v, err == nil && v-v == 0 // neither infinite nor no number
}

// named finds the field that has a name, in small letters.
func named(fields []Field, name string) (Field, bool) {
	i := slices.IndexFunc(fields, func(f Field) bool { return f.Name == name || slices.Contains(f.Also, name) })
	if i < 0 {
		return Field{}, false
	}
	return fields[i], true
}

// judge says why a comparison makes no sense for its field, nil if it does.
func (f Field) judge(t Term) error {
	switch {
	case len(t.Values) == 0:
		return ErrValue
	case !f.takes(t.Op):
		return ErrOperator
	case f.Number:
		if _, ok := number(t.Values[0]); !ok {
			return ErrNumber
		}
	case f.Choices != nil && slices.ContainsFunc(t.Values, func(v string) bool { return !slices.Contains(f.Choices, strings.ToLower(v)) }):
		return ErrChoice
	}
	return nil
}

// takes reports whether a field can be compared so: numbers by size, choices as a whole, texts by what is in them.
func (f Field) takes(o Op) bool {
	switch {
	case f.Number:
		return o != HasNot && o != Begins
	case f.Choices != nil:
		return o < Less && o != Begins
	}
	return o < Less
}

// Problems are the terms that are not understood.
func Problems(terms []Term) []Term {
	return slices.DeleteFunc(slices.Clone(terms), func(t Term) bool { return t.Problem == nil })
}

// Join writes terms as they were typed.
func Join(terms []Term) string {
	texts := make([]string, len(terms))
	for i, t := range terms {
		texts[i] = t.Text
	}
	return strings.Join(texts, " ")
}
