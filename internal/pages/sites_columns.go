package pages

import (
	"context"
	"net/http"
	"slices"

	"portico/internal/query"
	"portico/internal/shelf"
	"portico/web/templates"
)

// columnsKept are the columns of the list of sites that a person wants to see; none for all.
type columnsKept struct {
	List []string `json:"list"`
}

const columnsName = "site-columns" // of what is kept, among the person's settings

// keptColumns are those that count where the address names none. Without the store all are shown: a page does not fail for them.
func keptColumns(ctx context.Context, r *Request) []string {
	kept, err := shelf.Get[columnsKept](ctx, r.Shelf, r.Owner, shelf.Settings, columnsName)
	if err != nil {
		return nil
	}
	return slices.DeleteFunc(kept.List, func(name string) bool { return !slices.Contains(templates.SiteColumns()[1:], name) }) // what a later version called something
}

// keepColumns keeps the columns that were chosen for all visits to come, and leads back to the list. All of them, or none, is what nobody chose.
func (p *Pages) keepColumns(w http.ResponseWriter, r *Request) error {
	if err := r.ParseForm(); err != nil {
		return &query.Error{Param: "col", Err: query.ErrTooLong}
	}
	q, err := parseSitesQuery(r.PostForm)
	if err != nil {
		return err
	}
	chosen := q.cols
	if len(chosen) == len(templates.SiteColumns())-1 {
		chosen = nil
	}
	_, err = shelf.Change(r.Context(), r.Shelf, r.Owner, shelf.Settings, columnsName, marksLife, func(kept *columnsKept) error {
		kept.List = chosen
		return nil
	})
	if err != nil {
		return err
	}
	http.Redirect(w, r.Request, q.href(func(x *sitesQuery) { x.cols = nil }), http.StatusSeeOther)
	return nil
}
