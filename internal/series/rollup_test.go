package series

import (
	"math"
	"math/rand/v2"
	"testing"
	"time"

	"portico/internal/datahub"
)

// course fills r with random values of a step, some of them missing.
func course(r Range, step time.Duration, rnd *rand.Rand) []Slot {
	var points []datahub.DataPoint
	for at := r.From; at.Before(r.To); at = at.Add(step) {
		if rnd.IntN(20) > 0 {
			points = append(points, datahub.DataPoint{Time: at, Value: math.Round(rnd.NormFloat64() * 1000)})
		}
	}
	return Fill(points, r, datahub.GranularityRaw, step, r.To)
}

// sums are the buckets as slots with what their slots add up to.
func sums(buckets []Bucket) []Slot {
	out := make([]Slot, len(buckets))
	for i, b := range buckets {
		out[i] = b.Slot
		out[i].Value = b.Sum
	}
	return out
}

// TestSumsSurviveEveryRollUp adds quarter hours up to hours, days, weeks and months, and those again, over months with a change of clocks: no value is lost, counted
// twice, or moved out of its local day, and what is missing is still known to be.
func TestSumsSurviveEveryRollUp(t *testing.T) {
	t.Parallel()
	rnd := rand.New(rand.NewPCG(1, 2))
	for _, name := range zones {
		z := zone(t, name)
		for _, month := range []time.Month{3, 4, 10, 11} {
			r := Range{DayStart(2026, month, 1, z), DayStart(2026, month+1, 1, z), z}
			raw := course(r, 15*time.Minute, rnd)
			want := Summarize(raw)
			for _, g := range []datahub.Granularity{datahub.GranularityHour, datahub.GranularityDay, datahub.GranularityWeek, datahub.GranularityMonth, datahub.GranularityYear} {
				buckets := RollUp(raw, r, g)
				count, expected := 0, 0
				for _, b := range buckets {
					count, expected = count+b.Count, expected+b.Expected
					for _, s := range raw {
						if !s.Missing && s.Value == b.Max && s.Start.Equal(b.MaxAt) && (s.Start.Before(b.Start) || !s.Start.Before(b.End)) {
							t.Fatalf("%s %v: the value of %v is in the bucket of %v", name, g, s.Start, b.Start)
						}
					}
				}
				if got := Summarize(sums(buckets)).Sum; got != want.Sum || count != want.Count || expected != want.Expected {
					t.Errorf("%s %v, month %d: sum %v of %d of %d, want %v of %d of %d", name, g, month, got, count, expected, want.Sum, want.Count, want.Expected)
				}
			}
			days := sums(RollUp(raw, r, datahub.GranularityDay))
			if got := Summarize(sums(RollUp(days, r, datahub.GranularityMonth))).Sum; got != want.Sum {
				t.Errorf("%s, month %d: days make %v, quarter hours %v", name, month, got, want.Sum)
			}
		}
	}
}

func TestAggregatesOfABucket(t *testing.T) {
	t.Parallel()
	r := Range{time.Date(2026, 6, 1, 0, 0, 0, 0, time.UTC), time.Date(2026, 6, 2, 0, 0, 0, 0, time.UTC), time.UTC}
	slots := Fill([]datahub.DataPoint{{Time: r.From, Value: 2}, {Time: r.From.Add(time.Hour), Value: 4}, {Time: r.From.Add(2 * time.Hour), Value: 9}}, r, datahub.GranularityHour, 0, r.To)
	b := RollUp(slots, r, datahub.GranularityDay)[0]
	if b.Sum != 15 || b.Min != 2 || b.Max != 9 || b.Count != 3 || math.Abs(b.Mean-5) > 1e-9 || math.Abs(b.StdDev-math.Sqrt(26.0/3)) > 1e-9 {
		t.Errorf("2, 4 and 9 make %+v", b.Summary)
	}
	if b := RollUp(nil, r, datahub.GranularityDay)[0]; !b.Missing || b.Future {
		t.Errorf("a day without slots = %+v, want missing", b)
	}
	if b := RollUp(Fill(nil, r, datahub.GranularityHour, 0, r.From), r, datahub.GranularityDay)[0]; !b.Missing || !b.Future {
		t.Errorf("a day to come = %+v, want missing and to come", b)
	}
}

// TestThinnedLinesHaveTheSamePixels compares what is kept with all values, column by column.
func TestThinnedLinesHaveTheSamePixels(t *testing.T) {
	t.Parallel()
	rnd := rand.New(rand.NewPCG(3, 4))
	z := zone(t, "Europe/Brussels")
	r := Range{DayStart(2026, 1, 1, z), DayStart(2027, 1, 1, z), z}
	raw := course(r, 15*time.Minute, rnd)
	for i := 4000; i < 6000; i++ { // three weeks of silence
		raw[i].Missing, raw[i].Value = true, 0
	}
	const columns = 800
	thin := Thin(raw, r, columns)
	values := 0
	for i, s := range thin {
		if !s.Missing {
			values++
		} else if i > 0 && thin[i-1].Missing {
			t.Fatalf("two gaps side by side at %v", s.Start)
		}
	}
	if values > perPixel*columns || values < 2*columns {
		t.Errorf("%d of %d values are left", values, len(raw))
	}
	a, b := Summarize(raw), Summarize(thin)
	if a.Min != b.Min || a.Max != b.Max || !a.MinAt.Equal(b.MinAt) || a.Last != b.Last {
		t.Errorf("kept: %v to %v, all: %v to %v", b.Min, b.Max, a.Min, a.Max)
	}
	neighbours := map[int64]bool{} // values with a gap before them
	for i := 1; i < len(raw); i++ {
		neighbours[raw[i].Start.Unix()] = raw[i-1].Missing && !raw[i].Missing
	}
	for i := 1; i < len(thin); i++ {
		if neighbours[thin[i].Start.Unix()] && !thin[i-1].Missing {
			t.Fatalf("the gap before %v is joined", thin[i].Start)
		}
	}
	if gaps := Gaps(thin); gaps[len(gaps)-1].To.After(r.To) || !has(gaps, raw[4000].Start, raw[5999].End) {
		t.Errorf("the long gap is lost: %v", gaps)
	}
	if short := Thin(raw[:perPixel*columns], r, columns); len(short) != perPixel*columns {
		t.Errorf("few values were thinned to %d", len(short))
	}
}

func has(gaps []Gap, from, to time.Time) bool {
	for _, g := range gaps {
		if !g.From.After(from) && !g.To.Before(to) {
			return true
		}
	}
	return false
}

func BenchmarkThin(b *testing.B) {
	z, _ := time.LoadLocation("Europe/Brussels")
	r := Range{DayStart(2026, 1, 1, z), DayStart(2027, 1, 1, z), z}
	raw := course(r, 10*time.Minute, rand.New(rand.NewPCG(5, 6)))
	for b.Loop() {
		Thin(raw, r, 800)
	}
}
