package pages

import (
	"cmp"
	"context"
	"slices"
	"strings"

	"portico/internal/crew"
	"portico/internal/datahub"
	"portico/internal/filter"
	"portico/internal/fold"
	"portico/internal/query"
)

// read reads the sites of the page with their figures.
func (d *sitesData) read(ctx context.Context, rd *reader) error {
	shown, refs, err := d.page(ctx, rd)
	if err != nil {
		return err
	}
	if d.wide > 0 || len(filter.Problems(d.query.terms)) > 0 {
		return &query.Error{Param: "q", Err: query.ErrChoice}
	}
	d.sites, err = d.figures(ctx, rd, shown, refs)
	return err
}

// page finds out which sites are on the page. A map has none: what is on it is read with their states.
func (d *sitesData) page(ctx context.Context, rd *reader) ([]datahub.Site, lists, error) {
	found, refs, err := d.find(ctx, rd)
	if err != nil {
		return nil, refs, err
	}
	if found, err = d.withFigures(ctx, rd, found, refs); err != nil {
		return nil, refs, err
	}
	if found, err = d.inState(ctx, rd, found, refs); err != nil || d.query.view == "map" {
		return nil, refs, err
	}
	d.rows = len(found)
	order(found, d.query.sort)
	size := cmp.Or(d.size, sitesPerPage)
	if d.query.grouped() {
		sections, err := d.sections(ctx, rd, found, refs)
		if err != nil {
			return nil, refs, err
		}
		d.shown, d.rows = slicedSections(sections, (d.query.page-1)*size, d.query.page*size)
		return onceEach(d.shown), refs, nil
	}
	from := min((d.query.page-1)*size, len(found))
	return found[from:min(from+size, len(found))], refs, nil
}

// inState leaves the sites that are in the state that was chosen or typed, and notes those of a map.
func (d *sitesData) inState(ctx context.Context, rd *reader, sites []datahub.Site, refs lists) ([]datahub.Site, error) {
	d.found = len(sites)
	if d.query.status == "" && d.query.view != "map" && !d.query.asks("status", "alarms") {
		return sites, nil
	}
	states, err := rd.readSites(ctx, sites, refs, byHour)
	if err != nil {
		return nil, err
	}
	d.onMap = slices.DeleteFunc(states, func(s siteProfile) bool { return !d.query.fitsState(s, d.now) })
	d.found, sites = len(d.onMap), nil
	for _, s := range d.onMap {
		sites = append(sites, s.site)
	}
	return sites, nil
}

// find reads the sites that match all that is asked of names and groups.
func (d *sitesData) find(ctx context.Context, rd *reader) (found []datahub.Site, refs lists, err error) {
	var members map[datahub.SiteID]bool
	g, reading := crew.WithContext(ctx)
	g.Go(func() (err error) { found, refs, err = rd.sitesAndLists(reading); return err })
	g.Go(func() (err error) {
		if d.groups, err = rd.groups(reading); d.query.asks("group") {
			return err
		}
		return endsSession(err)
	})
	if d.query.group != 0 {
		g.Go(func() (err error) { members, err = rd.members(reading, d.query.group); return err })
	}
	if err := g.Wait(); err != nil {
		return nil, refs, err
	}
	if d.total = len(found); len(filter.Problems(d.query.terms)) > 0 {
		return nil, refs, nil
	}
	found = slices.DeleteFunc(found, func(site datahub.Site) bool {
		return !d.query.fitsSite(site, refs) || d.query.only != nil && !slices.Contains(d.query.only, site.ID) || members != nil && !members[site.ID]
	})
	if found, err = d.inGroups(ctx, rd, found); err == nil {
		found, err = d.query.withMeters(ctx, rd, found)
	}
	return found, refs, err
}

// order sorts sites by what is known of them without their data; by is the name of a column.
func order(sites []datahub.Site, by string) {
	if strings.TrimPrefix(by, "-") == "town" {
		fold.Sort(sites, nil, func(s datahub.Site) string { return s.City })
	}
	if by == "-site" || by == "-town" {
		slices.Reverse(sites)
	}
}
