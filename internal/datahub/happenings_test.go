package datahub

import (
	"context"
	"errors"
	"io"
	"net/http"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"
)

func TestEvents(t *testing.T) {
	t.Parallel()
	from := time.Date(2026, 6, 10, 0, 0, 0, 0, time.UTC)
	hub := says(`[{"id":2,"siteId":7,"sourceIds":[8,"9"],"typeId":3,"title":"Test","from":"2026-06-10T10:00:00Z","to":"2026-06-10T11:00:00Z"},{"id":"1","siteId":"7","title":"Note","from":"2026-06-10T09:00:00"},
		{"id":3,"siteId":8,"from":"2026-06-10T09:00:00Z"},{"id":4,"siteId":7,"from":"2026-06-11T00:00:00Z"},{"id":5,"siteId":7,"from":"2026-06-10T12:00:00Z","to":"2026-06-10T11:00:00Z"}]`)
	got, err := newClient(t, hub).Events(t.Context(), EventQuery{Site: 7, From: from, To: from.AddDate(0, 0, 1)})
	want := []Event{
		{ID: 1, Site: 7, Title: "Note", From: from.Add(9 * time.Hour), To: from.Add(9 * time.Hour)},
		{ID: 2, Site: 7, Sources: []SourceID{8, 9}, TypeID: 3, Title: "Test", From: from.Add(10 * time.Hour), To: from.Add(11 * time.Hour)},
		{ID: 5, Site: 7, From: from.Add(12 * time.Hour), To: from.Add(12 * time.Hour)},
	}
	if diff := cmp.Diff(want, got); err != nil || diff != "" {
		t.Errorf("events: %v\n%s", err, diff)
	}
	if q := hub.requests[0].URL.Query(); q.Get("siteId") != "7" || q.Get("from") != "2026-06-10T00:00:00Z" || q.Get("to") != "2026-06-11T00:00:00Z" {
		t.Errorf("query %v", q)
	}
	if types, err := newClient(t, says(`[{"id":1,"name":"Door"}]`)).EventTypes(t.Context()); err != nil || types[0].Name != "Door" {
		t.Errorf("types %v, %v", types, err)
	}
}

func TestCreateEvent(t *testing.T) {
	t.Parallel()
	at := time.Date(2026, 6, 10, 10, 0, 0, 0, time.FixedZone("", 7200))
	for body, want := range map[string]EventID{`{"id":12,"title":"x"}`: 12, `12`: 12, `"12"`: 12, `{"Id":"12"}`: 12, `true`: 0, ``: 0, `{}`: 0, `<ok/>`: 0} {
		hub := says(body)
		got, err := newClient(t, hub).CreateEvent(t.Context(), Event{Site: 7, TypeID: 6, Title: "Zoë", From: at, To: at})
		if err != nil || got != want {
			t.Errorf("answered with %q: %d, %v, want %d", body, got, err, want)
		}
		if sent := `{"comment":"","from":"2026-06-10T08:00:00Z","siteId":7,"sourceIds":[],"title":"Zoë","to":"2026-06-10T08:00:00Z","typeId":6}`; hub.bodies[0] != sent || hub.requests[0].Method != "POST" {
			t.Errorf("sent %s, want %s", hub.bodies[0], sent)
		}
	}
	plain := &script{answers: []func() (*http.Response, error){func() (*http.Response, error) { return answer(200, "12", "Content-Type", "text/plain"), nil }}}
	if got, err := newClient(t, plain).CreateEvent(t.Context(), Event{Site: 7, From: at, To: at}); got != 12 || err != nil {
		t.Errorf("answered as plain text: %d, %v", got, err)
	}
	if _, err := newClient(t, statuses(500)).CreateEvent(t.Context(), Event{}); err == nil {
		t.Error("a 500 is a success")
	}
}

func TestChangeAndDeleteEvent(t *testing.T) {
	t.Parallel()
	at := time.Date(2026, 6, 10, 10, 0, 0, 0, time.FixedZone("", 7200))
	hub := says("")
	if err := newClient(t, hub).ChangeEvent(t.Context(), Event{ID: 12, Site: 7, Sources: []SourceID{8}, TypeID: 6, Title: "Zoë", Comment: "c", From: at, To: at}); err != nil {
		t.Fatal(err)
	}
	want := `[{"op":"replace","path":"/comment","value":"c"},{"op":"replace","path":"/from","value":"2026-06-10T08:00:00Z"},{"op":"replace","path":"/siteId","value":7},{"op":"replace","path":"/sourceIds","value":[8]},` +
		`{"op":"replace","path":"/title","value":"Zoë"},{"op":"replace","path":"/to","value":"2026-06-10T08:00:00Z"},{"op":"replace","path":"/typeId","value":6}]`
	if r := hub.requests[0]; r.Method != "PATCH" || r.URL.Path != "/base/events/12" || hub.bodies[0] != want {
		t.Errorf("%s %s with %s, want %s", r.Method, r.URL, hub.bodies[0], want)
	}
	hub = says("")
	if err := newClient(t, hub).DeleteEvent(t.Context(), 12); err != nil || hub.requests[0].Method != "DELETE" || hub.requests[0].URL.Path != "/base/events/12" {
		t.Errorf("DeleteEvent: %v, %s %s", err, hub.requests[0].Method, hub.requests[0].URL)
	}
	for what, err := range map[string]error{"change": newClient(t, statuses(404)).ChangeEvent(t.Context(), Event{ID: 12}), "delete": newClient(t, statuses(404)).DeleteEvent(t.Context(), 12)} {
		if !errors.Is(err, ErrNotFound) {
			t.Errorf("%s of nothing: %v", what, err)
		}
	}
	got, err := newClient(t, says(`{"id":12,"siteId":7,"title":"x","comment":"c","from":"2026-06-10T08:00:00Z"}`)).Event(t.Context(), 12)
	if want := (Event{ID: 12, Site: 7, Title: "x", Comment: "c", From: at.UTC(), To: at.UTC()}); err != nil || !got.From.Equal(want.From) || got.Comment != "c" || got.Site != 7 {
		t.Errorf("Event = %+v, %v, want %+v", got, err, want)
	}
	if _, err := newClient(t, statuses(404)).Event(t.Context(), 12); !errors.Is(err, ErrNotFound) {
		t.Errorf("no event: %v", err)
	}
}

func TestGroups(t *testing.T) {
	t.Parallel()
	got, err := newClient(t, says(`[{"id":11,"name":"Flanders","more":{}},{"id":"12"}]`)).Groups(t.Context())
	if diff := cmp.Diff([]Group{{11, "Flanders"}, {ID: 12}}, got); err != nil || diff != "" {
		t.Errorf("groups: %v\n%s", err, diff)
	}
	hub := says("[" + siteJSON + "]")
	sites, err := newClient(t, hub).GroupSites(t.Context(), 11)
	if diff := cmp.Diff([]Site{site}, sites); err != nil || diff != "" || hub.requests[0].URL.Path != "/base/groups/11/sites" {
		t.Errorf("sites of a group: %v\n%s", err, diff)
	}
	if _, err := newClient(t, statuses(404)).GroupSites(t.Context(), 11); !errors.Is(err, ErrNotFound) {
		t.Errorf("sites of no group: %v", err)
	}
}

func TestForms(t *testing.T) {
	t.Parallel()
	got, err := newClient(t, says(`[{"id":"5d","name":"SITE_FORM","entityType":"site","groups":[{"id":1,"name":"Building","fields":[{"name":"Kind","type":4,"isList":true,"items":[{"name":"Offices","value":7}]},{"name":"Area","type":"2"}]}]},
		{"name":"NO_ID"}]`)).Forms(t.Context())
	want := []Form{{ID: "5d", Name: "SITE_FORM", Entity: "site", Groups: []FormGroup{{Name: "Building", Fields: []FormField{{Name: "Kind", Type: 4, List: true, Items: []FormItem{{"Offices", "7"}}}, {Name: "Area", Type: 2}}}}}, {Name: "NO_ID"}}
	if diff := cmp.Diff(want, got); err != nil || diff != "" {
		t.Errorf("forms: %v\n%s", err, diff)
	}
}

func TestFiles(t *testing.T) {
	t.Parallel()
	want := []File{{ID: "7001", Name: "a.csv", Size: 12, Type: "text/csv", Site: 7, Created: time.Date(2026, 1, 5, 12, 0, 0, 0, time.UTC)}, {ID: "x-1"}}
	const items = `[{"id":7001,"name":"a.csv","size":12,"contentType":"text/csv","siteId":7,"createdDate":"2026-01-05T12:00:00Z"},{"id":"x-1"}]`
	for name, body := range map[string]string{"wrapped": `{"cloudItems":` + items + `,"totalCount":2}`, "in another case": `{"CloudItems":` + items + `}`, "bare": items} {
		hub := says(body)
		got, err := newClient(t, hub).Files(t.Context(), FileQuery{Name: "a"})
		if diff := cmp.Diff(want, got); err != nil || diff != "" || hub.requests[0].URL.Query().Get("fileName") != "a" {
			t.Errorf("%s: %v\n%s", name, err, diff)
		}
	}
	wrapped := says(`{"cloudItems":` + items + `}`)
	if got, err := newClient(t, wrapped).Files(t.Context(), FileQuery{Site: 7}); err != nil || len(got) != 1 || wrapped.requests[0].URL.Query().Get("siteId") != "7" {
		t.Errorf("of a site: %v, %v", got, err)
	}
	for _, body := range []string{`{"cloudItems":7}`, `{"items":[]}`, `{"cloudItems":[{"name":"x"}]}`, `{"cloudItems":[`} {
		if got, err := newClient(t, says(body)).Files(t.Context(), FileQuery{}); !errors.Is(err, ErrMalformed) {
			t.Errorf("Files of %s = %v, %v, want ErrMalformed", body, got, err)
		}
	}
}

func TestDownload(t *testing.T) {
	t.Parallel()
	hub := &script{answers: []func() (*http.Response, error){func() (*http.Response, error) {
		return answer(200, "Hello", "Content-Type", "text/html; charset=latin1"), nil
	}}}
	var b strings.Builder
	if err := newClient(t, hub).Download(t.Context(), "7001", &b); err != nil || b.String() != "Hello" || hub.requests[0].URL.RequestURI() != "/base/storage/file?id=7001" {
		t.Errorf("%q, %v of %s", &b, err, hub.requests[0].URL)
	}
	hub = statuses(503, 200)
	if err := newClient(t, hub).Download(t.Context(), "7001", &b); err == nil || hub.count() != 1 {
		t.Errorf("a download is tried %d times, %v: half of it may be written", hub.count(), err)
	}
	if err := newClient(t, statuses(404)).Download(t.Context(), "7001", &b); !errors.Is(err, ErrNotFound) {
		t.Errorf("no such file: %v", err)
	}
	if err := newClient(t, says("x")).Download(t.Context(), "../x", &b); !errors.Is(err, ErrNotFound) {
		t.Errorf("an id that is none: %v", err)
	}
	large := &script{answers: []func() (*http.Response, error){func() (*http.Response, error) {
		r := answer(200, "", "Content-Type", "application/octet-stream")
		r.Body, r.ContentLength = endless{}, -1
		return r, nil
	}}}
	n := counter(0)
	if err := newClient(t, large).Download(t.Context(), "7001", &n); !errors.Is(err, ErrTooLarge) || n > maxFile {
		t.Errorf("an endless file: %v after %d bytes", err, n)
	}
}

// A download may take longer than a call, but not stand still.
func TestDownloadThatStalls(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		pieces := 0
		hub := upstream(func(r *http.Request) (*http.Response, error) {
			resp := answer(200, "")
			resp.Body = io.NopCloser(reading(func(b []byte) (int, error) {
				if pieces++; pieces <= 5 {
					time.Sleep(15 * time.Second)
					return copy(b, "x"), nil
				}
				<-r.Context().Done()
				return 0, r.Context().Err()
			}))
			return resp, nil
		})
		start, b := time.Now(), counter(0)
		err := newClient(t, hub).Download(t.Context(), "7001", &b)
		if took := time.Since(start); !errors.Is(err, ErrUnavailable) || !errors.Is(err, context.DeadlineExceeded) || b != 5 || took != 95*time.Second {
			t.Errorf("%d bytes in %v, %v; want 5 in 75 s, and 20 s of patience", b, took, err)
		}
	})
}

// reading is a reader.
type reading func([]byte) (int, error)

func (f reading) Read(b []byte) (int, error) { return f(b) }

// endless is a body without an end.
type endless struct{}

func (endless) Read(b []byte) (int, error) { return len(b), nil }
func (endless) Close() error               { return nil }

// counter counts what is written to it.
type counter int

func (c *counter) Write(b []byte) (int, error) {
	*c += counter(len(b))
	return len(b), nil
}

func TestCalculation(t *testing.T) {
	t.Parallel()
	body := `[{"id":9,"calculated":{"id":9,"friendlyName":"Rest","updatedBy":"Ann","updatedDate":"2026-01-05T12:00:00","calculatedVariableFormulas":[{"formula":"list()","validFrom":"2026-01-01T00:00:00Z","validUntil":null,
		"variables":[{"alias":"a","siteId":7,"sourceId":8,"variableId":"4","unitId":8,"canBeUsedAsATrigger":true,"granularity":0,"period":1.0}],"entities":[{"alias":"area","entityType":1,"siteId":7,"formId":"5d","groupId":1,"propId":"FloorArea"}],
		"constants":[{"alias":"k","value":1000}]},{}]}},{"id":10,"calculated":{"friendlyName":"other"}}]`
	want := &Calculation{Name: "Rest", UpdatedBy: "Ann", Updated: time.Date(2026, 1, 5, 12, 0, 0, 0, time.UTC), Formulas: []Formula{{
		Script: "list()", From: time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC), Inputs: []FormulaInput{{Alias: "a", Site: 7, Source: 8, Variable: 4, UnitID: 8, Trigger: true}},
		Fields: []FormulaField{{Alias: "area", Site: 7, Form: "5d", Field: "FloorArea"}}, Constants: []FormulaConstant{{"k", 1000}}}, {}}}
	got, err := newClient(t, says(body)).Calculation(t.Context(), 9)
	if diff := cmp.Diff(want, got); err != nil || diff != "" {
		t.Errorf("calculation: %v\n%s", err, diff)
	}
	for body, wantNil := range map[string]bool{`[{"id":9}]`: true, `[{"id":9,"calculated":{}}]`: true, `[{"id":9,"calculated":{"calculatedVariableFormulas":7}}]`: false} {
		if got, err := newClient(t, says(body)).Calculation(t.Context(), 9); err != nil || (got == nil) != wantNil {
			t.Errorf("Calculation of %s = %v, %v", body, got, err)
		}
	}
	if got, err := newClient(t, says(`[]`)).Calculation(t.Context(), 9); !errors.Is(err, ErrNotFound) {
		t.Errorf("Calculation of nothing = %v, %v", got, err)
	}
}

func TestMoments(t *testing.T) {
	t.Parallel()
	at := time.Date(2026, 6, 10, 8, 0, 0, 0, time.UTC)
	for text, want := range map[string]time.Time{
		`"2026-06-10T08:00:00Z"`: at, `"2026-06-10T08:00:00"`: at, `"2026-06-10 10:00:00+02:00"`: at, `"2026-06-10T08:00:00.5"`: at.Add(500 * time.Millisecond), `"2026-06-10"`: at.Add(-8 * time.Hour),
		`"0001-01-01T00:00:00"`: {}, `"0001-01-01T00:00:00-05:00"`: {}, `null`: {}, `""`: {},
	} {
		var m moment
		if err := m.UnmarshalJSON([]byte(text)); err != nil || !time.Time(m).Equal(want) {
			t.Errorf("%s is %v, %v, want %v", text, time.Time(m), err, want)
		}
	}
	for _, text := range []string{`"yesterday"`, `17`, `{}`, `"2026-13-01T00:00:00Z"`} {
		if err := new(moment).UnmarshalJSON([]byte(text)); err == nil {
			t.Errorf("%s is a moment", text)
		}
	}
}
