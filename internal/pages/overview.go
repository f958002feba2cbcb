package pages

import (
	"cmp"
	"context"
	"net/http"
	"slices"
	"strings"
	"time"

	"golang.org/x/sync/errgroup"

	"portico/internal/datahub"
	"portico/web/templates"
)

// overviewSites bounds how many sites the overview reads data of.
const overviewSites = 24

// overview shows how the account's sites are doing now.
func (p *Pages) overview(_ http.ResponseWriter, r *Request) error {
	m, err := p.Overview(r)
	if err != nil {
		return err
	}
	m.Marks = markGroups(r)
	return r.Render(http.StatusOK, templates.Overview(m))
}

// Overview reads what the overview shows, and renders nothing.
func (p *Pages) Overview(r *Request) (templates.OverviewModel, error) {
	rd := p.reader(r)
	sites, refs, err := rd.sitesAndLists(r.Context())
	if err != nil {
		return templates.OverviewModel{}, err
	}
	d := overviewData{now: r.Now, zone: rd.in(commonZone(sites)), total: len(sites)}
	if d.sites, err = rd.readSites(r.Context(), sites[:min(len(sites), overviewSites)], refs, twoDays); err != nil {
		return templates.OverviewModel{}, err
	}
	return presentOverview(d, r.Locale, rd.layout(r)), nil
}

// byName sorts sites by their names in any case.
func byName(sites []datahub.Site) {
	names := make(map[datahub.SiteID]string, len(sites))
	for _, s := range sites {
		names[s.ID] = strings.ToLower(s.Name)
	}
	slices.SortFunc(sites, func(a, b datahub.Site) int {
		return cmp.Or(strings.Compare(names[a.ID], names[b.ID]), cmp.Compare(a.ID, b.ID))
	})
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
	g, ctx := errgroup.WithContext(ctx)
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
	out := make([]siteProfile, len(sites))
	for i, site := range sites {
		out[i] = siteProfile{site: site, kind: refs.siteTypes[site.TypeID]}
	}
	g, ctx := errgroup.WithContext(ctx)
	g.Go(func() error { return rd.readProfiles(ctx, out, refs, back) })
	var alarms []datahub.Alarm
	g.Go(func() (err error) { alarms, err = rd.alarmsIfAny(ctx, idsOf(sites)); return err })
	err := g.Wait()
	addAlarms(out, alarms)
	return out, err
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
		if back != oneDay {
			add(energySolar, &out[i].solar)
		}
	}
	return rd.profiles(ctx, list, back)
}

// idsOf are the ids of sites, in their order.
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
			if src.EnergyTypeID == energyElectricity || src.EnergyTypeID == energySolar {
				main = append(main, src)
			}
		}
	}
	variables, err := rd.variablesOf(ctx, main)
	return sources, variables, err
}
