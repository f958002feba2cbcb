package pages

import (
	"context"
	"fmt"
	"html"
	"net/http"
	"net/http/httptest"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"portico/internal/datahub"
	"portico/internal/demo/fault"
	"portico/internal/locale"
	"portico/internal/shelf"
)

func (b *bench) post(target string, form url.Values) answer {
	b.Helper()
	r := httptest.NewRequest(http.MethodPost, target, strings.NewReader(form.Encode()))
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	return b.serve(r)
}

// open returns an alarm that is present and that nobody acknowledged.
func (b *bench) open() datahub.Alarm {
	b.Helper()
	alarms, err := b.hub.Client(always{"alice"}).Alarms(b.Context(), datahub.AlarmQuery{})
	if err != nil {
		b.Fatal(err)
	}
	for _, a := range alarms {
		if alarmState(a) == alarmPresent || alarmState(a) == alarmCleared {
			return a
		}
	}
	b.Fatal("the demo has no alarm to acknowledge")
	return datahub.Alarm{}
}

func (b *bench) acknowledged(id datahub.AlarmID) bool {
	b.Helper()
	a, err := b.hub.Client(always{"alice"}).Alarm(b.Context(), id)
	if err != nil {
		b.Fatal(err)
	}
	return a.Latest != nil && a.Latest.State.Acknowledged
}

// A row opens in its place, by an address: the course with its levels, when the alarm was there before, and where there is more. What is not in the list opens nothing.
func TestAlarmsOpenInTheirPlace(t *testing.T) {
	t.Parallel()
	at := time.Date(2026, 11, 26, 12, 0, 0, 0, time.UTC)
	b := benchAt(t, func() time.Time { return at })
	b.now = at
	rows := b.get("/alarms?state=all&q=dock+door").body
	m := regexp.MustCompile(`href="(/alarms\?q=dock\+door&amp;state=all&amp;open=([^"#]+))#alarm-`).FindStringSubmatch(rows)
	if m == nil || strings.Contains(rows, `aria-expanded="true"`) {
		t.Fatal("rows cannot be opened, or are open")
	}
	a := b.get(html.UnescapeString(m[1]))
	a.want(t, "opened", http.StatusOK, `aria-expanded="true"`, `id="details-`+m[2]+`"`, "sets at", "resets at", `id="alarm-title"`, "Present in the last 30 days", `href="/alarms/`+m[2]+`?at=2026-11-`, `href="/alarms/`+m[2]+`"`,
		`href="/alarms?q=dock+door&amp;state=all#alarm-`+m[2]+`"`, `name="return_to" value="/alarms?q=dock+door&amp;state=all&amp;open=`+m[2]+`"`)
	if n := strings.Count(a.body, `href="/alarms/`+m[2]+`?at=`); n != alarmTimes {
		t.Errorf("%d times at which the door was open, want the last %d", n, alarmTimes)
	}
	if n := strings.Count(a.body, `aria-expanded="true"`); n != 1 {
		t.Errorf("%d rows are open", n)
	}
	b.faults.Set(fault.Rule{Path: "/stateChanges", Fault: fault.Fault{Status: http.StatusInternalServerError}})
	b.get(html.UnescapeString(m[1])).want(t, "without history", http.StatusOK, "sets at", `class="panel-failure"`)
	b.get("/alarms?state=all&open=nothing").want(t, "another", http.StatusOK, `aria-expanded="false"`)
	if a := b.get("/alarms?open=a&open=b"); a.status != http.StatusBadRequest {
		t.Errorf("two at once: %d", a.status)
	}
}

func TestAlarmsListAndFilters(t *testing.T) {
	t.Parallel()
	at := time.Date(2026, 11, 26, 12, 0, 0, 0, time.UTC)
	b := benchAt(t, func() time.Time { return at })
	b.now = at
	a := b.get("/alarms?state=all")
	a.want(t, "all", http.StatusOK, "Water runs in flat 17 at night", "Les Tilleuls", `name="alarm"`, `action="/alarms/ack"`, "acknowledged")
	for query, texts := range map[string][2]string{
		"state=all&q=flat+17":          {"Water runs in flat 17", "Dock door left open"},
		"state=all&kind=low":           {"Basin too cold", "Water runs in flat 17"},
		"state=all&kind=binary":        {"No data", "Basin too cold"},
		"state=all&ack=yes":            {"Water runs in flat 17", "Basin too cold"},
		"state=all&site=1234567":       {"No alarm fits this filter", "Water runs"},
		"state=all&to=2026-11-20":      {"Water runs in flat 17", "Dock door left open"},
		"state=all&from=now-1d&q=flat": {"No alarm fits this filter", "Water runs"},
	} {
		a := b.get("/alarms?" + query)
		a.want(t, query, http.StatusOK, texts[0])
		if list := after(a.body, `</nav>`); strings.Contains(list, texts[1]) {
			t.Errorf("%s: the list has %q", query, texts[1])
		}
	}
	for query, param := range map[string]string{"state=x": "state", "ack=maybe": "ack", "kind=x": "kind", "site=a": "site", "group=-1": "group", "page=0": "page", "view=x": "view", "q=a&q=b": "q"} {
		if a := b.get("/alarms?" + query); a.status != http.StatusBadRequest || !strings.Contains(a.err.Error(), param) {
			t.Errorf("%s: %d, %v", query, a.status, a.err)
		}
	}
	for field, text := range map[string]string{"from": "Write now-7d/d or a local time", "to": "Write now/d or a local time"} { // what was typed is still there
		b.get("/alarms?q=flat&"+field+"=yesterday").want(t, field, http.StatusBadRequest, text, `value="yesterday"`, `value="flat"`, `aria-invalid="true"`, "still in the form")
	}
	if a := b.get("/export/alarms?format=csv&from=yesterday"); a.status != http.StatusBadRequest {
		t.Errorf("a file over a time that cannot be read: %d", a.status)
	}
	b.get("/alarms?view=days").want(t, "days", http.StatusOK, "Alarms per day, last 30 days", "<svg", "<table")
	if a := b.get("/alarms?group=999999"); a.status != http.StatusNotFound {
		t.Errorf("no such group: %d", a.status)
	}
}

func after(text, mark string) string {
	if i := strings.LastIndex(text, mark); i >= 0 {
		return text[i:]
	}
	return text
}

func TestAlarmPage(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	for _, lang := range locale.Langs() {
		b.lang = lang
		b.get(alarmHref(b.open().ID)).want(t, string(lang), http.StatusOK, "<svg", "/explore?", "<table", string(b.open().ID))
	}
	b.lang = locale.English
	flat := regexp.MustCompile(`/alarms/[0-9a-f]{24}`).FindString(b.get("/alarms?state=all&q=flat+17").body)
	b.get(flat).want(t, "flat 17", http.StatusOK, "sets: 0.005", "resets: 0.001", "sets at 0.005", "notice", "acknowledged")
	b.get(flat+"?days=30&at=2026-03-01T12:00:00Z").want(t, "a moment", http.StatusOK, "14\u00a0Feb", "15\u00a0Mar")
	for path, want := range map[string][]string{ // what is read again when something changes: the moment that is shown, or now
		flat + "?days=30&at=2026-03-01T12:00:00Z":               {`data-hx-get="/x` + flat + `?at=2026-03-01T12%3A00%3A00Z&amp;days=30&amp;part=content"`, `data-fresh-in=""`},
		flat + "?days=7&at=" + b.now.UTC().Format(time.RFC3339): {`data-hx-get="/x/?part=content"`, `data-fresh-in="900"`},
	} {
		b.get(path).want(t, path, http.StatusOK, want...)
	}
	for _, query := range []string{"?days=2", "?at=now", "?at=2026"} {
		if a := b.get(flat + query); a.status != http.StatusBadRequest {
			t.Errorf("%s: %d", query, a.status)
		}
	}
	for _, id := range []string{"nope", "0a1affffffffffffffffffff", "%3Cscript%3E"} {
		if a := b.get("/alarms/" + id); a.status != http.StatusNotFound {
			t.Errorf("%s: %d, %v", id, a.status, a.err)
		}
	}
}

var undoName = regexp.MustCompile(`name="undo" value="([A-Z2-7]+)"`)

func TestAcknowledgeWaitsAndThenIsDone(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	alarm := b.open()
	a := b.post("/alarms/ack", url.Values{"alarm": {string(alarm.ID)}, "note": {"door closed"}, "return_to": {"/alarms?state=all"}})
	if a.status != http.StatusSeeOther || a.header.Get("Location") != "/alarms?state=all" {
		t.Fatalf("%d to %s, %v", a.status, a.header.Get("Location"), a.err)
	}
	b.get("/alarms?state=all").want(t, "waiting", http.StatusOK, "1 alarm will be acknowledged at", "Undo", "is about to be acknowledged")
	if b.acknowledged(alarm.ID) || b.wait != undoTime {
		t.Fatalf("the Data Hub is told after %v: nothing can be undone", b.wait)
	}
	b.later()
	if !b.acknowledged(alarm.ID) {
		t.Error("the Data Hub was not told")
	}
	if a := b.get("/alarms?state=all"); strings.Contains(a.body, "will be acknowledged") {
		t.Error("what is done still waits")
	}
}

func TestAcknowledgeCanBeUndone(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	alarm := b.open()
	b.post("/alarms/ack", url.Values{"one": {string(alarm.ID)}, "alarm": {"another"}})
	if waiting, err := shelf.All[acknowledgement](t.Context(), b.shelf, b.owner, shelf.Undo); err != nil || len(waiting) != 1 || fmt.Sprint(waiting[0].Value.Alarms) != fmt.Sprintf("[%s]", alarm.ID) {
		t.Errorf("the button of one alarm acknowledges %+v, %v", waiting, err)
	}
	name := undoName.FindStringSubmatch(b.get("/alarms").body)
	if name == nil {
		t.Fatal("nothing to undo")
	}
	b.owner = shelf.OwnerOf("https://op", "bob", "")
	if a := b.post("/alarms/ack/undo", url.Values{"undo": {name[1]}}); a.header.Get("Location") != "/alarms?done=late" {
		t.Errorf("somebody else's is undone: %d to %s", a.status, a.header.Get("Location"))
	}
	b.owner = owner
	a := b.post("/alarms/ack/undo", url.Values{"undo": {name[1]}})
	if a.header.Get("Location") != "/alarms?done=undone" {
		t.Errorf("undone: %d to %s", a.status, a.header.Get("Location"))
	}
	b.later()
	if b.acknowledged(alarm.ID) {
		t.Error("what was undone is done all the same")
	}
	if a := b.post("/alarms/ack/undo", url.Values{"undo": {name[1]}}); a.header.Get("Location") != "/alarms?done=late" {
		t.Errorf("twice: %d to %s", a.status, a.header.Get("Location"))
	}
}

func TestAcknowledgeThatFailsIsTold(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	alarm := b.open()
	b.post("/alarms/ack", url.Values{"alarm": {string(alarm.ID)}})
	b.faults.Set(fault.Rule{Fault: fault.Fault{Status: http.StatusConflict}, Path: "acknowledge", Count: 1})
	b.later()
	b.get("/alarms").want(t, "failed", http.StatusOK, "1 alarm could not be acknowledged.", `name="again"`, string(alarm.ID))
	again := regexp.MustCompile(`name="again" value="([A-Z2-7]+)"`).FindStringSubmatch(b.get("/alarms").body)
	b.post("/alarms/ack", url.Values{"alarm": {string(alarm.ID)}, "again": {again[1]}})
	b.later()
	if a := b.get("/alarms"); !b.acknowledged(alarm.ID) || strings.Contains(a.body, "could not be acknowledged") {
		t.Error("the second try did not work")
	}
}

// Of several alarms those stay that the Data Hub did not take, with what was noted; one that the person may not acknowledge is told as that.
func TestSomeAcknowledgementsFail(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	alarms, err := b.hub.Client(always{"alice"}).Alarms(t.Context(), datahub.AlarmQuery{})
	alarms = slices.DeleteFunc(alarms, func(a datahub.Alarm) bool { return alarmState(a) != alarmPresent && alarmState(a) != alarmCleared })
	if err != nil || len(alarms) < 2 {
		t.Fatalf("%d alarms, %v", len(alarms), err)
	}
	one, other := alarms[0].ID, alarms[1].ID
	b.post("/alarms/ack", url.Values{"alarm": {string(one) + "," + string(other), string(one)}, "note": {"door closed"}})
	b.faults.Set(fault.Rule{Fault: fault.Fault{Status: http.StatusForbidden}, Path: string(other) + "/acknowledge"})
	b.later()
	if !b.acknowledged(one) || b.acknowledged(other) {
		t.Error("one is acknowledged, and the other is not: that did not happen")
	}
	left, err := shelf.All[acknowledgement](t.Context(), b.shelf, b.owner, shelf.Undo)
	if err != nil || len(left) != 1 || fmt.Sprint(left[0].Value.Alarms) != fmt.Sprintf("[%s]", other) || left[0].Value.Note != "door closed" || !left[0].Value.Failed || !left[0].Value.Refused {
		t.Errorf("left are %+v, %v", left, err)
	}
	b.get("/alarms").want(t, "refused", http.StatusOK, locale.For(locale.English).T("alarms.refused", 1))
}

// What a process that is gone had to do is done when the person looks again; what another one works on is left to it, and so is what failed.
func TestAcknowledgementsOutliveAProcess(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	alarm := b.open()
	for _, tt := range []struct {
		since  time.Duration
		failed bool
		want   bool
	}{{-time.Second, false, false}, {undoGrace / 2, false, false}, {undoGrace + time.Minute, true, false}, {undoGrace + time.Second, false, true}} {
		if _, err := shelf.Change(t.Context(), b.shelf, b.owner, shelf.Undo, "left", undoLife, func(a *acknowledgement) error {
			*a = acknowledgement{Alarms: []datahub.AlarmID{alarm.ID}, Due: time.Now().Add(-tt.since), Failed: tt.failed}
			return nil
		}); err != nil {
			t.Fatal(err)
		}
		b.later = nil
		b.get("/alarms").want(t, "the list", http.StatusOK)
		if (b.later != nil) != tt.want {
			t.Errorf("%v after its time, failed %v: taken up %v, want %v", tt.since, tt.failed, b.later != nil, tt.want)
		}
	}
	if b.later(); !b.acknowledged(alarm.ID) {
		t.Error("the Data Hub was not told")
	}
}

// A person has so many acknowledgements under way, and no more.
func TestAcknowledgementsAreBounded(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	for n := range undoMost + 1 {
		want := http.StatusSeeOther
		if n == undoMost {
			want = http.StatusBadRequest
		}
		if a := b.post("/alarms/ack", url.Values{"alarm": {fmt.Sprint("a", n)}}); a.status != want {
			t.Errorf("number %d: %d, want %d", n+1, a.status, want)
		}
	}
}

// An answer that was lost is no failure when the alarm is acknowledged.
func TestR21AnswerOfAnAcknowledgementIsLost(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	alarm := b.open()
	b.post("/alarms/ack", url.Values{"alarm": {string(alarm.ID)}})
	b.faults.Set(fault.Rule{Fault: fault.Fault{Cut: true, After: true}, Path: "acknowledge"})
	b.later()
	if a := b.get("/alarms"); !b.acknowledged(alarm.ID) || strings.Contains(a.body, "could not be acknowledged") {
		t.Error("what was done is told as if it were not")
	}
}

func TestAcknowledgeRefuses(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	for name, form := range map[string]url.Values{
		"nothing": {}, "no id": {"alarm": {"a,,b"}}, "too long": {"alarm": {strings.Repeat("a", 65)}}, "control": {"alarm": {"a\x00"}}, "too many": {"alarm": {strings.Repeat("a,", 250) + "b"}},
		"long note": {"alarm": {"a"}, "note": {strings.Repeat("n", 2001)}},
	} {
		if name == "too many" {
			var ids []string
			for n := range 201 {
				ids = append(ids, fmt.Sprint("a", n))
			}
			form = url.Values{"alarm": {strings.Join(ids, ",")}}
		}
		if a := b.post("/alarms/ack", form); a.status != http.StatusBadRequest {
			t.Errorf("%s: %d, %v", name, a.status, a.err)
		}
	}
	for from, want := range map[string]string{"https://evil.example/alarms": "/alarms", "//evil.example/alarms": "/alarms", "/sites": "/alarms", "/alarms/abc": "/alarms/abc", "/alarms?q=x&done=undone": "/alarms?q=x", "": "/alarms", "\x00": "/alarms", "/alarms/..//evil.example": "/alarms"} {
		if got := alarmsReturn(from, ""); got != want {
			t.Errorf("alarmsReturn(%q) = %q, want %q", from, got, want)
		}
	}
}

func TestStorms(t *testing.T) {
	t.Parallel()
	at := time.Date(2026, 11, 3, 10, 0, 0, 0, time.UTC)
	alarm := func(n int, site datahub.SiteID, minutes int, present bool) datahub.Alarm {
		return datahub.Alarm{ID: datahub.AlarmID(fmt.Sprint(n)), Site: site, Enabled: true, Latest: &datahub.StateChange{Time: at.Add(time.Duration(minutes) * time.Minute), State: datahub.AlarmState{Present: present}}}
	}
	var list []datahub.Alarm
	for n := range 7 {
		list = append(list, alarm(n, 1, n/2, true)) // seven within three minutes
	}
	list = append(list, alarm(7, 1, 30, true), alarm(8, 1, 1, false), alarm(9, 2, 1, true), datahub.Alarm{ID: "10", Enabled: true})
	entries := storms(list)
	var sizes []int
	total := 0
	for _, e := range entries {
		sizes, total = append(sizes, len(e.alarms)), total+len(e.alarms)
	}
	if fmt.Sprint(sizes) != "[7 1 1 1 1]" || total != len(list) {
		t.Errorf("entries of %v alarms, %d of %d", sizes, total, len(list))
	}
}

func TestSetsAreCounted(t *testing.T) {
	t.Parallel()
	at := time.Date(2026, 11, 3, 10, 0, 0, 0, time.UTC)
	change := func(minutes int, present, acknowledged bool) datahub.StateChange {
		return datahub.StateChange{Time: at.Add(time.Duration(minutes) * time.Minute), State: datahub.AlarmState{Present: present, Acknowledged: acknowledged}}
	}
	got := sets([]datahub.StateChange{change(50, true, false), change(40, false, false), change(30, true, true), change(20, true, false), change(10, false, false)})
	if len(got) != 2 || !got[0].Equal(at.Add(50*time.Minute)) || !got[1].Equal(at.Add(20*time.Minute)) {
		t.Errorf("sets at %v, want at 20 and 50 minutes: an acknowledgement is none", got)
	}
}

// A Data Hub that takes so long that the time for it is over has not taken the acknowledgement: the person is told.
func TestAcknowledgeThatRunsOutOfTimeIsTold(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	alarm := b.open()
	b.post("/alarms/ack", url.Values{"alarm": {string(alarm.ID)}})
	name := undoName.FindStringSubmatch(b.get("/alarms").body)[1]
	ctx, cancel := context.WithCancel(t.Context())
	b.faults.Set(fault.Rule{Fault: fault.Fault{Delay: 300 * time.Millisecond, Status: http.StatusServiceUnavailable}, Path: "acknowledge"})
	time.AfterFunc(50*time.Millisecond, cancel)
	if err := commit(ctx, b.hub.Client(always{"alice"}), b.shelf, b.owner, name); err == nil {
		t.Error("it is done, in no time")
	}
	b.get("/alarms").want(t, "failed", http.StatusOK, "1 alarm could not be acknowledged.", string(alarm.ID))
}

// The picture of alarms by the day asks for the histories of those that changed in its days, each once as long as it does not change again, and counts what all histories together say.
func TestAlarmDaysAskForWhatChanged(t *testing.T) {
	t.Parallel()
	now := time.Date(2026, 11, 26, 9, 30, 0, 0, time.UTC)
	var moved atomic.Int64
	b := benchAt(t, func() time.Time { return now.Add(time.Duration(moved.Load())) })
	b.now = now
	all := b.countAsked(func() time.Duration { return 0 })
	histories := func(path string) (n int) {
		all()
		b.get(path).want(t, path, http.StatusOK, "Alarms per day")
		for what, times := range all() {
			if strings.Contains(what, "/stateChanges") {
				n += times
			}
		}
		return n
	}
	first, again := histories("/alarms?view=days"), histories("/alarms?view=days")
	hub := b.hub.Client(always{"alice"})
	alarms, err := hub.Alarms(t.Context(), datahub.AlarmQuery{})
	if err != nil {
		t.Fatal(err)
	}
	from, changed, sum := midnight(now, datahub.HomeZone(), 1-alarmDaysBack), 0, 0
	for _, a := range alarms {
		changes, err := hub.AlarmHistory(t.Context(), a.ID, from, now)
		if err != nil {
			t.Fatal(err)
		}
		sum += len(sets(changes))
		if len(changes) > 0 {
			changed++
		}
	}
	if first != changed || again != 0 || changed == 0 || changed == len(alarms) {
		t.Errorf("%d histories are asked for, and again %d; %d of %d alarms changed", first, again, changed, len(alarms))
	}
	b.get("/alarms?view=days").want(t, "the sum", http.StatusOK, "Alarms came "+locale.For(locale.English).Int(sum)+" times")
	moved.Store(int64(20 * time.Minute)) // in which the dock door was open
	b.now = now.Add(20 * time.Minute)
	if later := histories("/alarms?view=days"); later == 0 || later > 5 {
		t.Errorf("twenty minutes later %d are asked for, want those that changed", later)
	}
}
