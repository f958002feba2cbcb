package fold_test

import (
	"fmt"
	"slices"
	"testing"

	"portico/internal/fold"
)

func TestText(t *testing.T) {
	for text, want := range map[string]string{
		"": "", "Kouter 12": "kouter 12", "Liège": "liege", "Lie\u0300ge": "liege", "ÉCOLE FRANÇAISE": "ecole francaise", "Classe 1 CO₂ (m³)": "classe 1 co2 (m3)",
		"Straße Œuvre Łódź": "strasse oeuvre lodz", "Temp (℃) ㎾": "temp (°c) kw", "Αθήνα": "αθηνα", "\xff Gent": "\ufffd gent",
	} {
		if got := fold.Text(text); got != want {
			t.Errorf("%q becomes %q, want %q", text, got, want)
		}
	}
}

func TestSort(t *testing.T) {
	names := []string{"Zaventem", "école", "Ecole", "Étang", "eau", "Écluse"}
	fold.Sort(names, nil, func(s string) string { return s })
	if want := []string{"eau", "Écluse", "Ecole", "école", "Étang", "Zaventem"}; !slices.Equal(names, want) {
		t.Errorf("sorted %q, want %q", names, want)
	}
	type site struct {
		town, name string
		id         int
	}
	town, name := func(s site) string { return s.town }, func(s site) string { return s.name }
	sites := []site{{"Liège", "b", 3}, {"Gent", "Œuvre", 2}, {"Gent", "Œuvre", 1}, {"Gent", "é", 4}, {"gent", "a", 5}}
	fold.Sort(sites, func(a, b site) int { return a.id - b.id }, town, name)
	if want := []site{{"Gent", "é", 4}, {"Gent", "Œuvre", 1}, {"Gent", "Œuvre", 2}, {"gent", "a", 5}, {"Liège", "b", 3}}; !slices.Equal(sites, want) {
		t.Errorf("sorted %v, want %v", sites, want)
	}
	fold.Sort(sites, nil, func(site) string { return "" })
	if sites[0].id != 4 || sites[4].id != 3 {
		t.Errorf("without names the order changed: %v", sites)
	}
}

// BenchmarkSort sorts the names of 600 sites, every second one with an accent.
func BenchmarkSort(b *testing.B) {
	var names []string
	for i := range 600 {
		names = append(names, fmt.Sprint([]string{"Kouter ", "École "}[i%2], i*7919%600))
	}
	b.ReportAllocs()
	for b.Loop() {
		fold.Sort(slices.Clone(names), nil, func(s string) string { return s })
	}
}

func TestHas(t *testing.T) {
	for _, tt := range []struct {
		words string
		want  bool
	}{{"", true}, {"liege", true}, {"LIÈGE cold", true}, {"lié", true}, {"liege gent", false}} {
		if got := fold.Has("Cold store Liège", tt.words); got != tt.want {
			t.Errorf("%q: %t", tt.words, got)
		}
	}
}
