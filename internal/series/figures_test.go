package series

import (
	"math"
	"math/rand/v2"
	"testing"
	"time"

	"portico/internal/datahub"
)

func TestDurationAndThreshold(t *testing.T) {
	t.Parallel()
	const gap = -1
	slots := readings(5, 1, gap, 9, 5, 2)
	curve := Duration(slots)
	want := []Held{{9, time.Hour}, {5, 2 * time.Hour}, {5, 3 * time.Hour}, {2, 4 * time.Hour}, {1, 5 * time.Hour}}
	for i := range want {
		if curve[i] != want[i] {
			t.Errorf("curve[%d] = %v, want %v", i, curve[i], want[i])
		}
	}
	if got := About(slots, 5); got != (Threshold{Above: 3 * time.Hour, Below: 2 * time.Hour, Falling: 2}) {
		t.Errorf("About(5) = %+v: the rise over the gap is not seen", got)
	}
}

func TestClassesHoldEveryValue(t *testing.T) {
	t.Parallel()
	rnd := rand.New(rand.NewPCG(9, 10))
	for range 300 {
		values, scale := make([]float64, 1+rnd.IntN(200)), math.Pow(10, float64(rnd.IntN(8)-3))
		for i := range values {
			values[i] = math.Abs(rnd.NormFloat64()) * scale
		}
		slots := readings(values...)
		h := Classes(slots, 30)
		total := 0
		for _, n := range h.Counts {
			total += n
		}
		s := Summarize(slots)
		if total != len(values) || len(h.Counts) > 30 || h.Low > s.Min || h.Low+h.Width*float64(len(h.Counts)) < s.Max*(1-1e-9) {
			t.Fatalf("%d of %d values in %d classes from %v to %v for %v to %v", total, len(values), len(h.Counts), h.Low, h.Low+h.Width*float64(len(h.Counts)), s.Min, s.Max)
		}
	}
	if h := Classes(readings(7, 7), 30); len(h.Counts) != 1 || h.Counts[0] != 2 {
		t.Errorf("two equal values: %+v", h)
	}
	if h := Classes(readings(-1), 30); len(h.Counts) != 0 {
		t.Errorf("no value: %+v", h)
	}
}

// Values with one decimal, as many of each, make classes of which none is empty and only the outer ones hold fewer.
func TestClassesOfValuesWithAStep(t *testing.T) {
	t.Parallel()
	for _, n := range []int{2, 3, 5, 9, 30, 47, 100, 263} {
		var values []float64
		for i := range n {
			values = append(values, float64(183+i)/10, float64(183+i)/10)
		}
		counts := Classes(readings(values...), 40).Counts
		for i, got := range counts {
			if inner := i > 0 && i < len(counts)-1; got == 0 || inner && got != counts[1] {
				t.Errorf("%d values a tenth apart: %v", n, counts)
				break
			}
		}
		if len(counts) > 40 || len(counts) < min(n, 8) {
			t.Errorf("%d values a tenth apart: %d classes", n, len(counts))
		}
	}
	if h := Classes(readings(0, 100, 100), 40); len(h.Counts) != 2 || h.Counts[0] != 1 || h.Counts[1] != 2 {
		t.Errorf("on and off: %+v", h)
	}
}

func TestByWeekday(t *testing.T) {
	t.Parallel()
	z := zone(t, "Europe/Brussels")
	r := Range{DayStart(2026, 10, 19, z), DayStart(2026, 11, 2, z), z} // two weeks with the doubled hour
	var points []datahub.DataPoint
	for at := r.From; at.Before(r.To); at = at.Add(time.Hour) {
		points = append(points, datahub.DataPoint{Time: at, Value: float64(at.In(z).Hour())})
	}
	p := ByWeekday(Fill(points, r, datahub.GranularityHour, 0, r.To), z)
	for d, hours := range p {
		for h, c := range hours {
			want := 2
			if d == 6 && h == 2 {
				want = 3
			}
			if c.Mean != float64(h) || c.Count != want {
				t.Errorf("day %d hour %d: %+v, want mean %d of %d", d, h, c, h, want)
			}
		}
	}
}

func TestByDayShowsTheDoubledHourTwice(t *testing.T) {
	t.Parallel()
	z := zone(t, "Europe/Brussels")
	r := Range{DayStart(2026, 10, 24, z), DayStart(2026, 10, 27, z), z}
	var points []datahub.DataPoint
	for at := r.From; at.Before(DayStart(2026, 10, 26, z)); at = at.Add(time.Hour) {
		points = append(points, datahub.DataPoint{Time: at, Value: at.Sub(r.From).Hours()})
	}
	points = append(points[:5], points[6:]...)
	g := ByDay(Fill(points, r, datahub.GranularityHour, 0, DayStart(2026, 10, 26, z)), r, time.Hour)
	if len(g.Days) != 3 || g.Rows != 24 || !g.Twice() || !math.IsNaN(g.A[5]) || !math.IsInf(g.A[48], 1) {
		t.Errorf("grid: %d days, twice %v, the gap %v, tomorrow %v", len(g.Days), g.Twice(), g.A[5], g.A[48])
	}
	if a, b := g.A[24+2], g.B[24+2]; a != 26 || b != 27 {
		t.Errorf("the doubled hour is %v and %v, want 26 and 27", a, b)
	}
	r = Range{DayStart(2026, 3, 29, z), DayStart(2026, 3, 30, z), z}
	g = ByDay(Fill(nil, r, datahub.GranularityHour, 0, r.To), r, time.Hour)
	if !math.IsInf(g.A[2], 1) || !math.IsNaN(g.A[1]) || !math.IsNaN(g.A[3]) {
		t.Errorf("the skipped hour is %v between %v and %v, want no hour between missing ones", g.A[2], g.A[1], g.A[3])
	}
}

func TestFitLine(t *testing.T) {
	t.Parallel()
	x, y := readings(1, 2, -1, 4, 5), readings(5, 7, 9, 11, -1)
	pairs := Pairs(x, y)
	f, ok := FitLine(pairs)
	if len(pairs) != 3 || !ok || math.Abs(f.B-2) > 0.2 || f.R2 < 0.9 {
		t.Errorf("%d pairs, %+v, %v", len(pairs), f, ok)
	}
	if _, ok := FitLine([]Pair{{X: 3, Y: 1}, {X: 3, Y: 2}, {X: 3, Y: 3}}); ok {
		t.Error("a line through one x was found")
	}
}

func TestFit(t *testing.T) {
	t.Parallel()
	days := func(n int) Range {
		return Range{time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC), time.Date(2026, 1, 1+n, 0, 0, 0, 0, time.UTC), time.UTC}
	}
	for _, c := range []struct {
		days, width int
		step        time.Duration
		want        datahub.Granularity
	}{
		{7, 800, 15 * time.Minute, datahub.GranularityRaw}, {31, 800, 15 * time.Minute, datahub.GranularityHour}, {31, 1600, 15 * time.Minute, datahub.GranularityRaw},
		{7, 300, 15 * time.Minute, datahub.GranularityHour}, {365, 800, 15 * time.Minute, datahub.GranularityDay}, {3650, 800, time.Hour, datahub.GranularityMonth},
		{3650, 800, 24 * time.Hour, datahub.GranularityMonth}, {365, 800, 24 * time.Hour, datahub.GranularityRaw}, {1, 800, time.Second, datahub.GranularityHour},
	} {
		if got := Fit(days(c.days), c.step, c.width); got != c.want {
			t.Errorf("Fit(%d days, %v, %d px) = %v, want %v", c.days, c.step, c.width, got, c.want)
		}
	}
}

func TestParseRef(t *testing.T) {
	t.Parallel()
	for in, want := range map[string]string{"4711": "4711", "4711!r": "4711!r", "4711~MWh": "4711~MWh", "4711@max": "4711@max", "4711*-1": "4711*-1", "7*-1@max~m³!r": "7!r~m³@max*-1", "7~°C": "7~°C"} {
		r, err := ParseRef(in)
		if err != nil || r.String() != want {
			t.Errorf("ParseRef(%s) = %s, %v, want %s", in, r, err, want)
		}
	}
	for _, in := range []string{"", "0", "04", "-1", "+1", "4711!", "4711!l", "4711!r!r", "4711~", "4711~kWh~MWh", "4711@", "4711@median", "4711@max@max", "4711*", "4711*2", "4711*-1*-1", "x", "9007199254740992", "1~\n", "1~<b>", "1~\xff", "1@MAX"} {
		if r, err := ParseRef(in); err == nil {
			t.Errorf("ParseRef(%q) = %+v, want an error", in, r)
		}
	}
}

func FuzzParseRef(f *testing.F) {
	f.Add("4711!r~MWh@max*-1")
	f.Fuzz(func(t *testing.T, s string) {
		r, err := ParseRef(s)
		if err != nil {
			return
		}
		if again, err := ParseRef(r.String()); err != nil || again != r || r.Variable <= 0 {
			t.Fatalf("ParseRef(%q) = %+v, written %q and read as %+v, %v", s, r, r.String(), again, err)
		}
	})
}
