package dashboards

import (
	"net/http"

	"portico/internal/board"
	"portico/internal/pages"
	"portico/web/templates"
)

// picture answers with the picture to which a widget of a board refers.
func (p *Pages) picture(w http.ResponseWriter, r *pages.Request) error {
	s, err := found(r)
	if err != nil {
		return err
	}
	return p.pictureOf(w, r, s.Board)
}

// draftPicture is picture for what the person is making of a board.
func (p *Pages) draftPicture(w http.ResponseWriter, r *pages.Request) error {
	d, err := library(r).Draft(r.Context(), person(r), r.PathValue("board"))
	if err != nil {
		return known(err)
	}
	return p.pictureOf(w, r, d.Board)
}

func (p *Pages) pictureOf(w http.ResponseWriter, r *pages.Request, b board.Board) error {
	i := b.Find(r.PathValue("widget"))
	if i < 0 {
		return pages.ErrNotFound
	}
	return p.widgets.Picture(w, r, b, b.Widgets[i])
}

// pictured gives widgets the addresses of their pictures, below a page's own.
func pictured(widgets []templates.WidgetModel, page string) {
	for i := range widgets {
		pages.Pictured(&widgets[i], page)
	}
}
