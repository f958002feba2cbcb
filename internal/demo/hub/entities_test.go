package hub

import (
	"fmt"
	"maps"
	"net/http"
	"slices"
	"strings"
	"testing"
)

// entity is a decoded object.
type entity = map[string]any

// ids are the ids of a list.
func idsOf(list []entity) []int {
	found := []int{}
	for _, e := range list {
		found = append(found, int(e["id"].(float64)))
	}
	return found
}

func TestAccount(t *testing.T) {
	t.Parallel()
	h := newHub(Config{})
	if a := get[entity](t, h, "/account"); a["id"] != 101.0 || a["name"] != "Noordzee Energie" {
		t.Errorf("account %v", a)
	}
	if a := get[entity](t, h, "/account", "Authorization", "Bearer other"); a["id"] != 102.0 || a["name"] != "Meuse Services" {
		t.Errorf("account %v", a)
	}
	if a := get[entity](t, h, "/accounts/101"); len(a["sources"].([]any)) != len(get[[]entity](t, h, "/sources")) {
		t.Errorf("account with %v", a["sources"])
	}
	if w := ask(t, h, "GET", "/accounts/102", ""); w.Code != http.StatusNotFound {
		t.Errorf("another account by id = %d, want 404", w.Code)
	}
	if u := get[entity](t, h, "/user/info"); u["id"] != "ann" {
		t.Errorf("user %v", u)
	}
}

func TestLists(t *testing.T) {
	t.Parallel()
	h := newHub(Config{})
	for _, tt := range []struct {
		target string
		want   int
	}{
		{"/sites", 12},
		{"/sites?siteIds=204481&siteIds=204483&siteIds=204601&siteIds=5", 2},
		{"/sites?sourceIds=6044811&sourceIds=6044812&sourceIds=6044821", 2},
		{"/sites?sourceIds=6046011", 0},
		{"/sites?paging.itemsPerPage=5", 5},
		{"/sites?paging.itemsPerPage=5&paging.pageNumber=2", 2},
		{"/sites?paging.itemsPerPage=5&paging.pageNumber=3", 0},
		{"/sites?itemsPerPage=9000000000000000000&pageNumber=9000000000000000000", 0},
		{"/sites?unknown=1&displayLevel=whatever", 12},
		{"/sources?siteId=204481", 4},
		{"/sources?SITEID=204481", 4},
		{"/sources?siteId=204601", 0},
		{"/sources?ids=6044811&ids=400000&ids=499999", 1},
		{"/sources?id=6044811", 1},
		{"/sources?name=gas+meter", 5},
		{"/sources?sourceTypeId=50", 0},
		{"/variables", 344},
		{"/variables?sourceId=6044811", 6},
		{"/variables?sourceIds=6044811&sourceIds=6044812", 7},
		{"/variables?siteId=204481", 12},
		{"/variables?id=10101", 1},
		{"/variables?id=10101&id=10102&id=130101", 2},
		{"/variables/source/6044811", 6},
		{"/variables/source/6046011", 0},
	} {
		if got := get[[]entity](t, h, tt.target); len(got) != tt.want || !slices.IsSorted(idsOf(got)) {
			t.Errorf("GET %s has %d elements, want %d, ascending by id", tt.target, len(got), tt.want)
		}
	}
	for token, want := range map[string]int{"other": 3, "nowhere": 0} {
		if got := get[[]entity](t, h, "/sites", "Authorization", "Bearer "+token); len(got) != want {
			t.Errorf("token %s sees %d sites, want %d", token, len(got), want)
		}
	}
}

func TestForeignIDs(t *testing.T) {
	t.Parallel()
	h := newHub(Config{})
	for _, target := range []string{"/sites/204601", "/sites/1", "/sites/x", "/sources/6046011", "/sources/1", "/sources/6046011/variables/130101",
		"/sources/6044812/variables/10101", "/sources/6044811/variables/1", "/variables/130101/statistics?threshold=1"} {
		if w := ask(t, h, "GET", target, ""); w.Code != http.StatusNotFound {
			t.Errorf("GET %s = %d, want 404", target, w.Code)
		}
	}
}

func TestBadParameters(t *testing.T) {
	t.Parallel()
	h := newHub(Config{})
	for _, target := range []string{"/sites?siteIds=x", "/sites?sourceIds=1.5", "/sources?ids=", "/variables?sourceIds=1,2", "/sites?itemsPerPage=0",
		"/sites?itemsPerPage=a", "/sites?itemsPerPage=5&pageNumber=-1", "/sites?customFilter=(Name", "/variables/source/x"} {
		w := ask(t, h, "GET", target, "")
		body := decode[entity](t, w)
		if w.Code != http.StatusBadRequest || body["message"] == "" || len(body["modelState"].(entity)) != 1 {
			t.Errorf("GET %s = %d %v, want 400 with a message and the parameter's name", target, w.Code, body)
		}
	}
}

func TestTotalCount(t *testing.T) {
	t.Parallel()
	h := newHub(Config{})
	w := ask(t, h, "GET", "/sources?displayLevel=Light&itemsPerPage=3", "", "x-total-count", "true")
	if got := w.Header().Get("X-Total-Count"); got != fmt.Sprint(len(get[[]entity](t, h, "/sources"))) {
		t.Errorf("X-Total-Count = %q", got)
	}
	if got := ask(t, h, "GET", "/sources", "").Header().Get("X-Total-Count"); got != "" {
		t.Errorf("X-Total-Count = %q without being asked for", got)
	}
}

func TestDisplayLevels(t *testing.T) {
	t.Parallel()
	h := newHub(Config{})
	site := "city country id location name postalCode street timeZoneId typeId"
	source := "eanNumber energyTypeId energyUsageId id meterNumber name serialNumber siteId sourceTypeId tags timeZoneId"
	variable := "aggregate divider granularity granularityTimeBase id isDefault mappingConfig name quantityType sourceId unitId variableTypeId"
	for _, tt := range []struct{ target, want string }{
		{"/sites?displayLevel=light", "id name"},
		{"/sites?", site},
		{"/sites?displayLevel=Normal", site},
		{"/sites?displayLevel=what", site},
		{"/sites?DisplayLevel=VERBOSESITE", site + " clientData"},
		{"/sources?displayLevel=Light", "id name"},
		{"/sources?displayLevel=Normal", source},
		{"/sources?sourcesFilter.displayLevel=Site", source + " siteName clientData"},
		{"/sources?displayLevel=verbose", source + " clientData"},
		{"/sources?displayLevel=VerboseSite", source + " siteName clientData"},
		{"/variables?displayLevel=Normal", variable},
		{"/variables?displayLevel=Verbose", variable},
		{"/variables?displayLevel=Site", variable + " siteId siteName"},
	} {
		first := get[[]entity](t, h, tt.target)[0]
		want := strings.Fields(tt.want)
		slices.Sort(want)
		if got := slices.Sorted(maps.Keys(first)); !slices.Equal(got, want) {
			t.Errorf("GET %s has members %q, want %q", tt.target, got, want)
		}
	}
	if s := get[entity](t, h, "/sources/6044811"); s["siteName"] != "Kouter Offices" || s["clientData"] == nil {
		t.Errorf("a source by id is %v, want everything", s)
	}
	sensors := get[[]entity](t, h, "/sources?siteId=204481&name=Indoor+climate")[0]
	if _, ok := sensors["eanNumber"]; ok {
		t.Errorf("a source without EAN has the member: %v", sensors)
	}
}

func TestSite(t *testing.T) {
	t.Parallel()
	s := get[entity](t, newHub(Config{}), "/sites/204486")
	place, form := s["location"].(entity), s["clientData"].(entity)["SITE_FORM"].(entity)["Building"].(entity)
	if s["name"] != "Cold store Meuse" || s["city"] != "Liège" || s["timeZoneId"] != "Romance Standard Time" || place["latitude"] != 50.6451 ||
		place["longitude"] != 5.5734 || form["FloorArea"] != 6400.0 || form["Kind"] != "Cold storage" {
		t.Errorf("site %v", s)
	}
}

func TestVariable(t *testing.T) {
	t.Parallel()
	h := newHub(Config{})
	v := get[entity](t, h, "/sources/6044811/variables/10101")
	if v["name"] != "Electricity" || v["unitId"] != 8.0 || v["granularity"] != 15.0 || v["granularityTimeBase"] != "Minute" || v["quantityType"] != "Integrated" ||
		v["aggregate"] != "SUM" || v["isDefault"] != true || v["mappingConfig"] != "v1" {
		t.Errorf("variable %v", v)
	}
	if _, ok := v["calculated"]; ok {
		t.Errorf("a measured variable is calculated: %v", v)
	}
	found := map[string]bool{}
	for _, v := range get[[]entity](t, h, "/variables?displayLevel=Verbose") {
		found[fmt.Sprint(v["granularity"], v["granularityTimeBase"])] = true
		if c, ok := v["calculated"].(entity); ok {
			formula := c["calculatedVariableFormulas"].([]any)[0].(entity)
			inputs := formula["variables"].([]any)
			if _, mapped := v["mappingConfig"]; mapped == (v["name"] == "PUE") || c["id"] != v["id"] || formula["entities"] == nil || len(inputs) == 0 {
				t.Errorf("calculated variable %v", v)
			}
			if in := inputs[0].(entity); in["periodTimeBase"] != 4.0 || in["alias"] != "a" {
				t.Errorf("input %v, want numbers for enumerations", in)
			}
			found["calculated"] = true
		}
	}
	for _, want := range []string{"1Minute", "5Minute", "15Minute", "1Hour", "1Day", "calculated"} {
		if !found[want] {
			t.Errorf("no variable is %s", want)
		}
	}
}

func TestReferenceLists(t *testing.T) {
	t.Parallel()
	h := newHub(Config{})
	for _, path := range []string{"/units", "/variableTypes", "/sitetypes", "/timezones", "/aggregates", "/unitFamily", "/energyTypes", "/granularity",
		"/sourceTypes", "/timePeriods", "/energyUsages", "/gatewayTypes", "/quantityTypes"} {
		for _, e := range get[[]entity](t, h, path) {
			if e["id"] == nil || e["name"] == "" {
				t.Errorf("GET %s has %v", path, e)
			}
		}
	}
	for _, tt := range []struct {
		path, name string
		id         float64
	}{{"/granularity", "Week", 7}, {"/timePeriods", "Week", 5}, {"/granularity", "Hour", 2}, {"/timePeriods", "Hour", 3}, {"/aggregates", "STDEV", 7},
		{"/units", "Kilowatt hour", 8}, {"/energyTypes", "Cold", 18}, {"/quantityTypes", "Averaged", 6}} {
		if !slices.ContainsFunc(get[[]entity](t, h, tt.path), func(e entity) bool { return e["id"] == tt.id && e["name"] == tt.name }) {
			t.Errorf("GET %s lacks %s with id %v", tt.path, tt.name, tt.id)
		}
	}
	if v := get[[]entity](t, h, "/variableTypes")[1]; v["aggregate"] != 3.0 {
		t.Errorf("variable type %v, want its aggregate as a number", v)
	}
}

func TestStatistics(t *testing.T) {
	t.Parallel()
	h := newHub(Config{})
	// The generator of Brugge is variable 80110; it runs for an hour on 2 June, 10:00 to 11:00.
	s := get[entity](t, h, "/variables/80110/statistics?from=2026-06-02&to=2026-06-03&threshold=420")
	want := entity{"samplesCount": 96.0, "aboveThresholdSamplesCount": 4.0, "belowThresholdSamplesCount": 92.0, "risingEdgesCount": 1.0, "fallingEdgesCount": 1.0,
		"aboveThresholdTotalDuration": 3600.0, "belowThresholdTotalDuration": 23*3600.0 - 900}
	if !maps.Equal(s, want) {
		t.Errorf("statistics %v, want %v", s, want)
	}
	for _, query := range []string{"", "threshold=x", "threshold=NaN", "threshold=1&from=x"} {
		if w := ask(t, h, "GET", "/variables/80110/statistics?"+query, ""); w.Code != http.StatusBadRequest {
			t.Errorf("statistics?%s = %d, want 400", query, w.Code)
		}
	}
}
