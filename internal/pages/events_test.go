package pages

import (
	"fmt"
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"testing"
	"time"

	"portico/internal/datahub"
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

var eventForms = regexp.MustCompile(`href="(/events/\d+)"`)

func TestEventsAreMadeChangedAndDeleted(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	brussels := datahub.HomeZone()
	at := time.Now().In(brussels).Add(-time.Hour).Truncate(time.Minute)
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
