package dashboards

import (
	"errors"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"portico/internal/board"
	"portico/internal/datahub"
	"portico/internal/pages"
	"portico/internal/query"
	"portico/web/static"
	"portico/web/templates"
)

const (
	wallRows  = 12 // that can be read from four metres
	wallEvery = 60 // seconds after which a wall that shows one part only is loaded again where no script does better
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
	stops := stopsOf(s, 0)
	if r.Wall != nil {
		stops = listed(r.Wall, s)
	}
	return p.turn(r, tour{path: "/tv/" + s.ID, stops: stops, every: wallTurn})
}

// listed cuts a dashboard for a screen, which sees a template for the sites that its list names.
func listed(w *pages.Wall, s board.Stored) (stops []stop) {
	for _, b := range w.Boards {
		if b.ID == s.ID {
			stops = append(stops, stopsOf(s, b.Site)...)
		}
	}
	return stops
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
	return p.turn(r, tour{path: "/tv/list/" + r.Wall.Screen, stops: stops, every: int(r.Wall.Every.Seconds())})
}

// tour is what a wall turns through, and where it is.
type tour struct {
	path   string
	stops  []stop
	every  int    // seconds between two of them
	at     int    // from 1
	asked  string // the site that the address names
	paused bool
	only   []string // ids of the widgets that a script asks for; nil for all
}

// read reads the address of a wall.
func (t *tour) read(values url.Values) error {
	page, err := query.Page(values)
	if err != nil {
		return err
	}
	paused, err := query.Choice(values, "pause", "1")
	if err != nil {
		return err
	}
	only, err := query.One(values, "only", 2000)
	if err != nil {
		return err
	}
	t.at, t.paused, t.asked = min(page, len(t.stops)), paused != "", values.Get("site")
	if only != "" {
		t.only = strings.Split(only, ",")
	}
	return nil
}

// turn shows the stop that the address says, and goes on to the next one. Scripts ask for its parts: "wall", which is all of a stop, and "widgets", which are those that have changed.
func (p *Pages) turn(r *pages.Request, t tour) error {
	if err := t.read(r.URL.Query()); err != nil {
		return err
	}
	s := t.stops[t.at-1]
	if s.site == 0 {
		var err error
		if s.site, _, err = p.site(r, s.Board); err != nil {
			return err
		}
	}
	if t.only != nil {
		s.part.Widgets = slices.DeleteFunc(s.part.Widgets, func(w board.Widget) bool { return !slices.Contains(t.only, w.ID) })
	}
	pictures, err := p.widgets.Pictures(r, s.part, s.site, "/tv/"+s.ID)
	if err != nil {
		return err
	}
	if slices.Contains(r.Parts, "widgets") {
		return r.Render(http.StatusOK, templates.WallWidgets(pictures.Widgets))
	}
	return r.Render(http.StatusOK, templates.Wall(t.present(r, s, pictures)))
}

// present makes the page of a wall.
func (t *tour) present(r *pages.Request, s stop, pictures pages.Pictures) templates.WallModel {
	l := r.Locale
	m := templates.WallModel{
		Layout: r.Layout, Board: s.name(), Revision: strconv.FormatInt(s.Revision, 10), Title: s.Board.Title, Widgets: pictures.Widgets, Clock: r.Layout.Clock,
		Self: "/x" + t.address(t.at, ""), Trouble: string(pictures.Trouble), Paused: t.paused, Pause: templates.Link{Text: l.T("board.pause"), Href: t.address(t.at, "1")},
	}
	if !pictures.Since.IsZero() {
		m.Since = pictures.Since.UTC().Format(time.RFC3339)
	}
	every, next := wallEvery, t.at
	if n := len(t.stops); n > 1 {
		before := (t.at+n-2)%n + 1
		every, next = t.every, t.at%n+1
		m.Page, m.Before, m.Next, m.Turn = l.T("board.part", t.at, n), "/x"+t.address(before, ""), "/x"+t.address(next, ""), strconv.Itoa(every)
		pause := ""
		if t.paused {
			pause = "1"
		}
		m.Steps = []templates.Link{{Text: l.T("wall.back"), Href: t.address(before, pause)}, {Text: l.T("wall.forward"), Href: t.address(next, pause)}}
	}
	if t.paused {
		m.Pause = templates.Link{Text: l.T("board.go-on"), Href: t.address(t.at, "")}
	} else {
		m.Layout.Reload = strconv.Itoa(every) + ";url=" + t.address(next, "")
	}
	m.Layout.Watch, m.Layout.Assets.App = nil, static.URL("wall.js")
	if m.Layout.Live != nil {
		m.Layout.Live = t.live(*m.Layout.Live, s)
	}
	return m
}

// live is where a wall hears of all boards that it turns through. A template without a site of its own shows the present one's.
func (t *tour) live(m templates.LiveModel, now stop) *templates.LiveModel {
	var names []string
	for _, s := range t.stops {
		if s.ID == now.ID && s.site == 0 {
			s.site = now.site
		}
		if name := s.name(); !slices.Contains(names, name) {
			names = append(names, name)
		}
	}
	path, text, _ := strings.Cut(m.URL, "?")
	values, _ := url.ParseQuery(text) // ours
	m.URL = query.With(path, "topics", "alarms", "boards", strings.Join(names, ","), "screen", values.Get("screen"))
	return &m
}

// name is what the stream calls a board: its id, and the site of a template.
func (s stop) name() string {
	if !s.Board.PerSite || s.site == 0 {
		return s.ID
	}
	return s.ID + "." + strconv.FormatInt(int64(s.site), 10)
}

func (t *tour) address(at int, pause string) string {
	return query.With(t.path, "page", query.Number(at), "pause", pause, "site", t.asked)
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
