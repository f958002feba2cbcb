package filter

import (
	"strings"
	"unicode"
	"unicode/utf8"
)

// Parse reads all terms of text, for a list that has fields.
func Parse(text string, fields []Field) []Term {
	p := parser{rest: text, fields: fields}
	var terms []Term
	for p.skip(); p.rest != ""; p.skip() {
		before := p.rest
		t := p.term()
		t.Text = strings.TrimSpace(before[:len(before)-len(p.rest)])
		switch n := len(terms); {
		case t.Text == "AND" && n > 0 && !terms[n-1].Words():
			terms[n-1].Text += " AND" // all terms must hold in any case
			continue
		case t.Text == "OR":
			t.Problem = ErrOr
		case n >= Most:
			t.Problem = ErrTooMany
		}
		terms = append(terms, t)
	}
	return terms
}

// parser walks over a text.
type parser struct {
	rest   string
	fields []Field
}

func (p *parser) skip() { p.rest = strings.TrimLeftFunc(p.rest, unicode.IsSpace) }

// term reads a comparison or a word.
func (p *parser) term() Term {
	if name, op, ok := p.comparison(); ok {
		return p.compared(Term{Field: strings.ToLower(name), Op: op})
	}
	word, closed := p.word()
	t := Term{Values: []string{word}}
	switch {
	case !closed:
		t.Problem = ErrQuote
	case word == "":
		t.Problem = ErrValue
	}
	return t
}

// compared reads what a field is compared with. Spaces before it are let pass where there is such a field.
func (p *parser) compared(t Term) Term {
	f, known := named(p.fields, t.Field)
	if known {
		p.skip()
		t.Field = f.Name
	}
	values, closed := p.values()
	if t.Values = values; f.Number && len(values) > 1 {
		t.Values = []string{strings.Join(values, ",")} // a comma in a number
	}
	if whole, ok := map[Op]Op{Has: Is, HasNot: IsNot}[t.Op]; ok && f.Choices != nil {
		t.Op = whole
	}
	switch {
	case !closed:
		t.Problem = ErrQuote
	case !known:
		t.Problem = ErrField
	default:
		t.Problem = f.judge(t)
	}
	return t
}

// comparison reads a name and an operator, or nothing. Between the two there may be spaces where the name is that of a field: elsewhere they are words.
func (p *parser) comparison() (name string, op Op, ok bool) {
	end := strings.IndexFunc(p.rest, func(r rune) bool { return !unicode.IsLetter(r) })
	if end <= 0 {
		return "", 0, false
	}
	name, behind := p.rest[:end], p.rest[end:]
	if op, rest, ok := operator(behind); ok {
		p.rest = rest
		return name, op, true
	}
	if apart := strings.TrimLeftFunc(behind, unicode.IsSpace); len(apart) < len(behind) && p.knows(name) {
		op, rest, ok := operator(apart)
		if !ok {
			op, rest, ok = wordOperator(apart)
		}
		if ok {
			p.rest = rest
			return name, op, true
		}
	}
	return "", 0, false
}

func (p *parser) knows(name string) bool {
	_, known := named(p.fields, strings.ToLower(name))
	return known
}

func operator(text string) (Op, string, bool) {
	for _, s := range signs {
		if rest, ok := strings.CutPrefix(text, s.text); ok {
			return s.op, rest, true
		}
	}
	return 0, text, false
}

func wordOperator(text string) (Op, string, bool) {
	end := strings.IndexFunc(text, unicode.IsSpace)
	if end < 0 {
		end = len(text)
	}
	op, ok := words[strings.ToLower(text[:end])]
	return op, text[end:], ok
}

// values reads texts with commas between them; false when a quotation mark is open.
func (p *parser) values() (values []string, closed bool) {
	for closed = true; ; p.rest = p.rest[1:] {
		value, ok := p.value()
		closed = closed && ok
		if value != "" {
			values = append(values, value)
		}
		if !strings.HasPrefix(p.rest, ",") {
			return values, closed
		}
	}
}

// value reads one value, up to a space or a comma, which it has where it is quoted.
func (p *parser) value() (string, bool) {
	if rest, ok := strings.CutPrefix(p.rest, "'"); ok {
		if end := closing(rest); end >= 0 {
			p.rest = rest[end+1:]
			return rest[:end], true
		}
	}
	return p.read(func(r rune) bool { return unicode.IsSpace(r) || r == ',' })
}

// closing is where a text in single quotation marks ends: names have such marks inside, and at their beginning.
func closing(text string) int {
	for i := range text {
		if text[i] != '\'' {
			continue
		}
		if next, size := utf8.DecodeRuneInString(text[i+1:]); size == 0 || next == ',' || unicode.IsSpace(next) {
			return i
		}
	}
	return -1
}

func (p *parser) word() (string, bool) { return p.read(unicode.IsSpace) }

// read reads up to a rune that ends it and does not stand between quotation marks, which are left out; false when one of them is open.
func (p *parser) read(ends func(rune) bool) (string, bool) {
	var b strings.Builder
	quoted := false
	for i, r := range p.rest {
		switch {
		case strings.ContainsRune(`"“”„«»`, r):
			quoted = !quoted
		case !quoted && ends(r):
			p.rest = p.rest[i:]
			return b.String(), true
		default:
			b.WriteRune(r)
		}
	}
	p.rest = ""
	return b.String(), !quoted
}
