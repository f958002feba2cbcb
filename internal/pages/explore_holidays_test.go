package pages

import (
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"portico/internal/locale"
)

// A holiday stands beside the same one of the year before, and no other day beside one, on the page and in the file; the page says what it is compared with, in each language.
func TestExploreComparesHolidays(t *testing.T) {
	t.Parallel()
	now := time.Date(2026, 11, 26, 9, 0, 0, 0, time.UTC)
	b := benchAt(t, func() time.Time { return now })
	b.now = now
	hours := func(query string) map[string][]string { // by time
		rows := map[string][]string{}
		for _, row := range b.get("/export?s="+school+"&g=hour&form=iso&format=csv&"+query).file(t, locale.ISO())[1:] {
			rows[row[0]] = row
		}
		return rows
	}
	compared := hours("from=2026-11-09&to=2026-11-14&cmp=hol")
	for now, then := range map[string]string{"2026-11-11": "2025-11-11", "2026-11-10": "2025-11-04", "2026-11-12": "2025-11-13"} {
		before := hours(fmt.Sprintf("from=%sT00:00&to=%sT23:59", then, then))
		for hour := range 24 {
			at := fmt.Sprintf("T%02d:00:00+01:00", hour)
			row, was := compared[now+at], before[then+at]
			if len(row) < 5 || len(was) < 4 || row[4] != was[3] || row[4] == "" {
				t.Fatalf("%s%s is compared in %q, want the value of %q", now, at, row, was)
			}
		}
	}
	const page = "/explore?s=" + school + "&from=2026-11-09&to=2026-11-14&g=hour&cmp=hol"
	for _, lang := range locale.Langs() {
		b.lang = lang
		a := b.get(page)
		a.want(t, string(lang), http.StatusOK, `<option value="hol" selected>`+locale.For(lang).T("compare.hol"))
		for _, c := range comparisons[1:] {
			if key := "series.sum-change-" + string(c); locale.For(lang).T(locale.Key(key), "") == key || strings.Contains(a.body, key) {
				t.Errorf("%s: there are no words for %s", lang, key)
			}
		}
	}
	b.lang = locale.English
	d := b.data(page)
	table := b.get(page + "&view=table").body
	if len(d.Series) != 2 || d.Series[1].Role != "compare" || !strings.Contains(table, "last year by weekday and holiday") {
		t.Errorf("%d series; the table names no comparison", len(d.Series))
	}
}
