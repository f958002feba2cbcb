package pages

import (
	"bytes"
	"context"
	"net/http"

	"portico/internal/chart"
	"portico/internal/query"
)

// carpetPicture answers with the picture of one variable's carpet, which a page refers to: a column for each day, in the colours of a theme.
func (p *Pages) carpetPicture(w http.ResponseWriter, r *Request) error {
	values := r.URL.Query()
	theme, err := query.One(values, "theme", 5)
	if err != nil {
		return err
	}
	q, err := readExploreQuery(values)
	if err != nil {
		return err
	}
	if len(q.refs) != 1 {
		return &query.Error{Param: "s", Err: query.ErrChoice}
	}
	q.view, q.cmp = "carpet", ""
	rd := p.reader(r)
	d, err := readExplore(r.Context(), rd, q)
	if err != nil {
		return err
	}
	for name := range d.query.problems {
		return &query.Error{Param: name, Err: query.ErrChoice}
	}
	ctx, cancel := context.WithTimeout(r.Context(), panelTimeout)
	defer cancel()
	if err := d.readPoints(ctx, rd); err != nil {
		return err
	}
	if err := d.lines[0].err; err != nil {
		return err
	}
	grid := d.grid(0)
	low, high, _ := grid.Ends()
	var b bytes.Buffer
	if err := chart.CarpetPNG(&b, grid, d.lines[0].ramp(low, high), theme == "dark"); err != nil {
		return err
	}
	w.Header().Set("Content-Type", "image/png")
	_, err = w.Write(b.Bytes())
	return err
}
