package dashboards

import (
	"errors"
	"net/http"
	"strconv"

	"portico/internal/board"
	"portico/internal/datahub"
	"portico/internal/pages"
	"portico/internal/query"
	"portico/web/templates"
)

const (
	wallRows  = 12 // that can be read from four metres
	wallEvery = 60 // seconds after which a wall that shows one part only is loaded again
	wallTurn  = 20 // and after which it turns to the next part
)

// stop is what a wall shows at a time: a part of a dashboard.
type stop struct {
	board.Stored                // the whole of it
	part         board.Board    // what is shown
	site         datahub.SiteID // which a template shows; 0 leaves it to the address
}

// stopsOf cuts a dashboard into what a wall shows one after the other.
func stopsOf(s board.Stored, site datahub.SiteID) (stops []stop) {
	for _, part := range partsOf(s.Board) {
		stops = append(stops, stop{s, part, site})
	}
	return stops
}

// wall shows a dashboard without anything around it, part by part when it is higher than a screen.
func (p *Pages) wall(_ http.ResponseWriter, r *pages.Request) error {
	s, err := found(r)
	if err != nil {
		return err
	}
	return p.turn(r, "/tv/"+s.ID, stopsOf(s, 0), wallTurn)
}

// rotation shows the dashboards of a screen one after the other. Those that are gone are left out, until none is left.
func (p *Pages) rotation(_ http.ResponseWriter, r *pages.Request) error {
	if r.Wall == nil {
		return pages.ErrNotFound
	}
	var stops []stop
	for _, b := range r.Wall.Boards {
		s, err := library(r).Load(r.Context(), person(r), b.ID)
		if errors.Is(err, board.ErrNotFound) {
			continue
		}
		if err != nil {
			return err
		}
		stops = append(stops, stopsOf(s, b.Site)...)
	}
	if len(stops) == 0 {
		stops = stopsOf(board.Stored{Board: board.Board{Title: r.Wall.Name, Widgets: []board.Widget{{ID: "gone", Kind: board.Text, W: board.Columns, H: 2, Title: r.Wall.Name, Text: r.Locale.T("screen.no-boards")}}}}, 0)
	}
	return p.turn(r, "/tv/list/"+r.Wall.Screen, stops, int(r.Wall.Every.Seconds()))
}

// turn shows the stop that the address says, and goes on to the next one after so many seconds.
func (p *Pages) turn(r *pages.Request, path string, stops []stop, turn int) error {
	values := r.URL.Query()
	page, err := query.Page(values)
	if err != nil {
		return err
	}
	paused, err := query.Choice(values, "pause", "1")
	if err != nil {
		return err
	}
	page = min(page, len(stops))
	s := stops[page-1]
	site := s.site
	if site == 0 {
		if site, _, err = p.site(r, s.Board); err != nil {
			return err
		}
	}
	widgets, err := p.widgets.Widgets(r, s.part, site, true)
	if err != nil {
		return err
	}
	pictured(widgets, "/tv/"+s.ID)
	l := r.Locale
	at := func(page int, pause string) string {
		return query.With(path, "page", query.Number(page), "pause", pause, "site", values.Get("site"))
	}
	m := templates.WallModel{Layout: r.Layout, Title: s.Board.Title, Widgets: widgets, Clock: r.Layout.Clock, Pause: templates.Link{Text: l.T("board.go-on"), Href: at(page, "")}}
	if len(stops) > 1 {
		m.Page = l.T("board.part", page, len(stops))
	}
	if paused == "" {
		every, next := wallEvery, page
		if len(stops) > 1 {
			every, next = turn, page%len(stops)+1
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
