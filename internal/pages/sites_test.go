package pages

import (
	"fmt"
	"net/http"
	"regexp"
	"strings"
	"testing"

	"portico/internal/locale"
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
