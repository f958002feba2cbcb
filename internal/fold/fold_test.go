package fold_test

import (
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

func TestCompare(t *testing.T) {
	names := []string{"Zaventem", "école", "Ecole", "Étang", "eau", "Écluse"}
	slices.SortFunc(names, fold.Compare)
	if want := []string{"eau", "Écluse", "Ecole", "école", "Étang", "Zaventem"}; !slices.Equal(names, want) {
		t.Errorf("sorted %q, want %q", names, want)
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
