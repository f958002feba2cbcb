package formula

import (
	"fmt"
	"maps"
	"math"
	"regexp"
	"slices"
	"strconv"
	"strings"
)

// words of a script: names with $ between them, numbers, the arrow, and signs. Ends of lines count outside of parentheses.
var words = regexp.MustCompile(`^(?:[A-Za-z.][A-Za-z0-9._]*(?:\$[A-Za-z0-9._]+)*|[0-9]+(?:\.[0-9]*)?(?:[eE][+-]?[0-9]+)?|<-|[-+*/^(),=;\n])`)

func split(text string) ([]string, error) {
	var tokens []string
	depth := 0
	for text = strings.TrimLeft(text, " \t\r"); text != ""; text = strings.TrimLeft(text, " \t\r") {
		word := words.FindString(text)
		if word == "" {
			return nil, fmt.Errorf("%w: %.20q", errScript, text)
		}
		text = text[len(word):]
		switch {
		case word == "(":
			depth++
		case word == ")":
			depth--
		case word == "\n" && depth > 0:
			continue
		case word == "\n":
			word = ";"
		}
		tokens = append(tokens, word)
	}
	return tokens, nil
}

// parser reads a script from its words.
type parser struct {
	tokens []string
	depth  int
	steps  []value          // what the assignments compute
	names  map[string]value // what a name stands for
	used   map[string]bool  // aliases of variables
}

func (p *parser) peek() string {
	if len(p.tokens) == 0 {
		return ""
	}
	return p.tokens[0]
}

func (p *parser) next() string {
	word := p.peek()
	p.tokens = p.tokens[min(1, len(p.tokens)):]
	return word
}

// take reads words that must be there.
func (p *parser) take(expected ...string) error {
	for _, want := range expected {
		if got := p.next(); got != want {
			return fmt.Errorf("%q where %q is expected", got, want)
		}
	}
	return nil
}

// script reads assignments and the result.
func (p *parser) script() (*Script, error) {
	for {
		switch word := p.next(); {
		case word == ";":
		case word == "list":
			return p.result()
		case !isName(word):
			return nil, fmt.Errorf("%q where a name is expected", word)
		default:
			if err := p.assignment(word); err != nil {
				return nil, err
			}
		}
	}
}

func isName(word string) bool {
	return word != "" && !strings.Contains(word, "$") && (word[0] == '.' || word[0] >= 'A' && word[0] <= 'Z' || word[0] >= 'a' && word[0] <= 'z')
}

func (p *parser) assignment(name string) error {
	if sign := p.next(); sign != "<-" && sign != "=" {
		return fmt.Errorf("%q behind %s", sign, name)
	}
	v, err := p.sum()
	if err != nil {
		return err
	}
	n := len(p.steps)
	p.steps, p.names[name] = append(p.steps, v), func(in Inputs) float64 { return in.assigned[n] }
	if end := p.peek(); end != ";" && end != "" {
		return fmt.Errorf("%q behind an assignment", end)
	}
	return nil
}

func (p *parser) result() (*Script, error) {
	if err := p.take("(", "TimeSeries", "=", "data.frame", "(", "Dates", "="); err != nil {
		return nil, err
	}
	dates := strings.Split(p.next(), "$")
	if len(dates) != 4 || dates[0] != "inputVariables" || dates[2] != "TimeSeries" || dates[3] != "Dates" {
		return nil, fmt.Errorf("dates are those of a variable")
	}
	if err := p.take(",", "Values", "="); err != nil {
		return nil, err
	}
	v, err := p.sum()
	if err != nil {
		return nil, err
	}
	if err := p.take(")", ")"); err != nil {
		return nil, err
	}
	for p.peek() == ";" {
		p.next()
	}
	if p.peek() != "" {
		return nil, fmt.Errorf("%q behind the result", p.peek())
	}
	p.used[dates[1]] = true
	return &Script{dates: dates[1], variables: slices.Sorted(maps.Keys(p.used)), assigned: p.steps, values: v}, nil
}

// sum reads what + and - join.
func (p *parser) sum() (value, error) {
	return p.chain(p.product, map[string]func(a, b float64) float64{"+": func(a, b float64) float64 { return a + b }, "-": func(a, b float64) float64 { return a - b }})
}

func (p *parser) product() (value, error) {
	return p.chain(p.signed, map[string]func(a, b float64) float64{"*": func(a, b float64) float64 { return a * b }, "/": func(a, b float64) float64 { return a / b }})
}

// chain reads parts that signs of one rank join, from left to right.
func (p *parser) chain(part func() (value, error), signs map[string]func(a, b float64) float64) (value, error) {
	left, err := part()
	for err == nil && signs[p.peek()] != nil {
		a, join := left, signs[p.next()]
		var b value
		b, err = part()
		left = func(in Inputs) float64 { return join(a(in), b(in)) }
	}
	return left, err
}

// signed reads a power with signs before it. R binds powers first: -2^2 is -4.
func (p *parser) signed() (value, error) {
	if p.depth++; p.depth > maxDepth {
		return nil, fmt.Errorf("deeper than %d", maxDepth)
	}
	defer func() { p.depth-- }()
	switch p.peek() {
	case "-":
		p.next()
		v, err := p.signed()
		return func(in Inputs) float64 { return -v(in) }, err
	case "+":
		p.next()
		return p.signed()
	}
	return p.power()
}

// power reads a^b, which binds from right to left.
func (p *parser) power() (value, error) {
	base, err := p.operand()
	if err != nil || p.peek() != "^" {
		return base, err
	}
	p.next()
	exponent, err := p.signed()
	return func(in Inputs) float64 { return math.Pow(base(in), exponent(in)) }, err
}

func (p *parser) operand() (value, error) {
	word := p.next()
	if word == "(" {
		v, err := p.sum()
		if err == nil {
			err = p.take(")")
		}
		return v, err
	}
	if x, err := strconv.ParseFloat(word, 64); err == nil && word[0] >= '0' && word[0] <= '9' {
		return func(Inputs) float64 { return x }, nil
	}
	if f, ok := functions[word]; ok && p.peek() == "(" {
		arguments, err := p.arguments()
		if err == nil && f.arguments > 0 && len(arguments) != f.arguments {
			err = fmt.Errorf("%s has %d arguments", word, len(arguments))
		}
		return applied(f.of, arguments), err
	}
	v, ok := p.path(word)
	if !ok {
		return nil, fmt.Errorf("%q has no value", word)
	}
	return v, nil
}

// arguments reads what stands in the parentheses of a function, at least one.
func (p *parser) arguments() ([]value, error) {
	p.next()
	var list []value
	for {
		v, err := p.sum()
		if err != nil {
			return nil, err
		}
		list = append(list, v)
		switch end := p.next(); end {
		case ",":
		case ")":
			return list, nil
		default:
			return nil, fmt.Errorf("%q in a list of arguments", end)
		}
	}
}

func applied(f func([]float64) float64, arguments []value) value {
	return func(in Inputs) float64 {
		x := make([]float64, len(arguments))
		for i, a := range arguments {
			x[i] = a(in)
		}
		return f(x)
	}
}
