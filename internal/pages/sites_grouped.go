package pages

import (
	"cmp"
	"context"
	"net/url"
	"slices"

	"portico/internal/datahub"
	"portico/internal/fold"
	"portico/internal/locale"
	"portico/internal/query"
	"portico/web/templates"
)

// siteGroupings are by what rows can stand together. In the address they share their parameter with the group that narrows the list, which is a number: group=town, group=17, or both.
var siteGroupings = []string{"town", "type", "group"}

// groupsMost bounds of how many groups the sites are read to put rows together.
const groupsMost = 50

func parseGroups(values url.Values) (id datahub.GroupID, by string, err error) {
	for _, text := range values["group"] {
		n, err := query.ParseID(text)
		switch {
		case text == "": // a choice of the form that was left alone
		case err == nil && id == 0:
			id = datahub.GroupID(n)
		case by == "" && slices.Contains(siteGroupings, text):
			by = text
		default:
			return 0, "", &query.Error{Param: "group", Err: query.ErrChoice}
		}
	}
	return id, by, nil
}

// groupTexts are the group of the address, and by what it groups.
func (q sitesQuery) groupTexts() []string {
	return slices.DeleteFunc([]string{idText(int64(q.group)), q.by}, func(s string) bool { return s == "" })
}

// grouped reports whether rows stand together: those of the table do, cards and map have none.
func (q sitesQuery) grouped() bool { return q.by != "" && (q.view == "" || q.view == "list") }

// siteSection is sites that stand together.
type siteSection struct {
	name  string // "" for those that belong nowhere
	all   int    // how many there are, on all pages
	sites []datahub.Site
}

// sections puts sites together as the address says. A site that belongs to several groups stands in each of them.
func (d *sitesData) sections(ctx context.Context, rd *reader, sites []datahub.Site, refs lists) ([]siteSection, error) {
	switch d.query.by {
	case "town":
		return sectionsBy(sites, func(s datahub.Site) []string { return []string{locale.Plain(s.City)} }), nil
	case "type":
		return sectionsBy(sites, func(s datahub.Site) []string {
			return []string{siteKind(siteProfile{site: s, kind: refs.siteTypes[s.TypeID]})}
		}), nil
	}
	if len(d.groups) > groupsMost {
		return nil, &query.Error{Param: "group", Err: errTooMany}
	}
	members := make([]map[datahub.SiteID]bool, len(d.groups))
	err := each(ctx, d.groups, func(ctx context.Context, i int, g datahub.Group) (err error) {
		members[i], err = rd.members(ctx, g.ID)
		return err
	})
	return sectionsBy(sites, func(s datahub.Site) (names []string) {
		for i, g := range d.groups {
			if members[i][s.ID] {
				names = append(names, locale.Name(g.Name))
			}
		}
		return names
	}), err
}

// sectionsBy puts sites under the names that each has, in any case; those without one come last.
func sectionsBy(sites []datahub.Site, names func(datahub.Site) []string) (list []siteSection) {
	at := map[string]int{}
	for _, site := range sites {
		under := names(site)
		if len(under) == 0 {
			under = []string{""}
		}
		for _, name := range under {
			key := fold.Text(name)
			i, ok := at[key]
			if !ok {
				i = len(list)
				at[key], list = i, append(list, siteSection{name: name})
			}
			list[i].sites = append(list[i].sites, site)
			list[i].all++
		}
	}
	fold.Sort(list, nil, func(s siteSection) string { return s.name })
	slices.SortStableFunc(list, func(a, b siteSection) int { return cmp.Compare(rank(a.name != ""), rank(b.name != "")) })
	return list
}

// slicedSections leaves the rows of all sections from one up to another, and says how many there were.
func slicedSections(sections []siteSection, from, to int) (shown []siteSection, rows int) {
	for _, s := range sections {
		if a, b := max(from-rows, 0), min(to-rows, s.all); a < b {
			shown = append(shown, siteSection{s.name, s.all, s.sites[a:b]})
		}
		rows += s.all
	}
	return shown, rows
}

// onceEach are the sites of sections, each once.
func onceEach(sections []siteSection) (sites []datahub.Site) {
	seen := map[datahub.SiteID]bool{}
	for _, section := range sections {
		for _, s := range section.sites {
			if !seen[s.ID] {
				seen[s.ID], sites = true, append(sites, s)
			}
		}
	}
	return sites
}

// sectionModels presents the rows under their names, in the order in which they came, each section with its sum.
func (d sitesData) sectionModels(rows []templates.SiteRowModel, l locale.Locale) []templates.SiteSectionModel {
	list := make([]templates.SiteSectionModel, len(d.shown))
	for i, section := range d.shown {
		m := templates.SiteSectionModel{Name: section.name, Count: l.T("overview.sites", section.all)}
		if m.Name == "" {
			m.Name = l.T(locale.Key("sites.without-" + d.query.by))
		}
		var members []siteProfile
		for j, s := range d.sites {
			if slices.ContainsFunc(section.sites, func(x datahub.Site) bool { return x.ID == s.site.ID }) {
				members, m.Rows = append(members, s), append(m.Rows, rows[j])
			}
		}
		if len(members) > 1 { // one row is its own sum
			m.Sum = sumOf(members, l, d.now)
		}
		list[i] = m
	}
	return list
}

// groupings offers by what the rows of the table can stand together.
func (d sitesData) groupings(l locale.Locale) []templates.OptionModel {
	list := []templates.OptionModel{{Text: l.T("sites.by-nothing"), Selected: d.query.by == ""}}
	for _, by := range siteGroupings {
		if by != "group" || len(d.groups) > 0 && len(d.groups) <= groupsMost || d.query.by == by {
			list = append(list, templates.OptionModel{Value: by, Text: l.T(locale.Key("sites.by-" + by)), Selected: d.query.by == by})
		}
	}
	return list
}
