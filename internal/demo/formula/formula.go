// Package formula computes what scripts of calculated variables say, as far as they are arithmetic. The platform runs R; of R this is assignments, numbers, + - * / ^ and a few
// functions that work on each value by itself, and a result that is one list with a time series:
//
//	excess <- pmax(0, inputVariables$a$TimeSeries$Values - inputConstants$limit)
//	list(TimeSeries=data.frame(Dates=inputVariables$a$TimeSeries$Dates, Values=excess / inputForms$area))
//
// A script is computed for one date after the other: inputs that have no value at a date give no result there.
package formula

import (
	"errors"
	"fmt"
	"math"
	"strings"
)

// Script is a script that can be computed. It does not change and is safe for concurrent use.
type Script struct {
	dates     string // alias of the variable whose dates the result has
	variables []string
	assigned  []value // what the assignments compute, in their order
	values    value
}

// Inputs are the values of one date by their aliases. What is not there has no value.
type Inputs struct {
	Variables, Constants, Forms map[string]float64
	assigned                    []float64 // so far
}

// value computes a part of a script; NaN where there is no value.
type value func(Inputs) float64

// Bounds of a script, which strangers write.
const (
	maxLength = 20_000
	maxDepth  = 50
)

var errScript = errors.New("not arithmetic")

// Parse reads a script. It returns an error for everything that is not of the form above.
func Parse(text string) (*Script, error) {
	if len(text) > maxLength {
		return nil, fmt.Errorf("%w: longer than %d characters", errScript, maxLength)
	}
	tokens, err := split(text)
	if err != nil {
		return nil, err
	}
	p := &parser{tokens: tokens, names: map[string]value{}, used: map[string]bool{}}
	s, err := p.script()
	if err != nil {
		return nil, fmt.Errorf("%w: %w", errScript, err)
	}
	return s, nil
}

// Dates is the alias of the variable whose dates the result has.
func (s *Script) Dates() string { return s.dates }

// Variables are the aliases of the variables that the script looks at, Dates among them.
func (s *Script) Variables() []string { return s.variables }

// Value is the result at a date, and false when there is none.
func (s *Script) Value(in Inputs) (float64, bool) {
	in.assigned = make([]float64, 0, len(s.assigned))
	for _, v := range s.assigned {
		in.assigned = append(in.assigned, v(in))
	}
	x := s.values(in)
	return x, !math.IsNaN(x) && !math.IsInf(x, 0)
}

// functions work on each value by itself. The number of arguments is fixed, or any number from one on.
var functions = map[string]struct {
	arguments int // 0: any number
	of        func([]float64) float64
}{
	"pmax": {0, func(x []float64) float64 { return fold(x, math.Max) }},
	"pmin": {0, func(x []float64) float64 { return fold(x, math.Min) }},
	"abs":  {1, func(x []float64) float64 { return math.Abs(x[0]) }},
	"sqrt": {1, func(x []float64) float64 { return math.Sqrt(x[0]) }},
	"exp":  {1, func(x []float64) float64 { return math.Exp(x[0]) }},
	"log":  {1, func(x []float64) float64 { return math.Log(x[0]) }},
}

func fold(x []float64, f func(a, b float64) float64) float64 {
	result := x[0]
	for _, y := range x[1:] {
		result = f(result, y)
	}
	return result
}

// path is what a name with $ in it stands for.
func (p *parser) path(name string) (value, bool) {
	parts := strings.Split(name, "$")
	switch {
	case len(parts) == 4 && parts[0] == "inputVariables" && parts[2] == "TimeSeries" && parts[3] == "Values":
		p.used[parts[1]] = true
		return func(in Inputs) float64 { return of(in.Variables, parts[1]) }, true
	case len(parts) == 2 && parts[0] == "inputConstants":
		return func(in Inputs) float64 { return of(in.Constants, parts[1]) }, true
	case len(parts) == 2 && parts[0] == "inputForms":
		return func(in Inputs) float64 { return of(in.Forms, parts[1]) }, true
	}
	v, ok := p.names[name]
	return v, ok
}

func of(values map[string]float64, name string) float64 {
	if x, ok := values[name]; ok {
		return x
	}
	return math.NaN()
}
