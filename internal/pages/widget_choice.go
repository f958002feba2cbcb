package pages

import (
	"strconv"

	"portico/internal/datahub"
	"portico/internal/locale"
	"portico/internal/series"
	"portico/web/templates"
)

// Sites lists the sites that the person may see, as choices.
func (p *Pages) Sites(r *Request, chosen datahub.SiteID) ([]templates.OptionModel, error) {
	sites, err := p.onlooker(r).sites(r.Context())
	var list []templates.OptionModel
	for _, s := range sites {
		list = append(list, templates.OptionModel{Value: strconv.FormatInt(int64(s.ID), 10), Text: locale.Name(s.Name), Selected: s.ID == chosen})
	}
	return list, err
}

// Variables lists the variables of a site by meter; the addresses of the links are references.
func (p *Pages) Variables(r *Request, site datahub.SiteID) ([]templates.PickGroup, error) {
	rd := p.onlooker(r)
	refs, err := rd.lists(r.Context())
	if err != nil {
		return nil, err
	}
	of, err := rd.sourcesOf(r.Context(), site)
	if err != nil {
		return nil, err
	}
	variables, err := rd.variablesOf(r.Context(), of[site])
	if err != nil {
		return nil, err
	}
	var groups []templates.PickGroup
	for _, src := range of[site] {
		g := templates.PickGroup{Name: locale.Name(src.Name), Icon: energyIcon(src.EnergyTypeID, refs.energyTypes[src.EnergyTypeID])}
		for _, v := range variables[src.ID] {
			g.Links = append(g.Links, templates.Link{Text: locale.Join(locale.Name(v.Name), locale.Bracket(refs.symbol(v.UnitID))), Href: series.Ref{Variable: v.ID}.String()})
		}
		if len(g.Links) > 0 {
			groups = append(groups, g)
		}
	}
	return groups, nil
}

// SeriesNames returns what variables are called, by reference; one that cannot be read is called by its reference.
func (p *Pages) SeriesNames(r *Request, refs []string) (map[string]string, error) {
	rd := p.onlooker(r)
	names := map[string]string{}
	for _, text := range refs {
		names[text] = text
		ref, err := series.ParseRef(text)
		if err != nil {
			continue
		}
		line, err := readLine(r.Context(), rd, ref)
		if ends := endsSession(err); ends != nil {
			return nil, ends
		}
		if err == nil {
			names[text] = locale.Join(locale.Name(line.variable.Name), "· "+locale.Name(line.siteName))
		}
	}
	return names, nil
}
