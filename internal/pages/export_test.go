package pages

import (
	"encoding/csv"
	"math"
	"net/http"
	"net/url"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/xuri/excelize/v2"

	"portico/internal/datahub"
	"portico/internal/demo/fault"
	"portico/internal/locale"
	"portico/internal/series"
	"portico/internal/shelf"
	"portico/web/templates"
)

// file reads a CSV answer in the form of the region.
func (a answer) file(t *testing.T, w locale.Written) [][]string {
	t.Helper()
	if a.status != http.StatusOK || !strings.HasPrefix(a.header.Get("Content-Type"), "text/csv") || !strings.HasPrefix(a.header.Get("Content-Disposition"), "attachment") {
		t.Fatalf("%d %v, %v\n%.500s", a.status, a.header, a.err, a.body)
	}
	in := csv.NewReader(strings.NewReader(strings.TrimPrefix(a.body, "\ufeff")))
	in.Comma = w.Separator
	rows, err := in.ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	return rows
}

func TestExportHoldsWhatExploreShows(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	for _, lang := range locale.Langs() {
		b.lang = lang
		w := locale.For(lang).Written()
		rows := b.get("/export?s=80101&from=2026-10-25&to=2026-10-26&tz=Europe/Brussels&g=raw").file(t, w)
		if len(rows) != 101 {
			t.Fatalf("%s: %d rows, want the head and the 100 quarter hours of the long day", lang, len(rows))
		}
		points, err := b.hub.Client(always{"alice"}).DataPoints(t.Context(), datahub.DataQuery{Variable: 80101, From: time.Date(2026, 10, 24, 22, 0, 0, 0, time.UTC), To: time.Date(2026, 10, 25, 23, 0, 0, 0, time.UTC)})
		if err != nil || len(points) != 100 {
			t.Fatalf("%d points, %v", len(points), err)
		}
		for i, p := range points {
			local := p.Time.In(datahub.HomeZone())
			v, err := strconv.ParseFloat(strings.Replace(rows[i+1][3], w.Decimal, ".", 1), 64)
			if err != nil || math.Abs(v-p.Value) > 1e-9 || rows[i+1][0] != w.Time(local) || rows[i+1][2] != locale.Offset(local) {
				t.Fatalf("%s: row %d is %q, want %v at %v, %v", lang, i, rows[i+1], p.Value, local, err)
			}
		}
	}
	b.lang = locale.Dutch
	iso := b.get("/export?s=80101&from=2026-10-25&to=2026-10-26&tz=Europe/Brussels&g=raw&form=iso").file(t, locale.ISO())
	if _, err := time.Parse(time.RFC3339, iso[9][0]); err != nil {
		t.Errorf("in ISO form a row begins with %s", iso[9][0])
	}
}

// A file has every value when all are asked for, whatever the page shows; and beside them what they are compared with, which is what stood there then.
func TestExportOfAllValuesAndOfAnEarlierTime(t *testing.T) {
	t.Parallel()
	now := time.Date(2026, 11, 26, 9, 0, 0, 0, time.UTC)
	b := benchAt(t, func() time.Time { return now })
	b.now = now
	w := locale.For(locale.English).Written()
	column := func(rows [][]string, i int) (list []string) {
		for _, row := range rows[1:] {
			list = append(list, row[i])
		}
		return list
	}
	day := func(query string) [][]string {
		t.Helper()
		return b.get("/export?s=80101&tz=Europe/Brussels&g=hour&"+query).file(t, w)
	}
	shown, before := day("from=2026-11-04&to=2026-11-05&cmp=prev"), day("from=2026-11-03&to=2026-11-04&cmp=none")
	if len(shown) != 25 || len(before) != 25 || len(shown[0]) != 6 || shown[0][4] == shown[0][3] || slices.Equal(column(shown, 3), column(shown, 4)) || !slices.Equal(column(shown, 4), column(before, 3)) {
		t.Errorf("%d rows of %q: compared are %q, want %q", len(shown), shown[0], column(shown, 4), column(before, 3))
	}
	for values, want := range map[string]int{"shown": 24, "all": 96} {
		if rows := day("from=2026-11-04&to=2026-11-05&cmp=none&values=" + values); len(rows) != 1+want {
			t.Errorf("%s: %d rows, want %d", values, len(rows)-1, want)
		}
	}
}

func TestTimesAreInTheZoneThatThePersonChose(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	b.zone = time.UTC
	rows := b.get("/export?s=80101&from=2026-06-01&to=2026-06-02&g=hour").file(t, locale.For(locale.English).Written())
	if rows[0][0] != "Begin (UTC)" || rows[1][0] != "01/06/2026 00:00:00" || rows[1][2] != "UTC+00:00" {
		t.Errorf("the file begins with %q, %q", rows[0], rows[1])
	}
	rows = b.get("/export?s=80101&from=2026-06-01&to=2026-06-02&g=hour&tz=Europe/Brussels").file(t, locale.For(locale.English).Written())
	if rows[0][0] != "Begin (Europe/Brussels)" || rows[1][2] != "UTC+02:00" {
		t.Errorf("where the address names a zone the file begins with %q, %q", rows[0], rows[1])
	}
	b.get("/variables/80101").want(t, "variable", http.StatusOK, "UTC")
	b.get("/explore?s=80101").want(t, "explore", http.StatusOK, "UTC", "/export?s=80101", "format=xlsx")
}

func TestExportAsWorkbook(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	a := b.get("/export?s=80101&s=80101@max&from=2026-11-01&to=2026-11-03&tz=Europe/Brussels&g=hour&cmp=wk&format=xlsx")
	if a.status != http.StatusOK || !strings.Contains(a.header.Get("Content-Type"), "spreadsheetml") || !strings.Contains(a.header.Get("Content-Disposition"), "2026-11-01") {
		t.Fatalf("%d %v, %v", a.status, a.header, a.err)
	}
	book, err := excelize.OpenReader(strings.NewReader(a.body))
	if err != nil {
		t.Fatal(err)
	}
	defer book.Close() //nolint:errcheck // read only
	rows, err := book.GetRows("Data")
	if err != nil || len(rows) != 49 || len(rows[0]) != 8 {
		t.Errorf("%d rows of %d columns, %v, want 48 hours and four columns of values", len(rows), len(rows[0]), err)
	}
	about, err := book.GetRows("About")
	if text := strings.Join(flat(about), "|"); err != nil || !strings.Contains(text, "Made by|Alice") || !strings.Contains(text, "Time zone|Europe/Brussels") || !strings.Contains(text, "Completeness|") || !strings.Contains(text, "/explore?s=80101") {
		t.Errorf("the description is %s, %v", text, err)
	}
}

func flat(rows [][]string) (all []string) {
	for _, row := range rows {
		all = append(all, row...)
	}
	return all
}

func TestExportRefuses(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	for _, query := range []string{"", "s=abc", "s=80101&format=pdf", "s=80101&form=us", "s=80101&from=x", "s=80101&g=second", "s=80101&values=some", "s=80101&tz=Mars"} {
		if a := b.get("/export?" + query); a.status != http.StatusBadRequest {
			t.Errorf("%s: %d, %v", query, a.status, a.err)
		}
	}
	if a := b.get("/export?s=99999999"); a.status != http.StatusNotFound {
		t.Errorf("no such variable: %d", a.status)
	}
	b.faults.Set(fault.Rule{Fault: fault.Fault{Status: http.StatusInternalServerError}, Path: "/data"})
	if a := b.get("/export?s=80101&from=2026-11-01&to=2026-11-02"); a.status != http.StatusBadGateway || strings.Contains(a.header.Get("Content-Disposition"), "attachment") {
		t.Errorf("without data: %d %v", a.status, a.header)
	}
}

var exportPath = regexp.MustCompile(`^/exports/[a-z2-7]{20}$`)

const longQuery = "s=80101&from=2024-11-18&to=2026-11-18&tz=Europe/Brussels&g=raw"

// long begins an export of two years of quarter hours and returns its address.
func (b *bench) long(more string) string {
	b.Helper()
	form, err := url.ParseQuery(longQuery + more)
	if err != nil {
		b.Fatal(err)
	}
	a := b.post("/exports", form)
	at := a.header.Get("Location")
	if a.status != http.StatusSeeOther || !exportPath.MatchString(at) {
		b.Fatalf("begin: %d to %s, %v", a.status, at, a.err)
	}
	return at
}

func TestLongExportsAreMadeInTheBackground(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	b.get("/export?"+longQuery).want(t, "offer", http.StatusOK, `action="/exports"`, `name="from" value="2024-11-18"`, "Make the file")
	at := b.long("")
	a := b.get(at)
	a.want(t, "begun", http.StatusOK, "being made", "<progress")
	if a.header.Get("Refresh") == "" {
		t.Error("without a script the page does not come up to date")
	}
	if a := b.get(at + "/file"); a.status != http.StatusNotFound {
		t.Errorf("half a file: %d", a.status)
	}
	b.work()
	a = b.get(at)
	a.want(t, "ready", http.StatusOK, "ready", at+"/file", "100")
	if a.header.Get("Refresh") != "" {
		t.Error("a page that is complete goes on loading itself")
	}
	rows := b.get(at+"/file").file(t, locale.For(locale.English).Written())
	if want := 2*365*96 + 1; len(rows) != want {
		t.Errorf("%d rows, want %d", len(rows), want)
	}
	seen := map[string]bool{}
	for _, row := range rows[1:] {
		if seen[row[0]+row[2]] {
			t.Fatalf("%s %s stands twice", row[0], row[2])
		}
		seen[row[0]+row[2]] = true
	}
	b.get("/exports").want(t, "list", http.StatusOK, at)
	if a := b.post(at, url.Values{"do": {"delete"}}); a.header.Get("Location") != "/exports?done=deleted" {
		t.Errorf("delete: %d to %s", a.status, a.header.Get("Location"))
	}
	b.later()
	if a := b.get(at); a.status != http.StatusNotFound {
		t.Errorf("a deleted export: %d", a.status)
	}
	if left, err := shelf.All[[]byte](t.Context(), b.shelf, owner, shelf.Part); err != nil || len(left) != 0 {
		t.Errorf("%d parts are left, %v", len(left), err)
	}
}

func TestExportsGoOnWhereTheyStopped(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	at := b.long("")
	b.faults.Set(fault.Rule{Fault: fault.Fault{Delay: 30 * time.Millisecond}, Path: "/data"}, fault.Rule{Fault: fault.Fault{Status: http.StatusForbidden}, Path: "/data", Wait: 40 * time.Millisecond})
	b.work()
	b.get(at).want(t, "stopped", http.StatusOK, "not made", `value="resume"`)
	job := b.job(at)
	if job.Done == job.Parts {
		t.Fatal("everything was read before the fault came")
	}
	b.faults.Set()
	if a := b.post(at, url.Values{"do": {"resume"}}); a.header.Get("Location") != at {
		t.Errorf("resume: %d to %s", a.status, a.header.Get("Location"))
	}
	calls := b.faults.Struck()
	b.work()
	if after := b.job(at); !after.complete() || after.Failed != "" || after.Bytes <= job.Bytes {
		t.Errorf("after going on: %d of %d parts, %s; %d calls struck", after.Done, after.Parts, after.Failed, calls)
	}
	if rows := b.get(at+"/file").file(t, locale.For(locale.English).Written()); len(rows) != 2*365*96+1 {
		t.Errorf("%d rows", len(rows))
	}
}

func (b *bench) job(at string) exportJob {
	b.Helper()
	job, err := shelf.Get[exportJob](b.Context(), b.shelf, owner, shelf.Export, strings.TrimPrefix(at, "/exports/"))
	if err != nil {
		b.Fatal(err)
	}
	return job
}

func TestExportsAreTheirOwnersAlone(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	at := b.long("")
	b.work()
	other := newBench(t)
	other.shelf, other.owner = b.shelf, shelf.OwnerOf("https://op", "bob", "")
	for _, path := range []string{at, at + "/file"} {
		if a := other.get(path); a.status != http.StatusNotFound {
			t.Errorf("bob at %s: %d", path, a.status)
		}
	}
	if a := other.post(at, url.Values{"do": {"delete"}}); a.status != http.StatusNotFound {
		t.Errorf("bob deletes: %d", a.status)
	}
	if strings.Contains(other.get("/exports").body, at) {
		t.Error("bob sees the export in his list")
	}
	for range exportsEach - 1 {
		b.long("")
	}
	form, _ := url.ParseQuery(longQuery)
	if a := b.post("/exports", form); a.header.Get("Location") != "/exports?done=full" {
		t.Errorf("one too many: %d to %s", a.status, a.header.Get("Location"))
	}
	form.Set("from", "2016-01-01")
	form.Set("s", "80101")
	form.Set("g", "minute")
	if a := b.post("/exports", form); a.status != http.StatusBadRequest {
		t.Errorf("too much: %d to %s, %v", a.status, a.header.Get("Location"), a.err)
	}
}

func TestTwoDoNotMakeOneExport(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	name := strings.TrimPrefix(b.long(""), "/exports/")
	busy := &exportWork{keeper: b.shelf, owner: owner, name: name, worker: "another"}
	if _, err := busy.change(t.Context(), func(j *exportJob) error { j.Worker, j.Beat = "another", time.Now(); return nil }); err != nil {
		t.Fatal(err)
	}
	b.work()
	if j := b.job("/exports/" + name); j.Done != 0 || j.Worker != "another" || j.Failed != "" {
		t.Errorf("%d parts by %s, %s: another one works on it", j.Done, j.Worker, j.Failed)
	}
	if _, err := busy.change(t.Context(), func(j *exportJob) error { j.Beat = time.Now().Add(-2 * exportQuiet); return nil }); err != nil {
		t.Fatal(err)
	}
	b.work = nil
	b.get("/exports/" + name) // finds that nobody does any more
	b.work()
	if j := b.job("/exports/" + name); !j.complete() {
		t.Errorf("%d of %d parts, %s", j.Done, j.Parts, j.Failed)
	}
}

func TestColumnsArePackedWithoutLoss(t *testing.T) {
	t.Parallel()
	at := time.Date(2026, 10, 25, 0, 30, 0, 0, time.UTC)
	columns := [][]series.Slot{{{Start: at, End: at.Add(900 * time.Second), Value: -1.0 / 3}, {Start: at.Add(900 * time.Second), End: at.Add(time.Hour), Missing: true}, {Start: at.Add(time.Hour), End: at.Add(2 * time.Hour), Missing: true, Future: true}}, {}, {{Start: at, End: at, Value: 1e300, State: series.Estimated}}}
	packed, err := packColumns(columns)
	if err != nil {
		t.Fatal(err)
	}
	for i, want := range columns {
		got, err := unpackColumn(packed, i)
		if err != nil || len(got) != len(want) {
			t.Fatalf("column %d: %v, %v", i, got, err)
		}
		for n := range want {
			if got[n] != want[n] {
				t.Errorf("column %d: %+v, want %+v", i, got[n], want[n])
			}
		}
	}
}

func TestExportOfSites(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	rows := b.get("/export/sites?q=cold").file(t, locale.For(locale.English).Written())
	if len(rows) != 2 || rows[1][0] != "Cold store Meuse" || rows[1][1] != "Liège" {
		t.Fatalf("rows %q", rows)
	}
	if v, err := strconv.ParseFloat(rows[1][4], 64); err != nil || v <= 0 || rows[1][5] != "kW" {
		t.Errorf("power now is %q %s, %v", rows[1][4], rows[1][5], err)
	}
	if a := b.get("/export/sites?format=xlsx"); a.status != http.StatusOK || !strings.HasPrefix(a.body, "PK") {
		t.Errorf("workbook: %d, %v", a.status, a.err)
	}
	if a := b.get("/export/sites?format=pdf"); a.status != http.StatusBadRequest {
		t.Errorf("pdf: %d", a.status)
	}
}

// What the list of sites shows is in its file: the columns that the address or the person chose, in their order, with what the list says.
func TestSitesInAFileAsInTheList(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	b.now = time.Date(2026, 11, 12, 9, 7, 0, 0, time.UTC)
	const all = "Site,Town,Kind,State,Now,Unit,Today,Unit,vs last week [%],Peak this month [kW],Data [%],Age [min],Last value,Alarms,Id"
	head := func(query, want string) [][]string {
		rows := b.get("/export/sites?"+query).file(t, locale.For(locale.English).Written())
		if got := strings.Join(rows[0], ","); got != want {
			t.Errorf("%q has columns %s, want %s", query, got, want)
		}
		return rows
	}
	rows := head("", all)
	head("col=peak&col=town", "Site,Town,Kind,State,Peak this month [kW],Id")
	b.post("/sites", url.Values{"col": {"age"}})
	head("", "Site,Kind,State,Age [min],Last value,Id")
	head("col=change", "Site,Kind,State,vs last week [%],Id")
	list, known := b.get("/sites?col=peak&col=age").body, 0
	for _, row := range rows[1:] {
		peak, err := strconv.ParseFloat(row[9], 64)
		if err != nil {
			continue
		}
		known++
		if want := `class="number c-peak">` + locale.For(locale.English).Quantity(peak, "kW"); !strings.Contains(list, want) {
			t.Errorf("%s has a peak of %s, which the list does not show", row[0], row[9])
		}
	}
	if known < 6 {
		t.Errorf("%d peaks", known)
	}
	at := 0
	for _, name := range templates.SiteColumns() {
		i := slices.IndexFunc(siteFile[at:], func(c fileColumn) bool { return c.of == name })
		if i < 0 && name != "course" {
			t.Errorf("%s is missing, or not where the list has it", name)
		}
		at += max(i, 0)
	}
}

func TestFileNames(t *testing.T) {
	t.Parallel()
	for in, want := range map[string]string{"Électricité \"x\"\r\n": "electricite-x", "../../etc/passwd": "etc-passwd", "": "data", "日本": "data", strings.Repeat("ab ", 50): strings.TrimSuffix(strings.Repeat("ab-", 20), "-")} {
		if got := plainName(in); got != want {
			t.Errorf("plainName(%q) = %q, want %q", in, got, want)
		}
	}
}
