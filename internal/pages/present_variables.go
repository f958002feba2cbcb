package pages

import (
	"time"

	"portico/internal/chart"
	"portico/internal/datahub"
	"portico/internal/locale"
	"portico/internal/series"
	"portico/web/templates"
)

func variableRows(list []variableData, refs lists, zone *time.Location, now time.Time, l locale.Locale) []templates.VariableRowModel {
	rows := make([]templates.VariableRowModel, len(list))
	for i, v := range list {
		rows[i] = variableRow(v, refs, zone, now, l)
	}
	return rows
}

func variableRow(v variableData, refs lists, zone *time.Location, now time.Time, l locale.Locale) templates.VariableRowModel {
	step := v.variable.Step.Duration()
	row := templates.VariableRowModel{
		Name: locale.Name(v.variable.Name), Href: variableHref(v.variable.ID), About: about(v.variable, l), Last: locale.None,
		Meter: templates.Link{Text: locale.Name(v.source.Name), Href: sourceHref(v.source.ID)},
	}
	switch {
	case v.newest.err != nil:
		row.State, row.Age = templates.StateModel{Name: "none", Text: l.T("state.failed")}, l.T("state.failed")
		return row
	case len(v.newest.points) == 0:
		row.State, row.Age = templates.StateModel{Name: "silent", Text: l.T("state.silent")}, l.T("state.no-data")
		return row
	}
	last := v.newest.last()
	row.Last = l.Quantity(last.Value, refs.symbol(v.variable.UnitID))
	row.LastTime, row.LastISO = l.Time(last.Time.In(zone)), last.Time.Format(time.RFC3339)
	if now.Sub(last.Time) > 20*time.Hour {
		row.LastTime = l.DateTime(last.Time.In(zone), now)
	}
	row.State, row.Age = ageOf(last.Time, step, now, l)
	if step > 0 {
		slots := series.Fill(v.newest.points, series.Range{From: v.newest.span.from, To: now, Zone: zone}, datahub.GranularityRaw, step, now)
		if v.variable.QuantityType == datahub.Cumulative {
			slots = series.Differences(slots)
		}
		row.Spark = chart.Sparkline(thin(slots, 48), energyColor(v.source.EnergyTypeID), 100, 28)
	}
	return row
}

// about says what a variable's values are and how often they come: "amounts · every 15 min".
func about(v datahub.Variable, l locale.Locale) string {
	kind := l.T("quantity.state")
	switch v.QuantityType {
	case datahub.Integrated:
		kind = l.T("quantity.amount")
	case datahub.Cumulative:
		kind = l.T("quantity.index")
	case datahub.Minimum:
		kind = l.T("quantity.minimum")
	case datahub.Maximum:
		kind = l.T("quantity.maximum")
	case datahub.Averaged:
		kind = l.T("quantity.average")
	}
	if v.Calculated {
		kind += " · " + l.T("variable.calculated")
	}
	if step := v.Step.Duration(); step > 0 {
		return l.T("variable.about", kind, l.Duration(step))
	}
	return kind
}
