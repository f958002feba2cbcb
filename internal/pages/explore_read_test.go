package pages

import (
	"testing"
	"time"

	"portico/internal/datahub"
	"portico/internal/series"
)

// A line does not fall to the hour that is not over: of an amount that has a part only. A mean has no part, nor has a step of the meter's own, and bars grow.
func TestTheRunningHourIsNoFall(t *testing.T) {
	t.Parallel()
	start := time.Date(2026, 11, 26, 15, 0, 0, 0, time.UTC)
	slots := make([]series.Slot, 4)
	for i := range slots {
		at := start.Add(time.Duration(i) * time.Hour)
		slots[i] = series.Slot{Start: at, End: at.Add(time.Hour), Value: 160, Missing: i == 3, Future: i == 3}
	}
	slots[2].Value = 41
	now := start.Add(2*time.Hour + 15*time.Minute)
	amount := exploreLine{variable: datahub.Variable{QuantityType: datahub.Integrated}}
	amount.aggregate = datahub.Sum
	mean := exploreLine{variable: datahub.Variable{QuantityType: datahub.Integrated}}
	mean.aggregate = datahub.Avg
	for name, tt := range map[string]struct {
		line exploreLine
		g    datahub.Granularity
		now  time.Time
		want bool // the value is left out
	}{
		"an amount":         {amount, datahub.GranularityHour, now, true},
		"when it is over":   {amount, datahub.GranularityHour, start.Add(3 * time.Hour), false},
		"a mean":            {mean, datahub.GranularityHour, now, false},
		"the meter's steps": {amount, datahub.GranularityRaw, now, false},
	} {
		got := tt.line.over(slots, tt.g, tt.now)
		if got[2].Missing != tt.want || got[2].Future != tt.want || got[1].Missing || len(got) != len(slots) {
			t.Errorf("%s: %+v", name, got[1:])
		}
		if slots[2].Missing {
			t.Errorf("%s: the figures lost their value", name)
		}
	}
}
