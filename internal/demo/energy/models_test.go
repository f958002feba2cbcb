package energy

import (
	"math"
	"testing"
	"time"
)

// year is one whole year of a variable.
func year(t *testing.T, w *World, site int, name string) []Point {
	t.Helper()
	return collect(w, find(t, w, site, name), utc(2025, 11, 1, 0, 0), utc(2026, 11, 1, 0, 0))
}

func extent(points []Point) (low, mean, high float64) {
	low, high = math.Inf(1), math.Inf(-1)
	for _, p := range points {
		low, high = min(low, p.Value), max(high, p.Value)
	}
	return low, sum(points) / float64(len(points)), high
}

// TestPlausible keeps what the models make within what such things do.
func TestPlausible(t *testing.T) {
	t.Parallel()
	w := New(42)
	for _, tt := range []struct {
		site                       int
		name                       string
		low, mean, spread, highest float64 // bounds: low ≤ values ≤ highest, mean ± spread
	}{
		{4, "Outdoor temperature", -18, 10.8, 1, 38},
		{12, "Outdoor temperature", -20, 9, 1, 36},
		{4, "Global irradiance", 0, 125, 25, 1150},
		{10, "Wind speed", 0, 6.5, 1.5, 35},
		{4, "Wind speed", 0, 4.8, 1.2, 28},
		{10, "Day-ahead price", -150, 85, 15, 320},
		{10, "Grid CO₂", 60, 180, 25, 260},
		{10, "State of charge", 10, 35, 15, 90},
		{10, "Turbine power", 0, 240, 100, 800},
		{5, "Total power", 0, 40, 20, 184},
		{11, "PUE", 1.19, 1.26, 0.04, 1.42},
		{4, "Self-consumption", 0, 35, 20, 100},
		{6, "Dock temperature", 5, 8, 2, 16},
		{6, "Freezer 2 temperature", -20, -18, 0.6, -16},
		{7, "Return temperature", 45, 52, 3, 64},
		{1, "Occupancy", 0, 95, 40, 450},
		{2, "Class 1 CO₂", 380, 560, 120, 1500},
		{9, "Basin temperature", 27.9, 28.2, 0.3, 28.6},
		{8, "Unmetered rest", 10, 13.5, 2, 25},
		{12, "Flat 01 heat", 0, 14, 12, 60},
		{12, "Flat 01 hot water", 20, 100, 60, 300},
	} {
		low, mean, high := extent(year(t, w, tt.site, tt.name))
		if low < tt.low || high > tt.highest || math.Abs(mean-tt.mean) > tt.spread {
			t.Errorf("%s of site %d: %.2f … %.2f … %.2f, want %v ≤ … %v ± %v … ≤ %v", tt.name, tt.site, low, mean, high, tt.low, tt.mean, tt.spread, tt.highest)
		}
	}
}

func TestNegativePrices(t *testing.T) {
	t.Parallel()
	n := 0
	for _, p := range year(t, New(42), 10, "Day-ahead price") {
		if p.Value < 0 {
			n++
		}
	}
	if n < 150 || n > 400 {
		t.Errorf("%d quarter hours of a year have a negative price, want about 250", n)
	}
}

// TestPartsAddUp compares main meters with what lies behind them.
func TestPartsAddUp(t *testing.T) {
	t.Parallel()
	w := New(42)
	from, to := utc(2026, 8, 3, 0, 0), utc(2026, 8, 10, 0, 0)
	of := func(site int, name string, factor float64) float64 {
		return factor * sum(collect(w, find(t, w, site, name), from, to))
	}
	all := func(site int, names ...string) (s float64) {
		for _, name := range names {
			s += of(site, name, 1)
		}
		return s
	}
	for _, tt := range []struct {
		name        string
		total, want float64
	}{
		{"Gent", of(1, "Electricity", 1), all(1, "HVAC", "Lighting", "Server room", "Lifts", "Sockets")},
		{"Brugge", of(8, "Electricity", 1), all(8, "Ventilation", "Cooling", "Imaging", "Kitchen", "Lighting", "Sterilisation", "Wards", "Unmetered rest")},
		{"Zaventem", of(4, "Production", 1), all(4, "Inverter 1", "Inverter 2", "Inverter 3", "Inverter 4", "Inverter 5", "Inverter 6") / 12},
		{"Antwerpen", of(3, "Electricity per m²", 2600), of(3, "Electricity", 1)},
		{"Charleroi", of(7, "Heat to network", 1000), of(7, "Boiler 1 power", 1.0/12) + of(7, "Boiler 2 power", 1.0/12) + of(7, "CHP electricity", 1.25/12)},
	} {
		if math.Abs(tt.total-tt.want) > 0.02*tt.want || tt.want == 0 {
			t.Errorf("%s: the total is %.1f, its parts are %.1f", tt.name, tt.total, tt.want)
		}
	}
	limit := 0.0
	for _, p := range year(t, w, 5, "Electricity") {
		limit = max(limit, p.Value)
	}
	if limit != gridLimit/4.0 {
		t.Errorf("the charging park takes at most %v kWh a quarter of an hour, want its balancing to hold it at %v", limit, gridLimit/4.0)
	}
}

func TestCounters(t *testing.T) {
	t.Parallel()
	w := New(42)
	from, to := utc(2026, 7, 1, 0, 0), utc(2026, 8, 1, 0, 0)
	for site, names := range map[int][2]string{8: {"Water index", "Water"}, 2: {"Gas index", "Gas"}, 12: {"Electricity index", "Electricity"}} {
		readings := collect(w, find(t, w, site, names[0]), from, to.Add(time.Minute))
		last := readings[0].Value
		for _, p := range readings {
			if p.Value < last {
				t.Errorf("%s falls from %v to %v at %v", names[0], last, p.Value, p.Time)
			}
			last = p.Value
		}
		used := sum(collect(w, find(t, w, site, names[1]), from, to))
		if got := last - readings[0].Value; math.Abs(got-used) > 0.5 {
			t.Errorf("%s grows by %v while the meter counts %v", names[0], got, used)
		}
	}
}

// TestHabits compares spans in which people do different things.
func TestHabits(t *testing.T) {
	t.Parallel()
	w := New(42)
	hours := func(site int, name string, y int, m time.Month, d, from, to int) float64 {
		day := time.Date(y, m, d, 0, 0, 0, 0, w.zone)
		return sum(collect(w, find(t, w, site, name), day.Add(time.Duration(from)*time.Hour), day.Add(time.Duration(to)*time.Hour)))
	}
	for _, tt := range []struct {
		name       string
		more, less float64
		atLeast    float64 // more ≥ atLeast × less
	}{
		{"offices rest on Sundays", hours(1, "Electricity", 2026, 6, 10, 9, 17), hours(1, "Electricity", 2026, 6, 14, 9, 17), 2},
		{"offices rest on the national day", hours(1, "Electricity", 2026, 7, 20, 9, 17), hours(1, "Electricity", 2026, 7, 21, 9, 17), 2},
		{"shops darken on Sundays", hours(3, "Lighting", 2026, 6, 13, 9, 17), hours(3, "Lighting", 2026, 6, 14, 9, 17), 10},
		{"bakers begin early", hours(3, "Bake-off", 2026, 6, 10, 6, 8), hours(3, "Bake-off", 2026, 6, 10, 14, 16), 10},
		{"schools end at noon on Wednesdays", hours(2, "Electricity", 2026, 6, 11, 13, 16), hours(2, "Electricity", 2026, 6, 10, 13, 16), 1.5},
		{"Flemish schools close in their Easter holidays", hours(2, "Lighting", 2026, 4, 22, 9, 12), hours(2, "Lighting", 2026, 4, 15, 9, 12), 3},
		{"the sun does not shine at night", hours(4, "Production", 2026, 6, 10, 9, 17), hours(4, "Production", 2026, 6, 10, 0, 3), 100},
		{"steam is made at half past five", hours(8, "Steam", 2026, 6, 10, 5, 7), hours(8, "Steam", 2026, 6, 10, 12, 14), 1.5},
		{"the generator runs on the first Tuesday", hours(8, "Emergency generator", 2026, 6, 2, 10, 11), hours(8, "Emergency generator", 2026, 6, 9, 10, 11) + 1, 1000},
		{"a tap runs in flat 17", hours(12, "Flat 17 water", 2026, 6, 10, 1, 4), hours(12, "Flat 16 water", 2026, 6, 10, 1, 4) + 1e-9, 2},
		{"flat 23 is empty", hours(12, "Flat 22 water", 2026, 6, 10, 0, 24), hours(12, "Flat 23 water", 2026, 6, 10, 0, 24), 10},
		{"a rack row moved", hours(11, "Row 3 power", 2026, 3, 15, 0, 24), hours(11, "Row 3 power", 2026, 3, 16, 0, 24), 1.4},
	} {
		if tt.more < tt.atLeast*tt.less {
			t.Errorf("%s: %.2f against %.2f", tt.name, tt.more, tt.less)
		}
	}
}
