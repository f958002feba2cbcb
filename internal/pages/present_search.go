package pages

import (
	"strings"

	"portico/internal/locale"
	"portico/internal/query"
	"portico/web/templates"
)

func presentSearch(d searchData, l locale.Locale, layout templates.LayoutModel) templates.SearchModel {
	m := templates.SearchModel{Layout: layout, Query: d.query}
	if d.query == "" {
		return m
	}
	var sites, meters, variables []templates.HitModel
	for _, s := range d.sites {
		sites = append(sites, templates.HitModel{Link: templates.Link{Text: locale.Name(s.Name), Href: siteHref(s.ID)}, Icon: "sites", About: locale.Plain(s.City)})
	}
	for _, s := range d.sources {
		meters = append(meters, templates.HitModel{Link: templates.Link{Text: locale.Name(s.Name), Href: sourceHref(s.ID)}, Icon: energyIcon(s.EnergyTypeID, d.refs.energyTypes[s.EnergyTypeID]), About: d.names[s.SiteID]})
	}
	for _, v := range d.variables {
		about := locale.Join(strings.Join(texts(d.names[d.siteOf[v.SourceID]], d.meters[v.SourceID]), " · "), locale.Bracket(locale.Plain(d.refs.units[v.UnitID].Symbol)))
		variables = append(variables, templates.HitModel{Link: templates.Link{Text: locale.Name(v.Name), Href: variableHref(v.ID)}, Icon: "explore", About: about})
	}
	for i, g := range []templates.HitGroup{{Name: l.T("place.sites"), Hits: sites}, {Name: l.T("search.meters"), Hits: meters}, {Name: l.T("search.variables"), Hits: variables}} {
		if len(g.Hits) > 0 {
			if d.found[i] > len(g.Hits) {
				g.Name = l.T("search.some", g.Name, len(g.Hits), d.found[i])
			}
			m.Groups = append(m.Groups, g)
		}
	}
	m.Count = l.T("search.count", d.found[0]+d.found[1]+d.found[2], d.query)
	if len(m.Groups) == 0 && !d.partial {
		m.Empty = &templates.EmptyModel{Text: l.T("search.none"), Next: templates.Link{Text: l.T("overview.all"), Href: "/sites"}}
	}
	if d.partial {
		m.Failure = &templates.FailureModel{Text: l.T("panel.failed"), RetryTo: query.With("/search", "q", d.query)}
	}
	return m
}
