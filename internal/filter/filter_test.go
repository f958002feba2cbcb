package filter

import (
	"errors"
	"slices"
	"strings"
	"testing"
	"unicode"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
)

var fields = []Field{{Name: "name"}, {Name: "city", Also: []string{"town"}}, {Name: "status", Choices: []string{"alarm", "late", "silent"}}, {Name: "kwh", Number: true}}

func TestParse(t *testing.T) {
	for text, want := range map[string][]Term{
		"":                       nil,
		"cold  store":            {{Text: "cold", Values: []string{"cold"}}, {Text: "store", Values: []string{"store"}}},
		`"cold store" l'Ourthe`:  {{Text: `"cold store"`, Values: []string{"cold store"}}, {Text: "l'Ourthe", Values: []string{"l'Ourthe"}}},
		"city:Liège":             {{Text: "city:Liège", Field: "city", Op: Has, Values: []string{"Liège"}}},
		"TOWN = 'La Louvière' x": {{Text: "TOWN = 'La Louvière'", Field: "city", Op: Is, Values: []string{"La Louvière"}}, {Text: "x", Values: []string{"x"}}},
		"city:'s-Gravenhage":     {{Text: "city:'s-Gravenhage", Field: "city", Op: Has, Values: []string{"'s-Gravenhage"}}},
		`status:late,"silent"`:   {{Text: `status:late,"silent"`, Field: "status", Op: Is, Values: []string{"late", "silent"}}},
		"status=Alarm AND kwh>=1,5": {{Text: "status=Alarm AND", Field: "status", Op: Is, Values: []string{"Alarm"}},
			{Text: "kwh>=1,5", Field: "kwh", Op: AtLeast, Values: []string{"1,5"}}},
		"name !~ store name beginmet De": {{Text: "name !~ store", Field: "name", Op: HasNot, Values: []string{"store"}}, {Text: "name beginmet De", Field: "name", Op: Begins, Values: []string{"De"}}},
		"name like":                      {{Text: "name like", Field: "name", Op: Has, Problem: ErrValue}},
		"names like":                     {{Text: "names", Values: []string{"names"}}, {Text: "like", Values: []string{"like"}}},
		"12:30 a-b:c :x":                 {{Text: "12:30", Values: []string{"12:30"}}, {Text: "a-b:c", Values: []string{"a-b:c"}}, {Text: ":x", Values: []string{":x"}}},

		"ville:Liège":      {{Text: "ville:Liège", Field: "ville", Values: []string{"Liège"}, Problem: ErrField}},
		"status:late,red":  {{Text: "status:late,red", Field: "status", Op: Is, Values: []string{"late", "red"}, Problem: ErrChoice}},
		"status>late":      {{Text: "status>late", Field: "status", Op: More, Values: []string{"late"}, Problem: ErrOperator}},
		"city < B":         {{Text: "city < B", Field: "city", Op: Less, Values: []string{"B"}, Problem: ErrOperator}},
		"kwh!~5":           {{Text: "kwh!~5", Field: "kwh", Op: HasNot, Values: []string{"5"}, Problem: ErrOperator}},
		"kwh>much kwh>inf": {{Text: "kwh>much", Field: "kwh", Op: More, Values: []string{"much"}, Problem: ErrNumber}, {Text: "kwh>inf", Field: "kwh", Op: More, Values: []string{"inf"}, Problem: ErrNumber}},
		"city: ":           {{Text: "city:", Field: "city", Problem: ErrValue}},
		`a "cold store`:    {{Text: "a", Values: []string{"a"}}, {Text: `"cold store`, Values: []string{"cold store"}, Problem: ErrQuote}},
		`""`:               {{Text: `""`, Values: []string{""}, Problem: ErrValue}},
		"city:a OR city:b": {{Text: "city:a", Field: "city", Values: []string{"a"}}, {Text: "OR", Values: []string{"OR"}, Problem: ErrOr}, {Text: "city:b", Field: "city", Values: []string{"b"}}},
	} {
		got := Parse(text, fields)
		if diff := cmp.Diff(want, got, cmpopts.EquateErrors()); diff != "" {
			t.Errorf("Parse(%q) differs from what is wanted:\n%s", text, diff)
		}
	}
	many := Parse(strings.Repeat("x ", Most+2), nil)
	if len(many) != Most+2 || many[Most-1].Problem != nil || !errors.Is(many[Most].Problem, ErrTooMany) || len(Problems(many)) != 2 {
		t.Errorf("of %d terms %d are problems", len(many), len(Problems(many)))
	}
}

func TestFits(t *testing.T) {
	for _, tt := range []struct {
		term  string
		texts []string
		want  bool
	}{
		{"city:li", []string{"Liège"}, true}, {"city=li", []string{"Liège"}, false}, {"city=LIÈGE", []string{"Liège"}, true}, {"city=liege", []string{"Liège"}, true}, {"city<>liege", []string{"Liège"}, false}, {"city<>Liège", []string{"Liège"}, false}, {"city<>Gent", []string{"Liège"}, true},
		{"city!~iè", []string{"Liège"}, false}, {"city:Gent,Liège", []string{"Liège"}, true}, {"city<>Gent,Liège", []string{"Liège"}, false}, {"city startswith iè", []string{"Liège"}, false},
		{"city startswith li", []string{"Liège"}, true}, {"cold", []string{"Meuse", "Cold store"}, true}, {"warm", []string{"Meuse", "Cold store"}, false}, {"name!~cold", []string{"Meuse", "Cold store"}, false},
	} {
		if got := Parse(tt.term, fields)[0].Fits(tt.texts...); got != tt.want {
			t.Errorf("%s of %q: %t", tt.term, tt.texts, got)
		}
	}
	for term, want := range map[string][]bool{"kwh<2": {true, false, false}, "kwh<=2": {true, true, false}, "kwh>2": {false, false, true}, "kwh>=2,0": {false, true, true}, "kwh=2": {false, true, false}, "kwh:2": {false, true, false}, "kwh<>2": {true, false, true}} {
		for i, v := range []float64{1, 2, 3} {
			if got := Parse(term, fields)[0].FitsNumber(v); got != want[i] {
				t.Errorf("%s of %v: %t", term, v, got)
			}
		}
	}
}

// Whatever is typed, nothing of it is dropped: the terms hold all of it, and read the same when they are written again, as they are when one of several is taken out.
func FuzzParse(f *testing.F) {
	for _, text := range []string{"cold store", `city:"La Louvière",'s-Gravenhage status=late AND kwh > 1,5`, "name like x", `"open`, "ville:, OR ", "a\u00a0b:\u2003c", "kwh>=,", "\xff:\"„x“ «"} {
		f.Add(text)
	}
	f.Fuzz(func(t *testing.T, text string) {
		terms := Parse(text, fields)
		if got := solid(Join(terms)); got != solid(text) {
			t.Fatalf("Parse(%q) holds %q", text, got)
		}
		again := Parse(Join(terms), fields)
		if !slices.EqualFunc(terms, again, func(a, b Term) bool {
			return a.Text == b.Text && a.Field == b.Field && a.Op == b.Op && errors.Is(a.Problem, b.Problem)
		}) {
			t.Fatalf("Parse(%q) = %+v, then %+v", text, terms, again)
		}
		for _, term := range terms {
			if term.Problem == nil && (len(term.Values) == 0 || term.Field != "" && term.Field != strings.ToLower(term.Field)) {
				t.Fatalf("Parse(%q) understands %+v", text, term)
			}
			_ = term.Fits(text)
			_ = term.FitsNumber(1)
		}
	})
}

// solid is a text without its spaces.
func solid(text string) string {
	return strings.Map(func(r rune) rune {
		if unicode.IsSpace(r) {
			return -1
		}
		return r
	}, text)
}
