package pages

import (
	"cmp"
	"context"
	"net/http"
	"slices"
	"sync"
	"time"

	"portico/internal/crew"
	"portico/internal/datahub"
	"portico/internal/fold"
	"portico/web/templates"
)

// overviewSites bounds how many sites the overview reads data of.
const overviewSites = 24

// overview shows how the account's sites are doing now.
func (p *Pages) overview(_ http.ResponseWriter, r *Request) error {
	o, err := p.readOverview(r)
	if err != nil {
		return err
	}
	o.m.Marks = markGroups(r)
	return o.fill(func() error {
		o.m.Layout = o.layout(r)
		return r.Render(http.StatusOK, templates.Overview(o.m))
	})
}

// Overview reads what the overview shows, all of it, and renders nothing.
func (p *Pages) Overview(r *Request) (templates.OverviewModel, error) {
	o, err := p.readOverview(r)
	if err != nil {
		return templates.OverviewModel{}, err
	}
	err = o.fill(func() error { return nil })
	o.m.Layout = o.layout(r)
	return o.m, err
}

// overviewReader makes the panels of an overview. What several of them need is read once.
type overviewReader struct {
	*reader
	r      *Request
	m      templates.OverviewModel
	zone   *time.Location
	sites  []datahub.Site // of which data are read
	total  int
	meters func() (overviewMeters, error)
	alarms func() ([]datahub.Alarm, error)
	of     struct{ meters, alarms *reader }
}

// overviewMeters are the main meters of the sites, and what they make together.
type overviewMeters struct {
	overviewData
	electricity, solar total
}

// readOverview reads which sites there are.
func (p *Pages) readOverview(r *Request) (*overviewReader, error) {
	o := &overviewReader{reader: p.reader(r), r: r}
	sites, refs, err := o.sitesAndLists(r.Context())
	if err != nil {
		return nil, err
	}
	o.zone, o.total, o.sites = o.in(commonZone(sites)), len(sites), sites[:min(len(sites), overviewSites)]
	o.of.meters, o.of.alarms = o.apart(), o.apart()
	o.meters = sync.OnceValues(func() (overviewMeters, error) { return o.readMeters(r.Context(), refs) })
	o.alarms = sync.OnceValues(func() ([]datahub.Alarm, error) {
		return o.of.alarms.alarms(r.Context(), datahub.AlarmQuery{Sites: idsOf(o.sites)})
	})
	o.m = o.frame(r.Locale)
	return o, nil
}

func (o *overviewReader) readMeters(ctx context.Context, refs lists) (overviewMeters, error) {
	ctx, cancel := context.WithTimeout(ctx, o.r.panelTime())
	defer cancel()
	d := overviewMeters{overviewData: overviewData{now: o.now, zone: o.zone, total: o.total, sites: profilesOf(o.sites, refs)}}
	g, ctx := crew.WithContext(ctx)
	g.Go(func() error { return o.of.meters.readProfiles(ctx, d.sites, refs, twoDays) })
	water := slices.Clone(d.sites)
	g.Go(func() error { return endsSession(o.of.meters.readNightWater(ctx, water, refs)) })
	if err := g.Wait(); err != nil {
		return d, err
	}
	for i := range water {
		d.sites[i].water = water[i].water
	}
	d.electricity = addUp(d.overviewData, func(s siteProfile) profile { return s.electricity })
	d.solar = addUp(d.overviewData, func(s siteProfile) profile { return s.solar })
	return d, nil
}

// both are the meters with the alarms of their sites. Without alarms, which have a panel that says so, the rest is shown.
func (o *overviewReader) both() (d overviewMeters, err error) {
	var alarms []datahub.Alarm
	var failed error
	g := crew.New()
	g.Go(func() (err error) { d, err = o.meters(); return err })
	g.Go(func() error { alarms, failed = o.alarms(); return endsSession(failed) })
	if err := g.Wait(); err != nil {
		return d, err
	}
	d.sites, d.alarmsFailed = slices.Clone(d.sites), failed != nil
	addAlarms(d.sites, alarms)
	return d, nil
}

// byName sorts sites by their names.
func byName(sites []datahub.Site) {
	fold.Sort(sites, func(a, b datahub.Site) int { return cmp.Compare(a.ID, b.ID) }, func(s datahub.Site) string { return s.Name })
}

// commonZone is the zone of most sites, in which the overview shows its day.
func commonZone(sites []datahub.Site) *time.Location {
	count, best := map[string]int{}, time.UTC
	for _, site := range sites {
		zone := site.Zone()
		if count[zone.String()]++; count[zone.String()] > count[best.String()] {
			best = zone
		}
	}
	return best
}

// sitesAndLists reads all sites, by name, and the reference lists, side by side.
func (rd *reader) sitesAndLists(ctx context.Context) (sites []datahub.Site, refs lists, err error) {
	g, ctx := crew.WithContext(ctx)
	g.Go(func() (err error) { sites, err = rd.sites(ctx); return err })
	g.Go(func() (err error) { refs, err = rd.lists(ctx); return err })
	err = g.Wait()
	return sites, refs, err
}

// readSites reads the main meters of sites, those of production too where a page looks back for longer than a day. What one site's meter fails with stays with that site; an error is one that ends
// the session, or that sources and variables could not be listed at all.
func (rd *reader) readSites(ctx context.Context, sites []datahub.Site, refs lists, back reach) ([]siteProfile, error) {
	ctx, cancel := context.WithTimeout(ctx, panelTimeout)
	defer cancel()
	out := profilesOf(sites, refs)
	g, ctx := crew.WithContext(ctx)
	g.Go(func() error { return rd.readProfiles(ctx, out, refs, back) })
	var alarms []datahub.Alarm
	g.Go(func() (err error) { alarms, err = rd.alarmsIfAny(ctx, idsOf(sites)); return err })
	err := g.Wait()
	addAlarms(out, alarms)
	return out, err
}

// profilesOf are sites of which nothing was read yet.
func profilesOf(sites []datahub.Site, refs lists) []siteProfile {
	out := make([]siteProfile, len(sites))
	for i, site := range sites {
		out[i] = siteProfile{site: site, kind: refs.siteTypes[site.TypeID]}
	}
	return out
}

// readProfiles reads the main meters of sites into them.
func (rd *reader) readProfiles(ctx context.Context, out []siteProfile, refs lists, back reach) error {
	sites := make([]datahub.Site, len(out))
	for i := range out {
		sites[i] = out[i].site
	}
	sources, variables, err := rd.mainMeters(ctx, sites)
	if err != nil {
		return err
	}
	var list []*wantedProfile
	for i, site := range sites {
		add := func(energy int, to *profile) {
			if v, ok := mainVariable(sources[site.ID], energy, variables); ok {
				list = append(list, &wantedProfile{to: to, variable: v, unit: refs.symbol(v.UnitID), zone: site.Zone()})
			}
		}
		add(energyElectricity, &out[i].electricity)
		if back == twoDays || back == week {
			add(energySolar, &out[i].solar)
		}
	}
	return rd.profiles(ctx, list, back)
}

// idsOf are the ids of sites, the lowest first, so that the same sites make the same question.
func idsOf(sites []datahub.Site) []datahub.SiteID {
	ids := make([]datahub.SiteID, len(sites))
	for i, site := range sites {
		ids[i] = site.ID
	}
	slices.Sort(ids)
	return ids
}

// mainMeters lists the sources of sites, and the variables of those that may be a main meter.
func (rd *reader) mainMeters(ctx context.Context, sites []datahub.Site) (map[datahub.SiteID][]datahub.Source, map[datahub.SourceID][]datahub.Variable, error) {
	return rd.metersOf(ctx, sites, energyElectricity, energySolar)
}

// metersOf lists the sources of sites, and the variables of those of some media.
func (rd *reader) metersOf(ctx context.Context, sites []datahub.Site, media ...int) (map[datahub.SiteID][]datahub.Source, map[datahub.SourceID][]datahub.Variable, error) {
	if len(sites) == 0 {
		return nil, nil, nil
	}
	ids := idsOf(sites)
	sources, err := rd.sourcesOf(ctx, ids...)
	if err != nil {
		return nil, nil, err
	}
	var main []datahub.Source
	for _, id := range ids {
		for _, src := range sources[id] {
			if slices.Contains(media, src.EnergyTypeID) {
				main = append(main, src)
			}
		}
	}
	variables, err := rd.variablesOf(ctx, main)
	return sources, variables, err
}
