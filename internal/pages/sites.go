package pages

import (
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"

	"portico/internal/datahub"
	"portico/internal/locale"
	"portico/internal/query"
	"portico/web/templates"
)

// sitesPerPage bounds how many sites a page reads data of.
const sitesPerPage = 25

// sitesQuery is what the address of the list of sites says.
type sitesQuery struct {
	q    string
	sort string // name of a column, with a minus in front for the greatest first; "" for state and name
	page int
}

// sortColumns are the columns that the list can be sorted by. Those that need data can only sort the sites of one page.
var sortColumns = map[string]bool{"site": true, "town": true, "now": true, "today": true, "change": true, "data": true, "age": true}

func parseSitesQuery(values url.Values) (sitesQuery, error) {
	var q sitesQuery
	var err error
	if q.q, err = query.One(values, "q", 100*4); err != nil {
		return q, err
	}
	q.q = locale.Plain(q.q)
	if q.sort, err = query.One(values, "sort", 20); err != nil {
		return q, err
	}
	if q.sort != "" && !sortColumns[strings.TrimPrefix(q.sort, "-")] {
		return q, &query.Error{Param: "sort", Err: query.ErrChoice}
	}
	if q.page, err = query.Page(values); err != nil {
		return q, err
	}
	return q, nil
}

func (q sitesQuery) href(sort string, page int) string {
	return query.With("/sites", "q", q.q, "sort", sort, "page", query.Number(page))
}

// sites lists the sites, page by page.
func (p *Pages) sites(w http.ResponseWriter, r *Request) error {
	q, err := parseSitesQuery(r.URL.Query())
	if err != nil {
		return err
	}
	rd := p.reader(r)
	all, refs, err := rd.sitesAndLists(r.Context())
	if err != nil {
		return err
	}
	d := sitesData{query: q, total: len(all), now: r.Now}
	found := slices.DeleteFunc(all, func(site datahub.Site) bool { return !matches(site, refs, q.q) })
	if strings.TrimPrefix(q.sort, "-") == "town" {
		slices.SortStableFunc(found, func(a, b datahub.Site) int { return strings.Compare(strings.ToLower(a.City), strings.ToLower(b.City)) })
	}
	if q.sort == "-site" || q.sort == "-town" {
		slices.Reverse(found)
	}
	d.found = len(found)
	from := min((q.page-1)*sitesPerPage, len(found))
	if d.sites, err = rd.readSites(r.Context(), found[from:min(from+sitesPerPage, len(found))], refs, oneDay); err != nil {
		return err
	}
	return r.Render(http.StatusOK, templates.Sites(presentSites(d, r.Locale, rd.layout(r))))
}

// matches reports whether every word of q stands in the site's name, town, street, postal code or type, in any case.
func matches(site datahub.Site, refs lists, q string) bool {
	text := strings.ToLower(strings.Join([]string{site.Name, site.City, site.Street, site.PostalCode, siteKind(siteProfile{site: site, kind: refs.siteTypes[site.TypeID]})}, " "))
	for word := range strings.FieldsSeq(strings.ToLower(q)) {
		if !strings.Contains(text, word) {
			return false
		}
	}
	return true
}

// sitesData is what the list of sites is made of.
type sitesData struct {
	query sitesQuery
	total int // sites that the person may see
	found int // of them, those that match
	sites []siteProfile
	now   time.Time
}
