package energy

import (
	"fmt"
	"math"
	"slices"
	"strings"
	"testing"
	"time"
)

// TestCatalogue compares the number of variables of each site, by step, with the plan.
func TestCatalogue(t *testing.T) {
	t.Parallel()
	w := New(42)
	want := map[int]string{
		1: "8×15m 2×1h 2×5m", 2: "4×15m 2×1h 6×5m", 3: "7×15m 2×1h 4×5m", 4: "4×15m 8×5m", 5: "26×15m 2×1m", 6: "4×15m 6×5m 3×1m",
		7: "5×15m 20×1h 8×5m", 8: "10×15m 4×1h 4×5m", 9: "6×15m 3×1h 4×5m", 10: "5×15m 4×5m", 11: "6×15m 4×5m 4×1m", 12: "6×15m 48×1h 96×24h",
	}
	planned, perYear := 0, 0
	for number, plan := range want {
		steps := map[time.Duration]int{}
		for _, v := range w.Variables {
			if v.number == number && v.medium != weather && v.Name != "Day-ahead price" && v.Name != "Grid CO₂" {
				steps[v.Step]++
			}
		}
		var parts []string
		for _, step := range []time.Duration{15 * time.Minute, time.Hour, 5 * time.Minute, time.Minute, 24 * time.Hour} {
			if n := steps[step]; n > 0 {
				parts = append(parts, fmt.Sprintf("%d×%s", n, strings.TrimSuffix(strings.TrimSuffix(step.String(), "0s"), "0m")))
			}
		}
		if got := strings.Join(parts, " "); got != plan {
			t.Errorf("site %d has %s variables, want %s", number, got, plan)
		}
	}
	for _, v := range w.Variables {
		if v.number <= 12 {
			planned++
			perYear += int(365 * 24 * time.Hour / v.Step)
		}
	}
	if planned != 344 || perYear != 14_515_320 {
		t.Errorf("account 101 has %d variables with %d points a year, want 344 with 14515320", planned, perYear)
	}
}

func TestEntities(t *testing.T) {
	t.Parallel()
	w := New(42)
	sources := map[int]Source{}
	for i, s := range w.Sources {
		if i > 0 && s.ID <= w.Sources[i-1].ID {
			t.Errorf("source %d follows %d", s.ID, w.Sources[i-1].ID)
		}
		if s.EAN != "" && (len(s.EAN) != 18 || checkDigit(s.EAN) != 0) || !strings.HasPrefix(s.Serial, "DEMO") {
			t.Errorf("source %d has EAN %q and serial number %q", s.ID, s.EAN, s.Serial)
		}
		sources[s.ID] = s
	}
	names := map[string]bool{}
	for i, v := range w.Variables {
		if i > 0 && v.ID <= w.Variables[i-1].ID {
			t.Errorf("variable %d follows %d", v.ID, w.Variables[i-1].ID)
		}
		if got, ok := w.Variable(v.ID); !ok || got.Name != v.Name || sources[v.Source].Site != w.Sites[v.site].ID {
			t.Errorf("Variable(%d) = %q, %v of source %d", v.ID, got.Name, ok, v.Source)
		}
		if !slices.ContainsFunc(Units, func(u Unit) bool { return u.ID == v.Unit }) ||
			!slices.ContainsFunc(VariableTypes, func(u VariableType) bool { return u.ID == v.Type }) {
			t.Errorf("%s has unit %d and type %d", v.Name, v.Unit, v.Type)
		}
		name := fmt.Sprintf("%d %s", v.number, v.Name)
		if names[name] {
			t.Errorf("the name of variable %q is used twice", name)
		}
		names[name] = true
	}
	if _, ok := w.Variable(1); ok {
		t.Error("Variable(1) exists")
	}
	for _, s := range w.Sites[:12] {
		if first := w.Variables[slices.IndexFunc(w.Variables, func(v Variable) bool { return v.number == s.Number })]; first.Name != "Electricity" || !first.Default {
			t.Errorf("the first variable of %s is %q, want its main meter", s.Name, first.Name)
		}
	}
}

// checkDigit is 0 when the last digit of a GS1 number is right.
func checkDigit(s string) int {
	sum := 0
	for i := range len(s) {
		weight := 1
		if i%2 == 1 {
			weight = 3
		}
		sum += weight * int(s[len(s)-1-i]-'0')
	}
	return sum % 10
}

func TestCalculated(t *testing.T) {
	t.Parallel()
	w := New(42)
	var found []string
	for _, v := range w.Variables {
		if v.Calculated == nil {
			continue
		}
		found = append(found, v.Name)
		if len(v.Calculated.Inputs) != len(v.inputs) || v.Calculated.Script == "" || (v.Mapping == "") != (v.Name == "PUE") {
			t.Errorf("%s: %+v from %q", v.Name, v.Calculated, v.inputs)
		}
		for _, in := range v.Calculated.Inputs {
			if in.Variable == 0 {
				t.Errorf("%s: an input of %q is not there", v.Name, v.inputs)
			}
		}
	}
	slices.Sort(found)
	want := []string{"CO₂ emission", "Degree-day corrected heat", "Electricity per m²", "PUE", "Self-consumption", "Unmetered rest"}
	if !slices.Equal(found, want) {
		t.Errorf("calculated variables are %q, want %q", found, want)
	}
}

// TestCalculatedValues computes calculated variables from their inputs, as their scripts say.
func TestCalculatedValues(t *testing.T) {
	t.Parallel()
	w := New(42)
	formulas := map[string]func(x []float64, v Variable) float64{
		"CO₂ emission":              func(x []float64, v Variable) float64 { return x[0] * x[1] / v.Calculated.Constants[0].Value },
		"Degree-day corrected heat": func(x []float64, _ Variable) float64 { return 1000 * x[0] * 6 / max(6, 16.5-x[1]) },
		"Electricity per m²":        func(x []float64, v Variable) float64 { return x[0] / w.Sites[v.site].Area },
		"PUE":                       func(x []float64, _ Variable) float64 { return (x[0] - x[1]) / x[2] },
		"Self-consumption":          func(x []float64, _ Variable) float64 { return 100 * (x[0] - x[1]) / x[0] },
		"Unmetered rest": func(x []float64, _ Variable) float64 {
			return x[0] - x[1] - x[2] - x[3] - x[4] - x[5] - x[6] - x[7]
		},
	}
	for _, v := range w.Variables {
		if v.Calculated == nil {
			continue
		}
		for hour := range 24 {
			at := utc(2026, 6, 10, hour, 15)
			var x []float64
			for _, in := range v.Calculated.Inputs {
				of, _ := w.Variable(in.Variable)
				value, _ := w.Value(of, at, now)
				x = append(x, value)
			}
			got, _ := w.Value(v, at, now)
			if want := formulas[v.Name](x, v); x[0] != 0 && math.Abs(got-want) > 0.006*math.Abs(want)+0.02 {
				t.Errorf("%s at %v = %v, its script says %v", v.Name, at, got, want)
			}
		}
	}
}

func TestQuantityTypes(t *testing.T) {
	t.Parallel()
	used := map[int]bool{}
	units := map[int]bool{}
	for _, v := range New(42).Variables {
		used[v.QuantityType], units[v.Unit] = true, true
	}
	for _, q := range QuantityTypes {
		if !used[q.ID] {
			t.Errorf("no variable is of quantity type %s", q.Name)
		}
	}
	for _, u := range []int{kilowattHour, megawattHour, gigajoule, wattHour, cubicMetre, litre} {
		if !units[u] {
			t.Errorf("no variable has unit %d", u)
		}
	}
}

func TestPublicHolidays(t *testing.T) {
	t.Parallel()
	for day, want := range map[int]bool{
		20260406: true, 20260514: true, 20260525: true, 20260721: true, 20261225: true, 20240401: true, 20250609: true, 20260101: true,
		20260407: false, 20261112: false, 20260405: false, 20261226: false,
	} {
		if got := holiday(date(day/10000, time.Month(day/100%100), day%100)); got != want {
			t.Errorf("holiday(%d) = %v, want %v", day, got, want)
		}
	}
}

func TestSchoolHolidays(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		day             int
		flemish, french bool
	}{
		{20251022, false, true}, {20251029, true, true}, {20251103, false, false}, {20261026, false, true}, {20261103, true, false},
		{20251222, true, true}, {20260102, true, true}, {20260105, false, false}, {20261221, true, true},
		{20260218, true, true}, {20260225, false, true}, {20260302, false, false},
		{20260408, true, false}, {20260417, true, false}, {20260420, false, false}, {20260428, false, true}, {20260508, false, true},
		{20250410, true, false}, {20260702, true, false}, {20260706, true, true}, {20260821, true, true}, {20260825, true, false}, {20260901, false, false},
	} {
		d := dayOf(date(tt.day/10000, time.Month(tt.day/100%100), tt.day%100))
		if d.flemish != tt.flemish || d.french != tt.french {
			t.Errorf("%d: Flemish schools closed %v, French ones %v, want %v, %v", tt.day, d.flemish, d.french, tt.flemish, tt.french)
		}
	}
}
