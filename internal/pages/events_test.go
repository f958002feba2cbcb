package pages

import (
	"fmt"
	"html"
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"testing"
	"time"

	"portico/internal/datahub"
	"portico/internal/demo/fault"
	"portico/internal/locale"
)

func TestEventsListAndCalendar(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	b.get("/events").want(t, "list", http.StatusOK, "Cold store", `<time datetime="2`, `href="/events/new"`)
	for _, lang := range locale.Langs() {
		b.lang = lang
		b.get("/events?view=calendar&month=2026-10").want(t, string(lang), http.StatusOK, `datetime="2026-09-28"`, `datetime="2026-11-01"`, "month=2026-09", "month=2026-11")
	}
	b.lang = locale.English
	a := b.get("/events?view=calendar&month=2026-10")
	if strings.Contains(a.body, `datetime="2026-11-02"`) || strings.Count(a.body, `class="calendar-day"`) != 35 {
		t.Errorf("October 2026 has %d days in its weeks, want 35", strings.Count(a.body, `class="calendar-day"`))
	}
	a.want(t, "week", http.StatusOK, "44")
	a = b.get("/events?type=3")
	if strings.Contains(a.body, "· Door") || a.status != http.StatusOK {
		t.Errorf("a filter by kind: %d", a.status)
	}
	for query, param := range map[string]string{"view=x": "view", "month=2026-13": "month&view=calendar", "site=x": "site", "type=x": "type", "from=x": "from", "done=x": "done"} {
		if strings.Contains(param, "&") {
			query += "&view=calendar"
		}
		if a := b.get("/events?" + query); a.status != http.StatusBadRequest {
			t.Errorf("%s: %d, %v", query, a.status, a.err)
		}
	}
}

// A time that cannot be read is told at its field, and the rest of the filter stays.
func TestEventsOverATimeThatCannotBeRead(t *testing.T) {
	t.Parallel()
	newBench(t).get("/events?q=door&from=yesterday&to=now").want(t, "from", http.StatusBadRequest, `value="yesterday"`, `value="door"`, "Write now-7d/d or a local time", `aria-invalid="true"`)
}

var eventForms = regexp.MustCompile(`href="(/events/\d+)"`)

func TestEventsAreMadeChangedAndDeleted(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	brussels := datahub.HomeZone()
	at := moment.In(brussels).Add(-time.Hour).Truncate(time.Minute)
	site := world.Sites[5]
	b.get(fmt.Sprint("/events/new?site=", site.ID)).want(t, "form", http.StatusOK, fmt.Sprintf(`value="%d" selected`, site.ID), "Europe/Brussels")
	form := url.Values{"site": {fmt.Sprint(site.ID)}, "type": {"6"}, "title": {"Seal <b>replaced</b>"}, "comment": {"by Ann"}, "from": {at.Format(localMinute)}, "to": {""}}
	if a := b.post("/events", form); a.status != http.StatusSeeOther || a.header.Get("Location") != fmt.Sprintf("/events?done=made&site=%d", site.ID) {
		t.Fatalf("make: %d to %s, %v\n%.2000s", a.status, a.header.Get("Location"), a.err, a.body)
	}
	list := b.get("/events?q=seal")
	list.want(t, "made", http.StatusOK, "Seal &lt;b&gt;replaced&lt;/b&gt;")
	page := eventForms.FindStringSubmatch(list.body)
	if page == nil {
		t.Fatal("the new event cannot be changed")
	}
	b.get(page[1]).want(t, "change", http.StatusOK, `value="`+at.Format(localMinute)+`"`, "by Ann", page[1]+"/delete")
	form.Set("title", "Seal checked")
	form.Set("to", at.Add(30*time.Minute).Format(localMinute))
	if a := b.post(page[1], form); a.header.Get("Location") != fmt.Sprintf("/events?done=changed&site=%d", site.ID) {
		t.Errorf("change: %d to %s, %v", a.status, a.header.Get("Location"), a.err)
	}
	b.get("/events?q=seal").want(t, "changed", http.StatusOK, "Seal checked", at.Add(30*time.Minute).Format("15:04"))
	for range 2 { // gone is gone
		if a := b.post(page[1]+"/delete", nil); a.header.Get("Location") != "/events?done=deleted" {
			t.Errorf("delete: %d to %s, %v", a.status, a.header.Get("Location"), a.err)
		}
	}
	if a := b.get("/events?q=seal"); strings.Contains(a.body, "Seal checked") {
		t.Error("the event is still there")
	}
	if a := b.get(page[1]); a.status != http.StatusNotFound {
		t.Errorf("a deleted event: %d", a.status)
	}
}

func TestEventFormsKeepWhatWasTyped(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	good := url.Values{"site": {fmt.Sprint(world.Sites[5].ID)}, "type": {"6"}, "title": {"Seal"}, "from": {"2026-11-01T10:00"}, "to": {""}}
	for field, bad := range map[string][2]string{
		"site": {"1234567", "Choose one of the sites."}, "title": {" ", "Say in a few words"}, "from": {"yesterday", "Write a day and a time"}, "to": {"2026-10-31T10:00", "The end lies before the beginning."},
	} {
		form := url.Values{}
		for k, v := range good {
			form[k] = v
		}
		form.Set(field, bad[0])
		a := b.post("/events", form)
		a.want(t, field, http.StatusBadRequest, bad[1], `aria-invalid="true"`)
		if field != "title" {
			a.want(t, field, http.StatusBadRequest, `value="Seal"`)
		}
	}
	if a := b.post("/events", url.Values{"site": {"x"}}); a.status != http.StatusBadRequest {
		t.Errorf("no id: %d", a.status)
	}
}

// A write is sent once. When its answer is lost the Data Hub is asked whether the event is there; where that is not known, or nothing was sent, the person is told so beside what they typed.
func TestR21AnswerOfAWriteIsLost(t *testing.T) {
	t.Parallel()
	lost := fault.Rule{Path: "/events", Count: 1, Fault: fault.Fault{Cut: true, After: true}}
	never := fault.Rule{Path: "/events", Count: 1, Fault: fault.Fault{Cut: true}}
	deaf := fault.Rule{Path: "/events", Fault: fault.Fault{Status: http.StatusInternalServerError}}
	busy := fault.Rule{Path: "/events", Count: 1, Fault: fault.Fault{Status: http.StatusServiceUnavailable}}
	for name, tt := range map[string]struct {
		rules  []fault.Rule
		status int
		says   string
		made   int
	}{
		"it arrived":                       {[]fault.Rule{lost}, http.StatusSeeOther, "", 1},
		"it did not arrive":                {[]fault.Rule{never}, http.StatusBadGateway, "it is unknown whether this was saved", 0},
		"it arrived, and nobody can tell":  {[]fault.Rule{lost, deaf}, http.StatusBadGateway, "it is unknown whether this was saved", 1},
		"the Data Hub said it is too busy": {[]fault.Rule{busy}, http.StatusServiceUnavailable, "nothing was saved", 0},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			b := newBench(t)
			at := moment.In(datahub.HomeZone()).Add(-time.Hour).Truncate(time.Minute)
			form := url.Values{"site": {fmt.Sprint(world.Sites[5].ID)}, "type": {"6"}, "title": {"Valve turned"}, "comment": {"by Ann"}, "from": {at.Format(localMinute)}, "to": {""}}
			b.get("/events/new").want(t, "the form", http.StatusOK) // from here on the kinds of events are known
			b.faults.Set(tt.rules...)
			a := b.post("/events", form)
			if a.want(t, name, tt.status, tt.says); tt.status != http.StatusSeeOther {
				a.want(t, name, tt.status, `value="Valve turned"`, "by Ann", at.Format(localMinute))
			}
			b.faults.Set()
			list, err := b.hub.Client(always{"alice"}).Events(t.Context(), datahub.EventQuery{Site: datahub.SiteID(world.Sites[5].ID), From: at, To: at.Add(time.Minute)})
			made := 0
			for _, e := range list {
				if e.Title == "Valve turned" {
					made++
				}
			}
			if err != nil || made != tt.made {
				t.Errorf("%d events were made, %v; want %d", made, err, tt.made)
			}
		})
	}
}

func TestR21AnswerOfADeletionIsLost(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	at := moment.Add(-time.Hour).Truncate(time.Minute)
	id, err := b.hub.Client(always{"alice"}).CreateEvent(t.Context(), datahub.Event{Site: datahub.SiteID(world.Sites[5].ID), TypeID: 6, Title: "Valve turned", From: at, To: at})
	if err != nil || id == 0 {
		t.Fatal(id, err)
	}
	b.faults.Set(fault.Rule{Path: "/events", Count: 1, Fault: fault.Fault{Cut: true, After: true}})
	if a := b.post(fmt.Sprintf("/events/%d/delete", id), nil); a.header.Get("Location") != "/events?done=deleted" {
		t.Errorf("%d to %s, %v", a.status, a.header.Get("Location"), a.err)
	}
}

// A day's events that are alike stand behind one row, where the newest of them would; other days, sites and titles have their own.
func TestEventsThatAreAlikeAreOneRow(t *testing.T) {
	t.Parallel()
	at := func(day, hour int) time.Time { return time.Date(2026, 11, day, hour, 0, 0, 0, time.UTC) }
	d := eventsData{now: at(26, 20), zone: time.UTC, in: func(*time.Location) *time.Location { return time.UTC }, may: func(string, datahub.Right) bool { return true }}
	for i, e := range []struct {
		day, hour int
		site      datahub.SiteID
		title     string
	}{{26, 18, 1, "Door"}, {26, 16, 1, "Filter"}, {26, 15, 1, "Door"}, {26, 14, 2, "Door"}, {26, 9, 1, "Door"}, {25, 9, 1, "Door"}, {25, 8, 1, "Door"}} {
		d.events = append(d.events, datahub.Event{ID: datahub.EventID(i + 1), Site: e.site, Title: e.title, From: at(e.day, e.hour), To: at(e.day, e.hour)})
	}
	var got []string
	rows, more := d.list(locale.For(locale.English))
	for _, row := range rows {
		got = append(got, fmt.Sprint(row.Title, " ", len(row.Alike)))
	}
	if want := "3 × Door 3, Filter 0, Door 0, Door 0, Door 0"; strings.Join(got, ", ") != want || more {
		t.Errorf("rows %q, more: %t, want %s", got, more, want)
	}
}

// What happens often does not push what happens seldom out of the list: too many that are alike have a page of their own, which shows the newest.
func TestManyEventsThatAreAlike(t *testing.T) {
	t.Parallel()
	now := time.Date(2026, 11, 26, 20, 0, 0, 0, time.UTC)
	d := eventsData{now: now, zone: time.UTC, in: func(*time.Location) *time.Location { return time.UTC }, may: func(string, datahub.Right) bool { return true }}
	for i := range 4 * eventsAtMost {
		at := now.Add(-time.Duration(i) * time.Minute)
		d.events = append(d.events, datahub.Event{ID: datahub.EventID(i + 1), Site: 1, Title: "Door", From: at, To: at})
	}
	doors := len(d.events)
	d.events = append(d.events, datahub.Event{ID: 9999, Site: 1, Title: "Filter", From: now.AddDate(0, 0, -3), To: now.AddDate(0, 0, -3)})
	rows, more := d.list(locale.For(locale.English))
	if len(rows) != 2 || more || !strings.HasSuffix(rows[0].Title, "200 × Door") || rows[0].Alike != nil || rows[0].Href != "/events?from=2026-11-26&q=Door&site=1&to=2026-11-27" || rows[1].Title != "Filter" {
		t.Errorf("%d rows, more: %t, first %+v", len(rows), more, rows[0])
	}
	d.events = d.events[:doors]
	if rows, more = d.list(locale.For(locale.English)); len(rows) != 1 || !more || len(rows[0].Alike) != eventsAtMost {
		t.Errorf("the doors by themselves: %d rows, more: %t", len(rows), more)
	}
	d.query = eventsQuery{site: 1, q: "Door", from: "2026-11-26", to: "2026-11-27"} // which another title has too
	d.events = append(d.events, datahub.Event{ID: 9998, Site: 1, Title: "Door left open", From: now.Add(-19 * time.Hour), To: now.Add(-19 * time.Hour)})
	if rows, more = d.list(locale.For(locale.English)); len(rows) != 2 || !more || len(rows[0].Alike) != eventsAtMost {
		t.Errorf("their own page leads to itself: %d rows, more: %t, %s", len(rows), more, rows[0].Href)
	}
}

// A site's page of events and a meter's lead from such a row to the day's events.
func TestEventsOfASiteThatAreAlikeAreOneRow(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	row := regexp.MustCompile(`href="(/events\?[^"]*site=204486[^"]*)"><bdi>(\d+) × Dock door opened`)
	for _, path := range []string{"/sites/204486/events", "/sources/6044863"} {
		m := row.FindStringSubmatch(b.get(path).body)
		if m == nil {
			t.Errorf("%s has no row of a day's events", path)
			continue
		}
		b.get(html.UnescapeString(m[1])).want(t, path, http.StatusOK, m[2]+" × Dock door opened")
	}
}
