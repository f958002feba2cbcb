package hub

import (
	"regexp"
	"slices"
	"strings"
)

// condition decides about one entity.
type condition func(object) bool

// siteMember is under which name filters find a source's site.
const siteMember = "site"

// token is one word, value or sign of a filter.
type token struct {
	text   string
	quoted bool
}

var tokens = regexp.MustCompile(`\s*(?:'((?:[^']|'')*)'|(<>|!=|>=|<=|!~|[(){}=~<>,.])|((?:[^\s(){}=~<>!,'.]|\.[0-9])+|!\w+))`)

// parseFilter reads the platform's customFilter language: comparisons of a field with a value, AND, OR and parentheses, and
// Site{…} for conditions on a source's site. Text without any operator looks for entities whose name contains it.
func parseFilter(text string) (condition, error) {
	text = strings.TrimSpace(text)
	if text == "" {
		return func(object) bool { return true }, nil
	}
	p := &filterParser{}
	end := 0
	for _, m := range tokens.FindAllStringSubmatchIndex(text, -1) {
		if m[0] != end {
			break
		}
		end = m[1]
		p.tokens = append(p.tokens, tokenAt(text, m))
	}
	if end != len(text) {
		return nil, invalid("customFilter", "The filter cannot be read from '%.40s' on.", text[end:])
	}
	if !slices.ContainsFunc(p.tokens, isOperator) {
		return nameContains(strings.Trim(text, "'")), nil
	}
	c, err := p.or()
	if err == nil && p.at < len(p.tokens) {
		err = invalid("customFilter", "The filter has something left over at '%.40s'.", p.tokens[p.at].text)
	}
	return c, err
}

func tokenAt(text string, m []int) token {
	if m[2] >= 0 {
		return token{strings.ReplaceAll(text[m[2]:m[3]], "''", "'"), true}
	}
	if m[4] >= 0 {
		return token{text[m[4]:m[5]], false}
	}
	return token{text[m[6]:m[7]], false}
}

func isOperator(t token) bool {
	if t.quoted {
		return false
	}
	word := strings.ToLower(t.text)
	return operators[word] != nil || strings.ContainsAny(word, "(){}") || word == "in" || word == "is"
}

func nameContains(part string) condition {
	return func(o object) bool { return contains(textOf(o["name"]), part) }
}

// filterParser walks over the tokens of a filter.
type filterParser struct {
	tokens []token
	at     int
}

// next takes the next token; an empty one that is not quoted is the end.
func (p *filterParser) next() token {
	if p.at >= len(p.tokens) {
		return token{}
	}
	p.at++
	return p.tokens[p.at-1]
}

// take takes the next token if it is this word or sign.
func (p *filterParser) take(word string) bool {
	if p.at < len(p.tokens) && !p.tokens[p.at].quoted && strings.EqualFold(p.tokens[p.at].text, word) {
		p.at++
		return true
	}
	return false
}

func (p *filterParser) or() (condition, error) {
	left, err := p.and()
	for err == nil && p.take("OR") {
		var right condition
		first := left
		right, err = p.and()
		left = func(o object) bool { return first(o) || right(o) }
	}
	return left, err
}

func (p *filterParser) and() (condition, error) {
	left, err := p.term()
	for err == nil && p.take("AND") {
		var right condition
		first := left
		right, err = p.term()
		left = func(o object) bool { return first(o) && right(o) }
	}
	return left, err
}

func (p *filterParser) term() (condition, error) {
	if p.take("(") {
		c, err := p.or()
		if err == nil && !p.take(")") {
			err = invalid("customFilter", "The filter lacks a closing parenthesis.")
		}
		return c, err
	}
	path, err := p.path()
	if err != nil {
		return nil, err
	}
	if len(path) == 1 && strings.EqualFold(path[0], siteMember) && p.take("{") {
		return p.ofSite()
	}
	return p.comparison(path)
}

// ofSite reads a condition on a source's site, up to the closing brace.
func (p *filterParser) ofSite() (condition, error) {
	c, err := p.or()
	if err == nil && !p.take("}") {
		err = invalid("customFilter", "The filter lacks a closing brace.")
	}
	if err != nil {
		return nil, err
	}
	return func(o object) bool {
		site, ok := o[siteMember].(object)
		return ok && c(site)
	}, nil
}

// path reads a field: a name, or form.group.field, with parts in quotes where they contain blanks.
func (p *filterParser) path() ([]string, error) {
	var path []string
	for {
		t := p.next()
		if t.text == "" || !t.quoted && strings.ContainsAny(t.text, "(){}=~<>!,.") {
			return nil, invalid("customFilter", "The filter lacks a field at '%.40s'.", t.text)
		}
		path = append(path, t.text)
		if !p.take(".") {
			return path, nil
		}
	}
}

func (p *filterParser) comparison(path []string) (condition, error) {
	switch {
	case p.take("is"):
		absent := !p.take("not")
		if !p.take("null") {
			return nil, invalid("customFilter", "The filter lacks 'null' after 'is'.")
		}
		return func(o object) bool { _, ok := field(o, path); return ok != absent }, nil
	case p.take("in"):
		return p.oneOf(path)
	}
	operator := p.next()
	test := operators[strings.ToLower(operator.text)]
	if test == nil || operator.quoted {
		return nil, invalid("customFilter", "The filter does not know the operator '%.20s'.", operator.text)
	}
	value, err := p.value()
	if err != nil {
		return nil, err
	}
	return func(o object) bool {
		have, ok := field(o, path)
		return ok && test(have, value)
	}, nil
}

// oneOf reads a list of values in parentheses.
func (p *filterParser) oneOf(path []string) (condition, error) {
	if !p.take("(") {
		return nil, invalid("customFilter", "The filter lacks a list after 'in'.")
	}
	var values []string
	for {
		v, err := p.value()
		if err != nil {
			return nil, err
		}
		values = append(values, v)
		if p.take(")") {
			break
		}
		if !p.take(",") {
			return nil, invalid("customFilter", "The filter lacks a closing parenthesis.")
		}
	}
	return func(o object) bool {
		have, ok := field(o, path)
		return ok && slices.ContainsFunc(values, func(v string) bool { return compare(have, v) == 0 })
	}, nil
}

func (p *filterParser) value() (string, error) {
	t := p.next()
	if !t.quoted && (t.text == "" || strings.ContainsAny(t.text, "(){}=~<>!,")) {
		return "", invalid("customFilter", "The filter lacks a value at '%.40s'.", t.text)
	}
	return t.text, nil
}
