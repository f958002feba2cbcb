package pages

import (
	"context"
	"slices"
	"strings"
	"time"

	"portico/internal/crew"
	"portico/internal/datahub"
	"portico/internal/filter"
	"portico/internal/locale"
	"portico/internal/query"
)

// siteFields are what the filter of the list of sites can ask for by name: the Data Hub's names where it has one.
var siteFields = []filter.Field{
	{Name: "name"}, {Name: "city", Also: []string{"town"}}, {Name: "street"}, {Name: "postalcode"}, {Name: "country"}, {Name: "type"}, {Name: "group"}, {Name: "meter", Also: []string{"source"}},
	{Name: "status", Choices: siteStatuses}, {Name: "alarms", Number: true}, {Name: "kwh", Number: true}, {Name: "kw", Number: true},
}

// figuresMost bounds of how many sites the figures are read to find out which match.
const figuresMost = sitesInFile

// about are the terms about one of the fields.
func (q sitesQuery) about(fields ...string) []filter.Term {
	return slices.DeleteFunc(slices.Clone(q.terms), func(t filter.Term) bool { return !slices.Contains(fields, t.Field) })
}

func (q sitesQuery) asks(fields ...string) bool { return len(q.about(fields...)) > 0 }

// fitsSite reports whether a site is what was typed, as far as its own description tells. Words may stand in its name, town, street, postal code or type, without regard to capitals and accents.
func (q sitesQuery) fitsSite(site datahub.Site, refs lists) bool {
	kind := siteKind(siteProfile{site: site, kind: refs.siteTypes[site.TypeID]})
	texts := map[string]string{"name": site.Name, "city": site.City, "street": site.Street, "postalcode": site.PostalCode, "country": site.Country, "type": kind,
		"": strings.Join([]string{site.Name, site.City, site.Street, site.PostalCode, kind}, " ")}
	return !slices.ContainsFunc(q.terms, func(t filter.Term) bool {
		text, described := texts[t.Field]
		return described && !t.Fits(text)
	})
}

// fitsState reports whether a site is what was chosen and typed, as far as its alarms and its last value tell.
func (q sitesQuery) fitsState(s siteProfile, now time.Time) bool {
	state, present := s.state(now), float64(s.alarms.open+s.alarms.acknowledged)
	if q.status != "" && state != q.status {
		return false
	}
	return !slices.ContainsFunc(q.about("status"), func(t filter.Term) bool { return !t.Fits(state) }) &&
		!slices.ContainsFunc(q.about("alarms"), func(t filter.Term) bool { return !t.FitsNumber(present) })
}

// fitsFigures reports whether a site uses what was typed. One that could not be read, or has no such figure, does not.
func (q sitesQuery) fitsFigures(s siteProfile, now time.Time) bool {
	p := s.electricity
	factor, ok := kilo[p.unit]
	if !p.usable() || !ok {
		return false
	}
	f := p.figures(s.site.Zone(), now)
	return !slices.ContainsFunc(q.about("kwh"), func(t filter.Term) bool { return !t.FitsNumber(f.today * factor) }) &&
		!slices.ContainsFunc(q.about("kw"), func(t filter.Term) bool { return !f.nowKnown || !t.FitsNumber(f.now*factor) })
}

// inGroups leaves the sites that are in the groups that were typed. Only groups of such names are read.
func (d *sitesData) inGroups(ctx context.Context, rd *reader, sites []datahub.Site) ([]datahub.Site, error) {
	for _, t := range d.query.about("group") {
		named := slices.DeleteFunc(slices.Clone(d.groups), func(g datahub.Group) bool { return !t.Names(locale.Name(g.Name)) })
		if len(named) > groupsMost {
			return nil, &query.Error{Param: "q", Err: errTooMany}
		}
		members := make([]map[datahub.SiteID]bool, len(named))
		if err := each(ctx, named, func(ctx context.Context, i int, g datahub.Group) (err error) {
			members[i], err = rd.members(ctx, g.ID)
			return err
		}); err != nil {
			return nil, err
		}
		sites = slices.DeleteFunc(sites, func(s datahub.Site) bool {
			in := slices.ContainsFunc(members, func(m map[datahub.SiteID]bool) bool { return m[s.ID] })
			return in == t.Excludes()
		})
	}
	return sites, nil
}

// withMeters leaves the sites that have the meters that were typed, by name or number.
func (q sitesQuery) withMeters(ctx context.Context, rd *reader, sites []datahub.Site) ([]datahub.Site, error) {
	terms := q.about("meter")
	if len(terms) == 0 || len(sites) == 0 {
		return sites, nil
	}
	meters, err := rd.sourcesOf(ctx, idsOf(sites)...)
	return slices.DeleteFunc(sites, func(s datahub.Site) bool {
		var texts []string
		for _, m := range meters[s.ID] {
			texts = append(texts, m.Name, m.EANNumber, m.MeterNumber, m.SerialNumber)
		}
		return slices.ContainsFunc(terms, func(t filter.Term) bool { return !t.Fits(texts...) })
	}), err
}

// withFigures leaves the sites that use what was typed. Where these would be too many to be read, none is left.
func (d *sitesData) withFigures(ctx context.Context, rd *reader, sites []datahub.Site, refs lists) ([]datahub.Site, error) {
	if !d.query.asks("kwh", "kw") {
		return sites, nil
	}
	if len(sites) > figuresMost {
		d.wide = len(sites)
		return nil, nil
	}
	all, err := rd.readSites(ctx, sites, refs, oneDay)
	if err != nil {
		return nil, err
	}
	d.known, sites = []siteProfile{}, nil
	for _, s := range all {
		if d.query.fitsFigures(s, d.now) {
			d.known, sites = append(d.known, s), append(sites, s.site)
		}
	}
	return sites, nil
}

// figures are the sites that are shown with their figures.
func (d *sitesData) figures(ctx context.Context, rd *reader, shown []datahub.Site, refs lists) (sites []siteProfile, err error) {
	var peaks []reading
	g, ctx := crew.WithContext(ctx)
	g.Go(func() (err error) { sites, err = d.ofToday(ctx, rd, shown, refs); return err })
	if d.query.view != "cards" && d.query.shows("peak") {
		g.Go(func() (err error) { peaks, err = rd.peaks(ctx, shown, refs); return err })
	}
	if err := g.Wait(); err != nil {
		return nil, err
	}
	for i, peak := range peaks {
		sites[i].peak = peak
	}
	return sites, nil
}

// ofToday are the sites that are shown with their figures of the day, which may be known by now.
func (d *sitesData) ofToday(ctx context.Context, rd *reader, shown []datahub.Site, refs lists) ([]siteProfile, error) {
	if d.known == nil {
		return rd.readSites(ctx, shown, refs, oneDay)
	}
	sites := make([]siteProfile, len(shown))
	for i, site := range shown {
		sites[i] = d.known[slices.IndexFunc(d.known, func(s siteProfile) bool { return s.site.ID == site.ID })]
	}
	return sites, nil
}
