package pages

import (
	"cmp"
	"context"
	"errors"
	"slices"
	"time"

	"portico/internal/board"
	"portico/internal/chart"
	"portico/internal/datahub"
	"portico/internal/locale"
	"portico/internal/series"
	"portico/web/templates"
)

// widgetItems bounds how many lines a widget has.
const widgetItems = 12

// lines is for how many lines a widget has room: on a wall, whose widgets do not grow with them, one is left for how many there are besides.
func (w *widgetReader) lines(widget board.Widget, n int) int {
	line := 29
	if widget.W < 4 && widget.H > 2 { // some take two
		line = 40
	}
	room := max((82*widget.H-75)/line, 1)
	if w.wall && n > min(room, widgetItems) {
		return min(max(room-1, 1), widgetItems)
	}
	return min(n, widgetItems)
}

// more says how many lines there are besides those that are shown on a wall.
func (w *widgetReader) more(m *templates.WidgetModel, n int) {
	if rest := n - len(m.Items); w.wall && rest > 0 && m.Reason == "" {
		m.Reason = w.r.Locale.T("widget.more", rest)
	}
}

// alarmWall lists the alarms that are present: the most urgent first, of those the ones that have stood for longest. What somebody has seen keeps its place, dimmed.
func (w *widgetReader) alarmWall(ctx context.Context, widget board.Widget, m *templates.WidgetModel) error {
	alarms, err := w.alarms(ctx, datahub.AlarmQuery{Sites: w.sitesOf(widget)})
	if err != nil {
		return err
	}
	alarms = slices.DeleteFunc(slices.Clone(alarms), func(a datahub.Alarm) bool {
		s := alarmState(a)
		return s != alarmPresent && s != alarmAcknowledged
	})
	slices.SortStableFunc(alarms, bySeverity)
	l := w.r.Locale
	for _, a := range alarms[:w.lines(widget, len(alarms))] {
		m.Items = append(m.Items, templates.WidgetItem{
			Link: templates.Link{Text: locale.Name(a.Name), Href: alarmHref(a.ID)}, State: alarmStateModel(a, l), Note: priorityText(a, l),
			Value: l.Duration(w.now.Sub(changed(a))), Dim: alarmState(a) == alarmAcknowledged,
		})
	}
	if len(alarms) > len(m.Items) {
		m.Reason = l.T("alarms.open-count", len(alarms))
	}
	m.Menu = []templates.Link{{Text: l.T("widget.all"), Href: "/alarms"}}
	w.noItems(m)
	return nil
}

// bySeverity orders alarms by priority, and those of one by how long they have been as they are, the longest first.
func bySeverity(a, b datahub.Alarm) int {
	return cmp.Or(cmp.Compare(urgency(a), urgency(b)), changed(a).Compare(changed(b)), cmp.Compare(a.ID, b.ID))
}

// sitesOf is which sites' alarms a widget asks for: nil for all.
func (w *widgetReader) sitesOf(widget board.Widget) []datahub.SiteID {
	switch {
	case widget.Site != 0:
		return []datahub.SiteID{datahub.SiteID(widget.Site)}
	case w.site != 0:
		return []datahub.SiteID{w.site}
	}
	return nil
}

// ribbon shows a day of alarms, a row for each site that had any.
func (w *widgetReader) ribbon(ctx context.Context, widget board.Widget, m *templates.WidgetModel) error {
	r := series.Range{From: w.now.Add(-24 * time.Hour), To: w.now, Zone: datahub.HomeZone()}
	var sites []siteProfile
	var spans map[datahub.SiteID][]chart.Band
	err := w.all(ctx, func(context.Context, *reader) (err error) {
		sites, err = w.chosen(widget)
		return err
	}, func(ctx context.Context, _ *reader) error {
		alarms, err := w.alarms(ctx, datahub.AlarmQuery{Sites: w.sitesOf(widget)})
		if err == nil {
			spans, err = w.spans(ctx, alarms, r)
		}
		return err
	})
	if err != nil {
		return err
	}
	spec := chart.RibbonSpec{Range: r, Names: 180, Time: timeAxis(r, w.r.Locale)}
	for _, s := range sites {
		if list := spans[s.site.ID]; len(list) > 0 {
			spec.Rows = append(spec.Rows, chart.RibbonRow{Label: locale.Name(s.site.Name), Href: w.siteHref(s.site.ID), Spans: list})
		}
	}
	m.Menu = []templates.Link{{Text: w.r.Locale.T("widget.all"), Href: "/alarms?view=days"}}
	if len(spec.Rows) == 0 {
		w.lacks(m, "none-"+m.Kind)
		return nil
	}
	slices.SortStableFunc(spec.Rows, func(a, b chart.RibbonRow) int { return cmp.Compare(rank(present(a, r)), rank(present(b, r))) })
	if w.wall { // as many as can be read
		spec.Names = 240
	}
	all := spec.Rows
	w.drawn(widget, m, spec.Frame, func(f chart.Frame) chart.SVG {
		spec.Frame, spec.Rows = f, all[:min(len(all), max((f.Height-18)/24, 1))]
		if f.Width == narrowWidth { // on a phone there is room below
			spec.Names, spec.Rows, spec.Height = 130, all, 0
		}
		return chart.Ribbon(spec)
	})
	return nil
}

// spans are the times in r at which alarms were present, by site.
func (w *widgetReader) spans(ctx context.Context, alarms []datahub.Alarm, r series.Range) (map[datahub.SiteID][]chart.Band, error) {
	alarms = slices.DeleteFunc(slices.Clone(alarms), func(a datahub.Alarm) bool {
		s := alarmState(a)
		return changed(a).Before(r.From) && s != alarmPresent && s != alarmAcknowledged
	})
	alarms = alarms[:min(len(alarms), alarmHistories)]
	changes, failed := make([][]datahub.StateChange, len(alarms)), make([]error, len(alarms))
	err := w.histories(ctx, alarms, r.From, r.To, func(i int, list []datahub.StateChange, err error) { changes[i], failed[i] = list, err })
	if err != nil {
		return nil, err
	}
	spans := map[datahub.SiteID][]chart.Band{}
	for i, a := range alarms {
		for _, s := range spansOf(a, changes[i], r.From, r.To) {
			spans[a.Site] = append(spans[a.Site], chart.Band{From: s.from, To: s.to, Label: locale.Name(a.Name), State: alarmState(a)})
		}
	}
	return spans, errors.Join(failed...)
}

// present reports whether an alarm of a row lasts until the end.
func present(row chart.RibbonRow, r series.Range) bool {
	return slices.ContainsFunc(row.Spans, func(b chart.Band) bool { return b.To.Equal(r.To) })
}

// siteMap shows all sites by their state.
func (w *widgetReader) siteMap(_ context.Context, widget board.Widget, m *templates.WidgetModel) error {
	sites, err := w.sites()
	if err != nil {
		return err
	}
	states := make([]templates.StateModel, len(sites))
	for i, s := range sites {
		states[i] = s.stateModel(w.r.Locale, w.now)
	}
	spec := chart.MapSpec{Title: m.Title, Letters: w.letters(), Closed: w.closed()}
	spec.Width, spec.Height = w.size(widget, nil)
	m.Picture, _ = siteMap(sites, states, spec, w.r.Locale, mapHref)
	if m.Picture != nil && spec.Width > narrowWidth {
		spec.Width, spec.Height, spec.Letters = narrowWidth, narrowWidth*9/10, 0 // for phones, on which it would become too small to be read
		m.Narrow, _ = siteMap(sites, states, spec, w.r.Locale, mapHref)
	}
	m.Menu = []templates.Link{{Text: w.r.Locale.T("widget.all"), Href: "/sites?view=map"}}
	if m.Picture == nil {
		w.lacks(m, "none-"+m.Kind)
	}
	return nil
}

// noItems says of a list without lines what that means.
func (w *widgetReader) noItems(m *templates.WidgetModel) {
	if len(m.Items) == 0 {
		w.lacks(m, "none-"+m.Kind)
	}
}

// freshness lists the main meters that are late, the longest silent first.
func (w *widgetReader) freshness(_ context.Context, widget board.Widget, m *templates.WidgetModel) error {
	sites, err := w.chosen(widget)
	if err != nil {
		return err
	}
	sites = slices.DeleteFunc(slices.Clone(sites), func(s siteProfile) bool {
		return !s.electricity.found || s.electricity.err != nil || freshness(w.now.Sub(s.electricity.last), s.electricity.own) == "ok"
	})
	slices.SortStableFunc(sites, func(a, b siteProfile) int { return a.electricity.last.Compare(b.electricity.last) })
	l := w.r.Locale
	for _, s := range sites[:w.lines(widget, len(sites))] {
		p := s.electricity
		state := freshness(w.now.Sub(p.last), p.own)
		item := templates.WidgetItem{Link: templates.Link{Text: locale.Name(s.site.Name), Href: siteHref(s.site.ID)}, State: templates.StateModel{Name: state, Text: l.T(locale.Key("state." + state))}, Value: l.T("state.no-data")}
		if !p.last.IsZero() {
			item.Value = l.Duration(w.now.Sub(p.last))
		}
		m.Items = append(m.Items, item)
	}
	w.more(m, len(sites))
	m.Menu = []templates.Link{{Text: l.T("widget.all"), Href: "/sites?status=late"}}
	w.noItems(m)
	return nil
}
