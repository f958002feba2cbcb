package dashboards

import (
	"net/http"
	"strconv"

	"portico/internal/board"
	"portico/internal/datahub"
	"portico/internal/locale"
	"portico/internal/pages"
	"portico/internal/query"
	"portico/web/templates"
)

// view shows a dashboard.
func (p *Pages) view(_ http.ResponseWriter, r *pages.Request) error {
	s, err := found(r)
	if err != nil {
		return err
	}
	done, err := query.Choice(r.URL.Query(), "done", "save", "share", "unshare", "restore")
	if err != nil {
		return err
	}
	site, sites, err := p.site(r, s.Board)
	if err != nil {
		return err
	}
	l := r.Locale
	m := templates.DashboardModel{
		ID: s.ID, Sites: sites, Action: address(s.ID), Shared: s.Shared, Sharing: r.Who.Account != "",
		Head: templates.PageHeadModel{
			Crumbs: []templates.Link{{Text: l.T("place.dashboards"), Href: "/dashboards"}}, Title: s.Board.Title, Facts: []string{by(s, r)},
			Actions: []templates.Link{{Text: l.T("board.edit"), Href: address(s.ID, "/edit")}, {Text: l.T("screen.show"), Href: query.With("/pair", "board", s.ID, "site", r.URL.Query().Get("site"))}},
		},
	}
	if len(s.Board.Widgets) == 0 {
		m.Empty = &templates.EmptyModel{Text: l.T("board.empty"), Next: templates.Link{Text: l.T("board.edit"), Href: address(s.ID, "/edit")}}
	}
	if s.Board.PerSite && site != 0 {
		m.SiteParam = "&site=" + strconv.FormatInt(int64(site), 10)
	}
	if done != "" {
		m.Done = l.T(locale.Key("board.done-" + done))
	}
	return p.widgets.FillWidgets(r, s.Board, site, func(widgets []templates.WidgetModel) error {
		pictured(widgets, address(s.ID))
		m.Layout, m.Widgets = r.Layout, widgets
		return r.Render(http.StatusOK, templates.Dashboard(m))
	})
}

// site returns which site a template shows, and the choice of others: the one that the address names, else the first.
func (p *Pages) site(r *pages.Request, b board.Board) (datahub.SiteID, []templates.OptionModel, error) {
	site, err := siteOf(r)
	if err != nil || !b.PerSite {
		return 0, nil, err
	}
	sites, err := p.widgets.Sites(r, site)
	if err != nil || len(sites) == 0 {
		return 0, sites, err
	}
	if site == 0 {
		sites[0].Selected = true
		id, err := query.ParseID(sites[0].Value)
		return datahub.SiteID(id), sites, err
	}
	return site, sites, nil
}

// change does something with a whole dashboard.
func (p *Pages) change(w http.ResponseWriter, r *pages.Request) error {
	if err := form(r); err != nil {
		return err
	}
	s, err := found(r)
	if err != nil {
		return err
	}
	lib, who, do := library(r), person(r), r.PostForm.Get("do")
	switch do {
	case "duplicate":
		b := s.Board.Clone()
		b.Title = shorten(r.Locale.T("board.copy-of", b.Title))
		return p.keep(w, r, b, "")
	case "share", "unshare":
		err = lib.Share(r.Context(), who, s.ID, do == "share")
	case "delete":
		if r.PostForm.Get("sure") == "" {
			return p.ask(r, s)
		}
		if err := lib.Delete(r.Context(), who, s.ID); err != nil {
			return known(err)
		}
		return see(w, r, "/dashboards?done=delete")
	default:
		return &query.Error{Param: "do", Err: query.ErrChoice}
	}
	if _, ok := refusal(err, r.Locale); ok {
		return p.refuse(r, err)
	}
	if err != nil {
		return known(err)
	}
	return see(w, r, address(s.ID, "?done=", do))
}

// ask lets the person think again before a dashboard is gone.
func (p *Pages) ask(r *pages.Request, s board.Stored) error {
	l := r.Locale
	return r.Render(http.StatusOK, templates.DashboardDelete(templates.DashboardDeleteModel{
		Layout: r.Layout, ID: s.ID, Head: templates.PageHeadModel{Crumbs: []templates.Link{{Text: s.Board.Title, Href: address(s.ID)}}, Title: l.T("board.delete-title", s.Board.Title)}, Shared: s.Shared,
	}))
}

// shorten keeps a title within its bounds.
func shorten(title string) string {
	if runes := []rune(title); len(runes) > board.MaxName {
		return string(runes[:board.MaxName])
	}
	return title
}
