package pages

import (
	"context"
	"net/http"
	"slices"

	"portico/internal/datahub"
	"portico/internal/query"
	"portico/web/templates"
)

// pickData is what the choice of a variable is made of.
type pickData struct {
	sites     []datahub.Site
	site      datahub.SiteID // chosen
	sources   []datahub.Source
	variables map[datahub.SourceID][]datahub.Variable
	refs      lists
	query     exploreQuery // what is shown already
}

// pick lets the reader choose a variable: first a site, then one of its meters' variables.
func (p *Pages) pick(r *Request, q exploreQuery) error {
	id, err := query.ID(r.URL.Query(), "site")
	if err != nil {
		return err
	}
	d := pickData{site: datahub.SiteID(id), query: q}
	rd := p.reader(r)
	if err := d.read(r.Context(), rd); err != nil {
		return err
	}
	return r.Render(http.StatusOK, templates.Pick(presentPick(d, r.Locale, rd.layout(r))))
}

func (d *pickData) read(ctx context.Context, rd *reader) (err error) {
	if d.sites, d.refs, err = rd.sitesAndLists(ctx); err != nil || len(d.sites) == 0 {
		return err
	}
	if d.site == 0 {
		d.site = d.sites[0].ID
	}
	if !slices.ContainsFunc(d.sites, func(s datahub.Site) bool { return s.ID == d.site }) {
		return notFound("site")
	}
	of, err := rd.sourcesOf(ctx, d.site)
	if err != nil {
		return err
	}
	d.sources = of[d.site]
	d.variables, err = rd.variablesOf(ctx, d.sources)
	return err
}
