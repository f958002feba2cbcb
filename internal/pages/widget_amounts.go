package pages

import (
	"cmp"
	"context"
	"slices"
	"strings"
	"time"

	"portico/internal/board"
	"portico/internal/chart"
	"portico/internal/locale"
	"portico/internal/series"
	"portico/web/templates"
)

// lineAmounts is what one line of a widget adds up to.
type lineAmounts struct {
	line  int
	slots []series.Slot // amounts, in the unit of the first line that has any
}

// measured are the amounts of all lines that have any, in one unit. Power becomes energy; what is under way counts as far as it has come.
func measured(d *exploreData, now time.Time) (list []lineAmounts, unit string) {
	for i := range d.lines {
		line := &d.lines[i]
		if line.err != nil {
			continue
		}
		slots, own := line.slots, line.unit
		if !line.isAmount(d.granularity) {
			energy, ok := perHour[own]
			if !ok {
				continue
			}
			own, slots = energy, scaled(slots, func(s series.Slot) float64 { return s.Value * lasted(s, now).Hours() })
		}
		if unit == "" {
			unit = own
		}
		if factor, ok := locale.Convert(own, unit); ok {
			list = append(list, lineAmounts{i, scaled(slots, func(s series.Slot) float64 { return s.Value * factor })})
		}
	}
	return list, unit
}

// lasted is how long a slot is, up to now.
func lasted(s series.Slot, now time.Time) time.Duration {
	if s.End.After(now) {
		return max(now.Sub(s.Start), 0)
	}
	return s.End.Sub(s.Start)
}

// breakdownDays is what a breakdown shows when nobody chose: today and the six days before.
const breakdownDays = "now-6d/d"

// breakdown stacks days by meter. The first series is the whole: what the others leave of it is drawn, too.
func (w *widgetReader) breakdown(ctx context.Context, widget board.Widget, m *templates.WidgetModel) error {
	d, err := w.explored(ctx, widget, m, func(q *exploreQuery) {
		q.view, q.g, q.to = "table", "day", "now/d" // the day that is under way is as wide as the others
		if widget.Range == "" {
			q.from = breakdownDays
		}
	})
	if err != nil || !w.judge(d, m) {
		return err
	}
	all, unit := measured(d, w.now)
	if len(all) == 0 {
		w.lacks(m, "no-amounts")
		return nil
	}
	sameBars(all)
	w.stack(d, brokenDown(d, all, w.r.Locale), unit, widget, m)
	return nil
}

// sameBars lays amounts onto the bars of the line that has most of them: a counter has none of the piece of a day with which a range begins.
func sameBars(all []lineAmounts) {
	bars := slices.MaxFunc(all, func(a, b lineAmounts) int { return cmp.Compare(len(a.slots), len(b.slots)) }).slots
	for i := range all {
		known, own := byStart(all[i].slots), make([]series.Slot, len(bars))
		for n, bar := range bars {
			var ok bool
			if own[n], ok = known[bar.Start.Unix()]; !ok {
				own[n] = series.Slot{Start: bar.Start, End: bar.End, Missing: true, Future: bar.Future}
			}
		}
		all[i].slots = own
	}
}

// amountPart is one part of a whole.
type amountPart struct {
	name  string
	color int // 0 for the rest
	slots []series.Slot
	sum   float64
}

// brokenDown are the parts of the first line, with the rest; of lines of which the first is not known there is no rest.
func brokenDown(d *exploreData, all []lineAmounts, l locale.Locale) (parts []amountPart) {
	whole := len(all) > 1 && all[0].line == 0
	for i, a := range all {
		if i > 0 || !whole {
			parts = append(parts, amountPart{name: d.name(a.line), color: len(parts) + 1, slots: a.slots})
		}
	}
	if whole {
		parts = append(parts, amountPart{name: l.T("widget.rest"), slots: restOf(all[0].slots, all[1:])})
	}
	for i := range parts {
		parts[i].sum = series.Summarize(parts[i].slots).Sum
	}
	return parts
}

// stack draws parts over one another in a widget.
func (w *widgetReader) stack(d *exploreData, parts []amountPart, unit string, widget board.Widget, m *templates.WidgetModel) {
	spec, larger, said := stacked(d, parts, unit, w.r.Locale)
	m.About, m.Summary, m.Legend = w.r.Locale.T("chart.about", larger, d.zone.String()), said, legendOf(parts)
	w.drawn(widget, m, spec.Frame, func(f chart.Frame) chart.SVG { spec.Frame = f; return chart.Stack(spec) })
}

// stacked is parts over one another, in the unit in which the highest bar is read best, and what that says in words.
func stacked(d *exploreData, parts []amountPart, unit string, l locale.Locale) (spec chart.StackSpec, larger, said string) {
	total, highest := 0.0, 0.0
	for i := range parts[0].slots {
		bar := 0.0
		for _, p := range parts {
			bar += p.slots[i].Value
		}
		total, highest = total+bar, max(highest, bar)
	}
	_, larger = l.Scale(highest, unit)
	factor, _ := locale.Convert(unit, larger)
	spec = chart.StackSpec{Frame: d.frame(l), Range: d.r, Time: timeAxis(d.r, l)}
	var shares []string
	for _, p := range parts {
		spec.Parts = append(spec.Parts, chart.StackPart{Slots: scaled(p.slots, func(s series.Slot) float64 { return s.Value * factor }), Color: p.color})
		if total > 0 {
			shares = append(shares, locale.Join(p.name, l.Percent(p.sum/total)))
		}
	}
	return spec, larger, l.T("widget.stack-about", l.Quantity(total, unit), strings.Join(shares, ", "))
}

// legendOf names parts beside their colours.
func legendOf(parts []amountPart) (list []templates.LegendModel) {
	for _, p := range parts {
		list = append(list, templates.LegendModel{Color: p.color, Text: p.name, Rest: p.color == 0, Bar: true})
	}
	return list
}

// restOf is what parts leave of a whole, nothing where the whole is not known. Parts that are more than the whole, as when it comes later than they, leave nothing.
func restOf(whole []series.Slot, parts []lineAmounts) []series.Slot {
	known := make([]map[int64]series.Slot, len(parts))
	for i, p := range parts {
		known[i] = byStart(p.slots)
	}
	out := make([]series.Slot, len(whole))
	for i, s := range whole {
		for _, k := range known {
			s.Value -= k[s.Start.Unix()].Value
		}
		if s.Value = max(s.Value, 0); s.Missing {
			s.Value = 0
		}
		out[i] = s
	}
	return out
}

// lacks says why there is nothing to show.
func (w *widgetReader) lacks(m *templates.WidgetModel, why string) {
	m.State, m.Reason = "empty", w.r.Locale.T(locale.Key("widget."+why))
}
