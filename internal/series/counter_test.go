package series

import (
	"testing"
	"time"

	"portico/internal/datahub"
)

// readings of one a hour; a negative one is a gap.
func readings(values ...float64) []Slot {
	r := Range{time.Date(2026, 6, 1, 0, 0, 0, 0, time.UTC), time.Date(2026, 6, 1, len(values), 0, 0, 0, time.UTC), time.UTC}
	var points []datahub.DataPoint
	for i, v := range values {
		if v >= 0 {
			points = append(points, datahub.DataPoint{Time: r.From.Add(time.Duration(i) * time.Hour), Value: v})
		}
	}
	return Fill(points, r, datahub.GranularityHour, time.Hour, r.To)
}

func TestCountersNeverMakeGiantBars(t *testing.T) {
	t.Parallel()
	const gap = -1
	for name, c := range map[string]struct {
		readings, want []float64 // a negative amount is none
		unplaced       float64
		resets         []bool // whether it rolled over
	}{
		"steady":         {readings: []float64{10, 12, 12, 15}, want: []float64{gap, 2, 0, 3}},
		"after a gap":    {readings: []float64{10, 12, gap, gap, 900, 902}, want: []float64{gap, 2, gap, gap, gap, 2}, unplaced: 888},
		"rolls over":     {readings: []float64{99_985, 99_990, 99_995, 1, 6}, want: []float64{gap, 5, 5, 6, 5}, resets: []bool{true}},
		"in a gap":       {readings: []float64{99_985, 99_990, 99_995, gap, 6, 11}, want: []float64{gap, 5, 5, gap, gap, 5}, resets: []bool{true}},
		"is exchanged":   {readings: []float64{48_000, 48_005, 0, 4, 9}, want: []float64{gap, 5, gap, 4, 5}, resets: []bool{false}},
		"near its end":   {readings: []float64{99_000, 99_005, 99_010, 0, 5}, want: []float64{gap, 5, 5, gap, 5}, resets: []bool{false}},
		"with one spike": {readings: []float64{0, 5, 10, 15, 20, 25, 30, 35, 40, 45, 50, 90_000, 5, 10}, want: []float64{gap, 5, 5, 5, 5, 5, 5, 5, 5, 5, 5, 89_950, gap, 5}, resets: []bool{false}},
		"falls below 0":  {readings: []float64{0, 0, 0}, want: []float64{gap, 0, 0}},
	} {
		slots := readings(c.readings...)
		for i, got := range Differences(slots) {
			if got.Missing != (c.want[i] < 0) || !got.Missing && got.Value != c.want[i] {
				t.Errorf("%s, hour %d: %v, missing %v, want %v", name, i, got.Value, got.Missing, c.want[i])
			}
		}
		if got := Unplaced(slots); got != c.unplaced {
			t.Errorf("%s: %v unplaced, want %v", name, got, c.unplaced)
		}
		resets := Resets(slots)
		if len(resets) != len(c.resets) || len(resets) == 1 && resets[0].RolledOver != c.resets[0] {
			t.Errorf("%s: resets %v, want %v", name, resets, c.resets)
		}
	}
}
