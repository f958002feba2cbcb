package dashboards

import (
	"net/http"

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
	widgets, err := p.widgets.Widgets(r, s.Board, site)
	if err != nil {
		return err
	}
	pictured(widgets, address(s.ID))
	l, zone := r.Locale, datahub.HomeZone()
	if r.Zone != nil {
		zone = r.Zone
	}
	m := templates.PrintModel{Layout: r.Layout, Title: s.Board.Title, Widgets: widgets, Back: templates.Link{Text: l.T("board.back"), Href: address(s.ID)}}
	for _, o := range sites {
		if o.Selected {
			m.Facts = append(m.Facts, o.Text)
		}
	}
	now := r.Now.In(zone)
	m.Facts = append(m.Facts, l.Date(now)+" "+l.Time(now)+" ("+zone.String()+")", l.T("board.complete", wholeOf(widgets), len(widgets)))
	return r.Render(http.StatusOK, templates.Print(m))
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
