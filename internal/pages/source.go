package pages

import (
	"context"
	"net/http"
	"time"

	"portico/internal/datahub"
	"portico/internal/query"
	"portico/web/templates"
)

// variablesPerPage bounds how many variables a page reads data of.
const variablesPerPage = 25

// variableData is a variable with its newest points.
type variableData struct {
	variable datahub.Variable
	points   []datahub.DataPoint
	from     time.Time // of what was asked for
	err      error
}

// sourceData is what a meter's page is made of.
type sourceData struct {
	source    datahub.Source
	siteName  string
	zone      *time.Location
	refs      lists
	variables []variableData
	total     int
	page      int
	now       time.Time
}

// source shows one meter with its variables and their last values.
func (p *Pages) source(w http.ResponseWriter, r *Request) error {
	id, err := r.id("source")
	if err != nil {
		return err
	}
	d := sourceData{now: r.Now}
	if d.page, err = query.Page(r.URL.Query()); err != nil {
		return err
	}
	hub := r.Hub
	if d.source, err = hub.Source(r.Context(), datahub.SourceID(id)); err != nil {
		return err
	}
	if d.refs, err = p.references.get(r.Context(), hub); err != nil {
		return err
	}
	if err := d.read(r.Context(), hub); err != nil {
		return err
	}
	return r.Render(http.StatusOK, templates.Source(presentSource(d, r.Locale, r.Layout)))
}

func (d *sourceData) read(ctx context.Context, hub *datahub.Client) error {
	ctx, cancel := context.WithTimeout(ctx, panelTimeout)
	defer cancel()
	d.siteName, d.zone = d.source.SiteName, d.source.Zone()
	site, err := hub.Site(ctx, d.source.SiteID)
	if err := endsSession(err); err != nil {
		return err
	}
	if err == nil {
		d.siteName, d.zone = site.Name, site.Zone()
	}
	of, err := variablesOf(ctx, hub, []datahub.Source{d.source})
	if err != nil {
		return err
	}
	all := of[d.source.ID]
	d.total = len(all)
	from := min((d.page-1)*variablesPerPage, len(all))
	for _, v := range all[from:min(from+variablesPerPage, len(all))] {
		d.variables = append(d.variables, variableData{variable: v})
	}
	return each(ctx, d.variables, func(ctx context.Context, i int, v variableData) error {
		p := &d.variables[i]
		p.from = d.now.Add(-lastWindow(v.variable.Step.Duration()))
		p.points, p.err = hub.DataPoints(ctx, datahub.DataQuery{Variable: v.variable.ID, From: p.from, To: d.now, Granularity: datahub.GranularityRaw})
		return endsSession(p.err)
	})
}
