package pages

import (
	"net/http"
	"net/url"
	"strings"
	"time"

	"portico/internal/export"
	"portico/internal/query"
)

// sitesInFile bounds how many sites' figures are read for one file.
const sitesInFile = 250

// exportSites sends the list of sites with the columns that it shows, as it is filtered and sorted, all its pages in one.
func (p *Pages) exportSites(w http.ResponseWriter, r *Request) error {
	values := r.URL.Query()
	format, form, err := readExportForm(values)
	if err != nil {
		return err
	}
	d := sitesData{now: r.Now, size: sitesInFile}
	if d.query, err = parseSitesQuery(values); err != nil {
		return err
	}
	d.query.view, d.query.by, d.query.page = "list", "", 1 // a file has a row for each site
	if d.query.cols == nil {
		d.query.kept = keptColumns(r.Context(), r)
	}
	if err := d.read(r.Context(), p.reader(r)); err != nil {
		return err
	}
	sortByData(d.sites, d.query.sort, d.now)
	zone := homeOf(d.sites)
	name := "sites-" + r.Now.In(zone).Format(time.DateOnly) + "." + format
	return p.sendTable(w, r, d.sheet(r), format, exportForm(r.Locale, form, zone, r.By), name)
}

// readExportForm reads how a file is written.
func readExportForm(v url.Values) (format, form string, err error) {
	if format, err = query.Choice(v, "format", "csv", "xlsx"); err == nil {
		form, err = query.Choice(v, "form", "regional", "iso")
	}
	if format == "" {
		format = "csv"
	}
	return format, form, err
}

// fileHref is the address of the list as a file.
func (d sitesData) fileHref(format string) string {
	_, filter, _ := strings.Cut(d.query.href(func(q *sitesQuery) { q.view, q.by, q.box = "list", "", nil }), "?")
	if filter != "" {
		filter += "&"
	}
	return "/export/sites?" + filter + "format=" + format
}

func homeOf(sites []siteProfile) *time.Location {
	if len(sites) == 0 {
		return time.UTC
	}
	return sites[0].site.Zone()
}

func (d sitesData) sheet(r *Request) export.Table {
	l, columns := r.Locale, d.fileColumns()
	t := export.Table{Title: l.T("place.sites")}
	for _, c := range columns {
		t.Columns = append(t.Columns, export.Column{Title: l.T(c.head), Unit: c.unit})
	}
	t.Rows = func(yield func([]export.Cell, error) bool) {
		for _, s := range d.sites {
			row, cells := fileRow{siteProfile: s, l: l, now: d.now}, make([]export.Cell, len(columns))
			if s.electricity.usable() {
				row.f = s.electricity.figures(s.site.Zone(), d.now)
			}
			for i, c := range columns {
				cells[i] = c.cell(row)
			}
			if !yield(cells, nil) {
				return
			}
		}
	}
	t.About = func() []export.Fact {
		facts := []export.Fact{{Term: l.T("export.what"), Value: export.Text(l.T("place.sites"))}, {Term: l.T("sites.search"), Value: export.Text(d.query.q)}, {Term: l.T("export.made"), Value: export.Time(d.now)},
			{Term: l.T("export.by"), Value: export.Text(r.By)}, {Term: l.T("export.address"), Value: export.Text(d.query.href(func(*sitesQuery) {}))}}
		if d.found > len(d.sites) {
			facts = append(facts, export.Fact{Term: l.T("export.left-out"), Value: export.Number(float64(d.found - len(d.sites)))})
		}
		return facts
	}
	return t
}
