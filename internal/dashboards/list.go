package dashboards

import (
	"encoding/json"
	"net/http"

	"portico/internal/board"
	"portico/internal/locale"
	"portico/internal/pages"
	"portico/internal/query"
	"portico/web/templates"
)

// list shows the dashboards that a person may see.
func (p *Pages) list(_ http.ResponseWriter, r *pages.Request) error {
	done, err := query.Choice(r.URL.Query(), "done", "delete")
	if err != nil {
		return err
	}
	m, err := listModel(r)
	if err != nil {
		return err
	}
	if done != "" {
		m.Done = r.Locale.T("board.deleted")
	}
	return r.Render(http.StatusOK, templates.Dashboards(m))
}

func listModel(r *pages.Request) (templates.DashboardsModel, error) {
	l := r.Locale
	all, err := library(r).List(r.Context(), person(r))
	if err != nil {
		return templates.DashboardsModel{}, err
	}
	m := templates.DashboardsModel{
		Layout: r.Layout, Head: templates.PageHeadModel{Title: l.T("place.dashboards")},
		Title: templates.FieldModel{Name: "title", Label: l.T("board.title"), Hint: l.T("board.title-hint")}, Folder: templates.FieldModel{Name: "folder", Label: l.T("board.folder"), Hint: l.T("board.folder-hint")},
		Import: templates.FieldModel{Name: "json", Label: l.T("board.json"), Hint: l.T("board.json-hint")},
	}
	for _, s := range all {
		if n := len(m.Folders); n == 0 || m.Folders[n-1].Name != s.Board.Folder {
			m.Folders = append(m.Folders, templates.DashboardFolder{Name: s.Board.Folder})
		}
		f := &m.Folders[len(m.Folders)-1]
		f.Items = append(f.Items, row(s, r))
	}
	if len(all) == 0 {
		m.Empty = &templates.EmptyModel{Text: l.T("board.none")}
	}
	return m, nil
}

func row(s board.Stored, r *pages.Request) templates.DashboardRow {
	l := r.Locale
	about := l.T("board.widgets", len(s.Board.Widgets))
	if s.Board.PerSite {
		about = locale.Join(about, "· "+l.T("board.template"))
	}
	if s.Shared {
		about = locale.Join(about, "· "+l.T("board.shared"))
	}
	return templates.DashboardRow{Link: templates.Link{Text: s.Board.Title, Href: address(s.ID)}, About: locale.Join(about, "· "+by(s, r))}
}

// create makes a dashboard, empty or with the widget that the form has, and opens it for editing.
func (p *Pages) create(w http.ResponseWriter, r *pages.Request) error {
	if err := form(r); err != nil {
		return err
	}
	b := board.Board{Title: r.PostForm.Get("title"), Folder: r.PostForm.Get("folder"), PerSite: r.PostForm.Get("per-site") != ""}
	if r.PostForm.Has("kind") {
		return p.createWith(w, r, b)
	}
	return p.keep(w, r, b, "/edit")
}

// load takes a dashboard as JSON.
func (p *Pages) load(w http.ResponseWriter, r *pages.Request) error {
	if err := form(r); err != nil {
		return err
	}
	b, err := board.Parse([]byte(r.PostForm.Get("json")))
	if err != nil {
		return p.refuse(r, err)
	}
	return p.keep(w, r, b, "")
}

// keep creates a board and goes to it; what cannot be kept is told above the form that it came from.
func (p *Pages) keep(w http.ResponseWriter, r *pages.Request, b board.Board, page string) error {
	s, err := library(r).Create(r.Context(), person(r), b)
	if err != nil {
		return p.refuse(r, err)
	}
	return see(w, r, address(s.ID, page))
}

func (p *Pages) refuse(r *pages.Request, err error) error {
	text, ok := refusal(err, r.Locale)
	if !ok {
		return err
	}
	m, err := listModel(r)
	if err != nil {
		return err
	}
	m.Error, m.Title.Value, m.Folder.Value, m.Import.Value = text, r.PostForm.Get("title"), r.PostForm.Get("folder"), r.PostForm.Get("json")
	return r.Render(http.StatusBadRequest, templates.Dashboards(m))
}

// schema is the published form of a dashboard.
func (p *Pages) schema(w http.ResponseWriter, _ *pages.Request) error {
	w.Header().Set("Content-Type", "application/schema+json")
	_, _ = w.Write(board.Schema) // the browser went away
	return nil
}

// save hands a dashboard out as JSON.
func (p *Pages) save(w http.ResponseWriter, r *pages.Request) error {
	s, err := found(r)
	if err != nil {
		return err
	}
	text, err := json.MarshalIndent(s.Board, "", "\t")
	if err != nil {
		return err
	}
	w.Header().Set("Content-Type", "application/json")
	w.Header().Set("Content-Disposition", `attachment; filename="dashboard-`+s.ID+`.json"`)
	_, _ = w.Write(text)
	return nil
}
