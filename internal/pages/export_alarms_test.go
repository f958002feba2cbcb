package pages

import (
	"fmt"
	"net/http"
	"slices"
	"strings"
	"testing"

	"portico/internal/locale"
)

// rename gives an alarm a name at the Data Hub.
func (b *bench) rename(id, name string) {
	b.Helper()
	req, _ := http.NewRequestWithContext(b.Context(), http.MethodPatch, b.address+"/alarms/"+id, strings.NewReader(fmt.Sprintf(`[{"op":"replace","path":"/friendlyName","value":%q}]`, name)))
	req.Header.Set("Authorization", "Bearer alice")
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		b.Fatal(err)
	}
	if _ = resp.Body.Close(); resp.StatusCode/100 != 2 {
		b.Fatalf("renaming %s: %s", id, resp.Status)
	}
}

func TestExportOfAlarms(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	b.rename(string(b.open().ID), "=HYPERLINK(1)")
	b.get("/alarms?state=all&kind=low").want(t, "the list", http.StatusOK, `href="/export/alarms?kind=low&amp;state=all&amp;format=csv"`, "format=xlsx")
	all := b.get("/export/alarms?state=all").file(t, locale.For(locale.English).Written())
	for _, row := range all {
		if strings.HasPrefix(row[0], "=") {
			t.Errorf("a name is a formula: %q", row[0])
		}
	}
	if len(all) < 10 || !slices.ContainsFunc(all, func(row []string) bool { return row[0] == "'=HYPERLINK(1)" }) {
		t.Errorf("%d rows, the renamed alarm not among them", len(all))
	}
	flat := b.get("/export/alarms?state=all&q=flat+17").file(t, locale.For(locale.English).Written())
	if len(flat) != 2 || flat[1][1] != "Flats Les Tilleuls" || flat[1][8] != "0.005" || flat[1][9] != "0.001" || flat[1][10] == "" || !strings.Contains(flat[1][5], "20") {
		t.Errorf("one alarm: %q", flat)
	}
	b.lang = locale.French
	flat = b.get("/export/alarms?state=all&q=flat+17").file(t, locale.For(locale.French).Written())
	if len(flat) != 2 || flat[0][2] != "État" || flat[1][8] != "0,005" {
		t.Errorf("in French: %q", flat)
	}
	if rows := b.get("/export/alarms?site=1234567").file(t, locale.For(locale.French).Written()); len(rows) != 1 {
		t.Errorf("of no alarm: %q", rows)
	}
	if a := b.get("/export/alarms?state=all&format=xlsx"); a.status != http.StatusOK || !strings.HasPrefix(a.body, "PK") || !strings.Contains(a.header.Get("Content-Disposition"), `.xlsx"`) {
		t.Errorf("workbook: %d, %v", a.status, a.err)
	}
	for _, query := range []string{"format=pdf", "form=x", "state=x", "from=x"} {
		if a := b.get("/export/alarms?" + query); a.status != http.StatusBadRequest {
			t.Errorf("%s: %d", query, a.status)
		}
	}
}
