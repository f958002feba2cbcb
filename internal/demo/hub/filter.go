package hub

import (
	"regexp"
	"strconv"
	"strings"
)

// condition decides about one entity.
type condition func(object) bool

var words = regexp.MustCompile(`(?i)\s*(\(|\)|'(?:[^']|'')*'|<>|!=|>=|<=|!~|=|~|>|<|[^\s()=<>!~']+)`)

// parseFilter reads the platform's customFilter language: comparisons of a field with a value, AND, OR and parentheses. Free text without an operator looks for the name.
func parseFilter(text string) (condition, error) {
	if strings.TrimSpace(text) == "" {
		return func(object) bool { return true }, nil
	}
	p := &filterParser{}
	for _, m := range words.FindAllStringSubmatch(text, -1) {
		p.tokens = append(p.tokens, m[1])
	}
	if len(p.tokens) == 1 {
		wanted := strings.ToLower(strings.Trim(p.tokens[0], "'"))
		return func(o object) bool { return strings.Contains(strings.ToLower(textOf(o["name"])), wanted) }, nil
	}
	c, err := p.or()
	if err == nil && p.at < len(p.tokens) {
		err = bad("The filter has something left over at '%.40s'.", p.tokens[p.at])
	}
	return c, err
}

type filterParser struct {
	tokens []string
	at     int
}

func (p *filterParser) next() string {
	if p.at >= len(p.tokens) {
		return ""
	}
	p.at++
	return p.tokens[p.at-1]
}

func (p *filterParser) is(word string) bool {
	return p.at < len(p.tokens) && strings.EqualFold(p.tokens[p.at], word)
}

func (p *filterParser) or() (condition, error) {
	left, err := p.and()
	for err == nil && p.is("OR") {
		p.at++
		var right condition
		l := left
		if right, err = p.and(); err == nil {
			left = func(o object) bool { return l(o) || right(o) }
		}
	}
	return left, err
}

func (p *filterParser) and() (condition, error) {
	left, err := p.term()
	for err == nil && p.is("AND") {
		p.at++
		var right condition
		l := left
		if right, err = p.term(); err == nil {
			left = func(o object) bool { return l(o) && right(o) }
		}
	}
	return left, err
}

func (p *filterParser) term() (condition, error) {
	if p.is("(") {
		p.at++
		c, err := p.or()
		if err == nil && p.next() != ")" {
			err = bad("The filter lacks a closing parenthesis.")
		}
		return c, err
	}
	field, operator, value := strings.Trim(p.next(), "'"), strings.ToLower(p.next()), p.next()
	if value == "" {
		return nil, bad("The filter ends too early.")
	}
	value = strings.ReplaceAll(strings.Trim(value, "'"), "''", "'")
	test, ok := tests[operator]
	if !ok {
		return nil, bad("The filter does not know the operator '%.20s'.", operator)
	}
	return func(o object) bool {
		have, ok := member(o, field)
		return ok && test(have, value)
	}, nil
}

// member finds a field in any case: of the entity, or of its forms by their path or by the field's name alone.
func member(o object, field string) (string, bool) {
	for name, v := range o {
		if nested, ok := v.(object); ok {
			path := field
			if i := strings.IndexByte(field, '.'); i >= 0 && strings.EqualFold(field[:i], name) {
				path = field[i+1:]
			}
			if have, ok := member(nested, path); ok {
				return have, true
			}
			continue
		}
		if strings.EqualFold(name, field) {
			return textOf(v), true
		}
	}
	return "", false
}

func contains(have, want string) bool {
	return strings.Contains(strings.ToLower(have), strings.ToLower(want))
}

func prefix(have, want string) bool {
	return strings.HasPrefix(strings.ToLower(have), strings.ToLower(want))
}

// compare orders numbers as numbers and everything else as text without case.
func compare(a, b string) int {
	x, err1 := strconv.ParseFloat(a, 64)
	y, err2 := strconv.ParseFloat(b, 64)
	switch {
	case err1 == nil && err2 == nil && x < y:
		return -1
	case err1 == nil && err2 == nil && x > y:
		return 1
	case err1 == nil && err2 == nil:
		return 0
	}
	return strings.Compare(strings.ToLower(a), strings.ToLower(b))
}

// tests are the operators in the three languages of the platform.
var tests = map[string]func(have, want string) bool{
	"=": func(a, b string) bool { return compare(a, b) == 0 }, "<>": func(a, b string) bool { return compare(a, b) != 0 }, "!=": func(a, b string) bool { return compare(a, b) != 0 },
	">": func(a, b string) bool { return compare(a, b) > 0 }, ">=": func(a, b string) bool { return compare(a, b) >= 0 }, "<": func(a, b string) bool { return compare(a, b) < 0 }, "<=": func(a, b string) bool { return compare(a, b) <= 0 },
	"~": contains, "like": contains, "comme": contains, "zoals": contains, "!~": func(a, b string) bool { return !contains(a, b) },
	"startswith": prefix, "commencepar": prefix, "beginmet": prefix,
}
