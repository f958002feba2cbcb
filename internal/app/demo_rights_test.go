//go:build !nodemo

package app

import (
	"net/http"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"testing"
)

var (
	postForm = regexp.MustCompile(`<form[^>]*method="post"[^>]*action="([^"]+)"`)
	newEvent = regexp.MustCompile(`href="(/events/new)[^"]*"`)
)

// ownForms change what is a person's own and the portal's, which takes no right at the Data Hub.
var ownForms = []string{"/settings", "/settings/sessions", "/auth/", "/stars", "/exports", "/dashboards", "/demo/", "/pair"}

// controls are the ways of a page to change something at the Data Hub.
func controls(body string) []string {
	var found []string
	for _, m := range postForm.FindAllStringSubmatch(body, -1) {
		if !slices.ContainsFunc(ownForms, func(own string) bool { return strings.HasPrefix(m[1], own) }) {
			found = append(found, m[1])
		}
	}
	for _, m := range newEvent.FindAllStringSubmatch(body, -1) {
		found = append(found, m[1])
	}
	return found
}

// Whoever only looks sees no control that is not for them, on any page; whoever manages sees them, and the viewer's writes are refused in words.
func TestViewerSeesNoControls(t *testing.T) {
	t.Parallel()
	viewer := visitDemo(t)
	viewer.signIn("Sign in as viewer")
	operator := viewer.another()
	operator.signIn("Sign in as operator")

	alarms, events := regexp.MustCompile(`/alarms/[0-9a-f]{24}`), regexp.MustCompile(`/events/\d+`)
	_, _, list := viewer.open("/alarms?state=all")
	_, _, happened := viewer.open("/events")
	alarm, event := alarms.FindString(list), events.FindString(happened)
	paths := []string{
		"/overview", "/sites", "/sites?view=map", "/sites?view=cards", "/sites/204486", "/sites/204486/sources", "/sites/204486/data", "/sites/204486/alarms", "/sites/204486/events", "/sites/204486/properties",
		"/sites/204486/files", "/sites/204486/quality", "/sources/6044861", "/variables/80101", "/explore", "/explore?s=80101", "/alarms", "/alarms?state=all", "/alarms?view=days", alarm, "/events",
		"/events?view=calendar", event, "/search?q=cold", "/quality", "/files", "/groups", "/forms", "/exports", "/dashboards", "/settings", "/settings/sessions",
	}
	seen := map[string]bool{}
	for _, path := range paths {
		if _, status, body := viewer.open(path); status != http.StatusOK || len(controls(body)) > 0 {
			t.Errorf("%s: %d, the viewer finds %q", path, status, controls(body))
		}
		_, _, body := operator.open(path)
		for _, c := range controls(body) {
			seen[c] = true
		}
	}
	for _, want := range []string{"/alarms/ack", "/events/new", event, event + "/delete"} {
		if !seen[want] {
			t.Errorf("the operator does not find %s", want)
		}
	}
	if _, status, body := viewer.open("/events/new"); status != http.StatusForbidden || !strings.Contains(body, "You have no right to this") {
		t.Errorf("the form of a new event: %d", status)
	}
	for path, form := range map[string]url.Values{"/alarms/ack": {"alarm": {strings.TrimPrefix(alarm, "/alarms/")}}, "/events": {"title": {"x"}}, event: {"title": {"x"}}, event + "/delete": nil} {
		if _, status, body := viewer.post(path, form); status != http.StatusForbidden || !strings.Contains(body, "Nothing was changed") {
			t.Errorf("POST %s: %d", path, status)
		}
	}
}
