package datahub

import (
	"encoding/json"
	"errors"
	"net/http"
	"runtime"
	"slices"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

var someDay = time.Date(2026, 3, 1, 0, 0, 0, 0, time.UTC)

func TestPointsOfManyVariablesInOneCall(t *testing.T) {
	s := says(`[{"date":"2026-03-01T00:15:00","variableId":2,"rawValue":5},{"date":"2026-03-01T00:00:00","variableId":1,"rawValue":3},{"date":"2026-03-01T00:00:00","variableId":"2","rawValue":4},
		{"date":"2026-03-01T00:00:00","variableId":9,"rawValue":99}]`)
	got, failed := newClient(t, s).DataPointsOfMany(t.Context(), ManyQuery{Variables: []VariableID{1, 2, 3}, From: someDay, To: someDay.AddDate(0, 0, 1)})
	want := map[VariableID][]DataPoint{1: {{someDay, 3}}, 2: {{someDay, 4}, {someDay.Add(15 * time.Minute), 5}}}
	if len(failed) > 0 || !cmp.Equal(got, want) {
		t.Errorf("DataPointsOfMany = %v, %v, want %v", got, failed, want)
	}
	if s.count() != 1 || s.requests[0].Method != http.MethodPost || !strings.Contains(s.bodies[0], `"VariableIds":[1,2,3]`) || !strings.Contains(s.bodies[0], `"From":"2026-03-01T00:00:00"`) {
		t.Errorf("%d calls, body %s", s.count(), s.bodies[0])
	}
}

// A question about many is asked a hundred at a time, and one about each of them has the same parameters.
func TestManyVariablesAreAskedAHundredAtATime(t *testing.T) {
	t.Parallel()
	var ids []VariableID
	for id := range VariableID(2*manyPerCall + 1) {
		ids = append(ids, id+1)
	}
	var mu sync.Mutex
	var asked []string
	c := newClient(t, upstream(func(r *http.Request) (*http.Response, error) {
		mu.Lock()
		defer mu.Unlock()
		if r.Method == http.MethodGet {
			q := r.URL.Query()
			asked = append(asked, strings.Join([]string{"GET", q.Get("variableId"), q.Get("granularity"), q.Get("aggregation"), q.Get("timeZoneId")}, " "))
			return answer(200, "[]"), nil
		}
		var body struct {
			VariableIds                          []VariableID
			Granularity, Aggregation, TimeZoneId string
		}
		if err := json.NewDecoder(r.Body).Decode(&body); err != nil {
			t.Error(err)
		}
		asked = append(asked, strings.Join([]string{"POST", strconv.Itoa(len(body.VariableIds)), body.Granularity, body.Aggregation, body.TimeZoneId}, " "))
		return answer(204, ""), nil
	}))
	brussels, err := time.LoadLocation("Europe/Brussels")
	if err != nil {
		t.Fatal(err)
	}
	got, failed := c.DataPointsOfMany(t.Context(), ManyQuery{Variables: ids, From: someDay, To: someDay.AddDate(0, 0, 1), Granularity: GranularityDay, Aggregate: Max, Zone: brussels})
	slices.Sort(asked)
	want := []string{"GET 201 Day 3 Europe/Brussels", "POST 100 Day 3 Europe/Brussels", "POST 100 Day 3 Europe/Brussels"}
	if !slices.Equal(asked, want) || len(got) > 0 || len(failed) > 0 {
		t.Errorf("asked %q, want %q; %d have points, %d failed", asked, want, len(got), len(failed))
	}
}

// What cannot be read has no points, and is not the same as no points. What came in part is asked for apart.
func TestManyVariablesInAnAnswerThatIsNotWhole(t *testing.T) {
	t.Parallel()
	const row = `{"date":"2026-03-01T00:00:00","variableId":1,"rawValue":3}`
	q := ManyQuery{Variables: []VariableID{1, 2}, From: someDay, To: someDay.AddDate(0, 0, 1)}
	if got, failed := newClient(t, says("["+row+",{")).DataPointsOfMany(t.Context(), q); len(got) > 0 || !errors.Is(failed[1], ErrMalformed) || !errors.Is(failed[2], ErrMalformed) {
		t.Errorf("cut short: %v, %v", got, failed)
	}
	s := &script{answers: []func() (*http.Response, error){
		func() (*http.Response, error) { return answer(200, "["+row+"]", "X-Total-Count", "2"), nil },
		func() (*http.Response, error) { return answer(200, "["+row+"]"), nil },
	}}
	if _, failed := newClient(t, s).DataPointsOfMany(t.Context(), q); s.count() != 3 || len(failed) > 0 {
		t.Errorf("one of two rows: %d calls, %v, want one for each variable by itself", s.count(), failed)
	}
}

func TestPointsOfManyVariablesOneByOne(t *testing.T) {
	for _, status := range []int{400, 404, 405, 500, 501} {
		var asked atomic.Int32
		c := newClient(t, upstream(func(r *http.Request) (*http.Response, error) {
			asked.Add(1)
			if r.Method == http.MethodPost {
				return answer(status, `{"message":"No grpc-status found on response."}`), nil
			}
			if r.URL.Query().Get("variableId") == "3" {
				return answer(403, `{}`), nil
			}
			return answer(200, `[{"date":"2026-03-01T00:00:00","variableId":`+r.URL.Query().Get("variableId")+`,"rawValue":1}]`), nil
		}), func(c *Config) { c.Now = func() time.Time { return someDay } })
		q := ManyQuery{Variables: []VariableID{1, 2, 3}, From: someDay, To: someDay.AddDate(0, 0, 1)}
		if got, failed := c.DataPointsOfMany(t.Context(), q); len(failed) != 1 || failed[3] == nil || len(got) != 2 {
			t.Fatalf("%d: %v, %v, want 1 and 2, and 3 to fail", status, got, failed)
		}
		before := asked.Load()
		if c.DataPointsOfMany(t.Context(), q); asked.Load() != before+3 {
			t.Errorf("%d: the call that is not known is made again: %d requests", status, asked.Load()-before)
		}
		for wait, again := range map[time.Duration]bool{manyWell: status == 500, manyAgain: true} {
			if got := c.hub.together.allowed(someDay.Add(wait)); got != again {
				t.Errorf("%d: after %v the call for all is made again: %t", status, wait, got)
			}
		}
	}
}

// Rows that do not say whose they are would be nobody's: the variables are asked for by themselves, a few at a time however many there are.
func TestPointsThatNameNoVariable(t *testing.T) {
	t.Parallel()
	var ids []VariableID
	for id := range VariableID(3 * manyPerCall) {
		ids = append(ids, id+1)
	}
	var now, most atomic.Int32
	c := newClient(t, upstream(func(*http.Request) (*http.Response, error) {
		n := now.Add(1)
		defer now.Add(-1)
		for m := most.Load(); n > m && !most.CompareAndSwap(m, n); m = most.Load() {
		}
		runtime.Gosched()
		return answer(200, `[{"date":"2026-03-01T00:00:00","rawValue":1}]`), nil
	}))
	got, failed := c.DataPointsOfMany(t.Context(), ManyQuery{Variables: ids, From: someDay, To: someDay.AddDate(0, 0, 1)})
	if len(failed) > 0 || len(got) != len(ids) {
		t.Errorf("points of %d of %d variables, %d failed", len(got), len(ids), len(failed))
	}
	if most.Load() > manyAtOnce {
		t.Errorf("%d calls at a time, want %d at most", most.Load(), manyAtOnce)
	}
}

func TestManyVariablesPassOnWhatIsNoAnswer(t *testing.T) {
	for _, status := range []int{403, 429, 503} {
		s := statuses(status)
		_, failed := newClient(t, s).DataPointsOfMany(t.Context(), ManyQuery{Variables: []VariableID{1, 2}, From: someDay, To: someDay.AddDate(0, 0, 1)})
		if e, ok := errors.AsType[*StatusError](failed[2]); !ok || e.Status != status || s.count() != 1 {
			t.Errorf("%d: %v after %d calls", status, failed, s.count())
		}
	}
}

func TestSourcesOfSeveralSites(t *testing.T) {
	s := says(`[{"id":1,"siteId":7,"name":"a"},{"id":2,"siteId":8,"name":"b"},{"id":3,"siteId":9,"name":"c"}]`)
	got, err := newClient(t, s).Sources(t.Context(), SourceQuery{Sites: []SiteID{7, 9}})
	if err != nil || len(got) != 2 || got[0].ID != 1 || got[1].ID != 3 {
		t.Errorf("Sources = %v, %v, want those of sites 7 and 9", got, err)
	}
	if ids := s.requests[0].URL.Query()["siteIds"]; len(ids) != 2 || s.count() != 1 {
		t.Errorf("asked for sites %v in %d calls", ids, s.count())
	}
}
