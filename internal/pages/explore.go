package pages

import (
	"context"
	"net/http"
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
	coarsened   bool // coarser than was asked for, because there would be too many values
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
	status, jobs := http.StatusOK, []func(context.Context, *reader) error{d.readSiblings}
	if len(d.query.problems) > 0 {
		status = http.StatusBadRequest
	} else {
		jobs = append(jobs, d.readPoints)
	}
	if err := each(ctx, jobs, func(ctx context.Context, _ int, read func(context.Context, *reader) error) error {
		return read(ctx, rd)
	}); err != nil {
		return err
	}
	return r.Render(status, templates.Explore(presentExplore(d, r, rd.layout(r))))
}

// readExplore reads what the variables are and decides how they are shown; no points yet.
func readExplore(ctx context.Context, rd *reader, q exploreQuery) (*exploreData, error) {
	d := &exploreData{query: q, now: rd.now}
	var err error
	if d.refs, err = rd.lists(ctx); err != nil {
		return nil, err
	}
	if err := d.readLines(ctx, rd); err != nil {
		return nil, err
	}
	d.parse()
	return d, nil
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
	d.query.refs, d.zone = refs, d.lines[0].zone
	return nil
}

func readLine(ctx context.Context, rd *reader, ref series.Ref) (exploreLine, error) {
	l := exploreLine{ref: ref}
	var err error
	if l.variable, err = rd.variable(ctx, ref.Variable); err != nil {
		return l, err
	}
	if l.source, err = rd.source(ctx, l.variable.SourceID); err != nil {
		return l, err
	}
	l.siteName, l.siteZone = l.source.SiteName, l.source.Zone()
	site, err := rd.site(ctx, l.source.SiteID)
	if err == nil {
		l.siteName, l.siteZone = site.Name, site.Zone()
	}
	l.zone = rd.in(l.siteZone)
	return l, endsSession(err)
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
