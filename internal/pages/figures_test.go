package pages

import (
	"math"
	"slices"
	"testing"
	"time"

	"portico/internal/datahub"
	"portico/internal/series"
)

// What is missing makes no figure smaller without a word: an old value is none of now, and nothing is compared with nothing.
func TestFiguresOfAProfile(t *testing.T) {
	t.Parallel()
	zone := datahub.HomeZone()
	now := time.Date(2026, 11, 12, 6, 0, 0, 0, zone)
	quarters := func(from time.Time, value float64) (list []series.Slot) {
		for at := from; at.Before(midnight(from, zone, 1)); at = at.Add(15 * time.Minute) {
			list = append(list, series.Slot{Start: at, End: at.Add(15 * time.Minute), Value: value, Missing: at.Add(15*time.Minute).After(now) || value == 0, Future: at.Add(15 * time.Minute).After(now)})
		}
		return list
	}
	without := func(slots []series.Slot, from, to time.Time) []series.Slot {
		slots = slices.Clone(slots)
		for i, s := range slots {
			if !s.Start.Before(from) && s.Start.Before(to) {
				slots[i].Missing, slots[i].Value = true, 0
			}
		}
		return slots
	}
	day := slices.Concat(quarters(midnight(now, zone, -1), 3), quarters(midnight(now, zone, 0), 2))
	before := quarters(midnight(now, zone, -7), 1)
	for name, tt := range map[string]struct {
		slots, before []series.Slot
		last          time.Time
		recent        reading
		want          figures
		change        float64 // NaN for none
	}{
		"all is there": {slots: day, before: before, last: now.Add(-15 * time.Minute), want: figures{now: 8, nowKnown: true, today: 48, sofar: 48, before: 24, comparable: true, share: 1, age: 15 * time.Minute}, change: 1},
		"nothing for an hour and a half": {slots: without(day, now.Add(-90*time.Minute), now), before: before, last: now.Add(-105 * time.Minute),
			want: figures{now: 8, nowKnown: true, today: 36, sofar: 32, before: 16, comparable: true, share: 90.0 / 96, age: 105 * time.Minute}, change: 1},
		"nothing for three hours": {slots: without(day, now.Add(-3*time.Hour), now), before: before, last: now.Add(-195 * time.Minute),
			want: figures{today: 24, sofar: 24, before: 12, comparable: true, share: 84.0 / 96, age: 195 * time.Minute}, change: 1},
		"nothing today": {slots: without(day, midnight(now, zone, 0), now), before: before, last: midnight(now, zone, 0).Add(-15 * time.Minute),
			want: figures{share: 0.75, age: 6*time.Hour + 15*time.Minute}, change: math.NaN()},
		"nothing a week ago": {slots: day, before: without(before, midnight(now, zone, -7), now), last: now.Add(-15 * time.Minute),
			want: figures{now: 8, nowKnown: true, today: 48, sofar: 48, share: 1, age: 15 * time.Minute}, change: math.NaN()},
		"only later a week ago": {slots: day, before: without(before, midnight(now, zone, -7), earlier(now, zone, 7)), last: now.Add(-15 * time.Minute),
			want: figures{now: 8, nowKnown: true, today: 48, sofar: 48, share: 1, age: 15 * time.Minute}, change: math.NaN()},
		"read by the hour": {slots: day, before: before, last: now.Add(-2*time.Hour + 1), recent: reading{5, true},
			want: figures{now: 5, nowKnown: true, today: 48, sofar: 32, before: 16, comparable: true, share: 1, age: 2*time.Hour - 1}, change: 1},
		"and an hour that is old": {slots: day, before: before, last: now.Add(-2 * time.Hour), recent: reading{5, true},
			want: figures{now: 5, today: 48, sofar: 32, before: 16, comparable: true, share: 1, age: 2 * time.Hour}, change: 1},
	} {
		f := profile{slots: tt.slots, before: tt.before, step: 15 * time.Minute, own: 15 * time.Minute, last: tt.last, recent: tt.recent, found: true}.figures(zone, now)
		if f != tt.want {
			t.Errorf("%s: %+v, want %+v", name, f, tt.want)
		}
		if change, ok := f.change(); ok == math.IsNaN(tt.change) || ok && change != tt.change {
			t.Errorf("%s: change %v, %v, want %v", name, change, ok, tt.change)
		}
	}
	if _, ok := (figures{comparable: true, sofar: 3, before: 0}).change(); ok {
		t.Error("three is compared with nothing at all")
	}
}

// A value is on time for two of its variable's steps and some minutes for the way, silent after eight, and never before an hour.
func TestFreshness(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		step, late, silent time.Duration // the last moments at which it is on time, and late
	}{{15 * time.Minute, 35 * time.Minute, 2 * time.Hour}, {time.Second, 7 * time.Minute, time.Hour}, {5 * time.Minute, 15 * time.Minute, time.Hour}, {time.Hour, 125 * time.Minute, 8 * time.Hour}} {
		for age, want := range map[time.Duration]string{0: "ok", tt.late: "ok", tt.late + 1: "late", tt.silent: "late", tt.silent + 1: "silent"} {
			if got := freshness(age, tt.step); got != want {
				t.Errorf("after %v of a step of %v: %s, want %s", age, tt.step, got, want)
			}
		}
	}
}

// A site is stood for by its total, whatever else is measured there.
func TestMainVariable(t *testing.T) {
	t.Parallel()
	quarter := datahub.Step{Count: 15, Period: datahub.Minute}
	variable := func(id datahub.VariableID, name string, q datahub.QuantityType) datahub.Variable {
		return datahub.Variable{ID: id, Name: name, QuantityType: q, Step: quarter}
	}
	byDefault := variable(9, "B", datahub.Integrated)
	byDefault.IsDefault = true
	daily, irregular := variable(1, "Total", datahub.Integrated), variable(2, "Total", datahub.Integrated)
	daily.Step, irregular.Step = datahub.Step{Count: 1, Period: datahub.Day}, datahub.Step{}
	sources := []datahub.Source{{ID: 1, Name: "Kitchen", EnergyTypeID: energyElectricity}, {ID: 2, Name: "Main meter", EnergyTypeID: energyElectricity}, {ID: 3, Name: "Gas total", EnergyTypeID: energyGas}, {ID: 4, Name: "Total", EnergyTypeID: energyElectricity}}
	for name, tt := range map[string]struct {
		variables map[datahub.SourceID][]datahub.Variable
		want      datahub.VariableID // 0 for none
	}{
		"nothing":                             {nil, 0},
		"gas only":                            {map[datahub.SourceID][]datahub.Variable{3: {variable(5, "Total", datahub.Integrated)}}, 0},
		"the main meter, not the first":       {map[datahub.SourceID][]datahub.Variable{1: {variable(5, "Total", datahub.Integrated)}, 2: {variable(6, "A", datahub.Instantaneous)}}, 6},
		"the first of two that are called so": {map[datahub.SourceID][]datahub.Variable{4: {variable(5, "Total", datahub.Integrated)}, 2: {variable(6, "Total", datahub.Integrated)}}, 6},
		"another one, if it has none":         {map[datahub.SourceID][]datahub.Variable{1: {variable(5, "A", datahub.Integrated)}, 2: {}}, 5},
		"or none by the hour":                 {map[datahub.SourceID][]datahub.Variable{1: {variable(5, "A", datahub.Integrated)}, 2: {daily, irregular}}, 5},
		"its default":                         {map[datahub.SourceID][]datahub.Variable{2: {variable(5, "Total", datahub.Integrated), byDefault}}, 9},
		"its total":                           {map[datahub.SourceID][]datahub.Variable{2: {variable(5, "A", datahub.Integrated), variable(6, "Grid", datahub.Instantaneous)}}, 6},
		"an amount":                           {map[datahub.SourceID][]datahub.Variable{2: {variable(5, "A", datahub.Instantaneous), variable(6, "B", datahub.Integrated)}}, 6},
		"the first":                           {map[datahub.SourceID][]datahub.Variable{2: {variable(6, "A", datahub.Integrated), variable(5, "B", datahub.Integrated)}}, 5},
	} {
		if got, ok := mainVariable(sources, energyElectricity, tt.variables); got.ID != tt.want || ok != (tt.want != 0) {
			t.Errorf("%s: %d, %v, want %d", name, got.ID, ok, tt.want)
		}
	}
}
