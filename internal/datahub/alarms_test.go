package datahub

import (
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

const alarmJSON = `{"id":"0a1a","siteId":7,"sourceId":8,"variableId":9,"friendlyName":"Warm","type":"Threshold","thresholdType":"High","setValue":7.6,"resetValue":7,"frequencyType":"Rolling",
	"granularity":1,"granularityTimeBase":"Day","aggregationType":"AVG","priority":2,"enabled":true,"exceptions":[{"from":"2026-06-10T08:00:00Z","to":"2026-06-10T10:00:00+02:00","reason":"works"}],
	"createdBy":"Ann","createdDate":"2024-01-08T08:30:00","notifications":[{"type":"Email"}],
	"latestStateChange":{"id":"c1","alarmId":"0a1a","date":"2026-06-10T08:04:30Z","value":7.7,"updatedBy":"Ann","state":{"present":true,"acknowledged":false,"inhibited":false,"uncertain":true},"notifications":[]}}`

func number64(x float64) *float64 { return &x }

var alarmOf0a1a = Alarm{ID: "0a1a", Site: 7, Source: 8, Variable: 9, Name: "Warm", Type: "Threshold", Threshold: "High", Set: number64(7.6), Reset: number64(7), Frequency: "Rolling", Window: Step{1, Day}, Aggregate: Avg,
	Priority: json.RawMessage("2"), Enabled: true, CreatedBy: "Ann", Created: time.Date(2024, 1, 8, 8, 30, 0, 0, time.UTC),
	Exceptions: []AlarmException{{From: time.Date(2026, 6, 10, 8, 0, 0, 0, time.UTC), To: time.Date(2026, 6, 10, 8, 0, 0, 0, time.UTC), Reason: "works"}},
	Latest:     &StateChange{ID: "c1", Alarm: "0a1a", Time: time.Date(2026, 6, 10, 8, 4, 30, 0, time.UTC), Value: 7.7, By: "Ann", State: AlarmState{Present: true, Uncertain: true}}}

func TestAlarms(t *testing.T) {
	t.Parallel()
	for name, tt := range map[string]struct {
		body string
		want []Alarm
	}{
		"an alarm":            {"[" + alarmJSON + "]", []Alarm{alarmOf0a1a}},
		"names in other case": {"[" + strings.NewReplacer(`"id"`, `"ID"`, `"siteId"`, `"SiteId"`, `"setValue"`, `"SetValue"`).Replace(alarmJSON) + "]", []Alarm{alarmOf0a1a}},
		"an id as a number":   {`[{"id":17}]`, []Alarm{{ID: "17", Enabled: true}}},
		"words as they come": {`[{"id":"x","type":"Period","thresholdType":"Sideways","frequencyType":"Often","priority":{"level":"high"},"aggregationType":"Median"}]`,
			[]Alarm{{ID: "x", Type: "Period", Threshold: "Sideways", Frequency: "Often", Priority: json.RawMessage(`{"level":"high"}`), Enabled: true}}},
		"nulls":                   {`[{"id":"x","setValue":null,"enabled":null,"priority":null,"latestStateChange":null,"exceptions":null,"createdDate":null}]`, []Alarm{{ID: "x", Enabled: true}}},
		"enumerations as numbers": {`[{"id":"x","granularity":"15","granularityTimeBase":2,"aggregationType":"1","enabled":0}]`, []Alarm{{ID: "x", Window: Step{15, Minute}, Aggregate: Sum}}},
		"no date of the change":   {`[{"id":"x","latestStateChange":{"state":{"present":true}}}]`, []Alarm{{ID: "x", Enabled: true}}},
		"ids that no address has": {`[{"id":"a\u0000b"},{"id":"x"},{"id":"a\u202eb"},{"id":"a b"}]`, []Alarm{{ID: "x", Enabled: true}}},
		"null for a list":         {`null`, nil},
	} {
		got, err := newClient(t, says(tt.body)).Alarms(t.Context(), AlarmQuery{})
		if err != nil {
			t.Errorf("%s: %v", name, err)
		} else if diff := cmp.Diff(tt.want, got); diff != "" {
			t.Errorf("%s (-want +got):\n%s", name, diff)
		}
	}
	for _, body := range []string{`{"message":"no"}`, `[{"siteId":1}]`, `[{"id":"x","createdDate":"soon"}]`, `[{"id":{}}]`, `[{"id":"x","setValue":1e308}]`, `[{"id":"x"}`, ``} {
		if got, err := newClient(t, says(body)).Alarms(t.Context(), AlarmQuery{}); !errors.Is(err, ErrMalformed) {
			t.Errorf("Alarms of %q = %v, %v, want ErrMalformed", body, got, err)
		}
	}
}

// alarmHub answers a list of alarms with the sites and sources of their numbers, and keeps the queries.
type alarmHub struct {
	n       int
	queries []url.Values
}

func (h *alarmHub) RoundTrip(r *http.Request) (*http.Response, error) {
	q := r.URL.Query()
	h.queries = append(h.queries, q)
	var items []string
	for i := 1; i <= h.n; i++ {
		items = append(items, fmt.Sprintf(`{"id":"a%d","siteId":%d,"sourceId":%d,"variableId":%d}`, i, i%3, i%5, i))
	}
	return answer(200, "["+strings.Join(items, ",")+"]", "X-Total-Count", fmt.Sprint(h.n)), nil
}

func idsOf(alarms []Alarm) (ids []string) {
	for _, a := range alarms {
		ids = append(ids, string(a.ID))
	}
	return ids
}

func TestAlarmFilters(t *testing.T) {
	t.Parallel()
	hub := &alarmHub{n: 30}
	got, err := newClient(t, hub).Alarms(t.Context(), AlarmQuery{Sites: []SiteID{1, 2}, Sources: []SourceID{4}, Variables: []VariableID{4, 14, 9, 19}})
	if want := []string{"a4", "a14", "a19"}; err != nil || !slices.Equal(idsOf(got), want) { // a Data Hub that ignores filters is no danger
		t.Errorf("filtered %v, %v, want %v", idsOf(got), err, want)
	}
	if q := hub.queries[0]; !slices.Equal(q["siteIds"], []string{"1", "2"}) || q.Get("sourceIds") != "4" || len(q["variableIds"]) != 4 {
		t.Errorf("query %v", q)
	}
	var many []AlarmID
	for i := range 250 {
		many = append(many, AlarmID(fmt.Sprintf("a%d", i)))
	}
	hub.queries = nil
	if got, err := newClient(t, hub).Alarms(t.Context(), AlarmQuery{IDs: many}); err != nil || len(got) < 30 || len(hub.queries) != 3 || len(hub.queries[0]["ids"]) != 100 {
		t.Errorf("%d alarms in %d calls, %v", len(got), len(hub.queries), err)
	}
	var sites []SiteID
	for i := range 200 {
		sites = append(sites, SiteID(i+1))
	}
	hub.queries = nil
	if got, err := newClient(t, hub).Alarms(t.Context(), AlarmQuery{Sites: sites}); err != nil || len(got) != 20 || hub.queries[0]["siteIds"] != nil {
		t.Errorf("of many sites: %d alarms, %v with %v", len(got), err, hub.queries[0])
	}
}

func TestAlarm(t *testing.T) {
	t.Parallel()
	hub := says(alarmJSON)
	got, err := newClient(t, hub).Alarm(t.Context(), "0a1a")
	if diff := cmp.Diff(alarmOf0a1a, got); err != nil || diff != "" || hub.requests[0].URL.Path != "/base/alarms/0a1a" {
		t.Errorf("GET %s: %v\n%s", hub.requests[0].URL.Path, err, diff)
	}
	for _, status := range []int{403, 404} {
		if got, err := newClient(t, statuses(status)).Alarm(t.Context(), "0a1a"); !errors.Is(err, ErrNotFound) || got.ID != "" {
			t.Errorf("with status %d: %v, %v, want ErrNotFound", status, got, err)
		}
	}
	// Ids come from addresses that people write: none leads elsewhere.
	for _, id := range []AlarmID{"", "..", "../sites", "a/b", "a?b", "a%2fb", "ä", AlarmID(strings.Repeat("a", 65))} {
		hub := says(alarmJSON)
		c := newClient(t, hub)
		_, err := c.Alarm(t.Context(), id)
		_, err2 := c.AlarmHistory(t.Context(), id, time.Time{}, time.Time{})
		err3 := c.AcknowledgeAlarm(t.Context(), id, "")
		if !errors.Is(err, ErrNotFound) || !errors.Is(err2, ErrNotFound) || !errors.Is(err3, ErrNotFound) || hub.count() != 0 {
			t.Errorf("id %q: %v, %v, %v with %d requests, want ErrNotFound and none", id, err, err2, err3, hub.count())
		}
	}
}

func TestAlarmHistory(t *testing.T) {
	t.Parallel()
	from, to := time.Date(2026, 6, 10, 8, 0, 0, 0, time.UTC), time.Date(2026, 6, 10, 9, 0, 0, 0, time.UTC)
	hub := says(`[{"id":"1","date":"2026-06-10T08:10:00","state":{"present":true}},{"id":"2","date":"2026-06-10T10:30:00+02:00","state":{"present":"false","acknowledged":true},"value":"5","updatedBy":"Ann"},
		{"id":"3","date":"2026-06-10T09:00:00Z"},{"id":"4","date":"2026-06-10T07:59:59Z"},{"id":"5"}]`)
	skipped := 0
	got, err := newClient(t, hub, func(c *Config) { c.Skipped = func(string, error) { skipped++ } }).AlarmHistory(t.Context(), "a", from, to)
	want := []StateChange{{ID: "2", Time: from.Add(30 * time.Minute), Value: 5, By: "Ann", State: AlarmState{Acknowledged: true}}, {ID: "1", Time: from.Add(10 * time.Minute), State: AlarmState{Present: true}}}
	if diff := cmp.Diff(want, got); err != nil || diff != "" || skipped != 1 {
		t.Errorf("history, newest first, within bounds: %v, %d skipped\n%s", err, skipped, diff)
	}
	if u := hub.requests[0].URL; u.Path != "/base/alarms/a/stateChanges" || u.Query().Get("from") != "2026-06-10T08:00:00Z" || u.Query().Get("to") != "2026-06-10T09:00:00Z" {
		t.Errorf("asked %s", u)
	}
}

func TestAcknowledgeAlarm(t *testing.T) {
	t.Parallel()
	for _, status := range []int{200, 201, 202, 204} {
		hub := &script{answers: []func() (*http.Response, error){func() (*http.Response, error) {
			r := answer(status, "done")
			r.Header.Set("Content-Type", "text/plain")
			return r, nil
		}}}
		if err := newClient(t, hub).AcknowledgeAlarm(t.Context(), "0a1a", "seen"); err != nil {
			t.Errorf("with status %d: %v", status, err)
		}
		if r := hub.requests[0]; r.Method != "POST" || r.URL.Path != "/base/alarms/0a1a/acknowledge" || hub.bodies[0] != `{"comment":"seen"}` || r.Header.Get("Content-Type") != "application/json" {
			t.Errorf("%s %s %s", r.Method, r.URL, hub.bodies[0])
		}
	}
	hub := statuses(204)
	if err := newClient(t, hub).AcknowledgeAlarm(t.Context(), "0a1a", ""); err != nil || hub.bodies[0] != `{}` {
		t.Errorf("without a comment: %v, %s", err, hub.bodies[0])
	}
	hub = statuses(401, 204) // a renewed token, and the whole request once more
	if err := newClient(t, hub).AcknowledgeAlarm(t.Context(), "0a1a", "seen"); err != nil || hub.count() != 2 || hub.bodies[1] != hub.bodies[0] {
		t.Errorf("after a 401: %v with bodies %q", err, hub.bodies)
	}
	hub = statuses(503, 204) // a write is not tried again
	if err := newClient(t, hub).AcknowledgeAlarm(t.Context(), "0a1a", ""); err == nil || hub.count() != 1 {
		t.Errorf("after a 503: %v with %d requests", err, hub.count())
	}
	var status *StatusError
	if err := newClient(t, statuses(403)).AcknowledgeAlarm(t.Context(), "0a1a", ""); !errors.As(err, &status) || status.Status != 403 {
		t.Errorf("forbidden: %v", err)
	}
}

// TestFailuresOfOneRoute asks for many alarms that a broken Data Hub has: one circuit opens for all of them, and names no id.
func TestFailuresOfOneRoute(t *testing.T) {
	t.Parallel()
	h := newHub(t, statuses(502))
	for i := range 8 {
		_ = h.Client(&purse{}).AcknowledgeAlarm(t.Context(), AlarmID(fmt.Sprintf("a%d", i)), "")
	}
	if err := h.Trouble(); err == nil || !strings.Contains(err.Error(), pathAcknowledge) || strings.Contains(err.Error(), "/a1") {
		t.Errorf("Trouble() = %v", err)
	}
	if _, err := h.Client(&purse{}).Alarms(t.Context(), AlarmQuery{}); err == nil || strings.Contains(err.Error(), "not tried") {
		t.Errorf("another route: %v", err)
	}
}
