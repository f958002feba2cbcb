package pages

import (
	"cmp"
	"slices"
	"strconv"
	"strings"
	"time"

	"portico/internal/chart"
	"portico/internal/datahub"
	"portico/internal/locale"
	"portico/web/templates"
)

func presentSites(d sitesData, l locale.Locale, layout templates.LayoutModel) templates.SitesModel {
	q := d.query
	sortByData(d.sites, q.sort, d.now)
	m := templates.SitesModel{Layout: layout, View: q.view, Head: templates.PageHeadModel{Title: l.T("place.sites"), Facts: []string{l.T("overview.sites", d.total)}, Actions: siteActions(l, d.may)}}
	for _, format := range []string{"csv", "xlsx"} {
		m.Head.Actions = append(m.Head.Actions, templates.Link{Text: strings.ToUpper(format), Href: d.fileHref(format)})
	}
	d.filter(&m, l)
	if m.Problems = d.filterProblems(l); len(m.Problems) > 0 {
		return m
	}
	if d.found != d.total {
		m.Head.Facts = append(m.Head.Facts, l.T("sites.found", d.found))
	}
	if d.found == 0 {
		m.Empty = &templates.EmptyModel{Text: l.T("sites.none"), Next: templates.Link{Text: l.T("sites.show-all"), Href: "/sites"}}
		if d.total == 0 {
			m.Empty = &templates.EmptyModel{Text: l.T("overview.none")}
		}
		return m
	}
	if q.view == "map" {
		m.Map = d.mapModel(l)
		return m
	}
	m.Rows = siteRows(d.sites, l, d.now)
	m.Partial = partial(d.sites, l, q.href(func(x *sitesQuery) { x.page = q.page }))
	if q.view != "cards" {
		for i, s := range d.sites {
			m.Rows[i].ID = idText(int64(s.site.ID))
		}
		d.table(&m, l)
		m.Carried = q.carried()
	}
	d.pager(&m, l)
	return m
}

// siteActions lead to what else there is about all sites.
func siteActions(l locale.Locale, may func(string, datahub.Right) bool) []templates.Link {
	var list []templates.Link
	for _, a := range []struct{ name, feature string }{{"quality", datahub.FeatureSources}, {"groups", datahub.FeatureGroups}, {"files", datahub.FeatureStorage}, {"forms", datahub.FeatureForms}} {
		if may(a.feature, datahub.RightRead) {
			list = append(list, templates.Link{Text: l.T(locale.Key(a.name + ".title")), Href: "/" + a.name})
		}
	}
	return list
}

// table adds what only the table has: columns, their choice, and the sum.
func (d sitesData) table(m *templates.SitesModel, l locale.Locale) {
	for _, name := range templates.SiteColumns() {
		if d.query.shows(name) {
			m.Columns = append(m.Columns, sortColumn(name, d.query, d.rows <= sitesPerPage, l))
		}
		if name != "site" {
			m.Choices = append(m.Choices, templates.OptionModel{Value: name, Text: l.T(locale.Key("column." + name)), Selected: d.query.shows(name)})
		}
	}
	m.Sections = d.sectionModels(m.Rows, l)
	m.Sum = sumOf(d.sites, l, d.now)
}

func (d sitesData) pager(m *templates.SitesModel, l locale.Locale) {
	q := d.query
	first, shown := (q.page-1)*sitesPerPage+1, len(m.Rows)
	if d.shown != nil {
		shown = 0
		for _, s := range d.shown {
			shown += len(s.sites)
		}
	}
	if shown == 0 {
		m.Empty = &templates.EmptyModel{Text: l.T("sites.none"), Next: templates.Link{Text: l.T("page.first"), Href: q.href(func(*sitesQuery) {})}}
		return
	}
	m.Pager.Text = l.T("page.range", first, first+shown-1, d.rows)
	if q.page > 1 {
		m.Pager.Prev = q.href(func(x *sitesQuery) { x.page = q.page - 1 })
	}
	if first+shown-1 < d.rows {
		m.Pager.Next = q.href(func(x *sitesQuery) { x.page = q.page + 1 })
	}
}

// filter presents the views and all that narrows the list.
func (d sitesData) filter(m *templates.SitesModel, l locale.Locale) {
	q := d.query
	if m.View == "" {
		m.View = "list"
	}
	for _, v := range siteViews {
		m.Views = append(m.Views, templates.TabModel{Link: templates.Link{Text: l.T(locale.Key("sites.view-" + v)), Href: q.href(func(x *sitesQuery) { x.view = v })}, Current: v == m.View})
	}
	m.Query = templates.FieldModel{Name: "q", Label: l.T("sites.search"), Value: q.q}
	m.Chosen = q.termChips(l)
	if q.only != nil {
		m.Chosen = append(m.Chosen, templates.FilterModel{Text: l.T("sites.only", len(q.only)), Remove: q.href(func(x *sitesQuery) { x.only = nil })})
	}
	for _, id := range q.onlyTexts() {
		m.Kept = append(m.Kept, templates.FieldModel{Name: "site", Value: id})
	}
	if len(d.groups) > 0 {
		m.Groups = []templates.OptionModel{{Text: l.T("sites.any-group"), Selected: q.group == 0}}
	}
	for _, g := range d.groups {
		name := locale.Name(g.Name)
		m.Groups = append(m.Groups, templates.OptionModel{Value: strconv.FormatInt(int64(g.ID), 10), Text: name, Selected: g.ID == q.group})
		if g.ID == q.group {
			m.Chosen = append(m.Chosen, templates.FilterModel{Text: name, Remove: q.href(func(x *sitesQuery) { x.group = 0 })})
		}
	}
	if q.view == "" || q.view == "list" {
		m.By = d.groupings(l)
	} else if q.by != "" {
		m.Kept = append(m.Kept, templates.FieldModel{Name: "group", Value: q.by})
	}
	m.Status = []templates.OptionModel{{Text: l.T("sites.any-status"), Selected: q.status == ""}}
	for _, s := range siteStatuses {
		text := l.T(locale.Key("sites.status-" + s))
		m.Status = append(m.Status, templates.OptionModel{Value: s, Text: text, Selected: s == q.status})
		if s == q.status {
			m.Chosen = append(m.Chosen, templates.FilterModel{Text: text, Remove: q.href(func(x *sitesQuery) { x.status = "" })})
		}
	}
	for _, k := range [][2]string{{"view", q.view}, {"sort", q.sort}} {
		if k[1] != "" {
			m.Kept = append(m.Kept, templates.FieldModel{Name: k[0], Value: k[1]})
		}
	}
	if q.view == "cards" || q.view == "map" {
		for _, c := range q.cols {
			m.Kept = append(m.Kept, templates.FieldModel{Name: "col", Value: c})
		}
	}
}

// carried is what the form of the rows leaves as it is: all but which sites are chosen, and the page.
func (q sitesQuery) carried() []templates.FieldModel {
	var list []templates.FieldModel
	for _, k := range [][2]string{{"q", q.q}, {"group", idText(int64(q.group))}, {"group", q.by}, {"status", q.status}, {"sort", q.sort}} {
		if k[1] != "" {
			list = append(list, templates.FieldModel{Name: k[0], Value: k[1]})
		}
	}
	for _, c := range q.cols {
		list = append(list, templates.FieldModel{Name: "col", Value: c})
	}
	return list
}

// mapModel presents the map and its list: all sites, or those in the part of the map that is shown.
func (d sitesData) mapModel(l locale.Locale) templates.SiteMapModel {
	states := make([]templates.StateModel, len(d.onMap))
	for i, s := range d.onMap {
		states[i] = s.stateModel(l, d.now)
	}
	to := func(b chart.Box) string { return d.query.href(func(x *sitesQuery) { x.view, x.box = "map", &b }) }
	var m templates.SiteMapModel
	var shown chart.Box
	m.Picture, shown = siteMap(d.onMap, states, chart.MapSpec{Title: l.T("overview.map"), Width: 900, Height: 640, View: d.query.box}, l, to)
	if m.Picture != nil {
		m.Narrow, _ = siteMap(d.onMap, states, chart.MapSpec{Title: l.T("overview.map"), Width: 330, Height: 300, View: d.query.box}, l, to)
		m.Links = []templates.Link{{Text: l.T("map.closer"), Href: to(shown.Scaled(0.5))}, {Text: l.T("map.wider"), Href: to(shown.Scaled(2))}}
		if d.query.box != nil {
			m.Links = append(m.Links, templates.Link{Text: l.T("map.all"), Href: d.query.href(func(x *sitesQuery) { x.box = nil })})
		}
	}
	lists, lost := map[string][]templates.Link{}, 0
	for i, s := range d.onMap {
		at := s.site.Location
		if at == nil {
			lost++
		}
		if at == nil && d.query.box == nil || at != nil && shown.Holds(at.Lat, at.Lon) {
			lists[states[i].Name] = append(lists[states[i].Name], templates.Link{Text: locale.Name(s.site.Name), Href: siteHref(s.site.ID)})
		}
	}
	for _, name := range chart.MapStates {
		if n := len(lists[name]); n > 0 {
			m.States = append(m.States, templates.SiteGroupModel{State: templates.StateModel{Name: name, Text: l.T(locale.Key("count."+name), n)}, Sites: lists[name]})
		}
	}
	if lost > 0 {
		m.Note = l.T("map.nowhere", lost)
	}
	return m
}

// sortColumn heads a column. A click sorts upwards for names, downwards for figures, and the other way round the next time.
func sortColumn(name string, q sitesQuery, onePage bool, l locale.Locale) templates.ColumnModel {
	text := name == "site" || name == "town"
	c := templates.ColumnModel{Name: name, Text: l.T(locale.Key("column." + name)), Number: !text && name != "course" && name != "alarms"}
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
	c.Href = q.href(func(x *sitesQuery) { x.sort = to })
	return c
}

// sortByData sorts the sites of one page by a figure; sites without it come last either way.
func sortByData(sites []siteProfile, by string, now time.Time) {
	name := strings.TrimPrefix(by, "-")
	if name == "alarms" {
		slices.SortStableFunc(sites, func(a, b siteProfile) int {
			order := cmp.Or(cmp.Compare(a.alarms.open, b.alarms.open), cmp.Compare(a.alarms.acknowledged, b.alarms.acknowledged))
			if by != name {
				return -order
			}
			return order
		})
		return
	}
	figure := map[string]func(figures) (float64, bool){
		"now":    func(f figures) (float64, bool) { return f.now, f.nowKnown },
		"today":  func(f figures) (float64, bool) { return f.today, true },
		"change": figures.change,
		"data":   func(f figures) (float64, bool) { return f.share, true },
		"age":    func(f figures) (float64, bool) { return f.age.Seconds(), true },
	}[name]
	if figure == nil && name != "peak" {
		return
	}
	type key struct {
		v  float64
		ok bool
	}
	keys := map[datahub.SiteID]key{}
	for _, s := range sites {
		switch {
		case name == "peak":
			keys[s.site.ID] = key{s.peak.value, s.peak.known}
		case s.electricity.usable():
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
