package energy

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"hash"
	"math"
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

var now = time.Date(2026, 11, 22, 12, 0, 0, 0, time.UTC)

func utc(y int, m time.Month, d, hour, min int) time.Time {
	return time.Date(y, m, d, hour, min, 0, 0, time.UTC)
}

func collect(w *World, v Variable, from, to time.Time) []Point {
	return slices.Collect(w.Points(v, from, to, now))
}

func sum(points []Point) (s float64) {
	for _, p := range points {
		s += p.Value
	}
	return s
}

// find returns the variable of a site by its name.
func find(t testing.TB, w *World, site int, name string) Variable {
	t.Helper()
	for _, v := range w.Variables {
		if v.number == site && v.Name == name {
			return v
		}
	}
	t.Fatalf("site %d has no variable %q", site, name)
	return Variable{}
}

func TestSameEverywhere(t *testing.T) {
	t.Parallel()
	a, b, other := New(42), New(42), New(43)
	from := utc(2026, 3, 28, 22, 0)
	differ := 0
	for i, v := range a.Variables {
		pa := collect(a, v, from, from.Add(26*time.Hour))
		if !slices.Equal(pa, collect(b, b.Variables[i], from, from.Add(26*time.Hour))) {
			t.Fatalf("%s differs between two worlds of one seed", v.Name)
		}
		if !slices.Equal(pa, collect(other, other.Variables[i], from, from.Add(26*time.Hour))) {
			differ++
		}
	}
	if differ < len(a.Variables)-20 { // limits, tests and the like do not depend on the seed
		t.Errorf("another seed changes %d of %d variables only", differ, len(a.Variables))
	}
}

// TestOrderOfAsking asks late before early, point by point and backward: a pure function does not notice.
func TestOrderOfAsking(t *testing.T) {
	t.Parallel()
	a, b := New(42), New(42)
	for i, v := range a.Variables {
		late, early := utc(2026, 9, 20, 10, 0), utc(2024, 2, 29, 10, 0)
		span := 3 * v.Step
		_ = collect(b, b.Variables[i], late, late.Add(span))
		want := collect(a, v, early, early.Add(span))
		if diff := cmp.Diff(want, collect(b, b.Variables[i], early, early.Add(span))); diff != "" {
			t.Fatalf("%s depends on what was asked before:\n%s", v.Name, diff)
		}
		for _, p := range want {
			if got, ok := b.Value(v, p.Time, now); !ok || got != p.Value {
				t.Errorf("Value(%s, %v) = %v, %v, want %v", v.Name, p.Time, got, ok, p.Value)
			}
		}
		backward := slices.Collect(a.Backward(v, early, early.Add(span), now))
		slices.Reverse(backward)
		if diff := cmp.Diff(want, backward); diff != "" {
			t.Fatalf("%s backward:\n%s", v.Name, diff)
		}
	}
}

func TestRange(t *testing.T) {
	t.Parallel()
	w := New(42)
	quarters, days := find(t, w, 8, "Electricity"), find(t, w, 12, "Flat 01 heat")
	noon := utc(2026, 6, 10, 12, 0)
	for _, tt := range []struct {
		name     string
		v        Variable
		from, to time.Time
		want     int
	}{
		{"an hour", quarters, noon, noon.Add(time.Hour), 4},
		{"end is excluded", quarters, noon, noon.Add(15 * time.Minute), 1},
		{"end just behind a point", quarters, noon, noon.Add(15*time.Minute + 1), 2},
		{"start between points", quarters, noon.Add(time.Nanosecond), noon.Add(time.Hour), 3},
		{"empty", quarters, noon, noon, 0},
		{"reversed", quarters, noon, noon.Add(-time.Hour), 0},
		{"before the history", quarters, now.Add(-History - 50*time.Hour), now.Add(-History), 0},
		{"a leap day", quarters, utc(2024, 2, 29, 0, 0), utc(2024, 3, 1, 0, 0), 96},
		{"two local midnights", days, utc(2026, 6, 9, 22, 0), utc(2026, 6, 11, 21, 59), 2},
		{"behind a midnight", days, utc(2026, 6, 9, 22, 1), utc(2026, 6, 10, 21, 0), 0},
		{"midnights over a clock change", days, utc(2026, 10, 24, 22, 0), utc(2026, 10, 26, 23, 0), 2},
	} {
		t.Run(tt.name, func(t *testing.T) {
			if got := collect(w, tt.v, tt.from, tt.to); len(got) != tt.want {
				t.Errorf("%d points, want %d: %v", len(got), tt.want, got)
			}
		})
	}
}

func TestNothingFromTheFuture(t *testing.T) {
	t.Parallel()
	w := New(42)
	for _, v := range w.Variables {
		ahead := time.Duration(0)
		if v.Name == driftingInverter {
			ahead = 7 * time.Minute
		}
		points := collect(w, v, now.Add(-50*time.Hour), now.Add(time.Hour))
		for _, p := range points {
			if p.Time.After(now.Add(ahead)) || p.Arrived.After(now) || math.IsNaN(p.Value) || math.IsInf(p.Value, 0) {
				t.Fatalf("%s: point %v", v.Name, p)
			}
			if late := p.Arrived.Sub(p.Time); late < 5*time.Second-ahead || v.Step < day24 && late > 40*time.Second {
				t.Fatalf("%s: point of %v arrived at %v", v.Name, p.Time, p.Arrived)
			}
		}
		last := points[len(points)-1].Time
		if v.Step < day24 && now.Sub(last) > v.Step+40*time.Second {
			t.Errorf("%s: the newest point is of %v, want it within a step of %v", v.Name, last, now)
		}
	}
}

// TestNeverEmpty looks at many clock values, so that no page of the demo is ever empty.
func TestNeverEmpty(t *testing.T) {
	t.Parallel()
	w := New(42)
	for i := range 40 {
		clock := utc(2026, 1, 2, 0, 7).Add(time.Duration(i) * (9*24*time.Hour + 37*time.Minute))
		for _, v := range w.Variables {
			span := 3 * v.Step
			if v.number == 1 || v.medium == water {
				continue // their gaps are planned
			}
			found := false
			for range w.Points(v, clock.Add(-span), clock, clock) {
				found = true
				break
			}
			if !found {
				t.Errorf("at %v %s of site %d has nothing in its last three steps", clock, v.Name, v.number)
			}
		}
	}
}

func TestLocalDaysAtClockChanges(t *testing.T) {
	t.Parallel()
	w := New(42)
	v := find(t, w, 8, "Electricity")
	for day, want := range map[int]int{20260329: 92, 20261025: 100, 20260610: 96} {
		from := time.Date(day/10000, time.Month(day/100%100), day%100, 0, 0, 0, 0, w.zone)
		points := collect(w, v, from, from.AddDate(0, 0, 1))
		if len(points) != want {
			t.Errorf("%d has %d quarter hours, want %d", day, len(points), want)
		}
		m := w.moment(v.site, from.Unix())
		for _, p := range points {
			m.move(p.Time.Unix())
			l := p.Time.In(w.zone)
			if clock := float64(l.Hour()) + float64(l.Minute())/60; m.hour != clock {
				t.Errorf("at %v models see hour %v, want %v", l, m.hour, clock)
			}
		}
	}
}

// TestGolden notices when the data change by accident: pages, tours and screenshots rely on them. It looks at each site, and at each kind
// of variable.
func TestGolden(t *testing.T) {
	t.Parallel()
	w := New(42)
	hashes := map[string]hash.Hash{}
	from := time.Date(2026, 6, 10, 0, 0, 0, 0, w.zone)
	for _, v := range w.Variables {
		kind := fmt.Sprintf("%s in %s each %v", QuantityTypes[v.QuantityType-1].Name, unitOf(v).Symbol, v.Step)
		for _, name := range []string{w.Sites[v.site].Name, kind} {
			if hashes[name] == nil {
				hashes[name] = sha256.New()
			}
			for _, p := range collect(w, v, from, from.AddDate(0, 0, 1)) {
				fmt.Fprintf(hashes[name], "%d %d %.4f %d\n", v.ID, p.Time.Unix(), p.Value, p.Quality)
			}
		}
	}
	got := map[string]string{}
	for name, h := range hashes {
		got[name] = hex.EncodeToString(h.Sum(nil)[:6])
	}
	if diff := cmp.Diff(golden, got); diff != "" {
		t.Errorf("hashes of 2026-06-10 (-want +got):\n%s", diff)
	}
}

func unitOf(v Variable) Unit {
	return Units[slices.IndexFunc(Units, func(u Unit) bool { return u.ID == v.Unit })]
}

func BenchmarkYearOfQuarterHours(b *testing.B) {
	w := New(42)
	for _, name := range []string{"Electricity", "Unmetered rest"} {
		v := find(b, w, 8, name)
		b.Run(name, func(b *testing.B) {
			for b.Loop() {
				n := 0
				for range w.Points(v, now.AddDate(-1, 0, 0), now, now) {
					n++
				}
				if n != 35_040 {
					b.Fatal(n)
				}
			}
		})
	}
}
