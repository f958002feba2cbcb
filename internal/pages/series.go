package pages

import (
	"context"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"portico/internal/datahub"
	"portico/internal/query"
	"portico/internal/series"
	"portico/web/templates"
)

// seriesQuery is what the address of a series' page says, as it was typed: the form shows it again whatever it was.
type seriesQuery struct {
	path                        string // of the page
	from, to, g, agg, cmp, zone string
	problems                    map[string]bool // parameters that cannot be used
}

// Ranges of a page when its address names none.
const defaultFrom, defaultTo = "now-7d", "now"

// granularities and comparisons are the words that addresses use.
var (
	granularities = []granularityName{
		{"raw", datahub.GranularityRaw}, {"minute", datahub.GranularityMinute}, {"hour", datahub.GranularityHour}, {"day", datahub.GranularityDay},
		{"week", datahub.GranularityWeek}, {"month", datahub.GranularityMonth}, {"year", datahub.GranularityYear},
	}
	comparisons = []series.Comparison{series.NoComparison, series.PreviousPeriod, series.WeekBefore, series.YearBefore}
)

type granularityName struct {
	word string
	g    datahub.Granularity
}

// readSeriesQuery reads the parameters. It refuses only what cannot be shown again; all other problems are remembered by name.
func readSeriesQuery(path string, values url.Values) (seriesQuery, error) {
	q := seriesQuery{path: path, problems: map[string]bool{}}
	for _, p := range []struct {
		name string
		to   *string
	}{{"from", &q.from}, {"to", &q.to}, {"g", &q.g}, {"agg", &q.agg}, {"cmp", &q.cmp}, {"tz", &q.zone}} {
		v, err := query.One(values, p.name, 64)
		if err != nil {
			return q, err
		}
		*p.to = strings.TrimSpace(v)
	}
	if q.from == "" && q.to == "" {
		q.from, q.to = defaultFrom, defaultTo
	}
	return q, nil
}

func aggregateWord(word string) datahub.Aggregate {
	for _, a := range series.Aggregates {
		if a.Word == word {
			return a.Aggregate
		}
	}
	return 0
}

func granularityWord(word string) (datahub.Granularity, bool) {
	for _, g := range granularities {
		if g.word == word {
			return g.g, true
		}
	}
	return 0, false
}

func wordOf(g datahub.Granularity) string {
	for _, x := range granularities {
		if x.g == g {
			return x.word
		}
	}
	return "raw"
}

// href is the address of the same page with another range.
func (q seriesQuery) href(from, to string) string {
	return query.With(q.path, "from", from, "to", to, "g", q.g, "agg", q.agg, "cmp", q.cmp, "tz", q.zone)
}

// exploreHref opens a variable in the explorer over one of the presets.
func exploreHref(id datahub.VariableID, preset string) string {
	from, to := "", ""
	for _, p := range series.Presets {
		if p.ID == preset {
			from, to = p.From, p.To
		}
	}
	return query.With("/explore", "s", strconv.FormatInt(int64(id), 10), "from", from, "to", to)
}

// seriesData is what a series' page is made of.
type seriesData struct {
	query    seriesQuery
	variable datahub.Variable
	source   datahub.Source
	siteName string
	zone     *time.Location
	refs     lists
	now      time.Time

	r           series.Range
	granularity datahub.Granularity
	aggregate   datahub.Aggregate
	coarsened   bool // coarser than was asked for, because there would be too many values
	differences bool // readings of a counter are shown as the amounts between them
	slots       []series.Slot
	compared    []series.Slot // shown at the times they are compared with
	compare     series.Comparison
	err         error // the points could not be read
	compareErr  error
}

// variable shows one variable: its course, statistics and table.
func (p *Pages) variable(w http.ResponseWriter, r *Request) error {
	id, err := r.id("variable")
	if err != nil {
		return err
	}
	q, err := readSeriesQuery(variableHref(datahub.VariableID(id)), r.URL.Query())
	if err != nil {
		return err
	}
	return p.seriesPage(w, r, seriesData{query: q, variable: datahub.Variable{ID: datahub.VariableID(id)}})
}

func (p *Pages) seriesPage(w http.ResponseWriter, r *Request, d seriesData) error {
	rd := p.reader(r)
	d.now = r.Now
	var err error
	if d.variable, err = rd.variable(r.Context(), d.variable.ID); err != nil {
		return err
	}
	if d.source, err = rd.source(r.Context(), d.variable.SourceID); err != nil {
		return err
	}
	if d.refs, err = rd.lists(r.Context()); err != nil {
		return err
	}
	ctx, cancel := context.WithTimeout(r.Context(), panelTimeout)
	defer cancel()
	if err := d.readPlace(ctx, rd); err != nil {
		return err
	}
	status := http.StatusOK
	if d.parse(); len(d.query.problems) > 0 {
		status = http.StatusBadRequest
	} else if err := d.readPoints(ctx, rd.hub); err != nil {
		return err
	}
	return r.Render(status, templates.Series(presentSeries(d, r.Locale, rd.layout(r))))
}

// readPlace finds the site's name and zone. What is missing leaves the page poorer, not empty.
func (d *seriesData) readPlace(ctx context.Context, rd *reader) error {
	d.siteName, d.zone = d.source.SiteName, d.source.Zone()
	site, err := rd.site(ctx, d.source.SiteID)
	if err == nil {
		d.siteName, d.zone = site.Name, site.Zone()
	}
	return endsSession(err)
}

// parse decides range, granularity, aggregate and comparison. Problems are remembered by parameter.
func (d *seriesData) parse() {
	q := &d.query
	if q.zone != "" {
		zone, ok := datahub.ParseZone(q.zone)
		if !ok {
			q.problems["tz"] = true
		} else {
			d.zone = zone
		}
	}
	r, err := series.ParseRange(q.from, q.to, d.now, d.zone)
	if err != nil {
		q.problems[paramOf(err)] = true
	}
	d.r = r
	d.compare = series.Comparison(q.cmp)
	if q.cmp != "" && !slices.Contains(comparisons, d.compare) {
		q.problems["cmp"] = true
	}
	d.aggregate = aggregateOf(d.variable)
	d.differences = d.variable.QuantityType == datahub.Cumulative
	if q.agg != "" && q.agg != "auto" {
		if d.aggregate = aggregateWord(q.agg); d.aggregate == 0 {
			q.problems["agg"] = true
		}
		d.differences = false
	}
	g, ok := granularityWord(q.g)
	if q.g != "" && q.g != "auto" && !ok {
		q.problems["g"] = true
	}
	if len(q.problems) == 0 {
		d.choose(g, ok)
	}
}

func paramOf(err error) string {
	if e, ok := err.(*series.ParamError); ok { //nolint:errorlint // ParseRange returns nothing else
		return e.Name
	}
	return "from"
}

// choose takes the granularity that was asked for if it makes a bearable number of values, else the finest that does.
func (d *seriesData) choose(asked datahub.Granularity, isAsked bool) {
	step := d.variable.Step.Duration()
	d.granularity = series.Choose(d.r, step)
	switch {
	case d.variable.Step.Period == datahub.Month && d.variable.Step.Count > 0:
		d.granularity = datahub.GranularityMonth
	case d.variable.Step.Period == datahub.Year && d.variable.Step.Count > 0:
		d.granularity = datahub.GranularityYear
	}
	if !isAsked {
		return
	}
	if !bearable(d.r, asked, step) {
		d.coarsened = true
		return
	}
	d.granularity = asked
}

// bearable reports whether a granularity makes a number of values that a page can show.
func bearable(r series.Range, g datahub.Granularity, step time.Duration) bool {
	if g == datahub.GranularityRaw && step == 0 {
		return r.Days() <= 62
	}
	return series.Allowed(r, g, step)
}

// readPoints reads the range and what it is compared with, side by side.
func (d *seriesData) readPoints(ctx context.Context, hub *datahub.Client) error {
	before, compare := d.r.Shift(d.compare)
	jobs := []func(context.Context) error{func(ctx context.Context) error {
		d.slots, d.err = d.read(ctx, hub, d.r)
		return endsSession(d.err)
	}}
	if compare {
		jobs = append(jobs, func(ctx context.Context) error {
			slots, err := d.read(ctx, hub, before)
			d.compared, d.compareErr = series.Align(slots, before, d.r), err
			return endsSession(err)
		})
	}
	return each(ctx, jobs, func(ctx context.Context, _ int, f func(context.Context) error) error { return f(ctx) })
}

// read returns the slots of r. For differences it reads one slot more before r, so that the first has an amount too.
func (d *seriesData) read(ctx context.Context, hub *datahub.Client, r series.Range) ([]series.Slot, error) {
	step := d.variable.Step.Duration()
	wider := r
	if d.differences {
		wider.From = oneBefore(r, d.granularity, step)
	}
	to := wider.To
	if to.After(d.now) {
		to = d.now
	}
	if !wider.From.Before(to) {
		return series.Fill(nil, r, d.granularity, max(step, time.Minute), d.now), nil
	}
	points, err := hub.DataPoints(ctx, datahub.DataQuery{Variable: d.variable.ID, From: wider.From, To: to, Granularity: d.granularity, Aggregate: d.aggregate, Zone: d.zone})
	if err != nil {
		return nil, err
	}
	slots := series.Fill(points, wider, d.granularity, step, d.now)
	if d.differences {
		slots = between(series.Differences(slots), r.From, r.To)
	}
	return slots, nil
}

// oneBefore is the start of the bucket before r.
func oneBefore(r series.Range, g datahub.Granularity, step time.Duration) time.Time {
	from := r.From.In(r.Zone)
	switch g {
	case datahub.GranularityMinute:
		return from.Add(-time.Minute)
	case datahub.GranularityHour:
		return from.Add(-time.Hour)
	case datahub.GranularityDay:
		return from.AddDate(0, 0, -1)
	case datahub.GranularityWeek:
		return from.AddDate(0, 0, -7)
	case datahub.GranularityMonth:
		return from.AddDate(0, -1, 0)
	case datahub.GranularityYear:
		return from.AddDate(-1, 0, 0)
	}
	return from.Add(-max(step, time.Hour))
}
