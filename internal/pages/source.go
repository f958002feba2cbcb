package pages

import (
	"context"
	"net/http"
	"slices"
	"time"

	"portico/internal/crew"
	"portico/internal/datahub"
	"portico/internal/query"
	"portico/web/templates"
)

// variablesPerPage bounds how many variables a page reads data of.
const variablesPerPage = 25

// Bounds on what else the page of a meter shows.
const (
	sourceMatrix = 12 // variables in the matrix of its data quality
	sourceEvents = 10
)

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

	quality []*meterQuality // of the variables of this page that come at a known step
	alarms  []datahub.Alarm
	events  []datahub.Event // of the last months, the newest first
	types   map[int]string  // of events
	forms   []datahub.Form
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
	return r.Render(http.StatusOK, templates.Source(presentSource(d, r.Locale, lookedAt(r, rd.layout(r), mark{"source", int64(d.source.ID), d.source.Name, d.siteName}))))
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
	return d.readAbout(ctx, rd)
}

// readAbout reads the newest values, and what else there is to be known of the meter, side by side. What cannot be read is left out.
func (d *sourceData) readAbout(ctx context.Context, rd *reader) error {
	for _, v := range d.variables {
		if step := v.variable.Step.Duration(); step > 0 && step <= 24*time.Hour && len(d.quality) < sourceMatrix {
			d.quality = append(d.quality, &meterQuality{source: d.source, variable: v.variable, zone: d.zone, from: midnight(d.now, d.zone, 1-qualityDays)})
		}
	}
	g, ctx := crew.WithContext(ctx)
	g.Go(func() error { return rd.newest(ctx, d.variables) })
	g.Go(func() error { return rd.quality(ctx, d.quality) })
	g.Go(func() (err error) {
		d.alarms, err = rd.alarms(ctx, datahub.AlarmQuery{Sources: []datahub.SourceID{d.source.ID}})
		return endsSession(err)
	})
	g.Go(func() (err error) { d.forms, err = rd.forms(ctx); return endsSession(err) })
	g.Go(func() error {
		events, types, err := rd.events(ctx, datahub.EventQuery{Site: d.source.SiteID, From: midnight(d.now, d.zone, -30), To: midnight(d.now, d.zone, 31)})
		d.events = slices.DeleteFunc(events, func(e datahub.Event) bool { return !slices.Contains(e.Sources, d.source.ID) })
		d.types = types
		return endsSession(err)
	})
	return g.Wait()
}
