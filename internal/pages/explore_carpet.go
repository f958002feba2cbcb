package pages

import (
	"bytes"
	"context"
	"encoding/json"
	"math"
	"net/http"
	"net/url"

	"portico/internal/chart"
	"portico/internal/query"
	"portico/internal/series"
	"portico/web/templates"
)

// carpetPicture answers with the picture of one variable's carpet, which a page refers to: a column for each day, in the colours of a theme.
func (p *Pages) carpetPicture(w http.ResponseWriter, r *Request) error {
	d, err := p.readCarpet(r, r.URL.Query())
	if err != nil {
		return err
	}
	return d.carpetPNG(w, r)
}

// carpetPNG sends the picture of the first line, in the colours of the theme that the address says.
func (d *exploreData) carpetPNG(w http.ResponseWriter, r *Request) error {
	theme, err := query.One(r.URL.Query(), "theme", 5)
	if err != nil {
		return err
	}
	var b bytes.Buffer
	if err := chart.CarpetPNG(&b, d.grid(0), d.carpetRamp(0), theme == "dark"); err != nil {
		return err
	}
	w.Header().Set("Content-Type", "image/png")
	_, err = w.Write(b.Bytes())
	return err
}

// carpetValues answers with what is in the cells of the picture, as JSON, for whoever points at one.
func (p *Pages) carpetValues(w http.ResponseWriter, r *Request) error {
	d, err := p.readCarpet(r, r.URL.Query())
	if err != nil {
		return err
	}
	b, err := json.Marshal(presentCarpetData(d.grid(0), d.lines[0].unit))
	if err != nil {
		return err
	}
	w.Header().Set("Content-Type", "application/json")
	_, err = w.Write(b)
	return err
}

// presentCarpetData writes a grid by its days.
func presentCarpetData(g series.Grid, unit string) templates.CarpetDataModel {
	m := templates.CarpetDataModel{Unit: unit, Step: int(g.Step.Seconds()), Rows: g.Rows, A: g.A}
	for _, day := range g.Days {
		m.Days = append(m.Days, day.Format("2006-01-02"))
	}
	if g.Twice() {
		m.B = g.B
	}
	return m
}

// readCarpet reads the values of one variable's carpet.
func (p *Pages) readCarpet(r *Request, values url.Values) (*exploreData, error) {
	q, err := readExploreQuery(values)
	if err != nil {
		return nil, err
	}
	if len(q.refs) != 1 {
		return nil, &query.Error{Param: "s", Err: query.ErrChoice}
	}
	q.view, q.cmp = "carpet", ""
	rd := p.reader(r)
	d, err := readExplore(r.Context(), rd, q)
	if err != nil {
		return nil, err
	}
	for name := range d.query.problems {
		return nil, &query.Error{Param: name, Err: query.ErrChoice}
	}
	ctx, cancel := context.WithTimeout(r.Context(), panelTimeout)
	defer cancel()
	if err := d.readPoints(ctx, rd); err != nil {
		return nil, err
	}
	return d, d.lines[0].err
}

// carpetRamp colours the cells of a line. What stands far out has the last colour, and leaves the others theirs.
func (d *exploreData) carpetRamp(i int) chart.Ramp {
	low, high := math.Inf(1), math.Inf(-1)
	for _, s := range d.lines[i].slots {
		if !s.Missing && !s.Spike {
			low, high = min(low, s.Value), max(high, s.Value)
		}
	}
	return d.lines[i].ramp(low, high)
}
