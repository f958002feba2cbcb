package server

import (
	"context"
	"net/http"
	"slices"
	"strconv"

	"portico/internal/datahub"
	"portico/internal/locale"
	"portico/web/templates"
)

// pickData is what the choice of a variable is made of.
type pickData struct {
	sites     []datahub.Site
	site      datahub.SiteID // chosen
	sources   []datahub.Source
	variables map[datahub.SourceID][]datahub.Variable
	refs      lists
}

// pick lets the reader choose a variable: first a site, then one of its meters' variables.
func (s *Server) pick(w http.ResponseWriter, r *http.Request) error {
	text, err := one(r.URL.Query(), "site", 20)
	if err != nil {
		return badRequest("site", err)
	}
	var d pickData
	if text != "" {
		id, err := parseID(text)
		if err != nil {
			return badRequest("site", err)
		}
		d.site = datahub.SiteID(id)
	}
	if err := d.read(r.Context(), s, r); err != nil {
		return err
	}
	return s.render(w, r, http.StatusOK, templates.Pick(presentPick(d, s.locale(r), s.layout(r))))
}

func (d *pickData) read(ctx context.Context, s *Server, r *http.Request) error {
	hub := s.hub(r)
	var err error
	if d.sites, err = hub.Sites(ctx, datahub.SiteQuery{}); err != nil || len(d.sites) == 0 {
		return err
	}
	byName(d.sites)
	if d.site == 0 {
		d.site = d.sites[0].ID
	}
	if !slices.ContainsFunc(d.sites, func(s datahub.Site) bool { return s.ID == d.site }) {
		return notFound("site")
	}
	if d.refs, err = s.references.get(ctx, hub, s.now()); err != nil {
		return err
	}
	if d.sources, err = hub.Sources(ctx, datahub.SourceQuery{Site: d.site}); err != nil {
		return err
	}
	d.sources = slices.DeleteFunc(d.sources, func(s datahub.Source) bool { return s.SiteID != d.site })
	slices.SortFunc(d.sources, func(a, b datahub.Source) int { return int(a.ID - b.ID) })
	d.variables, err = variablesOf(ctx, hub, d.sources)
	return err
}

func presentPick(d pickData, l locale.Locale, layout templates.LayoutModel) templates.PickModel {
	m := templates.PickModel{Layout: layout, Head: templates.PageHeadModel{Title: l.T("place.explore"), Facts: []string{l.T("pick.how")}}}
	for _, site := range d.sites {
		m.Sites = append(m.Sites, templates.OptionModel{Value: strconv.FormatInt(int64(site.ID), 10), Text: clean(site.Name), Selected: site.ID == d.site})
	}
	for _, src := range d.sources {
		g := templates.PickGroup{Name: clean(src.Name), Icon: energyIcon(src.EnergyTypeID, d.refs.energyTypes[src.EnergyTypeID])}
		for _, v := range d.variables[src.ID] {
			g.Links = append(g.Links, templates.Link{Text: locale.Join(clean(v.Name), bracket(cleanText(d.refs.units[v.UnitID].Symbol))), Href: exploreHref(v.ID, "")})
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
