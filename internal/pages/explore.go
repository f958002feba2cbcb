package pages

import (
	"context"
	"net/http"
	"slices"
	"time"

	"portico/internal/datahub"
	"portico/internal/query"
	"portico/internal/series"
	"portico/web/templates"
)

// exploreData is what the explorer's page is made of.
type exploreData struct {
	query exploreQuery
	now   time.Time
	refs  lists
	zone  *time.Location // of the first variable's site, or as the address says
	lines []exploreLine

	siblings  []datahub.Source // meters of the first variable's site, for the choice of another one
	variables map[datahub.SourceID][]datahub.Variable

	r           series.Range
	granularity datahub.Granularity
	coarsened   bool                // coarser than was asked for, because there would be too many values
	asked       datahub.Granularity // the one that was asked for, where coarsened
	compare     series.Comparison
	level       *float64 // at
	overview    overview
	marks       marks
}

// exploreLine is one variable of the explorer.
type exploreLine struct {
	ref      series.Ref
	variable datahub.Variable
	source   datahub.Source
	siteName string
	siteZone *time.Location // the site's own
	zone     *time.Location // in which its times are shown

	own, unit   string  // the variable's unit, and the one that is shown
	factor      float64 // from the one to the other, with the sign that was asked for
	color, dash int
	right       bool
	aggregate   datahub.Aggregate
	differences bool        // readings of a counter are shown as the amounts between them
	without     []time.Time // values that the reader left out

	course             // of the range
	compared course    // of the range to compare with, shown at the times they are compared with
	newest   time.Time // for a widget: of the newest value, where the slots do not tell it; zero elsewhere
}

// explore shows variables with all controls, or lets the reader choose one.
func (p *Pages) explore(_ http.ResponseWriter, r *Request) error {
	q, err := readExploreQuery(r.URL.Query())
	if err != nil {
		return err
	}
	if add, err := query.One(r.URL.Query(), "add", 1); err != nil || add != "" || len(q.refs) == 0 {
		if err != nil {
			return err
		}
		return p.pick(r, q)
	}
	rd := p.reader(r)
	d, err := readExplore(r.Context(), rd, q)
	if err != nil {
		return err
	}
	ctx, cancel := context.WithTimeout(r.Context(), panelTimeout)
	defer cancel()
	status, jobs := http.StatusOK, []func(context.Context, *reader) error{d.readSiblings, d.readCourse}
	if len(d.query.problems) > 0 {
		status, jobs = http.StatusBadRequest, jobs[:1]
	}
	if err := rd.all(ctx, jobs...); err != nil {
		return err
	}
	return r.Render(status, templates.Explore(presentExplore(d, r, rd.layout(r))))
}

// readExplore reads what the variables are and decides how they are shown; no points yet.
func readExplore(ctx context.Context, rd *reader, q exploreQuery) (*exploreData, error) {
	d := &exploreData{query: q, now: rd.now}
	lists := func(ctx context.Context, rd *reader) (err error) {
		d.refs, err = rd.lists(ctx)
		return err
	}
	if err := rd.all(ctx, lists, d.readLines); err != nil {
		return nil, err
	}
	d.parse()
	return d, nil
}

// exploreOf is readExplore for variables of a site of which everything is known, in the place of what q refers to.
func (rd *reader) exploreOf(f siteFrame, variables []datahub.Variable, q exploreQuery) *exploreData {
	d := &exploreData{query: q, now: rd.now, refs: f.refs, zone: f.zone}
	for _, v := range variables {
		ref := series.Ref{Variable: v.ID}
		source := f.sources[slices.IndexFunc(f.sources, func(s datahub.Source) bool { return s.ID == v.SourceID })]
		d.query.refs = append(d.query.refs, ref)
		d.lines = append(d.lines, exploreLine{ref: ref, variable: v, source: source, siteName: f.site.Name, siteZone: f.site.Zone(), zone: f.zone})
	}
	d.parse()
	return d
}

// readLines finds the variables with their meters and sites. The first one must be there; of the others those that the person may not see are left out, and are a problem of the address, which a
// Data Hub that gives no answer is not.
func (d *exploreData) readLines(ctx context.Context, rd *reader) error {
	lines := make([]*exploreLine, len(d.query.refs))
	err := each(ctx, d.query.refs, func(ctx context.Context, i int, ref series.Ref) error {
		line, err := readLine(ctx, rd, ref)
		if err == nil {
			lines[i] = &line
		}
		if i == 0 || noAnswer(err) {
			return err
		}
		return endsSession(err)
	})
	if err != nil {
		return err
	}
	var refs []series.Ref
	for i, line := range lines {
		if line == nil {
			d.query.problems["s"] = true
			continue
		}
		d.lines, refs = append(d.lines, *line), append(refs, d.query.refs[i])
	}
	err = d.readSites(ctx, rd)
	d.query.refs, d.zone = refs, d.lines[0].zone
	return err
}

// readLine finds a variable with its meter, and what that tells of its site.
func readLine(ctx context.Context, rd *reader, ref series.Ref) (l exploreLine, err error) {
	l.ref = ref
	if l.variable, err = rd.variable(ctx, ref.Variable); err != nil {
		return l, err
	}
	l.source, err = rd.source(ctx, l.variable.SourceID)
	l.siteName, l.siteZone = l.source.SiteName, l.source.Zone()
	l.zone = rd.in(l.siteZone)
	return l, err
}

// readSites finds the sites of the variables, each once. Of one that cannot be read there is what its meters tell.
func (d *exploreData) readSites(ctx context.Context, rd *reader) error {
	return each(ctx, d.sites(), func(ctx context.Context, _ int, id datahub.SiteID) error {
		site, err := rd.site(ctx, id)
		for i := range d.lines {
			if l := &d.lines[i]; err == nil && l.source.SiteID == id {
				l.siteName, l.siteZone, l.zone = site.Name, site.Zone(), rd.in(site.Zone())
			}
		}
		return endsSession(err)
	})
}

// sites are those of the variables, each once.
func (d *exploreData) sites() (ids []datahub.SiteID) {
	for i := range d.lines { // their courses may be read meanwhile
		if id := d.lines[i].source.SiteID; !slices.Contains(ids, id) {
			ids = append(ids, id)
		}
	}
	return ids
}

// readSiblings finds the other variables of the first one's site. Without them the page has a link to where they are.
func (d *exploreData) readSiblings(ctx context.Context, rd *reader) error {
	site := d.lines[0].source.SiteID
	of, err := rd.sourcesOf(ctx, site)
	if err == nil {
		d.siblings = of[site]
		d.variables, err = rd.variablesOf(ctx, d.siblings)
	}
	return endsSession(err)
}
