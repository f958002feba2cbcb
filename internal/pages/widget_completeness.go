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

// completeSite is a site with the days of its main meter.
type completeSite struct {
	site datahub.Site
	meterQuality
}

// share is the part of the expected values of all days that came.
func (s *completeSite) share() float64 {
	came, expected := s.complete()
	return float64(came) / float64(max(expected, 1))
}

// completeness draws how much of each day of the last thirty has come from the main meter of each site, the site that lacks most on top.
func (w *widgetReader) completeness(ctx context.Context, widget board.Widget, m *templates.WidgetModel) error {
	sites, err := w.chosen(widget)
	if err != nil {
		return err
	}
	l := w.r.Locale
	m.Menu = []templates.Link{{Text: l.T("widget.all"), Href: "/quality"}}
	all, err := w.completeSites(ctx, sites)
	if err != nil {
		return err
	}
	list := slices.DeleteFunc(slices.Clone(all), func(s *completeSite) bool { return s.err != nil })
	switch {
	case len(all) == 0:
		w.lacks(m, "none-"+m.Kind)
		return nil
	case len(list) == 0:
		return all[0].err
	case len(list) < len(all):
		m.State, m.Reason = "partial", l.T("widget.some-failed", len(all)-len(list), len(all))
	}
	slices.SortStableFunc(list, func(a, b *completeSite) int { return cmp.Compare(a.share(), b.share()) })
	sum, days := 0.0, list[0].days
	for _, s := range list {
		sum += s.share()
	}
	m.About = l.Range(days[0].from, midnight(days[qualityDays-1].from, list[0].zone, 1))
	m.Summary = locale.Join(l.T("widget.partly", l.Percent(sum/float64(len(list)))), "· "+l.T("overview.sites", len(list)))
	w.strip(list, widget, m)
	return nil
}

// completeSites reads the days of the main meters, in as few calls as there are zones.
func (w *widgetReader) completeSites(ctx context.Context, sites []siteProfile) ([]*completeSite, error) {
	var list []*completeSite
	var asked []*question
	for _, s := range sites {
		v, zone := s.electricity.variable, w.in(s.site.Zone())
		if !s.electricity.found || v.Step.Duration() <= 0 {
			continue
		}
		one := &completeSite{s.site, meterQuality{variable: v, zone: zone, from: midnight(w.now, zone, 1-qualityDays)}}
		list, asked = append(list, one), append(asked, one.daily(&one.counts, datahub.Count, w.now)...)
	}
	err := w.points(ctx, asked)
	for _, s := range list {
		s.fill(w.now)
	}
	return list, err
}

// strip draws as many sites as there is room for.
func (w *widgetReader) strip(list []*completeSite, widget board.Widget, m *templates.WidgetModel) {
	l := w.r.Locale
	spec := chart.HeatSpec{Ramp: chart.Ramp{High: 1, Cool: true}, Names: 190}
	spec.Value = func(v float64) string { return l.Percent(v) }
	spec.Day = func(i int) string {
		if day := list[0].days[i].from; day.Weekday() == time.Monday {
			return strconv.Itoa(day.Day())
		}
		return ""
	}
	for _, s := range list {
		row := chart.HeatRow{Label: locale.Name(s.site.Name)}
		if !w.closed() {
			row.Href = siteTabHref(s.site.ID, "quality")
		}
		for _, d := range s.days {
			row.Days = append(row.Days, series.Slot{Start: d.from, End: midnight(d.from, s.zone, 1), Value: d.share(), Missing: d.share() <= 0, Future: d.share() < 0})
		}
		spec.Rows = append(spec.Rows, row)
	}
	spec.Says = func(row, day int) string {
		return l.Day(list[row].days[day].from) + ": " + l.Percent(max(list[row].days[day].share(), 0))
	}
	all := spec.Rows
	w.drawn(widget, m, chart.Frame{}, func(f chart.Frame) chart.SVG {
		f.Value = spec.Value
		spec.Frame, spec.Rows = f, all[:min(len(all), max((f.Height-20)/chart.HeatRowHeight, 2))]
		if f.Width == narrowWidth { // on a phone there is room below
			spec.Names, spec.Rows = 120, all
		}
		return chart.Heat(spec)
	})
}
