package pages

import (
	"context"
	"net/http"
	"net/url"
	"time"

	"portico/internal/datahub"
	"portico/internal/query"
	"portico/internal/series"
	"portico/web/templates"
)

// sitesPerMatrix bounds how many sites' meters one page of data quality reads.
const sitesPerMatrix = 12

// qualityQuery is what the addresses of pages about data quality say.
type qualityQuery struct {
	from time.Time // first day, as midnight UTC; zero for the last thirty days
	day  time.Time // the day that is looked at closely, as midnight UTC; zero for none
	page int
}

func parseQualityQuery(values url.Values) (q qualityQuery, err error) {
	if q.from, err = parseDay(values, "from"); err != nil {
		return q, err
	}
	if q.day, err = parseDay(values, "day"); err != nil {
		return q, err
	}
	q.page, err = query.Page(values)
	return q, err
}

// parseDay reads a day such as 2026-11-16; the zero time when it is not there.
func parseDay(values url.Values, name string) (time.Time, error) {
	text, err := query.One(values, name, 10)
	if err != nil || text == "" {
		return time.Time{}, err
	}
	day, err := time.Parse(time.DateOnly, text)
	if err != nil || day.Year() < 2000 || day.Year() > 2100 {
		return time.Time{}, &query.Error{Param: name, Err: query.ErrChoice}
	}
	return day, nil
}

// first is the first day of the matrix in a zone.
func (q qualityQuery) first(zone *time.Location, now time.Time) time.Time {
	if q.from.IsZero() {
		return midnight(now, zone, 1-qualityDays)
	}
	return localDay(q.from, zone)
}

// localDay is the same day of the calendar in a zone.
func localDay(day time.Time, zone *time.Location) time.Time {
	y, m, d := day.Date()
	return series.DayStart(y, m, d, zone)
}

// siteQualityData is a site with the quality of its meters.
type siteQualityData struct {
	site   datahub.Site
	meters []*meterQuality
	units  []*unitCheck
}

// qualityData is what the page of data quality is made of.
type qualityData struct {
	query qualityQuery
	sites []siteQualityData
	refs  lists
	total int
	zone  *time.Location
	now   time.Time
}

// quality shows how well the data of all sites came: by day, and which meters are late, silent or stand still.
func (p *Pages) quality(_ http.ResponseWriter, r *Request) error {
	q, err := parseQualityQuery(r.URL.Query())
	if err != nil {
		return err
	}
	rd := p.reader(r)
	sites, err := rd.sites(r.Context())
	if err != nil {
		return err
	}
	d := qualityData{query: q, total: len(sites), zone: rd.in(commonZone(sites)), now: r.Now}
	from := min((q.page-1)*sitesPerMatrix, len(sites))
	if err := d.read(r.Context(), rd, sites[from:min(from+sitesPerMatrix, len(sites))]); err != nil {
		return err
	}
	return r.Render(http.StatusOK, templates.Quality(presentQuality(d, r.Locale, rd.layout(r))))
}

func (d *qualityData) read(ctx context.Context, rd *reader, sites []datahub.Site) error {
	ctx, cancel := context.WithTimeout(ctx, panelTimeout)
	defer cancel()
	if len(sites) == 0 {
		return nil
	}
	of, err := rd.sourcesOf(ctx, idsOf(sites)...)
	if err != nil {
		return err
	}
	var sources []datahub.Source
	for _, s := range sites {
		sources = append(sources, of[s.ID]...)
	}
	variables, err := rd.variablesOf(ctx, sources)
	if err != nil {
		return err
	}
	var all []*meterQuality
	var units []*unitCheck
	for _, s := range sites {
		zone := rd.in(s.Zone())
		from := d.query.first(zone, d.now)
		one := siteQualityData{site: s, meters: meterQualities(of[s.ID], variables, zone, from), units: unitChecks(of[s.ID], variables, zone, from)}
		d.sites, all, units = append(d.sites, one), append(all, one.meters...), append(units, one.units...)
	}
	if d.refs, err = rd.lists(ctx); err != nil {
		return err
	}
	if err := rd.quality(ctx, all); err != nil {
		return err
	}
	return rd.checkUnits(ctx, units)
}

// meterQualities are the meters whose values come at a known step, by the variable that stands for each.
func meterQualities(sources []datahub.Source, variables map[datahub.SourceID][]datahub.Variable, zone *time.Location, from time.Time) []*meterQuality {
	var list []*meterQuality
	for _, src := range sources {
		if v := newMeter(src, variables[src.ID]).shown; v.Step.Duration() > 0 && v.Step.Duration() <= 24*time.Hour {
			list = append(list, &meterQuality{source: src, variable: v, zone: zone, from: from})
		}
	}
	return list
}

// siteQuality shows the same of one site, meter by meter, and of one day which values are missing.
func (p *Pages) siteQuality(_ http.ResponseWriter, r *Request) error {
	q, err := parseQualityQuery(r.URL.Query())
	if err != nil {
		return err
	}
	rd := p.reader(r)
	f, err := rd.siteFrame(r, "quality")
	if err != nil {
		return err
	}
	ctx, cancel := context.WithTimeout(r.Context(), panelTimeout)
	defer cancel()
	variables, err := rd.variablesOf(ctx, f.sources)
	if err != nil {
		return err
	}
	d := siteQualityData{site: f.site, meters: meterQualities(f.sources[:min(len(f.sources), siteMeters)], variables, f.zone, q.first(f.zone, f.now))}
	d.units = unitChecks(f.sources[:min(len(f.sources), siteMeters)], variables, f.zone, q.first(f.zone, f.now))
	if err := rd.quality(ctx, d.meters); err != nil {
		return err
	}
	if err := rd.checkUnits(ctx, d.units); err != nil {
		return err
	}
	var day []*question
	if !q.day.IsZero() {
		if day, err = rd.dayOf(ctx, d.meters, localDay(q.day, f.zone)); err != nil {
			return err
		}
	}
	return r.Render(http.StatusOK, templates.SiteQuality(presentSiteQuality(f, d, q, day, r.Locale, f.page(r, rd))))
}

// dayOf reads the values of one day of meters, as they came.
func (rd *reader) dayOf(ctx context.Context, meters []*meterQuality, from time.Time) ([]*question, error) {
	to := midnight(from, from.Location(), 1)
	if to.After(rd.now) {
		to = rd.now
	}
	list := make([]*question, len(meters))
	for i, m := range meters {
		list[i] = &question{variable: m.variable.ID, span: span{from: from, to: to, g: datahub.GranularityRaw}}
	}
	if !from.Before(to) {
		return list, nil
	}
	return list, rd.points(ctx, list)
}
