package formula

import (
	"slices"
	"strings"
	"testing"
)

var inputs = Inputs{Variables: map[string]float64{"a": 8, "b": 2}, Constants: map[string]float64{"k": 10}, Forms: map[string]float64{"area": 4}}

// result is a script with a result of these values.
func result(values string) string {
	return "list(TimeSeries=data.frame(Dates=inputVariables$a$TimeSeries$Dates, Values=" + strings.NewReplacer("{", "inputVariables$", "}", "$TimeSeries$Values").Replace(values) + "))"
}

func TestValue(t *testing.T) {
	t.Parallel()
	for values, want := range map[string]float64{
		"{a}":                   8,
		"{a}-{b}-1":             5,
		"{a}/{b}/2":             2,
		"1 + 2 * {b}^3^0.5 - 1": 2 * 3.32199708548,
		"-{b}^2":                -4,
		"2^-1":                  0.5,
		"--{b}":                 2,
		"({a}+{b})*inputConstants$k / inputForms$area": 25,
		"pmax({a}, 3, {b}) + pmin({a},{b})":            10,
		"abs(-3)+sqrt(16)+exp(0)+log(1)":               8,
		"1e3 + 1.5E-1":                                 1000.15,
	} {
		s, err := Parse(result(values))
		if err != nil {
			t.Errorf("%s: %v", values, err)
			continue
		}
		if x, ok := s.Value(inputs); !ok || x-want > 1e-9 || want-x > 1e-9 {
			t.Errorf("%s = %v, %t, want %v", values, x, ok, want)
		}
	}
}

func TestAssignments(t *testing.T) {
	t.Parallel()
	s, err := Parse("\nrest = (inputVariables$b$TimeSeries$Values -\n 1)\ntwice <- 2*rest; twice <- twice+1\n" + result("twice*rest") + "\n")
	if err != nil {
		t.Fatal(err)
	}
	if x, ok := s.Value(inputs); !ok || x != 3 {
		t.Errorf("Value = %v, %t, want 3", x, ok)
	}
	if !slices.Equal(s.Variables(), []string{"a", "b"}) || s.Dates() != "a" {
		t.Errorf("it looks at %q and has the dates of %q", s.Variables(), s.Dates())
	}
}

// TestDoubling would not end if a name were computed where it stands.
func TestDoubling(t *testing.T) {
	t.Parallel()
	s, err := Parse("x <- 1\n" + strings.Repeat("x <- x+x\n", 60) + result("x"))
	if err != nil {
		t.Fatal(err)
	}
	if x, _ := s.Value(inputs); x != 1<<60 {
		t.Errorf("Value = %v, want 2^60", x)
	}
}

func TestNoValue(t *testing.T) {
	t.Parallel()
	for _, values := range []string{"{c}", "inputConstants$x", "inputForms$x", "{a}/0", "sqrt(-1)", "pmax({c}, 1)", "0*{c}"} {
		s, err := Parse(result(values))
		if err != nil {
			t.Fatal(err)
		}
		if x, ok := s.Value(inputs); ok {
			t.Errorf("%s = %v, want no value", values, x)
		}
	}
}

func TestParseRefuses(t *testing.T) {
	t.Parallel()
	good := result("1")
	for _, text := range []string{
		"", "list()", "x", "x <- 1", "x <- y\n" + good, good + good, good + "; 1", "x <- 1 2\n" + good, "system('rm')\n" + good, result("f(1)"), result("pmax()"), result("abs(1,2)"), result("(1"), result("1)"), result("inputVariables$a$Dates"),
		result("1 +"), result("a"), result("x$y"), result(strings.Repeat("(", 100) + "1" + strings.Repeat(")", 100)), result(strings.Repeat("-", 100) + "1"), strings.Replace(good, "inputVariables", "inputForms", 1),
		strings.Repeat(" ", maxLength) + good, "list(Errors=1)", "if (TRUE) " + good,
	} {
		if s, err := Parse(text); err == nil {
			t.Errorf("Parse(%.80q) = %+v, want an error", text, s)
		}
	}
}

func FuzzParse(f *testing.F) {
	f.Add(result("pmax(0, {a}-{b})^2/inputForms$area"))
	f.Add("x <- 1; y = x*2\n" + result("y"))
	f.Fuzz(func(t *testing.T, text string) {
		s, err := Parse(text)
		if err != nil {
			return
		}
		s.Value(inputs)
		if !slices.Contains(s.Variables(), s.Dates()) {
			t.Errorf("Parse(%q) has dates of %q and looks at %q", text, s.Dates(), s.Variables())
		}
	})
}
