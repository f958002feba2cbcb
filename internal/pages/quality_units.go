package pages

import (
	"context"
	"slices"
	"time"

	"portico/internal/datahub"
	"portico/internal/locale"
	"portico/web/templates"
)

// Bounds on what is taken for a wrong unit: values that are about a thousand times those of other days, on few of many days.
const (
	unitsMost               = 240 // variables that are looked at on one page
	unitLeast, unitGreatest = 300, 3000
	unitDays                = 5 // days with values, at least
	unitFew                 = 3 // one day of so many, at most
)

// unitCheck is an amount whose days are compared, to find those on which it came in another unit.
type unitCheck struct {
	source   datahub.Source
	variable datahub.Variable
	zone     *time.Location
	from     time.Time   // the first day
	highs    [2]question // days that are over, and the last two
}

// unitChecks are the amounts of meters that come several times a day, at most every five minutes.
func unitChecks(sources []datahub.Source, variables map[datahub.SourceID][]datahub.Variable, zone *time.Location, from time.Time) []*unitCheck {
	var list []*unitCheck
	for _, src := range sources {
		for _, v := range variables[src.ID] {
			if step := v.Step.Duration(); v.QuantityType == datahub.Integrated && !v.Calculated && step >= 5*time.Minute && step <= time.Hour {
				list = append(list, &unitCheck{source: src, variable: v, zone: zone, from: from})
			}
		}
	}
	return list
}

// checkUnits reads the highest value of each day, as data quality does of the meters.
func (rd *reader) checkUnits(ctx context.Context, list []*unitCheck) error {
	var all []*question
	for _, u := range list[:min(len(list), unitsMost)] {
		m := meterQuality{variable: u.variable, zone: u.zone, from: u.from}
		all = append(all, m.daily(&u.highs, datahub.Max, rd.now)...)
	}
	return rd.points(ctx, all)
}

// days are those whose highest value is about a thousand times that of the others. A thousandth is no doubt: a calm day is that.
func (u *unitCheck) days() []time.Time {
	var points []datahub.DataPoint
	for _, q := range u.highs {
		points = append(points, slices.DeleteFunc(slices.Clone(q.points), func(p datahub.DataPoint) bool { return p.Value <= 0 })...)
	}
	if len(points) < unitDays {
		return nil
	}
	values := make([]float64, len(points))
	for i, p := range points {
		values[i] = p.Value
	}
	slices.Sort(values)
	usual := values[len(values)/2]
	var found []time.Time
	for _, p := range points {
		if ratio := p.Value / usual; ratio >= unitLeast && ratio <= unitGreatest {
			found = append(found, p.Time)
		}
	}
	if len(found)*unitFew > len(points) {
		return nil
	}
	return found
}

// unitDoubts lists the variables that came in another unit on some days, with what would explain it.
func unitDoubts(sites []siteQualityData, refs lists, l locale.Locale) templates.ListModel {
	m := templates.ListModel{Caption: l.T("quality.units"), Columns: columns(l, "variable", "site", "days", "note")}
	for _, s := range sites {
		for _, u := range s.units {
			days := u.days()
			if len(days) == 0 {
				continue
			}
			text := l.Day(days[0].In(u.zone))
			if last := days[len(days)-1]; len(days) > 1 {
				text = l.Range(days[0].In(u.zone), midnight(last, u.zone, 1))
			}
			m.Rows = append(m.Rows, []templates.CellModel{{Text: locale.Name(u.variable.Name), Note: locale.Plain(u.source.Name), Href: variableHref(u.variable.ID)},
				{Text: locale.Name(s.site.Name), Href: siteTabHref(s.site.ID, "quality")}, {Text: text}, {Text: suggestion(refs.symbol(u.variable.UnitID), l)}})
		}
	}
	return m
}

// suggestion says by what the values differ, and which unit they may have come in.
func suggestion(unit string, l locale.Locale) string {
	for _, other := range locale.Convertible(unit) {
		if f, ok := locale.Convert(other, unit); ok && f > 0.99e-3 && f < 1.01e-3 {
			return l.T("quality.unit-instead", other, unit)
		}
	}
	return l.T("quality.unit-wrong")
}
