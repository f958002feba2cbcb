package pages

import (
	"cmp"
	"context"
	"net/http"
	"strings"
	"time"

	"portico/internal/crew"
	"portico/internal/datahub"
	"portico/web/templates"
)

// siteFrame is what all pages of a site have: the site, its meters and its alarms, for the head and the tabs.
type siteFrame struct {
	site    datahub.Site
	refs    lists
	sources []datahub.Source
	alarms  []datahub.Alarm
	failed  error // of the alarms
	tab     string
	may     func(feature string, right datahub.Right) bool
	now     time.Time
	zone    *time.Location // in which days begin and times are shown
}

// siteTabs are the pages of a site, in their order; "" is the summary. Those without a feature are for everybody who sees the site.
var siteTabs = []struct{ name, feature string }{
	{"", ""}, {"sources", datahub.FeatureSources}, {"data", datahub.FeatureSources}, {"alarms", datahub.FeatureAlarms}, {"events", datahub.FeatureEvents}, {"properties", ""},
	{"files", datahub.FeatureStorage}, {"quality", datahub.FeatureSources},
}

// siteFrame reads what stands on each page of the site in the path, side by side.
func (rd *reader) siteFrame(r *Request, tab string) (f siteFrame, err error) {
	n, err := r.id("site")
	if err != nil {
		return f, err
	}
	f.tab, f.now, f.may = tab, r.Now, rd.may
	id := datahub.SiteID(n)
	var missing, trouble error // a site that is not there is no trouble with its meters
	g, ctx := crew.New(), r.Context()
	g.Go(func() error { f.site, missing = rd.site(ctx, id); return missing })
	g.Go(func() (err error) { f.refs, err = rd.lists(ctx); return err })
	g.Go(func() error {
		var of map[datahub.SiteID][]datahub.Source
		of, trouble = rd.sourcesOf(ctx, id)
		f.sources = of[id]
		return trouble
	})
	if tab != "" { // the summary is there without them
		g.Go(func() error { return f.readAlarms(ctx, rd, id) })
	}
	err = g.Wait()
	f.zone = rd.in(f.site.Zone())
	return f, cmp.Or(missing, trouble, err)
}

// readAlarms reads the site's alarms; without them the rest is shown.
func (f *siteFrame) readAlarms(ctx context.Context, rd *reader, id datahub.SiteID) error {
	f.alarms, f.failed = rd.alarms(ctx, datahub.AlarmQuery{Sites: []datahub.SiteID{id}})
	return endsSession(f.failed)
}

// count counts the alarms of the site that are present.
func (f siteFrame) count() alarmCount {
	var c alarmCount
	for _, a := range f.alarms {
		c.add(a)
	}
	return c
}

// siteMeters bounds how many meters of a site are asked for their last value on one page.
const siteMeters = 60

// meterData is a source with its variables and what its main variable said last.
type meterData struct {
	source    datahub.Source
	variables []datahub.Variable
	shown     datahub.Variable // whose last value stands in the list; zero without one
	newest    question
}

// siteData is what a site's pages are made of.
type siteData struct {
	siteFrame
	profile siteProfile
	meters  []meterData
}

// siteSources lists the meters of a site with what each said last.
func (p *Pages) siteSources(_ http.ResponseWriter, r *Request) error {
	rd := p.reader(r)
	f, err := rd.siteFrame(r, "sources")
	if err != nil {
		return err
	}
	d := siteData{siteFrame: f}
	ctx, cancel := context.WithTimeout(r.Context(), panelTimeout)
	defer cancel()
	variables, err := rd.variablesOf(ctx, d.sources)
	if err != nil {
		return err
	}
	if err := d.readLast(ctx, rd, variables); err != nil {
		return err
	}
	return r.Render(http.StatusOK, templates.SiteSources(d.page(r, rd), meterRows(d, r.Locale)))
}

func (d *siteData) readProfiles(ctx context.Context, rd *reader, variables map[datahub.SourceID][]datahub.Variable) error {
	var list []*wantedProfile
	for energy, to := range map[int]*profile{energyElectricity: &d.profile.electricity, energySolar: &d.profile.solar} {
		if v, ok := mainVariable(d.sources, energy, variables); ok {
			list = append(list, &wantedProfile{to: to, variable: v, unit: d.refs.symbol(v.UnitID), zone: d.zone})
		}
	}
	return rd.profiles(ctx, list, week)
}

// readLast reads the newest value of the meters that are listed.
func (d *siteData) readLast(ctx context.Context, rd *reader, variables map[datahub.SourceID][]datahub.Variable) error {
	for _, src := range d.sources {
		d.meters = append(d.meters, newMeter(src, variables[src.ID]))
	}
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

// lastQuestion asks for the newest points of v, within its window, and for those of a meter whose clock is ahead.
func lastQuestion(v datahub.Variable, now time.Time) question {
	return question{variable: v.ID, span: span{name: "last", from: now.Add(-lastWindow(v.Step.Duration())), to: now.Add(clockDrift), g: datahub.GranularityRaw}}
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
