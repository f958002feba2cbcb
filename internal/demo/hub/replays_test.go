package hub

import (
	"encoding/json"
	"slices"
	"strings"
	"testing"
)

// step is a request as a client writes it. {name} stands for what an earlier step saved.
type clientCall struct {
	method, target, body string
	want                 int
	save                 string // keeps the id that is answered, bare or in an object, under this name
	rows                 int    // elements of the list that is answered, if not 0; -1 for an empty one
	header               string // Name: value
}

// TestWritesOfOfficialClients replays what the platform's known clients write, as they write it, and what they expect.
func TestWritesOfOfficialClients(t *testing.T) {
	t.Parallel()
	const (
		versioned = "X-Opisense-Api-Version: 1.0"
		plain     = "Content-Type: application/json"
		sixPoints = `"data":[{"date":"2026-11-22T11:00:00","value":1},{"date":"2026-11-22T11:00:01","value":2},{"date":"2026-11-22T11:00:02","value":3},{"date":"2026-11-22T11:00:03","value":4},{"date":"2026-11-22T11:00:04","value":5},{"date":"2026-11-22T11:00:05","value":6}]`
	)
	for client, steps := range map[string][]clientCall{
		"python 1": {
			{"POST", "/sites", `{"name": "Copy", "typeId": 1, "timeZoneId": "Romance Standard Time"}`, 200, "site", 0, plain},
			{"POST", "/sources", `{"siteId": {site}, "name": "Meter", "serialNumber": "D1", "sourceTypeId": 72, "energyTypeId": 1, "clientData": {}, "tags": ["main"], "timeZoneId": "UTC"}`, 200, "source", 0, plain},
			{"PUT", "/sources/{source}", `{"id": {source}, "siteId": {site}, "name": "Meter", "serialNumber": "D1", "sourceTypeId": 72, "energyTypeId": 1, "clientData": {}}`, 204, "", 0, plain},
			{"POST", "/variables/source/{source}", `{"name": "V", "mappingConfig": "v1", "unitId": 8, "granularity": 15, "granularityTimeBase": "Minute", "quantityType": "Integrated", "aggregate": "SUM", "sourceId": {source}}`, 200, "input", 0, plain},
			{"POST", "/variables/source/{source}", `{"name": "C", "mappingConfig": "v2", "unitId": 8, "calculated": {"id": 5, "friendlyName": "C", "calculatedVariableFormulas": [{}]}}`, 200, "variable", 0, plain},
			{"PUT", "/sources/{source}/variables/{variable}", `{"id": {variable}, "mappingConfig": "v2", "calculated": {"friendlyName": "C", "calculatedVariableFormulas": [{"formula": "list()", "variables": [{"alias": "a", "siteId": {site}, "sourceId": {source}, "variableId": {input}, "granularity": 0}],
				"entities": [{"alias": "f", "entityType": 1, "siteId": {site}, "entityId": {site}}], "constants": []}]}}`, 204, "", 0, plain},
			{"GET", "/variables?sourceId={source}&displayLevel=Verbose", "", 200, "", 2, plain},
			{"POST", "/api/data/?3fa85f64-5717-4562-b3fc-2c963f66afa6", `[{"variableId": {input}, "data": [{"date": "2026-11-22T11:00:00.123456", "value": 1.5}]}]`, 200, "", 0, plain},
			{"GET", "/data?variableId={input}&from=2026-11-22T00%3A00%3A00", "", 200, "", 1, plain},
			{"PATCH", "/sites/{site}", `[{"op": "replace", "path": "/name", "value": "Renamed"}]`, 204, "", 0, plain},
			{"DELETE", "/sites/{site}", "", 204, "", 0, plain},
		},
		"python 3": {
			{"POST", "/sites", `{"name": "S"}`, 200, "site", 0, plain},
			{"POST", "/sources", `{"siteId": {site}, "name": "M"}`, 200, "source", 0, plain},
			{"POST", "/variables/source/{source}", `{"mappingConfig": "m"}`, 200, "variable", 0, plain},
			{"POST", "/api/data/?operationId=x&operationTimeoutSec=30", `[{"sourceId": {source}, "mappingConfig": "m", "data": [{"date": "2026-11-22T11:00:00Z", "value": 1}]}]`, 200, "", 0, plain},
			{"POST", "/api/data/?operationId=x?operationTimeoutSec=30", `[{"variableId": {variable}, "data": [{"date": "2026-11-22T11:01:00Z", "value": 1}]}]`, 200, "", 0, plain},
			{"POST", "/data", `{"VariableIds": [{variable}]}`, 200, "", 2, plain},
		},
		"opisense_client": {
			{"POST", "/sites", `{"name":"T","clientData":{},"typeId":15,"street":"s","postalCode":"1","city":"c","country":"BE","timeZoneId":"UTC"}`, 200, "site", 0, plain},
			{"POST", "/sources", `{"siteId":{site},"name":"n","serialNumber":"OC1","energyTypeId":1,"sourceTypeId":72}`, 200, "source", 0, plain},
			{"POST", "/variables/source/{source}", `{"isDefault":true,"unitId":8,"granularity":1,"granularityTimeBase":"Second","quantityType":"Instantaneous","mappingConfig":"m"}`, 200, "variable", 0, plain},
			{"PUT", "/sources/{source}", `{"siteId":{site},"name":"n2","serialNumber":"OC1","energyTypeId":1,"sourceTypeId":72}`, 204, "", 0, plain},
			{"PUT", "/sources/{source}/variables/{variable}", `{"isDefault":true,"unitId":8,"granularity":2,"granularityTimeBase":"Second","quantityType":"Instantaneous","mappingConfig":"m"}`, 204, "", 0, plain},
			{"POST", "/api/data/", `[{"sourceId":null,"sourceSerialNumber":"OC1","meterNumber":null,"sourceEan":null,"mappingConfig":"m",` + sixPoints + `}]`, 200, "", 0, plain},
			{"GET", "/data?variableId={variable}&from=2026-11-22T11%3A00%3A00", "", 200, "", 6, plain},
			{"DELETE", "//sources/{source}/variables//{variable}", "", 204, "", 0, plain},
			{"DELETE", "//sources/{source}", "", 204, "", 0, plain},
			{"DELETE", "//sites/{site}", "", 204, "", 0, plain},
		},
		".NET console": {
			{"GET", "/form?name=DEMO_FORM", "", 200, "", -1, versioned},
			{"POST", "/form", `{"Name":"DEMO_FORM","EntityType":"source","Groups":[{"Name":"Group1","Fields":[{"Name":"STRING_FIELD","Type":0,"IsList":false,"Items":null}]}]}`, 200, "", 0, versioned},
			{"POST", "/sites", `{"Id":null,"Name":"Demo","TypeId":1,"TimeZoneId":"Romance Standard Time","City":"Mont","Sources":[]}`, 200, "site", 0, versioned},
			{"POST", "/sources", `{"Id":null,"SiteId":{site},"Name":"source1","SourceTypeId":72,"EnergyTypeId":1,"EnergyUsageId":null,"TimeZoneId":"Romance Standard Time","GatewayId":null,"EanNumber":"5414","Variables":[{"VariableTypeId":0}],
				"ClientData":{"DEMO_FORM":{"Group1":{"STRING_FIELD":"x"}}}}`, 200, "source", 0, versioned},
			{"POST", "/variables/source/{source}", `{"Id":0,"Name":null,"SourceId":0,"VariableTypeId":0,"UnitId":8,"Granularity":10.0,"GranularityTimeBase":2,"MappingConfig":null,"QuantityType":0}`, 200, "variable", 0, versioned},
			{"GET", "/sources?displayLevel=verbose&customFilter=DEMO_FORM.Group1.%27STRING_FIELD%27%20%3D%20%27x%27", "", 200, "", 1, versioned},
			{"POST", "/api/standard", `{"Data":[{"VariableId":{variable},"Date":"2026-11-22T10:00:00Z","Value":1.0},{"VariableId":{variable},"Date":"2026-11-22T10:10:00Z","Value":2.0}]}`, 200, "", 0, versioned},
			{"GET", "/data?displayLevel=ValueVariableDate&granularity=0&variableId={variable}", "", 200, "", 2, versioned},
			{"GET", "/data?displayLevel=ValueVariableDate&granularity=2&variableId={variable}&aggregation=1", "", 200, "", 1, versioned},
			{"PATCH", "/sources/{source}", toUTF16(`[{"op":"replace","path":"/Id","value":0},{"op":"replace","path":"/Name","value":"source2"},{"op":"replace","path":"/ClientData/DEMO_FORM/Group1/STRING_FIELD","value":"y"}]`), 204, "", 0, "Content-Type: application/json; charset=utf-16"},
			{"PUT", "/sources/{source}/variables/{variable}", `{"Id":{variable},"SourceId":{source},"EntityId":null,"VariableTypeId":0,"UnitId":8,"Granularity":10.0,"GranularityTimeBase":2,"QuantityType":1,"Aggregate":1,
				"Calculated":{"Id":{variable},"FriendlyName":"f","CalculatedVariableFormulas":[{"Formula":"x","Variables":[{"Alias":"a","VariableId":1,"Granularity":0,"PeriodType":1,"PeriodTimeBase":4}],"Entities":[]}]}}`, 204, "", 0, versioned},
			{"GET", "/variables?displayLevel=verbose&sourceId={source}", "", 200, "", 1, versioned},
			{"DELETE", "/sources/{source}", "", 204, "", 0, versioned},
			{"DELETE", "/sites/{site}", "", 204, "", 0, versioned},
		},
		"OPC": {
			{"POST", "/api/standard", `{"Data":[{"VariableId":10101,"Date":"2026-11-22T11:00:00Z","Value":5}]}`, 200, "", 0, "Authorization: Bearer pusher"},
		},
		"IoT hub": {
			{"POST", "/sources", `{"siteId":204481,"serialNumber":"device-1","meterNumber":"device-1","energyTypeId":17,"name":"IoT","sourceTypeId":72,"timeZoneId":"UTC"}`, 200, "source", 0, plain},
			{"POST", "/variables/source/{source}", `{"unitId":28,"granularity":15,"granularityTimeBase":"Minute","quantityType":"Instantaneous","mappingConfig":"temperature"}`, 200, "variable", 0, plain},
			{"POST", "/variables/source/{source}", `{"unitId":31,"granularity":15,"granularityTimeBase":"Minute","quantityType":"Instantaneous","mappingConfig":"humidity"}`, 200, "", 0, plain},
			{"POST", "/api/data", `[{"MeterNumber":"device-1","MappingConfig":"Temperature","Data":[{"Date":"2026-11-22T11:00:00Z","Value":20.5}]},{"MeterNumber":"device-1","MappingConfig":"Humidity","Data":[{"Date":"2026-11-22T11:00:00Z","Value":50}]}]`, 200, "", 0, plain},
			{"GET", "/data?variableId={variable}", "", 200, "", 1, plain},
			{"PATCH", "/sources/{source}", `[{"op":"add","path":"/clientData/IoT Hub Info/Security/Primary Key","value":"k"}]`, 204, "", 0, plain},
		},
		"R": {
			{"POST", "/sites/", `{"name":"R","typeId":1,"timeZoneId":"UTC"}`, 200, "site", 0, versioned},
			{"POST", "/sources/", `{"siteId":{site},"name":"R","sourceTypeId":50,"energyTypeId":1}`, 200, "source", 0, versioned},
			{"POST", "/variables/source/{source}", `{"variableTypeId":131,"unitId":8,"quantityType":"Integrated","granularity":1,"granularityTimeBase":"Hour"}`, 200, "variable", 0, versioned},
			{"PUT", "/sources/{source}/variables/{variable}", `{"variableTypeId":131,"unitId":7}`, 204, "", 0, versioned},
			{"PUT", "/sites/{site}", `{"name":"R2"}`, 204, "", 0, versioned},
			{"POST", "/groups/14/sites?sitesId={site}", "", 204, "", 0, versioned},
			{"GET", "/groups", "", 200, "", 5, versioned},
			{"GET", "/site/{site}/schedules", "", 200, "", 0, versioned},
			{"GET", "/account/users?pageNumber=0&itemsPerPage=10000", "", 200, "", 0, versioned},
			{"GET", "/alerts?displayLevel=Site", "", 200, "", -1, versioned},
			{"POST", "/alerts/", `{"siteId":{site},"sourceId":{source},"variableId":{variable},"friendlyName":"A","alertThresholdType":"High","value":5,"granularity":1,"granularityTimeBase":"Hour","type":"Raw","notifications":[]}`, 200, "alert", 0, versioned},
			{"PUT", "/alerts/{alert}", `{"value":6}`, 204, "", 0, versioned},
			{"POST", "/dashboards", `{"siteId":{site},"name":"D","tiles":[]}`, 200, "dashboard", 0, versioned},
			{"PUT", "/dashboards/{dashboard}", `{"name":"D2"}`, 204, "", 0, versioned},
			{"POST", "/api/standard/", `{"Data":[{"VariableId":{variable},"Date":"2026-11-22T10:00:00Z","Value":1}]}`, 200, "", 0, versioned},
			{"DELETE", "/sources/{source}/variables/{variable}", "", 204, "", 0, versioned},
			{"DELETE", "/sources/{source}?options.hardDelete=TRUE", "", 204, "", 0, versioned},
			{"DELETE", "/sites/{site}?options.hardDelete=FALSE", "", 204, "", 0, versioned},
		},
		"embixtools": {
			{"POST", "//variables/source/6044811", `{"name":"x","granularity":"15","granularityTimeBase":2,"quantityType":"Averaged","mappingConfig":"e","unitId":4}`, 200, "variable", 0, plain},
			{"POST", "/api/data", `[{"variableId":{variable},"data":[{"date":"2026-11-22T10:00:00","value":1}]}]`, 200, "", 0, plain},
			{"GET", "/data?filter.variableId={variable}&filter.from=2026-11-22&filter.to=2026-11-23&filter.granularity=raw&filter.displayLevel=ValueVariableDate&filter.includeToBoundary=True", "{}", 200, "", 1, plain},
			{"DELETE", "//data", `{"variableIds":[{variable}],"whatIf":false,"fromDateUtc":"2026-11-22T00:00:00","toDateUtc":"2026-11-23T00:00:00"}`, 200, "", 0, plain},
			{"GET", "/data?filter.variableId={variable}", "{}", 200, "", -1, plain},
		},
		"US West scripts": {
			{"POST", "/api/data", `[{"variableId":10101,"data":[{"date":"2026-11-22T11:00:00Z","value":1}]}]`, 200, "", 0, "scope: push-data"},
		},
		"wind farm": {
			{"POST", "/api/data", `[{"VariableId":"10101","data":[{"date":"2026-11-22T11:00:00","value":1}]},{"VariableId":"10101","data":[{"date":"2026-11-22T11:10:00","value":2}]}]`, 200, "", 0, "Authorization: Basic YW5uQHguZXhhbXBsZTpwYXNzOndvcmQ="},
		},
		"older building script": {
			{"POST", "/api/standard", `{data:[{"VariableId":10101,"Date":"2026-11-22T11:00:00","Value":1}]}`, 200, "", 0, plain},
			{"GET", "/user/claim/ann", "", 200, "", 1, plain},
		},
		"IoT network server": {
			{"POST", "/sources", `{"siteId":204481,"serialNumber":"0004A30B001C0530","name":"eui"}`, 200, "source", 0, plain},
			{"POST", "/variables/source/{source}", `{"mappingConfig":"battery"}`, 200, "variable", 0, plain},
			{"POST", "/api/data", `[{"sourceSerialNumber":"0004A30B001C0530","mappingConfig":"battery","data":[{"date":"2026-11-22T11:00:00Z","value":3.1}]}]`, 200, "", 0, "Authorization: Basic YW5uQHguZXhhbXBsZTpwYXNzOndvcmQ="},
			{"GET", "/data?variableId={variable}", "", 200, "", 1, plain},
		},
	} {
		t.Run(client, func(t *testing.T) {
			t.Parallel()
			h := newHub(Config{Password: password})
			saved := []string{}
			for _, s := range steps {
				fill := strings.NewReplacer(saved...)
				name, value, _ := strings.Cut(s.header, ": ")
				w := ask(t, h, s.method, fill.Replace(s.target), fill.Replace(s.body), name, value)
				if w.Code != s.want {
					t.Fatalf("%s %s = %d %s, want %d", s.method, fill.Replace(s.target), w.Code, w.Body, s.want)
				}
				var list []entity
				if s.rows != 0 && (json.Unmarshal(w.Body.Bytes(), &list) != nil || len(list) != max(0, s.rows)) {
					t.Errorf("%s %s has %d elements, want %d", s.method, fill.Replace(s.target), len(list), s.rows)
				}
				if s.save != "" {
					saved = append(saved, "{"+s.save+"}", savedID(w.Body.Bytes()))
				}
			}
		})
	}
}

// savedID is the id in an answer, which is a bare number or an object.
func savedID(body []byte) string {
	text := strings.TrimSpace(string(body))
	var o map[string]json.RawMessage
	if json.Unmarshal(body, &o) == nil {
		text = string(o["id"])
	}
	return text
}

// TestBatchesOfDuplicator copies a whole site, as the official duplicator does, and compares the copy.
func TestBatchesOfDuplicator(t *testing.T) {
	t.Parallel()
	h := newHub(Config{})
	site := strings.TrimSpace(must(t, h, 200, "POST", "/sites", `{"name":"Copy"}`))
	variables := 0
	for _, s := range get[[]entity](t, h, "/sources?siteId=204488&displayLevel=Site") {
		old := idOfNew(s)
		delete(s, "siteName")
		delete(s, "id")
		s["siteId"] = json.Number(site)
		body, _ := json.Marshal(s)
		copied := create(t, h, "/sources", string(body))
		for _, v := range get[[]entity](t, h, "/variables?sourceId="+old+"&displayLevel=Verbose") {
			delete(v, "id")
			body, _ := json.Marshal(v)
			create(t, h, "/variables/source/"+idOfNew(copied), string(body))
			variables++
		}
	}
	names := func(site string) (found []string) {
		for _, v := range get[[]entity](t, h, "/variables?siteId="+site) {
			found = append(found, v["name"].(string))
		}
		slices.Sort(found)
		return found
	}
	if got := names(site); len(got) != variables || !slices.Equal(got, names("204488")) {
		t.Errorf("the copy has %q", got)
	}
	if got := get[[]entity](t, h, "/sites?siteIds="+site+"&displayLevel=VerboseSite"); len(got) != 1 {
		t.Errorf("the copy is %v", got)
	}
}
