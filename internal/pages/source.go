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
	rd := p.reader(r)
	if d.source, err = rd.source(r.Context(), datahub.SourceID(id)); err != nil {
		return err
	}
	if d.refs, err = rd.lists(r.Context()); err != nil {
		return err
	}
	if err := d.read(r.Context(), rd); err != nil {
		return err
	}
	return r.Render(http.StatusOK, templates.Source(presentSource(d, r.Locale, rd.layout(r))))
}

func (d *sourceData) read(ctx context.Context, rd *reader) error {
	ctx, cancel := context.WithTimeout(ctx, panelTimeout)
	defer cancel()
	d.siteName, d.zone = d.source.SiteName, d.source.Zone()
	site, err := rd.site(ctx, d.source.SiteID)
	if err := endsSession(err); err != nil {
		return err
	}
	if err == nil {
		d.siteName, d.zone = site.Name, site.Zone()
	}
	d.zone = rd.in(d.zone)
	of, err := rd.variablesOf(ctx, []datahub.Source{d.source})
	if err != nil {
		return err
	}
	all := of[d.source.ID]
	d.total = len(all)
	from := min((d.page-1)*variablesPerPage, len(all))
	for _, v := range all[from:min(from+variablesPerPage, len(all))] {
		d.variables = append(d.variables, variableData{variable: v, source: d.source})
	}
	return rd.newest(ctx, d.variables)
}
