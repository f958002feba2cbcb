package pages

import (
	"cmp"
	"slices"
	"strings"
	"time"

	"portico/internal/datahub"
	"portico/internal/locale"
	"portico/web/templates"
)

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
		"change": figures.change,
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
