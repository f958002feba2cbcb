package hub

import (
	"maps"
	"net/http"
	"slices"
	"strings"
	"testing"
)

// TestNastyBodies sends what nobody should send to every route that takes a body: no answer is a 500, and nothing panics.
func TestNastyBodies(t *testing.T) {
	t.Parallel()
	bodies := []string{
		``, `null`, `[]`, `{}`, `7`, `"x"`, `[null]`, `[[]]`, `[{}]`, `{"a":`, `{} {}`, "\xff\xfe", strings.Repeat("[", 2000), `{"name":null,"siteId":null}`, `{"name":1,"siteId":"204481","variableId":"10101","sourceId":6044811,"setValue":"1"}`,
		`{"id":[],"name":{},"siteId":{},"tags":[{}],"clientData":[],"calculated":[[]],"groups":{},"sourceIds":[{}],"exceptions":{},"from":[],"kinds":[{}],"url":[]}`,
		`{"name":"","granularityTimeBase":"","quantityType":"","aggregate":"","type":"","kinds":[""],"contentType":"","entityType":"","tags":[""],"url":"","timeZoneId":""}`,
		`{"siteId":204481,"sourceIds":[6044811],"from":"2026-01-01","to":"9999-12-31","title":"x","typeId":99999999999}`, `{"siteId":1e400}`, `{"siteId":9007199254740993}`,
		`{"siteId":204481,"sourceId":6044811,"variableId":10101,"setValue":1,"exceptions":[1,null,{"from":1,"to":{}}],"scheduleConfig":{"scheduleId":[]},"granularity":1e300,"granularityTimeBase":"Year","frequencyType":"Rolling","notifications":[null]}`,
		`{"name":"x","granularity":-1,"granularityTimeBase":7,"calculated":{"":1,"calculatedVariableFormulas":[{"variables":[1,null,{"":{}}],"entities":{},"constants":"x"}]}}`,
		`[{"op":"replace","path":"","value":1},{"op":"add","path":"/","value":1},{"op":"remove","path":"/tags/9"}]`, `[{"op":"add","path":"/clientData/a/b/0/-","value":{"x":[]}},{"op":"move","from":"/clientData","path":"/clientData/a/b"}]`,
		`[{"op":"add","path":"/exceptions/-","value":null},{"op":"add","path":"/tags","value":{"a":1}}]`, `{"variableIds":[10101],"whatIf":"maybe"}`, `{"variableIds":{}}`,
		`[{"variableId":10101,"data":[null,{"date":null,"value":1},{"date":"9999-12-31T23:59:59.9999999","value":1},{"date":"0001-01-01T00:00:00+14:00","value":1}]}]`, `{"Data":[null,{}]}`, `{data:[{VariableId:10101,Date:'x'`,
	}
	tables := maps.Clone(routes())
	maps.Copy(tables, pushRoutes())
	fill := strings.NewReplacer("{id}", "204481", "{source}", "6044811", "{guid}", "0b2f5a11-2222-4ccc-8ddd-1234567890ab", "{of}", "site", "{part}", "statistics", "{size}", "5")
	h := newHub(Config{DropBadPoints: true, Password: password})
	t.Cleanup(h.Close)
	alarm, event := world.Alarms[0].ID, "1"
	for _, pattern := range slices.Sorted(maps.Keys(tables)) {
		method, path, _ := strings.Cut(pattern, " ")
		if method == http.MethodGet || pattern == "DELETE /sites/{id}" || pattern == "DELETE /sources/{id}" || pattern == "POST /data" { // the last one would read everything
			continue
		}
		target := fill.Replace(path)
		switch {
		case strings.HasPrefix(path, "/sources/{id}"):
			target = strings.Replace(target, "204481", "6044811", 1)
		case strings.HasPrefix(path, "/sources/{source}"):
			target = strings.Replace(target, "204481", "10101", 1)
		case strings.HasPrefix(path, "/alarms/"):
			target = strings.Replace(target, "204481", alarm, 1)
		case strings.HasPrefix(path, "/events/"):
			target = strings.Replace(target, "204481", event, 1)
		case strings.HasPrefix(path, "/groups/"):
			target = strings.Replace(target, "204481", "11", 1)
		}
		for _, body := range bodies {
			for _, media := range []string{"application/json", "application/json; charset=utf-16", "multipart/form-data; boundary=x", "text/xml", ""} {
				if w := ask(t, h, method, target, body, "Content-Type", media); w.Code >= 500 {
					t.Errorf("%s %s with %.80q as %q = %d %s", method, target, body, media, w.Code, w.Body)
				}
			}
		}
	}
	for pattern := range tables { // and everything can be read afterwards
		if path, ok := strings.CutPrefix(pattern, "GET "); ok && !strings.Contains(path, "{") && path != "/data" {
			if w := ask(t, h, "GET", path, ""); w.Code >= 500 {
				t.Errorf("GET %s = %d afterwards", path, w.Code)
			}
		}
	}
	if w := ask(t, h, "GET", "/data?variableId=10101&from=2026-11-22", ""); w.Code != 200 {
		t.Errorf("data = %d afterwards", w.Code)
	}
}
