package pages

import (
	"fmt"
	"net/http"
	"strings"
	"testing"
)

func TestQueriesThatCannotBeUsed(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	for query, name := range map[string]string{
		"from=yesterday": "from", "to=NaN": "to", "from=now&to=now-1d": "from", "from=0001-01-01&to=9999-12-31": "from", "g=second": "g", "agg=evil": "agg", "cmp=x": "cmp", "tz=Mars/Olympus": "tz",
		"from=2026-02-30": "from", "from=%3Cscript%3E": "from", "from=1e99": "from", "from=now-99999999999y": "from",
	} {
		a := b.get("/explore?s=80101&" + query)
		a.want(t, query, http.StatusBadRequest, fmt.Sprintf(`name="%s"`, name), `aria-invalid="true"`)
		if strings.Contains(a.body, "<script>") {
			t.Errorf("%s: markup comes back", query)
		}
	}
	for _, query := range []string{"s=abc", "s=0", "s=-1", "s=NaN", "s=80101@x", "s=99999999999999999999"} {
		a := b.get("/explore?" + query)
		if a.status != http.StatusBadRequest && a.status != http.StatusNotFound {
			t.Errorf("%s: %d", query, a.status)
		}
	}
}

// A variable's page has the explorer's parts, and its links lead to itself.
func TestVariablePage(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	a := b.get("/variables/" + school + "?from=now-3d/d&to=now/d&cmp=wk&explain=1")
	a.want(t, "a variable", http.StatusOK, `class="chart trend"`, `id="brush-title"`, `class="chart duration"`, "/explore/carpet.png?s="+school, `class="stats"`, "Where these figures come from", "About this variable", "same weekdays last week",
		`href="/variables/`+school+`?from=now/d&amp;to=now/d`, `href="/explore?s=`+school+`&amp;from=now-3d/d`, `action="/variables/`+school+`"`)
	if strings.Contains(a.body, "/variables/"+school+"?s=") {
		t.Error("the page's own links name the variable twice")
	}
	b.get("/variables/120201?from=now-30d&to=now").want(t, "a variable with a value a day", http.StatusOK, `class="chart duration"`)
	b.get("/variables/"+school+"?from=x").want(t, "a range that cannot be read", http.StatusBadRequest, `aria-invalid="true"`)
	b.get("/variables/999999999").want(t, "none", http.StatusNotFound)
}
