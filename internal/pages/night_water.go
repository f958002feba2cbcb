package pages

import (
	"context"
	"math"
	"time"

	"portico/internal/datahub"
	"portico/internal/locale"
	"portico/internal/series"
	"portico/web/templates"
)

// leakLooksBack is how many days before last night the night lies that it is compared with: a leak that has run for a week looks usual beside last week.
const leakLooksBack = 14

// nightWater is how much water a site's main meter counted last night, and some weeks before, in amounts per step.
type nightWater struct {
	variable     datahub.Variable
	unit         string
	last, before []series.Slot
}

// readNightWater reads the nights of the sites' water meters into them. What one meter fails with leaves its site without.
func (rd *reader) readNightWater(ctx context.Context, out []siteProfile, refs lists) error {
	sites := make([]datahub.Site, len(out))
	for i := range out {
		sites[i] = out[i].site
	}
	sources, variables, err := rd.metersOf(ctx, sites, energyWater)
	if err != nil {
		return err
	}
	type night struct {
		of   *nightWater
		r    [2]series.Range
		asks [2]*question
	}
	var nights []night
	var all []*question
	for i, site := range sites {
		v, ok := mainVariable(sources[site.ID], energyWater, variables)
		if !ok || v.QuantityType != datahub.Integrated {
			continue
		}
		out[i].water = &nightWater{variable: v, unit: refs.symbol(v.UnitID)}
		n := night{of: out[i].water}
		for k, back := range []int{0, leakLooksBack} {
			day := midnight(lastNight(rd.now, site.Zone()), site.Zone(), -back)
			n.r[k] = nightRange(day)
			n.asks[k] = &question{variable: v.ID, span: span{from: n.r[k].From, to: n.r[k].To, g: datahub.GranularityRaw}}
			all = append(all, n.asks[k])
		}
		nights = append(nights, n)
	}
	err = rd.points(ctx, all)
	for _, n := range nights {
		for k, to := range []*[]series.Slot{&n.of.last, &n.of.before} {
			*to = series.Fill(n.asks[k].points, n.r[k], datahub.GranularityRaw, n.of.variable.Step.Duration(), rd.now)
		}
	}
	return err
}

// nightRange is the night that ends on a day.
func nightRange(day time.Time) series.Range {
	y, m, d := day.Date()
	return series.Range{From: time.Date(y, m, d, nightFrom, 0, 0, 0, day.Location()), To: time.Date(y, m, d, nightTo, 0, 0, 0, day.Location()), Zone: day.Location()}
}

// leak is the least flow of last night, per hour; false unless water ran all night that stood still in the night it is compared with.
func (w *nightWater) leak() (float64, bool) {
	if w == nil {
		return 0, false
	}
	last, before := series.Summarize(w.last), series.Summarize(w.before)
	whole := last.Count > 0 && last.Completeness() == 1 && before.Count > 0
	return last.Min / math.Max(w.variable.Step.Duration().Hours(), 1e-9), whole && last.Min > 0 && before.Min <= 0
}

// leakRows name the sites at which water ran all night.
func leakRows(sites []siteProfile, l locale.Locale) [][]templates.CellModel {
	var rows [][]templates.CellModel
	for _, s := range sites {
		if flow, ok := s.water.leak(); ok {
			rows = append(rows, []templates.CellModel{
				{Text: locale.Name(s.site.Name), Note: locale.Plain(s.water.variable.Name), Href: variableHref(s.water.variable.ID)}, {Text: l.Quantity(flow, rateUnit(s.water.unit)), Number: true}, {Text: locale.None, Number: true}, {Text: l.T("overnight.leak")},
			})
		}
	}
	return rows
}
