package pages

import (
	"cmp"
	"context"
	"slices"
	"strconv"
	"time"

	"portico/internal/board"
	"portico/internal/chart"
	"portico/internal/datahub"
	"portico/internal/locale"
	"portico/internal/series"
	"portico/web/templates"
)

// explored reads the series of a widget as the explorer would, with what change does to its question.
func (w *widgetReader) explored(ctx context.Context, widget board.Widget, m *templates.WidgetModel, change func(*exploreQuery)) (*exploreData, error) {
	q := exploreQuery{path: explorePath, view: exploreViews[0], from: cmp.Or(widget.Range, w.board.Range, "now/d"), to: "now", problems: map[string]bool{}}
	for _, text := range widget.Series {
		ref, err := series.ParseRef(text)
		if err != nil {
			return nil, err
		}
		q.refs = append(q.refs, ref)
	}
	change(&q)
	d, err := readExplore(ctx, w.reader, q)
	if err != nil {
		return nil, err
	}
	switch {
	case d.query.problems["s"]:
		err = datahub.ErrNotFound
	case len(d.query.problems) == 0:
		err = d.readPoints(ctx, w.reader)
	}
	l := w.r.Locale
	m.Menu = []templates.Link{{Text: l.T("widget.explore"), Href: d.query.href(nil)}, {Text: l.T("widget.table"), Href: d.query.href(func(q *exploreQuery) { q.view = "table" })}}
	if m.Title == "" {
		m.Title = locale.Join(locale.Name(d.lines[0].variable.Name), "· "+locale.Name(d.lines[0].siteName))
	}
	return d, err
}

// judge says what is missing of the first line, and how old its newest value is; false when there is nothing to show.
func (w *widgetReader) judge(d *exploreData, m *templates.WidgetModel) bool {
	l, line := w.r.Locale, d.lines[0]
	sum := series.Summarize(line.slots)
	switch {
	case line.err != nil:
		m.State, m.Reason = "failed", l.T("panel.failed")
		return false
	case sum.Count == 0:
		m.State, m.Reason = "empty", l.T("widget.no-data")
		return false
	}
	if share := sum.Completeness(); share < 0.995 {
		m.State, m.Reason = "partial", l.T("widget.partly", l.Percent(share))
	}
	if d.r.To.Equal(w.now) {
		w.age(m, sum.LastAt, max(line.variable.Step.Duration(), lengthOf(line.slots)))
	}
	return true
}

// lengthOf is how long a slot is.
func lengthOf(slots []series.Slot) time.Duration {
	if len(slots) == 0 {
		return 0
	}
	return slots[0].End.Sub(slots[0].Start)
}

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
	switch {
	case widget.Limit != nil && *widget.Limit != 0:
		f.Note = l.T("widget.of-target", l.Percent(value / *widget.Limit), l.Quantity(*widget.Limit, line.unit))
	case before.Count > 0 && earlier > 0:
		f.Change, f.Note = l.Change(earlier, value), l.T("widget.against")
	}
	m.Figure = f
	return nil
}

// trend draws the series with alarms and events.
func (w *widgetReader) trend(ctx context.Context, widget board.Widget, m *templates.WidgetModel) error {
	d, err := w.explored(ctx, widget, m, func(*exploreQuery) {})
	if err != nil || !w.judge(d, m) {
		return err
	}
	m.Summary = d.summary(0, w.r.Locale) // it also describes the picture
	w.draw(d.trend(w.r.Locale), widget, m)
	return nil
}

// draw puts a trend into a widget, in the widget's proportions.
func (w *widgetReader) draw(t trendData, widget board.Widget, m *templates.WidgetModel) {
	spec, units := t.spec(w.r.Locale)
	spec.ID, spec.Title, spec.Desc = "w-"+widget.ID+"-p", m.Title, m.Summary
	spec.Width, spec.Height = w.size(widget)
	m.Picture, m.About = chart.Trend(spec), t.about(units, w.r.Locale)
	for _, line := range t.lines {
		m.Legend = append(m.Legend, templates.LegendModel{Color: line.color, Dashed: line.compare, Text: line.label})
	}
}

// size is how large a picture is drawn for a widget, so that its writing has the size that it should have where it is looked at.
func (w *widgetReader) size(widget board.Widget) (width, height int) {
	if w.wall {
		return max(107*widget.W-28, 180), max(54*widget.H-96, 80)
	}
	return max(100*widget.W-40, 280), max(72*widget.H-70, 120)
}

// carpet refers to the picture of hours by days.
func (w *widgetReader) carpet(ctx context.Context, widget board.Widget, m *templates.WidgetModel) error {
	d, err := w.explored(ctx, widget, m, func(q *exploreQuery) {
		q.view = "carpet"
		if widget.Range == "" && w.board.Range == "" {
			q.from = "now-30d/d"
		}
	})
	if err != nil || !w.judge(d, m) {
		return err
	}
	p := d.single(0, w.r.Locale)
	m.Carpet, m.About, m.Summary = p.Carpet, p.About, p.Summary
	return nil
}

// duration orders the values.
func (w *widgetReader) duration(ctx context.Context, widget board.Widget, m *templates.WidgetModel) error {
	d, err := w.explored(ctx, widget, m, func(q *exploreQuery) {
		q.view = "duration"
		if widget.Range == "" && w.board.Range == "" {
			q.from = "now-30d/d"
		}
		if widget.Limit != nil {
			q.level = strconv.FormatFloat(*widget.Limit, 'f', -1, 64)
		}
	})
	if err != nil || !w.judge(d, m) {
		return err
	}
	l, line := w.r.Locale, d.lines[0]
	spec := chart.DurationSpec{Frame: d.frame(l), Zero: true, For: func(t time.Duration) string { return l.T("explore.hours", l.Int(int(t.Hours()))) }}
	m.Summary = d.peaks(0, l)
	spec.ID, spec.Title, spec.Desc = "w-"+widget.ID+"-p", m.Title, m.Summary
	spec.Width, spec.Height = w.size(widget)
	spec.Curves = []chart.Curve{{Held: series.Duration(line.slots), Color: line.color}}
	if d.level != nil {
		spec.Rules = []chart.Rule{{Value: *d.level, Label: l.Quantity(*d.level, line.unit)}}
	}
	m.Picture, m.About = chart.Duration(spec), l.T("chart.about", line.unit, d.zone.String())
	return nil
}

// guard lists cold rooms and the like: each value, and for how long it was above the limit today.
func (w *widgetReader) guard(ctx context.Context, widget board.Widget, m *templates.WidgetModel) error {
	d, err := w.explored(ctx, widget, m, func(q *exploreQuery) { q.from = "now/d" })
	if err != nil {
		return err
	}
	l := w.r.Locale
	for i, line := range d.lines {
		sum := series.Summarize(line.slots)
		item := templates.WidgetItem{Link: templates.Link{Text: d.name(i), Href: variableHref(line.variable.ID)}, State: templates.StateModel{Name: "ok", Text: l.T("state.ok")}, Value: l.T("state.no-data")}
		switch {
		case sum.Count == 0:
			item.State = templates.StateModel{Name: "silent", Text: l.T("state.silent")}
		case widget.Limit != nil && sum.Last > *widget.Limit:
			item.State = templates.StateModel{Name: "alarm", Text: l.T("state.alarm")}
		}
		if sum.Count > 0 {
			item.Value = l.Quantity(sum.Last, line.unit)
		}
		if widget.Limit != nil && sum.Count > 0 {
			if above := series.About(line.slots, *widget.Limit).Above; above > 0 {
				item.Note = l.T("widget.above-limit", l.Duration(above))
			}
		}
		m.Items = append(m.Items, item)
	}
	if widget.Limit != nil {
		m.About = l.Quantity(*widget.Limit, d.lines[0].unit)
	}
	w.judge(d, m)
	return nil
}

// price draws today, also what is known of the hours to come.
func (w *widgetReader) price(ctx context.Context, widget board.Widget, m *templates.WidgetModel) error {
	d, err := w.explored(ctx, widget, m, func(q *exploreQuery) { q.from, q.to = "now/d", "now/d" })
	if err != nil || !w.judge(d, m) {
		return err
	}
	m.Summary = d.summary(0, w.r.Locale)
	w.draw(d.trend(w.r.Locale), widget, m)
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
	d, err := w.explored(ctx, widget, m, func(q *exploreQuery) { q.from, q.to, q.g = "now/d", "now/d", "hour" })
	if err != nil || !w.judge(d, m) {
		return err
	}
	line := &d.lines[0]
	earlier := make([]course, usualDays)
	back := make([]series.Range, usualDays)
	for i, r := 0, d.r; i < usualDays; i++ {
		r, _ = r.Shift(series.WeekBefore)
		back[i] = r
	}
	err = each(ctx, back, func(ctx context.Context, i int, r series.Range) error {
		earlier[i] = line.read(ctx, w.reader, r, d.granularity)
		return endsSession(earlier[i].err)
	})
	if err != nil {
		return err
	}
	var curves [][]series.Slot
	for i, c := range earlier {
		if c.err == nil {
			curves = append(curves, series.Align(c.slots, back[i], d.r))
		}
	}
	l := w.r.Locale
	low, high := band(curves, line.slots)
	t := trendData{r: d.r, now: w.now, unit: line.unit, lines: []trendLine{
		{slots: addedUp(line.slots), color: line.color, zero: true, label: l.T("widget.so-far")},
		{slots: low, color: line.color, compare: true, zero: true, label: l.T("widget.usual")}, {slots: high, color: line.color, compare: true, zero: true, label: l.T("widget.usual")},
	}}
	w.draw(t, widget, m)
	m.Legend = m.Legend[:2]
	f := &templates.FigureModel{}
	f.Value, f.Unit = l.Parts(series.Summarize(line.slots).Sum, line.unit)
	m.Figure = f
	return nil
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
	sums := make([]map[int64]float64, len(curves))
	for i, c := range curves {
		sums[i] = byStart(addedUp(c))
	}
	for _, s := range slots {
		var values []float64
		for _, sum := range sums {
			if v, ok := sum[s.Start.Unix()]; ok {
				values = append(values, v)
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
		m.State, m.Reason = "empty", l.T("widget.no-data")
		return nil
	}
	unit := line.unit
	if line.isAmount(d.granularity) {
		unit = rateUnit(unit)
	}
	f := &templates.FigureModel{Note: l.T("widget.month-peak", l.DateTime(highest.Start.In(d.zone), w.now))}
	f.Value, f.Unit = l.Parts(highest.Value, unit)
	if widget.Limit != nil && *widget.Limit != 0 {
		f.Change = l.Percent(highest.Value / *widget.Limit)
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

// Sites lists the sites that the person may see, as choices.
func (p *Pages) Sites(r *Request, chosen datahub.SiteID) ([]templates.OptionModel, error) {
	sites, err := p.reader(r).sites(r.Context())
	var list []templates.OptionModel
	for _, s := range sites {
		list = append(list, templates.OptionModel{Value: strconv.FormatInt(int64(s.ID), 10), Text: locale.Name(s.Name), Selected: s.ID == chosen})
	}
	return list, err
}

// Variables lists the variables of a site by meter; the addresses of the links are references.
func (p *Pages) Variables(r *Request, site datahub.SiteID) ([]templates.PickGroup, error) {
	rd := p.reader(r)
	refs, err := rd.lists(r.Context())
	if err != nil {
		return nil, err
	}
	of, err := rd.sourcesOf(r.Context(), site)
	if err != nil {
		return nil, err
	}
	variables, err := rd.variablesOf(r.Context(), of[site])
	if err != nil {
		return nil, err
	}
	var groups []templates.PickGroup
	for _, src := range of[site] {
		g := templates.PickGroup{Name: locale.Name(src.Name), Icon: energyIcon(src.EnergyTypeID, refs.energyTypes[src.EnergyTypeID])}
		for _, v := range variables[src.ID] {
			g.Links = append(g.Links, templates.Link{Text: locale.Join(locale.Name(v.Name), locale.Bracket(refs.symbol(v.UnitID))), Href: series.Ref{Variable: v.ID}.String()})
		}
		if len(g.Links) > 0 {
			groups = append(groups, g)
		}
	}
	return groups, nil
}

// SeriesNames returns what variables are called, by reference; one that cannot be read is called by its reference.
func (p *Pages) SeriesNames(r *Request, refs []string) (map[string]string, error) {
	rd := p.reader(r)
	names := map[string]string{}
	for _, text := range refs {
		names[text] = text
		ref, err := series.ParseRef(text)
		if err != nil {
			continue
		}
		line, err := readLine(r.Context(), rd, ref)
		if ends := endsSession(err); ends != nil {
			return nil, ends
		}
		if err == nil {
			names[text] = locale.Join(locale.Name(line.variable.Name), "· "+locale.Name(line.siteName))
		}
	}
	return names, nil
}
