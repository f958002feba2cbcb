package series

import (
	"math"
	"testing"
	"time"
)

// quarters are slots of a quarter of an hour with the values that f says; NaN is missing.
func quarters(n int, f func(i int) float64) []Slot {
	start := time.Date(2026, 11, 2, 0, 0, 0, 0, time.UTC)
	slots := make([]Slot, n)
	for i := range slots {
		v := f(i)
		slots[i] = Slot{Start: start.Add(time.Duration(i) * 15 * time.Minute), End: start.Add(time.Duration(i+1) * 15 * time.Minute), Value: v, Missing: math.IsNaN(v)}
		if slots[i].Missing {
			slots[i].Value = 0
		}
	}
	return slots
}

func TestSpikesAreFewAndFarOut(t *testing.T) {
	t.Parallel()
	day := func(i int) float64 { return 5 + 3*math.Sin(float64(i)/96*2*math.Pi) }
	with := func(v float64, at ...int) func(int) float64 {
		return func(i int) float64 {
			for _, a := range at {
				if a == i {
					return v
				}
			}
			return day(i)
		}
	}
	for name, tt := range map[string]struct {
		slots []Slot
		want  int
	}{
		"an ordinary week":           {quarters(672, day), 0},
		"one quarter of an hour":     {quarters(672, with(105, 300)), 1},
		"downwards":                  {quarters(672, with(-200, 300)), 1},
		"two of a year":              {quarters(35040, with(105, 300, 20000)), 2},
		"high, but not far out":      {quarters(672, with(12, 300)), 0},
		"a pump that runs at times":  {quarters(672, func(i int) float64 { return float64(i / 20 % 2 * 40) }), 0},
		"a test once in a while":     {quarters(672, func(i int) float64 { return map[bool]float64{true: 90}[i == 300] }), 0},
		"a unit that changed":        {quarters(672, func(i int) float64 { return day(i) * map[bool]float64{true: 1000, false: 1}[i >= 200 && i < 392] }), 0},
		"too few to tell":            {quarters(10, with(500, 5)), 0},
		"one beside a gap":           {quarters(672, func(i int) float64 { return map[int]float64{300: math.NaN(), 301: 500}[i] + day(i) }), 1},
		"a temperature below zero":   {quarters(672, func(i int) float64 { return -20 + day(i)/10 }), 0},
		"a constant with a spike":    {quarters(672, func(i int) float64 { return map[bool]float64{true: 900, false: 7}[i == 9] }), 0},
		"nothing but missing values": {quarters(672, func(int) float64 { return math.NaN() }), 0},
	} {
		MarkSpikes(tt.slots)
		if got := Spikes(tt.slots); len(got) != tt.want {
			t.Errorf("%s: %d spikes, want %d: %v", name, len(got), tt.want, got[:min(len(got), 3)])
		}
	}
}

func TestStillKnowsStuckFromQuiet(t *testing.T) {
	t.Parallel()
	stuck := func(from, to int, v float64) func(int) float64 {
		return func(i int) float64 {
			if i >= from && i < to {
				return v
			}
			return float64(i)
		}
	}
	for name, tt := range map[string]struct {
		slots []Slot
		want  []time.Duration
	}{
		"three days":      {quarters(672, stuck(100, 100+288, 41.3)), []time.Duration{72 * time.Hour}},
		"a weekend":       {quarters(672, stuck(100, 292, 41.3)), nil},
		"nothing is used": {quarters(672, stuck(100, 500, 0)), nil},
		"with a gap":      {quarters(672, func(i int) float64 { return map[int]float64{200: math.NaN()}[i] + 7 }), []time.Duration{117*time.Hour + 45*time.Minute}},
		"twice":           {quarters(672, func(i int) float64 { return float64(1 + i/336) }), []time.Duration{84 * time.Hour, 84 * time.Hour}},
		"a week's value":  {weeks(41.3, 41.4, 40.9), nil},
		"two weeks' same": {weeks(41.3, 40.9, 40.9), []time.Duration{336 * time.Hour}},
	} {
		got := Still(tt.slots, 72*time.Hour)
		if len(got) != len(tt.want) {
			t.Errorf("%s: %v, want %v", name, got, tt.want)
			continue
		}
		for i, run := range got {
			if d := run.To.Sub(run.From); d != tt.want[i] {
				t.Errorf("%s: %v, want %v", name, d, tt.want[i])
			}
		}
	}
}

// weeks are values of one week each.
func weeks(values ...float64) []Slot {
	slots := make([]Slot, len(values))
	for i, v := range values {
		start := time.Date(2026, 3, 2+7*i, 0, 0, 0, 0, time.UTC)
		slots[i] = Slot{Start: start, End: start.AddDate(0, 0, 7), Value: v}
	}
	return slots
}

func TestLateAndLeftOut(t *testing.T) {
	t.Parallel()
	slots := quarters(8, func(i int) float64 { return map[int]float64{3: math.NaN()}[i] + 1 })
	slots[4].State = Estimated
	MarkLate(slots, []Gap{{slots[2].Start, slots[5].Start}})
	if slots[1].State != Measured || slots[2].State != Late || slots[3].State != Measured || slots[4].State != Estimated || slots[5].State != Measured {
		t.Errorf("states are %v", slots)
	}
	left := Without(slots, []time.Time{slots[6].Start.Add(time.Minute)})
	if sum := Summarize(left); len(left) != 7 || sum.Expected != 7 || len(Gaps(left)) != 1 || len(slots) != 8 {
		t.Errorf("%d are left, %v expected, gaps %v", len(left), sum.Expected, Gaps(left))
	}
}
