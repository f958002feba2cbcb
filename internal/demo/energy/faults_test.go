package energy

import (
	"testing"
	"time"
)

func TestGaps(t *testing.T) {
	t.Parallel()
	w := New(42)
	for _, tt := range []struct {
		name     string
		site     int
		variable string
		from, to time.Time
		want     int
	}{
		{"Gent, a day", 1, "Electricity", utc(2026, 2, 10, 23, 0), utc(2026, 2, 11, 23, 0), 0},
		{"Gent, the day after", 1, "Electricity", utc(2026, 2, 11, 23, 0), utc(2026, 2, 12, 23, 0), 96},
		{"Namur, third Monday", 9, "Water", utc(2026, 11, 16, 11, 0), utc(2026, 11, 16, 15, 0), 0},
		{"Namur, around the gap", 9, "Water", utc(2026, 11, 16, 10, 0), utc(2026, 11, 16, 17, 0), 2},
		{"Namur, second Monday", 9, "Water", utc(2026, 11, 9, 11, 0), utc(2026, 11, 9, 15, 0), 4},
		{"Namur, electricity goes on", 9, "Electricity", utc(2026, 11, 16, 11, 0), utc(2026, 11, 16, 15, 0), 16},
	} {
		if got := collect(w, find(t, w, tt.site, tt.variable), tt.from, tt.to); len(got) != tt.want {
			t.Errorf("%s: %d points, want %d", tt.name, len(got), tt.want)
		}
	}
}

func TestStuckMeter(t *testing.T) {
	t.Parallel()
	w := New(42)
	v := find(t, w, 8, "Gas")
	for _, p := range collect(w, v, utc(2025, 11, 3, 12, 0), utc(2025, 11, 7, 12, 0)) {
		inside := !p.Time.Before(utc(2025, 11, 4, 0, 0)) && p.Time.Before(utc(2025, 11, 7, 0, 0))
		if (p.Value == 41.3) != inside {
			t.Errorf("the gas meter says %v at %v", p.Value, p.Time)
		}
	}
}

func TestSpikes(t *testing.T) {
	t.Parallel()
	spikes := 0
	for _, p := range collect(New(42), find(t, New(42), 3, "Refrigeration case 3"), utc(2024, 11, 1, 0, 0), utc(2026, 11, 1, 0, 0)) {
		if p.Value > 100 {
			spikes++
		}
	}
	if spikes < 3 || spikes > 20 {
		t.Errorf("%d spikes in two years, want about ten", spikes)
	}
}

func TestMeterExchange(t *testing.T) {
	t.Parallel()
	w := New(42)
	points := collect(w, find(t, w, 12, "Electricity index"), utc(2026, 5, 18, 6, 45), utc(2026, 5, 18, 7, 30))
	if len(points) != 3 || points[0].Value < 48_000 || points[1].Value != 0 || points[2].Value > 50 {
		t.Errorf("the exchanged meter says %v, want back to 0 at 9:00", points)
	}
}

func TestRollOver(t *testing.T) {
	t.Parallel()
	w := New(42)
	falls, last := 0, 0.0
	for p := range w.Points(find(t, w, 2, "Gas index"), now.Add(-History), now, now) {
		if p.Value < last {
			falls++
			if last < 99_900 || p.Value > 100 {
				t.Errorf("the index falls from %v to %v at %v", last, p.Value, p.Time)
			}
		}
		if p.Value >= 100_000 {
			t.Fatalf("the index of five digits says %v", p.Value)
		}
		last = p.Value
	}
	if falls != 1 {
		t.Errorf("the index rolls over %d times in three years, want once", falls)
	}
}

// TestLeak lets the present move: the leak is always nine days old.
func TestLeak(t *testing.T) {
	t.Parallel()
	w := New(42)
	v := find(t, w, 9, "Water")
	night := utc(2026, 6, 10, 1, 0)
	for _, tt := range []struct {
		days int
		want bool
	}{{2, true}, {8, true}, {10, false}, {300, false}} {
		got, ok := w.Value(v, night, night.AddDate(0, 0, tt.days))
		if !ok || (got >= 0.42) != tt.want {
			t.Errorf("the night flow seen %d days later is %v, %v, want a leak: %v", tt.days, got, ok, tt.want)
		}
	}
}

func TestHeatingAfterHoliday(t *testing.T) {
	t.Parallel()
	w := New(42)
	v := find(t, w, 2, "Gas")
	after, _ := w.Value(v, utc(2026, 11, 12, 1, 30), now) // 2:30 on the night after Armistice Day
	normal, _ := w.Value(v, utc(2026, 11, 13, 1, 30), now)
	if after < normal+6 {
		t.Errorf("gas in the night after a holiday is %v m³, in a normal one %v", after, normal)
	}
}

func TestWrongUnit(t *testing.T) {
	t.Parallel()
	w := New(42)
	v := find(t, w, 10, "Battery charge")
	right, _ := w.Value(v, utc(2026, 9, 13, 11, 0), now)
	wrong, _ := w.Value(v, utc(2026, 9, 14, 11, 0), now)
	if wrong < 500*right {
		t.Errorf("charge is %v kWh on the 14th and %v on the 13th, want a factor of 1000", wrong, right)
	}
}

// TestLateBlock asks during the night in which Charleroi's gateway is offline.
func TestLateBlock(t *testing.T) {
	t.Parallel()
	w := New(42)
	v := find(t, w, 7, "Pumps")
	one, half := utc(2026, 9, 30, 23, 0), utc(2026, 10, 1, 2, 30) // 1:00 to 4:30 local time on 1 October
	count := func(clock time.Time) (n int) {
		for range w.Points(v, one, half, clock) {
			n++
		}
		return n
	}
	if before, after := count(utc(2026, 10, 1, 2, 39)), count(utc(2026, 10, 1, 2, 41)); before != 0 || after != 14 {
		t.Errorf("%d points are there at 4:39 and %d at 4:41, want 0 and 14", before, after)
	}
}

func TestClockDrift(t *testing.T) {
	t.Parallel()
	w := New(42)
	clock := utc(2026, 6, 10, 11, 59)
	var last time.Time
	for p := range w.Points(find(t, w, 4, driftingInverter), clock.Add(-time.Hour), clock.Add(time.Hour), clock) {
		last = p.Time
	}
	if want := utc(2026, 6, 10, 12, 5); !last.Equal(want) {
		t.Errorf("at %v the newest point of the drifting inverter is of %v, want %v", clock, last, want)
	}
}

// TestQualities sees each fault by what is known of its points.
func TestQualities(t *testing.T) {
	t.Parallel()
	w := New(42)
	for _, tt := range []struct {
		name     string
		site     int
		variable string
		at       time.Time
		want     Quality
	}{
		{"a good point", 8, "Electricity", utc(2026, 6, 10, 10, 0), Measured},
		{"a calculated one", 8, "Unmetered rest", utc(2026, 6, 10, 10, 0), Computed},
		{"Charleroi on the 1st", 7, "Pumps", utc(2026, 9, 30, 23, 30), Late},
		{"Charleroi on the 2nd", 7, "Pumps", utc(2026, 10, 1, 23, 30), Measured},
		{"the stuck meter", 8, "Gas", utc(2025, 11, 5, 10, 0), Doubtful},
		{"the leak", 9, "Water", utc(2026, 11, 18, 1, 0), Doubtful},
		{"the wrong unit", 10, "Battery charge", utc(2026, 9, 14, 11, 0), Doubtful},
		{"Mons on the 10th", 11, "IT load", utc(2026, 10, 10, 12, 15), Resent},
		{"Mons an hour later", 11, "IT load", utc(2026, 10, 10, 13, 15), Measured},
	} {
		points := collect(w, find(t, w, tt.site, tt.variable), tt.at, tt.at.Add(time.Minute))
		if len(points) != 1 || points[0].Quality != tt.want {
			t.Errorf("%s: %v, want quality %v", tt.name, points, tt.want)
		}
	}
}
