package pages

import (
	"context"
	"net/http"
	"slices"
	"strconv"
	"strings"

	"portico/internal/crew"
	"portico/internal/datahub"
	"portico/internal/locale"
	"portico/internal/query"
	"portico/web/templates"
)

// groups lists the groups of sites.
func (p *Pages) groups(_ http.ResponseWriter, r *Request) error {
	rd := p.reader(r)
	groups, err := rd.groups(r.Context())
	if err != nil {
		return err
	}
	sizes := make([]int, len(groups))
	err = each(r.Context(), groups[:min(len(groups), 50)], func(ctx context.Context, i int, g datahub.Group) error {
		members, err := rd.members(ctx, g.ID)
		if sizes[i] = len(members); err != nil {
			sizes[i] = -1
		}
		return endsSession(err)
	})
	if err != nil {
		return err
	}
	l := r.Locale
	m := templates.ListModel{Caption: l.T("groups.title"), Columns: columns(l, "group", "sites", "actions")}
	m.Columns[1].Number = true
	for i, g := range groups {
		size := locale.None
		if sizes[i] >= 0 && i < 50 {
			size = l.Int(sizes[i])
		}
		m.Rows = append(m.Rows, []templates.CellModel{{Text: locale.Name(g.Name), Href: groupHref(g.ID)}, {Text: size, Number: true}, {Text: l.T("groups.list"), Href: query.With("/sites", "group", strconv.FormatInt(int64(g.ID), 10))}})
	}
	if len(m.Rows) == 0 {
		m.Empty = &templates.EmptyModel{Text: l.T("groups.none"), Next: templates.Link{Text: l.T("overview.all"), Href: "/sites"}}
	}
	head := templates.PageHeadModel{Crumbs: []templates.Link{{Text: l.T("place.sites"), Href: "/sites"}}, Title: l.T("groups.title")}
	return r.Render(http.StatusOK, templates.Lists(templates.ListsModel{Layout: rd.layout(r), Head: head, Lists: []templates.ListModel{m}}))
}

func groupHref(id datahub.GroupID) string { return "/groups/" + strconv.FormatInt(int64(id), 10) }

// group shows the sites of a group.
func (p *Pages) group(_ http.ResponseWriter, r *Request) error {
	n, err := r.id("group")
	if err != nil {
		return err
	}
	rd := p.reader(r)
	groups, err := rd.groups(r.Context())
	if err != nil {
		return err
	}
	i := slices.IndexFunc(groups, func(g datahub.Group) bool { return g.ID == datahub.GroupID(n) })
	if i < 0 {
		return notFound("group")
	}
	sites, err := rd.groupSites(r.Context(), groups[i].ID)
	if err != nil {
		return err
	}
	l := r.Locale
	list := templates.ListModel{Caption: l.T("place.sites"), Columns: columns(l, "site", "town")}
	for _, s := range sites {
		list.Rows = append(list.Rows, []templates.CellModel{{Text: locale.Name(s.Name), Href: siteHref(s.ID)}, {Text: locale.Plain(s.City)}})
	}
	if len(list.Rows) == 0 {
		list.Empty = &templates.EmptyModel{Text: l.T("sites.none")}
	}
	head := templates.PageHeadModel{
		Crumbs: []templates.Link{{Text: l.T("groups.title"), Href: "/groups"}}, Title: locale.Name(groups[i].Name), Facts: []string{l.T("overview.sites", len(sites))},
		Actions: []templates.Link{{Text: l.T("groups.list"), Href: query.With("/sites", "group", strconv.FormatInt(n, 10))}},
	}
	return r.Render(http.StatusOK, templates.Lists(templates.ListsModel{Layout: rd.layout(r), Head: head, Lists: []templates.ListModel{list}}))
}

// forms shows the definitions of the account's forms.
func (p *Pages) forms(_ http.ResponseWriter, r *Request) error {
	rd := p.reader(r)
	var forms []datahub.Form
	var types map[int]string
	g, ctx := crew.WithContext(r.Context())
	g.Go(func() (err error) { forms, err = rd.forms(ctx); return err })
	g.Go(func() (err error) {
		types, err = rd.named(ctx, "field types", rd.hub.FieldTypes)
		return endsSession(err)
	})
	if err := g.Wait(); err != nil {
		return err
	}
	l := r.Locale
	m := templates.ListsModel{Layout: rd.layout(r), Head: templates.PageHeadModel{Crumbs: []templates.Link{{Text: l.T("place.sites"), Href: "/sites"}}, Title: l.T("forms.title"), Facts: []string{l.T("forms.count", len(forms))}}}
	for _, f := range forms {
		for _, g := range f.Groups {
			m.Lists = append(m.Lists, formGroup(f, g, types, l))
		}
	}
	if len(m.Lists) == 0 {
		m.Lists = []templates.ListModel{{Caption: l.T("forms.title"), Empty: &templates.EmptyModel{Text: l.T("forms.none")}}}
	}
	return r.Render(http.StatusOK, templates.Lists(m))
}

// choicesMost bounds how many choices of a field are named.
const choicesMost = 40

func formGroup(f datahub.Form, g datahub.FormGroup, types map[int]string, l locale.Locale) templates.ListModel {
	about := l.T("forms.of-sites")
	if strings.EqualFold(f.Entity, "source") {
		about = l.T("forms.of-sources")
	}
	m := templates.ListModel{Caption: locale.Join(locale.Name(f.Name), "· "+locale.Name(g.Name)), Columns: columns(l, "field", "kind", "choices"), Note: about}
	for _, field := range g.Fields {
		var items []string
		for _, item := range field.Items {
			items = append(items, locale.Plain(item.Name))
		}
		if len(items) > choicesMost {
			items = append(items[:choicesMost], "…")
		}
		m.Rows = append(m.Rows, []templates.CellModel{{Text: locale.Name(field.Name)}, {Text: fieldKind(field, types, l)}, {Text: strings.Join(items, ", ")}})
	}
	return m
}

// fieldWords are the words for the types of fields whose names in the Data Hub's list we know.
var fieldWords = map[string]locale.Key{"string": "field.text", "int": "field.whole", "double": "field.number", "bool": "field.truth", "list": "field.list", "date": "field.date"}

// publishedTypes are the names of the types of fields whose numbers the platform publishes, for when its list cannot be read.
var publishedTypes = map[int]string{0: "string", 1: "int", 2: "double", 5: "date"}

// fieldKind says what a field holds: in the reader's language where we know the type's name, else by that name, or by its number if it has none.
func fieldKind(f datahub.FormField, types map[int]string, l locale.Locale) string {
	if f.List || len(f.Items) > 0 {
		return l.T("field.list")
	}
	name := locale.Plain(types[f.Type])
	if name == "" {
		name = publishedTypes[f.Type]
	}
	if word, ok := fieldWords[strings.ToLower(name)]; ok {
		return l.T(word)
	}
	if name != "" {
		return name
	}
	return l.T("field.other", f.Type)
}
