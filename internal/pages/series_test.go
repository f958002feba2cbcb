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
