package pages

import (
	"net/url"
	"strings"

	"portico/internal/datahub"
	"portico/internal/locale"
	"portico/internal/series"
	"portico/internal/shelf"
	"portico/web/templates"
)

// presentExportOffer says how long a file would be, and offers to make it.
func presentExportOffer(x *exportPlan, q exportQuery, r *Request, layout templates.LayoutModel) templates.ExportOfferModel {
	l, s := r.Locale, x.sheet(r)
	m := templates.ExportOfferModel{Layout: layout, Head: templates.PageHeadModel{Crumbs: []templates.Link{{Text: l.T("place.explore"), Href: s.Address}}, Title: l.T("exports.title"), Facts: sheetFacts(s, l)}}
	m.Text = l.T("exports.long", len(s.Names), x.rows)
	if reason := x.refused(q); reason != "" {
		m.Refused = l.T(locale.Key("exports.refused-" + reason))
		return m
	}
	fields, _ := url.ParseQuery(strings.TrimPrefix(q.encode(), "?"))
	for _, name := range []string{"s", "from", "to", "g", "agg", "cmp", "tz", "format", "form", "values"} {
		for _, value := range fields[name] {
			m.Fields = append(m.Fields, templates.HiddenModel{Name: name, Value: value})
		}
	}
	return m
}

func sheetFacts(s exportSheet, l locale.Locale) []string {
	zone, ok := datahub.ParseZone(s.Zone)
	if !ok {
		return nil
	}
	return []string{strings.Join(s.Names, ", "), l.Range(s.From.In(zone), s.To.In(zone)), s.Granularity}
}

func presentExports(jobs []shelf.Document[exportJob], done string, r *Request) templates.ExportsModel {
	l := r.Locale
	m := templates.ExportsModel{Layout: r.Layout, Head: templates.PageHeadModel{Title: l.T("exports.mine"), Facts: []string{l.T("exports.kept", exportsEach)}}}
	if done != "" {
		m.Done = l.T(locale.Key("exports.done-" + done))
	}
	for _, j := range jobs {
		m.Rows = append(m.Rows, exportRow(j.Name, j.Value, r))
	}
	if len(m.Rows) == 0 {
		m.Empty = &templates.EmptyModel{Text: l.T("exports.none"), Next: templates.Link{Text: l.T("place.explore"), Href: "/explore"}}
	}
	return m
}

func presentExport(name string, j exportJob, r *Request) templates.ExportModel {
	l := r.Locale
	return templates.ExportModel{Layout: r.Layout, Row: exportRow(name, j, r), Head: templates.PageHeadModel{Crumbs: []templates.Link{{Text: l.T("exports.mine"), Href: "/exports"}}, Title: strings.Join(j.Sheet.Names, ", "), Facts: sheetFacts(j.Sheet, l)[1:]}}
}

func exportRow(name string, j exportJob, r *Request) templates.ExportRowModel {
	l := r.Locale
	href := "/exports/" + name
	m := templates.ExportRowModel{Name: strings.Join(j.Sheet.Names, ", "), Href: href, Format: strings.ToUpper(j.Format), Made: clock(j.Made, datahub.HomeZone(), j.Made, l), Until: l.DateTime(j.Made.Add(exportLife).In(datahub.HomeZone()), j.Made), Source: j.Sheet.Address}
	if zone, ok := datahub.ParseZone(j.Sheet.Zone); ok {
		m.Range = l.Range(j.Sheet.From.In(zone), j.Sheet.To.In(zone))
	}
	m.Done, m.Parts = j.Done, j.Parts
	m.Share = l.Percent(float64(j.Done) / float64(max(j.Parts, 1)))
	switch {
	case j.complete():
		m.File, m.State = href+"/file", templates.StateModel{Name: "ok", Text: l.T("exports.state-ready")}
	case j.Failed != "":
		m.Failed = l.T(locale.Key("exports.failed-" + j.Failed))
		m.State = templates.StateModel{Name: "alarm", Text: l.T("exports.state-failed")}
	default:
		m.State = templates.StateModel{Name: "late", Text: l.T("exports.state-running")}
	}
	return m
}

// files are links to what the explorer shows, as files.
func (d *exploreData) files(l locale.Locale) []templates.Link {
	q := exportQuery{explore: d.query}
	q.explore.from, q.explore.to, q.explore.zone = series.Local(d.r.From, d.zone), series.Local(d.r.To, d.zone), d.zone.String()
	if q.explore.g == "" || q.explore.g == "auto" || d.coarsened {
		q.explore.g = wordOf(d.granularity)
	}
	var links []templates.Link
	for _, format := range []string{"csv", "xlsx"} {
		q.format = format
		links = append(links, templates.Link{Text: strings.ToUpper(format), Href: q.address()})
	}
	if d.granularity != datahub.GranularityRaw {
		q.format, q.raw = "csv", true
		links = append(links, templates.Link{Text: l.T("exports.all-values"), Href: q.address()})
	}
	return links
}
