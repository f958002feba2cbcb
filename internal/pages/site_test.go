package pages

import (
	"io"
	"net/http"
	"net/http/httptest"
	"net/http/httputil"
	"net/url"
	"regexp"
	"strconv"
	"strings"
	"testing"
	"time"

	"portico/internal/datahub"
	"portico/internal/demo/fault"
	"portico/internal/locale"
)

func TestPagesOfASite(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	for path, texts := range map[string][]string{
		"/sites/204486":                        {"DEMO06002", "Power, yesterday and today", `href="/sites/204486/quality"`},
		"/sites/204486/sources":                {"DEMO06002", `aria-current="page"`},
		"/sites/204486/data":                   {"Compressors", "every 1\u00a0min"},
		"/sites/204486/alarms":                 {"Dock door left open", "Limits"},
		"/sites/204486/events?days=365":        {"1–100 of"},
		"/sites/204486/events?days=365&page=2": {"–200 of"},
		"/sites/204486/properties":             {"SITE_FORM", "FloorArea", "6"},
		"/sites/204486/files":                  {"Cold store procedure.txt", "Meters Liège.csv"},
		"/sites/204486/quality":                {"Expected and received", `data-day="full"`},
		"/sites/204486/data?page=9":            {"nothing on this page"},
	} {
		a := b.get(path)
		a.want(t, path, http.StatusOK, append(texts, "Cold store Meuse", `<nav class="tabs"`)...)
		if len(a.body) > 200_000 {
			t.Errorf("%s has %d bytes", path, len(a.body))
		}
	}
	b.get("/sites/204481").want(t, "a site with several meters", http.StatusOK, "Last 90 days, hour by hour", "/explore/carpet.png?s=", "Breakdown by meter", "Unmetered rest", "EAN")
	for path, status := range map[string]int{"/sites/0/alarms": 404, "/sites/987654/quality": 404, "/sites/204486/events?days=7": 400, "/sites/204486/quality?day=2026-02-30": 400, "/sites/204486/quality?from=x": 400, "/sites/204486/data?page=x": 400} {
		if a := b.get(path); a.status != status {
			t.Errorf("%s: %d, want %d", path, a.status, status)
		}
	}
}

func TestPagesAboutWhatTheDataHubKeeps(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	for path, texts := range map[string][]string{
		"/files": {"Tariff 2026.csv", "Cold store Meuse"}, "/files?q=tariff": {"Tariff 2026.csv", "1 file"}, "/groups": {"Wallonia", "Industry", "6"}, "/groups/13": {"Cold store Meuse", "5 sites"},
		"/forms": {"SITE_FORM", "FloorArea", "number", "Filled in for meters."}, "/quality": {"Cold store Meuse", "Late and silent meters"},
	} {
		b.get(path).want(t, path, http.StatusOK, texts...)
	}
	if a := b.get("/files?q=tariff"); strings.Contains(a.body, "Meters Liège.csv") {
		t.Error("a file that does not match is listed")
	}
	for path, status := range map[string]int{"/groups/987654": 404, "/groups/x": 404, "/files/nothing": 404, "/files?q=a&q=b": 400, "/quality?page=0": 400} {
		if a := b.get(path); a.status != status {
			t.Errorf("%s: %d, want %d", path, a.status, status)
		}
	}
}

// A form's fields say in words what they hold, by the Data Hub's own list; without it those have words whose numbers the platform publishes.
func TestFieldsOfFormsSayWhatTheyHold(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	b.lang = locale.French
	b.get("/forms").want(t, "forms", http.StatusOK, "<bdi>oui ou non</bdi>", "<bdi>choix</bdi>", "<bdi>nombre</bdi>", "<bdi>texte</bdi>")
	b = newBench(t)
	b.faults.Set(fault.Rule{Path: "/form/fieldTypes", Fault: fault.Fault{Status: http.StatusInternalServerError}})
	b.get("/forms").want(t, "forms without the list", http.StatusOK, "type 3", "<bdi>number</bdi>", "<bdi>text</bdi>")
	for name, c := range map[string]struct {
		field datahub.FormField
		want  string
	}{
		"another list's numbers":    {datahub.FormField{Type: 12}, "date"},
		"a name that is new":        {datahub.FormField{Type: 13}, "Colour"},
		"a number that is not told": {datahub.FormField{Type: 14}, "type 14"},
		"something to choose from":  {datahub.FormField{Type: 13, List: true}, "choice"},
	} {
		if got := fieldKind(c.field, map[int]string{12: "DATE", 13: "Colour"}, locale.For(locale.English)); got != c.want {
			t.Errorf("%s: %q, want %q", name, got, c.want)
		}
	}
}

// Each site says how many of its meters are late by their own steps: as many as are listed.
func TestLateMetersAreCounted(t *testing.T) {
	t.Parallel()
	silence := time.Date(2026, 11, 16, 14, 0, 0, 0, time.UTC) // of a meter in Namur
	b := benchAt(t, func() time.Time { return silence })
	b.now = silence
	a := b.get("/quality")
	a.want(t, "quality", http.StatusOK, "Late (2×)")
	_, rows, _ := strings.Cut(a.body, `class="matrix"`)
	rows, list, _ := strings.Cut(rows, ">Late and silent meters<")
	list, _, _ = strings.Cut(list, "</table>")
	counted := 0
	for _, m := range regexp.MustCompile(`(?s)/sites/(\d+)/quality"><bdi>.*?<td class="number">[^<]*</td><td class="number c-late">(\d+)</td>`).FindAllStringSubmatch(rows, -1) {
		n, _ := strconv.Atoi(m[2])
		if listed := strings.Count(list, `/sites/`+m[1]+`/quality"`); listed != n {
			t.Errorf("site %s has %d late meters, and %d are listed", m[1], n, listed)
		}
		counted += n
	}
	if counted == 0 {
		t.Error("no meter is late")
	}
	if a := b.get("/sites/204489/quality"); strings.Contains(a.body, "Late (2×)") {
		t.Error("a single meter is counted")
	}
}

// What is found says where it belongs; where nothing is, there is a way on.
func TestSearch(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	b.get("/search?q=cold").want(t, "search", http.StatusOK, "Cold store Meuse", "Data hall Initialis · Aisles\u00a0(°C)")
	b.get("/search?q=co2").want(t, "search without small digits", http.StatusOK, "CO₂")
	b.get("/search?q=zzz").want(t, "search for nothing", http.StatusOK, "0 results for “zzz”", "No name has all of these words.", `href="/sites"`)
}

// Tabs of the browser are named by what their pages show of which site.
func TestTitles(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	for path, title := range map[string]string{
		"/sites/204486": "Cold store Meuse", "/sites/204486/files": "Files · Cold store Meuse", "/sources/6044861": "Main electricity meter · Cold store Meuse", "/variables/60101": "Electricity · Cold store Meuse",
	} {
		b.get(path).want(t, path, http.StatusOK, "<title>"+title+" · Portico</title>")
	}
}

// Files are somebody's: browsers save them and never show them as a page of ours.
func TestFilesAreSaved(t *testing.T) {
	t.Parallel()
	a := newBench(t).get("/files/7001")
	if a.status != http.StatusOK || a.header.Get("Content-Type") != "application/octet-stream" || a.header.Get("Content-Disposition") != `attachment; filename="Tariff 2026.csv"` || !strings.HasPrefix(a.body, "component;unit;price") {
		t.Errorf("%d, %v, %.60q", a.status, a.header, a.body)
	}
	for name, want := range map[string]string{"../../etc/passwd": "_.._etc_passwd", "a\r\nb.csv": "a b.csv", "": "file", "con\u202efdp.exe": "confdp.exe", ".htaccess": "htaccess"} {
		if got := fileName(name); got != want {
			t.Errorf("fileName(%q) = %q, want %q", name, got, want)
		}
	}
}

// A file is passed on as it comes, however long it takes; when it is cut off, the browser knows that it has not all of it.
func TestFilesAreStreamed(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	to, err := url.Parse(b.address)
	if err != nil {
		t.Fatal(err)
	}
	data, read := httputil.NewSingleHostReverseProxy(to), make(chan struct{})
	between := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path != "/storage/file" {
			data.ServeHTTP(w, r)
			return
		}
		_, _ = w.Write(make([]byte, 64<<10))
		_ = http.NewResponseController(w).Flush()
		select {
		case <-read:
		case <-r.Context().Done():
		}
		panic(http.ErrAbortHandler)
	}))
	t.Cleanup(between.Close)
	if b.hub, err = datahub.New(datahub.Config{BaseURL: between.URL, Timeout: 10 * time.Second}); err != nil {
		t.Fatal(err)
	}
	mux := http.NewServeMux()
	mux.HandleFunc("GET /files/{file}", func(w http.ResponseWriter, r *http.Request) {
		if err := b.pages.file(w, b.request(w, r)); err != nil {
			t.Error(err)
		}
	})
	portal := httptest.NewServer(mux)
	t.Cleanup(portal.Close)
	resp, err := http.Get(portal.URL + "/files/7001")
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = resp.Body.Close() }()
	if _, err := io.ReadFull(resp.Body, make([]byte, 4<<10)); err != nil {
		t.Fatal(err)
	}
	close(read) // what came first is here before the rest was sent
	if _, err := io.Copy(io.Discard, resp.Body); err == nil || resp.Header.Get("Content-Disposition") == "" {
		t.Errorf("a file that was cut off ends well: %v, %v", err, resp.Header)
	}
}

// The faults of the demo's data are seen on the pages of data quality, by their words.
func TestFaultsOfDataAreSeen(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	b.now = time.Date(2026, 11, 26, 9, 0, 0, 0, time.UTC)
	b.get("/sites/204489/quality?day=2026-11-16").want(t, "the water meter of Namur", http.StatusOK, "19 of 24 values", "12:00–17:00 (5\u00a0h)", "79.2\u00a0% complete", `data-day="part"`)
	b.get("/sites/204488/quality?from=2025-10-20").want(t, "the gas meter of Brugge", http.StatusOK, "same value 72 h", `data-day="unchanging"`)
	b.get("/sites/204481/quality?from=2026-02-01").want(t, "the day without data in Gent", http.StatusOK, `data-day="missing"`)
	b.lang = locale.German
	b.get("/quality").want(t, "in German", http.StatusOK, "Datenqualität", "vollständig")
}

// Days and times of a site's pages are those of the zone that the person chose for all.
func TestSitesInAChosenZone(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	b.now = time.Date(2026, 11, 26, 9, 0, 0, 0, time.UTC)
	b.zone = time.FixedZone("Elsewhere/Zone", -5*3600)
	for _, path := range []string{"/overview", "/quality", "/sites/204489", "/sites/204489/quality"} {
		b.get(path).want(t, path, http.StatusOK, "Elsewhere/Zone")
	}
	b.get("/sites/204489/quality?day=2026-11-16").want(t, "a gap by another clock", http.StatusOK, "06:00–11:00 (5\u00a0h)")
}
