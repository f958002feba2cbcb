package pages

import (
	"net/http"
	"slices"
	"strings"

	"portico/internal/datahub"
	"portico/internal/locale"
	"portico/internal/query"
	"portico/web/templates"
)

// siteAlarms lists the alarms of a site, those that ask most for attention first.
func (p *Pages) siteAlarms(_ http.ResponseWriter, r *Request) error {
	rd := p.reader(r)
	f, err := rd.siteFrame(r, "alarms")
	if err != nil {
		return err
	}
	if f.failed != nil {
		return f.failed
	}
	ids := make([]datahub.VariableID, len(f.alarms))
	for i, a := range f.alarms {
		ids[i] = a.Variable
	}
	slices.Sort(ids)
	units, err := rd.unitsOf(r.Context(), slices.Compact(ids))
	if err != nil {
		return err
	}
	frame, list := f.page(r, rd), presentSiteAlarms(f, units, r.Locale)
	frame.Topic, frame.Sum = "alarms", strings.Join([]string{r.Locale.T("alarms.open-count", f.count().open), r.Locale.T("alarms.seen", f.count().acknowledged)}, ", ")
	return r.Render(http.StatusOK, templates.SiteList(frame, list))
}

func presentSiteAlarms(f siteFrame, units map[datahub.VariableID]string, l locale.Locale) templates.ListModel {
	m := alarmList(f.alarms, func(a datahub.Alarm) string { return units[a.Variable] }, f.zone, f.now, l)
	m.Links = []templates.TabModel{{Link: templates.Link{Text: l.T("site.alarms-all"), Href: query.With("/alarms", "site", idText(int64(f.site.ID)))}}}
	if len(m.Rows) == 0 {
		m.Empty = &templates.EmptyModel{Text: l.T("site.alarms-none")}
	}
	return m
}

// columns heads a list; the names are those of the texts column.<name>.
func columns(l locale.Locale, names ...string) []templates.ColumnModel {
	list := make([]templates.ColumnModel, len(names))
	for i, n := range names {
		list[i] = templates.ColumnModel{Name: n, Text: l.T(locale.Key("column." + n))}
	}
	return list
}
