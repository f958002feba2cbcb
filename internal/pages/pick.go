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
}

// pick lets the reader choose a variable: first a site, then one of its meters' variables.
func (p *Pages) pick(w http.ResponseWriter, r *Request) error {
	id, err := query.ID(r.URL.Query(), "site")
	if err != nil {
		return err
	}
	d := pickData{site: datahub.SiteID(id)}
	if d.refs, err = p.references.get(r.Context(), r.Hub); err != nil {
		return err
	}
	if err := d.read(r.Context(), r.Hub); err != nil {
		return err
	}
	return r.Render(http.StatusOK, templates.Pick(presentPick(d, r.Locale, r.Layout)))
}

func (d *pickData) read(ctx context.Context, hub *datahub.Client) error {
	var err error
	if d.sites, err = hub.Sites(ctx, datahub.SiteQuery{}); err != nil || len(d.sites) == 0 {
		return err
	}
	byName(d.sites)
	if d.site == 0 {
		d.site = d.sites[0].ID
	}
	if !slices.ContainsFunc(d.sites, func(s datahub.Site) bool { return s.ID == d.site }) {
		return notFound("site")
	}
	if d.sources, err = hub.Sources(ctx, datahub.SourceQuery{Site: d.site}); err != nil {
		return err
	}
	d.sources = slices.DeleteFunc(d.sources, func(s datahub.Source) bool { return s.SiteID != d.site })
	slices.SortFunc(d.sources, func(a, b datahub.Source) int { return int(a.ID - b.ID) })
	d.variables, err = variablesOf(ctx, hub, d.sources)
	return err
}
