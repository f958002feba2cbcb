package server

import (
	"cmp"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"portico/internal/datahub"
	"portico/internal/locale"
	"portico/web/templates"
)

// sitesPerPage bounds how many sites a page reads data of.
const sitesPerPage = 25

// sitesQuery is what the address of the list of sites says.
type sitesQuery struct {
	q    string
	sort string // name of a column, with a minus in front for the greatest first; "" for state and name
	page int
}

// sortColumns are the columns that the list can be sorted by. Those that need data can only sort the sites of one page.
var sortColumns = map[string]bool{"site": true, "town": true, "now": true, "today": true, "change": true, "data": true, "age": true}

func parseSitesQuery(values url.Values) (sitesQuery, error) {
	var q sitesQuery
	var err error
	if q.q, err = one(values, "q", 100*4); err != nil {
		return q, badRequest("q", err)
	}
	q.q = cleanText(q.q)
	if q.sort, err = one(values, "sort", 20); err != nil {
		return q, badRequest("sort", err)
	}
	if q.sort != "" && !sortColumns[strings.TrimPrefix(q.sort, "-")] {
		return q, badRequest("sort", errUnknownChoice)
	}
	if q.page, err = pageNumber(values); err != nil {
		return q, badRequest("page", err)
	}
	return q, nil
}

func (q sitesQuery) href(sort string, page int) string {
	n := ""
	if page > 1 {
		n = strconv.Itoa(page)
	}
	return withQuery("/sites", "q", q.q, "sort", sort, "page", n)
}

// sites lists the sites, page by page.
func (s *Server) sites(w http.ResponseWriter, r *http.Request) error {
	q, err := parseSitesQuery(r.URL.Query())
	if err != nil {
		return err
	}
	hub, now := s.hub(r), s.now()
	all, err := hub.Sites(r.Context(), datahub.SiteQuery{})
	if err != nil {
		return err
	}
	refs, err := s.references.get(r.Context(), hub, now)
	if err != nil {
		return err
	}
	byName(all)
	d := sitesData{query: q, total: len(all), now: now, sites: nil}
	found := slices.DeleteFunc(all, func(site datahub.Site) bool { return !matches(site, refs, q.q) })
	if strings.TrimPrefix(q.sort, "-") == "town" {
		slices.SortStableFunc(found, func(a, b datahub.Site) int { return strings.Compare(strings.ToLower(a.City), strings.ToLower(b.City)) })
	}
	if q.sort == "-site" || q.sort == "-town" {
		slices.Reverse(found)
	}
	d.found = len(found)
	from := min((q.page-1)*sitesPerPage, len(found))
	if d.sites, err = readSites(r.Context(), hub, found[from:min(from+sitesPerPage, len(found))], refs, now, false); err != nil {
		return err
	}
	return s.render(w, r, http.StatusOK, templates.Sites(presentSites(d, s.locale(r), s.layout(r))))
}

// matches reports whether every word of q stands in the site's name, town, street, postal code or type, in any case.
func matches(site datahub.Site, refs lists, q string) bool {
	text := strings.ToLower(strings.Join([]string{site.Name, site.City, site.Street, site.PostalCode, siteKind(siteProfile{site: site, kind: refs.siteTypes[site.TypeID]})}, " "))
	for word := range strings.FieldsSeq(strings.ToLower(q)) {
		if !strings.Contains(text, word) {
			return false
		}
	}
	return true
}

// sitesData is what the list of sites is made of.
type sitesData struct {
	query sitesQuery
	total int // sites that the person may see
	found int // of them, those that match
	sites []siteProfile
	now   time.Time
}

func presentSites(d sitesData, l locale.Locale, layout templates.LayoutModel) templates.SitesModel {
	q := d.query
	sortByData(d.sites, q.sort, d.now)
	m := templates.SitesModel{Layout: layout, Head: templates.PageHeadModel{Title: l.T("place.sites"), Facts: []string{l.T("overview.sites", d.total)}}, Sort: q.sort}
	if q.q != "" {
		m.Head.Facts = append(m.Head.Facts, l.T("sites.found", d.found, q.q))
	}
	m.Query = templates.FieldModel{Name: "q", Label: l.T("sites.search"), Value: q.q}
	for _, name := range templates.SiteColumns() {
		m.Columns = append(m.Columns, sortColumn(name, q, d.found <= sitesPerPage, l))
	}
	m.Rows = siteRows(d.sites, l, d.now)
	m.Sum = sumOf(d.sites, l, d.now)
	m.Partial = partial(d.sites, l, q.href(q.sort, q.page))
	if len(m.Rows) == 0 {
		m.Empty = &templates.EmptyModel{Text: l.T("sites.none"), Next: templates.Link{Text: l.T("sites.show-all"), Href: "/sites"}}
		if d.total == 0 {
			m.Empty = &templates.EmptyModel{Text: l.T("overview.none")}
		}
		return m
	}
	first := (q.page-1)*sitesPerPage + 1
	m.Pager.Text = l.T("page.range", first, first+len(m.Rows)-1, d.found)
	if q.page > 1 {
		m.Pager.Prev = q.href(q.sort, q.page-1)
	}
	if first+len(m.Rows)-1 < d.found {
		m.Pager.Next = q.href(q.sort, q.page+1)
	}
	return m
}

// sortColumn heads a column. A click sorts upwards for names, downwards for figures, and the other way round the next time.
func sortColumn(name string, q sitesQuery, onePage bool, l locale.Locale) templates.ColumnModel {
	text := name == "site" || name == "town"
	c := templates.ColumnModel{Text: l.T(locale.Key("column." + name)), Number: !text && name != "course"}
	if !sortColumns[name] || !text && !onePage {
		return c
	}
	to := name
	if !text {
		to = "-" + name
	}
	switch q.sort {
	case name:
		c.Sorted, to = "ascending", "-"+name
	case "-" + name:
		c.Sorted, to = "descending", name
	}
	c.Href = q.href(to, 1)
	return c
}

// sortByData sorts the sites of one page by a figure; sites without it come last either way.
func sortByData(sites []siteProfile, by string, now time.Time) {
	name := strings.TrimPrefix(by, "-")
	figure := map[string]func(figures) (float64, bool){
		"now":    func(f figures) (float64, bool) { return f.now, f.nowKnown },
		"today":  func(f figures) (float64, bool) { return f.today, true },
		"change": func(f figures) (float64, bool) { return f.today / f.before, f.comparable && f.before > 0 },
		"data":   func(f figures) (float64, bool) { return f.share, true },
		"age":    func(f figures) (float64, bool) { return f.age.Seconds(), true },
	}[name]
	if figure == nil {
		return
	}
	type key struct {
		v  float64
		ok bool
	}
	keys := map[datahub.SiteID]key{}
	for _, s := range sites {
		if s.electricity.usable() {
			v, ok := figure(s.electricity.figures(s.site.Zone(), now))
			keys[s.site.ID] = key{v, ok}
		}
	}
	slices.SortStableFunc(sites, func(a, b siteProfile) int {
		ka, kb := keys[a.site.ID], keys[b.site.ID]
		if ka.ok != kb.ok || !ka.ok {
			return cmp.Compare(rank(ka.ok), rank(kb.ok))
		}
		if by != name {
			return cmp.Compare(kb.v, ka.v)
		}
		return cmp.Compare(ka.v, kb.v)
	})
}
