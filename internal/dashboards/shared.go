package dashboards

import (
	"net/http"
	"strconv"

	"portico/internal/board"
	"portico/internal/datahub"
	"portico/internal/pages"
	"portico/web/templates"
)

// sharedEvery is after how many seconds the page of a link is loaded again.
const sharedEvery = 300

// Shared shows a dashboard to the visitors of a link: nothing to change, nothing that leads elsewhere. The address chooses nothing, so that nothing is answered but what was shared. path is the page's own.
func (p *Pages) Shared(_ http.ResponseWriter, r *pages.Request, s board.Stored, site datahub.SiteID, path string) error {
	widgets, err := p.widgets.Widgets(r, s.Board, site)
	if err != nil {
		return err
	}
	pictured(widgets, path)
	l := r.Locale
	m := templates.SharedModel{Layout: r.Layout, Title: s.Board.Title, About: l.T("share.by", r.By), Widgets: widgets, Clock: r.Layout.Clock}
	m.Layout.Refresh, m.Layout.NoIndex = strconv.Itoa(sharedEvery), true
	return r.Render(http.StatusOK, templates.Shared(m))
}

// SharedPicture answers with the picture to which a widget of a shared dashboard refers.
func (p *Pages) SharedPicture(w http.ResponseWriter, r *pages.Request, s board.Stored, _ datahub.SiteID, _ string) error {
	return p.pictureOf(w, r, s.Board)
}
