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

// A week or a month stands beside a whole one, in the file as on the page, wherever the range begins.
func TestWholeWeeksAndMonthsAreCompared(t *testing.T) {
	t.Parallel()
	now := time.Date(2026, 11, 26, 9, 0, 0, 0, time.UTC)
	b := benchAt(t, func() time.Time { return now })
	b.now = now
	for name, tt := range map[string]struct{ query, before string }{
		"week of Easter Monday": {"g=week&from=2026-04-06&to=2026-04-20&cmp=hol", "g=week&from=2025-04-07&to=2025-04-21"},
		"months from January":   {"g=month&from=2026-01-01&to=2026-04-01&cmp=ly", "g=month&from=2025-01-01&to=2025-04-01"},
		"a longer month before": {"g=month&from=2026-04-01&to=2026-05-01&cmp=prev", "g=month&from=2026-03-01&to=2026-04-01"},
	} {
		file := func(query string) [][]string {
			return b.get("/export?s="+school+"&form=iso&format=csv&"+query).file(t, locale.ISO())[1:]
		}
		compared, before, page := file(tt.query), file(tt.before+"&cmp=none"), b.data("/explore?s="+school+"&"+tt.query)
		was := b.data("/explore?s=" + school + "&" + tt.before + "&cmp=none")
		if len(page.Series) != 2 || len(was.Series) != 1 || len(compared) != len(before) || len(before) == 0 {
			t.Errorf("%s: %d rows, %d before; %d series, %d before", name, len(compared), len(before), len(page.Series), len(was.Series))
			continue
		}
		for i := range before {
			if compared[i][4] == "" || compared[i][4] != before[i][3] {
				t.Errorf("%s: %s is compared in %q, want the value of %q", name, compared[i][0], compared[i], before[i])
			}
		}
		if got, want := fmt.Sprint(page.Series[1].V), fmt.Sprint(was.Series[0].V); got != want {
			t.Errorf("%s: the page compares with %s, want %s", name, got, want)
		}
	}
}
