package pages

import (
	"cmp"
	"context"
	"slices"
	"strings"

	"portico/internal/board"
	"portico/internal/chart"
	"portico/internal/locale"
	"portico/web/templates"
)

// roleColors are the palette's slots of what comes and goes.
var roleColors = map[board.Role]int{board.Grid: 1, board.Export: 1, board.Solar: 2, board.Discharge: 5, board.Charge: 5, board.Load: 8, board.Heat: 4}

// back is where what is negative of a role goes.
var back = map[board.Role]board.Role{board.Grid: board.Export, board.Discharge: board.Charge}

// roleOf is what a line of a flow is: what somebody chose, or what its medium and its place say.
func roleOf(widget board.Widget, d *exploreData, i int) board.Role {
	at := slices.Index(widget.Series, d.lines[i].ref.String())
	if at >= 0 && at < len(widget.Roles) {
		return widget.Roles[at]
	}
	switch energy := d.lines[i].source.EnergyTypeID; {
	case energy == energySolar:
		return board.Solar
	case energy == energyHeat || energy == energyGas:
		return board.Heat
	case i == 0:
		return board.Grid
	}
	return board.Load
}

// comesIn reports whether a role brings something to the place.
func comesIn(r board.Role) bool { return r == board.Grid || r == board.Solar || r == board.Discharge }

// flow draws what came into a place over a time and where it went. What the meters do not explain is there too, on the side where it is missing.
func (w *widgetReader) flow(ctx context.Context, widget board.Widget, m *templates.WidgetModel) error {
	d, err := w.explored(ctx, widget, m, func(q *exploreQuery) { q.view, q.g = "table", "hour" })
	if err != nil || !w.judge(d, m) {
		return err
	}
	all, unit := measured(d, w.now)
	in, out := w.flows(d, all, widget)
	sumIn, sumOut := amountOf(in), amountOf(out)
	total := max(sumIn, sumOut)
	if total == 0 {
		w.lacks(m, "no-amounts")
		return nil
	}
	l := w.r.Locale
	if rest := sumIn - sumOut; rest > 0.005*total {
		out = append(out, chart.Flow{Label: l.T("widget.rest"), Value: rest})
	} else if rest < -0.005*total {
		in = append(in, chart.Flow{Label: l.T("widget.other-source"), Value: -rest})
	}
	for _, side := range [][]chart.Flow{in, out} {
		for i := range side {
			side[i].Share = l.Percent(side[i].Value / total)
			side[i].Text = locale.Join(l.Quantity(side[i].Value, unit), "· "+side[i].Share)
		}
	}
	m.About = l.Range(d.r.From.In(d.zone), d.r.To.In(d.zone))
	m.Summary = l.T("widget.flow-about", l.Quantity(total, unit), listed(in), listed(out))
	w.drawn(widget, m, chart.Frame{}, func(f chart.Frame) chart.SVG { return chart.Sankey(chart.SankeySpec{Frame: f, In: in, Out: out}) })
	return nil
}

// flows are the amounts of all lines by their sides, the largest of each first.
func (w *widgetReader) flows(d *exploreData, all []lineAmounts, widget board.Widget) (in, out []chart.Flow) {
	add := func(role board.Role, name string, value float64) {
		f := chart.Flow{Label: name, Value: value, Color: roleColors[role]}
		switch {
		case value <= 0:
		case comesIn(role):
			in = append(in, f)
		default:
			out = append(out, f)
		}
	}
	for _, a := range all {
		role, forth, against := roleOf(widget, d, a.line), 0.0, 0.0
		for _, s := range a.slots {
			forth, against = forth+max(s.Value, 0), against+max(-s.Value, 0)
		}
		add(role, d.name(a.line), forth)
		if other := back[role]; other != "" {
			add(other, w.r.Locale.T(locale.Key("role."+string(other))), against)
		}
	}
	for _, side := range [][]chart.Flow{in, out} {
		slices.SortStableFunc(side, func(a, b chart.Flow) int { return cmp.Compare(b.Value, a.Value) })
	}
	return in, out
}

func amountOf(flows []chart.Flow) (sum float64) {
	for _, f := range flows {
		sum += f.Value
	}
	return sum
}

// listed names flows with their amounts.
func listed(flows []chart.Flow) string {
	var parts []string
	for _, f := range flows {
		parts = append(parts, locale.Join(f.Label, f.Text))
	}
	return strings.Join(parts, ", ")
}
