package hub

import (
	"fmt"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"
)

// password knows one user.
func password(user, password string) (string, int64, bool) {
	return "ann", 101, user == "ann@x.example" && password == "pass:word"
}

// pushedTo pushes to a variable and must succeed.
func pushedTo(t *testing.T, h http.Handler, variable, data string, header ...string) {
	t.Helper()
	must(t, h, 200, "POST", "/api/data", `[{"variableId":`+variable+`,"data":`+data+`}]`, header...)
}

// points are the labels and values of a variable in UTC.
func points(t *testing.T, h http.Handler, variable, query string) []string {
	t.Helper()
	found := []string{}
	for _, r := range get[[]entity](t, h, "/data?timeZoneId=UTC&pagingOrder=ASC&variableId="+variable+query) {
		found = append(found, fmt.Sprint(r["date"], " ", r["rawValue"]))
	}
	return found
}

func TestPushReadBack(t *testing.T) {
	t.Parallel()
	h := newHub(Config{})
	_, _, variable := family(t, h)
	w := ask(t, h, "POST", "/api/data/", `[{"variableId":`+variable+`,"data":[{"date":"2026-11-22T11:02:00","value":2},{"date":"2026-11-22T11:00:00","value":1.123456789},{"date":"2026-11-22T11:01:00Z","value":-1e-9}]}]`)
	if w.Code != 200 || w.Body.Len() != 0 {
		t.Errorf("push = %d %q, want 200 and nothing", w.Code, w.Body)
	}
	want := []string{"2026-11-22T11:00:00 1.123456789", "2026-11-22T11:01:00 -1e-09", "2026-11-22T11:02:00 2"}
	if got := points(t, h, variable, ""); !slices.Equal(got, want) {
		t.Errorf("read back %v, want %v", got, want)
	}
	// The last value of a date counts, within a call and across calls.
	pushedTo(t, h, variable, `[{"date":"2026-11-22T11:01:00","value":5},{"date":"2026-11-22T11:01:00","value":6},{"date":"2026-11-22T10:59:00","value":0}]`)
	if got := points(t, h, variable, ""); !slices.Equal(got, []string{"2026-11-22T10:59:00 0", "2026-11-22T11:00:00 1.123456789", "2026-11-22T11:01:00 6", "2026-11-22T11:02:00 2"}) {
		t.Errorf("read back %v", got)
	}
	newest := get[[]entity](t, h, "/data?variableId="+variable+"&paging.pageNumber=0&paging.itemsPerPage=1&pagingOrder=DESC&granularity=raw")
	if len(newest) != 1 || newest[0]["rawValue"] != 2.0 || newest[0]["unitId"] != 8.0 {
		t.Errorf("the newest point is %v", newest)
	}
	if sum := get[[]entity](t, h, "/data?granularity=hour&aggregation=sum&variableId="+variable+"&pagingOrder=ASC"); len(sum) != 2 || sum[1]["sumValue"] != 9.123457 {
		t.Errorf("hours %v", sum)
	}
	if s := get[entity](t, h, "/variables/"+variable+"/statistics?threshold=2"); s["samplesCount"] != 4.0 || s["aboveThresholdSamplesCount"] != 2.0 || s["risingEdgesCount"] != 1.0 {
		t.Errorf("statistics %v", s)
	}
}

// TestPushOverTheWorld writes where the demo has data of its own.
func TestPushOverTheWorld(t *testing.T) {
	t.Parallel()
	h := newHub(Config{})
	const span = "&from=2026-11-22T10:00:00&to=2026-11-22T11:00:00"
	before := points(t, h, "80101", span)
	pushedTo(t, h, "80101", `[{"date":"2026-11-22T10:15:00Z","value":7},{"date":"2026-11-22T10:20:00Z","value":8},{"date":"2026-11-22T12:30:00Z","value":9}]`)
	want := []string{before[0], "2026-11-22T10:15:00 7", "2026-11-22T10:20:00 8", before[2], before[3]}
	if got := points(t, h, "80101", span); !slices.Equal(got, want) {
		t.Errorf("read %v, want %v", got, want)
	}
	falling := get[[]entity](t, h, "/data?timeZoneId=UTC&pagingOrder=DESC&variableId=80101"+span)
	slices.Reverse(falling)
	for i, r := range falling {
		if got := fmt.Sprint(r["date"], " ", r["rawValue"]); got != want[i] {
			t.Errorf("backward, point %d is %s, want %s", i, got, want[i])
		}
	}
	if got := points(t, h, "80101", "&from=2026-11-22T12:00:00"); !slices.Equal(got, []string{"2026-11-22T12:30:00 9"}) {
		t.Errorf("what lies in the future is %v", got)
	}
	pushedTo(t, h, "80101", `[{"date":"2026-12-24T12:00:00Z","value":10},{"date":"2001-01-01T00:00:00Z","value":11}]`)
	if got := points(t, h, "80101", "&from=2026-11-22T12:00:00"); !slices.Equal(got, []string{"2026-11-22T12:30:00 9", "2026-12-24T12:00:00 10"}) {
		t.Errorf("without an end a read goes as far as there are points, but has %v", got)
	}
	if got := points(t, h, "80101", "&to=2020-01-01"); !slices.Equal(got, []string{"2001-01-01T00:00:00 11"}) {
		t.Errorf("without a beginning a read goes back as far as there are points, but has %v", got)
	}
	if got := points(t, newHub(Config{}), "80101", span); !slices.Equal(got, before) {
		t.Errorf("another hub over the same world reads %v", got)
	}
}

func TestPushDates(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct{ date, want, dropped string }{
		{"2026-06-10T10:00:00", "2026-06-10T08:00:00", ""},
		{"2026-06-10T10:00:00Z", "2026-06-10T10:00:00", "2026-06-10T08:00:00"},
		{"2026-06-10T10:00:00+00:00", "2026-06-10T10:00:00", "2026-06-10T08:00:00"},
		{"2026-06-10T10:00:00+0100", "2026-06-10T09:00:00", "2026-06-10T08:00:00"},
		{"2026-06-10T10:00:00.123456", "2026-06-10T08:00:00.123456", ""},
		{"2026-10-25T02:00:00", "2026-10-25T01:00:00", ""},                          // comes twice: the later
		{"2026-03-29T02:30:00", "2026-03-29T01:30:00", ""},                          // does not come: moved on
		{"2026-10-25T02:30:00+02:00", "2026-10-25T00:30:00", "2026-10-25T01:30:00"}, // the earlier can only be written so
		{"2026-06-10 10:00", "2026-06-10T08:00:00", ""},
	} {
		for _, drop := range []bool{false, true} {
			h := newHub(Config{DropOffsets: drop})
			_, source, variable := family(t, h)
			must(t, h, 204, "PUT", "/sources/"+source, `{"timeZoneId":"Romance Standard Time"}`)
			pushedTo(t, h, variable, `[{"date":"`+tt.date+`","value":1}]`)
			want := tt.want
			if drop && tt.dropped != "" {
				want = tt.dropped
			}
			if got := points(t, h, variable, ""); !slices.Equal(got, []string{want + " 1"}) {
				t.Errorf("%s pushed to Brussels, offsets dropped %v: %v, want %s", tt.date, drop, got, want)
			}
		}
	}
	h := newHub(Config{})
	_, _, variable := family(t, h)
	pushedTo(t, h, variable, `[{"value":1}]`)
	if got := points(t, h, variable, ""); !slices.Equal(got, []string{"0001-01-01T00:00:00 1"}) {
		t.Errorf("a point without a date is %v", got)
	}
}

// TestPushIdentifiers finds variables in all the ways that clients name them.
func TestPushIdentifiers(t *testing.T) {
	t.Parallel()
	h := newHub(Config{})
	_, source, variable := family(t, h)
	other := idOfNew(create(t, h, "/variables/source/"+source, `{"mappingConfig":"Power"}`))
	const data = `"data":[{"date":"2026-11-22T11:00:00Z","value":1}]`
	for _, tt := range []struct{ name, series, hits string }{
		{"by id", `{"variableId":` + variable + `,`, variable},
		{"by id as text", `{"VariableId":"` + variable + `",`, variable},
		{"by source", `{"sourceId":` + source + `,"mappingConfig":"power",`, variable},
		{"by serial number", `{"sourceSerialNumber":"S-1","mappingConfig":"power",`, variable},
		{"by EAN", `{"sourceEan":"541","mappingConfig":"power",`, variable},
		{"by name", `{"sourceName":"Meter","mappingConfig":"power",`, variable},
		{"by meter", `{"MeterNumber":"M-1","MappingConfig":"power",`, variable},
		{"nulls are not given", `{"sourceId":null,"sourceSerialNumber":"S-1","meterNumber":null,"sourceEan":null,"mappingConfig":"power",`, variable},
		{"mapping in exact case first", `{"meterNumber":"M-1","mappingConfig":"Power",`, other},
		{"mapping in any case then", `{"meterNumber":"M-1","mappingConfig":"POWER",`, variable},
		{"identifiers in exact case", `{"meterNumber":"m-1","mappingConfig":"power",`, ""},
		{"no mapping", `{"meterNumber":"M-1",`, ""},
		{"unknown", `{"variableId":5,`, ""},
		{"nothing", `{`, ""},
	} {
		for _, v := range []string{variable, other} {
			must(t, h, 200, "DELETE", "/data", `{"variableIds":[`+v+`]}`)
		}
		must(t, h, 200, "POST", "/api/data", "["+tt.series+data+"}]")
		for _, v := range []string{variable, other} {
			if n := len(points(t, h, v, "")); (n == 1) != (v == tt.hits) {
				t.Errorf("%s: variable %s has %d points, want them in %q", tt.name, v, n, tt.hits)
			}
		}
	}
	// The first kind of identifier is used for the whole call.
	must(t, h, 200, "DELETE", "/data", `{"variableIds":[`+variable+`,`+other+`]}`)
	must(t, h, 200, "POST", "/api/data", `[{"meterNumber":"M-1","mappingConfig":"power",`+data+`},{"variableId":`+other+`,`+data+`}]`)
	if a, b := len(points(t, h, variable, "")), len(points(t, h, other, "")); a != 1 || b != 0 {
		t.Errorf("two kinds in one call: %d and %d points, want 1 and 0", a, b)
	}
	// One point per element, and a variable in many elements.
	must(t, h, 200, "POST", "/api/data", `[{"variableId":`+other+`,"data":[{"date":"2026-11-22T11:02:00Z","value":3}]},{"variableId":`+other+`,`+data+`},{"variableId":`+other+`,"data":[]},{"variableId":`+other+`}]`)
	if n := len(points(t, h, other, "")); n != 2 {
		t.Errorf("a variable in many elements has %d points, want 2", n)
	}
}

func TestPushStandard(t *testing.T) {
	t.Parallel()
	h := newHub(Config{})
	_, _, variable := family(t, h)
	must(t, h, 200, "POST", "/api/standard", `{"Data":[{"VariableId":`+variable+`,"Date":"2026-11-22T11:00:00Z","Value":1},{"VariableId":7,"Date":"2026-11-22T11:00:00Z","Value":1}]}`)
	must(t, h, 200, "POST", "/api/standard/", `{data:[{'VariableId':`+variable+`, Date:'2026-11-22T11:01:00', Value:2.5,},]}`)
	must(t, h, 200, "POST", "/api/standard", toUTF16(`{"data":[{"variableId":"`+variable+`","date":"2026-11-22T11:02:00Z","value":"3"}]}`), "Content-Type", "application/json; charset=utf-16")
	want := []string{"2026-11-22T11:00:00 1", "2026-11-22T11:01:00 2.5", "2026-11-22T11:02:00 3"}
	if got := points(t, h, variable, ""); !slices.Equal(got, want) {
		t.Errorf("read back %v, want %v", got, want)
	}
	// A year of ten-minute points in one call.
	var b strings.Builder
	b.WriteString(`{"Data":[`)
	year := time.Date(2025, 11, 22, 0, 0, 0, 0, time.UTC)
	for i := range 52_560 {
		if i > 0 {
			b.WriteByte(',')
		}
		fmt.Fprintf(&b, `{"VariableId":%s,"Date":"%s","Value":%d}`, variable, year.Add(time.Duration(i)*10*time.Minute).Format("2006-01-02T15:04:05"), i)
	}
	must(t, h, 200, "POST", "/api/standard", b.String()+"]}")
	if days := get[[]entity](t, h, "/data?granularity=day&aggregation=count&timeZoneId=UTC&from=2025-11-22&to=2026-11-22&variableId="+variable); len(days) != 365 || days[100]["countValue"] != 144.0 {
		t.Errorf("a year has %d days", len(days))
	}
}

func TestPushGeneric(t *testing.T) {
	t.Parallel()
	h := newHub(Config{})
	_, source, variable := family(t, h)
	const path = "/api/generic/0B2F5A11-2222-4ccc-8ddd-1234567890AB/"
	for i, tt := range []struct{ media, body string }{
		{"application/json", `[{"meter":"M-1","mapping":"power","timestamp":"2026-11-22T11:00:00Z","value":1}]`},
		{"application/json", `{"device":{"serial":"S-1","readings":[{"channel":"power","ts":"2026-11-22T11:00:00Z","v":"1"}]}}`},
		{"application/vnd.acme+json; charset=utf-8", `{variableId:` + variable + `,date:'2026-11-22T11:00:00Z',value:1}`},
		{"application/xml", `<?xml version="1.0"?><push><meter number="x"><sourceEan>541</sourceEan><mapping>power</mapping><point><date>2026-11-22T11:00:00Z</date><value>1</value></point></meter></push>`},
		{"text/xml", `<r><p serial="S-1" mapping="power" time="2026-11-22T11:00:00Z">1</p></r>`},
		{"text/csv", "date;value;source_serialnumber;mapping_config\n2026-11-22T11:00:00Z;1,0;S-1;power\n;2;S-1;power\n"},
		{"text/plain", "date,value,variable_id\r\n2026-11-22T11:00:00Z,1," + variable + "\r\n"},
		{"text/plain", "date\tvalue\tsource_id\tmapping_config\n2026-11-22T11:00:00Z\t1\t" + source + "\tpower\n"},
	} {
		must(t, h, 200, "DELETE", "/data", `{"variableIds":[`+variable+`]}`)
		must(t, h, 200, "POST", path, tt.body, "Content-Type", tt.media)
		if got := points(t, h, variable, ""); !slices.Equal(got, []string{"2026-11-22T11:00:00 1"}) {
			t.Errorf("payload %d: %v", i, got)
		}
	}
	must(t, h, 200, "POST", path, `{"what":"else"}`, "Content-Type", "application/json") // what the mapping does not find is lost
	must(t, h, 400, "POST", path, `{"what":`, "Content-Type", "application/json")
	must(t, h, 400, "POST", path, `<a><b></a>`, "Content-Type", "text/xml")
	must(t, h, 404, "POST", "/api/generic/acme", `{}`, "Content-Type", "application/json")
}

func TestPushAuthorization(t *testing.T) {
	t.Parallel()
	basic := func(user, password string) string {
		r, _ := http.NewRequest("POST", "/", nil)
		r.SetBasicAuth(user, password)
		return r.Header.Get("Authorization")
	}
	loose, strict := newHub(Config{Password: password}), newHub(Config{Password: password, PushScope: true})
	for _, tt := range []struct {
		name, header      string
		loosely, strictly int
	}{
		{"the API's scope", "Bearer good", 200, 403},
		{"the push scope", "Bearer pusher", 200, 200},
		{"another scope", "Bearer narrow", 403, 403},
		{"no scope that counts", "Bearer stale", 401, 401},
		{"nothing", "", 401, 401},
		{"the user's own password", basic("ann@x.example", "pass:word"), 200, 200},
		{"a wrong password", basic("ann@x.example", "x"), 401, 401},
	} {
		must(t, loose, tt.loosely, "POST", "/api/data", `[]`, "Authorization", tt.header, "scope", "push-data")
		must(t, strict, tt.strictly, "POST", "/api/standard", `{"Data":[]}`, "Authorization", tt.header)
	}
	must(t, newHub(Config{}), 401, "POST", "/api/data", `[]`, "Authorization", basic("ann@x.example", "pass:word")) // nobody has a password
	must(t, loose, 401, "GET", "/sites", "", "Authorization", basic("ann@x.example", "pass:word"))                  // the API takes tokens only
	must(t, loose, 403, "GET", "/sites", "", "Authorization", "Bearer pusher")
	must(t, loose, 405, "GET", "/api/data", "")
}

func TestPushStatusSwitch(t *testing.T) {
	t.Parallel()
	h := newHub(Config{PushNoContent: true})
	must(t, h, 204, "POST", "/api/data/", `[]`)
	must(t, h, 204, "POST", "/api/standard", `{"Data":[]}`)
}

func TestBadPushes(t *testing.T) {
	t.Parallel()
	const good = `{"date":"2026-11-22T11:00:00Z","value":1}`
	for _, tt := range []struct {
		name, data string
		kept       int // with the switch
	}{
		{"a text", `[` + good + `,{"date":"2026-11-22T11:01:00Z","value":"warm"}]`, 1},
		{"no value", `[` + good + `,{"date":"2026-11-22T11:01:00Z"}]`, 1},
		{"null", `[` + good + `,{"date":"2026-11-22T11:01:00Z","value":null}]`, 1},
		{"NaN as a text", `[` + good + `,{"date":"2026-11-22T11:01:00Z","value":"NaN"}]`, 1},
		{"a bad date", `[` + good + `,{"date":"yesterday","value":1}]`, 1},
		{"a number for a date", `[` + good + `,{"date":17,"value":1}]`, 1},
		{"too large", `[` + good + `,{"date":"2026-11-22T11:01:00Z","value":1e999}]`, 1},
	} {
		for _, drop := range []bool{false, true} {
			h := newHub(Config{DropBadPoints: drop})
			_, _, variable := family(t, h)
			want, kept := 400, 0
			if drop {
				want, kept = 200, tt.kept
			}
			must(t, h, want, "POST", "/api/data", `[{"variableId":`+variable+`,"data":`+tt.data+`}]`)
			if got := points(t, h, variable, ""); len(got) != kept {
				t.Errorf("%s, bad points dropped %v: %v, want %d points", tt.name, drop, got, kept)
			}
		}
	}
	h := newHub(Config{})
	for _, body := range []string{``, `{}`, `"[]"`, `[{"variableId":"x"}]`, `[{]`, `[{"variableId":1,"data":[{"date":"2026-11-22","value":NaN}]}]`, `[{"variableId":1,"data":[{"date":"2026-11-22","value":Infinity}]}]`, `[1]`} {
		if w := ask(t, h, "POST", "/api/data", body); w.Code != 400 || decode[entity](t, w)["message"] == "" {
			t.Errorf("push of %s = %d %s, want 400 with a message", body, w.Code, w.Body)
		}
	}
	must(t, h, 413, "POST", "/api/data", `"`+strings.Repeat("x", maxUpload)+`"`)
}

func TestIngestDelay(t *testing.T) {
	t.Parallel()
	clock := now
	h := newHub(Config{IngestDelay: 5 * time.Minute, Now: func() time.Time { return clock }})
	_, _, variable := family(t, h)
	pushedTo(t, h, variable, `[{"date":"2026-11-22T11:00:00Z","value":1}]`)
	if got := points(t, h, variable, ""); len(got) != 0 {
		t.Errorf("%v at once", got)
	}
	clock = clock.Add(5 * time.Minute)
	if got := points(t, h, variable, ""); len(got) != 1 {
		t.Errorf("%v five minutes later, want the point", got)
	}
}

func TestBoundOnPoints(t *testing.T) {
	t.Parallel()
	h := newHub(Config{})
	_, _, variable := family(t, h)
	h.tenants[101].ledger.points = maxPoints - 1
	pushedTo(t, h, variable, `[{"date":"2026-11-22T11:00:00Z","value":1}]`)
	must(t, h, 507, "POST", "/api/data", `[{"variableId":`+variable+`,"data":[{"date":"2026-11-22T11:01:00Z","value":1}]}]`)
}

// TestDeleteWhatIsThere deletes a range that goes on: what arrives in it later is new.
func TestDeleteWhatIsThere(t *testing.T) {
	t.Parallel()
	clock := now
	h := newHub(Config{Now: func() time.Time { return clock }})
	const span = "&from=2026-11-22T11:00:00&to=2026-11-22T14:00:00"
	must(t, h, 200, "DELETE", "/data", `{"variableIds":[80101],"fromDateUtc":"2026-11-22T11:00:00","toDateUtc":"2026-11-23T00:00:00"}`)
	if got := points(t, h, "80101", span); len(got) != 0 {
		t.Errorf("after deleting: %v", got)
	}
	clock = clock.Add(time.Hour)
	if got := points(t, h, "80101", span); len(got) != 4 || !strings.HasPrefix(got[0], "2026-11-22T12:00:00") {
		t.Errorf("an hour later: %v, want the points of that hour", got)
	}
}

func TestDeleteData(t *testing.T) {
	t.Parallel()
	h := newHub(Config{})
	_, _, variable := family(t, h)
	pushedTo(t, h, variable, `[{"date":"2026-11-22T10:00:00Z","value":1},{"date":"2026-11-22T10:30:00Z","value":2},{"date":"2026-11-22T11:00:00Z","value":3}]`)
	body := `{"variableIds":[` + variable + `,80101,130101],"whatIf":%v,"fromDateUtc":"2026-11-22T10:00:00","toDateUtc":"2026-11-22T11:00:00"}`
	counts := func(text string) string {
		t.Helper()
		found := []string{}
		for _, r := range decode[entity](t, ask(t, h, "DELETE", "//data", text, "Content-Type", "application/json"))["results"].([]any) {
			found = append(found, fmt.Sprintf("%.0f: %v", r.(entity)["variableId"], r.(entity)["datapointCount"]))
		}
		return strings.Join(found, ", ")
	}
	want := "80101: 4, " + variable + ": 2"
	if got := counts(fmt.Sprintf(body, true)); got != want {
		t.Errorf("what if: %s, want %s", got, want)
	}
	if got := counts(fmt.Sprintf(body, false)); got != want {
		t.Errorf("deleted: %s, want %s", got, want)
	}
	if got := points(t, h, variable, ""); !slices.Equal(got, []string{"2026-11-22T11:00:00 3"}) {
		t.Errorf("left: %v", got)
	}
	if got := points(t, h, "80101", "&from=2026-11-22T09:45:00&to=2026-11-22T11:15:00"); len(got) != 2 {
		t.Errorf("left of the world's: %v, want what lies around", got)
	}
	if got := counts(fmt.Sprintf(body, true)); got != "80101: 0, "+variable+": 0" {
		t.Errorf("after that: %s", got)
	}
	// What comes later can be read, in the range too.
	pushedTo(t, h, "80101", `[{"date":"2026-11-22T10:15:00Z","value":7}]`)
	if got := points(t, h, "80101", "&from=2026-11-22T10:00:00&to=2026-11-22T11:00:00"); !slices.Equal(got, []string{"2026-11-22T10:15:00 7"}) {
		t.Errorf("pushed into the range: %v", got)
	}
	for _, bad := range []string{``, `{}`, `{"variableIds":["x"]}`, `{"variableIds":[1],"fromDateUtc":"x"}`, `{"variableIds":[1],"fromDateUtc":"2026-11-22","toDateUtc":"2026-11-21"}`} {
		must(t, h, 400, "DELETE", "/data", bad)
	}
}

// TestResentRows sees the hour that Mons sends twice: both rows are there, and sums count it once.
func TestResentRows(t *testing.T) {
	t.Parallel()
	h := newHub(Config{})
	const span = "&from=2026-10-10T14:00:00&to=2026-10-10T15:00:00"
	rows := read(t, h, 110102, "pagingOrder=ASC"+span)
	sum := read(t, h, 110102, "granularity=hour"+span)
	if len(rows) != 8 || len(sum) != 1 || rows[0]["date"] != rows[1]["date"] || total(rows, "rawValue") < 1.99*sum[0]["sumValue"].(float64) {
		t.Errorf("%d rows and %v", len(rows), sum)
	}
}

func TestSwitchesOfReads(t *testing.T) {
	t.Parallel()
	h := newHub(Config{AscendingData: true, ZeroUnits: true})
	rows := read(t, h, quarters, "from=2026-06-10&to=2026-06-12")
	if !slices.IsSorted(labels(rows)) || len(rows) != 192 || rows[0]["unitId"] != 0.0 {
		t.Errorf("%d rows, the first %v, want them ascending and without a unit", len(rows), rows[0])
	}
}

func TestRateLimit(t *testing.T) {
	t.Parallel()
	h := newHub(Config{RateLimit: 3})
	for range 3 {
		must(t, h, 200, "GET", "/account", "")
	}
	w := ask(t, h, "GET", "/account", "")
	if s := w.Header().Get("Retry-After"); w.Code != 429 || s == "" || s > "60" && len(s) > 1 || decode[entity](t, w)["message"] == "" {
		t.Errorf("the fourth request = %d with Retry-After %q and %s", w.Code, s, w.Body)
	}
	must(t, h, 200, "GET", "/account", "", "Authorization", "Bearer other") // each account has its own
}

// TestLedger compares the ledger with a plain map, for any order of writes.
func TestLedger(t *testing.T) {
	t.Parallel()
	at := func(n int) time.Time { return now.Add(time.Duration(n) * time.Second) }
	l, want := &ledger{}, map[int]float64{}
	var old series
	var copied []pushed
	for round := range 200 {
		var batch []pushed
		for i := range 1 + round%7 {
			n := (round*37 + i*i*11) % 101
			batch = append(batch, pushed{t: at(n), value: float64(round*10 + i), arrived: now})
			want[n] = float64(round*10 + i)
		}
		l.add(1, batch)
		if round == 100 {
			old = l.of(1)
			copied = slices.Clone(old.points)
		}
		if round%50 == 49 {
			l.remove(1, gap{at(20), at(30), now})
			for n := range want {
				if n >= 20 && n < 30 {
					delete(want, n)
				}
			}
		}
	}
	got := l.of(1).points
	for _, p := range got {
		if n := int(p.t.Sub(now) / time.Second); want[n] != p.value {
			t.Errorf("point %d is %v, want %v", n, p.value, want[n])
		}
	}
	if len(got) != len(want) || l.points != len(want) || !slices.IsSortedFunc(got, func(a, b pushed) int { return a.t.Compare(b.t) }) {
		t.Errorf("%d points, counted as %d, want %d in order", len(got), l.points, len(want))
	}
	if !slices.Equal(old.points, copied) {
		t.Error("what somebody was reading has changed")
	}
}

func FuzzLenient(f *testing.F) {
	f.Add(`{data:[{'VariableId':1, Date:'it\'s "x"', Value:NaN,},]}`)
	f.Add(`[{"a":"b\\\"",c:1}`)
	f.Fuzz(func(t *testing.T, text string) {
		if out := lenient([]byte(text)); len(out) > 4*len(text)+16 {
			t.Errorf("%d bytes have become %d", len(text), len(out))
		}
	})
}
