package hub

import (
	"fmt"
	"net/http"
	"slices"
	"testing"
	"time"

	"portico/internal/demo/energy"
)

// stateOf is an alarm's state in one word or two.
func stateOf(t *testing.T, h *Hub, id string) string {
	t.Helper()
	return inWords(get[entity](t, h, "/alarms/"+id))
}

func inWords(a entity) string {
	c, ok := a["latestStateChange"].(entity)
	if !ok {
		return "never"
	}
	s := c["state"].(entity)
	text := map[bool]string{true: "present", false: "absent"}[s["present"].(bool)]
	if s["acknowledged"].(bool) {
		text += ", acknowledged"
	}
	return text
}

// alarmNamed is the id of one of the world's alarms.
func alarmNamed(t *testing.T, site int, name string) string {
	t.Helper()
	for _, a := range world.Alarms {
		if a.Name == name && a.Site == 204480+site {
			return a.ID
		}
	}
	t.Fatalf("no alarm %q", name)
	return ""
}

func TestAlarmList(t *testing.T) {
	t.Parallel()
	h := newHub(Config{})
	all := get[[]entity](t, h, "/alarms?displayLevel=Verbose")
	for target, want := range map[string]int{
		"/alarms": len(all), "/alarms?siteIds=204486": 4, "/alarms?siteIds=204486&siteIds=204490": 8, "/alarms?sourceIds=6044881": 22, "/alarms?variableIds=60304": 1,
		"/alarms?ids=" + all[3]["id"].(string) + "&ids=" + all[5]["id"].(string): 2, "/alarms?siteIds=204601": 0, "/alarms?paging.itemsPerPage=7&paging.pageNumber=1": 7,
	} {
		if got := get[[]entity](t, h, target); len(got) != want {
			t.Errorf("GET %s has %d alarms, want %d", target, len(got), want)
		}
	}
	if n := len(get[[]entity](t, h, "/alarms", "Authorization", "Bearer other")); n != 3 {
		t.Errorf("account 102 has %d alarms, want 3", n)
	}
	if got := ask(t, h, "GET", "/alarms?itemsPerPage=1", "", "X-Total-Count", "true").Header().Get("X-Total-Count"); got != fmt.Sprint(len(all)) {
		t.Errorf("X-Total-Count = %q, want %d", got, len(all))
	}
	for i, a := range all {
		if i > 0 && a["id"].(string) <= all[i-1]["id"].(string) || len(a["id"].(string)) != 24 || a["friendlyName"] == "" || a["enabled"] != true || a["setValue"] == nil || a["frequencyType"] == "" {
			t.Errorf("alarm %v", a)
		}
	}
	light := get[[]entity](t, h, "/alarms?displayLevel=Light")[0]
	if len(light) != 2 || light["friendlyName"] == nil {
		t.Errorf("a light alarm is %v", light)
	}
	if a := get[[]entity](t, h, "/alarms?displayLevel=Site&siteIds=204486")[0]; a["siteName"] != "Cold store Meuse" {
		t.Errorf("an alarm with its site is %v", a)
	}
}

// TestAlarmsOfTheWorld moves the clock over an opening of the dock door.
func TestAlarmsOfTheWorld(t *testing.T) {
	t.Parallel()
	clock := time.Date(2026, 11, 22, 12, 1, 0, 0, time.UTC)
	h := newHub(Config{Now: func() time.Time { return clock }})
	id := alarmNamed(t, 6, "Dock door left open")
	for _, tt := range []struct {
		minute int
		want   string
	}{{1, "absent"}, {4, "absent"}, {5, "present"}, {11, "present"}, {13, "absent"}, {22, "absent"}, {25, "present"}, {44, "absent"}, {45, "present"}} {
		clock = time.Date(2026, 11, 22, 12, tt.minute, 0, 0, time.UTC)
		if got := stateOf(t, h, id); got != tt.want {
			t.Errorf("at minute %d the alarm is %s, want %s", tt.minute, got, tt.want)
		}
	}
	a := get[entity](t, h, "/alarms/"+id)
	c := a["latestStateChange"].(entity)
	if c["alarmId"] != id || len(c["id"].(string)) != 24 || c["value"].(float64) < 7.6 || c["date"].(string)[:16] != "2026-11-22T12:44" || a["thresholdType"] != "High" || a["type"] != "Threshold" {
		t.Errorf("alarm %v", a)
	}
	changes := get[[]entity](t, h, "/alarms/"+id+"/stateChanges?from=2026-11-22T11:00:00&to=2026-11-22T12:00:00")
	if len(changes) != 6 || changes[0]["state"].(entity)["present"] != false || changes[5]["state"].(entity)["present"] != true || changes[0]["date"].(string) < changes[5]["date"].(string) {
		t.Errorf("an hour has the changes %v, want 3 × 2, newest first", changes)
	}
	if n := len(get[[]entity](t, h, "/alarms/"+id+"/stateChanges?from=2026-11-22T12:40:00")); n != 1 {
		t.Errorf("%d changes since 12:40, want the one that has happened", n)
	}
	if got := stateOf(t, h, alarmNamed(t, 12, "Water runs in flat 17 at night")); got != "present, acknowledged" {
		t.Errorf("an old alarm is %s", got)
	}
	if got := stateOf(t, h, alarmNamed(t, 11, "PUE above target")); got != "never" {
		t.Errorf("an alarm that never fired is %s", got)
	}
	must(t, h, 404, "GET", "/alarms/ffffffffffffffffffffffff", "")
	must(t, h, 404, "GET", "/alarms/"+id, "", "Authorization", "Bearer other")
	must(t, h, 400, "GET", "/alarms/"+id+"/stateChanges?from=x", "")
}

func TestAcknowledge(t *testing.T) {
	t.Parallel()
	clock := time.Date(2026, 11, 22, 12, 6, 0, 0, time.UTC)
	h := newHub(Config{Now: func() time.Time { return clock }, Users: []User{{ID: "ann", Name: "Ann", Accounts: []int64{101}}}})
	id := alarmNamed(t, 6, "Dock door left open")
	must(t, h, 204, "POST", "/alarms/"+id+"/acknowledge", `{"comment":"closing it"}`)
	clock = clock.Add(time.Second)
	must(t, h, 204, "POST", "/alarms/"+id+"/acknowledge", "") // twice is once
	if got := stateOf(t, h, id); got != "present, acknowledged" {
		t.Errorf("acknowledged: %s", got)
	}
	changes := get[[]entity](t, h, "/alarms/"+id+"/stateChanges?from=2026-11-22T12:00:00")
	if len(changes) != 2 || changes[0]["updatedBy"] != "Ann" || changes[0]["comment"] != "closing it" || changes[0]["value"] != changes[1]["value"] || changes[1]["updatedBy"] != nil {
		t.Errorf("changes %v", changes)
	}
	clock = clock.Add(8 * time.Minute)
	if got := stateOf(t, h, id); got != "absent, acknowledged" {
		t.Errorf("gone: %s", got)
	}
	clock = clock.Add(11 * time.Minute)
	if got := stateOf(t, h, id); got != "present" {
		t.Errorf("present again: %s, want nobody's", got)
	}
	must(t, h, 404, "POST", "/alarms/"+id+"/acknowledge", "", "Authorization", "Bearer other")
	must(t, h, 400, "POST", "/alarms/"+id+"/acknowledge", `[`)
	must(t, h, 204, "POST", "/alarms/"+alarmNamed(t, 11, "PUE above target")+"/acknowledge", "") // there is nothing to acknowledge
	// Gone and not acknowledged can be acknowledged.
	steam := alarmNamed(t, 8, "Steam demand high")
	must(t, h, 204, "POST", "/alarms/"+steam+"/acknowledge", "")
	if got := stateOf(t, h, steam); got != "absent, acknowledged" {
		t.Errorf("gone and acknowledged: %s", got)
	}
}

// TestOwnAlarm makes an alarm and lets pushed points set and reset it, with hysteresis.
func TestOwnAlarm(t *testing.T) {
	t.Parallel()
	clock := now
	h := newHub(Config{Now: func() time.Time { return clock }})
	site, source, variable := family(t, h)
	push := func(value string) {
		t.Helper()
		clock = clock.Add(time.Minute)
		pushedTo(t, h, variable, `[{"date":"`+clock.Format("2006-01-02T15:04:05Z")+`","value":`+value+`}]`)
	}
	push("100") // before there is an alarm
	a := create(t, h, "/alarms", `{"siteId":`+site+`,"sourceId":`+source+`,"variableId":`+variable+`,"friendlyName":"Warm","thresholdType":"High","setValue":10,"resetValue":8,"priority":"1"}`)
	id := a["id"].(string)
	if len(id) != 24 || a["createdBy"] != "ann" || a["enabled"] != true || a["priority"] != 1.0 || stateOf(t, h, id) != "never" {
		t.Errorf("a new alarm is %v, %s", a, stateOf(t, h, id))
	}
	for _, step := range []struct{ value, want string }{{"9", "never"}, {"10", "present"}, {"9", "present"}, {"12", "present"}, {"8", "absent"}, {"9", "absent"}, {"11", "present"}} {
		if push(step.value); stateOf(t, h, id) != step.want {
			t.Errorf("after %s the alarm is %s, want %s", step.value, stateOf(t, h, id), step.want)
		}
	}
	if changes := get[[]entity](t, h, "/alarms/"+id+"/stateChanges"); len(changes) != 3 || changes[0]["value"] != 11.0 || changes[1]["value"] != 8.0 || changes[2]["value"] != 10.0 {
		t.Errorf("changes %v", changes)
	}
	// A point that more than two newer ones overtook is passed over.
	before := fmt.Sprint(get[[]entity](t, h, "/alarms/"+id+"/stateChanges"))
	pushedTo(t, h, variable, `[{"date":"`+clock.Add(-3*time.Minute-30*time.Second).Format("2006-01-02T15:04:05Z")+`","value":-50}]`)
	if after := fmt.Sprint(get[[]entity](t, h, "/alarms/"+id+"/stateChanges")); after != before {
		t.Errorf("a late point changes %s to %s", before, after)
	}
	// Another threshold counts from now on.
	must(t, h, 204, "PATCH", "/alarms/"+id, `[{"op":"replace","path":"/SetValue","value":20},{"op":"replace","path":"/ResetValue","value":19}]`)
	if push("15"); stateOf(t, h, id) != "never" && stateOf(t, h, id) != "absent" {
		t.Errorf("below the new threshold the alarm is %s", stateOf(t, h, id))
	}
	must(t, h, 204, "PUT", "/alarms/"+id, `{"enabled":false}`)
	if push("50"); stateOf(t, h, id) == "present" {
		t.Error("a disabled alarm is present")
	}
	must(t, h, 204, "PUT", "/alarms/"+id, `{"enabled":true}`)
	if push("50"); stateOf(t, h, id) != "present" {
		t.Errorf("enabled again the alarm is %s", stateOf(t, h, id))
	}
	must(t, h, 204, "DELETE", "/alarms/"+id, "")
	must(t, h, 404, "GET", "/alarms/"+id, "")
	for _, bad := range []string{`{}`, `{"siteId":1,"sourceId":` + source + `,"variableId":` + variable + `,"setValue":1}`, `{"siteId":` + site + `,"sourceId":` + source + `,"variableId":` + variable + `}`,
		`{"siteId":` + site + `,"sourceId":` + source + `,"variableId":` + variable + `,"setValue":1,"resetValue":2}`, `{"siteId":` + site + `,"sourceId":` + source + `,"variableId":130101,"setValue":1}`} {
		must(t, h, 400, "POST", "/alarms", bad)
	}
}

func TestLowAndBinaryAlarms(t *testing.T) {
	t.Parallel()
	clock := now
	h := newHub(Config{Now: func() time.Time { return clock }})
	site, source, variable := family(t, h)
	of := `{"siteId":` + site + `,"sourceId":` + source + `,"variableId":` + variable + `,`
	low := create(t, h, "/alarms", of+`"thresholdType":1,"setValue":0.5,"resetValue":0.8}`)["id"].(string)
	binary := create(t, h, "/alarms", of+`"type":"Binary"}`)["id"].(string)
	rolling := create(t, h, "/alarms", of+`"frequencyType":"Rolling","granularity":5,"granularityTimeBase":"Minute","aggregationType":"SUM","setValue":2.5,"resetValue":1}`)["id"].(string)
	for _, step := range []struct{ value, low, binary string }{{"0.6", "never", "never"}, {"1", "never", "present"}, {"0.5", "present", "present"}, {"0", "present", "absent"}, {"0.9", "absent", "absent"}} {
		clock = clock.Add(time.Minute)
		pushedTo(t, h, variable, `[{"date":"`+clock.Format("2006-01-02T15:04:05Z")+`","value":`+step.value+`}]`)
		if l, b := stateOf(t, h, low), stateOf(t, h, binary); l != step.low || b != step.binary {
			t.Errorf("after %s: low %s and binary %s, want %s and %s", step.value, l, b, step.low, step.binary)
		}
	}
	if got := stateOf(t, h, rolling); got != "never" {
		t.Errorf("before its five minutes are over a rolling alarm is %s", got)
	}
	clock = clock.Add(5 * time.Minute) // 0.6 + 1 + 0.5 + 0 = 2.1 in the first five minutes
	if got := stateOf(t, h, rolling); got != "never" {
		t.Errorf("a sum below the threshold makes the alarm %s", got)
	}
	pushedTo(t, h, variable, `[{"date":"2026-11-22T12:11:00Z","value":3}]`)
	clock = clock.Add(5 * time.Minute)
	if got := stateOf(t, h, rolling); got != "present" {
		t.Errorf("a sum above the threshold makes the alarm %s", got)
	}
}

// TestPushSetsTheWorldsAlarms pushes over one of the world's variables.
func TestPushSetsTheWorldsAlarms(t *testing.T) {
	t.Parallel()
	clock := now
	h := newHub(Config{Now: func() time.Time { return clock }})
	id := alarmNamed(t, 6, "Product in freezer 2 too warm")
	a := get[entity](t, h, "/alarms/"+id)
	variable := fmt.Sprintf("%.0f", a["variableId"])
	pushedTo(t, h, variable, `[{"date":"2026-11-20T12:00:00Z","value":5}]`)
	if got := stateOf(t, h, id); got != "never" {
		t.Errorf("a point of two days ago makes the alarm %s: it is late", got)
	}
	pushedTo(t, h, variable, `[{"date":"2026-11-22T12:00:00Z","value":5}]`)
	if got := stateOf(t, h, id); got != "present" {
		t.Errorf("a warm point makes the alarm %s", got)
	}
	clock = clock.Add(time.Minute)
	pushedTo(t, h, variable, `[{"date":"2026-11-22T12:01:00Z","value":-20}]`)
	if got := stateOf(t, h, id); got != "absent" {
		t.Errorf("a cold point makes the alarm %s", got)
	}
}

// TestWorldsAlarmWithOtherThreshold changes one of the world's alarms: from then on it looks at the data with its new threshold.
func TestWorldsAlarmWithOtherThreshold(t *testing.T) {
	t.Parallel()
	clock := now
	h := newHub(Config{Now: func() time.Time { return clock }})
	id := alarmNamed(t, 6, "Freezer 1 too warm")
	before := get[[]entity](t, h, "/alarms/"+id+"/stateChanges")
	must(t, h, 204, "PUT", "/alarms/"+id, `{"setValue":-30,"resetValue":-31}`)
	clock = clock.Add(10 * time.Minute)
	if got := stateOf(t, h, id); got != "present" {
		t.Errorf("with a threshold far below the data the alarm is %s", got)
	}
	if after := get[[]entity](t, h, "/alarms/"+id+"/stateChanges"); len(after) != len(before)+1 {
		t.Errorf("%d changes, want the %d before and one", len(after), len(before))
	}
	must(t, h, 204, "PUT", "/alarms/"+id, `{"friendlyName":"Renamed"}`)
	if got := stateOf(t, h, id); got != "present" {
		t.Errorf("renamed, the alarm is %s", got)
	}
}

func TestInhibitedAndUncertain(t *testing.T) {
	t.Parallel()
	clock := time.Date(2026, 11, 24, 12, 0, 0, 0, time.UTC)
	h := newHub(Config{Now: func() time.Time { return clock }})
	state := func(id string) string {
		s := get[entity](t, h, "/alarms/"+id)["latestStateChange"].(entity)["state"].(entity)
		return fmt.Sprint(s["inhibited"], " ", s["uncertain"])
	}
	forecast, freezer, gent := alarmNamed(t, 5, "Quarter-hour forecast above the limit"), alarmNamed(t, 6, "Freezer 1 too warm"), alarmNamed(t, 1, "No data: Electricity")
	if got := state(forecast); got != "true false" {
		t.Errorf("outside its hours an alarm is inhibited, uncertain: %s", got)
	}
	if got := state(freezer); got != "false false" {
		t.Errorf("an alarm without hours is inhibited, uncertain: %s", got)
	}
	must(t, h, 204, "PATCH", "/alarms/"+freezer, `[{"op":"add","path":"/exceptions/-","value":{"from":"2026-11-24T11:00:00","to":"2026-11-24T13:00:00","reason":"works"}}]`)
	if got := state(freezer); got != "true false" {
		t.Errorf("inside an exception an alarm is inhibited, uncertain: %s", got)
	}
	clock = time.Date(2026, 11, 24, 17, 30, 0, 0, time.UTC)
	if got := state(forecast); got != "false false" {
		t.Errorf("inside its hours an alarm is inhibited, uncertain: %s", got)
	}
	clock = time.Date(2026, 2, 11, 12, 0, 0, 0, time.UTC)
	if got := state(gent); got != "false true" {
		t.Errorf("on a day without data an alarm is inhibited, uncertain: %s", got)
	}
	if config := get[entity](t, h, "/alarms/"+freezer)["scheduleConfig"]; config != nil {
		t.Errorf("an alarm without hours has the schedule %v", config)
	}
	schedules := get[[]entity](t, h, "/schedule")
	config := get[entity](t, h, "/alarms/"+forecast)["scheduleConfig"].(entity)
	if !slices.ContainsFunc(schedules, func(s entity) bool { return s["id"] == config["scheduleId"] && s["name"] == "18:15–19:00" }) {
		t.Errorf("schedules %v, want %v", schedules, config)
	}
	if levels := get[[]entity](t, h, fmt.Sprintf("/schedule/%.0f/levels", config["scheduleId"])); len(levels) != 2 || levels[0]["name"] != "On" {
		t.Errorf("levels %v", levels)
	}
	if n := len(get[[]entity](t, h, "/site/204485/schedules")); n != len(schedules) {
		t.Errorf("a site has %d schedules", n)
	}
	must(t, h, 404, "GET", "/schedule/5/levels", "")
	must(t, h, 404, "GET", "/schedule/site/5", "")
}

// TestSteadyState counts as pages do, a day apart.
func TestSteadyState(t *testing.T) {
	t.Parallel()
	clock := now
	h := newHub(Config{Now: func() time.Time { return clock }})
	for day := range 7 {
		clock = now.Add(time.Duration(day) * 25 * time.Hour)
		open := 0
		for _, a := range get[[]entity](t, h, "/alarms") {
			if w := inWords(a); w == "present" || w == "present, acknowledged" {
				open++
			}
		}
		if open < 2 || open > 5 {
			t.Errorf("at %v %d alarms are open, want 2 to 5", clock, open)
		}
	}
}

func TestEvents(t *testing.T) {
	t.Parallel()
	h := newHub(Config{})
	for target, want := range map[string]int{
		"/events?from=2026-05-18&to=2026-05-19&siteId=204492": 1, "/events?from=2026-11-22T10:00:00&to=2026-11-22T11:00:00": 3, "/events?from=2026-11-22T10:00:00&to=2026-11-22T11:00:00&siteIds=204481": 0,
		"/events?from=2025-11-22&eventTypeId=3": 12 + 12, "/events?siteId=204486": 30 * 72, "/events?siteId=204486&itemsPerPage=10": 10, "/events?from=2027-01-01": 0, "/events?sourceIds=6044925": 0,
		"/events?from=2020-01-01&typeIds=5": 2,
	} {
		if got := get[[]entity](t, h, target); len(got) != want {
			t.Errorf("GET %s has %d events, want %d", target, len(got), want)
		}
	}
	exchange := get[[]entity](t, h, "/events?from=2026-05-18&to=2026-05-19&siteId=204492")[0]
	if exchange["title"] != "Meter exchanged" || exchange["from"] != "2026-05-18T07:00:00Z" || exchange["typeId"] != float64(5) || len(exchange["sourceIds"].([]any)) != 1 {
		t.Errorf("event %v", exchange)
	}
	if e := get[entity](t, h, "/events/"+idOfNew(exchange)); e["title"] != "Meter exchanged" {
		t.Errorf("event by id %v", e)
	}
	e := create(t, h, "/events", `{"SiteId":204486,"SourceIds":[6044861],"Title":"Cleaned","From":"2026-11-22T11:00:00+01:00"}`)
	if e["from"] != "2026-11-22T10:00:00Z" || e["to"] != e["from"] || e["typeId"] != float64(energy.EventTypes[5].ID) {
		t.Errorf("new event %v", e)
	}
	id := idOfNew(e)
	must(t, h, 204, "PUT", "/events/"+id, `{"title":"Cleaned again","to":"2026-11-22T12:00:00Z"}`)
	must(t, h, 204, "PATCH", "/events/"+idOfNew(exchange), `[{"op":"replace","path":"/title","value":"Exchanged"}]`)
	if got := get[[]entity](t, h, "/events?from=2026-05-18&to=2026-05-19&siteId=204492"); len(got) != 1 || got[0]["title"] != "Exchanged" {
		t.Errorf("changed event %v", got)
	}
	if got := get[[]entity](t, h, "/events?ids="+id); len(got) != 1 || got[0]["title"] != "Cleaned again" {
		t.Errorf("event %v", got)
	}
	for _, gone := range []string{id, idOfNew(exchange)} {
		must(t, h, 204, "DELETE", "/events/"+gone, "")
		must(t, h, 404, "GET", "/events/"+gone, "")
		must(t, h, 404, "DELETE", "/events/"+gone, "")
	}
	if got := get[[]entity](t, h, "/events?from=2026-05-18&to=2026-05-19&siteId=204492"); len(got) != 0 {
		t.Errorf("deleted event %v", got)
	}
	for _, bad := range []string{`{}`, `{"siteId":204486}`, `{"siteId":204601,"from":"2026-11-22"}`, `{"siteId":204486,"from":"x"}`, `{"siteId":204486,"from":"2026-11-22","to":"2026-11-21"}`, `{"siteId":204486,"sourceIds":[6044811],"from":"2026-11-22"}`, `{"siteId":204486,"sourceIds":["x"],"from":"2026-11-22"}`} {
		must(t, h, 400, "POST", "/events", bad)
	}
	must(t, h, 404, "GET", "/events/"+idOfNew(exchange), "", "Authorization", "Bearer other")
	if types := get[[]entity](t, h, "/events/eventTypes"); len(types) != 6 || types[0]["name"] != "Door" {
		t.Errorf("types %v", types)
	}
}

func BenchmarkAlarms(b *testing.B) {
	h := newHub(Config{})
	for b.Loop() {
		r, err := http.NewRequestWithContext(b.Context(), "GET", "/alarms?displayLevel=Verbose", nil)
		if err != nil {
			b.Fatal(err)
		}
		r.Header.Set("Authorization", "Bearer good")
		h.ServeHTTP(&sink{header: http.Header{}}, r)
	}
}
