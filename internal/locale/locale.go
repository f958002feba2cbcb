// Package locale speaks English, French, Dutch and German as they are written in Belgium: the portal's sentences, numbers, dates,
// durations and units. Clocks have 24 hours, weeks begin on Monday, days come before months.
package locale

import (
	"fmt"
	"strconv"
	"strings"
)

// Lang is a language of the portal.
type Lang string

// The languages, as in BCP 47.
const (
	English Lang = "en"
	French  Lang = "fr"
	Dutch   Lang = "nl"
	German  Lang = "de"
)

// Langs are all languages, the one for everybody else first.
func Langs() []Lang { return []Lang{English, French, Dutch, German} }

// Parse reads a language's code; false for anything else.
func Parse(code string) (Lang, bool) {
	switch l := Lang(code); l {
	case English, French, Dutch, German:
		return l, true
	}
	return English, false
}

// Key names a sentence of the catalogue, for example "layout.skip".
type Key string

// Locale writes for one language. The zero Locale is not valid: use [For] or [Match].
type Locale struct {
	lang Lang
	form *form
	iso  bool // dates as ISO 8601 has them
	own  bool // values keep the unit they came in
}

// For returns the locale of a language.
func For(l Lang) Locale {
	f, ok := forms[l]
	if !ok {
		l, f = English, forms[English]
	}
	return Locale{lang: l, form: f}
}

// OwnUnits returns l with values in the unit they came in, instead of a larger one.
func (l Locale) OwnUnits() Locale {
	l.own = true
	return l
}

// Styled returns l with dates and decimal signs as ISO has them, instead of the region's, and with values in the unit they came in, instead of a larger one.
func (l Locale) Styled(iso, ownUnits bool) Locale {
	l.iso, l.own = iso, ownUnits
	if iso {
		f := *l.form
		f.decimal, f.group = ".", thin
		l.form = &f
	}
	return l
}

// Match chooses a locale: preference if it is a language of the portal (somebody chose it), else the best of an Accept-Language
// header (RFC 9110, section 12.5.4), else English. Regions are ignored; at most 20 entries are read.
func Match(preference, acceptLanguage string) Locale {
	if l, ok := Parse(preference); ok {
		return For(l)
	}
	best, bestWeight := English, 0.0
	for i, item := range strings.SplitN(acceptLanguage, ",", 21) {
		tag, weight := weighted(item)
		primary, _, _ := strings.Cut(strings.ToLower(tag), "-")
		if l, ok := Parse(primary); ok && weight > bestWeight && i < 20 {
			best, bestWeight = l, weight
		}
	}
	return For(best)
}

// weighted splits "fr-BE;q=0.8"; a weight that cannot be read is 0.
func weighted(item string) (tag string, weight float64) {
	tag, q, found := strings.Cut(strings.TrimSpace(item), ";")
	if !found {
		return tag, 1
	}
	w, err := strconv.ParseFloat(strings.TrimPrefix(strings.TrimSpace(q), "q="), 64)
	if err != nil || !(w > 0) || w > 1 {
		return tag, 0
	}
	return strings.TrimSpace(tag), w
}

// Lang returns the language's code, for the lang attribute.
func (l Locale) Lang() string { return string(l.lang) }

// T returns a sentence. {0}, {1} … are replaced by args: whole numbers are formatted, texts are taken as they are. A sentence
// with two plural forms, separated by |, takes the form for args[0], which must then be an int. An unknown key is returned as
// it is: nothing is hidden, and the tests of the catalogue find it.
func (l Locale) T(key Key, args ...any) string {
	m, ok := catalogue[key]
	if !ok {
		return string(key)
	}
	text := m.in(l.lang)
	if one, other, plural := strings.Cut(text, "|"); plural {
		text = other
		if n, ok := first(args); ok && l.form.singular(n) {
			text = one
		}
	}
	if len(args) == 0 {
		return text
	}
	return l.fill(text, args)
}

func first(args []any) (int, bool) {
	if len(args) == 0 {
		return 0, false
	}
	n, ok := args[0].(int)
	return n, ok
}

func (l Locale) fill(text string, args []any) string {
	pairs := make([]string, 0, 2*len(args))
	for i, a := range args {
		value := ""
		switch a := a.(type) {
		case string:
			value = a
		case int:
			value = l.Int(a)
		default:
			value = fmt.Sprint(a)
		}
		pairs = append(pairs, "{"+strconv.Itoa(i)+"}", value)
	}
	return strings.NewReplacer(pairs...).Replace(text)
}
