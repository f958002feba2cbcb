package dashboards

import (
	"net/http"
	"strconv"

	"portico/internal/board"
	"portico/internal/pages"
	"portico/internal/query"
	"portico/web/templates"
)

const (
	wallRows  = 12 // that can be read from four metres
	wallEvery = 60 // seconds after which a wall that shows one part only is loaded again
	wallTurn  = 20 // and after which it turns to the next part
)

// wall shows a dashboard without anything around it, part by part when it is higher than a screen.
func (p *Pages) wall(_ http.ResponseWriter, r *pages.Request) error {
	s, err := found(r)
	if err != nil {
		return err
	}
	values := r.URL.Query()
	page, err := query.Page(values)
	if err != nil {
		return err
	}
	paused, err := query.Choice(values, "pause", "1")
	if err != nil {
		return err
	}
	site, _, err := p.site(r, s.Board)
	if err != nil {
		return err
	}
	parts := partsOf(s.Board)
	page = min(page, len(parts))
	widgets, err := p.widgets.Widgets(r, parts[page-1], site, true)
	if err != nil {
		return err
	}
	l := r.Locale
	at := func(page int, pause string) string {
		return query.With("/tv/"+s.ID, "page", query.Number(page), "pause", pause, "site", values.Get("site"))
	}
	m := templates.WallModel{Layout: r.Layout, Title: s.Board.Title, Widgets: widgets, Clock: r.Layout.Clock, Pause: templates.Link{Text: l.T("board.go-on"), Href: at(page, "")}}
	if len(parts) > 1 {
		m.Page = l.T("board.part", page, len(parts))
	}
	if paused == "" {
		every, next := wallEvery, page
		if len(parts) > 1 {
			every, next = wallTurn, page%len(parts)+1
		}
		m.Layout.Refresh = strconv.Itoa(every) + ";url=" + at(next, "")
		m.Pause = templates.Link{Text: l.T("board.pause"), Href: at(page, "1")}
	}
	return r.Render(http.StatusOK, templates.Wall(m))
}

// partsOf cuts a board into parts that a screen has room for, at least one, between widgets as far as that goes.
func partsOf(b board.Board) []board.Board {
	part := b
	part.Widgets = nil
	var parts []board.Board
	from := 0
	for _, w := range b.Widgets {
		if w.Y+w.H > from+wallRows && len(part.Widgets) > 0 {
			parts = append(parts, part)
			part.Widgets, from = nil, w.Y
		}
		w.Y = max(w.Y-from, 0)
		w.H = min(w.H, wallRows-w.Y)
		part.Widgets = append(part.Widgets, w)
	}
	return append(parts, part)
}
