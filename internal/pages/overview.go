package pages

import (
	"cmp"
	"context"
	"net/http"
	"slices"
	"strings"
	"time"

	"portico/internal/datahub"
	"portico/web/templates"
)

// overviewSites bounds how many sites the overview reads data of.
const overviewSites = 24

// siteProfile is a site with its main meters.
type siteProfile struct {
	site        datahub.Site
	kind        string // name of the site's type
	electricity profile
	solar       profile
}

// overview shows how the account's sites are doing now.
func (p *Pages) overview(w http.ResponseWriter, r *Request) error {
	m, err := p.Overview(r)
	if err != nil {
		return err
	}
	return r.Render(http.StatusOK, templates.Overview(m))
}

// Overview reads what the overview shows, and renders nothing.
func (p *Pages) Overview(r *Request) (templates.OverviewModel, error) {
	hub, now, m := r.Hub, r.Now, templates.OverviewModel{}
	sites, err := hub.Sites(r.Context(), datahub.SiteQuery{})
	if err != nil {
		return m, err
	}
	byName(sites)
	refs, err := p.references.get(r.Context(), hub)
	if err != nil {
		return m, err
	}
	d := overviewData{now: now, zone: commonZone(sites), total: len(sites)}
	if d.sites, err = readSites(r.Context(), hub, sites[:min(len(sites), overviewSites)], refs, now, true); err != nil {
		return m, err
	}
	return presentOverview(d, r.Locale, r.Layout), nil
}

func byName(sites []datahub.Site) {
	slices.SortFunc(sites, func(a, b datahub.Site) int {
		return cmp.Or(strings.Compare(strings.ToLower(a.Name), strings.ToLower(b.Name)), cmp.Compare(a.ID, b.ID))
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

// readSites reads the main meters of sites. What one site's meter fails with stays with that site; an error is one that ends the session,
// or that sources and variables could not be listed at all.
func readSites(ctx context.Context, hub *datahub.Client, sites []datahub.Site, refs lists, now time.Time, solar bool) ([]siteProfile, error) {
	ctx, cancel := context.WithTimeout(ctx, panelTimeout)
	defer cancel()
	sources, variables, err := mainMeters(ctx, hub, sites)
	if err != nil {
		return nil, err
	}
	out := make([]siteProfile, len(sites))
	type job struct {
		to     *profile
		v      datahub.Variable
		zone   *time.Location
		symbol string
	}
	var jobs []job
	for i, site := range sites {
		out[i] = siteProfile{site: site, kind: refs.siteTypes[site.TypeID]}
		add := func(energy int, to *profile) {
			if v, ok := mainVariable(sources[site.ID], energy, variables); ok {
				jobs = append(jobs, job{to, v, site.Zone(), refs.units[v.UnitID].Symbol})
			}
		}
		add(energyElectricity, &out[i].electricity)
		if solar {
			add(energySolar, &out[i].solar)
		}
	}
	err = each(ctx, jobs, func(ctx context.Context, _ int, j job) error {
		*j.to = readProfile(ctx, hub, j.v, j.symbol, j.zone, now)
		return endsSession(j.to.err)
	})
	return out, err
}

// mainMeters lists the sources of sites, and the variables of those that may be a main meter.
func mainMeters(ctx context.Context, hub *datahub.Client, sites []datahub.Site) (map[datahub.SiteID][]datahub.Source, map[datahub.SourceID][]datahub.Variable, error) {
	var (
		bySite = map[datahub.SiteID][]datahub.Source{}
		of     = map[datahub.SourceID][]datahub.Variable{}
		ids    []datahub.SourceID
	)
	asked := datahub.SourceQuery{}
	if len(sites) == 1 {
		asked.Site = sites[0].ID
	}
	all, err := hub.Sources(ctx, asked)
	if err != nil {
		return nil, nil, err
	}
	wanted := map[datahub.SiteID]bool{}
	for _, site := range sites {
		wanted[site.ID] = true
	}
	for _, src := range all {
		if !wanted[src.SiteID] {
			continue
		}
		bySite[src.SiteID] = append(bySite[src.SiteID], src)
		if src.EnergyTypeID == energyElectricity || src.EnergyTypeID == energySolar {
			ids = append(ids, src.ID)
		}
	}
	if len(ids) == 0 {
		return bySite, of, nil
	}
	variables, err := hub.Variables(ctx, datahub.VariableQuery{Sources: ids})
	for _, v := range variables {
		of[v.SourceID] = append(of[v.SourceID], v)
	}
	return bySite, of, err
}
