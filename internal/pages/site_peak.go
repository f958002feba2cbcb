package pages

import (
	"context"
	"time"

	"portico/internal/datahub"
	"portico/internal/series"
)

// peaks are the highest powers of the main meters of sites in this month, in kW, all read in one call for each time zone. They are means over the meters' own steps, of a quarter of an hour up to an
// hour: what is measured more often has higher peaks than anybody is billed for, and a counter's need its readings. Without an answer none is known; the error is what ends the session.
func (rd *reader) peaks(ctx context.Context, sites []datahub.Site, refs lists) ([]reading, error) {
	sources, variables, err := rd.mainMeters(ctx, sites)
	if err != nil {
		return nil, endsSession(err)
	}
	peaks, factors := make([]reading, len(sites)), make([]float64, len(sites))
	questions := make([]*question, len(sites))
	var list []*question
	for i, site := range sites {
		v, ok := mainVariable(sources[site.ID], energyElectricity, variables)
		if !ok {
			continue
		}
		if factors[i], ok = kilowatts(v, refs.symbol(v.UnitID)); ok {
			questions[i] = peakQuestion(v, site.Zone(), rd.now)
			list = append(list, questions[i])
		}
	}
	if err := rd.points(ctx, list); err != nil {
		return nil, err
	}
	for i, q := range questions {
		if q != nil && len(q.points) > 0 {
			peaks[i] = reading{q.last().Value * factors[i], true}
		}
	}
	return peaks, nil
}

// peakQuestion asks for the highest value of this month by the calendar of zone.
func peakQuestion(v datahub.Variable, zone *time.Location, now time.Time) *question {
	y, m, _ := now.In(zone).Date()
	return &question{variable: v.ID, span: span{name: "month", from: series.DayStart(y, m, 1, zone), to: now, g: datahub.GranularityMonth, agg: datahub.Max, zone: zone}}
}

// kilowatts is what makes a value of a variable the power in kW that it stands for; false where its highest value is no peak.
func kilowatts(v datahub.Variable, unit string) (float64, bool) {
	step := v.Step.Duration()
	if step < 15*time.Minute || step > time.Hour || v.QuantityType == datahub.Cumulative {
		return 0, false
	}
	if energy, ok := perHour[unit]; ok {
		return kilo[energy], v.QuantityType != datahub.Integrated
	}
	return kilo[unit] / step.Hours(), kilo[unit] != 0 && v.QuantityType == datahub.Integrated
}
