package pages

import (
	"strconv"

	"portico/internal/datahub"
	"portico/internal/locale"
	"portico/internal/series"
	"portico/web/templates"
)

func presentPick(d pickData, l locale.Locale, layout templates.LayoutModel) templates.PickModel {
	m := templates.PickModel{Layout: layout, Head: templates.PageHeadModel{Title: l.T("place.explore"), Facts: []string{l.T("pick.how")}}}
	if len(d.query.refs) > 0 {
		m.Hidden = append(d.query.hidden(), templates.HiddenModel{Name: "add", Value: "1"})
	}
	for _, site := range d.sites {
		m.Sites = append(m.Sites, templates.OptionModel{Value: strconv.FormatInt(int64(site.ID), 10), Text: locale.Name(site.Name), Selected: site.ID == d.site})
	}
	for _, src := range d.sources {
		g := templates.PickGroup{Name: locale.Name(src.Name), Icon: energyIcon(src.EnergyTypeID, d.refs.energyTypes[src.EnergyTypeID])}
		for _, v := range d.variables[src.ID] {
			g.Links = append(g.Links, templates.Link{Text: locale.Join(locale.Name(v.Name), locale.Bracket(d.refs.symbol(v.UnitID))), Href: d.adding(v.ID)})
		}
		if len(g.Links) > 0 {
			m.Groups = append(m.Groups, g)
		}
	}
	if len(m.Groups) == 0 {
		m.Empty = &templates.EmptyModel{Text: l.T("pick.none")}
	}
	return m
}

// adding is the address that shows one variable more.
func (d pickData) adding(id datahub.VariableID) string {
	if len(d.query.refs) == 0 {
		return exploreHref(id, "")
	}
	return d.query.href(func(q *exploreQuery) { q.refs = append(q.refs, series.Ref{Variable: id}) })
}
