package hub

import (
	"net/http"
	"slices"
	"strconv"
	"strings"
	"testing"
)

// TestOfficialClients replays the reads of the platform's known clients, as they write them, with what their code would break on.
func TestOfficialClients(t *testing.T) {
	t.Parallel()
	h := newHub(Config{})
	jsonType := []string{"Content-Type", "application/json"}
	version := []string{"X-Opisense-Api-Version", "1.0"}
	for _, tt := range []struct {
		client, method, target, body string
		header                       []string
		want                         int      // elements; -1 for an object
		members                      []string // of the first element, or of the object
	}{
		{"python 1", "GET", "/sources?siteId=204488&displayLevel=Site", "", jsonType, 5, []string{"id", "siteName", "name", "serialNumber", "clientData"}},
		{"python 1", "GET", "//sources?siteId=204488", "", jsonType, 5, []string{"id"}},
		{"python 1, duplicator", "GET", "/variables?sourceId=6044881&displayLevel=Verbose", "", jsonType, 10, []string{"id", "name", "mappingConfig"}},
		{"python 1, duplicator", "GET", "/sites?siteIds=204488&displayLevel=VerboseSite", "", jsonType, 1, []string{"id", "name"}},
		{"python 2", "GET", "/sources?DisplayLevel=Light", "", []string{"x-total-count", "true"}, 47, []string{"id", "name"}},
		{"python 3", "POST", "/data", `{"VariableIds":[80101]}`, jsonType, -2, []string{"date", "rawValue"}},
		{"opisense_client", "GET", "/account?", "", nil, -1, []string{"id", "name"}},
		{"opisense_client", "GET", "//sites?", "", nil, 12, []string{"id"}},
		{"opisense_client", "GET", "//data?variableId=80101&from=2026-11-22T11:45:00", "", nil, 5, []string{"date", "variableId", "rawValue"}},
		{"opisense_client", "GET", "/data?granularity=Hour&from=2026-11-22T10:00:00&to=2026-11-22T11:00:00&variableId=80101", "", nil, 1, []string{"sumValue"}},
		{".NET console", "GET", "/sites?displayLevel=site", "", version, 12, []string{"id", "name", "typeId", "timeZoneId", "clientData"}},
		{".NET console", "GET", "/sources?displayLevel=site&siteId=204481", "", version, 4, []string{"id", "siteId", "sourceTypeId", "energyTypeId"}},
		{".NET console", "GET", "/variables/source/6044811", "", version, 6, []string{"id", "sourceId", "unitId", "granularity", "quantityType"}},
		{".NET console", "GET", "/variableTypes", "", version, 6, []string{"id", "name", "aggregate"}},
		{".NET console", "GET", "/sources?displayLevel=verbose&customFilter=Name%20like%20%27gas%27", "", version, 5, []string{"id", "clientData"}},
		{".NET console", "GET", "/sources?displayLevel=verbose&customFilter=inverters", "", version, 1, []string{"id"}},
		{".NET console", "GET", "/data?displayLevel=ValueVariableDate&granularity=2&variableId=80101&aggregation=3&from=2026-11-22", "", version, 13, []string{"maxValue"}},
		{".NET console", "GET", "/variables?displayLevel=verbose&id=80109", "", version, 1, []string{"id", "calculated"}},
		{"web template", "GET", "/sources?paging.pageNumber=0&paging.itemsPerPage=20&displayLevel=verbose", "", []string{"Cookie", "a=b"}, 20, []string{"id"}},
		{"web template", "GET", "/variables?sourceId=6044811", "", nil, 6, []string{"id"}},
		{"web template", "GET", "/data?displayLevel=ValueVariableDate&paging.pageNumber=0&paging.itemsPerPage=5&variableId=80101&granularity=raw&pagingOrder=DESC", "", nil, 5,
			[]string{"date", "variableId", "rawValue", "unitId"}},
		{"customizer", "GET", "/sites?displayLevel=VerboseSite&sourceIds=6044811&sourceIds=6044812&sourceIds=6044821", "", nil, 2, []string{"clientData"}},
		{"customizer", "GET", "/accounts/101", "", nil, -1, []string{"sources"}},
		{"customizer", "GET", "/sources?displayLevel=Site&siteId=204481&customFilter=EanNumber%3d549999990000010019", "", nil, 1, []string{"siteId", "energyTypeId", "clientData"}},
		{"customizer", "GET", "/variables?displayLevel=Normal&sourceIds=6044811&sourceIds=6044812", "", nil, 7, []string{"sourceId"}},
		{"R", "GET", "/sources/?siteId=204481", "", []string{"Accept", "application/json", "X-Opisense-Api-Version", "1.1"}, 4, []string{"id"}},
		{"R", "GET", "/sources?ids=1&ids=2&ids=3", "", nil, 0, nil},
		{"embixtools", "GET", "/sources?sourcesFilter.displayLevel=Site", "{}", jsonType, 47, []string{"siteName"}},
		{"embixtools", "GET", "/data?filter.variableId=80101&filter.from=2026-11-22&filter.to=2026-11-22T01:00:00&filter.granularity=raw&filter.displayLevel=ValueVariableDate" +
			"&filter.includeToBoundary=True", "{}", jsonType, 5, []string{"date", "rawValue"}},
		{"US West scripts", "GET", "/data?VariableId=80101&From=2026-11-22%2000:00:00&To=2026-11-22%2001:00:00&TimeZoneID=Central%20Standard%20Time", "", nil, 4, []string{"date", "rawValue"}},
		{"older building script", "GET", "/user/info", "", nil, -1, []string{"id"}},
	} {
		w := ask(t, h, tt.method, tt.target, tt.body, tt.header...)
		if w.Code != http.StatusOK {
			t.Errorf("%s: %s %s = %d %s", tt.client, tt.method, tt.target, w.Code, w.Body)
			continue
		}
		var first entity
		if tt.want == -1 {
			first = decode[entity](t, w)
		} else if list := decode[[]entity](t, w); tt.want >= 0 && len(list) != tt.want {
			t.Errorf("%s: %s has %d elements, want %d", tt.client, tt.target, len(list), tt.want)
		} else if len(list) > 0 {
			first = list[0]
		}
		for _, member := range tt.members {
			if first[member] == nil {
				t.Errorf("%s: %s lacks %s in %v", tt.client, tt.target, member, first)
			}
		}
	}
}

// TestThousandLists is the official connector's parallel test: all ids of a range in lists of a hundred; unknown ones are left out.
func TestThousandLists(t *testing.T) {
	t.Parallel()
	h := newHub(Config{})
	found := []int{}
	for from := 6_040_000; from < 6_050_000; from += 100 {
		var ids []string
		for id := range 100 {
			ids = append(ids, "ids="+strconv.Itoa(from+id))
		}
		found = append(found, idsOf(get[[]entity](t, h, "/sources?"+strings.Join(ids, "&")))...)
	}
	if want := idsOf(get[[]entity](t, h, "/sources")); !slices.Equal(found, want) {
		t.Errorf("lists find %d sources, want %d", len(found), len(want))
	}
}

// TestAccountSwitch is the connector's test of accounts: the same request under two of them.
func TestAccountSwitch(t *testing.T) {
	t.Parallel()
	h := newHub(Config{})
	if n := len(get[[]entity](t, h, "/sources?siteId=204601", "Authorization", "Bearer other")); n != 4 {
		t.Errorf("account 102 sees %d sources of its site, want 4", n)
	}
	if n := len(get[[]entity](t, h, "/sources?siteId=204601")); n != 0 {
		t.Errorf("account 101 sees %d sources of it, want none", n)
	}
}
