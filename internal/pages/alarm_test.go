package pages

import (
	"testing"

	"portico/internal/datahub"
)

func TestLevelsStandOnlyBesideWhatTheyAreComparedWith(t *testing.T) {
	t.Parallel()
	quarterly := datahub.Variable{QuantityType: datahub.Integrated, Aggregate: datahub.Sum}
	day := datahub.Step{Count: 1, Period: datahub.Day}
	for name, tt := range map[string]struct {
		alarm    datahub.Alarm
		variable datahub.Variable
		steps    datahub.Granularity
		want     bool
	}{
		"values as they come":      {datahub.Alarm{}, quarterly, datahub.GranularityRaw, true},
		"sums of hours":            {datahub.Alarm{}, quarterly, datahub.GranularityHour, false},
		"means of hours":           {datahub.Alarm{}, datahub.Variable{QuantityType: datahub.Instantaneous}, datahub.GranularityHour, true},
		"a window's mean, hourly":  {datahub.Alarm{Window: day, Aggregate: datahub.Avg}, quarterly, datahub.GranularityHour, true},
		"a window's sum, hourly":   {datahub.Alarm{Window: day, Aggregate: datahub.Sum}, quarterly, datahub.GranularityHour, false},
		"a window's sum, unsummed": {datahub.Alarm{Window: day, Aggregate: datahub.Sum}, quarterly, datahub.GranularityRaw, false},
	} {
		d := alarmData{alarm: tt.alarm, variable: tt.variable, steps: tt.steps}
		if got := d.comparable(); got != tt.want {
			t.Errorf("%s: comparable() = %v, want %v", name, got, tt.want)
		}
	}
}
