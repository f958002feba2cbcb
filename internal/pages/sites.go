package pages

import (
	"context"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"

	"portico/internal/chart"
	"portico/internal/datahub"
	"portico/internal/filter"
	"portico/internal/locale"
	"portico/internal/query"
	"portico/web/templates"
)

// sitesPerPage bounds how many sites a page reads data of.
const sitesPerPage = 25

// sitesQuery is what the address of the list of sites says.
type sitesQuery struct {
	view   string        // list, map or cards
	q      string        // as it was typed
	terms  []filter.Term // what is in q
	group  datahub.GroupID
	by     string           // one of siteGroupings, "" for rows that do not stand together
	status string           // one of siteStatuses, "" for any
	sort   string           // name of a column, with a minus in front for the greatest first; "" for the name
	cols   []string         // columns that are shown; nil for those that the person keeps
	kept   []string         // columns that the person keeps; none for all
	only   []datahub.SiteID // sites that were chosen one by one; nil for all
	box    *chart.Box
	page   int
}

var (
	siteViews = []string{"list", "cards", "map"}
	// siteStatuses are what sites can be filtered by: the states of siteProfile.
	siteStatuses = []string{"alarm", "attention", "ok", "late", "silent", "none"}
)

// sortColumns are the columns that the list can be sorted by. Those that need data can only sort the sites of one page.
var sortColumns = map[string]bool{"site": true, "town": true, "now": true, "today": true, "change": true, "peak": true, "data": true, "age": true, "alarms": true}

func parseSitesQuery(values url.Values) (q sitesQuery, err error) {
	if q.view, err = query.Choice(values, "view", siteViews...); err != nil {
		return q, err
	}
	if q.q, err = query.One(values, "q", 100*4); err != nil {
		return q, err
	}
	q.q = locale.Plain(q.q)
	q.terms = filter.Parse(q.q, siteFields)
	if q.group, q.by, err = parseGroups(values); err != nil {
		return q, err
	}
	if q.status, err = query.Choice(values, "status", siteStatuses...); err != nil {
		return q, err
	}
	if q.sort, err = query.One(values, "sort", 20); err != nil {
		return q, err
	}
	if q.sort != "" && !sortColumns[strings.TrimPrefix(q.sort, "-")] {
		return q, &query.Error{Param: "sort", Err: query.ErrChoice}
	}
	if q.cols, err = query.Several(values, "col", templates.SiteColumns()[1:]...); err != nil {
		return q, err
	}
	if q.only, err = parseOnly(values); err != nil {
		return q, err
	}
	if q.box, err = parseBox(values); err != nil {
		return q, err
	}
	q.page, err = query.Page(values)
	return q, err
}

// onlyMost bounds how many sites an address names.
const onlyMost = 200

func parseOnly(values url.Values) (only []datahub.SiteID, err error) {
	if len(values["site"]) > onlyMost {
		return nil, &query.Error{Param: "site", Err: errTooMany}
	}
	for _, text := range values["site"] {
		id, err := query.ParseID(text)
		if err != nil {
			return nil, &query.Error{Param: "site", Err: query.ErrNumber}
		}
		if !slices.Contains(only, datahub.SiteID(id)) { // whose row stands in several groups can be chosen in each
			only = append(only, datahub.SiteID(id))
		}
	}
	return only, nil
}

func parseBox(values url.Values) (*chart.Box, error) {
	text, err := query.One(values, "box", 60)
	if err != nil || text == "" {
		return nil, err
	}
	b, ok := chart.ParseBox(text)
	if !ok {
		return nil, &query.Error{Param: "box", Err: query.ErrChoice}
	}
	return &b, nil
}

// href is the address of the page with what change does to the query; every other change leads to the first page.
func (q sitesQuery) href(change func(*sitesQuery)) string {
	q.page = 1
	change(&q)
	pairs := []string{"q", q.q, "status", q.status, "sort", q.sort, "page", query.Number(q.page)}
	if q.view != "list" {
		pairs = append(pairs, "view", q.view)
	}
	if q.box != nil && q.view == "map" {
		pairs = append(pairs, "box", q.box.String())
	}
	address := query.With("/sites", pairs...)
	for _, several := range []struct {
		name   string
		values []string
	}{{"group", q.groupTexts()}, {"col", q.cols}, {"site", q.onlyTexts()}} {
		address = query.WithSeveral(address, several.name, several.values)
	}
	return address
}

func (q sitesQuery) onlyTexts() []string {
	var ids []string
	for _, id := range q.only {
		ids = append(ids, idText(int64(id)))
	}
	return ids
}

// shows reports whether a column is shown.
func (q sitesQuery) shows(column string) bool {
	shown := q.cols
	if shown == nil {
		shown = q.kept
	}
	return column == "site" || len(shown) == 0 || slices.Contains(shown, column)
}

// sitesData is what the list of sites is made of.
type sitesData struct {
	query  sitesQuery
	total  int // sites that the person may see
	found  int // of them, those that match
	groups []datahub.Group
	shown  []siteSection // what of the page stands together, nil for rows that do not
	rows   int           // on all pages: found, and more where sites stand in several groups
	sites  []siteProfile
	onMap  []siteProfile // all that match, on the map, with their states only
	known  []siteProfile // those that match with their figures, where they had to be read to find out; nil elsewhere
	wide   int           // so many sites are left when figures would decide that they are not read; 0 where they are
	now    time.Time
	size   int // sites of a page; 0 means sitesPerPage
	may    func(feature string, right datahub.Right) bool
}

// sites lists the sites, page by page, or shows them on a map.
func (p *Pages) sites(_ http.ResponseWriter, r *Request) error {
	q, err := parseSitesQuery(r.URL.Query())
	if err != nil {
		return err
	}
	if !r.Until.IsZero() {
		r.Until = time.Now().Add(listPatience)
	}
	if q.cols == nil {
		q.kept = keptColumns(r.Context(), r)
	}
	rd := p.reader(r)
	d := sitesData{query: q, now: r.Now, may: rd.may}
	shown, refs, err := d.page(r.Context(), rd)
	if err != nil {
		return err
	}
	d.sites = profilesOf(shown, refs)
	var figures templates.PanelModel
	var panels []Panel
	if len(shown) > 0 {
		panels = []Panel{{"rows", &figures, func(ctx context.Context) (func(), error) {
			sites, err := d.figures(ctx, rd, shown, refs)
			return func() { d.sites = sites }, err
		}}}
	}
	return r.Fill(panels, func() error { return d.render(r, rd.layout(r), figures) })
}

// render renders the list with its figures, or with why there are none.
func (d sitesData) render(r *Request, layout templates.LayoutModel, figures templates.PanelModel) error {
	m := presentSites(d, r.Locale, layout)
	if m.Figures = figures; figures.State != "" {
		m.Sum = templates.SiteSumModel{}
		unknown(m.Rows, figures, r.Locale)
		for i := range m.Sections {
			m.Sections[i].Sum = templates.SiteSumModel{}
			unknown(m.Sections[i].Rows, figures, r.Locale)
		}
	}
	status := http.StatusOK
	if len(m.Problems) > 0 {
		status = http.StatusBadRequest
	}
	return r.Render(status, templates.Sites(m))
}

// unknown says in rows why nothing is known of a site but its name.
func unknown(rows []templates.SiteRowModel, figures templates.PanelModel, l locale.Locale) {
	text := l.T("part.loading")
	if figures.Failure != nil {
		text = l.T("state.failed")
	}
	for i := range rows {
		rows[i].State = templates.StateModel{Name: "none", Text: text}
	}
}

// listPatience is how long a list of sites waits for its figures: what people look for is the names, which are there.
const listPatience = 75 * time.Millisecond
