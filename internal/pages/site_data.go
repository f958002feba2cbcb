package pages

import (
	"context"
	"net/http"
	"slices"

	"portico/internal/datahub"
	"portico/internal/locale"
	"portico/internal/query"
	"portico/web/templates"
)

// siteVariables lists all variables of a site with their newest values, page by page.
func (p *Pages) siteVariables(_ http.ResponseWriter, r *Request) error {
	page, err := query.Page(r.URL.Query())
	if err != nil {
		return err
	}
	rd := p.reader(r)
	f, err := rd.siteFrame(r, "data")
	if err != nil {
		return err
	}
	list, total, err := f.variables(r.Context(), rd, page)
	if err != nil {
		return err
	}
	l := r.Locale
	m := templates.SiteVariablesModel{Frame: f.page(r, rd), Variables: variableRows(list, f.refs, f.zone, f.now, l)}
	href := func(n int) string { return query.With(siteTabHref(f.site.ID, "data"), "page", query.Number(n)) }
	m.Pager, m.Empty = pagerOf(page, variablesPerPage, len(list), total, href, l)
	if len(list) == 0 && total == 0 {
		m.Empty = &templates.EmptyModel{Text: l.T("source.none")}
	}
	m.Partial = failedVariables(list, href(page), l)
	return r.Render(http.StatusOK, templates.SiteVariables(m))
}

// variables reads one page of the site's variables, meter by meter, and how many there are.
func (f siteFrame) variables(ctx context.Context, rd *reader, page int) (list []variableData, total int, err error) {
	ctx, cancel := context.WithTimeout(ctx, panelTimeout)
	defer cancel()
	of, err := rd.variablesOf(ctx, f.sources)
	if err != nil {
		return nil, 0, err
	}
	var all []variableData
	for _, src := range f.sources {
		for _, v := range of[src.ID] {
			all = append(all, variableData{variable: v, source: src})
		}
	}
	from := min((page-1)*variablesPerPage, len(all))
	list = slices.Clone(all[from:min(from+variablesPerPage, len(all))])
	return list, len(all), rd.newest(ctx, list)
}

// newest reads the newest points of variables.
func (rd *reader) newest(ctx context.Context, list []variableData) error {
	var questions []*question
	for i := range list {
		list[i].newest = lastQuestion(list[i].variable, rd.now)
		questions = append(questions, &list[i].newest)
	}
	return rd.points(ctx, questions)
}

// pagerOf leads through a list of pages; a page beyond its end leads back to the first one.
func pagerOf(page, size, shown, total int, href func(int) string, l locale.Locale) (m templates.PagerModel, beyond *templates.EmptyModel) {
	if shown == 0 {
		return m, &templates.EmptyModel{Text: l.T("page.none"), Next: templates.Link{Text: l.T("page.first"), Href: href(1)}}
	}
	first := (page-1)*size + 1
	m.Text = l.T("page.range", first, first+shown-1, total)
	if page > 1 {
		m.Prev = href(page - 1)
	}
	if first+shown-1 < total {
		m.Next = href(page + 1)
	}
	return m, nil
}

func failedVariables(list []variableData, retry string, l locale.Locale) *templates.FailureModel {
	failed := 0
	for _, v := range list {
		if v.newest.err != nil {
			failed++
		}
	}
	if failed == 0 {
		return nil
	}
	return &templates.FailureModel{Text: l.T("partial.variables", failed, len(list)), RetryTo: retry}
}

// variableData is a variable of a source with its newest points.
type variableData struct {
	variable datahub.Variable
	source   datahub.Source
	newest   question
}
