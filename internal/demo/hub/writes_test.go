package hub

import (
	"fmt"
	"net/http"
	"strings"
	"testing"
	"unicode/utf16"
)

// must sends a request that must be answered with a status, and returns the body.
func must(t *testing.T, h http.Handler, want int, method, target, body string, header ...string) string {
	t.Helper()
	w := ask(t, h, method, target, body, header...)
	if w.Code != want {
		t.Fatalf("%s %s = %d %s, want %d", method, target, w.Code, w.Body, want)
	}
	return w.Body.String()
}

// create posts an entity and returns it.
func create(t *testing.T, h http.Handler, path, body string) entity {
	t.Helper()
	w := ask(t, h, "POST", path, body)
	if w.Code != http.StatusOK {
		t.Fatalf("POST %s = %d %s, want 200", path, w.Code, w.Body)
	}
	return decode[entity](t, w)
}

// idOfNew is an id as it stands in a path.
func idOfNew(e entity) string { return fmt.Sprintf("%.0f", e["id"]) }

// family is a new site with a source and a variable; it returns their paths' ids.
func family(t *testing.T, h http.Handler) (site, source, variable string) {
	t.Helper()
	site = strings.TrimSpace(must(t, h, 200, "POST", "/sites", `{"name":"New","typeId":15,"timeZoneId":"UTC","clientData":{}}`))
	source = idOfNew(create(t, h, "/sources", `{"siteId":`+site+`,"name":"Meter","serialNumber":"S-1","meterNumber":"M-1","eanNumber":"541","energyTypeId":1,"sourceTypeId":72}`))
	variable = idOfNew(create(t, h, "/variables/source/"+source, `{"isDefault":true,"unitId":8,"granularity":1,"granularityTimeBase":"Minute","quantityType":"Instantaneous","mappingConfig":"power"}`))
	return site, source, variable
}

func toUTF16(text string) string {
	var b strings.Builder
	for _, c := range utf16.Encode([]rune(text)) {
		b.WriteByte(byte(c))
		b.WriteByte(byte(c >> 8))
	}
	return b.String()
}

func TestCreate(t *testing.T) {
	t.Parallel()
	h := newHub(Config{})
	w := ask(t, h, "POST", "/sites", `{"Name":"Depot","TypeId":"15","Street":"Kaai 1","TimeZoneId":"UTC","ClientData":{},"Sources":[],"Id":null,"unheardOf":{"a":1}}`)
	site := strings.TrimSpace(w.Body.String())
	if w.Code != 200 || strings.Trim(site, "0123456789") != "" || w.Header().Get("Content-Type") != "application/json; charset=utf-8" {
		t.Fatalf("POST /sites = %d %q as %s, want 200 and a bare number", w.Code, site, w.Header().Get("Content-Type"))
	}
	if s := get[entity](t, h, "/sites/"+site); s["name"] != "Depot" || s["typeId"] != 15.0 || s["timeZoneId"] != "UTC" || len(s["clientData"].(entity)) != 0 || s["sources"] != nil || s["unheardOf"] != nil {
		t.Errorf("the new site is %v", s)
	}
	s := create(t, h, "/sources/", `{"siteId":`+site+`,"serialNumber":"S","energyTypeId":17,"name":"IoT","sourceTypeId":72,"tags":["a"],"variables":[{}],"gatewayId":null}`)
	if s["siteId"] == nil || s["timeZoneId"] != "UTC" || s["name"] != "IoT" || s["gatewayId"] != nil || s["tags"].([]any)[0] != "a" {
		t.Errorf("the new source is %v, want it with its site's zone", s)
	}
	v := create(t, h, "//variables/source/"+idOfNew(s), `{"Id":0,"Name":null,"SourceId":0,"VariableTypeId":0,"UnitId":8,"Granularity":10.0,"GranularityTimeBase":2,"MappingConfig":null,"QuantityType":0,"Divider":1,"Aggregate":0}`)
	if _, named := v["name"]; named || v["mappingConfig"] != nil || v["sourceId"] != s["id"] || v["granularity"] != 10.0 || v["granularityTimeBase"] != "Minute" || v["quantityType"] != "Instantaneous" || v["aggregate"] != "SUM" {
		t.Errorf("the new variable is %v", v)
	}
	other := create(t, h, "/variables/source/"+idOfNew(s), `{"name":"x","granularity":"15","granularityTimeBase":3,"quantityType":"integrated","aggregate":"4","calculated":{},"unitId":28,"mappingConfig":""}`)
	if other["granularity"] != 15.0 || other["granularityTimeBase"] != "Hour" || other["quantityType"] != "Integrated" || other["aggregate"] != "AVG" || other["calculated"] != nil || other["mappingConfig"] != nil {
		t.Errorf("the new variable is %v", other)
	}
	if got := get[[]entity](t, h, "/variables/source/"+idOfNew(s)); len(got) != 2 {
		t.Errorf("the source has %d variables, want 2", len(got))
	}
	for what, tt := range map[string][2]string{
		"a site without a name":        {"/sites", `{"typeId":1}`},
		"an unknown zone":              {"/sites", `{"name":"x","timeZoneId":"Mars"}`},
		"a name that is no text":       {"/sites", `{"name":{}}`},
		"a type that is no number":     {"/sites", `{"name":"x","typeId":"big"}`},
		"no object":                    {"/sites", `[1]`},
		"no JSON":                      {"/sites", `{"name":`},
		"a source without a site":      {"/sources", `{"name":"x"}`},
		"a source on a foreign site":   {"/sources", `{"name":"x","siteId":204601}`},
		"an unknown enumeration":       {"/variables/source/" + idOfNew(s), `{"quantityType":"Vague"}`},
		"an enumeration out of range":  {"/variables/source/" + idOfNew(s), `{"granularityTimeBase":12}`},
		"a formula that is no formula": {"/variables/source/" + idOfNew(s), `{"calculated":{"calculatedVariableFormulas":[1]}}`},
		"a text for clientData":        {"/sites", `{"name":"x","clientData":"x"}`},
	} {
		w := ask(t, h, "POST", tt[0], tt[1])
		if body := decode[entity](t, w); w.Code != 400 || body["message"] == "" {
			t.Errorf("%s = %d %v, want 400 with a message", what, w.Code, body)
		}
	}
	must(t, h, 404, "POST", "/variables/source/6046011", `{}`)
	must(t, h, 413, "POST", "/sites", `{"name":"`+strings.Repeat("x", maxBody)+`"}`)
}

func TestPut(t *testing.T) {
	t.Parallel()
	h := newHub(Config{})
	site, source, variable := family(t, h)
	must(t, h, 204, "PUT", "/sites/"+site, `{"id":1,"Name":"Renamed","city":"Gent"}`)
	must(t, h, 204, "PUT", "/sources/"+source, `{"siteId":`+site+`,"name":"Renamed","serialNumber":null,"siteName":"ignored","id":5}`)
	must(t, h, 204, "PUT", "/sources/"+source+"/variables/"+variable, `{"sourceId":1,"name":"Renamed","quantityType":2,"aggregate":"max","granularity":"5"}`)
	if s := get[entity](t, h, "/sites/"+site); s["name"] != "Renamed" || s["city"] != "Gent" || s["typeId"] != 15.0 {
		t.Errorf("site %v: what a body leaves out stays", s)
	}
	if s := get[entity](t, h, "/sources/"+source); s["name"] != "Renamed" || s["serialNumber"] != nil || s["meterNumber"] != "M-1" || s["siteName"] != "Renamed" {
		t.Errorf("source %v: null takes away", s)
	}
	if v := get[entity](t, h, "/sources/"+source+"/variables/"+variable); v["name"] != "Renamed" || v["quantityType"] != "Integrated" || v["aggregate"] != "MAX" || v["granularity"] != 5.0 || fmt.Sprintf("%.0f", v["sourceId"]) != source {
		t.Errorf("variable %v", v)
	}
	// What belongs to the world can be written as well, in memory only.
	must(t, h, 204, "PUT", "/sources/6044811", `{"name":"Main meter"}`)
	if s := get[[]entity](t, h, "/sources?name=main%20METER"); len(s) != 1 || s[0]["id"] != 6044811.0 {
		t.Errorf("sources by their new name: %v", s)
	}
	if s := get[entity](t, newHub(Config{}), "/sources/6044811"); s["name"] != "Main electricity meter" {
		t.Errorf("another hub over the same world has %v", s["name"])
	}
	for _, target := range []string{"/sites/204601", "/sites/1", "/sources/6046011", "/sources/" + source + "/variables/10101", "/sources/6044811/variables/" + variable} {
		must(t, h, 404, "PUT", target, `{"name":"x"}`)
		must(t, h, 404, "PATCH", target, `[]`)
		must(t, h, 404, "DELETE", target, "")
	}
	must(t, h, 400, "PUT", "/sources/"+source, `{"siteId":204601}`)
	must(t, h, 400, "PUT", "/sources/"+source, `{"siteId":null}`)
}

// TestPatch sends what the .NET sample sends: UTF-16, an operation for each scalar member, in PascalCase.
func TestPatch(t *testing.T) {
	t.Parallel()
	h := newHub(Config{})
	site, source, variable := family(t, h)
	patch := `[{"op":"replace","path":"/Name","value":"Été"},{"op":"replace","path":"/Id","value":7},{"op":"replace","path":"/SiteName","value":"x"},{"op":"replace","path":"/SourceTypeId","value":50},
		{"op":"replace","path":"/EanNumber","value":null},{"op":"replace","path":"/ClientData/MyForm/MyGroup/MyField","value":12.5},{"op":"replace","path":"/Nonsense/Deep","value":1}]`
	must(t, h, 204, "PATCH", "/sources/"+source, toUTF16(patch), "Content-Type", "application/json; charset=utf-16")
	must(t, h, 204, "PATCH", "/sources/"+source, `[{"op":"add","path":"/clientData/IoT Hub Info/Security/Primary Key","value":"k"},{"op":"add","path":"/clientdata/myform/MYGROUP/Other","value":"o"}]`)
	s := get[entity](t, h, "/sources/"+source)
	form := s["clientData"].(entity)
	if s["name"] != "Été" || s["id"] == 7.0 || s["sourceTypeId"] != 50.0 || s["eanNumber"] != nil || s["siteName"] != "New" || form["MyForm"].(entity)["MyGroup"].(entity)["MyField"] != 12.5 ||
		form["MyForm"].(entity)["MyGroup"].(entity)["Other"] != "o" || form["IoT Hub Info"].(entity)["Security"].(entity)["Primary Key"] != "k" {
		t.Errorf("patched source %v", s)
	}
	if found := get[[]entity](t, h, "/sources?customFilter=MyForm.MyGroup.MyField%3D12.5"); len(found) != 1 {
		t.Errorf("a filter finds %d sources by the new field", len(found))
	}
	must(t, h, 204, "PATCH", "/sites/"+site, `[{"op":"test","path":"/typeId","value":15},{"op":"copy","from":"/Name","path":"/city"},{"op":"move","from":"/name","path":"/street"},{"op":"add","path":"/name","value":"Again"}]`)
	if s := get[entity](t, h, "/sites/"+site); s["city"] != "New" || s["street"] != "New" || s["name"] != "Again" {
		t.Errorf("patched site %v", s)
	}
	must(t, h, 204, "PATCH", "/sources/"+source+"/variables/"+variable, `[{"op":"remove","path":"/mappingConfig"},{"op":"replace","path":"/Granularity","value":"5"}]`)
	if v := get[entity](t, h, "/sources/"+source+"/variables/"+variable); v["mappingConfig"] != nil || v["granularity"] != 5.0 {
		t.Errorf("patched variable %v", v)
	}
	must(t, h, 204, "PATCH", "/sources/"+source, `[{"op":"add","path":"/tags","value":["a","c"]},{"op":"add","path":"/tags/1","value":"b"},{"op":"add","path":"/tags/-","value":"d"},{"op":"remove","path":"/tags/0"}]`)
	if s := get[entity](t, h, "/sources/"+source); fmt.Sprint(s["tags"]) != "[b c d]" {
		t.Errorf("tags %v, want b, c, d", s["tags"])
	}
	for _, body := range []string{`{}`, `"x"`, `[{"op":"test","path":"/name","value":"Other"}]`, `[{"op":"remove","path":"/eanNumber"}]`, `[{"op":"what","path":"/name"}]`, `[{"op":"move","from":"/nothing","path":"/name"}]`,
		`[{"op":"replace","path":"/siteId","value":"x"}]`, `[{"op":"replace","path":"/siteId","value":1}]`, `[{"op":"replace","path":"/clientData","value":5}]`} {
		must(t, h, 400, "PATCH", "/sources/"+source, body)
	}
	if s := get[entity](t, h, "/sources/"+source); s["name"] != "Été" {
		t.Errorf("a patch that is refused has changed something: %v", s)
	}
}

func TestDelete(t *testing.T) {
	t.Parallel()
	h := newHub(Config{})
	site, source, variable := family(t, h)
	must(t, h, 204, "DELETE", "//sources/"+source+"/variables//"+variable, "")
	must(t, h, 404, "DELETE", "/sources/"+source+"/variables/"+variable, "")
	must(t, h, 204, "DELETE", "/sources/"+source+"?options.hardDelete=False", "")
	must(t, h, 204, "DELETE", "/sites/"+site, "")
	// A site takes along what is below it.
	must(t, h, 204, "DELETE", "/sites/204481", "")
	for target, want := range map[string]int{"/sites": 11, "/sources?siteId=204481": 0, "/variables?siteId=204481": 0, "/data?variableId=10101": 0, "/variables": 344 - 12, "/groups/14/sites": 5, "/alarms?siteIds=204481": 0, "/storage?siteId=204481": 0} {
		if target == "/storage?siteId=204481" {
			if got := get[entity](t, h, target)["cloudItems"].([]any); len(got) != want {
				t.Errorf("GET %s has %d files, want %d", target, len(got), want)
			}
		} else if got := get[[]entity](t, h, target); len(got) != want {
			t.Errorf("GET %s has %d elements, want %d", target, len(got), want)
		}
	}
	if n := len(get[[]entity](t, newHub(Config{}), "/sites")); n != 12 {
		t.Errorf("another hub over the same world has %d sites", n)
	}
}

func TestCalculated(t *testing.T) {
	t.Parallel()
	h := newHub(Config{})
	_, source, _ := family(t, h)
	v := create(t, h, "/variables/source/"+source, `{"name":"c","mappingConfig":"c","calculated":{"friendlyName":"C","calculatedVariableFormulas":[{}]}}`)
	if formulas := v["calculated"].(entity)["calculatedVariableFormulas"].([]any); len(formulas) != 1 || v["calculated"].(entity)["id"] != v["id"] {
		t.Errorf("an empty formula becomes %v", v["calculated"])
	}
	id := idOfNew(v)
	must(t, h, 204, "PUT", "/sources/"+source+"/variables/"+id, `{"Id":1,"Calculated":{"FriendlyName":"C","CalculatedVariableFormulas":[{"Formula":"list()","ValidFrom":null,
		"Variables":[{"Alias":"a","SiteId":1,"SourceId":2,"VariableId":3,"Granularity":"Hour","PeriodType":1,"PeriodTimeBase":"Week","EntityId":9}],"Entities":[{"Alias":"f","EntityType":"Site","PropId":"FloorArea"}]}]}}`)
	v = get[[]entity](t, h, "/variables?displayLevel=verbose&id="+id)[0]
	formula := v["calculated"].(entity)["calculatedVariableFormulas"].([]any)[0].(entity)
	in, field := formula["variables"].([]any)[0].(entity), formula["entities"].([]any)[0].(entity)
	if formula["formula"] != "list()" || in["variableId"] != 3.0 || in["granularity"] != 2.0 || in["periodTimeBase"] != 5.0 || in["entityId"] != 9.0 || field["entityType"] != 1.0 || field["propId"] != "FloorArea" ||
		len(formula["constants"].([]any)) != 0 || v["calculated"].(entity)["updatedBy"] != "ann" {
		t.Errorf("calculated %v", v["calculated"])
	}
	must(t, h, 204, "PUT", "/sources/"+source+"/variables/"+id, `{"calculated":{}}`)
	if v := get[[]entity](t, h, "/variables?displayLevel=verbose&id="+id)[0]; v["calculated"] != nil {
		t.Errorf("an empty object makes a variable calculated: %v", v)
	}
}

func TestMappings(t *testing.T) {
	t.Parallel()
	for _, strict := range []bool{false, true} {
		h := newHub(Config{UniqueMappings: strict})
		_, source, variable := family(t, h)
		want := map[bool]int{false: 200, true: 400}[strict]
		must(t, h, want, "POST", "/variables/source/"+source, `{"mappingConfig":"power"}`)
		must(t, h, 200, "POST", "/variables/source/"+source, `{"mappingConfig":"other"}`)
		must(t, h, 204, "PUT", "/sources/"+source+"/variables/"+variable, `{"mappingConfig":"power"}`) // its own
	}
}

// TestAccountsDoNotShare writes in one account and looks in the other.
func TestAccountsDoNotShare(t *testing.T) {
	t.Parallel()
	h := newHub(Config{})
	site, source, variable := family(t, h)
	bob := []string{"Authorization", "Bearer other"}
	for _, target := range []string{"/sites/" + site, "/sources/" + source, "/sources/" + source + "/variables/" + variable} {
		must(t, h, 404, "GET", target, "", bob...)
		must(t, h, 404, "DELETE", target, "", bob...)
	}
	must(t, h, 200, "POST", "/api/data", `[{"variableId":`+variable+`,"data":[{"date":"2026-11-22T11:00:00Z","value":1}]}]`, bob...)
	if rows := get[[]entity](t, h, "/data?variableId="+variable); len(rows) != 0 {
		t.Errorf("account 102 pushed %v into account 101", rows)
	}
	// An account that nobody knows can write nothing that anybody sees.
	must(t, h, 200, "POST", "/sites", `{"name":"x"}`, "Authorization", "Bearer nowhere")
	if n := len(get[[]entity](t, h, "/sites", "Authorization", "Bearer nowhere")); n != 0 {
		t.Errorf("an unknown account has %d sites", n)
	}
}

// TestReadOnlyMembers makes sure that ids cannot be taken over.
func TestReadOnlyMembers(t *testing.T) {
	t.Parallel()
	h := newHub(Config{})
	site, source, _ := family(t, h)
	must(t, h, 204, "PATCH", "/sites/"+site, `[{"op":"replace","path":"/id","value":204481},{"op":"remove","path":"/id"}]`)
	must(t, h, 204, "PUT", "/sources/"+source, `{"id":6044811}`)
	if got := idOfNew(get[entity](t, h, "/sites/"+site)); got != site {
		t.Errorf("site %s has become %s", site, got)
	}
}

func FuzzPatch(f *testing.F) {
	f.Add(`[{"op":"add","path":"/clientData/a/b","value":1},{"op":"move","from":"/clientData/a","path":"/clientData/a/b/c"},{"op":"remove","path":"/tags/0"}]`)
	f.Add(`[{"op":"copy","from":"/clientData","path":"/clientData/x"},{"op":"test","path":"/name","value":null}]`)
	f.Fuzz(func(_ *testing.T, text string) {
		var operations []operation
		if readJSON([]byte(text), &operations) != nil {
			return
		}
		o, err := sourceSchema.patch(object{"id": 1, "name": "x", "tags": []any{"a"}, "clientData": object{"a": object{"b": 1.5}}}, operations)
		if err == nil {
			_ = sourceSchema.read(o, o)
		}
	})
}
