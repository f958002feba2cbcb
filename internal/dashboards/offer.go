package dashboards

import (
	"net/http"
	"net/url"
	"strings"

	"portico/internal/board"
	"portico/internal/locale"
	"portico/internal/pages"
	"portico/internal/query"
	"portico/web/templates"
)

// offer lets a person choose the dashboard onto which a widget goes. The address says which widget, as the form of the editor does.
func (p *Pages) offer(_ http.ResponseWriter, r *pages.Request) error {
	return p.showOffer(r, r.URL.Query(), http.StatusOK, "")
}

func (p *Pages) showOffer(r *pages.Request, values url.Values, status int, problem string) error {
	w, err := offered(values)
	if err != nil {
		return err
	}
	l := r.Locale
	names, err := p.widgets.SeriesNames(r, w.Series)
	if err != nil {
		return err
	}
	m := templates.DashboardAddModel{
		Layout: r.Layout, Error: problem, Head: templates.PageHeadModel{Crumbs: []templates.Link{{Text: l.T("place.dashboards"), Href: "/dashboards"}}, Title: l.T("board.add-to")},
		Title: templates.FieldModel{Name: "title", Label: l.T("board.title"), Value: values.Get("title"), Hint: l.T("board.title-hint")},
	}
	describe(&m, w, names, l)
	all, err := library(r).List(r.Context(), person(r))
	if err != nil {
		return err
	}
	for _, s := range all {
		m.Boards = append(m.Boards, row(s, r))
	}
	return r.Render(status, templates.DashboardAdd(m))
}

// describe says what the widget is, and has the form send it.
func describe(m *templates.DashboardAddModel, w board.Widget, names map[string]string, l locale.Locale) {
	m.Fields = []templates.HiddenModel{{Name: "do", Value: "add"}, {Name: "kind", Value: string(w.Kind)}, {Name: "range", Value: w.Range}}
	m.Facts = []templates.FactModel{{Term: l.T("board.kind"), Value: l.T(locale.Key("widget." + string(w.Kind)))}}
	var shown []string
	for _, ref := range w.Series {
		m.Fields = append(m.Fields, templates.HiddenModel{Name: "series", Value: ref})
		shown = append(shown, names[ref])
	}
	if len(shown) > 0 {
		m.Facts = append(m.Facts, templates.FactModel{Term: l.T("board.series"), Value: strings.Join(shown, ", ")})
	}
	if w.Range != "" {
		m.Facts = append(m.Facts, templates.FactModel{Term: l.T("board.range"), Value: w.Range, Code: true})
	}
}

// createWith makes a dashboard of the widget that the form has; what cannot be kept is told where the widget waits.
func (p *Pages) createWith(w http.ResponseWriter, r *pages.Request, b board.Board) error {
	var s board.Stored
	_, err := addFrom(&b, r.PostForm)
	if err == nil {
		s, err = library(r).Create(r.Context(), person(r), b)
	}
	if text, ok := refusal(err, r.Locale); ok {
		return p.showOffer(r, r.PostForm, http.StatusBadRequest, text)
	}
	if err != nil {
		return err
	}
	return see(w, r, address(s.ID, "/edit"))
}

// offered reads a widget that a dashboard would take.
func offered(values url.Values) (board.Widget, error) {
	b := board.Board{Title: "-"}
	_, err := addFrom(&b, values)
	if err == nil {
		err = b.Check()
	}
	if err != nil {
		return board.Widget{}, &query.Error{Param: "kind", Err: query.ErrChoice}
	}
	return b.Widgets[0], nil
}
