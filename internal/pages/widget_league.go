package pages

import (
	"cmp"
	"context"
	"slices"

	"portico/internal/board"
	"portico/internal/locale"
	"portico/web/templates"
)

// standing is a site of a league.
type standing struct {
	site siteProfile
	f    figures
	by   float64 // what it is ordered by, the largest first
}

// league lists the sites in the order that was chosen. Those of which what it takes is not known are left out.
func (w *widgetReader) league(_ context.Context, widget board.Widget, m *templates.WidgetModel) error {
	sites, err := w.sites()
	if err != nil {
		return err
	}
	var list []standing
	for _, s := range sites {
		if !s.electricity.usable() {
			continue
		}
		e := standing{site: s, f: s.electricity.figures(s.site.Zone(), w.now)}
		var known bool
		if e.by, known = e.in(widget.Order); known {
			list = append(list, e)
		}
	}
	slices.SortStableFunc(list, func(a, b standing) int { return cmp.Compare(b.by, a.by) })
	l := w.r.Locale
	for _, e := range list[:w.lines(widget, len(list))] {
		m.Items = append(m.Items, e.item(widget.Order, w))
	}
	w.more(m, len(list))
	m.About = l.T("widget.so-far")
	if widget.Order != board.ByUse {
		m.About = l.T(locale.Key("order." + string(widget.Order)))
	}
	m.Menu = []templates.Link{{Text: l.T("widget.all"), Href: "/sites?sort=" + map[board.Order]string{board.ByChange: "-change", board.ByComplete: "data"}[widget.Order]}}
	if widget.Order == board.ByUse || widget.Order == board.ByArea {
		m.Menu[0].Href += "-today"
	}
	w.noItems(m)
	return nil
}

// in is what an order looks at; false when it is not known.
func (e standing) in(o board.Order) (float64, bool) {
	switch o {
	case board.ByArea:
		m2, ok := floorOf(e.site.site)
		factor, energy := kilo[e.site.electricity.unit]
		if !ok || !energy || m2 <= 0 {
			return 0, false
		}
		return e.f.today * factor / m2, true
	case board.ByChange:
		return e.f.change()
	case board.ByComplete:
		return -e.f.share, true
	}
	return e.f.today, true
}

// item shows first what the league is ordered by, and beside the name what else is worth knowing.
func (e standing) item(o board.Order, w *widgetReader) templates.WidgetItem {
	l := w.r.Locale
	item := templates.WidgetItem{Link: templates.Link{Text: locale.Name(e.site.site.Name), Href: siteHref(e.site.site.ID)}, State: e.site.stateModel(l, w.now)}
	today, change := l.Quantity(e.f.today, e.site.electricity.unit), ""
	if _, ok := e.f.change(); ok {
		change = l.Change(e.f.before, e.f.sofar)
	}
	switch o {
	case board.ByArea:
		item.Value, item.Note = l.Quantity(e.by, "kWh/m²"), today
	case board.ByChange:
		item.Value, item.Note = change, today
	case board.ByComplete:
		item.Value = l.Percent(e.f.share)
	default:
		item.Value, item.Note = today, change
	}
	return item
}
