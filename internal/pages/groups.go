package pages

import (
	"context"
	"net/http"
	"slices"
	"strconv"
	"strings"

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
	forms, err := rd.forms(r.Context())
	if err != nil {
		return err
	}
	l := r.Locale
	m := templates.ListsModel{Layout: rd.layout(r), Head: templates.PageHeadModel{Crumbs: []templates.Link{{Text: l.T("place.sites"), Href: "/sites"}}, Title: l.T("forms.title"), Facts: []string{l.T("forms.count", len(forms))}}}
	for _, f := range forms {
		for _, g := range f.Groups {
			m.Lists = append(m.Lists, formGroup(f, g, l))
		}
	}
	if len(m.Lists) == 0 {
		m.Lists = []templates.ListModel{{Caption: l.T("forms.title"), Empty: &templates.EmptyModel{Text: l.T("forms.none")}}}
	}
	return r.Render(http.StatusOK, templates.Lists(m))
}

// choicesMost bounds how many choices of a field are named.
const choicesMost = 40

func formGroup(f datahub.Form, g datahub.FormGroup, l locale.Locale) templates.ListModel {
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
		m.Rows = append(m.Rows, []templates.CellModel{{Text: locale.Name(field.Name)}, {Text: fieldKind(field, l)}, {Text: strings.Join(items, ", ")}})
	}
	return m
}

// fieldKind names the type of a field, as far as the platform says what its numbers mean.
func fieldKind(f datahub.FormField, l locale.Locale) string {
	switch {
	case f.List || len(f.Items) > 0:
		return l.T("field.list")
	case f.Type == 0:
		return l.T("field.text")
	case f.Type == 1, f.Type == 2:
		return l.T("field.number")
	case f.Type == 5:
		return l.T("field.date")
	}
	return l.T("field.other", f.Type)
}
