package pages

import (
	"context"
	"net/http"
	"slices"
	"strings"
	"time"

	"portico/internal/datahub"
	"portico/internal/query"
	"portico/web/templates"
)

// siteMeters bounds how many meters of a site are asked for their last value.
const siteMeters = 30

// meterData is a source with its variables and what its main variable said last.
type meterData struct {
	source    datahub.Source
	variables []datahub.Variable
	shown     datahub.Variable // whose last value stands in the list; zero without one
	last      datahub.DataPoint
	err       error
}

// siteData is what a site's page is made of.
type siteData struct {
	profile siteProfile
	meters  []meterData
	refs    lists
	tab     string
	now     time.Time
}

// site shows one site: a summary, or its meters.
func (p *Pages) site(w http.ResponseWriter, r *Request) error {
	id, err := r.id("site")
	if err != nil {
		return err
	}
	tab, err := query.Choice(r.URL.Query(), "tab", "meters")
	if err != nil {
		return err
	}
	hub, now := r.Hub, r.Now
	site, err := hub.Site(r.Context(), datahub.SiteID(id))
	if err != nil {
		return err
	}
	d := siteData{tab: tab, now: now}
	if d.refs, err = p.references.get(r.Context(), hub); err != nil {
		return err
	}
	if err := d.read(r.Context(), hub, site); err != nil {
		return err
	}
	return r.Render(http.StatusOK, templates.Site(presentSite(d, r.Locale, r.Layout)))
}

// read fills d: the profile of the main meters for the summary, the meters with their last values.
func (d *siteData) read(ctx context.Context, hub *datahub.Client, site datahub.Site) error {
	ctx, cancel := context.WithTimeout(ctx, panelTimeout)
	defer cancel()
	d.profile = siteProfile{site: site, kind: d.refs.siteTypes[site.TypeID]}
	sources, err := hub.Sources(ctx, datahub.SourceQuery{Site: site.ID})
	if err != nil {
		return err
	}
	sources = slices.DeleteFunc(sources, func(s datahub.Source) bool { return s.SiteID != site.ID })
	variables, err := variablesOf(ctx, hub, sources)
	if err != nil {
		return err
	}
	slices.SortFunc(sources, func(a, b datahub.Source) int { return int(a.ID - b.ID) })
	for _, src := range sources {
		d.meters = append(d.meters, newMeter(src, variables[src.ID]))
	}
	return d.readData(ctx, hub, sources, variables)
}

// readData reads the profiles and last values side by side.
func (d *siteData) readData(ctx context.Context, hub *datahub.Client, sources []datahub.Source, variables map[datahub.SourceID][]datahub.Variable) error {
	zone := d.profile.site.Zone()
	var jobs []func(context.Context) error
	addProfile := func(energy int, to *profile) {
		if v, ok := mainVariable(sources, energy, variables); ok && d.tab == "" {
			jobs = append(jobs, func(ctx context.Context) error {
				*to = readProfile(ctx, hub, v, d.refs.units[v.UnitID].Symbol, zone, d.now)
				return endsSession(to.err)
			})
		}
	}
	addProfile(energyElectricity, &d.profile.electricity)
	addProfile(energySolar, &d.profile.solar)
	for i := range d.meters[:min(len(d.meters), siteMeters)] {
		m := &d.meters[i]
		if m.shown.ID != 0 {
			jobs = append(jobs, func(ctx context.Context) error {
				m.last, m.err = lastPoint(ctx, hub, m.shown, d.now)
				return endsSession(m.err)
			})
		}
	}
	return each(ctx, jobs, func(ctx context.Context, _ int, f func(context.Context) error) error { return f(ctx) })
}

// variablesOf lists the variables of sources, by source, in the order of their ids.
func variablesOf(ctx context.Context, hub *datahub.Client, sources []datahub.Source) (map[datahub.SourceID][]datahub.Variable, error) {
	of := map[datahub.SourceID][]datahub.Variable{}
	if len(sources) == 0 {
		return of, nil
	}
	ids := make([]datahub.SourceID, len(sources))
	for i, s := range sources {
		ids[i] = s.ID
	}
	list, err := hub.Variables(ctx, datahub.VariableQuery{Sources: ids})
	slices.SortFunc(list, func(a, b datahub.Variable) int { return int(a.ID - b.ID) })
	for _, v := range list {
		of[v.SourceID] = append(of[v.SourceID], v)
	}
	return of, err
}

// newMeter picks the variable that stands for a source: its default, else its first.
func newMeter(src datahub.Source, variables []datahub.Variable) meterData {
	m := meterData{source: src, variables: variables}
	for _, v := range variables {
		if m.shown.ID == 0 || v.IsDefault && !m.shown.IsDefault {
			m.shown = v
		}
	}
	return m
}

// lastWindow is how far back the last value of a variable is looked for: long enough for a meter that is late, short enough for one call.
func lastWindow(step time.Duration) time.Duration {
	switch {
	case step <= 0:
		return 62 * 24 * time.Hour
	case step < time.Minute:
		return 15 * time.Minute
	case step < 5*time.Minute:
		return 3 * time.Hour
	case step <= time.Hour:
		return 24 * time.Hour
	}
	return 10 * step
}

// lastPoint returns the newest point of v, the zero point when there is none within its window.
func lastPoint(ctx context.Context, hub *datahub.Client, v datahub.Variable, now time.Time) (datahub.DataPoint, error) {
	points, err := hub.DataPoints(ctx, datahub.DataQuery{Variable: v.ID, From: now.Add(-lastWindow(v.Step.Duration())), To: now, Granularity: datahub.GranularityRaw})
	if err != nil || len(points) == 0 {
		return datahub.DataPoint{}, err
	}
	return points[len(points)-1], nil
}

// energyIcon is the icon of a medium.
func energyIcon(id int, name string) string {
	switch id {
	case energySolar:
		return "sun"
	case energyElectricity:
		return "zap"
	case energyGas:
		return "flame"
	case energyWater:
		return "droplets"
	case energyHeat, energyCold:
		return "thermometer"
	}
	switch name = strings.ToLower(name); {
	case strings.Contains(name, "elec"):
		return "zap"
	case strings.Contains(name, "gas"), strings.Contains(name, "fuel"):
		return "flame"
	case strings.Contains(name, "water"):
		return "droplets"
	}
	return "gauge"
}

// energyColor is the palette's slot of a medium, the same on every page.
func energyColor(id int) int {
	switch id {
	case energySolar:
		return 2
	case energyCold:
		return 3
	case energyGas, energyHeat:
		return 4
	case energyWater:
		return 7
	}
	return 1
}
