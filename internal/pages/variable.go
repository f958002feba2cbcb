package pages

import (
	"context"
	"net/http"
	"slices"
	"time"

	"portico/internal/crew"
	"portico/internal/datahub"
	"portico/internal/series"
	"portico/web/templates"
)

// variable shows one variable: its course, statistics, duration curve and carpet, and what it is.
func (p *Pages) variable(_ http.ResponseWriter, r *Request) error {
	q, err := readVariableQuery(r)
	if err != nil {
		return err
	}
	rd := p.reader(r)
	d, err := readExplore(r.Context(), rd, q)
	if err != nil {
		return err
	}
	if len(d.query.problems) > 0 {
		return r.Render(http.StatusBadRequest, templates.Series(presentVariable(d, nil, rd.hub, r.Locale, rd.layout(r))))
	}
	ctx, cancel := context.WithTimeout(r.Context(), panelTimeout)
	defer cancel()
	line := &d.lines[0]
	about, fine, err := d.readAll(ctx, rd)
	if err != nil {
		return err
	}
	m := presentVariable(d, fine, rd.hub, r.Locale, lookedAt(r, rd.layout(r), mark{"variable", int64(line.variable.ID), line.variable.Name, line.siteName}))
	about.present(&m, d.marks.found, d.refs.symbol(line.variable.UnitID), line.zone, d.now, r.Locale)
	return r.Render(http.StatusOK, templates.Series(m))
}

// readVariableQuery reads the address of a variable's page, which is the explorer's but for what is shown.
func readVariableQuery(r *Request) (q exploreQuery, err error) {
	id, err := r.id("variable")
	if err != nil {
		return q, err
	}
	values := r.URL.Query()
	values.Del("s")
	q, err = readExploreQuery(values)
	q.path, q.view, q.refs = variableHref(datahub.VariableID(id)), exploreViews[0], []series.Ref{{Variable: datahub.VariableID(id)}}
	return q, err
}

// readAll reads the course, and what else there is to be known of the variable, side by side.
func (d *exploreData) readAll(ctx context.Context, rd *reader) (about variableAbout, fine *exploreData, err error) {
	line := d.lines[0]
	g, ctx := crew.WithContext(ctx)
	g.Go(func() (err error) { about, err = rd.about(ctx, line.variable, line.source, line.zone); return err })
	g.Go(func() (err error) {
		if err = d.readCourse(ctx, rd); err == nil {
			fine, err = d.fine(ctx, rd)
		}
		return err
	})
	err = g.Wait()
	return about, fine, err
}

// fine is the same range in the values that a carpet and a duration curve need, or in days where there is no more than one a day. nil when they could not be read.
func (d *exploreData) fine(ctx context.Context, rd *reader) (*exploreData, error) {
	f := *d
	f.query.view, f.lines = "carpet", slices.Clone(d.lines)
	if f.granularity = f.suitable(); f.lines[0].variable.Step.Duration() > time.Hour {
		f.granularity = datahub.GranularityDay
	}
	if f.granularity == d.granularity {
		return &f, nil
	}
	line := &f.lines[0]
	line.course = line.read(ctx, rd, f.r, f.granularity)
	if line.err != nil {
		return nil, endsSession(line.err)
	}
	return &f, nil
}
