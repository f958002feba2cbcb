package pages

import (
	"fmt"
	"net/http"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"portico/internal/datahub"
	"portico/internal/demo/fault"
	"portico/internal/demo/hub"
)

// withRights is Alice with the same right to all features but those that are named.
func withRights(right hub.Right, but map[string]hub.Right) hub.User {
	rights := map[string]hub.Right{}
	for _, feature := range hub.Features() {
		rights[feature] = right
		if other, ok := but[feature]; ok {
			rights[feature] = other
		}
	}
	return hub.User{ID: "alice", Accounts: []int64{101}, Roles: []string{"User"}, Rights: rights}
}

// Controls are there for who may use them: somebody who only reads sees none, somebody who writes no way to delete, and a manager all of them.
func TestControlsFollowRights(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		name                string
		user                hub.User
		acks, edits, delete bool
	}{
		{"reads", withRights(hub.Read, nil), false, false, false},
		{"writes", withRights(hub.Write, nil), true, true, false},
		{"writes events only", withRights(hub.Read, map[string]hub.Right{"events": hub.Delete}), false, true, true},
		{"manages", hub.User{ID: "alice", Accounts: []int64{101}, Roles: []string{"Manager"}}, true, true, true},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			b := newBench(t, tt.user)
			events := b.get("/events")
			event := regexp.MustCompile(`/events/\d+`).FindString(events.body)
			alarm := alarmHref(b.open().ID)
			for _, see := range []struct {
				path, control string
				want          bool
			}{
				{"/alarms?state=all", `action="/alarms/ack"`, tt.acks}, {"/alarms?state=all", `type="checkbox"`, tt.acks}, {"/alarms?state=all", `data-key="a"`, tt.acks}, {alarm, `action="/alarms/ack"`, tt.acks},
				{"/events", `href="/events/new"`, tt.edits}, {"/events", ">Change <span", tt.edits}, {"/events?view=calendar", `href="/events/new"`, tt.edits}, {"/events?q=nothing+like+it", `href="/events/new"`, tt.edits},
				{event, `action="` + event + `"`, tt.edits}, {event, event + "/delete", tt.delete},
			} {
				a := b.get(see.path)
				a.body = strings.ReplaceAll(a.body, "\n", "")
				if a.status != http.StatusOK || strings.Contains(regexp.MustCompile(`>\s+`).ReplaceAllString(a.body, ">"), see.control) != see.want {
					t.Errorf("%s: %d (%v), %q there: %v, want %v", see.path, a.status, a.err, see.control, !see.want, see.want)
				}
			}
			if a := b.get("/events/new"); (a.status == http.StatusForbidden) == tt.edits {
				t.Errorf("the form of a new event: %d", a.status)
			}
			a := b.post("/alarms/ack", url.Values{"alarm": {strings.TrimPrefix(alarm, "/alarms/")}})
			if (a.status == http.StatusForbidden) == tt.acks {
				t.Errorf("acknowledging: %d, %v", a.status, a.err)
			}
			if a := b.post(event+"/delete", nil); (a.status == http.StatusForbidden) == tt.delete {
				t.Errorf("deleting: %d, %v", a.status, a.err)
			}
		})
	}
}

// What a person may not read is absent: places of the menu, tabs and links.
func TestWhatMayNotBeReadIsAbsent(t *testing.T) {
	t.Parallel()
	b := newBench(t, withRights(hub.Read, map[string]hub.Right{"alerts": hub.None, "events": hub.None, "storage": hub.None, "groups": hub.None}))
	site := fmt.Sprint("/sites/", world.Sites[5].ID)
	for _, path := range []string{"/sites", site, site + "/sources"} {
		a := b.get(path)
		a.want(t, path, http.StatusOK)
		for _, link := range []string{"/files", "/groups", site + "/files", site + "/alarms", site + "/events"} {
			if strings.Contains(a.body, `href="`+link+`"`) {
				t.Errorf("%s leads to %s", path, link)
			}
		}
	}
	if absent := b.pages.Absent(b.who); !slices.Equal(absent, []string{"alarms"}) {
		t.Errorf("absent from the menu: %v", absent)
	}
	for _, path := range []string{"/alarms", "/events", "/files", site + "/alarms"} {
		if a := b.get(path); a.status == http.StatusOK {
			t.Errorf("%s is shown", path)
		}
	}
	b = newBench(t)
	b.get(site).want(t, "of whom nothing is told", http.StatusOK, site+"/files", site+"/alarms")
}

// A Data Hub that says nothing about rights, or does not answer, rules nothing out; its own refusal then counts, and is told as what it is.
func TestRightsThatAreNotTold(t *testing.T) {
	t.Parallel()
	for name, rule := range map[string]fault.Rule{"none": {Fault: fault.Fault{Status: 404}, Path: "/user/claim"}, "failing": {Fault: fault.Fault{Status: 500}, Path: "/user"}} {
		b := newBench(t, withRights(hub.Read, nil))
		b.faults.Set(rule)
		b.get("/events").want(t, name, http.StatusOK, `href="/events/new"`)
		form := url.Values{"site": {fmt.Sprint(world.Sites[5].ID)}, "type": {"6"}, "title": {"Seal"}, "from": {"2026-11-01T10:00"}}
		if a := b.post("/events", form); a.status != http.StatusForbidden {
			t.Errorf("%s: a refused event: %d, %v", name, a.status, a.err)
		}
		alarm := b.open()
		b.post("/alarms/ack", url.Values{"alarm": {string(alarm.ID)}})
		b.later()
		b.get("/alarms").want(t, name, http.StatusOK, "1 alarm was not acknowledged: you have no right to it.")
	}
}

// What was told stands in for an answer that does not come, for as long as other data do.
func TestRightsStandIn(t *testing.T) {
	t.Parallel()
	b := newBench(t, withRights(hub.Read, nil))
	b.get("/events").want(t, "told", http.StatusOK)
	b.pages.kept.put(keptKey{b.who, rightsAsked}, datahub.Rights{datahub.FeatureEvents: datahub.RightRead}, 1, time.Now().Add(-time.Hour))
	b.faults.Set(fault.Rule{Fault: fault.Fault{Status: 500}, Path: "/user"})
	if a := b.get("/events"); a.status != http.StatusOK || strings.Contains(a.body, `href="/events/new"`) {
		t.Errorf("an hour later, unanswered: %d", a.status)
	}
}
