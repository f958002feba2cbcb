package pages

import (
	"context"
	"slices"
	"time"

	"portico/internal/board"
	"portico/internal/chart"
	"portico/internal/datahub"
	"portico/internal/series"
	"portico/web/templates"
)

// number shows the sum of an amount or the newest value of anything else, against the same time a week before and a target.
func (w *widgetReader) number(ctx context.Context, widget board.Widget, m *templates.WidgetModel) error {
	d, err := w.explored(ctx, widget, m, func(q *exploreQuery) { q.cmp = string(series.WeekBefore) })
	if err != nil || !w.judge(d, m) {
		return err
	}
	l, line := w.r.Locale, d.lines[0]
	sum, before := series.Summarize(line.slots), series.Summarize(line.compared.slots)
	value, earlier := sum.Last, before.Last
	if line.isAmount(d.granularity) {
		value, earlier = sum.Sum, before.Sum
	}
	f := &templates.FigureModel{Spark: chart.Sparkline(thin(line.slots, 48), line.color, 160, 36)}
	f.Value, f.Unit = l.Parts(value, line.unit)
	if before.Count > 0 && earlier > 0 {
		f.Change, f.Note = l.Change(earlier, value), l.T("widget.against")
	}
	if widget.Limit != nil && *widget.Limit != 0 {
		f.Target = l.T("widget.of-target", l.Percent(value / *widget.Limit), l.Quantity(*widget.Limit, line.unit))
	}
	m.Figure = f
	return nil
}

// degreeBase is the temperature from which buildings are heated in Belgian practice, in degrees.
const degreeBase = 16.5

// weather shows the temperature now, and what this month has asked of heating.
func (w *widgetReader) weather(ctx context.Context, widget board.Widget, m *templates.WidgetModel) error {
	d, err := w.explored(ctx, widget, m, func(q *exploreQuery) { q.from, q.g = "now/M", "hour" })
	if err != nil || !w.judge(d, m) {
		return err
	}
	l, line := w.r.Locale, d.lines[0]
	sum := series.Summarize(line.slots)
	f := &templates.FigureModel{}
	f.Value, f.Unit = l.Parts(sum.Last, line.unit)
	days := 0.0
	for _, day := range series.RollUp(line.slots, d.r, datahub.GranularityDay) {
		if day.Count > 0 {
			days += max(degreeBase-day.Mean, 0)
		}
	}
	f.Note, f.Spark = l.T("widget.degree-days", l.Fixed(days, 0)), chart.Sparkline(thin(line.slots[max(0, len(line.slots)-24):], 24), line.color, 160, 36)
	m.Figure = f
	return nil
}

// usualDays is how many earlier days of the same weekday make what is usual.
const usualDays = 6

// today adds up the day so far, against what is usual on this weekday: between the second lowest and the second highest of the last six.
func (w *widgetReader) today(ctx context.Context, widget board.Widget, m *templates.WidgetModel) error {
	var curves [][]series.Slot
	usual := func(ctx context.Context, d *exploreData) (err error) {
		curves, err = w.earlierDays(ctx, d)
		return err
	}
	d, err := w.explored(ctx, widget, m, func(q *exploreQuery) { q.from, q.to, q.g = "now/d", "now/d", "hour" }, usual)
	if err != nil || !w.judge(d, m) {
		return err
	}
	l, line := w.r.Locale, &d.lines[0]
	low, high := band(curves, line.slots)
	t := trendData{r: d.r, now: w.now, unit: line.unit, lines: []trendLine{
		{slots: addedUp(line.slots), color: line.color, zero: true, label: l.T("widget.so-far")},
		{slots: low, color: line.color, compare: true, zero: true, label: l.T("widget.usual")}, {slots: high, color: line.color, compare: true, zero: true, label: l.T("widget.usual")},
	}}
	w.draw(t, widget, m)
	f := &templates.FigureModel{}
	f.Value, f.Unit = l.Parts(series.Summarize(line.slots).Sum, line.unit)
	m.Figure = f
	return nil
}

// earlierDays are the same weekday of the weeks before, at the times of this one, as far as they can be read.
func (w *widgetReader) earlierDays(ctx context.Context, d *exploreData) (curves [][]series.Slot, err error) {
	earlier, back := make([]course, usualDays), make([]series.Range, usualDays)
	for i, r := 0, d.r; i < usualDays; i++ {
		r, _ = r.Shift(series.WeekBefore)
		back[i] = r
	}
	err = each(ctx, back, func(ctx context.Context, i int, r series.Range) error {
		earlier[i] = d.lines[0].read(ctx, w.reader, r, d.granularity)
		return endsSession(earlier[i].err)
	})
	for i, c := range earlier {
		if c.err == nil {
			curves = append(curves, series.Align(c.slots, back[i], d.r))
		}
	}
	return curves, err
}

// addedUp is the sum from the start to the end of each slot, up to the newest value.
func addedUp(slots []series.Slot) []series.Slot {
	out, sum := slices.Clone(slots), 0.0
	for i := range out {
		if !out[i].Missing {
			sum += out[i].Value
			out[i].Value = sum
		}
	}
	return out
}

// band is the second lowest and second highest of curves that are added up, at the times of slots: days on which clocks change have an hour more or less.
func band(curves [][]series.Slot, slots []series.Slot) (low, high []series.Slot) {
	sums := make([]map[int64]series.Slot, len(curves))
	for i, c := range curves {
		sums[i] = byStart(addedUp(c))
	}
	for _, s := range slots {
		var values []float64
		for _, sum := range sums {
			if v, ok := sum[s.Start.Unix()]; ok {
				values = append(values, v.Value)
			}
		}
		if len(values) < 3 {
			continue
		}
		slices.Sort(values)
		l, h := series.Slot{Start: s.Start, End: s.End, Value: values[1]}, series.Slot{Start: s.Start, End: s.End, Value: values[len(values)-2]}
		low, high = append(low, l), append(high, h)
	}
	return low, high
}

// peak shows the month's highest quarter of an hour as power, and the one that builds up now.
func (w *widgetReader) peak(ctx context.Context, widget board.Widget, m *templates.WidgetModel) error {
	d, err := w.explored(ctx, widget, m, func(q *exploreQuery) { q.from, q.g = "now/M", "raw" })
	if err != nil || !w.judge(d, m) {
		return err
	}
	l, line := w.r.Locale, d.lines[0]
	quarters := quarterHours(line.slots, line.isAmount(d.granularity))
	highest, ok := maxOf(quarters)
	if !ok {
		d.missed(m, l)
		return nil
	}
	unit := line.unit
	if line.isAmount(d.granularity) {
		unit = rateUnit(unit)
	}
	f := &templates.FigureModel{Note: l.T("widget.month-peak", l.DateTime(highest.Start.In(d.zone), w.now))}
	f.Value, f.Unit = l.Parts(highest.Value, unit)
	if widget.Limit != nil && *widget.Limit != 0 {
		f.Change = l.T("widget.of-limit", l.Percent(highest.Value / *widget.Limit), l.Quantity(*widget.Limit, unit))
		f.Tone = "good"
		if highest.Value > *widget.Limit {
			f.Tone = "bad"
		}
	}
	m.Figure = f
	if last := quarters[len(quarters)-1]; last.End.After(w.now) {
		m.Summary = l.T("widget.quarter", l.Quantity(last.Value, unit), l.Duration(last.End.Sub(w.now).Round(time.Minute)))
	}
	spec := trendData{r: d.r, now: w.now, unit: unit, lines: []trendLine{{slots: quarters, color: line.color, zero: true, label: d.name(0)}}}
	if widget.Limit != nil {
		spec.rules = []chart.Rule{{Value: *widget.Limit, Label: l.Quantity(*widget.Limit, unit)}}
	}
	w.draw(spec, widget, m)
	return nil
}

// quarterHours puts slots together into quarters of an hour: amounts become the power that they are on average.
func quarterHours(slots []series.Slot, amounts bool) []series.Slot {
	const quarter = 15 * time.Minute
	var out []series.Slot
	var sum, hours float64
	for _, s := range slots {
		start := s.Start.Truncate(quarter)
		if n := len(out); n == 0 || !out[n-1].Start.Equal(start) {
			out, sum, hours = append(out, series.Slot{Start: start, End: start.Add(quarter), Missing: true}), 0, 0
		}
		if s.Missing {
			continue
		}
		h := s.End.Sub(s.Start).Hours()
		if amounts {
			sum += s.Value
		} else {
			sum += s.Value * h
		}
		hours += h
		last := &out[len(out)-1]
		last.Missing, last.Value = false, sum/hours
	}
	return out
}

func maxOf(slots []series.Slot) (highest series.Slot, ok bool) {
	for _, s := range slots {
		if !s.Missing && (!ok || s.Value > highest.Value) {
			highest, ok = s, true
		}
	}
	return highest, ok
}
