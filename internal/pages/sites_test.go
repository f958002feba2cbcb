package pages

import (
	"fmt"
	"html"
	"math"
	"net/http"
	"net/url"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"portico/internal/datahub"
	"portico/internal/demo/energy"
	"portico/internal/filter"
	"portico/internal/locale"
	"portico/web/templates"
)

func TestSitesInThreeViews(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	for path, texts := range map[string][]string{
		"/sites": {`class="table site-table"`, "Cold store Meuse", "Sum of 12 sites"}, "/sites?view=cards": {`class="card site-card"`, "Cold store Meuse"},
		"/sites?view=map":                  {`<svg class="map"`, `class="marker state-`, "Cold store Meuse", "on time"},
		"/sites?col=town&col=age":          {"Hasselt", "Age"},
		"/sites?q=liège&view=map":          {"Cold store Meuse", "1 of them shown"},
		"/sites?status=silent&q=kouter":    {"No site matches."},
		"/sites?view=map&box=50,5,51,6":    {"All sites", "Cold store Meuse"},
		"/sites?sort=-alarms&status=alarm": {"With open alarms"},
		"/sites?page=9":                    {"First page"},
	} {
		b.get(path).want(t, path, http.StatusOK, texts...)
	}
	if a := b.get("/sites?col=town&col=age"); strings.Contains(a.body, `class="number c-now"`) {
		t.Error("a column that was not chosen is shown")
	}
	if a := b.get("/sites?view=map&box=50,5,51,6"); strings.Contains(a.body, "Kouter Offices") {
		t.Error("a site beyond the part of the map that is shown stands in the list")
	}
	for _, path := range []string{"/sites?view=evil", "/sites?view=map&view=list", "/sites?status=x", "/sites?group=x", "/sites?col=evil", "/sites?col=town&col=town", "/sites?box=1,2,3", "/sites?sort=evil", "/sites?page=0"} {
		if a := b.get(path); a.status != http.StatusBadRequest {
			t.Errorf("%s: %d", path, a.status)
		}
	}
}

// Filters narrow together, each can be taken away by itself, and pages keep them.
func TestSitesOfAGroup(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	m := regexp.MustCompile(`<option value="(\d+)">([^<]+)</option>`).FindStringSubmatch(b.get("/sites").body)
	if m == nil {
		t.Fatal("no groups are offered")
	}
	a := b.get("/sites?view=cards&q=e&group=" + m[1])
	a.want(t, "a group", http.StatusOK, `class="chip" href="/sites?q=e&amp;view=cards"`, `selected>`+m[2])
	if n := strings.Count(a.body, `class="card site-card"`); n == 0 || n == 12 {
		t.Errorf("the group shows %d of 12 sites", n)
	}
	if a := b.get("/sites?group=987654"); a.status != http.StatusNotFound {
		t.Errorf("a group that is not there: %d", a.status)
	}
}

// Some sites can be looked at alone: their sum, their file and all else are of them, until the chip is taken away.
func TestChosenSites(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	first, second := world.Sites[5], world.Sites[1]
	b.get("/sites").want(t, "all", http.StatusOK, fmt.Sprintf(`name="site" value="%d"`, first.ID), `formaction="/export/sites"`, "data-row")
	address := fmt.Sprintf("site=%d&site=%d", first.ID, second.ID)
	a := b.get("/sites?sort=-site&" + address)
	a.want(t, "two", http.StatusOK, "2 chosen sites", `name="sort" value="-site"`)
	if n := strings.Count(a.body, "<tr data-row"); n != 2 {
		t.Errorf("%d rows, want the two that were chosen", n)
	}
	rows := b.get("/export/sites?format=csv&"+address).file(t, locale.For(locale.English).Written())
	if len(rows) != 3 {
		t.Errorf("a file of %d rows, want the head and two", len(rows))
	}
	for _, bad := range []string{"site=x", "site=-1", strings.Repeat("site=1&", 201)} {
		if a := b.get("/sites?" + bad); a.status != http.StatusBadRequest {
			t.Errorf("%.20s: %d", bad, a.status)
		}
	}
}

// Rows stand together by what they share, each section under its name and with its own sum; a site that is in two groups stands in both, and counts once in the sum of all.
func TestSitesTogether(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	a := b.get("/sites?group=town")
	a.want(t, "by town", http.StatusOK, `<option value="town" selected>`, "Hasselt", "Sum of 12 sites")
	if sections, sums := strings.Count(a.body, `<tr class="section-head">`), strings.Count(a.body, `class="sum-row"`); sections < 3 || sums != 1 {
		t.Errorf("%d sections of one site, with %d sums", sections, sums)
	}
	a = b.get("/sites?group=type&group=&q=o&sort=-site")
	a.want(t, "by type", http.StatusOK, `scope="rowgroup"`, `name="q" value="o"`, "sort=site&amp;group=type")
	id, members := idText(int64(energy.Groups[0].ID)), 0
	for _, g := range energy.Groups {
		if g.Account == 101 {
			members += len(g.Sites)
		}
	}
	a = b.get("/sites?group=group")
	a.want(t, "by group", http.StatusOK, energy.Groups[0].Name, "Sum of 12 sites")
	if n := strings.Count(a.body, "<tr data-row"); n != members {
		t.Errorf("%d rows for %d members", n, members)
	}
	if sections, sums := strings.Count(a.body, `<tr class="section-head">`), strings.Count(a.body, `class="sum-row"`); sections != 5 || sums != 5 {
		t.Errorf("%d sections with %d sums, want one for each of the four of several sites, and that of all", sections, sums)
	}
	b.get("/sites?group="+id+"&group=town").want(t, "of a group by town", http.StatusOK, `<option value="`+id+`" selected>`, `<option value="town" selected>`)
	if body := b.get("/sites?view=cards&group=town").body; !strings.Contains(body, `name="group" value="town"`) || strings.Contains(body, "section-head") {
		t.Error("cards stand together, or forget that rows do")
	}
	if rows := b.get("/export/sites?format=csv&group=group").file(t, locale.For(locale.English).Written()); len(rows) != 13 {
		t.Errorf("a file of %d rows, want the head and each site once", len(rows))
	}
	for _, bad := range []string{"group=town&group=type", "group=evil", "group=1&group=2"} {
		if a := b.get("/sites?" + bad); a.status != http.StatusBadRequest {
			t.Errorf("%s: %d", bad, a.status)
		}
	}
}

// The month's peaks of all sites are one more question, which is asked where they are shown. They are what the days' own values say, in order where the list is sorted by them; without them the rest is there.
func TestPeaksOfTheMonth(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	b.now = time.Date(2026, 11, 12, 9, 7, 0, 0, time.UTC)
	all := b.countAsked(func() time.Duration { return 0 })
	asked := func() (n int) {
		for what, times := range all() {
			if strings.Contains(what, " /data") {
				n += times
			}
		}
		return n
	}
	b.get("/sites?col=town") // what is over is asked once
	asked()
	b.get("/sites?col=town")
	without := asked()
	a := b.get("/sites?sort=-peak")
	if with := asked(); with != without+1 {
		t.Errorf("%d questions with the peaks, %d without", with, without)
	}
	a.want(t, "peaks", http.StatusOK, "Peak this month", `aria-sort="descending"`)
	cells := regexp.MustCompile(`(?s)/sites/(\d+)"><bdi>.*?class="number c-peak">([^<]*)<`).FindAllStringSubmatch(a.body, -1)
	last, known := math.Inf(1), 0
	for _, c := range cells {
		if c[2] == locale.None {
			last = math.Inf(-1) // those without come last
			continue
		}
		v, err := strconv.ParseFloat(strings.NewReplacer("\u00a0kW", "", "\u00a0MW", "", "\u202f", "", "\u00a0", "", ",", "").Replace(c[2]), 64)
		if err != nil || v <= 0 || v > last {
			t.Errorf("site %s: %q after %v", c[1], c[2], last)
		}
		last = v
		known++
	}
	if len(cells) != 12 || known < 6 {
		t.Fatalf("%d rows, %d peaks", len(cells), known)
	}
	highest := 0.0
	for _, v := range b.values("/explore?s=" + school + "&from=2026-11-01&to=now&g=raw") {
		highest = max(highest, v*4)
	}
	if want := locale.For(locale.English).Quantity(highest, "kW"); !strings.Contains(a.body, `class="number c-peak">`+want) {
		t.Errorf("the school's peak is not %s", want)
	}
}

// Pages cut sections where they must, and say how many there are of each.
func TestSectionsOverPages(t *testing.T) {
	sites := []datahub.Site{{ID: 1, City: "Gent"}, {ID: 2, City: "Aalst"}, {ID: 3}, {ID: 4, City: "gent"}, {ID: 5, City: "Gent"}}
	sections := sectionsBy(sites, func(s datahub.Site) []string { return texts(s.City) })
	var got []string
	for page := range 3 {
		shown, rows := slicedSections(sections, page*2, page*2+2)
		for _, s := range shown {
			got = append(got, fmt.Sprintf("%d %s %d %v %d", page, s.name, s.all, idsOf(s.sites), rows))
		}
	}
	want := []string{"0 Aalst 1 [2] 5", "0 Gent 3 [1] 5", "1 Gent 3 [4 5] 5", "2  1 [3] 5"}
	if fmt.Sprint(got) != fmt.Sprint(want) {
		t.Errorf("got %q, want %q", got, want)
	}
}

// The columns that a person keeps count wherever the address names none, for them alone, until they keep all again.
func TestColumnsAreKept(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	const now, town, age = `class="number c-now"`, `class="c-town"`, `class="number c-age"`
	a := b.post("/sites", url.Values{"q": {"e"}, "view": {"list"}, "group": {"", "town"}, "col": {"town", "age"}})
	if to := a.header.Get("Location"); a.status != http.StatusSeeOther || to != "/sites?q=e&group=town" {
		t.Fatalf("keeping leads to %q with %d", to, a.status)
	}
	a = b.get("/sites")
	a.want(t, "kept", http.StatusOK, town, age, `name="col" value="town" checked`, `formaction="/sites"`)
	if strings.Contains(a.body, now) {
		t.Error("a column is shown that the person does not keep")
	}
	if a := b.get("/sites?col=now"); !strings.Contains(a.body, now) || strings.Contains(a.body, town) {
		t.Error("the address does not have its way")
	}
	owner := b.owner
	b.owner[0]++
	b.get("/sites").want(t, "of somebody else", http.StatusOK, now, town)
	b.owner = owner
	if a := b.post("/sites", url.Values{"col": {"evil"}}); a.status != http.StatusBadRequest {
		t.Errorf("a column that there is not: %d", a.status)
	}
	b.post("/sites", url.Values{"col": templates.SiteColumns()[1:]})
	b.get("/sites").want(t, "all again", http.StatusOK, now, town, age)
}

// What the help at the field promises of words is so.
func TestWordsFindSites(t *testing.T) {
	t.Parallel()
	site, refs := datahub.Site{Name: "Cold store Meuse", City: "Liège", Street: "Quai 1", PostalCode: "4020", TypeID: 3}, lists{siteTypes: map[int]string{3: "Warehouse"}}
	for q, want := range map[string]bool{"meuse": true, "liège": true, "quai": true, "4020": true, "ware": true, "MEUSE col": true, "store gent": false, "liege": true, `"store meuse"`: true, "city:liège": true, "city:meuse": false, "postalcode startswith 40": true, "type=warehouse name!~cold": false} {
		if got := (sitesQuery{terms: filter.Parse(q, siteFields)}).fitsSite(site, refs); got != want {
			t.Errorf("%q: %t, want %t", q, got, want)
		}
	}
	newBench(t).get("/sites").want(t, "help", http.StatusOK, "What can be typed", "in any order")
}

// What is typed narrows the list by what pages know of sites. Each term is a chip that can be taken out; the address has the same text, and so have the list's files.
func TestSitesAreFilteredByWhatIsTyped(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	names := func(q string) []string {
		t.Helper()
		rows := b.get("/export/sites?format=csv&q="+url.QueryEscape(q)).file(t, locale.For(locale.English).Written())
		var list []string
		for _, row := range rows[1:] {
			list = append(list, row[0])
		}
		return list
	}
	all := names("")
	group := regexp.MustCompile(`<option value="(\d+)">([^<]+)</option>`).FindStringSubmatch(b.get("/sites").body)
	for _, q := range []string{"city:Liège", "city=liège status:alarm,ok,late,silent,none", "meter:Compressors cold", `group:"` + group[2] + `"`, "group<>" + strings.Fields(group[2])[0], "alarms>0", "status<>alarm", "kwh>1", "kwh<=1", "kw >= 0.1 city:Liège", "status=ok OR"} {
		a := b.get("/sites?q=" + url.QueryEscape(q))
		if strings.HasSuffix(q, "OR") {
			a.want(t, q, http.StatusBadRequest, "“OR” is not understood")
			continue
		}
		a.want(t, q, http.StatusOK, `name="q" value="`+html.EscapeString(q)+`"`, `class="chip" href="/sites`)
		found := names(q)
		if len(found) == 0 || len(found) == len(all) && !strings.Contains(q, "kwh>") {
			t.Errorf("%s: %d of %d sites", q, len(found), len(all))
		}
		for _, name := range all {
			if there := strings.Contains(a.body, html.EscapeString(name)+"</bdi>"); there != slices.Contains(found, name) {
				t.Errorf("%s: %s is on the page %t, in the file %t", q, name, there, !there)
			}
		}
	}
	if n := len(names("kwh>1")) + len(names("kwh<=1")); n > len(all) {
		t.Errorf("%d sites use more than 1 kWh or do not, of %d", n, len(all))
	}
	byGroup, others := names("group:"+group[2]), names(`group!~"`+group[2]+`"`)
	if len(byGroup)+len(others) != len(all) {
		t.Errorf("%d sites are in a group and %d are not, of %d", len(byGroup), len(others), len(all))
	}
	b.get("/sites?q="+url.QueryEscape("cold city:Liège")).want(t, "chips", http.StatusOK, `href="/sites?q=city%3ALi%C3%A8ge"><bdi>with “cold”</bdi>`, `href="/sites?q=cold"><bdi>city:Liège</bdi>`)
}

// What is not understood is told by name, with a way out for each, and stays in the field; the list's file is refused.
func TestWhatIsNotUnderstoodIsTold(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	for _, lang := range locale.Langs() {
		b.lang = lang
		a := b.get("/sites?view=cards&q=" + url.QueryEscape("cold ville:Liège status:red"))
		a.want(t, string(lang), http.StatusBadRequest, `value="cold ville:Liège status:red"`, `aria-describedby="q-error" aria-invalid="true"`, `id="q-error"`, `role="alert"`, "ville:Liège", "name, city, street", "alarm, attention, ok, late, silent, none", `class="chip field-error" href="/sites?q=cold+status%3Ared&amp;view=cards"`)
		if strings.Contains(a.body, "site-card") {
			t.Errorf("%s: there are sites all the same", lang)
		}
	}
	b.lang = locale.English
	for q, said := range map[string]string{"city:": "“city:” is not understood: the value is missing.", `"cold`: "the quotation mark at the end is missing", "kwh>much": "the value is no number", "status>ok": "cannot be compared so", "a OR b": "write commas between values",
		strings.Repeat("a ", 21): "too many words"} {
		b.get("/sites?q="+url.QueryEscape(q)).want(t, q, http.StatusBadRequest, said)
		if a := b.get("/export/sites?q=" + url.QueryEscape(q)); a.status != http.StatusBadRequest {
			t.Errorf("the file of %s: %d", q, a.status)
		}
	}
}
