package datahub

import (
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

const (
	siteJSON = `{"id":7,"name":"Depot","typeId":15,"street":"Kaai 1","postalCode":"8000","city":"Brugge","country":"Belgium",
		"timeZoneId":"Romance Standard Time","location":{"latitude":51.2,"longitude":3.2},"clientData":{"F":{"G":{"Area":12.5}}}}`
	sourceJSON = `{"id":8,"siteId":7,"name":"Main","siteName":"Depot","serialNumber":"S1","meterNumber":"M1","eanNumber":"5414","sourceTypeId":72,
		"energyTypeId":1,"energyUsageId":3,"timeZoneId":"UTC","description":"d","localisation":"l","tags":["a","b"],"clientData":{}}`
	variableJSON = `{"id":9,"sourceId":8,"name":"Power","variableTypeId":25,"unitId":4,"granularity":15,"granularityTimeBase":"Minute",
		"quantityType":"Averaged","aggregate":"AVG","mappingConfig":"m","isDefault":true,"calculated":{"id":9}}`
)

var (
	site = Site{ID: 7, Name: "Depot", TypeID: 15, Street: "Kaai 1", PostalCode: "8000", City: "Brugge", Country: "Belgium",
		TimeZoneID: "Romance Standard Time", Location: &Location{Lat: 51.2, Lon: 3.2}, ClientData: ClientData{"F": {"G": {"Area": 12.5}}}}
	source = Source{ID: 8, SiteID: 7, Name: "Main", SiteName: "Depot", SerialNumber: "S1", MeterNumber: "M1", EANNumber: "5414", SourceTypeID: 72,
		EnergyTypeID: 1, EnergyUsageID: 3, TimeZoneID: "UTC", Description: "d", Localisation: "l", Tags: []string{"a", "b"}, ClientData: ClientData{}}
	variableOf9 = Variable{ID: 9, SourceID: 8, Name: "Power", VariableTypeID: 25, UnitID: 4, Step: Step{15, Minute}, QuantityType: Averaged,
		Aggregate: Avg, MappingConfig: "m", IsDefault: true, Calculated: true}
)

// read gives an answer to the method that reads it.
func read(t *testing.T, path, body string) (any, error) {
	t.Helper()
	c := newClient(t, says(body))
	switch path {
	case pathSites:
		return c.Sites(t.Context(), SiteQuery{})
	case pathSources:
		return c.Sources(t.Context(), SourceQuery{})
	case pathVariables:
		return c.Variables(t.Context(), VariableQuery{})
	case pathUnits:
		return c.Units(t.Context())
	case pathUser:
		return c.User(t.Context())
	case pathAccount:
		return c.Account(t.Context())
	}
	return c.EnergyTypes(t.Context())
}

func TestEntities(t *testing.T) {
	t.Parallel()
	pascal := strings.NewReplacer(`"id"`, `"Id"`, `"siteId"`, `"SITEID"`, `"name"`, `"Name"`, `"eanNumber"`, `"EanNumber"`)
	for _, c := range []struct {
		name, path, body string
		want             any
	}{
		{"site", pathSites, "[" + siteJSON + "]", []Site{site}},
		{"a single object", pathSites, siteJSON, []Site{site}},
		{"byte order mark", pathSites, "\ufeff [" + siteJSON + "] ", []Site{site}},
		{"null for a list", pathSites, "null", []Site(nil)},
		{"names in another case", pathSources, pascal.Replace("[" + sourceJSON + "]"), []Source{source}},
		{"source", pathSources, "[" + sourceJSON + "]", []Source{source}},
		{"variable", pathVariables, "[" + variableJSON + "]", []Variable{variableOf9}},
		{"enumerations as numbers", pathVariables, `[{"id":1,"granularity":"1","granularityTimeBase":3,"quantityType":"2","aggregate":"7"}]`,
			[]Variable{{ID: 1, Step: Step{1, Hour}, QuantityType: Integrated, Aggregate: StdDev}}},
		{"enumerations in any case", pathVariables, `[{"id":1,"granularity":1.0,"granularityTimeBase":"DAY","quantityType":"cumulative","aggregate":"stdev"}]`,
			[]Variable{{ID: 1, Step: Step{1, Day}, QuantityType: Cumulative, Aggregate: StdDev}}},
		{"enumerations that are new", pathVariables, `[{"id":1,"granularity":1,"granularityTimeBase":"Decade","quantityType":99,"aggregate":"Median"}]`,
			[]Variable{{ID: 1, Step: Step{1, unknownPeriod}, QuantityType: 99}}},
		{"no step without a period", pathVariables, `[{"id":1,"granularity":15}]`, []Variable{{ID: 1}}},
		{"not calculated", pathVariables, `[{"id":1,"calculated":{}},{"id":2,"calculated":null},{"id":3,"calculated":[]}]`, []Variable{{ID: 1}, {ID: 2}, {ID: 3}}},
		{"ids as texts, of 64 bits", pathSources, `[{"id":"9007199254740993","siteId":"9223372036854775807"}]`, []Source{{ID: 9007199254740993, SiteID: 9223372036854775807}}},
		{"texts as numbers", pathSources, `[{"id":1,"serialNumber":12345678901234567890}]`, []Source{{ID: 1, SerialNumber: "12345678901234567890"}}},
		{"the last of two members counts", pathSites, `[{"id":1,"name":"a","NAME":"b"}]`, []Site{{ID: 1, Name: "b"}}},
		{"extras", pathSites, `[{"id":1,"x":{"id":2,"deep":[[[{}]]]},"y":"\"}]"}]`, []Site{{ID: 1}}},
		{"a place that is none", pathSites, `[{"id":1,"location":{"latitude":91,"longitude":0}},{"id":2,"location":"here"},{"id":3,"location":{"lat":"1","lng":2}}]`,
			[]Site{{ID: 1}, {ID: 2}, {ID: 3, Location: &Location{1, 2}}}},
		{"forms that are none", pathSites, `[{"id":1,"clientData":{"A":7,"B":{"C":"x","D":{"e":true}}}}]`, []Site{{ID: 1, ClientData: ClientData{"B": {"D": {"e": true}}}}}},
		{"unit zero", pathUnits, `[{"id":0,"name":"none"},{"id":7,"name":"Wh","symbol":"Wh","divisor":"0.001","offset":0,"parentId":8,"unitFamilyId":2}]`,
			[]Unit{{Name: "none"}, {ID: 7, Name: "Wh", Symbol: "Wh", Divisor: 0.001, ParentID: 8, FamilyID: 2}}},
		{"names", pathEnergyTypes, `[{"id":0,"name":"Solar"},{"id":1,"name":"Electricity"}]`, []Named{{0, "Solar"}, {1, "Electricity"}}},
		{"user", pathUser, `{"id":"ab-1","name":"N","email":"e@x"}`, User{"ab-1", "N", "e@x"}},
		{"account", pathAccount, `{"id":101,"name":"N"}`, Account{101, "N"}},
	} {
		got, err := read(t, c.path, c.body)
		if err != nil {
			t.Errorf("%s: %v", c.name, err)
		} else if d := cmp.Diff(c.want, got); d != "" {
			t.Errorf("%s (-want +got):\n%s", c.name, d)
		}
	}
}

func TestListsRefuse(t *testing.T) {
	t.Parallel()
	for _, body := range []string{
		``, ` `, `7`, `"x"`, `true`, `nul`, `[`, `[{"id":1}`, `[{"id":1},]`, `[{"id":1}]x`, `[{"id":1}][]`, `[{"id":1} {"id":2}]`, `[{"id":1,}]`, `[{id:1}]`, `[{'id':1}]`,
		`[{"id":01}]`, `[{"id":1,"name":"` + "\xff" + `"}]`, `[{"id":1,"name":"` + "\n" + `"}]`, `[{"id":1,"name":"\x"}]`, `[{"id":1,"x":NaN}]`, `[{"id":1,"x":1e400}]`, "\xff\xfe[\x00]\x00",
		`{"message":"an error with status 200"}`, `[{"name":"no id"}]`, `[null]`, `[7]`, `[{"id":0}]`, `[{"id":-1}]`, `[{"id":1.5}]`, `[{"id":true}]`, `[{"id":99999999999999999999}]`,
		strings.Repeat("[", 10_000), `[{"id":1,"x":` + strings.Repeat("[", 100) + strings.Repeat("]", 100) + `}]`, `[{"id":1,"x":` + strings.Repeat(`{"a":`, 10_000),
	} {
		if sites, err := read(t, pathSites, body); !errors.Is(err, ErrMalformed) {
			t.Errorf("Sites of %.60q = %v, %v, want ErrMalformed", body, sites, err)
		}
	}
}

// TestR22SchemaDrift leaves out each member, makes it null, and gives it each other type: the item beside it must be read, and the
// item itself either without the member or not at all, which is reported.
func TestR22SchemaDrift(t *testing.T) {
	t.Parallel()
	for path, sample := range map[string]string{pathSites: siteJSON, pathSources: sourceJSON, pathVariables: variableJSON} {
		var members map[string]json.RawMessage
		if err := json.Unmarshal([]byte(sample), &members); err != nil {
			t.Fatal(err)
		}
		for member := range members {
			for _, value := range []string{"", "null", `"text"`, "7", "-1.5", "true", "[]", "{}", `[{"a":1}]`, `{"a":{"b":[]}}`} {
				changed := map[string]json.RawMessage{}
				for k, v := range members {
					changed[k] = v
				}
				if changed[member] = json.RawMessage(value); value == "" {
					delete(changed, member)
				}
				item, _ := json.Marshal(changed)
				skipped := 0
				c := newClient(t, says(fmt.Sprintf(`[%s,{"id":1000}]`, item)), func(c *Config) { c.Skipped = func(string, error) { skipped++ } })
				n, last, err := count(t, c, path)
				if err != nil || n+skipped != 2 || last != 1000 {
					t.Errorf("%s with %s = %s: %d items, %d skipped, last %d, %v", path, member, value, n, skipped, last, err)
				}
				if (value == "" || value == "null") && member != "id" && n != 2 {
					t.Errorf("%s without %s is skipped", path, member)
				}
			}
		}
	}
}

func count(t *testing.T, c *Client, path string) (n int, last int64, err error) {
	switch path {
	case pathSites:
		items, err := c.Sites(t.Context(), SiteQuery{})
		return len(items), int64(items[len(items)-1].ID), err
	case pathSources:
		items, err := c.Sources(t.Context(), SourceQuery{})
		return len(items), int64(items[len(items)-1].ID), err
	}
	items, err := c.Variables(t.Context(), VariableQuery{})
	return len(items), int64(items[len(items)-1].ID), err
}

// catalogue answers lists with n items, as a Data Hub that knows ids and pages does.
type catalogue struct {
	n, cap  int // items; most on a page, 0 for any number
	total   bool
	noPages bool
	queries []map[string][]string
}

func (l *catalogue) RoundTrip(r *http.Request) (*http.Response, error) {
	q := r.URL.Query()
	l.queries = append(l.queries, q)
	want := map[string]bool{}
	for _, name := range []string{"ids", "siteIds", "id"} {
		for _, id := range q[name] {
			want[id] = true
		}
	}
	var items []string
	for i := 1; i <= l.n; i++ {
		if len(want) == 0 || want[strconv.Itoa(i)] {
			items = append(items, fmt.Sprintf(`{"id":%d}`, i))
		}
	}
	all := len(items)
	page, _ := strconv.Atoi(q.Get("paging.pageNumber"))
	size, _ := strconv.Atoi(q.Get("paging.itemsPerPage"))
	if size == 0 || l.cap > 0 && size > l.cap {
		size = max(l.cap, 0)
	}
	if l.noPages {
		page = 0
	}
	if size > 0 {
		items = items[min(page*size, all):min((page+1)*size, all)]
	}
	resp := answer(200, "["+strings.Join(items, ",")+"]")
	if l.total {
		resp.Header.Set("X-Total-Count", strconv.Itoa(all))
	}
	return resp, nil
}

func TestPagesAreReadToTheEnd(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name      string
		hub       catalogue
		want      int
		mostCalls int
	}{
		{"whole", catalogue{n: 1200, total: true}, 1200, 1},
		{"no count", catalogue{n: 1200}, 1200, 1},
		{"pages of 500", catalogue{n: 1200, cap: 500, total: true}, 1200, 4},
		{"smaller pages than asked for", catalogue{n: 1200, cap: 100, total: true}, 1200, 13},
		{"always the first page", catalogue{n: 1200, cap: 500, total: true, noPages: true}, 500, 3},
		{"empty", catalogue{total: true}, 0, 1},
	} {
		sites, err := newClient(t, &c.hub).Sites(t.Context(), SiteQuery{})
		seen := map[SiteID]bool{}
		for _, s := range sites {
			seen[s.ID] = true
		}
		if err != nil || len(sites) != c.want || len(seen) != c.want || len(c.hub.queries) > c.mostCalls {
			t.Errorf("%s: %d sites, %d different, in %d calls, %v, want %d in at most %d", c.name, len(sites), len(seen), len(c.hub.queries), err, c.want, c.mostCalls)
		}
	}
}

func TestIDsAreSplit(t *testing.T) {
	t.Parallel()
	var ids []SourceID
	for i := range 250 {
		ids = append(ids, SourceID(i+1))
	}
	hub := &catalogue{n: 240}
	sources, err := newClient(t, hub).Sources(t.Context(), SourceQuery{IDs: ids})
	if err != nil || len(sources) != 240 || len(hub.queries) != 3 {
		t.Errorf("%d sources in %d calls, %v, want 240 in 3", len(sources), len(hub.queries), err)
	}
	for _, q := range hub.queries {
		if len(q["ids"]) > idsPerCall {
			t.Errorf("%d ids in one call", len(q["ids"]))
		}
	}
}

// TestUnknownParametersAreNoDanger asks a Data Hub that ignores every parameter.
func TestUnknownParametersAreNoDanger(t *testing.T) {
	t.Parallel()
	c := newClient(t, says(`[{"id":1,"siteId":1,"sourceId":1},{"id":2,"siteId":2,"sourceId":2},{"id":3,"siteId":2,"sourceId":2}]`))
	if s, err := c.Site(t.Context(), 2); err != nil || s.ID != 2 {
		t.Errorf("Site(2) = %v, %v", s.ID, err)
	}
	if s, err := c.Site(t.Context(), 9); !errors.Is(err, ErrNotFound) {
		t.Errorf("Site(9) = %v, %v, want ErrNotFound", s.ID, err)
	}
	if s, err := c.Sources(t.Context(), SourceQuery{Site: 2}); err != nil || len(s) != 2 {
		t.Errorf("Sources of site 2 = %v, %v", s, err)
	}
	if v, err := c.Variables(t.Context(), VariableQuery{Source: 1}); err != nil || len(v) != 1 || v[0].ID != 1 {
		t.Errorf("Variables of source 1 = %v, %v", v, err)
	}
	if v, err := c.Variables(t.Context(), VariableQuery{IDs: []VariableID{3, 1}}); err != nil || len(v) != 2 || v[0].ID != 3 || v[1].ID != 1 {
		t.Errorf("Variables 3 and 1 = %v, %v", v, err)
	}
	if v, err := c.Variable(t.Context(), 3); err != nil || v.ID != 3 {
		t.Errorf("Variable(3) = %v, %v", v.ID, err)
	}
}

func TestSkippedIsTold(t *testing.T) {
	t.Parallel()
	var told []string
	c := newClient(t, says(`[{"id":1},{"id":{}},null,{"id":2}]`), func(c *Config) {
		c.Skipped = func(path string, err error) { told = append(told, fmt.Sprint(path, " ", err != nil)) }
	})
	sites, err := c.Sites(t.Context(), SiteQuery{})
	if want := []string{"/sites true", "/sites true"}; err != nil || len(sites) != 2 || cmp.Diff(want, told) != "" {
		t.Errorf("%d sites, told %v, %v", len(sites), told, err)
	}
}

func TestSteps(t *testing.T) {
	t.Parallel()
	for step, want := range map[Step]time.Duration{
		{15, Minute}: 15 * time.Minute, {1, Hour}: time.Hour, {0.5, Hour}: 30 * time.Minute, {1, Week}: 168 * time.Hour, {1, Month}: 0, {1, Year}: 0,
		{}: 0, {-1, Hour}: 0, {1e300, Hour}: 0, {1, unknownPeriod}: 0, {250, Millisecond}: 250 * time.Millisecond,
	} {
		if got := step.Duration(); got != want {
			t.Errorf("%v.Duration() = %v, want %v", step, got, want)
		}
	}
}

func TestEnumerationsNumberTheirWords(t *testing.T) {
	t.Parallel()
	for got, want := range map[string]string{
		fmt.Sprintf("%d %v", GranularityHour, GranularityHour): "2 Hour", fmt.Sprintf("%d %v", GranularityWeek, GranularityWeek): "7 Week", fmt.Sprintf("%d %v", Hour, Hour): "3 Hour",
		fmt.Sprintf("%d %v", Week, Week): "5 Week", fmt.Sprintf("%d %v", Year, Year): "7 Year", fmt.Sprintf("%d %v", StdDev, StdDev): "7 StDev", fmt.Sprintf("%d %v", Avg, Avg): "4 Avg",
		fmt.Sprintf("%d %v", Averaged, Averaged): "6 Averaged", fmt.Sprintf("%v %v", Aggregate(0), Granularity(12)): " 12",
	} {
		if got != want {
			t.Errorf("got %q, want %q", got, want)
		}
	}
	for word, want := range map[string]Aggregate{"sum": Sum, "AVG": Avg, "average": Avg, "stdev": StdDev, "StdDev": StdDev, "variance": Variance, "Minimum": Min, "": 0, "median": 0} {
		var got Aggregate
		if err := got.UnmarshalJSON(fmt.Appendf(nil, "%q", word)); got != want || err != nil {
			t.Errorf("the aggregate %q is %v, %v, want %v", word, got, err, want)
		}
	}
}

func TestClientDataField(t *testing.T) {
	t.Parallel()
	d := ClientData{"B": {"G": {"area": 2.0}}, "A": {"H": {"Area": 1.0}, "G": {"x": 0.0}}}
	for range 20 {
		if v, ok := d.Field("AREA"); !ok || v != 1.0 {
			t.Fatalf("Field(AREA) = %v, %v, want the one of form A", v, ok)
		}
	}
	if _, ok := d.Field("none"); ok {
		t.Error("Field(none) is there")
	}
}
