package pages

import (
	"context"
	"net/http"
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
	newest    question
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
	rd := p.reader(r)
	site, err := rd.site(r.Context(), datahub.SiteID(id))
	if err != nil {
		return err
	}
	d := siteData{tab: tab, now: r.Now}
	if d.refs, err = rd.lists(r.Context()); err != nil {
		return err
	}
	if err := d.read(r.Context(), rd, site); err != nil {
		return err
	}
	return r.Render(http.StatusOK, templates.Site(presentSite(d, r.Locale, rd.layout(r))))
}

// read fills d: the profile of the main meters for the summary, the meters with their last values.
func (d *siteData) read(ctx context.Context, rd *reader, site datahub.Site) error {
	ctx, cancel := context.WithTimeout(ctx, panelTimeout)
	defer cancel()
	d.profile = siteProfile{site: site, kind: d.refs.siteTypes[site.TypeID]}
	of, err := rd.sourcesOf(ctx, site.ID)
	if err != nil {
		return err
	}
	sources := of[site.ID]
	variables, err := rd.variablesOf(ctx, sources)
	if err != nil {
		return err
	}
	for _, src := range sources {
		d.meters = append(d.meters, newMeter(src, variables[src.ID]))
	}
	return each(ctx, []func(context.Context) error{
		func(ctx context.Context) error { return d.readProfiles(ctx, rd, sources, variables) },
		func(ctx context.Context) error { return d.readLast(ctx, rd) },
	}, func(ctx context.Context, _ int, f func(context.Context) error) error { return f(ctx) })
}

func (d *siteData) readProfiles(ctx context.Context, rd *reader, sources []datahub.Source, variables map[datahub.SourceID][]datahub.Variable) error {
	var list []*wantedProfile
	for energy, to := range map[int]*profile{energyElectricity: &d.profile.electricity, energySolar: &d.profile.solar} {
		if v, ok := mainVariable(sources, energy, variables); ok && d.tab == "" {
			list = append(list, &wantedProfile{to: to, variable: v, unit: d.refs.symbol(v.UnitID), zone: d.profile.site.Zone()})
		}
	}
	return rd.profiles(ctx, list, week)
}

// readLast reads the newest value of the meters that are listed.
func (d *siteData) readLast(ctx context.Context, rd *reader) error {
	var list []*question
	for i := range d.meters[:min(len(d.meters), siteMeters)] {
		if m := &d.meters[i]; m.shown.ID != 0 {
			m.newest = lastQuestion(m.shown, d.now)
			list = append(list, &m.newest)
		}
	}
	return rd.points(ctx, list)
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

// lastQuestion asks for the newest points of v, within its window.
func lastQuestion(v datahub.Variable, now time.Time) question {
	return question{variable: v.ID, span: span{name: "last", from: now.Add(-lastWindow(v.Step.Duration())), to: now, g: datahub.GranularityRaw}}
}

// last is the newest point, the zero point without any.
func (q *question) last() datahub.DataPoint {
	if len(q.points) == 0 {
		return datahub.DataPoint{}
	}
	return q.points[len(q.points)-1]
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
