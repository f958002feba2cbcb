package locale

import (
	"math"
	"slices"
	"testing"
)

func TestConvert(t *testing.T) {
	for _, c := range []struct {
		from, to string
		want     float64
	}{
		{"kWh", "MWh", 0.001}, {"MWh", "kWh", 1000}, {"GJ", "kWh", 1000 / 3.6}, {"kWh", "MJ", 3.6}, {"W", "kW", 0.001}, {"m³", "l", 1000}, {"l/s", "m³/h", 3.6}, {"bar", "hPa", 1000}, {"°C", "°C", 1}, {"", "", 1},
	} {
		if got, ok := Convert(c.from, c.to); !ok || math.Abs(got-c.want) > 1e-12*c.want {
			t.Errorf("Convert(%s, %s) = %v, %v, want %v", c.from, c.to, got, ok, c.want)
		}
	}
	for _, c := range [][2]string{{"kWh", "kW"}, {"°C", "K"}, {"kWh", ""}, {"", "kWh"}, {"kWh", "MWH"}} {
		if got, ok := Convert(c[0], c[1]); ok {
			t.Errorf("Convert(%s, %s) = %v: they do not measure the same", c[0], c[1], got)
		}
	}
}

// TestUnitsBelongToOneFamily makes sure that there is one way to convert, and that it leads back.
func TestUnitsBelongToOneFamily(t *testing.T) {
	seen := map[string]bool{}
	for _, family := range families {
		for _, u := range family {
			if seen[u.unit] || u.size <= 0 {
				t.Errorf("%s stands twice, or has no size", u.unit)
			}
			seen[u.unit] = true
			if list := Convertible(u.unit); len(list) != len(family) || !slices.Contains(list, u.unit) {
				t.Errorf("Convertible(%s) = %v", u.unit, list)
			}
			for _, other := range Convertible(u.unit) {
				a, _ := Convert(u.unit, other)
				if b, ok := Convert(other, u.unit); !ok || math.Abs(a*b-1) > 1e-12 {
					t.Errorf("%s to %s and back is %v", u.unit, other, a*b)
				}
			}
		}
	}
	if got := Convertible("°C"); got != nil {
		t.Errorf("Convertible(°C) = %v", got)
	}
}
