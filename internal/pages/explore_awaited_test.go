package pages

import (
	"net/http"
	"net/http/httptest"
	"regexp"
	"slices"
	"strings"
	"testing"

	"portico/web/templates"
)

// What stands in the place of a page that takes long has the page's own controls: the same fields, ranges and views in the same order, with what the address says. Pages that have other shapes have none of it.
func TestAwaitedPagesHaveTheirControls(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	controls := regexp.MustCompile(`<(?:input type="text"|select) name="[a-z]+"(?: value="[^"]*")?|<nav class="(?:views|presets)"|<a [^>]*data-key="[^"]*"|<li class="series-chip"`)
	for _, address := range []string{"/explore?s=" + school, "/explore?s=" + school + "&s=" + weather + "!r&from=now-3d/d&to=now/d&g=hour&agg=max&cmp=wk", "/explore?s=" + school + "&view=carpet", "/variables/" + school + "?from=2026-10-01&to=2026-11-01"} {
		r := httptest.NewRequest(http.MethodGet, address, nil)
		if id, ok := strings.CutPrefix(r.URL.Path, "/variables/"); ok {
			r.SetPathValue("variable", id)
		}
		q := b.request(httptest.NewRecorder(), r)
		m := Awaited(q)
		if m == nil {
			t.Errorf("%s: nothing stands in its place", address)
			continue
		}
		var shape strings.Builder
		if err := templates.Waiting(templates.WaitingModel{Layout: q.Layout, Explore: m}).Render(t.Context(), &shape); err != nil {
			t.Fatal(err)
		}
		got, want := controls.FindAllString(shape.String(), -1), controls.FindAllString(b.get(address).body, -1)
		if len(want) < 8 || !slices.Equal(got, want) {
			t.Errorf("%s: has\n%q, want\n%q", address, got, want)
		}
		if !strings.Contains(shape.String(), `chart-panel skeleton`) {
			t.Errorf("%s: there is no place for the chart", address)
		}
	}
	for _, address := range []string{"/explore", "/explore?s=x", "/explore?s=1&add=1", "/explore?s=1&from=yesterday", "/explore?s=1&view=evil", "/sites", "/overview"} {
		if Awaited(b.request(httptest.NewRecorder(), httptest.NewRequest(http.MethodGet, address, nil))) != nil {
			t.Errorf("%s: has the shape of a chart", address)
		}
	}
}
