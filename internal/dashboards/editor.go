package dashboards

import (
	"cmp"
	"net/http"
	"slices"

	"portico/internal/board"
	"portico/internal/datahub"
	"portico/internal/locale"
	"portico/internal/pages"
	"portico/internal/query"
	"portico/web/static"
	"portico/web/templates"
)

// editor shows the draft of a dashboard, with the settings of one widget open when the address names it.
func (p *Pages) editor(_ http.ResponseWriter, r *pages.Request) error {
	return p.showEditor(r, http.StatusOK, "")
}

func (p *Pages) showEditor(r *pages.Request, status int, problem string) error {
	s, err := found(r)
	if err != nil {
		return err
	}
	d, err := library(r).Draft(r.Context(), person(r), s.ID)
	if err != nil {
		return known(err)
	}
	site, err := siteOf(r)
	if err != nil {
		return err
	}
	b := d.Board
	widgets, err := p.widgets.Widgets(r, b, site)
	if err != nil {
		return err
	}
	pictured(widgets, address(s.ID, "/edit"))
	l := r.Locale
	m := templates.DashboardEditModel{
		Layout: r.Layout, ID: s.ID, Widgets: widgets, Undo: len(d.Before) > 0, Changed: len(d.Before) > 0 || d.Revision != s.Revision, PerSite: b.PerSite, Error: problem,
		Head: templates.PageHeadModel{Crumbs: []templates.Link{{Text: l.T("place.dashboards"), Href: "/dashboards"}, {Text: s.Board.Title, Href: address(s.ID)}}, Title: l.T("board.edit-title", s.Board.Title)},
		Board: []templates.FieldModel{
			{Name: "title", Label: l.T("board.title"), Value: b.Title, Hint: l.T("board.title-hint")}, {Name: "folder", Label: l.T("board.folder"), Value: b.Folder, Hint: l.T("board.folder-hint")},
			{Name: "range", Label: l.T("board.range"), Value: b.Range, Hint: l.T("board.range-hint")},
		},
	}
	m.Layout.Assets.Modules = append(slices.Clone(m.Layout.Assets.Modules), static.URL("board_edit.js"))
	for _, f := range board.Forms {
		m.Kinds = append(m.Kinds, templates.OptionModel{Value: string(f.Kind), Text: l.T(locale.Key("widget." + string(f.Kind)))})
	}
	if m.Chosen, err = p.widgetForm(r, s.ID, b, site); err != nil {
		return err
	}
	return r.Render(status, templates.DashboardEdit(m))
}

// widgetForm is the settings of the widget that the address names, nil without one.
func (p *Pages) widgetForm(r *pages.Request, id string, b board.Board, site datahub.SiteID) (*templates.WidgetFormModel, error) {
	name, err := query.One(r.URL.Query(), "w", 32)
	i := b.Find(name)
	if err != nil || i < 0 {
		return nil, err
	}
	w, l := b.Widgets[i], r.Locale
	f, _ := board.FormOf(w.Kind)
	m := &templates.WidgetFormModel{
		ID: w.ID, Title: l.T(locale.Key("widget." + string(w.Kind))), Close: address(id, "/edit#w-", w.ID), Takes: f.MostSeries - len(w.Series),
		ReturnTo: query.With(address(id, "/edit"), "w", w.ID, "site", r.URL.Query().Get("site")),
	}
	typedFields(m, w, f, l)
	if err = p.chosenFields(r, m, w, f); err == nil && f.Series != board.No {
		err = p.seriesFields(r, m, w, site)
	}
	return m, err
}

// typedFields are those of a widget's settings that hold what somebody typed, and the order of its rows.
func typedFields(m *templates.WidgetFormModel, w board.Widget, f board.Form, l locale.Locale) {
	m.Fields = []templates.FieldModel{{Name: "title", Label: l.T("board.title"), Value: w.Title, Hint: l.T("board.widget-title-hint")}}
	if f.Range {
		m.Fields = append(m.Fields, templates.FieldModel{Name: "range", Label: l.T("board.range"), Value: w.Range, Hint: l.T("board.range-hint")})
	}
	if f.Limit {
		value := ""
		if w.Limit != nil {
			value = l.Written().Number(*w.Limit)
		}
		m.Fields = append(m.Fields, templates.FieldModel{Name: "limit", Label: l.T("board.limit"), Value: value, Hint: l.T("board.limit-hint")})
	}
	if f.Order {
		for _, o := range board.Orders {
			m.Orders = append(m.Orders, templates.OptionModel{Value: string(o), Text: l.T(locale.Key("order." + cmp.Or(string(o), "use"))), Selected: o == w.Order})
		}
	}
	if f.Text != board.No {
		m.Area = &templates.FieldModel{Name: "text", Label: l.T("board.text"), Value: w.Text, Hint: l.T("board.text-hint")}
	}
}

// chosenFields are those whose values are chosen from what the person has: dashboards, files, sites.
func (p *Pages) chosenFields(r *pages.Request, m *templates.WidgetFormModel, w board.Widget, f board.Form) (err error) {
	if f.Board != board.No {
		if m.Boards, err = p.boards(r, w.Board); err != nil {
			return err
		}
	}
	if f.File != board.No {
		if m.Files, err = p.files(r, w.File); err != nil {
			return err
		}
	}
	if f.Site != board.No {
		m.SiteIs = "site"
		if m.Sites, err = p.widgets.Sites(r, datahub.SiteID(w.Site)); err != nil {
			return err
		}
		m.Sites = append([]templates.OptionModel{{Value: "0", Text: r.Locale.T("board.all-sites"), Selected: w.Site == 0}}, m.Sites...)
	}
	return nil
}

// seriesFields fills in the chosen series and those that can be added: the variables of one site.
func (p *Pages) seriesFields(r *pages.Request, m *templates.WidgetFormModel, w board.Widget, site datahub.SiteID) error {
	names, err := p.widgets.SeriesNames(r, w.Series)
	if err != nil {
		return err
	}
	f, _ := board.FormOf(w.Kind)
	for i, ref := range w.Series {
		field := templates.SeriesFieldModel{Ref: ref, Name: names[ref]}
		if f.Roles {
			field.Roles = roles(w, i, r.Locale)
		}
		m.Series = append(m.Series, field)
	}
	m.SiteIs = "pick"
	if m.Sites, err = p.widgets.Sites(r, site); err != nil || len(m.Sites) == 0 || m.Takes <= 0 {
		return err
	}
	if i := slices.IndexFunc(m.Sites, func(o templates.OptionModel) bool { return o.Selected }); i < 0 {
		m.Sites[0].Selected = true
		id, err := query.ParseID(m.Sites[0].Value)
		if err != nil {
			return err
		}
		site = datahub.SiteID(id)
	}
	m.Groups, err = p.widgets.Variables(r, site)
	return err
}

// roles are the sides of a flow on which a series can be.
func roles(w board.Widget, i int, l locale.Locale) (choices []templates.OptionModel) {
	chosen := board.Load
	if i < len(w.Roles) {
		chosen = w.Roles[i]
	} else if i == 0 {
		chosen = board.Grid
	}
	for _, r := range board.Roles {
		choices = append(choices, templates.OptionModel{Value: string(r), Text: l.T(locale.Key("role." + string(r))), Selected: r == chosen})
	}
	return choices
}

// files lists the pictures that an image can show.
func (p *Pages) files(r *pages.Request, chosen string) ([]templates.OptionModel, error) {
	images, err := p.widgets.Images(r, chosen)
	return append([]templates.OptionModel{{Text: r.Locale.T("board.choose"), Selected: chosen == ""}}, images...), err
}

// boards lists the boards that a link can lead to.
func (p *Pages) boards(r *pages.Request, chosen string) ([]templates.OptionModel, error) {
	all, err := library(r).List(r.Context(), person(r))
	if err != nil {
		return nil, err
	}
	choices := []templates.OptionModel{{Text: r.Locale.T("board.choose"), Selected: chosen == ""}}
	for _, s := range all {
		choices = append(choices, templates.OptionModel{Value: s.ID, Text: s.Board.Title, Selected: s.ID == chosen})
	}
	return choices, nil
}
