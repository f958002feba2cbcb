package pages

import (
	"net/url"
	"slices"
	"strings"

	"portico/internal/query"
	"portico/internal/series"
	"portico/web/templates"
)

const explorePath = "/explore"

// maxSeries is how many variables one picture shows: as many as the palette has colours.
const maxSeries = 8

// exploreViews are the pictures of the explorer, as addresses name them.
var exploreViews = []string{"chart", "table", "carpet", "duration", "calendar", "profile", "histogram", "scatter"}

// exploreQuery is what the address of the explorer says, as it was typed. The page's state is there and nowhere else.
type exploreQuery struct {
	path                              string // of the page: the explorer's, or the variable's own
	refs                              []series.Ref
	from, to, g, agg, cmp, zone, view string
	level                             string          // at: the level that duration curves are compared with
	unit                              string          // chosen for all variables that can have it; the explorer's addresses have it at each variable
	explain                           bool            // the drawer is open
	omit                              []omission      // x: single values that are left out
	problems                          map[string]bool // parameters that cannot be used
}

// readExploreQuery reads the parameters. It refuses only what cannot be shown again; other problems are remembered by name.
func readExploreQuery(values url.Values) (exploreQuery, error) {
	q := exploreQuery{path: explorePath, problems: map[string]bool{}}
	for _, s := range values["s"] {
		if s == "" { // the empty choice of the form
			continue
		}
		ref, err := series.ParseRef(s)
		if err != nil {
			return q, &query.Error{Param: "s", Err: err}
		}
		if !slices.Contains(q.refs, ref) {
			q.refs = append(q.refs, ref)
		}
	}
	if len(q.refs) > maxSeries {
		return q, &query.Error{Param: "s", Err: query.ErrTooLong}
	}
	var err error
	if q.omit, err = readOmissions(values["x"]); err != nil {
		return q, err
	}
	explain := ""
	for _, p := range []struct {
		name string
		to   *string
	}{{"from", &q.from}, {"to", &q.to}, {"g", &q.g}, {"agg", &q.agg}, {"cmp", &q.cmp}, {"tz", &q.zone}, {"view", &q.view}, {"at", &q.level}, {"unit", &q.unit}, {"explain", &explain}} {
		v, err := query.One(values, p.name, 64)
		if err != nil {
			return q, err
		}
		*p.to = strings.TrimSpace(v)
	}
	q.explain = explain == "1"
	if q.from == "" && q.to == "" {
		q.from, q.to = defaultFrom, defaultTo
	}
	if q.view == "" {
		q.view = exploreViews[0]
	}
	if !slices.Contains(exploreViews, q.view) {
		q.problems["view"] = true
	}
	return q, nil
}

// readable keeps the signs of series and times as they are: they mean nothing in a query, and people read addresses.
var readable = strings.NewReplacer("%21", "!", "%40", "@", "%2A", "*", "%2F", "/", "%3A", ":")

// params are the parameters of the page, in the order in which addresses have them. What the page chooses itself is left out.
func (q exploreQuery) params() [][2]string {
	var list [][2]string
	for _, ref := range q.refs {
		if q.path == explorePath { // a variable's own page needs no other name for it
			list = append(list, [2]string{"s", ref.String()})
		}
	}
	view, unit, explain := q.view, "", ""
	if view == exploreViews[0] {
		view = ""
	}
	if q.explain {
		explain = "1"
	}
	for _, o := range q.omit {
		list = append(list, [2]string{"x", o.String()})
	}
	if q.path != explorePath && len(q.refs) > 0 {
		unit = q.refs[0].Unit
	}
	for _, p := range [][2]string{{"view", view}, {"from", q.from}, {"to", q.to}, {"g", q.g}, {"agg", q.agg}, {"cmp", q.cmp}, {"tz", q.zone}, {"at", q.level}, {"unit", unit}, {"explain", explain}} {
		if p[1] != "" {
			list = append(list, p)
		}
	}
	return list
}

// href is the address of the same page after a change.
func (q exploreQuery) href(change func(*exploreQuery)) string {
	q.refs, q.omit = slices.Clone(q.refs), slices.Clone(q.omit)
	if change != nil {
		change(&q)
	}
	return q.path + q.encode()
}

// encode writes the parameters.
func (q exploreQuery) encode() string {
	var b strings.Builder
	for i, p := range q.params() {
		b.WriteByte("?&"[min(i, 1)])
		b.WriteString(p[0] + "=" + readable.Replace(url.QueryEscape(p[1])))
	}
	return b.String()
}

// hidden are the parameters as fields of a form, those left out that the form has itself.
func (q exploreQuery) hidden(without ...string) []templates.HiddenModel {
	var list []templates.HiddenModel
	for _, p := range q.params() {
		if !slices.Contains(without, p[0]) {
			list = append(list, templates.HiddenModel{Name: p[0], Value: p[1]})
		}
	}
	return list
}

// over is the address of the same page with another range.
func (q exploreQuery) over(from, to string) string {
	return q.href(func(q *exploreQuery) { q.from, q.to = from, to })
}

// span is over with the ends of a range.
func (q exploreQuery) span(r series.Range) string {
	return q.over(series.Local(r.From, r.Zone), series.Local(r.To, r.Zone))
}

// with is the address after a change of one series.
func (q exploreQuery) with(i int, change func(*series.Ref)) string {
	return q.href(func(q *exploreQuery) { change(&q.refs[i]) })
}

// without is the address after a series is taken out.
func (q exploreQuery) without(i int) string {
	return q.href(func(q *exploreQuery) { q.refs = slices.Delete(q.refs, i, i+1) })
}
