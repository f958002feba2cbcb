package dashboards

import (
	"net/http"

	"portico/internal/board"
	"portico/internal/datahub"
	"portico/internal/pages"
	"portico/web/templates"
)

// PrintPath is what the address of a dashboard for the printer ends with. Such a page is sent when all of it is there: nobody prints a skeleton.
const PrintPath = "/print"

// print shows a dashboard for the printer: all widgets one after the other, none of them cut by the end of a page, and above them what is shown, when, and how much of it there is.
func (p *Pages) print(_ http.ResponseWriter, r *pages.Request) error {
	s, err := found(r)
	if err != nil {
		return err
	}
	site, sites, err := p.site(r, s.Board)
	if err != nil {
		return err
	}
	widgets, err := p.widgets.Widgets(r, onPaper(s.Board), site)
	if err != nil {
		return err
	}
	pictured(widgets, address(s.ID))
	l, zone := r.Locale, datahub.HomeZone()
	if r.Zone != nil {
		zone = r.Zone
	}
	m := templates.PrintModel{Layout: r.Layout, Title: s.Board.Title, Widgets: widgets, Back: templates.Link{Text: l.T("board.back"), Href: address(s.ID)}}
	m.Layout.Theme = "light" // also for pictures that are drawn for a theme
	for _, o := range sites {
		if o.Selected {
			m.Facts = append(m.Facts, o.Text)
		}
	}
	now := r.Now.In(zone)
	m.Facts = append(m.Facts, l.Date(now)+" "+l.Time(now)+" ("+zone.String()+")", l.T("board.complete", wholeOf(widgets), len(widgets)))
	return r.Render(http.StatusOK, templates.Print(m))
}

// How wide a page is in columns of a desk, and half of it: what is drawn so wide is written there as large as beside it.
const (
	paperWide = 7
	paperHalf = 4
)

// onPaper is a board as its widgets lie on a page: half as wide as it or wholly, which is also so for one that has nobody beside it, and high enough for lists without an end.
func onPaper(b board.Board) board.Board {
	b = b.Clone()
	left := false // half of a line is taken
	for i := range b.Widgets {
		w := &b.Widgets[i]
		half := w.W < 6
		if half && !left {
			half = i+1 < len(b.Widgets) && b.Widgets[i+1].W < 6
		}
		if w.W = paperWide; half {
			w.W = paperHalf
		}
		left = half && !left
		if w.H = max(w.H, 5); w.Kind == board.AlarmRibbon || w.Kind == board.Completeness {
			w.H = 12
		}
	}
	return b
}

// wholeOf counts the widgets of which nothing is missing.
func wholeOf(widgets []templates.WidgetModel) (n int) {
	for _, m := range widgets {
		if m.State != "partial" && m.State != "failed" && m.State != "silent" {
			n++
		}
	}
	return n
}
