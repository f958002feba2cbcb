package pages

import (
	"context"
	"net/http"
	"slices"
	"strings"

	"portico/internal/datahub"
	"portico/internal/fold"
	"portico/internal/locale"
	"portico/internal/query"
	"portico/web/templates"
)

// hitsPerKind bounds how many results of one kind are shown.
const hitsPerKind = 12

// fewSources is how many meters an account may have for all its variables to be read at every search.
const fewSources = 150

// searchData is what a few words found.
type searchData struct {
	query     string
	sites     []datahub.Site
	sources   []datahub.Source
	variables []datahub.Variable
	names     map[datahub.SiteID]string   // of all sites
	meters    map[datahub.SourceID]string // of all sources
	siteOf    map[datahub.SourceID]datahub.SiteID
	refs      lists
	found     [3]int // sites, sources and variables, before the list was cut
	partial   bool   // a list could not be read
}

// search finds sites, meters and variables in whose names every word stands. It answers the palette, too.
func (p *Pages) search(_ http.ResponseWriter, r *Request) error {
	text, err := query.One(r.URL.Query(), "q", 100*4)
	if err != nil {
		return err
	}
	rd, d := p.reader(r), searchData{query: locale.Plain(text)}
	if d.query != "" {
		if err := d.read(r.Context(), rd); err != nil {
			return err
		}
	}
	m := presentSearch(d, r.Locale, rd.layout(r))
	if d.query == "" {
		m.Groups = markGroups(r)
	}
	return r.Render(http.StatusOK, templates.Search(m))
}

// read reads the lists. Somebody who types asks for them with every letter, so meters and variables may be a minute old; meters and variables that cannot be read leave the sites.
func (d *searchData) read(ctx context.Context, rd *reader) error {
	sites, refs, err := rd.sitesAndLists(ctx)
	if err != nil {
		return err
	}
	d.refs = refs
	sources, err := recall(ctx, rd, "sources", structureLife, of[datahub.Source](sourceBytes), func(ctx context.Context) ([]datahub.Source, error) { return rd.hub.Sources(ctx, datahub.SourceQuery{}) })
	if endsSession(err) != nil {
		return err
	}
	d.partial = err != nil
	variables, err := d.candidates(ctx, rd, sources)
	if endsSession(err) != nil {
		return err
	}
	d.partial = d.partial || err != nil
	d.pick(sites, sources, variables)
	return nil
}

// candidates are the variables among which is searched: all of a small account's, else those of the first meters whose names or sites have one of the words, because a large account's
// list is megabytes.
func (d *searchData) candidates(ctx context.Context, rd *reader, sources []datahub.Source) ([]datahub.Variable, error) {
	if len(sources) <= fewSources {
		return recall(ctx, rd, "variables", structureLife, of[datahub.Variable](variableBytes), func(ctx context.Context) ([]datahub.Variable, error) {
			return rd.hub.Variables(ctx, datahub.VariableQuery{})
		})
	}
	var q datahub.VariableQuery
	words := strings.Fields(fold.Text(d.query))
	for _, s := range sources {
		text := fold.Text(s.Name + " " + s.SiteName)
		if len(q.Sources) < fewSources && slices.ContainsFunc(words, func(w string) bool { return strings.Contains(text, w) }) {
			q.Sources = append(q.Sources, s.ID)
		}
	}
	if len(q.Sources) == 0 {
		return nil, nil
	}
	return rd.hub.Variables(ctx, q)
}

// pick keeps what matches: a site by its own names, a meter also by its numbers and its site's name, a variable also by its meter's and site's.
func (d *searchData) pick(sites []datahub.Site, sources []datahub.Source, variables []datahub.Variable) {
	words := strings.Fields(fold.Text(d.query))
	d.names, d.meters = map[datahub.SiteID]string{}, map[datahub.SourceID]string{}
	d.siteOf = map[datahub.SourceID]datahub.SiteID{}
	for _, s := range sites {
		d.names[s.ID] = locale.Name(s.Name)
		if own(words, s.Name, s.City, s.Street, s.PostalCode) {
			d.sites = append(d.sites, s)
		}
	}
	for _, s := range sources {
		d.meters[s.ID], d.siteOf[s.ID] = locale.Name(s.Name), s.SiteID
		if own(words, s.Name+" "+s.EANNumber+" "+s.SerialNumber+" "+s.MeterNumber, d.names[s.SiteID]) {
			d.sources = append(d.sources, s)
		}
	}
	for _, v := range variables {
		if own(words, v.Name, d.meters[v.SourceID], d.names[d.siteOf[v.SourceID]]) {
			d.variables = append(d.variables, v)
		}
	}
	d.found = [3]int{len(d.sites), len(d.sources), len(d.variables)}
	d.sites, d.sources, d.variables = cut(d.sites), cut(d.sources), cut(d.variables)
}

func cut[T any](list []T) []T { return list[:min(len(list), hitsPerKind)] }

// own reports whether every word stands in one of the texts, and one of them in the first, which is the thing's own: all meters of a site are not what somebody looks for who
// types the site's name.
func own(words []string, texts ...string) bool {
	first, all := fold.Text(texts[0]), fold.Text(strings.Join(texts, "\n"))
	some := false
	for _, w := range words {
		if !strings.Contains(all, w) {
			return false
		}
		some = some || strings.Contains(first, w)
	}
	return some
}
