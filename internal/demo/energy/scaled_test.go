package energy

import (
	"slices"
	"testing"
	"time"
)

func TestScaled(t *testing.T) {
	t.Parallel()
	one, fifty := New(42), Scaled(42, 50)
	sites, variables := 0, 0
	for i, s := range fifty.Sites {
		if i > 0 && s.ID <= fifty.Sites[i-1].ID {
			t.Errorf("site %d follows %d", s.ID, fifty.Sites[i-1].ID)
		}
		if s.Account == 101 {
			sites++
		}
	}
	if s := fifty.Sites[len(fifty.Sites)-1]; s.Name != "Flats Les Tilleuls 50" || s.Latitude == fifty.Sites[11].Latitude {
		t.Errorf("the last site is %+v", s)
	}
	names := map[string]bool{}
	for i, s := range fifty.Sources {
		if i > 0 && s.ID <= fifty.Sources[i-1].ID || names[s.Serial] || s.EAN != "" && checkDigit(s.EAN) != 0 {
			t.Errorf("source %+v", s)
		}
		names[s.Serial] = true
	}
	for i, v := range fifty.Variables {
		if i > 0 && v.ID <= fifty.Variables[i-1].ID || v.ID >= 1<<31 {
			t.Errorf("variable %d follows %d", v.ID, fifty.Variables[i-1].ID)
		}
		if fifty.Sites[v.site].Account == 101 {
			variables++
		}
	}
	if sites != 600 || variables != 17_200 || len(fifty.Alarms) != len(one.Alarms) {
		t.Errorf("%d sites, %d variables and %d alarms, want 600, 17200 and %d", sites, variables, len(fifty.Alarms), len(one.Alarms))
	}
	from := utc(2026, 6, 10, 0, 0)
	original := collect(one, find(t, one, 8, "Electricity"), from, from.Add(3*time.Hour))
	v := find(t, fifty, 8, "Electricity")
	if !slices.Equal(original, collect(fifty, v, from, from.Add(3*time.Hour))) {
		t.Error("the original of a scaled world differs")
	}
	copied, _ := fifty.Variable(v.ID + 3*1_000_000)
	if copied.Name != v.Name || slices.Equal(original, collect(fifty, copied, from, from.Add(3*time.Hour))) {
		t.Errorf("the copy %+v has the original's values", copied)
	}
}
