package pages

import (
	"strings"
	"testing"
	"time"

	"portico/internal/datahub"
	"portico/internal/locale"
	"portico/internal/series"
)

// A line does not fall to an hour that is not over, or not all in the range: of an amount that has a part only. A mean has no part, nor has a step of the meter's own.
func TestAPartOfAnHourIsNoFall(t *testing.T) {
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
		line        exploreLine
		g           datahub.Granularity
		from, now   time.Time
		first, last bool // the value is left out
	}{
		"an amount":                {amount, datahub.GranularityHour, start, now, false, true},
		"when it is over":          {amount, datahub.GranularityHour, start, start.Add(3 * time.Hour), false, false},
		"begun before the range":   {amount, datahub.GranularityHour, start.Add(time.Minute), start.Add(3 * time.Hour), true, false},
		"a mean":                   {mean, datahub.GranularityHour, start.Add(time.Minute), now, false, false},
		"steps of the meter's own": {amount, datahub.GranularityRaw, start.Add(time.Minute), now, false, false},
	} {
		tt.line.slots = slots
		got := tt.line.entire(tt.g, series.Range{From: tt.from, To: tt.now}, tt.now)
		if got[0].Missing != tt.first || got[2].Missing != tt.last || got[2].Future != tt.last || got[1].Missing || len(got) != len(slots) {
			t.Errorf("%s: %+v", name, got)
		}
		if slots[0].Missing || slots[2].Missing {
			t.Errorf("%s: the figures lost a value", name)
		}
	}
}

// What is least, last and usual is told of whole hours; where there is none, of what there is. The total and the number of values are of all.
func TestStatisticsAreOfWholeHours(t *testing.T) {
	t.Parallel()
	start := time.Date(2026, 11, 26, 15, 0, 0, 0, time.UTC)
	hour := func(i int, v float64) series.Slot {
		at := start.Add(time.Duration(i) * time.Hour)
		return series.Slot{Start: at, End: at.Add(time.Hour), Value: v}
	}
	now := start.Add(2*time.Hour + 15*time.Minute)
	line := exploreLine{variable: datahub.Variable{QuantityType: datahub.Integrated}, unit: "kWh"}
	line.aggregate, line.slots = datahub.Sum, []series.Slot{hour(0, 160), hour(1, 170), hour(2, 41)}
	d := exploreData{lines: []exploreLine{line}, query: exploreQuery{view: "chart"}, r: series.Range{From: start, To: now}, granularity: datahub.GranularityHour, now: now, zone: time.UTC}
	row := d.figures(locale.For(locale.English)).Rows[0]
	if got := strings.Join(row[1:8], "|"); strings.ReplaceAll(got, "\u00a0", " ") != "371 kWh|165 kWh|160 kWh|170 kWh|Thu 26 Nov 16:00|170 kWh|3 of 3 (100 %)" {
		t.Errorf("statistics: %s", got)
	}
	d.lines[0].slots = line.slots[2:]
	if s := d.typical(&d.lines[0]); s.Count != 1 || s.Min != 41 || s.Last != 41 {
		t.Errorf("of a running hour alone: %+v", s)
	}
}
