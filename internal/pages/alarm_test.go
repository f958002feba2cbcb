package pages

import (
	"testing"

	"portico/internal/datahub"
)

func TestLevelsStandOnlyBesideWhatTheyAreComparedWith(t *testing.T) {
	t.Parallel()
	quarterly := datahub.Variable{QuantityType: datahub.Integrated, Aggregate: datahub.Sum}
	warmth := datahub.Variable{QuantityType: datahub.Instantaneous}
	day := datahub.Step{Count: 1, Period: datahub.Day}
	for name, tt := range map[string]struct {
		alarm    datahub.Alarm
		variable datahub.Variable
		steps    datahub.Granularity
		want     bool
		drawn    datahub.Aggregate
	}{
		"values as they come":           {datahub.Alarm{}, quarterly, datahub.GranularityRaw, true, datahub.Sum},
		"sums of hours":                 {datahub.Alarm{}, quarterly, datahub.GranularityHour, false, datahub.Sum},
		"means of hours":                {datahub.Alarm{}, warmth, datahub.GranularityHour, true, datahub.Avg},
		"a window's mean, hourly":       {datahub.Alarm{Window: day, Aggregate: datahub.Avg}, quarterly, datahub.GranularityHour, true, datahub.Avg},
		"a window's maximum, hourly":    {datahub.Alarm{Window: day, Aggregate: datahub.Max}, warmth, datahub.GranularityHour, true, datahub.Max},
		"a window's minimum, hourly":    {datahub.Alarm{Window: day, Aggregate: datahub.Min}, warmth, datahub.GranularityHour, true, datahub.Min},
		"a window's sum, hourly":        {datahub.Alarm{Window: day, Aggregate: datahub.Sum}, quarterly, datahub.GranularityHour, false, datahub.Sum},
		"a window's sum, unsummed":      {datahub.Alarm{Window: day, Aggregate: datahub.Sum}, quarterly, datahub.GranularityRaw, false, datahub.Sum},
		"a window's sum of degrees":     {datahub.Alarm{Window: day, Aggregate: datahub.Sum}, warmth, datahub.GranularityHour, false, datahub.Avg},
		"a window's count":              {datahub.Alarm{Window: day, Aggregate: datahub.Count}, warmth, datahub.GranularityHour, false, datahub.Avg},
		"a window's variance":           {datahub.Alarm{Window: day, Aggregate: datahub.Variance}, warmth, datahub.GranularityHour, false, datahub.Avg},
		"a window's deviation":          {datahub.Alarm{Window: day, Aggregate: datahub.StdDev}, warmth, datahub.GranularityRaw, false, datahub.Avg},
		"a window of nobody knows what": {datahub.Alarm{Window: day}, warmth, datahub.GranularityHour, true, datahub.Avg},
	} {
		d := alarmData{alarm: tt.alarm, variable: tt.variable, steps: tt.steps}
		if got := d.comparable(); got != tt.want {
			t.Errorf("%s: comparable() = %v, want %v", name, got, tt.want)
		}
		if got := d.aggregate(); got != tt.drawn {
			t.Errorf("%s: %v is drawn, want %v", name, got, tt.drawn)
		}
	}
}
